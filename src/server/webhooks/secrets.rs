//! Secrets of endpoints, and signatures made with them (Standard Webhooks 1.0, `v1`).
//!
//! To sign, the secret itself is needed: a hash of it, as of keys, would not do. So no secret is stored at all. Each is
//! worked out anew, as HMAC-SHA256 of the endpoint's id and the secret's number, under one secret of the server. What
//! that gives: no row, log or export of endpoints holds a secret, and a list of endpoints cannot leak one. What it does
//! not give: who has the whole database has the server's secret too and can sign. A key beside the database would help
//! against that, and no other secret of the server is kept so; sealing each secret with a key that lies in the same
//! database would only look safer.

use crate::server::error::{Failure, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::Arc;
use uuid::Uuid;

/// What every secret begins with.
const MARK: &str = "whsec_";

/// Works out secrets, and signs. No `Debug`: it never gets into a log.
#[derive(Clone)]
pub struct Secrets {
    root: Arc<[u8]>,
}

/// What is signed.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The event's id, as the header tells it.
    pub id: &'a str,
    /// The time of the try, in unix seconds.
    pub timestamp: i64,
    /// The raw body.
    pub body: &'a str,
}

impl Secrets {
    /// Under the server's own secret, which every process of the server has.
    #[must_use]
    pub fn new(root: Vec<u8>) -> Self {
        Self { root: root.into() }
    }

    fn secret(&self, endpoint: Uuid, version: i64) -> Result<Vec<u8>> {
        let name = format!("webhook endpoint {endpoint} secret {version}");
        mac(&self.root, name.as_bytes())
    }

    /// A secret as its owner sees it once.
    ///
    /// # Errors
    /// Never in practice: HMAC takes keys of every length.
    pub fn shown(&self, endpoint: Uuid, version: i64) -> Result<String> {
        Ok(format!(
            "{MARK}{}",
            STANDARD.encode(self.secret(endpoint, version)?)
        ))
    }

    /// The header `webhook-signature`: one signature for each secret, with spaces between.
    ///
    /// # Errors
    /// Never in practice: HMAC takes keys of every length.
    pub fn sign(&self, endpoint: Uuid, versions: &[i64], message: Message<'_>) -> Result<String> {
        let Message { id, timestamp, body } = message;
        let content = format!("{id}.{timestamp}.{body}");
        let mut signatures = Vec::with_capacity(versions.len());
        for version in versions {
            let signature = mac(&self.secret(endpoint, *version)?, content.as_bytes())?;
            signatures.push(format!("v1,{}", STANDARD.encode(signature)));
        }
        Ok(signatures.join(" "))
    }
}

fn mac(key: &[u8], content: &[u8]) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| Failure::broken(error.to_string()))?;
    mac.update(content);
    Ok(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_endpoint_and_each_number_has_a_secret_of_its_own() {
        let secrets = Secrets::new(vec![7; 32]);
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first = secrets.shown(one, 1).unwrap();
        assert_eq!(first, secrets.shown(one, 1).unwrap());
        assert_eq!(
            STANDARD.decode(first.strip_prefix(MARK).unwrap()).unwrap().len(),
            32
        );
        assert_ne!(first, secrets.shown(one, 2).unwrap());
        assert_ne!(first, secrets.shown(two, 1).unwrap());
        assert_ne!(first, Secrets::new(vec![8; 32]).shown(one, 1).unwrap());
    }

    /// The example of the specification (standard-webhooks/standard-webhooks, its reference libraries' test).
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let content = br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        let signature = STANDARD.encode(mac(&key, content).unwrap());
        assert_eq!(signature, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
