//! Connections: what a client begins, it has to finish within a time limit, since each holds a descriptor.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Extension;
use common::{Failure, complain};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::peer::Peer;

/// How long the head of a request may take, and then its body.
pub const LONGEST: Duration = Duration::from_secs(5);

/// How long the server waits when it cannot accept a connection.
const REST: Duration = Duration::from_millis(100);

/// Answers everyone who connects, until it is dropped.
pub async fn answer_all(listener: TcpListener, routes: Router) -> Infallible {
    let mut told: Option<Instant> = None;
    loop {
        let (connection, address) =
            match listener.accept().await {
                Ok(accepted) => accepted,
                Err(why) if is_of_the_client(why.kind()) => continue,
                Err(why) => {
                    // Most likely no descriptor is left. The client waits in the kernel's queue.
                    if told.is_none_or(|when| when.elapsed().as_secs() > 60) {
                        told = Some(Instant::now());
                        let failure = Failure::new("cannot accept connections", why);
                        complain(&failure.advise(
                            "too many are open: those that stay unfinished are closed soon",
                        ));
                    }
                    sleep(REST).await;
                    continue;
                }
            };
        let peer = Peer { address, server: connection.local_addr().ok() };
        let service = TowerToHyperService::new(routes.clone().layer(Extension(peer)));
        let answered = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(LONGEST)
            .serve_connection(TokioIo::new(connection), service);
        // What breaks off a conversation is the client's own business.
        tokio::spawn(async move { drop(answered.await) });
    }
}

fn is_of_the_client(kind: ErrorKind) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(kind, ConnectionAborted | ConnectionRefused | ConnectionReset)
}
