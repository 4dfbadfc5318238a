//! A role as a program: command line, configuration, logs, the command, its exit code.
//!
//! A role says with [`Program`] what is its own; [`run`] does what all have in common. What
//! all can fail with is [`Failure`], which a role's own error wraps; what the user sees goes
//! to the [`Screen`].

mod failure;
mod folder;
mod screen;

use std::{
    ffi::OsString,
    fmt::Display,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

use clap::Parser;
use serde::de::DeserializeOwned;
use tokio::runtime::Builder;

pub use self::{
    failure::{Failure, value, with},
    folder::{Made, create_file, create_folder, make_folder, require_folder},
    screen::{Screen, shown},
};
use crate::{
    cli::{Exit, SharedArgs},
    config::LogConfig,
    telemetry::start_logs,
};

/// What is a role's own about its program: the command line is the type itself.
pub trait Program: Parser {
    /// As it is typed, such as `set-gateway`.
    const NAME: &'static str;

    /// Its configuration.
    type Config: DeserializeOwned;

    /// Why one of its commands fails.
    type Failure: Failing + From<Failure>;

    /// The flags that all roles have.
    fn shared(&self) -> &SharedArgs;

    /// How the configuration wants logs written.
    fn log(config: &Self::Config) -> &LogConfig;

    /// The threads that commands run on. Servers have one for each core.
    fn runtime() -> Builder {
        Builder::new_multi_thread()
    }

    /// Does what the command line asks for.
    fn execute(
        self,
        config: Self::Config,
        screen: &mut Screen,
    ) -> impl Future<Output = Result<Exit, Self::Failure>>;
}

/// An error that ends a program.
pub trait Failing: Display {
    /// The exit code that tells of it.
    fn exit(&self) -> Exit;
}

/// Runs a program; the first of `args` is its name.
///
/// A failure is shown on standard error in the format asked for.
///
/// ```standalone_crate
/// use std::process::ExitCode;
///
/// use set_node::cli::{Exit, SharedArgs};
/// use set_node::config::LogConfig;
/// use set_node::program::{self, Failure, Program, Screen};
///
/// #[derive(clap::Parser)]
/// struct Kettle {
///     #[command(flatten)]
///     shared: SharedArgs,
/// }
///
/// impl Program for Kettle {
///     const NAME: &'static str = "kettle";
///     type Config = LogConfig;
///     type Failure = Failure;
///
///     fn shared(&self) -> &SharedArgs {
///         &self.shared
///     }
///
///     fn log(config: &LogConfig) -> &LogConfig {
///         config
///     }
///
///     async fn execute(self, _: LogConfig, _: &mut Screen) -> Result<Exit, Failure> {
///         Err(Failure::Damaged { what: "the kettle" })
///     }
/// }
///
/// let code = program::run::<Kettle>(["kettle".into()]);
/// assert_eq!(code, ExitCode::from(Exit::Broken));
/// ```
pub fn run<P: Program>(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let program = match P::try_parse_from(args) {
        Ok(program) => program,
        Err(fault) => {
            // Nothing can be told when standard error is closed.
            let _untold = fault.print();
            let exit = if fault.use_stderr() {
                Exit::Usage
            } else {
                Exit::Success
            };
            return exit.into();
        }
    };
    let mut screen = Screen::standard(program.shared().format);
    // What was half done when a panic came is never touched again: the process ends here.
    let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| execute(program, &mut screen))) else {
        return Exit::Internal.into();
    };
    match outcome.and_then(|exit| screen.written().map(|()| exit).map_err(P::Failure::from)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            screen.failure(P::NAME, &failure);
            failure.exit().into()
        }
    }
}

fn execute<P: Program>(program: P, screen: &mut Screen) -> Result<Exit, P::Failure> {
    let config: P::Config = program.shared().load_config().map_err(Failure::from)?;
    start_logs(P::log(&config)).map_err(Failure::from)?;
    let runtime = P::runtime()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    runtime.block_on(program.execute(config, screen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Idle {
        #[command(flatten)]
        shared: SharedArgs,
        #[arg(long)]
        panics: bool,
    }

    #[derive(Default, serde::Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Config {
        log: LogConfig,
    }

    impl Program for Idle {
        const NAME: &'static str = "idle";
        type Config = Config;
        type Failure = Failure;

        fn shared(&self) -> &SharedArgs {
            &self.shared
        }

        fn log(config: &Config) -> &LogConfig {
            &config.log
        }

        async fn execute(self, _: Config, _: &mut Screen) -> Result<Exit, Failure> {
            assert!(!self.panics, "asked to");
            Ok(Exit::Success)
        }
    }

    #[test]
    fn what_is_wrong_before_the_command_starts_has_its_exit_code() {
        let code = |argument: &[&str]| {
            let all = [&["idle"], argument].concat();
            format!("{:?}", run::<Idle>(all.into_iter().map(OsString::from)))
        };
        let expected = |exit: Exit| format!("{:?}", ExitCode::from(exit));
        assert_eq!(code(&["--help"]), expected(Exit::Success));
        assert_eq!(code(&["--unknown"]), expected(Exit::Usage));
        assert_eq!(code(&["--set", "no.such=key"]), expected(Exit::Broken));
        assert_eq!(code(&["--panics"]), expected(Exit::Internal));
    }
}
