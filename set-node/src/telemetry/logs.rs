use std::{
    env,
    ffi::OsStr,
    io::{self, IsTerminal},
};

use tracing::{Dispatch, dispatcher};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::config::{LogConfig, LogFormat};

/// Why there are no logs.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is not one.
    #[error(
        "log.filter \"{filter}\" is wrong, write it as \"info\" or \"warn,set_node=debug\": {detail}"
    )]
    Filter {
        /// The filter configured.
        filter: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The process logs already.
    #[error("logs are started already")]
    Started,
}

/// Logs to standard error for the rest of the process.
///
/// # Errors
///
/// The filter is wrong, or logs were started before.
pub fn start_logs(config: &LogConfig) -> Result<(), LogError> {
    let colour = wants_colour(
        env::var_os("NO_COLOR").as_deref(),
        io::stderr().is_terminal(),
    );
    let dispatch = dispatch(config, colour, io::stderr)?;
    dispatcher::set_global_default(dispatch).map_err(|_| LogError::Started)
}

fn dispatch<W>(config: &LogConfig, colour: bool, writer: W) -> Result<Dispatch, LogError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder()
        .parse(&config.filter)
        .map_err(|fault| LogError::Filter {
            filter: config.filter.clone(),
            detail: fault.to_string(),
        })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    Ok(match config.format {
        LogFormat::Text => logs.with_ansi(colour).into(),
        LogFormat::Json => logs.json().flatten_event(true).into(),
    })
}

/// A NO_COLOR that is set to anything but nothing forbids colour.
fn wants_colour(no_color: Option<&OsStr>, terminal: bool) -> bool {
    terminal && no_color.is_none_or(OsStr::is_empty)
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(octets)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(config: &LogConfig, colour: bool) -> String {
        let page = Page::default();
        let writer = page.clone();
        let dispatch = dispatch(config, colour, move || writer.clone()).unwrap();
        dispatcher::with_default(&dispatch, || {
            tracing::info!(peer = "p", "seen");
            tracing::debug!("unseen");
        });
        let octets = page.0.lock().unwrap().clone();
        String::from_utf8(octets).unwrap()
    }

    #[test]
    fn text_has_colour_only_where_wanted() {
        let plain = logged(&LogConfig::default(), false);
        assert!(
            plain.contains("INFO") && plain.contains("seen peer=\"p\""),
            "{plain}"
        );
        assert!(
            !plain.contains("unseen") && !plain.contains('\x1b'),
            "{plain}"
        );
        assert!(logged(&LogConfig::default(), true).contains('\x1b'));
    }

    #[test]
    fn json_is_an_object_per_line() {
        let config = LogConfig {
            format: LogFormat::Json,
            ..LogConfig::default()
        };
        let text = logged(&config, true);
        let line: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!(line.get("message").unwrap(), "seen");
        assert_eq!(line.get("peer").unwrap(), "p");
        assert_eq!(line.get("level").unwrap(), "INFO");
    }

    #[test]
    fn a_filter_that_is_not_one_is_refused() {
        let config = LogConfig {
            filter: "set_node=loud".into(),
            ..LogConfig::default()
        };
        assert!(matches!(
            dispatch(&config, false, io::stderr),
            Err(LogError::Filter { .. })
        ));
    }

    #[test]
    fn no_color_counts_only_when_it_is_not_empty() {
        assert!(wants_colour(None, true));
        assert!(wants_colour(Some(OsStr::new("")), true));
        assert!(!wants_colour(Some(OsStr::new("1")), true));
        assert!(!wants_colour(None, false));
    }
}
