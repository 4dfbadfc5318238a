use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{missing, search};

/// A PostgreSQL server that listens on a socket in a folder of its own.
///
/// It is started once per test process, and stops, and its folder is removed, when the
/// process ends, however it ends: a shell waits for the end of a pipe that only the process
/// holds open. Nothing it stores is meant to survive a loss of power.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    databases: AtomicUsize,
    /// Open for as long as the server is to run.
    _lifeline: ChildStdin,
    _shell: Child,
}

impl Postgres {
    /// The server of this process, or `None`, with one line on standard error that says that
    /// the test is skipped and why.
    ///
    /// # Panics
    ///
    /// PostgreSQL is missing and `SET_REQUIRE_EXTERNALS` is 1; or it does not start.
    #[must_use]
    pub fn require() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
        let server = SERVER.get_or_init(|| {
            let programs = programs()?;
            #[expect(clippy::panic, reason = "it fails the test that called it")]
            match Self::start(programs) {
                Ok(server) => Some(server),
                Err(fault) => panic!("PostgreSQL does not start: {fault}"),
            }
        });
        if server.is_none() {
            missing("PostgreSQL 15 or later is neither on PATH nor in /usr/lib/postgresql");
        }
        server.as_ref()
    }

    /// The URL of a new, empty database.
    ///
    /// # Panics
    ///
    /// It cannot be made.
    #[must_use]
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test{number}");
        let mut create = self.client("createdb");
        let outcome = run(create.arg(&name));
        assert!(outcome.is_ok(), "no database: {outcome:?}");
        let folder = self.folder.display();
        format!("postgres://{USER}@localhost/{name}?host={folder}")
    }

    /// Runs SQL in a database that [`database`](Self::database) has made, as its owner.
    ///
    /// # Panics
    ///
    /// It fails.
    pub fn run_sql(&self, url: &str, sql: &str) {
        let name = url.split('?').next().and_then(|url| url.rsplit('/').next());
        let mut client = self.client("psql");
        client.args(["-qX", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        let outcome = run(client.args(name));
        assert!(outcome.is_ok(), "SQL failed: {outcome:?}");
    }

    fn start(programs: PathBuf) -> io::Result<Self> {
        let folder = new_folder()?;
        let owner = Owner::of(&folder)?;
        owner.give(&folder)?;
        let data = folder.join("data");
        let mut make = owner.command(&programs.join("initdb"), &folder);
        make.arg("--pgdata").arg(&data);
        make.args(["--username", USER, "--auth", "trust", "--encoding", "UTF8"]);
        run(make.args(["--locale", "C", "--no-sync", "--no-instructions"]))?;

        let log = fs::File::create(folder.join("log"))?;
        let mut shell = owner.command(Path::new("/bin/sh"), &folder);
        shell
            .args(["-c", SUPERVISE, "sh"])
            .args([&programs, &data, &folder])
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut shell = shell.spawn()?;
        let lifeline = shell.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let server = Self {
            programs,
            folder,
            databases: AtomicUsize::new(0),
            _lifeline: lifeline,
            _shell: shell,
        };
        // It waits, at most half a minute, for what `pg_ctl` would wait for.
        let mut wait = server.client("psql");
        wait.args(["-qX", "-c", "SELECT 1", "postgres"]);
        for _ in 0..300 {
            if run(&mut wait).is_ok() {
                return Ok(server);
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        let log = fs::read_to_string(server.folder.join("log"))?;
        Err(io::Error::other(log))
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command
            .arg("--host")
            .arg(&self.folder)
            .args(["--username", USER]);
        command
    }
}

/// Who runs the server, which refuses to run as root.
enum Owner {
    Caller,
    #[cfg(unix)]
    Other {
        user: u32,
        group: u32,
    },
}

impl Owner {
    #[cfg(unix)]
    fn of(folder: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;

        if fs::metadata(folder)?.uid() != 0 {
            return Ok(Self::Caller);
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let named = |name: &str| {
            let mut entries = users.lines().map(|line| line.split(':'));
            let mut entry = entries.find(|entry| entry.clone().next() == Some(name))?;
            let user = entry.nth(2)?.parse().ok()?;
            let group = entry.next()?.parse().ok()?;
            Some(Self::Other { user, group })
        };
        named("postgres")
            .or_else(|| named("nobody"))
            .ok_or_else(|| io::Error::other("there is neither a user postgres nor nobody"))
    }

    #[cfg(not(unix))]
    fn of(_: &Path) -> io::Result<Self> {
        Ok(Self::Caller)
    }

    fn give(&self, folder: &Path) -> io::Result<()> {
        match self {
            Self::Caller => Ok(()),
            #[cfg(unix)]
            Self::Other { user, group } => {
                std::os::unix::fs::chown(folder, Some(*user), Some(*group))
            }
        }
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        #[cfg(unix)]
        if let Self::Other { user, group } = self {
            use std::os::unix::process::CommandExt;
            command.uid(*user).gid(*group);
        }
        command
    }
}

/// The folder of the newest server's programs.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = search("postgres", &path).and_then(|file| Some(file.parent()?.to_owned()));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let newest = versions
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let version: u32 = folder.file_name()?.to_str()?.parse().ok()?;
            let programs = folder.join("bin");
            let whole = ["initdb", "postgres", "psql", "createdb"]
                .iter()
                .all(|name| search(name, programs.as_os_str()).is_some());
            (whole && version >= 15).then_some((version, programs))
        })
        .max();
    newest.map(|(_, programs)| programs).or(on_path)
}

/// A folder that was not there; its name is short, as the path of a socket has to be.
fn new_folder() -> io::Result<PathBuf> {
    let name = format!("set-postgres-{}", std::process::id());
    let mut number = 0_u32;
    loop {
        let folder = std::env::temp_dir().join(format!("{name}-{number}"));
        match fs::create_dir(&folder) {
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => number += 1,
            outcome => return outcome.map(|()| folder),
        }
    }
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let name = command.get_program();
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!(
        "{}: {said}",
        Path::new(name)
            .file_name()
            .unwrap_or(OsStr::new("program"))
            .display()
    )))
}

const USER: &str = "set";

/// Runs the server until standard input ends; then stops it at once and removes its folder.
const SUPERVISE: &str = r#"
trap '' INT TERM HUP
"$1/postgres" -D "$2" -k "$3" -c listen_addresses= -c fsync=off -c full_page_writes=off \
    -c max_connections=200 </dev/null &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server"
cd / && rm -rf "$3"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_database_is_new_and_empty() {
        let Some(server) = Postgres::require() else {
            return;
        };
        let (one, two) = (server.database(), server.database());
        assert_ne!(one, two);
        for url in [one, two] {
            server.run_sql(&url, "CREATE TABLE t (x BIGINT)");
        }
    }
}
