//! All four roles as programs, over sockets.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

pub(crate) const PAN: &str = "9999010000000003";

/// The data folders and servers of all roles.
pub(crate) struct Street {
    pub(crate) data: PathBuf,
    servers: Vec<Child>,
}

impl Drop for Street {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _gone = server.kill();
            let _gone = server.wait();
        }
    }
}

impl Street {
    pub(crate) fn new(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            servers: Vec::new(),
        }
    }

    pub(crate) fn command(&self, role: &str, folder: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mall"));
        command
            .args(["--as-role", role])
            .args(args)
            .args(["--format", "json", "--data"])
            .arg(self.data.join(folder))
            .args(["--set", "keys.iterations=1000"])
            .env("SET_PASSPHRASE", "shopping-passphrase")
            .env("SET_CARD_NUMBER", PAN)
            .env("SET_CARD_EXPIRY", "209912");
        command
    }

    /// What a command says on standard output, as JSON values.
    pub(crate) fn run(&self, role: &str, folder: &str, args: &[&str]) -> Vec<Value> {
        let output = self.command(role, folder, args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{role} {args:?}: {said}{errors}");
        serde_json::Deserializer::from_str(&said)
            .into_iter()
            .map(Result::unwrap)
            .collect()
    }

    pub(crate) fn serve(&mut self, role: &str) -> Value {
        let listen = match role {
            "merchant" => vec![
                "--set",
                "listen.tcp=127.0.0.1:0",
                "--set",
                "listen.http=127.0.0.1:0",
            ],
            _ => vec!["--set", "listen.tcp=127.0.0.1:0"],
        };
        let args = [vec!["serve"], listen].concat();
        let mut child = self
            .command(role, role, &args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        // Whoever stops reading would stop the server.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        self.servers.push(child);
        serde_json::from_str(&line).unwrap()
    }
}

pub(crate) fn tcp(listening: &Value) -> String {
    format!("set://{}", listening["tcp"].as_str().unwrap())
}

pub(crate) fn only_file(folder: &Path) -> String {
    let mut files = fs::read_dir(folder).unwrap();
    files.next().unwrap().unwrap().path().display().to_string()
}
