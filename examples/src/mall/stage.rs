//! The processes of the mall and what they tell.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::event::{Event, Exchange, Listening, Proved};
use super::interruption::Interruption;

/// The flag by which the program calls itself in a role.
pub const AS_ROLE: &str = "--as-role";
/// The passphrase of all demo keys. It protects nothing.
///
/// Long enough that a search for it finds nothing else.
pub const DEMO_PASSPHRASE: &str = "mall-demo-passphrase";
/// How long a server may take to bind its ports, and an event to be told.
const PATIENCE: Duration = Duration::from_secs(120);

/// Plays a role in this process.
#[must_use]
pub fn act(role: &OsStr, args: &[OsString]) -> ExitCode {
    let name = OsString::from(format!("set-{}", role.to_string_lossy()));
    let args = std::iter::once(name).chain(args.iter().cloned());
    match role.to_str() {
        Some("ca") => set_ca::run(args),
        Some("gateway") => set_gateway::run(args),
        Some("merchant") => set_merchant::run(args),
        Some("cardholder") => set_cardholder::run(args),
        _ => set_node::cli::Exit::Usage.into(),
    }
}

/// Why the show cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The system refuses.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// A command did not do what it should.
    #[error("set-{role} {command} ended with {status}: {says}")]
    Failed {
        /// The role.
        role: &'static str,
        /// The subcommand.
        command: String,
        /// Its exit status.
        status: String,
        /// The last it said.
        says: String,
    },
    /// A server did not come up, or an event was not told.
    #[error("waited {} s in vain for {what}", PATIENCE.as_secs())]
    Silence {
        /// What was waited for.
        what: String,
    },
    /// Something that was claimed does not hold.
    #[error("{0}")]
    Disproved(String),
    /// Somebody ends the program.
    #[error("interrupted by a signal; its servers are ended")]
    Interrupted,
}

impl StageError {
    /// Names what was tried when the system refused.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// The servers, and the events of all processes.
#[derive(Debug)]
pub struct Stage {
    data: PathBuf,
    /// Folders that lie elsewhere.
    elsewhere: Vec<(&'static str, PathBuf)>,
    /// The mall, which is run again as each role.
    program: PathBuf,
    /// How many processes were started.
    started: u32,
    servers: Vec<Server>,
    sender: Sender<Heard>,
    heard: Receiver<Heard>,
    /// What was told and not asked for yet.
    waiting: VecDeque<Event>,
    /// The processes that have closed their standard output.
    ended: BTreeSet<u32>,
    interrupted: bool,
}

#[derive(Debug)]
struct Server {
    role: &'static str,
    /// Its number among the processes started.
    number: u32,
    child: Child,
}

/// What reaches the stage from other threads.
#[derive(Debug)]
enum Heard {
    /// A process tells something.
    Event(Event),
    /// The process of that number will tell nothing more.
    End(u32),
    /// A signal has come.
    Interruption,
}

impl Stage {
    /// An empty stage whose data folders lie in `data`.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("mall"));
        Self::of(program, data)
    }

    /// The same for somebody who is not the mall but knows where it is.
    #[must_use]
    pub fn of(program: impl Into<PathBuf>, data: &Path) -> Self {
        let (sender, heard) = mpsc::channel();
        Self {
            data: data.to_owned(),
            elsewhere: Vec::new(),
            program: program.into(),
            started: 0,
            servers: Vec::new(),
            sender,
            heard,
            waiting: VecDeque::new(),
            ended: BTreeSet::new(),
            interrupted: false,
        }
    }

    /// The same stage, with the data folder of a role elsewhere.
    #[must_use]
    pub fn with_folder(mut self, role: &'static str, folder: &Path) -> Self {
        self.elsewhere.push((role, folder.to_owned()));
        self
    }

    /// The same stage, on which nothing is waited for any more once a signal has come.
    #[must_use]
    pub fn until(self, interruption: &Interruption) -> Self {
        let sender = self.sender.clone();
        // Nobody listens any more once the stage is gone.
        interruption.then(move || drop(sender.send(Heard::Interruption)));
        self
    }

    /// The data folder of a role.
    #[must_use]
    pub fn folder(&self, role: &str) -> PathBuf {
        let mut elsewhere = self.elsewhere.iter();
        match elsewhere.find(|(name, _)| *name == role) {
            Some((_, folder)) => folder.clone(),
            None => self.data.join(role),
        }
    }

    /// The folder of what the processes said on standard output and standard error.
    #[must_use]
    pub fn said(&self) -> PathBuf {
        self.data.join("said")
    }

    /// Starts a server and waits until it listens.
    ///
    /// # Errors
    ///
    /// It does not come up, or [`StageError::Interrupted`].
    pub fn serve(&mut self, role: &'static str, args: &[&str]) -> Result<Listening, StageError> {
        // What a server logs lies with its data, so that it is searched for secrets too.
        let log = self.folder(role).join("serve.log");
        let log = create(&log)?;
        let Transcript { number, out, .. } = self.transcript(role, "serve")?;
        let mut child = self
            .command(role, "serve", args)
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(StageError::io(format!("set-{role} serve")))?;
        self.hear(number, &mut child, create(&out)?)?;
        self.servers.push(Server {
            role,
            number,
            child,
        });
        let listening =
            |event: &Event| matches!(event, Event::Listening(told) if told.role == role);
        match self.await_event(listening, &format!("set-{role} to listen"))? {
            Event::Listening(listening) => Ok(listening),
            _ => Err(StageError::Silence {
                what: format!("set-{role} to listen"),
            }),
        }
    }

    /// Runs a subcommand to its end; gives the last JSON object that it printed which is no
    /// event.
    ///
    /// # Errors
    ///
    /// Its exit code is not 0, or [`StageError::Interrupted`].
    pub fn run(
        &mut self,
        role: &'static str,
        subcommand: &str,
        args: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<serde_json::Value, StageError> {
        let Transcript { number, out, err } = self.transcript(role, subcommand)?;
        let mut command = self.command(role, subcommand, args);
        command.envs(environment.iter().copied());
        let mut child = command
            .stdin(Stdio::null())
            .stderr(create(&err)?)
            .spawn()
            .map_err(StageError::io(format!("set-{role} {subcommand}")))?;
        let results = self.hear(number, &mut child, create(&out)?)?;
        if let Err(interrupted) = self.await_end(number) {
            end(&mut child);
            return Err(interrupted);
        }
        let status = child
            .wait()
            .map_err(StageError::io(format!("set-{role} {subcommand}")))?;
        let result = results
            .join()
            .unwrap_or(Ok(None))
            .map_err(StageError::io(format!("what set-{role} {subcommand} says")))?;
        if status.success() {
            return Ok(result.unwrap_or(serde_json::Value::Null));
        }
        // What cannot be read is not quoted.
        let says = fs::read(&err).unwrap_or_default();
        let says = String::from_utf8_lossy(&says);
        let last = says.lines().rev().take(5).collect::<Vec<_>>();
        Err(StageError::Failed {
            role,
            command: subcommand.to_owned(),
            status: status.to_string(),
            says: last.into_iter().rev().collect::<Vec<_>>().join("\n"),
        })
    }

    /// Waits for the exchange in which `from` sent `request`.
    ///
    /// # Errors
    ///
    /// It is not told in time, or [`StageError::Interrupted`].
    pub fn await_exchange(&mut self, from: &str, request: &str) -> Result<Exchange, StageError> {
        let wanted = |event: &Event| {
            matches!(event, Event::Exchange(told)
                if told.from == from && told.request.message == request)
        };
        match self.await_event(wanted, &format!("{request} from the {from}"))? {
            Event::Exchange(exchange) => Ok(*exchange),
            _ => Err(StageError::Silence {
                what: request.to_owned(),
            }),
        }
    }

    /// Takes what roles have proved so far.
    pub fn proved(&mut self) -> Vec<Proved> {
        while let Ok(heard) = self.heard.try_recv() {
            self.sort(heard);
        }
        let (proved, rest): (Vec<Event>, Vec<Event>) = self
            .waiting
            .drain(..)
            .partition(|event| matches!(event, Event::Proved(_)));
        self.waiting = rest.into();
        proved
            .into_iter()
            .filter_map(|event| match event {
                Event::Proved(proved) => Some(proved),
                _ => None,
            })
            .collect()
    }

    /// Ends the servers of a role as `kill -9` does, and waits until they are gone.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub fn kill(&mut self, role: &str) -> Result<(), StageError> {
        let killed = StageError::io(format!("killing set-{role}"));
        let mut fault = None;
        self.servers.retain_mut(|server| {
            if server.role == role {
                let gone = server.child.kill().and_then(|()| server.child.wait());
                fault = fault.take().or(gone.err());
            }
            server.role != role
        });
        fault.map_or(Ok(()), |fault| Err(killed(fault)))
    }

    /// The process of a server that runs.
    #[must_use]
    pub fn process(&self, role: &str) -> Option<u32> {
        let mut servers = self.servers.iter();
        let server = servers.find(|server| server.role == role);
        server.map(|server| server.child.id())
    }

    /// Waits until somebody ends the servers or, by a signal, this program.
    pub fn keep(&mut self) {
        let all_ended = |stage: &Self| {
            let mut numbers = stage.servers.iter().map(|server| server.number);
            numbers.all(|number| stage.ended.contains(&number))
        };
        while !all_ended(self) && self.next(None).is_ok() {}
    }

    /// The program that plays the roles.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    fn command(&self, role: &'static str, subcommand: &str, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg(AS_ROLE)
            .arg(role)
            .arg(subcommand)
            .args(["--format", "json", "--data"])
            .arg(self.folder(role))
            .args(args)
            .env("SET_PASSPHRASE", DEMO_PASSPHRASE)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    /// Where what the next process says is kept, so that it is searched for secrets.
    fn transcript(
        &mut self,
        role: &'static str,
        subcommand: &str,
    ) -> Result<Transcript, StageError> {
        let said = self.said();
        fs::create_dir_all(&said).map_err(StageError::io(said.display().to_string()))?;
        self.started += 1;
        let number = self.started;
        let name = format!("{number:04}-{role}-{subcommand}");
        Ok(Transcript {
            number,
            out: said.join(format!("{name}.out")),
            err: said.join(format!("{name}.err")),
        })
    }

    /// Listens to a process: its events go to the channel, its results to whoever joins, and
    /// all of it to a file.
    fn hear(
        &self,
        number: u32,
        child: &mut Child,
        transcript: File,
    ) -> Result<Results, StageError> {
        let out = child.stdout.take().ok_or_else(|| StageError::Silence {
            what: "standard output".to_owned(),
        })?;
        let sender = self.sender.clone();
        Ok(thread::spawn(move || {
            let result = listen(out, transcript, &sender);
            // Nobody listens any more once the stage is gone.
            drop(sender.send(Heard::End(number)));
            result
        }))
    }

    fn await_event(
        &mut self,
        wanted: impl Fn(&Event) -> bool,
        what: &str,
    ) -> Result<Event, StageError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(place) = self.waiting.iter().position(&wanted)
                && let Some(event) = self.waiting.remove(place)
            {
                return Ok(event);
            }
            if !self.next(Some(deadline))? {
                return Err(StageError::Silence {
                    what: what.to_owned(),
                });
            }
        }
    }

    /// Waits until a process has said all that it says.
    fn await_end(&mut self, number: u32) -> Result<(), StageError> {
        while !self.ended.contains(&number) {
            self.next(None)?;
        }
        Ok(())
    }

    /// Waits for whatever comes next; whether anything came before the deadline.
    fn next(&mut self, deadline: Option<Instant>) -> Result<bool, StageError> {
        // The stage has a sender itself, so that the channel is never closed.
        let heard = match deadline {
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                self.heard.recv_timeout(left).ok()
            }
            None => self.heard.recv().ok(),
        };
        let came = heard.is_some();
        if let Some(heard) = heard {
            self.sort(heard);
        }
        if self.interrupted {
            return Err(StageError::Interrupted);
        }
        Ok(came)
    }

    fn sort(&mut self, heard: Heard) {
        match heard {
            Heard::Event(event) => self.waiting.push_back(event),
            Heard::End(number) => drop(self.ended.insert(number)),
            Heard::Interruption => self.interrupted = true,
        }
    }
}

/// Passes a process's events on, and writes all that it says to its transcript.
fn listen(
    out: ChildStdout,
    mut transcript: File,
    sender: &Sender<Heard>,
) -> io::Result<Option<serde_json::Value>> {
    let mut result = None;
    for line in BufReader::new(out).split(b'\n') {
        let line = line?;
        transcript.write_all(&line)?;
        transcript.write_all(b"\n")?;
        match serde_json::from_slice::<Event>(&line) {
            // Nobody listens any more once the stage is gone.
            Ok(event) => drop(sender.send(Heard::Event(event))),
            Err(_) => result = serde_json::from_slice(&line).ok().or(result),
        }
    }
    Ok(result)
}

/// The files for what a process says.
struct Transcript {
    /// The number of the process.
    number: u32,
    /// On standard output: results, and with `--trace-wire` every exchange.
    out: PathBuf,
    /// On standard error.
    err: PathBuf,
}

/// Gives the last JSON object of a process that is no event.
type Results = thread::JoinHandle<io::Result<Option<serde_json::Value>>>;

fn create(file: &Path) -> Result<File, StageError> {
    File::create(file).map_err(StageError::io(file.display().to_string()))
}

impl Drop for Stage {
    fn drop(&mut self) {
        for server in &mut self.servers {
            end(&mut server.child);
        }
    }
}

fn end(child: &mut Child) {
    // A process that cannot be killed has ended.
    let _gone = child.kill().and_then(|()| child.wait());
}
