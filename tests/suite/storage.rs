//! The store over S3, against a real server that speaks it (s3rver, from end2end's packages), and over a folder.

use crate::support::{Engine, Setup, WebServer, sample_video};
use aisora::model::generation::State;
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// An S3 server of its own. It goes away with the test.
pub struct S3 {
    address: String,
    child: Child,
}

impl S3 {
    /// Nothing when its package is not installed; `make test` installs it.
    pub async fn start(folder: &Path) -> Option<Self> {
        let program =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("end2end/node_modules/s3rver/bin/s3rver.js");
        if !program.is_file() {
            eprintln!("NOT RUN over S3: end2end/node_modules has no s3rver; `make test` installs it");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = Command::new("node");
        command
            .arg(program)
            .args(["--silent", "--address", "127.0.0.1", "--port", &port.to_string()]);
        command
            .arg("--directory")
            .arg(folder)
            .args(["--configure-bucket", "videos"]);
        let server = Self {
            address: format!("http://127.0.0.1:{port}"),
            child: command.stdout(Stdio::null()).spawn().unwrap(),
        };
        for _ in 0..3_600 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the S3 server does not start");
    }

    pub fn setup(&self) -> Setup {
        let environment = vec![
            ("AISORA_STORAGE_URL", "s3://videos/some/prefix".to_owned()),
            ("AISORA_S3_ENDPOINT", self.address.clone()),
            ("AISORA_S3_ACCESS_KEY", "S3RVER".to_owned()),
            ("AISORA_S3_SECRET_KEY", "S3RVER".to_owned()),
        ];
        Setup {
            environment,
            ..Setup::default()
        }
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_video_goes_to_s3_and_comes_back_in_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let Some(s3) = S3::start(folder.path()).await else {
        return;
    };
    let mut server = WebServer::with(Engine::Sqlite, s3.setup()).await;
    server.test.work();
    server.test.app.storage.ping().await.unwrap();
    let browser = server.signed_up("ada@example.org").await;
    let person = server.test.app.identity.find("ada@example.org").await.unwrap();
    let card = server.test.create(person, "a boat", 1).await.remove(0);
    assert_eq!(server.test.ended(person, card.id).await.state, State::Succeeded);
    let path = format!("/media/{}/video.mp4", card.id);
    assert_eq!(browser.get(&path).await.bytes().await.unwrap(), sample_video());
    let part = browser
        .send(
            browser
                .request(reqwest::Method::GET, &path)
                .header("range", "bytes=10-19"),
        )
        .await;
    assert_eq!(
        (part.status().as_u16(), part.bytes().await.unwrap().as_ref()),
        (206, &sample_video()[10..20])
    );
    server.test.app.generations.delete(person, card.id).await.unwrap();
    assert_eq!(browser.get(&path).await.status(), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_goes_to_s3_in_pieces_and_a_store_that_is_away_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let Some(s3) = S3::start(folder.path()).await else {
        return;
    };
    let server = WebServer::with(Engine::Sqlite, s3.setup()).await;
    let storage = server.test.app.storage.clone();
    let file = tempfile::NamedTempFile::new().unwrap();
    let bytes: Vec<u8> = (0..12_345_678_u32).map(|n| n.to_le_bytes()[1]).collect();
    std::fs::write(file.path(), &bytes).unwrap();
    storage
        .put_file("generations/x/1/video.mp4", file.path())
        .await
        .unwrap();
    assert_eq!(
        storage.length("generations/x/1/video.mp4").await.unwrap(),
        12_345_678
    );
    storage.remove("generations/x").await.unwrap();
    assert!(storage.length("generations/x/1/video.mp4").await.is_err());
    drop(s3);
    assert!(
        tokio::time::timeout(Duration::from_secs(3), storage.ping())
            .await
            .map_or(true, |ping| ping.is_err())
    );
}
