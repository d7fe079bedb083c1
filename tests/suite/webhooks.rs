//! Outgoing webhooks: a receiver that does whatever real ones do, and what arrives there.

mod doors;
mod endpoints;
mod sending;

use crate::support::{Engine, Setup, TestApp};
use aisora::model::{
    ids::{EndpointId, UserId},
    webhooks::{Delivery, EndpointForm, Progress},
};
use aisora::server::clock::Clock;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

/// What a receiver answers to one request.
#[derive(Clone, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub after: Duration,
}

pub fn status(status: u16) -> Answer {
    Answer {
        status,
        ..Answer::default()
    }
}

/// What came.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// How many of its signatures fit a secret: HMAC-SHA256 written out by hand, after RFC 2104.
    pub fn signed_with(&self, secret: &str) -> usize {
        let mut key = [0; 64];
        let secret = STANDARD
            .decode(secret.strip_prefix("whsec_").expect("a secret"))
            .expect("base64");
        key[..secret.len()].copy_from_slice(&secret);
        let [id, at] = ["webhook-id", "webhook-timestamp"].map(|name| self.header(name));
        let content = format!("{id}.{at}.{}", self.body);
        let inner = Sha256::new()
            .chain_update(key.map(|byte| byte ^ 0x36))
            .chain_update(content)
            .finalize();
        let outer = Sha256::new()
            .chain_update(key.map(|byte| byte ^ 0x5c))
            .chain_update(inner)
            .finalize();
        let right = format!("v1,{}", STANDARD.encode(outer));
        let signatures = self.header("webhook-signature").split(' ');
        signatures.filter(|signature| *signature == right).count()
    }
}

#[derive(Default)]
struct Book {
    received: Vec<Received>,
    answers: VecDeque<Answer>,
    usual: Answer,
    now: usize,
    most: usize,
}

/// A server that takes events.
#[derive(Clone)]
pub struct Receiver {
    pub address: String,
    book: Arc<Mutex<Book>>,
}

impl Receiver {
    /// One that usually answers so.
    pub async fn start(usual: Answer) -> Self {
        let book = Arc::new(Mutex::new(Book {
            usual,
            ..Book::default()
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = format!(
            "http://{}/hooks?for=us",
            listener.local_addr().expect("an address")
        );
        let service = Router::new().fallback(take).with_state(book.clone());
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { address, book }
    }

    /// The next requests are answered so, one after the other.
    pub fn next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.book.lock().expect("unpoisoned").answers.extend(answers);
    }

    pub fn usually(&self, answer: Answer) {
        self.book.lock().expect("unpoisoned").usual = answer;
    }

    pub fn received(&self) -> Vec<Received> {
        self.book.lock().expect("unpoisoned").received.clone()
    }

    pub fn count(&self) -> usize {
        self.book.lock().expect("unpoisoned").received.len()
    }

    /// How many were being answered at once, at most.
    pub fn most_at_once(&self) -> usize {
        self.book.lock().expect("unpoisoned").most
    }
}

async fn take(
    State(book): State<Arc<Mutex<Book>>>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse + use<> {
    let answer = {
        let mut book = book.lock().expect("unpoisoned");
        let body = String::from_utf8(body.to_vec()).expect("text");
        book.received.push(Received { headers, body });
        book.now += 1;
        book.most = book.most.max(book.now);
        let usual = book.usual.clone();
        book.answers.pop_front().unwrap_or(usual)
    };
    tokio::time::sleep(answer.after).await;
    book.lock().expect("unpoisoned").now -= 1;
    let mut headers = HeaderMap::new();
    for (name, value) in answer.headers {
        headers.insert(name, value.parse().expect("a value"));
    }
    (
        StatusCode::from_u16(answer.status).expect("a status"),
        headers,
        "an answer that nobody reads",
    )
}

/// A person with an endpoint, in a server whose clock moves when it is told.
pub struct Scene {
    pub test: TestApp,
    pub clock: Clock,
    pub person: UserId,
    pub receiver: Receiver,
    pub endpoint: EndpointId,
    pub secret: String,
}

pub fn both(url: &str) -> EndpointForm {
    EndpointForm {
        url: url.into(),
        completed: "on".into(),
        failed: "on".into(),
    }
}

impl Scene {
    pub async fn set(engine: Engine, usual: Answer) -> Self {
        let clock = Clock::manual(1_800_000_000_000);
        let setup = Setup {
            clock: clock.clone(),
            ..Setup::default()
        };
        let mut test = TestApp::with(engine, setup).await;
        test.work();
        let person = test.person().await;
        let receiver = Receiver::start(usual).await;
        let made = test.app.webhooks.create(person, &both(&receiver.address)).await;
        let made = made.expect("an endpoint");
        Self {
            test,
            clock,
            person,
            receiver,
            endpoint: made.endpoint.id,
            secret: made.secret,
        }
    }

    /// The deliveries, newest first.
    pub async fn deliveries(&self) -> Vec<Delivery> {
        let list = self
            .test
            .app
            .webhooks
            .deliveries(self.person, self.endpoint, None, 100);
        list.await.expect("deliveries").0
    }

    /// The newest delivery, once it was tried so often and its try is written down.
    pub async fn tried(&self, attempts: i64) -> Delivery {
        let newest = async || self.deliveries().await.into_iter().next();
        self.test
            .until(&format!("try {attempts} is written down"), async || {
                newest().await.is_some_and(|newest| newest.attempts == attempts)
            })
            .await;
        newest().await.expect("a delivery")
    }

    /// Makes a video and waits until it has ended.
    pub async fn make(&self, prompt: &str) {
        let card = self.test.create(self.person, prompt, 1).await.remove(0);
        self.test.ended(self.person, card.id).await;
    }

    /// Lets time pass until an event that waits is due.
    pub fn wait_for(&self, delivery: &Delivery) {
        let Progress::Waiting(at) = delivery.progress else {
            panic!("it does not wait: {delivery:?}");
        };
        self.clock.advance((at - self.clock.now()).max(0));
    }

    /// Lets so much time pass that every try is made.
    pub async fn exhaust(&self) -> Delivery {
        let mut attempts = 1;
        loop {
            let delivery = self.tried(attempts).await;
            self.test.audit().await;
            if matches!(delivery.progress, Progress::GivenUp(_)) {
                return delivery;
            }
            self.wait_for(&delivery);
            attempts += 1;
        }
    }
}
