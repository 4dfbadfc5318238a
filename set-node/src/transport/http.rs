use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Limited};
use hyper::{
    body::{Body as HttpBody, Incoming},
    server::conn::http1,
    service::{Service as HyperService, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, timeout, timeout_at},
};

use super::{guard::WriteGuard, media::MediaType};
use crate::{
    config::Timeouts,
    service::{Binding, Service, Shutdown, Treated},
};

/// What all HTTP connections of a listener share.
pub(super) struct HttpBinding {
    pub(super) service: Service,
    pub(super) path: String,
    pub(super) routes: Router,
    pub(super) limit: usize,
    pub(super) timeouts: Timeouts,
}

/// Serves one connection until the peer closes it, goes wrong, or the node stops.
pub(super) async fn serve<S>(
    stream: S,
    peer: SocketAddr,
    binding: Arc<HttpBinding>,
    shutdown: &Shutdown,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let timeouts = binding.timeouts.clone();
    let service = service_fn(move |request| {
        let binding = Arc::clone(&binding);
        async move { Ok::<_, Infallible>(binding.answer(request, peer).await) }
    });
    if let Err(fault) = drive(stream, service, &timeouts, shutdown).await {
        tracing::debug!(%peer, %fault, "connection ended");
    }
}

/// Has `service` answer the requests of one connection, within the time-outs.
pub(crate) async fn drive<S, H>(
    stream: S,
    service: H,
    timeouts: &Timeouts,
    shutdown: &Shutdown,
) -> Result<(), hyper::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: HyperService<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
{
    let stream = WriteGuard::new(stream, timeouts.between_octets.duration());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.first_octet.duration())
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.requested() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}

impl HttpBinding {
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        if request.uri().path() == self.path {
            let answer = self.exchange(request, peer).await;
            if answer.status().is_client_error() {
                tracing::info!(%peer, status = answer.status().as_u16(), "message refused");
                self.service.metrics().http_refused();
            }
            return answer;
        }
        let request = request.map(|body| Body::new(Limited::new(body, self.limit)));
        let routes = TowerToHyperService::new(self.routes.clone());
        match timeout(self.timeouts.request.duration(), routes.call(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(never)) => match never {},
            Err(_) => status(StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    /// One SET message in, one out.
    async fn exchange(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        if request.method() != Method::POST {
            let mut answer = status(StatusCode::METHOD_NOT_ALLOWED);
            answer
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("POST"));
            return answer;
        }
        let media = match media_type(request.headers()) {
            Some(media) if self.service.accepts().contains(&media) => media,
            _ => return status(StatusCode::UNSUPPORTED_MEDIA_TYPE),
        };
        let message = match body(request.into_body(), self.limit, &self.timeouts).await {
            Ok(message) => message,
            Err(BodyFault::TooBig) => return status(StatusCode::PAYLOAD_TOO_LARGE),
            Err(BodyFault::Stalled(_)) => return status(StatusCode::REQUEST_TIMEOUT),
            Err(BodyFault::Broken(_)) => return status(StatusCode::BAD_REQUEST),
        };
        match self
            .service
            .treat(message, peer, Binding::Http(media))
            .await
        {
            Treated::Message(message) => {
                let mut answer = Response::new(Body::from(message));
                let headers = answer.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.name()));
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                answer
            }
            Treated::Nothing => status(StatusCode::NO_CONTENT),
            Treated::Busy | Treated::TimedOut => {
                let mut answer = status(StatusCode::SERVICE_UNAVAILABLE);
                answer
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                answer
            }
            Treated::Failed => status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// Why a body could not be read.
#[derive(Debug)]
pub(super) enum BodyFault {
    TooBig,
    Stalled(Duration),
    Broken(hyper::Error),
}

/// Reads a body within limits of size and time.
///
/// One that announces more than the limit is refused before it is read.
pub(super) async fn body(
    mut body: Incoming,
    limit: usize,
    timeouts: &Timeouts,
) -> Result<Bytes, BodyFault> {
    let announced = body.size_hint().lower();
    if usize::try_from(announced).map_or(true, |announced| announced > limit) {
        return Err(BodyFault::TooBig);
    }
    let patience = timeouts.between_octets.duration();
    let whole = timeouts.message.duration();
    let deadline = Instant::now() + whole;
    let mut octets = BytesMut::new();
    loop {
        match timeout_at(deadline, timeout(patience, body.frame())).await {
            Ok(Ok(None)) => return Ok(octets.freeze()),
            Ok(Ok(Some(Ok(frame)))) => {
                if let Ok(data) = frame.into_data() {
                    if data.len() > limit.saturating_sub(octets.len()) {
                        return Err(BodyFault::TooBig);
                    }
                    octets.extend_from_slice(&data);
                }
            }
            Ok(Ok(Some(Err(fault)))) => return Err(BodyFault::Broken(fault)),
            Ok(Err(_)) => return Err(BodyFault::Stalled(patience)),
            Err(_) => return Err(BodyFault::Stalled(whole)),
        }
    }
}

/// The SET media type that the headers name, if they name one.
pub(super) fn media_type(headers: &HeaderMap) -> Option<MediaType> {
    headers
        .get(header::CONTENT_TYPE)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn status(code: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = code;
    answer
}

/// How long no connection is accepted after one could not be.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
