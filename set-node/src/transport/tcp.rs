use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::{
    frame::{FrameReader, FramingFault, ReadFault, Wait},
    guard::WriteGuard,
};
use crate::{
    config::Timeouts,
    service::{Binding, Service, Shutdown, Treated},
};

/// Serves one connection until the peer closes it, goes wrong, or the node stops.
///
/// The next request is read once the one before is answered, so answers keep
/// the order of requests and a peer that sends without reading is held back by
/// TCP itself.
pub(super) async fn serve<S>(
    stream: S,
    peer: SocketAddr,
    service: &Service,
    limit: usize,
    timeouts: &Timeouts,
    shutdown: &Shutdown,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let stream = WriteGuard::new(stream, timeouts.between_octets.duration());
    let mut reader = FrameReader::new(stream, limit, timeouts.clone());
    let mut wait = Wait::FirstOctet;
    while let Some(request) = next_request(&mut reader, wait, peer, service, shutdown).await {
        wait = Wait::NextMessage;
        let answer = match service.treat(request.clone(), peer, Binding::Tcp).await {
            Treated::Message(answer) => Some(answer),
            // Whoever waits for an answer learns at once that there is none; more messages
            // that came along are treated.
            Treated::Nothing if reader.pending().is_empty() => return end(reader.stream()).await,
            Treated::Nothing => continue,
            Treated::Busy => {
                return refuse(&mut reader, service, FramingFault::Busy, &request).await;
            }
            Treated::TimedOut => {
                return refuse(&mut reader, service, FramingFault::TimedOut, &request).await;
            }
            Treated::Failed => None,
        };
        let Some(answer) = answer else { return };
        if let Err(fault) = send(reader.stream(), &answer).await {
            tracing::debug!(%peer, %fault, "answer not taken");
            return;
        }
    }
}

/// Writes a whole message.
pub(super) async fn send<S>(stream: &mut S, message: &[u8]) -> std::io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    stream.write_all(message).await?;
    stream.flush().await
}

/// The next request, or `None` when the connection is over.
async fn next_request<S>(
    reader: &mut FrameReader<S>,
    wait: Wait,
    peer: SocketAddr,
    service: &Service,
    shutdown: &Shutdown,
) -> Option<Bytes>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let begun = tokio::select! {
        biased;
        () = shutdown.requested() => return None,
        begun = reader.begun(wait) => begun,
    };
    let fault = match begun {
        Ok(false) => return None,
        Err(fault) => fault,
        Ok(true) => match reader.message().await {
            Ok(message) => return Some(message),
            Err(fault) => fault,
        },
    };
    match fault {
        ReadFault::Framing(fault) => {
            tracing::info!(%peer, %fault, "message refused");
            service.metrics().tcp_refused();
            let head = Bytes::copy_from_slice(reader.pending());
            refuse(reader, service, fault, &head).await;
        }
        // A peer that leaves its connection unused has done nothing wrong.
        ReadFault::Stalled {
            wait: Wait::NextMessage,
            ..
        } => {}
        ReadFault::Stalled { .. } => {
            tracing::info!(%peer, %fault, "connection closed");
            service.metrics().tcp_refused();
        }
        ReadFault::Io(_) => tracing::debug!(%peer, %fault, "connection lost"),
    }
    None
}

/// Answers with what the role has to say about it and lets the peer read that.
async fn refuse<S>(reader: &mut FrameReader<S>, service: &Service, fault: FramingFault, head: &[u8])
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Some(answer) = service.refuse(fault, head) else {
        return;
    };
    let stream = reader.stream();
    if send(stream, &answer).await.is_ok() {
        end(stream).await;
    }
}

/// Says that nothing more comes, and lets the peer read what came.
///
/// Closing with octets unread resets the connection, and the reset may overtake the last
/// answer. So the rest is read and thrown away, within bounds.
async fn end<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) {
    if stream.shutdown().await.is_ok() {
        let _ = timeout(LINGER, discard(stream)).await;
    }
}

async fn discard<S: AsyncRead + Unpin>(stream: &mut S) {
    let mut room = vec![0; 16 * 1024];
    let mut left = MOST_DISCARDED;
    while let Ok(read) = stream.read(&mut room).await {
        left = left.saturating_sub(read);
        if read == 0 || left == 0 {
            return;
        }
    }
}

/// How long a peer that was refused may take to read why.
const LINGER: Duration = Duration::from_secs(2);

/// Octets of a refused message that are read to be thrown away.
const MOST_DISCARDED: usize = 4 * 1024 * 1024;
