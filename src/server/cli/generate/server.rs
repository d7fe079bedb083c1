//! The calls that the command makes, with patience once the server has answered, and what the answers mean.

use super::{
    target,
    trouble::{Exit, Trouble, plain},
};
use crate::server::{
    config::providers::Secret,
    http_client::HttpClient,
    providers::openai_videos::{Answer, Api, NoAnswer, fetch},
};
use reqwest::{
    Method, StatusCode, Url,
    header::{CONTENT_DISPOSITION, HeaderValue, LOCATION},
};
use serde_json::Value;
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// Largest answer, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// How long a server that has answered before may be away: long enough for a restart or an update.
const PATIENCE: Duration = Duration::from_mins(3);
/// The pause after the first call that failed, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Between two looks at a video, when the server does not say.
const USUAL_PAUSE: Duration = Duration::from_secs(2);
/// How often a cut download is taken up again; the pauses double, and together they are about two minutes.
const RESUMES: u32 = 9;

/// A running AiSora.
pub struct Server {
    api: Api,
    address: String,
    /// It has answered before, so it is the right one, and whatever is wrong may pass.
    has_answered: bool,
    /// Nobody answers just now, and it is asked again and again.
    away: watch::Sender<bool>,
}

/// What a video would cost.
pub struct Quote {
    pub credits: i64,
    /// What there is to spend.
    pub available: Option<i64>,
    /// How long such a video usually takes.
    pub usual: Option<Duration>,
}

/// A video as the server tells it.
pub struct Video {
    pub id: String,
    pub status: String,
    /// Percent.
    pub progress: i64,
    /// On hold while it goes on, charged when it has ended.
    pub credits: Option<i64>,
    /// From the order to the end.
    pub seconds_taken: Option<i64>,
    /// Why it failed: a code and a sentence.
    pub error: Option<(String, String)>,
    /// When it is worth to look again.
    pub pause: Duration,
}

impl Server {
    /// The server at an address, with or without `/v1`.
    pub fn new(address: &str, key: Secret) -> Result<Self, Trouble> {
        let base = base(address)?;
        let address = base.as_str().trim_end_matches("/v1").to_owned();
        if key.reveal().is_empty() {
            let message = format!(
                "There is no API key. Make one at {address}/account/keys and give it in AISORA_API_KEY or with --key."
            );
            return Err(Trouble::new(Exit::Key, "no_api_key", message));
        }
        if !key.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "This is no API key: it has spaces or signs in it that no key has.";
            return Err(Trouble::new(Exit::Key, "invalid_api_key", message));
        }
        let client = HttpClient::new(vec![base.clone()])
            .map_err(|error| Trouble::new(Exit::Server, "no_client", error.to_string()))?;
        Ok(Self {
            api: Api::new(client, base, key),
            address,
            has_answered: false,
            away: watch::Sender::new(false),
        })
    }

    /// Tells while a call waits whether the server is away.
    pub fn away(&self) -> watch::Receiver<bool> {
        self.away.subscribe()
    }

    /// What it would cost; nothing is held.
    pub async fn quote(&mut self, fields: &Value) -> Result<Quote, Trouble> {
        let answer = self
            .ask(Method::POST, &["videos", "quote"], Some(fields), None)
            .await?;
        let quote = &answer.json;
        let whole = |name: &str| quote[name].as_i64();
        Ok(Quote {
            credits: whole("credits").ok_or_else(|| self.nonsense(answer.status))?,
            available: whole("available"),
            usual: quote["usual_seconds"].as_u64().map(Duration::from_secs),
        })
    }

    /// Starts a video. `repeat` is one name for all tries, so that they make one video.
    pub async fn create(&mut self, fields: &Value, repeat: &str) -> Result<Video, Trouble> {
        let answer = self
            .ask(Method::POST, &["videos"], Some(fields), Some(repeat))
            .await?;
        Video::read(&answer).ok_or_else(|| self.nonsense(answer.status))
    }

    /// How far a video is.
    pub async fn video(&mut self, id: &str) -> Result<Video, Trouble> {
        let answer = self.ask(Method::GET, &["videos", id], None, None).await?;
        Video::read(&answer).ok_or_else(|| self.nonsense(answer.status))
    }

    /// The names that its file may have: as the server proposes, and by its id.
    pub async fn names(&mut self, id: &str) -> Result<Vec<String>, Trouble> {
        let answer = self
            .ask(Method::HEAD, &["videos", id, "content"], None, None)
            .await?;
        let disposition = answer.headers.get(CONTENT_DISPOSITION).map(HeaderValue::as_bytes);
        let proposed = disposition
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .and_then(target::proposed);
        let by_id = target::harmless(&format!("{id}.mp4")).unwrap_or_else(|| "video.mp4".into());
        Ok(proposed.into_iter().chain([by_id]).collect())
    }

    /// Fetches its file, taken up again where it was cut.
    pub async fn fetch(&self, id: &str, to: &Path) -> Result<(), Trouble> {
        let from = self.api.address(&["videos", id, "content"]);
        fetch(&self.api, from, to, u64::MAX, RESUMES)
            .await
            .map_err(|error| {
                let words = plain(&self.api.without_key(&error.to_string()));
                let message = format!("The video is ready but could not be fetched ({words}).");
                Trouble::new(Exit::Server, "not_fetched", message)
            })
    }

    /// One answer that says yes. What may pass is waited for.
    async fn ask(
        &mut self,
        method: Method,
        segments: &[&str],
        body: Option<&Value>,
        repeat: Option<&str>,
    ) -> Result<Answer, Trouble> {
        let began = Instant::now();
        let mut next_pause = FIRST_PAUSE;
        loop {
            let (trouble, asked_for) = match self.ask_once(&method, segments, body, repeat).await {
                Ok(answer)
                    if answer.status.is_success() && (answer.json.is_object() || method == Method::HEAD) =>
                {
                    self.has_answered = true;
                    self.tell_away(false);
                    return Ok(answer);
                }
                Ok(answer) => {
                    // A proxy whose server is away answers so.
                    self.tell_away(answer.status.is_server_error());
                    (self.refusal(&answer), answer.pause)
                }
                Err(error) => {
                    self.tell_away(true);
                    (self.unreachable(error), None)
                }
            };
            let may_pass = trouble.exit == Exit::Server && (self.has_answered || asked_for.is_some());
            if !may_pass || began.elapsed() > PATIENCE {
                return Err(trouble);
            }
            tokio::time::sleep(asked_for.unwrap_or(next_pause)).await;
            next_pause = (next_pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn tell_away(&self, away: bool) {
        self.away
            .send_if_modified(|told| std::mem::replace(told, away) != away);
    }

    async fn ask_once(
        &self,
        method: &Method,
        segments: &[&str],
        body: Option<&Value>,
        repeat: Option<&str>,
    ) -> Result<Answer, NoAnswer> {
        let url = self.api.address(segments);
        let request = self.api.request(method.clone(), &url);
        let mut request = request.map_err(NoAnswer::Unsent)?;
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(repeat) = repeat {
            request = request.header("Idempotency-Key", repeat);
        }
        self.api.answer(request, MOST_BYTES).await
    }

    fn unreachable(&self, error: NoAnswer) -> Trouble {
        let words = plain(&self.api.without_key(&error.into_words()));
        let message = format!(
            "{} cannot be reached ({words}). Is it running? --server or AISORA_SERVER names another.",
            self.address
        );
        Trouble::new(Exit::Server, "unreachable", message)
    }

    fn nonsense(&self, status: StatusCode) -> Trouble {
        let message = format!("{} answers {status}, but not as an AiSora does.", self.address);
        Trouble::new(Exit::Server, "bad_answer", message)
    }

    /// What an answer that does not say yes means.
    fn refusal(&self, answer: &Answer) -> Trouble {
        let status = answer.status;
        if status.is_redirection() {
            return self.elsewhere(answer);
        }
        let error = &answer.json["error"];
        let text = |name: &str| {
            error[name]
                .as_str()
                .map(|words| plain(&self.api.without_key(words)))
        };
        let param = text("param");
        let exit = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Exit::Key,
            StatusCode::PAYMENT_REQUIRED => Exit::Money,
            StatusCode::TOO_MANY_REQUESTS => Exit::Server,
            _ if param.as_deref() == Some("max_credits") => Exit::Money,
            _ if status.is_client_error() && error.is_object() => Exit::Wrong,
            _ => Exit::Server,
        };
        let usual = if exit == Exit::Key {
            Trouble::new(
                exit,
                "invalid_api_key",
                format!("{} refuses the key.", self.address),
            )
        } else {
            self.nonsense(status)
        };
        Trouble {
            code: text("code").unwrap_or(usual.code),
            message: text("message").unwrap_or(usual.message),
            param,
            exit,
        }
    }

    fn elsewhere(&self, answer: &Answer) -> Trouble {
        let to = answer.headers.get(LOCATION).and_then(|to| to.to_str().ok());
        let message = format!(
            "{} points to {}. If you trust that address, give it with --server.",
            self.address,
            plain(to.unwrap_or("nowhere"))
        );
        Trouble::new(Exit::Server, "redirected", message)
    }
}

impl Video {
    /// Nothing when it is no video object.
    fn read(answer: &Answer) -> Option<Self> {
        let video = &answer.json;
        let text = |value: &Value| value.as_str().map(plain);
        let credits = answer.headers.get("x-aisora-credits").and_then(|told| {
            let (_, credits) = told.to_str().ok()?.split_once('=')?;
            credits.parse().ok()
        });
        let end = video["completed_at"].as_i64();
        let error = &video["error"];
        Some(Self {
            id: text(&video["id"])?,
            status: text(&video["status"])?,
            progress: video["progress"].as_i64().unwrap_or_default(),
            credits,
            seconds_taken: end
                .zip(video["created_at"].as_i64())
                .map(|(end, start)| end - start),
            error: text(&error["code"]).zip(text(&error["message"])),
            pause: answer.pause.unwrap_or(USUAL_PAUSE),
        })
    }
}

/// `https://v.example.org/v1`, from what somebody typed.
fn base(address: &str) -> Result<Url, Trouble> {
    let wrong = || {
        let message = "The server's address must be like https://videos.example.org, without a name or a password in it.";
        Trouble::new(Exit::Wrong, "invalid_value", message).at("server")
    };
    let mut url = Url::parse(address.trim()).map_err(|_| wrong())?;
    let has_name = !url.username().is_empty() || url.password().is_some();
    if !matches!(url.scheme(), "http" | "https") || has_name {
        return Err(wrong());
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url
        .path()
        .trim_end_matches('/')
        .trim_end_matches("/v1")
        .to_owned();
    url.set_path(&format!("{path}/v1"));
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_are_taken_as_people_type_them() {
        for (typed, read) in [
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/v1"),
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000/v1"),
            (" https://v.example.org/v1/ ", "https://v.example.org/v1"),
            (
                "https://example.org/studio?x=1#y",
                "https://example.org/studio/v1",
            ),
        ] {
            assert_eq!(base(typed).unwrap().as_str(), read);
        }
        for wrong in [
            "",
            "localhost:3000",
            "v.example.org",
            "ftp://a.example.org",
            "https://me:word@v.example.org",
        ] {
            let trouble = base(wrong).unwrap_err();
            assert_eq!(
                (trouble.exit, trouble.param.as_deref()),
                (Exit::Wrong, Some("server")),
                "{wrong}"
            );
            assert!(!trouble.message.contains("word@"));
        }
    }

    fn refused(status: StatusCode, json: Value) -> Trouble {
        let server = Server::new("http://127.0.0.1:9", "sk-secret".to_owned().into()).unwrap();
        server.refusal(&Answer {
            status,
            headers: reqwest::header::HeaderMap::default(),
            json,
            pause: None,
        })
    }

    #[test]
    fn refusals_end_with_a_code_of_their_kind_and_never_tell_the_key() {
        let error = |param: &str| json!({ "error": { "code": "c", "message": "No sk-secret\u{1b}[2J.", "param": param } });
        let cases = [
            (400, "size", Exit::Wrong),
            (400, "max_credits", Exit::Money),
            (401, "", Exit::Key),
            (402, "", Exit::Money),
            (403, "", Exit::Key),
            (404, "", Exit::Wrong),
            (409, "", Exit::Wrong),
            (429, "", Exit::Server),
            (500, "", Exit::Server),
        ];
        for (status, param, exit) in cases {
            let status = StatusCode::from_u16(status).unwrap();
            let trouble = refused(status, error(param));
            assert_eq!((trouble.exit, trouble.code.as_str()), (exit, "c"), "{status}");
            assert_eq!(trouble.message, "No ******** [2J.", "{status}");
        }
        let page = refused(StatusCode::NOT_FOUND, Value::Null);
        assert_eq!((page.exit, page.code.as_str()), (Exit::Server, "bad_answer"));
    }
}
