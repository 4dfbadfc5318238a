//! Puts the cases into the program: each file of `cases/CHAPTER/` with its text.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=cases");
    let variable = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .ok_or_else(|| io::Error::other(format!("{name} is not set")))
    };
    let folder = variable("CARGO_MANIFEST_DIR")?.join("cases");
    let mut list = String::from("&[\n");
    for chapter in entries(&folder)? {
        println!("cargo::rerun-if-changed={}", chapter.display());
        for file in entries(&chapter)? {
            println!("cargo::rerun-if-changed={}", file.display());
            let name = file.strip_prefix(&folder).map_err(io::Error::other)?;
            let text = fs::read_to_string(&file)?;
            writeln!(list, "({:?}, {text:?}),", name.to_string_lossy())
                .map_err(io::Error::other)?;
        }
    }
    list.push(']');
    fs::write(variable("OUT_DIR")?.join("cases.rs"), list)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        entries.push(entry?.path());
    }
    entries.sort();
    Ok(entries)
}
