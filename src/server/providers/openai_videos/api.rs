//! Calls of the protocol: one request, one answer of bounded size, and whether the request was sent at all.

use super::{
    request::{self, Body},
    wire::Fault,
};
use crate::server::{
    config::providers::Secret,
    http_client::{self, HttpClient, NoBody},
    providers::ProviderError,
};
use chrono::DateTime;
use reqwest::{
    Method, RequestBuilder, StatusCode, Url,
    header::{AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde_json::Value;
use std::{ops::RangeInclusive, time::Duration};

/// Longest call, from the first byte sent to the last byte read.
const CALL: Duration = Duration::from_secs(50);
/// Longest call that brings a video along.
const UPLOAD: Duration = Duration::from_secs(290);
/// Largest answer, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// Between two polls a server may ask for a pause of so many milliseconds.
const PAUSES: RangeInclusive<u64> = 200..=60_000;
/// The pause that the official clients go by, in milliseconds.
const POLL_AFTER: HeaderName = HeaderName::from_static("openai-poll-after-ms");

/// The server as the configuration names it.
pub struct Api {
    pub client: HttpClient,
    base: Url,
    key: Secret,
    /// The word before the key.
    scheme: &'static str,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Null when it is not JSON.
    pub json: Value,
    /// How long the server wants to be left alone.
    pub pause: Option<Duration>,
}

/// Why nothing came back. The words are for the operator.
#[derive(Debug)]
pub enum NoAnswer {
    /// The request never left.
    Unsent(String),
    /// It may have arrived.
    Broken(String),
}

impl From<NoAnswer> for ProviderError {
    /// As the end of an order: what never left was for sure not taken.
    fn from(error: NoAnswer) -> Self {
        match error {
            NoAnswer::Unsent(words) => Self::NotTaken(words),
            NoAnswer::Broken(words) => Self::Broken(words),
        }
    }
}

impl NoAnswer {
    /// The words.
    pub fn into_words(self) -> String {
        match self {
            Self::Unsent(words) | Self::Broken(words) => words,
        }
    }
}

impl Api {
    pub const fn new(client: HttpClient, base: Url, key: Secret) -> Self {
        Self {
            client,
            base,
            key,
            scheme: "Bearer",
        }
    }

    /// The same server, which wants another word before the key.
    pub const fn with_scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    /// Whether an address belongs to the server itself.
    pub fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// An address below the base; each segment is encoded, whatever is in it.
    pub fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Asks, with the key.
    pub async fn call(
        &self,
        method: Method,
        segments: &[&str],
        body: Option<&Body>,
    ) -> Result<Answer, NoAnswer> {
        let url = self.address(segments);
        let request = self.request(method, &url).map_err(NoAnswer::Unsent)?;
        let request = match body {
            None => request,
            Some(Body::Json(value)) => request.json(value),
            Some(Body::Form(fields, file)) => request.multipart(request::form(fields, file.as_ref())),
            Some(Body::Upload(fields, video)) => {
                let form = request::upload(fields, video).await;
                let form = form.map_err(|error| NoAnswer::Unsent(error.to_string()))?;
                return self
                    .answer_within(request.multipart(form), MOST_BYTES, UPLOAD)
                    .await;
            }
        };
        self.ask(request).await
    }

    /// Sends, and reads an answer of the usual size.
    pub async fn ask(&self, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        self.answer(request, MOST_BYTES).await
    }

    /// A request that carries the key if, and only if, it goes to the server itself.
    pub fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, String> {
        let request = self.client.request(method, url).map_err(|no| no.to_string())?;
        if !self.is_own(url) || self.key.reveal().is_empty() {
            return Ok(request);
        }
        let mut authorization = HeaderValue::try_from(format!("{} {}", self.scheme, self.key.reveal()))
            .map_err(|_| "the key does not fit into a header".to_owned())?;
        authorization.set_sensitive(true);
        Ok(request.header(AUTHORIZATION, authorization))
    }

    /// Sends, and reads at most so many bytes.
    pub async fn answer(&self, request: RequestBuilder, most_bytes: usize) -> Result<Answer, NoAnswer> {
        self.answer_within(request, most_bytes, CALL).await
    }

    async fn answer_within(
        &self,
        request: RequestBuilder,
        most_bytes: usize,
        longest: Duration,
    ) -> Result<Answer, NoAnswer> {
        let response = request.timeout(longest).send().await.map_err(|error| {
            if error.is_connect() || error.is_builder() {
                NoAnswer::Unsent(http_client::in_words(error))
            } else {
                NoAnswer::Broken(http_client::in_words(error))
            }
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = http_client::body(response, most_bytes).await;
        let bytes = bytes.map_err(|error| match error {
            NoBody::Broken(error) => NoAnswer::Broken(http_client::in_words(error)),
            large @ NoBody::TooLarge(_) => NoAnswer::Broken(large.to_string()),
        })?;
        let pause = pause(&headers);
        Ok(Answer {
            status,
            headers,
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
            pause,
        })
    }

    /// What an answer says is wrong, and that in words, without the key and the prompt; its status where it says nothing.
    pub fn fault(&self, answer: &Answer, prompt: &str) -> (Option<Fault>, String) {
        let mut fault = Fault::read(&answer.json);
        if let Some(fault) = &mut fault {
            fault.hide(prompt);
        }
        let words = match &fault {
            Some(fault) => format!("{}: {fault}", answer.status),
            None => answer.status.to_string(),
        };
        (fault, self.without_key(&words))
    }

    /// A server's words without the key, which some repeat when it is wrong.
    pub fn without_key(&self, words: &str) -> String {
        match self.key.reveal() {
            "" => words.to_owned(),
            key => words.replace(key, "********"),
        }
    }
}

/// The pause that the headers ask for, within bounds.
fn pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let ms = match text(&POLL_AFTER).and_then(|ms| ms.parse().ok()) {
        Some(ms) => ms,
        None => retry_after(text(&RETRY_AFTER)?, text(&DATE))?,
    };
    Some(Duration::from_millis(ms.clamp(*PAUSES.start(), *PAUSES.end())))
}

/// Milliseconds, from seconds or from a time. The server's own `Date` says what its "now" is.
fn retry_after(text: &str, date: Option<&str>) -> Option<u64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds)
            .ok()
            .and_then(|pause| u64::try_from(pause.as_millis()).ok());
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    let now = DateTime::parse_from_rfc2822(date?).ok()?;
    u64::try_from((at - now).num_milliseconds()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paused(headers: &[(&'static str, &'static str)]) -> Option<u128> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pause(&headers.collect()).map(|pause| pause.as_millis())
    }

    #[test]
    fn pauses_are_taken_from_the_headers_within_bounds() {
        assert_eq!(paused(&[]), None);
        assert_eq!(
            paused(&[("openai-poll-after-ms", "1500"), ("retry-after", "9")]),
            Some(1_500)
        );
        assert_eq!(paused(&[("openai-poll-after-ms", "1")]), Some(200));
        assert_eq!(paused(&[("retry-after", "2")]), Some(2_000));
        assert_eq!(paused(&[("retry-after", "0.5")]), Some(500));
        assert_eq!(paused(&[("retry-after", "86400")]), Some(60_000));
        assert_eq!(paused(&[("retry-after", "-1")]), None);
        let at = ("retry-after", "Wed, 25 Nov 2026 10:00:07 GMT");
        assert_eq!(paused(&[at]), None, "no telling what their clock says");
        assert_eq!(
            paused(&[at, ("date", "Wed, 25 Nov 2026 10:00:00 GMT")]),
            Some(7_000)
        );
    }

    #[test]
    fn ids_stay_one_segment_of_the_path() {
        let base = Url::parse("https://v.example.org/v1").unwrap();
        let client = HttpClient::new(vec![base.clone()]).unwrap();
        let api = Api::new(client, base, Secret::default());
        let url = api.address(&["videos", "a/../b?c#d e", "content"]);
        assert_eq!(
            url.as_str(),
            "https://v.example.org/v1/videos/a%2F..%2Fb%3Fc%23d%20e/content"
        );
    }
}
