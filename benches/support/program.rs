//! The real program in a process of its own on one core, and a bare axum server to compare with.

use super::load::load;
use axum::{Router, body::Bytes, response::Html, routing::get, serve::ListenerExt as _};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

const BARE: &str = "AISORA_BENCH_BARE";

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}

/// A command on the first core; the load comes from the others.
fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command
        .args(["-c", "0"])
        .arg(program)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn wait(address: &str) {
    for _ in 0..500 {
        if std::net::TcpStream::connect(address).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{address} does not answer");
}

pub struct Program {
    pub address: String,
    child: Child,
}

impl Program {
    /// `aisora serve` over a folder's database, with more arguments and settings.
    pub async fn start(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = pinned(Path::new(env!("CARGO_BIN_EXE_aisora")));
        let data = folder.join("data").display().to_string();
        command
            .args(["serve", "--bind", &address])
            .args(arguments)
            .envs(settings.iter().copied())
            .env("AISORA_DATA_DIR", data)
            .env("AISORA_LOG", "error");
        let child = command.spawn().expect("the program starts");
        wait(&address);
        tokio::time::sleep(Duration::from_secs(3)).await;
        Self { address, child }
    }

    /// What Linux tells of the process.
    pub fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("Linux")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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
