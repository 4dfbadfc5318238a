//! An address that tests can give away before anything listens behind it.
//!
//! A port that was free a moment ago may be somebody else's by the time a server binds it. A
//! relay keeps its port for as long as it lives, and passes connections on to wherever the
//! server came up.

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// A listening socket on the loopback interface that passes octets on, both ways.
///
/// ```
/// use std::{io::{Read, Write}, net::{TcpListener, TcpStream}};
/// use set_testkit::relay::Relay;
///
/// let relay = Relay::start()?;
/// // Nobody is behind it yet: connections are closed.
/// assert_eq!(TcpStream::connect(relay.address())?.read(&mut [0])?, 0);
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// relay.lead_to(server.local_addr()?);
/// TcpStream::connect(relay.address())?.write_all(b"x")?;
/// let mut octet = [0];
/// server.accept()?.0.read_exact(&mut octet)?;
/// assert_eq!(octet, *b"x");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Relay {
    address: SocketAddr,
    destination: Arc<Mutex<Option<SocketAddr>>>,
}

impl Relay {
    /// Listens at a port that the system chooses, until the process ends.
    ///
    /// # Errors
    ///
    /// The system has no port to give.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let relay = Self {
            address: listener.local_addr()?,
            destination: Arc::default(),
        };
        let started = relay.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A connection that leads nowhere is closed, as by a server that is gone.
                if let Some(server) = started.reach() {
                    // The end of one direction's copying is the end of that direction.
                    let _ended = join(&client, &server);
                }
            }
        });
        Ok(relay)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// New connections go there from now on.
    pub fn lead_to(&self, server: SocketAddr) {
        *self
            .destination
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(server);
    }

    fn reach(&self) -> Option<TcpStream> {
        let destination = *self
            .destination
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        TcpStream::connect(destination?).ok()
    }
}

fn join(client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    for (from, to) in [(client, server), (server, client)] {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        thread::spawn(move || {
            let _copied = io::copy(&mut from, &mut to);
            let _ended = to.shutdown(Shutdown::Write);
        });
    }
    Ok(())
}
