//! Pages of the servers: one HTTP request on a connection of its own.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Asks `address` (host and port) for a page; with a body, it is posted with a bearer's token.
///
/// # Errors
///
/// The server does not answer, or not with status 200 or 201.
pub fn ask(address: &str, path: &str, posted: Option<(&str, &str)>) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = match posted {
        None => format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"),
        Some((token, body)) => format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    };
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let refused = |why: &str| io::Error::other(format!("http://{address}{path}: {why}"));
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = end
        .and_then(|end| answer.split_at_checked(end + 4))
        .ok_or_else(|| refused("no HTTP"))?;
    let status = head.split(|octet| *octet == b'\r').next();
    let status = String::from_utf8_lossy(status.unwrap_or_default());
    match status.split(' ').nth(1) {
        Some("200" | "201") => Ok(body.to_vec()),
        _ => Err(refused(&status)),
    }
}

const PATIENCE: Duration = Duration::from_secs(30);
