//! A real HTTP server around a [`TestApp`](super::TestApp), and a client that behaves like a browser with cookies.

use super::{Engine, Setup, TestApp};
use aisora::server::{
    http::{connections, site::Site},
    router::{Web, router},
};
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusBuilder;
use reqwest::{Client, Method, RequestBuilder, Response};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio_util::sync::CancellationToken;

/// A server on a free port.
pub struct WebServer {
    pub test: TestApp,
    pub address: String,
}

/// A folder with the names of the browser's files, for servers that no browser comes to.
pub fn site_in(folder: &Path) -> PathBuf {
    let site = folder.join("site");
    std::fs::create_dir_all(site.join("pkg")).expect("a folder");
    std::fs::create_dir_all(site.join("js")).expect("a folder");
    std::fs::create_dir_all(site.join("words")).expect("a folder");
    for name in [
        "pkg/aisora.css",
        "pkg/aisora.js",
        "pkg/aisora.wasm",
        "js/still.js",
        "js/live.js",
        "words/de.json",
    ] {
        std::fs::write(site.join(name), name).expect("a file");
    }
    site
}

impl WebServer {
    pub async fn start(engine: Engine) -> Self {
        Self::with(engine, Setup::default()).await
    }

    pub async fn with(engine: Engine, setup: Setup) -> Self {
        let test = TestApp::with(engine, setup).await;
        let site = site_in(test.folder.path());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let port = listener.local_addr().expect("an address");
        let web = Web {
            app: test.app.clone(),
            options: LeptosOptions::builder()
                .output_name("aisora")
                .site_addr(port)
                .build(),
            site: Arc::new(Site::find(&site).expect("the site")),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            stop: test.stop.clone(),
            has_worker: false,
            watching: false,
        };
        tokio::spawn(connections::serve(
            listener,
            router(web),
            CancellationToken::new(),
        ));
        Self {
            test,
            address: format!("http://{port}"),
        }
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        let client = super::client().build().expect("a client");
        Browser {
            client,
            address: self.address.clone(),
            cookies: Arc::default(),
        }
    }

    /// A browser whose person has just signed up.
    pub async fn signed_up(&self, email: &str) -> Browser {
        let browser = self.browser();
        let form = [
            ("email", email),
            ("password", "seven quiet lamps burn"),
            ("name", ""),
            ("born", "1990-01-01"),
        ];
        let answer = browser.post_form("/sign-up", &form).await;
        assert_eq!(
            answer.status(),
            303,
            "{}",
            answer.text().await.unwrap_or_default()
        );
        browser
    }
}

/// Keeps its cookie, says where its requests come from, follows nothing by itself.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    address: String,
    /// Names and values.
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Browser {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.address));
        if let Some(cookie) = self.cookie() {
            request = request.header("cookie", cookie);
        }
        request.header("sec-fetch-site", "same-origin")
    }

    pub async fn send(&self, request: RequestBuilder) -> Response {
        let answer = request.send().await.expect("an answer");
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str().expect("text").split(';').next();
            let (name, value) = pair.and_then(|pair| pair.split_once('=')).expect("a pair");
            let mut cookies = self.cookies.lock().expect("unpoisoned");
            cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    pub fn cookie(&self) -> Option<String> {
        let cookies = self.cookies.lock().expect("unpoisoned");
        let pairs = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let pairs = pairs.collect::<Vec<_>>().join("; ");
        (!pairs.is_empty()).then_some(pairs)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn page(&self, path: &str) -> String {
        self.get(path).await.text().await.expect("text")
    }

    pub async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let body = form
            .iter()
            .map(|(key, value)| format!("{key}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        let request = self
            .request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }

    pub async fn post_bytes(&self, path: &str, bytes: Vec<u8>) -> Response {
        self.send(self.request(Method::POST, path).body(bytes)).await
    }

    pub async fn call(&self, function: &str, json: &serde_json::Value) -> Response {
        let request = self.request(Method::POST, &format!("/api/{function}"));
        self.send(request.json(json)).await
    }
}

pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
