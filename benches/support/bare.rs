//! A bare axum server in a process of its own, to compare with.

use super::{
    load::load,
    program::{free_port, pinned, wait},
};
use axum::{Router, body::Bytes, response::Html, routing::get, serve::ListenerExt as _};
use std::{path::PathBuf, process::Child, time::Duration};

const BARE: &str = "AISORA_BENCH_BARE";

pub struct BareServer {
    pub address: String,
    child: Child,
    _page: tempfile::NamedTempFile,
}

impl BareServer {
    /// This benchmark was started as the bare server.
    pub fn is_asked_for() -> bool {
        std::env::var_os(BARE).is_some()
    }

    pub fn start(page: &[u8]) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), page).expect("written");
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = pinned(&std::env::current_exe().expect("this program"));
        command
            .env(BARE, file.path())
            .env("AISORA_BENCH_ADDRESS", &address);
        let child = command.spawn().expect("the bare server starts");
        wait(&address);
        Self {
            address,
            child,
            _page: file,
        }
    }

    /// Answers a second, once it is warm.
    pub async fn load(&self) -> f64 {
        let requests = [format!("GET / HTTP/1.1\r\nhost: {}\r\n\r\n", self.address)];
        load(&self.address, &requests, Duration::from_secs(2)).await;
        load(&self.address, &requests, Duration::from_secs(8)).await
    }

    pub async fn serve() {
        let file: PathBuf = std::env::var_os(BARE).expect("asked for").into();
        let page = Bytes::from(std::fs::read(file).expect("the page"));
        let handler = move || {
            let page = page.clone();
            async move { Html(page) }
        };
        let address = std::env::var("AISORA_BENCH_ADDRESS").expect("an address");
        let listener = tokio::net::TcpListener::bind(address).await.expect("a port");
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, Router::new().route("/", get(handler)))
            .await
            .expect("serves");
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
