//! Calls to the server.

use super::json::read_value;
use super::page::tell;
use crate::model::error::AppError;
use leptos::prelude::window;
use send_wrapper::SendWrapper;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, Headers, RequestInit, Response};

/// Posts JSON to the server and reads its answer.
///
/// # Errors
/// What the server said; `network` when it said nothing that can be understood.
pub async fn post<T: DeserializeOwned>(path: &str, body: &str) -> Result<T, AppError> {
    match SendWrapper::new(answer(path, body)).await {
        Ok((true, answer)) => {
            if path.ends_with("/snapshot") {
                tell("aisora:snapshot", &answer);
            }
            read_value(answer).ok_or_else(AppError::unreachable)
        }
        Ok((false, answer)) => Err(read_value(answer).unwrap_or_else(AppError::unreachable)),
        Err(_) => Err(AppError::unreachable()),
    }
}

/// Whether it went well, and the JSON that was answered.
async fn answer(path: &str, body: &str) -> Result<(bool, JsValue), JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/json")?;
    headers.set("accept", "application/json")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&body.into());
    let patience = Patience(AbortController::new()?);
    request.set_signal(Some(&patience.0.signal()));
    let answer: Response = window()
        .fetch_with_str_and_init(path, &request)
        .await?
        .dyn_into()?;
    Ok((answer.ok(), answer.json()?.await?))
}

/// A request that nobody waits for any more is given up.
struct Patience(AbortController);

impl Drop for Patience {
    fn drop(&mut self) {
        self.0.abort();
    }
}
