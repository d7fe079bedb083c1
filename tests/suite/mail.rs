//! Letters: a real mail server (`tests/mail/server.py`), and what arrives there, read by a real MIME parser.
//! `make test` installs it; where it is not, this says so loudly and passes.

mod closing;
mod confirming;
mod doors;
mod refusals;
mod sending;

use crate::{
    sdk,
    support::{Engine, Setup, WebServer},
};
use aisora::{
    language::{Language, speaking},
    model::{generation::Card, ids::UserId},
    server::{clock::Clock, mail::LONG},
};
use serde::Deserialize;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

pub const MINUTE: i64 = 60_000;
/// Everybody has shown that their address is theirs.
pub const CONFIRMED: &str = "UPDATE users SET mail_confirmed_at = 1";

/// A letter as it was handed over.
#[derive(Clone, Debug, Deserialize)]
pub struct Received {
    pub answer: String,
    pub hello: String,
    pub user: Option<String>,
    pub from: String,
    pub to: Vec<String>,
    headers: Vec<(String, String)>,
    pub kind: String,
    pub plain: Part,
    pub html: Part,
    pub defects: Vec<String>,
    pub raw: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Part {
    pub text: String,
}

impl Received {
    /// A header that is there once.
    pub fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let (_, value) = found.next().unwrap_or_else(|| panic!("no {name} in {self:#?}"));
        assert!(found.next().is_none(), "{name} twice");
        value
    }

    pub fn header_names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The path of the link that ends such letters.
    pub fn stop(&self) -> &str {
        let link = self.header("list-unsubscribe").trim_matches(['<', '>']);
        let path = link
            .strip_prefix("http://127.0.0.1:3000")
            .expect("a link to the studio");
        assert!(
            self.plain.text.contains(link) && self.html.text.contains(link),
            "{self:#?}"
        );
        path
    }
}

/// A Python that has the mail server's library; looked for once.
fn python() -> Option<&'static Path> {
    static FOUND: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let python = sdk::python("mail");
        let there = Command::new(&python)
            .args(["-c", "import aiosmtpd"])
            .stderr(Stdio::null())
            .status();
        there.is_ok_and(|status| status.success()).then_some(python)
    });
    FOUND.as_deref()
}

/// A mail server of its own.
pub struct MailServer {
    child: Child,
    input: ChildStdin,
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

impl MailServer {
    /// Nothing where it is not installed. With `user:password` it wants to know who sends.
    pub fn start(user: Option<&str>) -> Option<Self> {
        let Some(python) = python() else {
            // Around the test's captured output, so that it is seen.
            let _ = writeln!(
                std::io::stderr(),
                "NOT RUN: the mail server of the tests is not installed; scripts/tools test does it"
            );
            return None;
        };
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/server.py"))
            .args(user.map(|user| format!("--user={user}")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let first = lines.next().expect("a line").expect("text");
        let port: serde_json::Value = serde_json::from_str(&first).expect("JSON");
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let kept = received.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let letter = serde_json::from_str(&line).expect("a letter");
                kept.lock().expect("unpoisoned").push(letter);
            }
        });
        Some(Self {
            input: child.stdin.take().expect("its input"),
            child,
            port: port["port"]
                .as_u64()
                .and_then(|port| port.try_into().ok())
                .expect("a port"),
            received,
        })
    }

    /// What becomes of the next letters, one after the other.
    pub fn next(&mut self, answers: &[&str]) {
        for answer in answers {
            writeln!(self.input, "{answer}").expect("written");
        }
        // It reads its input and its letters at once; this is far longer than reading a line takes.
        std::thread::sleep(Duration::from_millis(100));
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("unpoisoned").clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A studio whose clock moves when it is told, with a mail server.
pub struct Scene {
    pub server: WebServer,
    pub clock: Clock,
    pub mail: MailServer,
}

impl Scene {
    pub async fn set(engine: Engine) -> Option<Self> {
        Self::with(engine, None, "").await
    }

    /// `user` is what the mail server wants to hear, `told` what the studio says.
    pub async fn with(engine: Engine, user: Option<&str>, told: &str) -> Option<Self> {
        let mail = MailServer::start(user)?;
        let clock = Clock::manual(1_800_000_000_000);
        let server = WebServer::with(engine, setup(&mail, told, &clock)).await;
        Some(Self { server, clock, mail })
    }

    /// Somebody who wants letters, in a language, at an address that is theirs.
    pub async fn reader(&self, email: &str, language: Language) -> UserId {
        let person = self.server.test.person_named(email).await;
        self.server.test.raw(CONFIRMED).await;
        let wanted = speaking(language, self.server.test.app.mail.want(person, true));
        wanted.await.expect("wanted");
        person
    }

    /// Work that was ordered so long ago, in milliseconds, and has just ended.
    pub async fn made_after(&mut self, wait: i64, orders: &[(UserId, &str)]) -> Vec<Card> {
        let mut cards = Vec::new();
        for (person, prompt) in orders {
            cards.push(self.server.test.create(*person, prompt, 1).await.remove(0));
        }
        self.clock.advance(wait);
        self.server.test.work();
        for ((person, _), card) in orders.iter().zip(&mut cards) {
            *card = self.server.test.ended(*person, card.id).await;
        }
        cards
    }

    pub async fn long(&mut self, orders: &[(UserId, &str)]) -> Vec<Card> {
        self.made_after(LONG, orders).await
    }

    /// Lets so much time pass, in milliseconds, and so long for the postman to look a few times.
    pub async fn pass(&self, ms: i64) {
        self.clock.advance(ms);
        tokio::time::sleep(Duration::from_millis(1_300)).await;
    }

    /// What arrived, once it is so many and what came of them is written down.
    pub async fn arrived(&self, count: usize) -> Vec<Received> {
        self.server
            .test
            .until("letters arrive", async || self.mail.received().len() >= count)
            .await;
        self.nothing_under_way().await;
        let received = self.mail.received();
        assert_eq!(received.len(), count, "{received:#?}");
        received
    }

    /// No letter waits, and no job for one.
    pub async fn nothing_waits(&self) {
        const WAITING: &str = "SELECT (SELECT COUNT(*) FROM jobs WHERE kind = 'letter') + (SELECT COUNT(*) FROM letters) + (SELECT COUNT(*) FROM letter_items)";
        self.none("nothing waits", WAITING).await;
    }

    /// No postman is between sending a letter and writing down what came of it. Time that passed there would end a claim
    /// that is kept, or begin a pause too late.
    pub async fn nothing_under_way(&self) {
        const UNDER_WAY: &str = "SELECT COUNT(*) FROM jobs WHERE kind = 'letter' AND lease_owner IS NOT NULL";
        self.none("nothing is under way", UNDER_WAY).await;
    }

    async fn none(&self, what: &str, sql: &'static str) {
        let test = &self.server.test;
        test.until(what, async || test.count(sql).await == 0).await;
    }
}

/// A studio at a mail server.
pub fn setup(mail: &MailServer, user: &str, clock: &Clock) -> Setup {
    Setup {
        environment: vec![
            ("AISORA_MAIL_URL", format!("smtp://{user}127.0.0.1:{}", mail.port)),
            ("AISORA_MAIL_FROM", "AiSora Studio <studio@example.org>".into()),
        ],
        clock: clock.clone(),
        ..Setup::default()
    }
}
