//! Webhooks of providers: who really sent one. Each signs in its own way; all of them say when, and none is believed
//! five minutes later.

use crate::server::{
    config::providers::Secret,
    http_client::{self, HttpClient},
};
use axum::http::HeaderMap;
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, Url};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use tokio::sync::Mutex;

/// How far a signature's time may be from ours, in seconds.
const TOLERANCE: u64 = 300;
/// Keys are kept for so long, in milliseconds; fal allows a day.
const KEEP: i64 = 12 * 3_600_000;
/// Keys that do not fit may be old: they are fetched anew, but not more often than this, in milliseconds.
const AGAIN: i64 = 60_000;
/// How long fetching the keys may take, and how many bytes and keys they may have.
const FETCH: Duration = Duration::from_secs(8);
const MOST_BYTES: usize = 1 << 16;
const MOST_KEYS: usize = 16;
/// Longest id of a job.
const MOST_ID: usize = 1_000;

/// Why a webhook has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHook {
    /// Nobody knows who sent it.
    Unverified(&'static str),
    /// It cannot be checked now.
    NotNow(&'static str),
}

/// The address that a provider may call back to: only over TLS, and only where its word can be checked.
#[must_use]
pub fn callback(public_url: &str, provider: &str, checked: bool) -> Option<Url> {
    let own = Url::parse(public_url).ok().filter(|own| own.scheme() == "https");
    own.filter(|_| checked)?.join(&format!("hooks/{provider}")).ok()
}

/// The id of the job that a checked body is about.
#[must_use]
pub fn job(body: &[u8], place: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let id = body.pointer(place)?.as_str()?;
    (1..=MOST_ID).contains(&id.len()).then(|| id.to_owned())
}

/// OpenRouter's: `X-OpenRouter-Signature: t=<unix seconds>,v1=<hex>`, HMAC-SHA256 of `{t},{body}`. With a comma between,
/// as in the example of its guide (openrouter.ai/docs/cookbook/video-generation/video-generation-webhooks) and in the
/// receivers of many public repositories.
///
/// # Errors
/// When the signature is not OpenRouter's, or not of now.
pub fn openrouter(headers: &HeaderMap, body: &[u8], secret: &Secret, now: i64) -> Result<(), NoHook> {
    let header = text(headers, "x-openrouter-signature")?;
    let parts: Vec<_> = header
        .split(',')
        .filter_map(|part| part.trim().split_once('='))
        .collect();
    let at = parts.iter().find(|(name, _)| *name == "t").map(|(_, at)| *at);
    let at = at.ok_or(NoHook::Unverified("no time"))?;
    is_of_now(at, now)?;
    let signatures = parts.iter().filter(|(name, _)| *name == "v1");
    let signatures = signatures.filter_map(|(_, hex)| from_hex(hex));
    is_signed(
        secret.reveal().as_bytes(),
        &[at.as_bytes(), b",", body],
        signatures,
    )
}

/// Standard Webhooks (standardwebhooks.com), as Replicate signs: `webhook-signature` is a list of `v1,<base64>`,
/// HMAC-SHA256 of `{id}.{timestamp}.{body}` with what stands in base64 behind `whsec_`.
///
/// # Errors
/// When the signature is not theirs, or not of now.
pub fn standard(headers: &HeaderMap, body: &[u8], secret: &Secret, now: i64) -> Result<(), NoHook> {
    let id = text(headers, "webhook-id")?;
    let at = text(headers, "webhook-timestamp")?;
    let list = text(headers, "webhook-signature")?;
    is_of_now(at, now)?;
    let secret = secret.reveal();
    let key = secret
        .strip_prefix("whsec_")
        .and_then(|key| BASE64_STANDARD.decode(key).ok())
        .unwrap_or_else(|| secret.as_bytes().to_vec());
    let signatures = list
        .split_ascii_whitespace()
        .filter_map(|one| BASE64_STANDARD.decode(one.strip_prefix("v1,")?).ok());
    let message = [id.as_bytes(), b".", at.as_bytes(), b".", body];
    is_signed(&key, &message, signatures)
}

/// fal's public keys, fetched when they are needed.
#[derive(Debug)]
pub struct FalKeys {
    url: Url,
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    at: i64,
    keys: Vec<Vec<u8>>,
}

impl FalKeys {
    /// Keys that lie at an address, as a JSON Web Key Set.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            kept: Mutex::default(),
        }
    }

    /// fal's: Ed25519 over `{request id}\n{user id}\n{timestamp}\n{hex SHA-256 of the body}`
    /// (fal.ai/docs/model-apis/webhooks, "Verifying your webhook").
    ///
    /// # Errors
    /// When the signature is not fal's, or not of now, or the keys cannot be had.
    pub async fn check(
        &self,
        client: &HttpClient,
        headers: &HeaderMap,
        body: &[u8],
        now: i64,
    ) -> Result<(), NoHook> {
        let request = text(headers, "x-fal-webhook-request-id")?;
        let user = text(headers, "x-fal-webhook-user-id")?;
        let at = text(headers, "x-fal-webhook-timestamp")?;
        let signature = from_hex(text(headers, "x-fal-webhook-signature")?);
        let signature = signature.ok_or(NoHook::Unverified("a signature that is not hex"))?;
        is_of_now(at, now)?;
        let message = format!("{request}\n{user}\n{at}\n{}", to_hex(&Sha256::digest(body)));
        let fits = |kept: &Kept| {
            kept.keys.iter().any(|key| {
                let key = UnparsedPublicKey::new(&ED25519, key);
                key.verify(message.as_bytes(), &signature).is_ok()
            })
        };
        let mut kept = self.kept.lock().await;
        let age = kept.as_ref().map(|kept| now.saturating_sub(kept.at));
        let good = kept.as_ref().is_some_and(&fits);
        if good && age.is_some_and(|age| age < KEEP) {
            return Ok(());
        }
        // Whoever sends nonsense must not have us fetch keys without end.
        if age.is_some_and(|age| age < AGAIN) {
            return Err(NoHook::Unverified("the signature does not fit"));
        }
        let keys = self.fetch(client).await.map_err(|why| {
            tracing::warn!(why, "the keys of webhooks could not be fetched");
            NoHook::NotNow("no keys")
        })?;
        let fresh = kept.insert(Kept { at: now, keys });
        if fits(fresh) {
            Ok(())
        } else {
            Err(NoHook::Unverified("the signature does not fit"))
        }
    }

    async fn fetch(&self, client: &HttpClient) -> Result<Vec<Vec<u8>>, String> {
        let request = client.request(Method::GET, &self.url);
        let request = request.map_err(|no| no.to_string())?.timeout(FETCH);
        let response = request.send().await.map_err(http_client::in_words)?;
        let status = response.status();
        let bytes = http_client::body(response, MOST_BYTES).await;
        let set: Value = match bytes {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(error) => return Err(error.to_string()),
        };
        let keys = set["keys"].as_array().into_iter().flatten().take(MOST_KEYS);
        let keys: Vec<_> = keys
            .filter_map(|key| BASE64_URL_SAFE_NO_PAD.decode(key["x"].as_str()?).ok())
            .collect();
        if status.is_success() && !keys.is_empty() {
            Ok(keys)
        } else {
            Err(format!("{status}, {} keys", keys.len()))
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, NoHook> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .filter(|value| !value.is_empty())
        .ok_or(NoHook::Unverified("a header is missing"))
}

fn is_of_now(seconds: &str, now: i64) -> Result<(), NoHook> {
    let at: i64 = seconds
        .parse()
        .map_err(|_| NoHook::Unverified("a time that is no number"))?;
    if at.abs_diff(now / 1_000) <= TOLERANCE {
        Ok(())
    } else {
        Err(NoHook::Unverified("its time is not now"))
    }
}

/// Whether one of the signatures is that of the message. The comparison takes the same time whatever they are.
fn is_signed(key: &[u8], message: &[&[u8]], signatures: impl Iterator<Item = Vec<u8>>) -> Result<(), NoHook> {
    let wrong = NoHook::Unverified("the signature does not fit");
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| wrong)?;
    for part in message {
        mac.update(part);
    }
    let mut signatures = signatures.take(MOST_KEYS);
    if signatures.any(|signature| mac.clone().verify_slice(&signature).is_ok()) {
        Ok(())
    } else {
        Err(wrong)
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<_>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2) && digits.len() <= 256)?;
    let bytes = digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]));
    bytes.collect::<Result<_, _>>().ok()
}

fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
