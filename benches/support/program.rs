//! The real program in a process of its own on one core.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}

/// A command on the first core; the load comes from the others.
pub fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command
        .args(["-c", "0"])
        .arg(program)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

pub fn wait(address: &str) {
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
    pub child: Child,
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
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
