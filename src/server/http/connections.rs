//! Connections: plain TCP, HTTP/1.1, each in a task of its own. Made by hand from the library's parts, because a connection
//! that also looks whether HTTP/2 or an upgrade comes is larger, and thousands of them do nothing but hold an event stream.

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::{HeaderValue, Uri},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

/// How long a connection may take to say what it wants, and may wait between two requests.
const HEAD: Duration = Duration::from_mins(1);

/// Serves until it is told to stop, and then until every request that is under way has its answer.
pub async fn serve(mut listener: TcpListener, router: Router, stop: CancellationToken) {
    let connections = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    loop {
        // Axum's way of accepting waits a moment when there are no more files to open.
        let (stream, from) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = stop.cancelled() => break,
        };
        // Many small writes of one page must not wait for each other.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            if request.uri().path() == "/events" {
                detach(&mut request);
            }
            request.extensions_mut().insert(ConnectInfo(from));
            router.clone().call(request)
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::trace!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// Copies a request's head out of the buffer that it was read into. A connection that waits for its answer goes on reading,
/// to notice a client that leaves; it takes this buffer again if nobody else looks into it, and another one of 8 kB if
/// somebody does. Thousands of browsers that come back at once (the server was restarted) would all have both.
fn detach(request: &mut Request<Incoming>) {
    for value in request.headers_mut().values_mut() {
        if let Ok(own) = HeaderValue::from_bytes(value.as_bytes()) {
            *value = own;
        }
    }
    if let Ok(own) = Uri::try_from(request.uri().to_string()) {
        *request.uri_mut() = own;
    }
}
