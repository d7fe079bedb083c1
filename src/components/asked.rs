//! What a page asks the server for.

use crate::model::error::AppError;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::{Serialize, de::DeserializeOwned};
use std::{future::Future, pin::Pin};

/// An answer that the server writes into the page, and that the browser fetches when it changes pages by itself.
pub type Asked<T> = Resource<Result<T, AppError>, JsonBytes>;

/// JSON that is read as bytes, as answers of server functions are: so that the browser carries each reader once, not twice.
pub struct JsonBytes;

impl<T: Serialize> Encoder<T> for JsonBytes {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for JsonBytes {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// Asks, and asks again when what the question depends on changes.
pub fn ask<Q, T, F>(
    question: impl Fn() -> Q + Send + Sync + 'static,
    fetch: impl Fn(Q) -> F + Send + Sync + 'static,
) -> Asked<T>
where
    Q: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    type Coming<T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send>>;
    type Fetch<Q, T> = Box<dyn Fn(Q) -> Coming<T> + Send + Sync>;
    let question: Box<dyn Fn() -> Q + Send + Sync> = Box::new(question);
    let fetch: Fetch<Q, T> = Box::new(move |question| Box::pin(fetch(question)));
    Resource::new_with_options(question, fetch, false)
}
