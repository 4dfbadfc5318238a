use std::{fmt, net::Ipv6Addr, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Where a SET server is reached.
///
/// ```
/// use set_node::transport::Endpoint;
///
/// let gateway: Endpoint = "set://gateway.example".parse()?;
/// assert_eq!(gateway, Endpoint::Tcp { host: "gateway.example".into(), port: 257 });
/// let merchant: Endpoint = "http://[::1]:8080/set".parse()?;
/// assert_eq!(merchant.to_string(), "http://[::1]:8080/set");
/// # Ok::<(), set_node::transport::EndpointError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `set://host:port`: DER over TCP; without a port, 257.
    Tcp {
        /// Name or address; an IPv6 address without its brackets.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// `http://host:port/path`: HTTP POST; without a port, 80.
    Http {
        /// Name or address; an IPv6 address without its brackets.
        host: String,
        /// TCP port.
        port: u16,
        /// Path and query, beginning with a slash.
        path: String,
    },
}

/// What is wrong with the text of an [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It begins with neither `set://` nor `http://`.
    #[error("an endpoint begins with set:// or http://, this one with \"{0}\"")]
    Scheme(String),
    /// The host is missing or holds characters that a host has not.
    #[error("\"{0}\" is not a host name or address")]
    Host(String),
    /// The port is not a number from 1 to 65535.
    #[error("\"{0}\" is not a port")]
    Port(String),
    /// The path holds characters that have to be escaped, or a `set://` endpoint has a path.
    #[error("\"{0}\" is not a path that this endpoint can have")]
    Path(String),
}

impl Endpoint {
    /// The host, an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        match self {
            Self::Tcp { host, .. } | Self::Http { host, .. } => host,
        }
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        match self {
            Self::Tcp { port, .. } | Self::Http { port, .. } => *port,
        }
    }

    /// `host:port` as a Host field has it, an IPv6 address in brackets.
    pub fn authority(&self) -> String {
        let (host, port) = (self.host(), self.port());
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { .. } => write!(f, "set://{}", self.authority()),
            Self::Http { path, .. } => write!(f, "http://{}{path}", self.authority()),
        }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if let Some(rest) = strip_scheme(text, "set://") {
            let rest = rest.strip_suffix('/').unwrap_or(rest);
            if let Some(slash) = rest.find(['/', '?', '#']) {
                return Err(EndpointError::Path(excerpt(rest.split_at(slash).1)));
            }
            let (host, port) = parse_authority(rest, 257)?;
            Ok(Self::Tcp { host, port })
        } else if let Some(rest) = strip_scheme(text, "http://") {
            let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
            let path = if path.is_empty() { "/" } else { path };
            let plain =
                |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '"' | '<' | '>' | '\\');
            if !path.starts_with('/') || !path.chars().all(plain) {
                return Err(EndpointError::Path(excerpt(path)));
            }
            let (host, port) = parse_authority(authority, 80)?;
            Ok(Self::Http {
                host,
                port,
                path: path.to_owned(),
            })
        } else {
            Err(EndpointError::Scheme(excerpt(text)))
        }
    }
}

impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

fn parse_authority(text: &str, default_port: u16) -> Result<(String, u16), EndpointError> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest
            .split_once(']')
            .ok_or_else(|| EndpointError::Host(excerpt(text)))?;
        host.parse::<Ipv6Addr>()
            .map_err(|_| EndpointError::Host(excerpt(text)))?;
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err(EndpointError::Host(excerpt(text))),
        }
    } else {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if host.is_empty() || host.len() > 253 || !host.chars().all(plain) {
            return Err(EndpointError::Host(excerpt(host)));
        }
        (host, port)
    };
    let port = match port {
        None => default_port,
        Some(port) => match port.parse() {
            Ok(number) if number != 0 && port.bytes().all(|b| b.is_ascii_digit()) => number,
            _ => return Err(EndpointError::Port(excerpt(port))),
        },
    };
    Ok((host.to_ascii_lowercase(), port))
}

/// Enough of a wrong text to recognise it by.
fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_default_to_257_and_80() {
        assert_eq!(
            "SET://Host".parse::<Endpoint>().unwrap().to_string(),
            "set://host:257"
        );
        assert_eq!(
            "http://host".parse::<Endpoint>().unwrap().to_string(),
            "http://host:80/"
        );
        assert_eq!(
            "set://[::1]/".parse::<Endpoint>().unwrap().to_string(),
            "set://[::1]:257"
        );
    }

    #[test]
    fn path_and_query_are_kept() {
        let endpoint: Endpoint = "http://127.0.0.1:81/a/b?c=d".parse().unwrap();
        assert_eq!(
            endpoint,
            Endpoint::Http {
                host: "127.0.0.1".into(),
                port: 81,
                path: "/a/b?c=d".into()
            }
        );
    }

    #[test]
    fn each_wrong_part_is_named() {
        let fault = |text: &str| text.parse::<Endpoint>().unwrap_err();
        assert_eq!(fault("ftp://h"), EndpointError::Scheme("ftp://h".into()));
        assert_eq!(fault("set:"), EndpointError::Scheme("set:".into()));
        assert_eq!(fault("set://"), EndpointError::Host(String::new()));
        assert_eq!(fault("set://user@h"), EndpointError::Host("user@h".into()));
        assert_eq!(fault("set://[::g]"), EndpointError::Host("[::g]".into()));
        assert_eq!(fault("set://[::1]x"), EndpointError::Host("[::1]x".into()));
        assert_eq!(fault("set://h:0"), EndpointError::Port("0".into()));
        assert_eq!(fault("set://h:+5"), EndpointError::Port("+5".into()));
        assert_eq!(fault("set://h:65536"), EndpointError::Port("65536".into()));
        assert_eq!(fault("set://h/x"), EndpointError::Path("/x".into()));
        assert_eq!(
            fault("http://h/\r\nX: y"),
            EndpointError::Path("/\r\nX: y".into())
        );
        assert_eq!(fault("http://h?x"), EndpointError::Path("?x".into()));
    }
}
