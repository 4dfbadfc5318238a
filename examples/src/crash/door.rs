//! A door: an address that stays while the server behind it dies and comes back elsewhere.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A door to a server. Who comes while there is no server is turned away.
#[derive(Clone, Debug)]
pub struct Door {
    address: SocketAddr,
    server: Arc<Mutex<Option<SocketAddr>>>,
}

impl Door {
    /// A door with nobody behind it. It lasts as long as the process.
    ///
    /// # Errors
    ///
    /// The system has no port.
    pub fn open() -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let door = Self {
            address: listener.local_addr()?,
            server: Arc::default(),
        };
        let server = Arc::clone(&door.server);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let behind = *server.lock().unwrap_or_else(PoisonError::into_inner);
                // Dropped, it is closed.
                let Some(Ok(server)) = behind.map(TcpStream::connect) else {
                    continue;
                };
                lead(client, server);
            }
        });
        Ok(door)
    }

    /// Where the door is.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who is behind it from now on; connections to another stay as they are.
    pub fn leads_to(&self, server: Option<SocketAddr>) {
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = server;
    }
}

/// Carries octets both ways until one side closes.
fn lead(client: TcpStream, server: TcpStream) {
    let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    thread::spawn(move || carry(from_client, server));
    thread::spawn(move || carry(from_server, client));
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let mut octets = vec![0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut octets) {
        let Some(read) = octets.get(..count) else {
            break;
        };
        if to.write_all(read).is_err() {
            break;
        }
    }
    // What is closed already needs no closing.
    let _closed = to.shutdown(Shutdown::Write);
    let _closed = from.shutdown(Shutdown::Read);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut octets = [0; 4];
            stream.read_exact(&mut octets).unwrap();
            stream.write_all(&octets).unwrap();
        });
        address
    }

    #[test]
    fn who_comes_is_led_to_the_server_of_the_hour_and_else_turned_away() {
        let door = Door::open().unwrap();
        let ask = || {
            let mut stream = TcpStream::connect(door.address()).unwrap();
            let mut answer = Vec::new();
            let written = stream.write_all(b"ping");
            let _read = written.and_then(|()| stream.read_to_end(&mut answer));
            answer
        };
        assert_eq!(ask(), b"");
        for _ in 0..2 {
            door.leads_to(Some(echo()));
            assert_eq!(ask(), b"ping");
        }
        door.leads_to(None);
        assert_eq!(ask(), b"");
    }
}
