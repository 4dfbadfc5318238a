use crate::error::Error;

/// Why evidence proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{step}: {error}", match .exhibit { Some(number) => format!("exhibit {number}, "), None => String::new() })]
pub struct EvidenceFault {
    /// Which exhibit, from 1; none when it is the bundle.
    pub exhibit: Option<usize>,
    /// The check that failed.
    pub step: &'static str,
    /// What is wrong.
    pub error: Box<Error>,
}

impl EvidenceFault {
    /// For `map_err`: this check failed.
    pub(super) fn at<E: Into<Error>>(step: &'static str) -> impl Fn(E) -> Self {
        move |error| Self {
            exhibit: None,
            step,
            error: Box::new(error.into()),
        }
    }

    pub(super) fn in_exhibit(self, number: usize) -> Self {
        Self {
            exhibit: Some(number),
            ..self
        }
    }
}
