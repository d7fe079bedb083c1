//! The picture that a program wants a video to start from: a file, a `data:` address, or one in the open internet.

use super::fields::Reference;
use crate::{
    model::error::{AppError, Code},
    server::{
        generation::pictures::{FIELD, FILE_MAX, TOO_LARGE},
        http_client::{self, HttpClient, NoBody},
    },
};
use axum::body::Bytes;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, Response, Url, header::LOCATION};
use sha2::{Digest as _, Sha256};
use std::{sync::OnceLock, time::Duration};

/// How many times another server may send us on, and how long all of it may take.
const HOPS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(20);

/// What tells one picture from another, for requests that come again.
pub fn mark(reference: &Reference) -> [u8; 32] {
    match reference {
        Reference::File(file) => Sha256::digest(file).into(),
        Reference::Address(address) => Sha256::digest(address).into(),
    }
}

/// The file. What it is, is looked at later.
///
/// # Errors
/// `invalid` at `input_reference` when there is none to be had.
pub async fn file(reference: Reference) -> Result<Bytes, AppError> {
    let address = match reference {
        Reference::File(file) => return Ok(file),
        Reference::Address(address) => address,
    };
    if let Some(data) = address.strip_prefix("data:") {
        let file = data
            .split_once(";base64,")
            .and_then(|(_, text)| STANDARD.decode(text.trim()).ok());
        return file.map(Into::into).ok_or_else(|| {
            wrong("`image_url` is no base64 `data:` address, like data:image/jpeg;base64,….")
        });
    }
    let fetched = tokio::time::timeout(PATIENCE, fetch(&address)).await;
    fetched.unwrap_or_else(|_| {
        Err(wrong(
            "`image_url` took too long to answer. Send the picture as a file.",
        ))
    })
}

fn client() -> Result<&'static HttpClient, AppError> {
    static CLIENT: OnceLock<Option<HttpClient>> = OnceLock::new();
    let client = CLIENT.get_or_init(|| HttpClient::new(Vec::new()).ok());
    client.as_ref().ok_or_else(AppError::internal)
}

async fn fetch(address: &str) -> Result<Bytes, AppError> {
    let no_address = || wrong("`image_url` must be an https or data address.");
    let mut url = Url::parse(address)
        .ok()
        .filter(|url| url.scheme() == "https")
        .ok_or_else(no_address)?;
    for _ in 0..=HOPS {
        // Private addresses are refused here or by the resolver; what exactly is behind them is nobody's business.
        let request = client()?.request(Method::GET, &url).map_err(|_| away())?;
        let response = request.send().await.map_err(|_| away())?;
        if response.status().is_redirection() {
            let next = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            url = next
                .and_then(|next| url.join(next).ok())
                .filter(|next| next.scheme() == "https")
                .ok_or_else(away)?;
            continue;
        }
        if !response.status().is_success() {
            return Err(away());
        }
        return read(response).await;
    }
    Err(away())
}

async fn read(response: Response) -> Result<Bytes, AppError> {
    let file = http_client::body(response, FILE_MAX).await;
    file.map(Into::into).map_err(|error| match error {
        NoBody::TooLarge(_) => wrong(TOO_LARGE),
        NoBody::Broken(_) => away(),
    })
}

fn away() -> AppError {
    wrong("`image_url` does not lead to a picture. Send the picture as a file.")
}

fn wrong(message: &str) -> AppError {
    AppError::field(Code::Invalid, FIELD, message)
}
