//! `/v1` as programs see it: keys, the Videos protocol, its refusals.

mod creating;
mod door;
mod kills;
mod pictures;
mod videos;

use crate::support::{MODEL, Setup, WebServer, client};
use aisora::model::{
    ids::{KeyId, UserId},
    keys::KeyForm,
};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// A program with a key.
#[derive(Clone)]
pub struct Program {
    pub client: Client,
    pub address: String,
    pub key: String,
    pub id: KeyId,
    pub user: UserId,
}

/// The status of an answer and its body.
pub type Told = (u16, Value);

impl Program {
    /// A program of a new person with 200 credits, and with a key that may do everything.
    pub async fn of(server: &WebServer) -> Self {
        Self::with(server, server.test.person().await, "").await
    }

    pub async fn with(server: &WebServer, user: UserId, monthly_cap: &str) -> Self {
        let form = KeyForm {
            monthly_cap: monthly_cap.into(),
            ..everything()
        };
        Self::by(server, user, &form).await
    }

    pub async fn by(server: &WebServer, user: UserId, form: &KeyForm) -> Self {
        let made = server.test.app.keys.create(user, form).await.expect("a key");
        Self {
            client: client().build().expect("a client"),
            address: server.address.clone(),
            key: made.key,
            id: made.id,
            user,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/v1{path}", self.address));
        request.header("authorization", format!("Bearer {}", self.key))
    }

    pub async fn get(&self, path: &str) -> Response {
        let request = self.request(Method::GET, path);
        request.send().await.expect("an answer")
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        let request = self.request(Method::POST, path).json(body);
        request.send().await.expect("an answer")
    }

    pub async fn delete(&self, path: &str) -> Response {
        let request = self.request(Method::DELETE, path);
        request.send().await.expect("an answer")
    }

    /// Creates a video and tells its id.
    pub async fn create(&self, prompt: &str) -> String {
        let (status, video) = told(self.post("/videos", &json!({ "prompt": prompt })).await).await;
        assert_eq!(status, 200, "{video}");
        video["id"].as_str().expect("an id").to_owned()
    }

    pub async fn video(&self, id: &str) -> Value {
        let (status, video) = told(self.get(&format!("/videos/{id}")).await).await;
        assert_eq!(status, 200, "{video}");
        video
    }

    /// The video once it has ended.
    pub async fn ended(&self, id: &str) -> Value {
        for _ in 0..500 {
            let video = self.video(id).await;
            if video["status"] == "completed" || video["status"] == "failed" {
                return video;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{id} has not ended after ten seconds");
    }

    /// How many videos there are.
    pub async fn count(&self) -> usize {
        let (_, list) = told(self.get("/videos?limit=100").await).await;
        list["data"].as_array().expect("a list").len()
    }
}

pub fn everything() -> KeyForm {
    KeyForm {
        name: "test".into(),
        create: "on".into(),
        read: "on".into(),
        monthly_cap: String::new(),
    }
}

/// Requests do not run out within a test.
pub fn patient() -> Setup {
    Setup {
        environment: vec![("AISORA_API_REQUESTS_PER_MINUTE", "100000".into())],
        ..Setup::default()
    }
}

pub async fn told(answer: Response) -> Told {
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"]
        .to_str()
        .expect("text")
        .to_owned();
    let text = answer.text().await.expect("a body");
    assert!(kind.starts_with("application/json"), "{status} {kind}: {text}");
    (status, serde_json::from_str(&text).expect("JSON"))
}

/// A refusal in the protocol's envelope: its status, code and param.
pub async fn refusal(answer: Response) -> (u16, String, Value) {
    let (status, body) = told(answer).await;
    let error = &body["error"];
    let message = error["message"]
        .as_str()
        .unwrap_or_else(|| panic!("no sentence in {body}"));
    assert!(message.len() > 10 && error["type"].is_string(), "{body}");
    let code = error["code"].as_str().unwrap_or_default().to_owned();
    (status, code, error["param"].clone())
}

/// A form with parts.
pub fn parts(fields: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--mark\r\ncontent-disposition: form-data; name=\"{name}\"").bytes());
        if *name == "input_reference" {
            body.extend(b"; filename=\"a.png\"\r\ncontent-type: image/png");
        }
        body.extend(b"\r\n\r\n");
        body.extend_from_slice(value);
        body.extend(b"\r\n");
    }
    body.extend(b"--mark--\r\n");
    ("multipart/form-data; boundary=mark".into(), body)
}

/// Everything that can be chosen, chosen.
pub fn whole() -> Value {
    json!({ "prompt": "a boat", "model": MODEL, "size": "128x72", "seconds": "1", "seed": 7, "caption": true })
}
