use core::fmt;
use core::str::FromStr;

use super::error::WakeUpFault;

/// A URL of up to 512 characters with a scheme that a wallet or browser may follow.
///
/// Printable ASCII without spaces, `scheme://authority` and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    text: String,
    scheme: Scheme,
}

/// The scheme of a [`WebAddress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// SET over HTTP, or a page.
    Http,
    /// A page; SET needs no TLS.
    Https,
    /// SET over TCP.
    Set,
}

impl Scheme {
    /// The scheme with `://`.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
            Self::Set => "set://",
        }
    }
}

impl WebAddress {
    /// The whole of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Host and port, as written.
    #[must_use]
    pub fn authority(&self) -> &str {
        let rest = self.text.get(self.scheme.prefix().len()..).unwrap_or("");
        rest.split(['/', '?', '#']).next().unwrap_or("")
    }
}

impl FromStr for WebAddress {
    type Err = WakeUpFault;

    fn from_str(text: &str) -> Result<Self, WakeUpFault> {
        let fault = WakeUpFault::Value {
            expected: "a URL with scheme http, https or set, of at most 512 characters",
        };
        if text.len() > 512 || !text.bytes().all(|octet| octet.is_ascii_graphic()) {
            return Err(fault);
        }
        let scheme = [Scheme::Http, Scheme::Https, Scheme::Set]
            .into_iter()
            .find(|scheme| {
                text.get(..scheme.prefix().len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(scheme.prefix()))
            })
            .ok_or(fault.clone())?;
        let address = Self {
            text: text.to_owned(),
            scheme,
        };
        // A user name before the host is how a link poses as another site's.
        if address.authority().is_empty() || address.authority().contains('@') {
            return Err(fault);
        }
        Ok(address)
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
