//! The hosted catalogues, played strictly: each refuses what the real one refuses, in its own shapes (the sources
//! are named in each file), and does wrong what the prompt tells it. Nothing here is shared with the adapters.

use super::{super::sample_video, fal, faults, openrouter, replicate, video};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

/// What OpenRouter and Replicate sign their webhooks with, as Replicate writes it down.
pub const HOOK_SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiB0aGUgZW11bGF0b3I=";

/// Who is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    OpenRouter,
    Fal,
    Replicate,
}

/// A running catalogue.
#[derive(Clone)]
pub struct Catalogue {
    pub address: SocketAddr,
    /// Where the videos lie: another origin.
    pub elsewhere: SocketAddr,
    inner: Arc<Inner>,
}

pub struct Inner {
    pub service: Service,
    pub address: SocketAddr,
    pub elsewhere: SocketAddr,
    jobs: Mutex<HashMap<String, Job>>,
    seen: Mutex<Seen>,
    /// What the list of models is, where the test wants another one.
    list: Mutex<Option<Value>>,
    signer: Ed25519KeyPair,
}

/// What it saw, for the tests to look at.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Every order with the right key, also refused ones: the path, the headers, the body.
    pub orders: Vec<Sent>,
    /// The ids of cancelled jobs.
    pub cancelled: Vec<String>,
    /// When jobs were polled, by id.
    pub polls: Vec<(String, Instant)>,
    /// Downloads from the other origin, and whether the key came there.
    pub elsewhere: u32,
    pub key_elsewhere: bool,
    /// How often the list of models, and the keys of webhooks, were asked for.
    pub lists: u32,
    pub keys: u32,
}

/// An order as it came.
#[derive(Clone, Debug)]
pub struct Sent {
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Map<String, Value>,
    pub prompt: String,
}

#[derive(Clone, Debug)]
pub struct Job {
    pub prompt: String,
    pub body: Map<String, Value>,
    pub polls: u32,
    pub done: bool,
    pub cancelled: bool,
}

impl Catalogue {
    /// Starts one on free ports.
    pub async fn start(service: Service) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let other = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let elsewhere = other.local_addr().expect("an address");
        let inner = Arc::new(Inner {
            service,
            address,
            elsewhere,
            jobs: Mutex::default(),
            seen: Mutex::default(),
            list: Mutex::default(),
            signer: Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a key"),
        });
        let app = match service {
            Service::OpenRouter => openrouter::routes(),
            Service::Fal => fal::routes(),
            Service::Replicate => replicate::routes(),
        };
        let cdn = Router::new().route("/{id}", get(from_elsewhere));
        tokio::spawn(axum::serve(listener, app.with_state(inner.clone())).into_future());
        tokio::spawn(axum::serve(other, cdn.with_state(inner.clone())).into_future());
        Self {
            address,
            elsewhere,
            inner,
        }
    }

    pub fn seen(&self) -> Seen {
        self.inner.seen().clone()
    }

    /// The only job's id.
    pub fn job(&self) -> String {
        let jobs = self.inner.jobs();
        jobs.keys().next().expect("a job").clone()
    }

    /// Ends the jobs that wait "until told".
    pub fn finish(&self) {
        for job in self.inner.jobs().values_mut() {
            job.done = true;
        }
    }

    /// Another list of models.
    pub fn set_list(&self, list: Value) {
        *self.inner.list.lock().expect("unpoisoned") = Some(list);
    }

    /// The body and the headers of its webhook about a job, sent at a time in unix seconds.
    pub fn webhook(&self, id: &str, at: i64) -> (String, Vec<(&'static str, String)>) {
        match self.inner.service {
            Service::OpenRouter => {
                let body =
                    json!({"type": "video.generation.completed", "data": {"id": id, "status": "completed"}});
                let body = body.to_string();
                let signature = hex(&mac(HOOK_SECRET.as_bytes(), &format!("{at},{body}")));
                (
                    body,
                    vec![("x-openrouter-signature", format!("t={at},v1={signature}"))],
                )
            }
            Service::Replicate => {
                let body = json!({"id": id, "status": "succeeded", "output": null}).to_string();
                let key = BASE64_STANDARD.decode(&HOOK_SECRET[6..]).expect("base64");
                let signature = BASE64_STANDARD.encode(mac(&key, &format!("msg_1.{at}.{body}")));
                let headers = vec![
                    ("webhook-id", "msg_1".to_owned()),
                    ("webhook-timestamp", at.to_string()),
                    ("webhook-signature", format!("v1,{signature}")),
                ];
                (body, headers)
            }
            Service::Fal => {
                let body = json!({"request_id": id, "gateway_request_id": id, "status": "OK", "payload": {}});
                let body = body.to_string();
                let message = format!("{id}\nuser_1\n{at}\n{}", hex(&Sha256::digest(&body)));
                let signature = self.inner.signer.sign(message.as_bytes());
                let headers = vec![
                    ("x-fal-webhook-request-id", id.to_owned()),
                    ("x-fal-webhook-user-id", "user_1".to_owned()),
                    ("x-fal-webhook-timestamp", at.to_string()),
                    ("x-fal-webhook-signature", hex(signature.as_ref())),
                ];
                (body, headers)
            }
        }
    }
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("into a text");
        hex
    })
}

pub type Shared = State<Arc<Inner>>;

impl Inner {
    pub fn jobs(&self) -> MutexGuard<'_, HashMap<String, Job>> {
        self.jobs.lock().expect("unpoisoned")
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("unpoisoned")
    }

    pub fn list(&self) -> Option<Value> {
        self.seen().lists += 1;
        self.list.lock().expect("unpoisoned").clone()
    }

    pub fn public_key(&self) -> Vec<u8> {
        self.signer.public_key().as_ref().to_vec()
    }

    /// Where a job's video lies.
    pub fn media(&self, id: &str) -> String {
        format!("http://{}/{id}", self.elsewhere)
    }

    /// Notes an order; the answer is how often this prompt came.
    pub fn note(&self, path: &str, headers: &HeaderMap, body: &Map<String, Value>, prompt: &str) -> usize {
        let mut seen = self.seen();
        seen.orders.push(Sent {
            path: path.split('?').next().unwrap_or_default().into(),
            query: path
                .split_once('?')
                .map(|(_, query)| query.into())
                .unwrap_or_default(),
            headers: headers.clone(),
            body: body.clone(),
            prompt: prompt.into(),
        });
        seen.orders.iter().filter(|sent| sent.prompt == prompt).count()
    }

    /// A new job.
    pub fn take(&self, prompt: &str, body: Map<String, Value>) -> String {
        let mut jobs = self.jobs();
        let id = format!("job-{}-{}", self.address.port(), jobs.len());
        let job = Job {
            prompt: prompt.into(),
            body,
            polls: 0,
            done: false,
            cancelled: false,
        };
        jobs.insert(id.clone(), job);
        id
    }

    /// The job as it is at one more poll.
    pub fn poll(&self, id: &str) -> Option<Job> {
        let mut jobs = self.jobs();
        let job = jobs.get_mut(id)?;
        job.polls += 1;
        self.seen().polls.push((id.to_owned(), Instant::now()));
        let polled = job.clone();
        if polled.prompt == "vanish" && polled.polls > 1 {
            jobs.remove(id);
        }
        Some(polled)
    }

    pub fn cancel(&self, id: &str) -> bool {
        let mut jobs = self.jobs();
        let Some(job) = jobs.get_mut(id) else {
            return false;
        };
        job.cancelled = true;
        self.seen().cancelled.push(id.to_owned());
        true
    }
}

impl Job {
    /// Waiting, being made, or over.
    pub fn stage(&self) -> u32 {
        match self.prompt.as_str() {
            "never" | "vanish" => 1,
            "until told" => 1 + u32::from(self.done),
            _ => (self.polls.max(1) - 1).min(2),
        }
    }
}

/// What every service may answer an order with.
pub fn at_order(
    prompt: &str,
    tries: usize,
    wrong: impl Fn(StatusCode, &str) -> Response,
) -> Option<Response> {
    Some(match prompt {
        "busy once" if tries == 1 => {
            let mut answer = wrong(StatusCode::TOO_MANY_REQUESTS, "Request was throttled.");
            answer
                .headers_mut()
                .insert("retry-after", "1".parse().expect("a header"));
            answer
        }
        "down once" if tries == 1 => wrong(StatusCode::SERVICE_UNAVAILABLE, "No capacity."),
        "crash at the door" => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response(),
        "a gateway gives up" => StatusCode::GATEWAY_TIMEOUT.into_response(),
        "no money" => wrong(StatusCode::PAYMENT_REQUIRED, "Insufficient credits. Add more."),
        "refuse" => wrong(StatusCode::BAD_REQUEST, "This is not for you."),
        "refuse and repeat the prompt" => {
            wrong(StatusCode::BAD_REQUEST, &format!("Why do you say {prompt}?"))
        }
        "no id" => Json(json!({})).into_response(),
        "a web page at the door" => axum::response::Html("<h1>Welcome</h1>").into_response(),
        "redirect at the door" => Redirect::temporary("/elsewhere").into_response(),
        _ => return None,
    })
}

/// What every service may answer a poll with.
pub async fn at_poll(job: &Job) -> Option<Response> {
    let early = job.polls < 3;
    match job.prompt.as_str() {
        "slowly" if early => {
            tokio::time::sleep(Duration::from_millis(700)).await;
            None
        }
        "garbage at first" if early => Some("{\"id\": \"jo".into_response()),
        "errors at first" if early => Some(StatusCode::BAD_GATEWAY.into_response()),
        "too many polls for long" if job.polls == 1 => {
            Some((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "3")]).into_response())
        }
        "too many polls" if job.polls == 1 => {
            Some((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response())
        }
        _ => None,
    }
}

/// Instead of the video.
pub fn content(prompt: &str, elsewhere: SocketAddr) -> Response {
    let whole = sample_video();
    match prompt {
        "gone when done" => StatusCode::NOT_FOUND.into_response(),
        "a web page" => axum::response::Html("<h1>Not here</h1>").into_response(),
        "json with 200" => Json(json!({"detail": "not ready"})).into_response(),
        "not a video" => video(vec![7; 5_000].into()),
        "half a video" => video(whole[..whole.len() / 2].to_vec().into()),
        "endless" => video(faults::endless_body()),
        "redirect elsewhere" => Redirect::temporary(&format!("http://{elsewhere}/a.mp4")).into_response(),
        "redirect inside" => Redirect::temporary("http://169.254.169.254/latest/meta-data").into_response(),
        "redirect to a name inside" => Redirect::temporary("http://localhost:9/a.mp4").into_response(),
        _ => video(whole.to_vec().into()),
    }
}

/// The place where the videos of fal and Replicate lie: public, without keys.
async fn from_elsewhere(State(inner): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let prompt = inner.jobs().get(&id).map(|job| job.prompt.clone());
    let mut seen = inner.seen();
    seen.elsewhere += 1;
    seen.key_elsewhere |= headers.contains_key("authorization");
    content(&prompt.unwrap_or_default(), inner.elsewhere)
}

/// The fields of a JSON body, or nothing.
pub fn object(headers: &HeaderMap, body: &[u8]) -> Option<Map<String, Value>> {
    let json = headers
        .get("content-type")?
        .to_str()
        .ok()?
        .starts_with("application/json");
    serde_json::from_slice(body).ok().filter(|_| json)
}

/// A picture as a data URI of a JPEG.
pub fn is_picture(value: &Value) -> bool {
    let data = value
        .as_str()
        .and_then(|text| text.strip_prefix("data:image/jpeg;base64,"));
    data.is_some_and(|data| BASE64_STANDARD.decode(data).is_ok())
}
