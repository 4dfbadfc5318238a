//! A data folder, commands over it, and a server.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) struct Folder {
    data: tempfile::TempDir,
}

/// A server, stopped when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// host:port
    pub(crate) tcp: String,
}

impl Folder {
    /// Root, brand CA and the CAs below, with these settings.
    pub(crate) fn made(settings: &[&str]) -> Self {
        let folder = Self {
            data: tempfile::tempdir().unwrap(),
        };
        let mut args = vec!["init", "--brand", "Orchard"];
        args.extend(settings.iter().flat_map(|setting| ["--set", *setting]));
        folder.succeed(&args);
        folder
    }

    pub(crate) fn copy(&self) -> Self {
        let data = tempfile::tempdir().unwrap();
        copy(self.data.path(), data.path());
        Self { data }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Puts back what `backup` has under these names.
    pub(crate) fn restore(&self, backup: &Self, names: &[&str]) {
        for name in names {
            let (from, to) = (backup.path(name), self.path(name));
            if to.is_dir() {
                fs::remove_dir_all(&to).unwrap();
            } else if to.exists() {
                fs::remove_file(&to).unwrap();
            }
            if from.is_dir() {
                fs::create_dir(&to).unwrap();
                copy(&from, &to);
            } else if from.exists() {
                fs::copy(from, to).unwrap();
            }
        }
    }

    /// Takes away the private keys of these CAs, which are kept elsewhere.
    pub(crate) fn without_keys(self, wanted: impl Fn(&str) -> bool) -> Self {
        for entry in fs::read_dir(self.path("keys")).unwrap() {
            let file = entry.unwrap().path();
            if !wanted(file.file_stem().unwrap().to_str().unwrap()) {
                fs::remove_file(file).unwrap();
            }
        }
        self
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_set-ca"));
        command
            .args(args)
            .args(["--format", "json", "--set", "keys.iterations=1000"])
            .arg("--data")
            .arg(self.data.path())
            .env("SET_PASSPHRASE", "a phrase that opens the keys");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub(crate) fn succeed(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The error and the exit code of a command that fails.
    pub(crate) fn fail(&self, args: &[&str]) -> (String, i32) {
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?}: {output:?}");
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        (told, output.status.code().unwrap())
    }

    pub(crate) fn serve(&self, settings: &[&str]) -> Server {
        let mut args = vec!["serve", "--set", "lists.check=100ms"];
        args.extend(settings.iter().flat_map(|setting| ["--set", *setting]));
        let mut child = self
            .command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?}"));
        let tcp = told["tcp"].as_str().unwrap().to_owned();
        Server { child, tcp }
    }

    /// The lists of the brand, as `lists` tells them.
    pub(crate) fn lists(&self) -> Lists {
        Lists(self.succeed(&["lists"])["brands"][0].clone())
    }

    /// Asks for the lists until they are as wanted.
    pub(crate) fn wait_for(&self, what: &str, wanted: impl Fn(&Lists) -> bool) -> Lists {
        for _ in 0..PATIENCE {
            let lists = self.lists();
            if wanted(&lists) {
                return lists;
            }
        }
        panic!("{what}: not within {PATIENCE} looks: {:?}", self.lists().0);
    }
}

/// What `lists` tells of a brand.
pub(crate) struct Lists(Value);

impl Lists {
    pub(crate) fn bci(&self) -> u64 {
        self.0["bci"]["number"].as_u64().unwrap()
    }

    pub(crate) fn crl(&self, issuer: &str) -> u64 {
        self.of(issuer)["number"].as_u64().unwrap()
    }

    /// The reasons for which the certificates of an issuer are revoked.
    pub(crate) fn reasons(&self, issuer: &str) -> Vec<String> {
        let revoked = self.of(issuer)["revoked"].as_array().unwrap();
        revoked
            .iter()
            .map(|revoked| revoked["reason"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn numbers(&self) -> Vec<u64> {
        let crls = self.0["crls"].as_array().unwrap();
        crls.iter()
            .map(|crl| crl["number"].as_u64().unwrap())
            .collect()
    }

    fn of(&self, issuer: &str) -> &Value {
        let crls = self.0["crls"].as_array().unwrap();
        crls.iter()
            .find(|crl| crl["issuer"].as_str().unwrap().starts_with(issuer))
            .unwrap_or_else(|| panic!("no CRL of {issuer}: {:?}", self.0))
    }
}

impl Server {
    /// Waits until the server gives up by itself.
    pub(crate) fn ended(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

/// Looks at the lists before a test gives up waiting.
const PATIENCE: u32 = 2_000;
