//! How a call travels to the server and its answer back: JSON, by POST.
//!
//! Leptos's own way knows every method, encoding and kind of stream, and the browser would carry all of it.

use crate::browser;
use crate::model::error::AppError;
use http::Method;
use leptos::server_fn::{
    Bytes, ContentType, Decodes, Encodes, Protocol,
    client::Client,
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
    request::Req,
    response::TryRes,
    server::Server,
};
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

/// JSON, by POST.
pub struct Wire;

impl<Input, Output, C, S> Protocol<Input, Output, C, S, AppError> for Wire
where
    Input: Serialize + DeserializeOwned + Send,
    Output: Serialize + DeserializeOwned + Send,
    C: Client<AppError>,
    S: Server<AppError>,
{
    const METHOD: Method = Method::POST;

    async fn run_server<F, Fut>(request: S::Request, function: F) -> Result<S::Response, AppError>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, AppError>> + Send,
    {
        let mut body = request.try_into_bytes().await?;
        if body.is_empty() {
            // Who has nothing to say may say nothing.
            body = Bytes::from_static(b"{}");
        }
        let input = JsonEncoding::decode(body)
            .map_err(|error| AppError::from_server_fn_error(ServerFnErrorErr::Args(error.to_string())))?;
        let output = function(input).await?;
        let answer = JsonEncoding::encode(&output).map_err(|_| AppError::internal())?;
        S::Response::try_from_bytes(JsonEncoding::CONTENT_TYPE, answer)
    }

    async fn run_client(path: &str, input: Input) -> Result<Output, AppError> {
        let body = serde_json::to_string(&input).map_err(|_| AppError::internal())?;
        browser::post(path, &body).await
    }
}
