//! The fields of a request, as JSON or as a form with parts. Unknown ones are not looked at.

use super::object::read_id;
use crate::{
    model::{
        credits::Credits,
        error::{AppError, Code},
        ids::GenerationId,
    },
    server::{
        error::ErrorResponse,
        generation::{Wish, pictures::FIELD as INPUT_REFERENCE},
    },
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::{StatusCode, header},
};
use serde_json::{Map, Value, json};

/// The field of the video that is extended, and how forms write a field inside of it.
const VIDEO: &str = "video";
const VIDEO_ID: &str = "video[id]";

/// What a request says, field by field. Parts of a form are texts, but for the one file that a form may bring.
pub struct Fields {
    values: Map<String, Value>,
    file: Option<Bytes>,
}

/// The picture that a video should start from, as a program gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A file.
    File(Bytes),
    /// An address, or a file inside a `data:` address.
    Address(String),
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, state: &S) -> Result<Self, ErrorResponse> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => json(request, state).await,
            "multipart/form-data" => form(request, state).await,
            _ => {
                let message = "Send JSON (`Content-Type: application/json`) or a form with parts (`multipart/form-data`).";
                Err(AppError::new(Code::WrongType, message).into())
            }
        }
    }
}

async fn json<S: Send + Sync>(request: Request, state: &S) -> Result<Fields, ErrorResponse> {
    let bytes = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| unreadable(rejection.status(), "The body did not arrive whole."))?;
    let value = serde_json::from_slice(&bytes)
        .map_err(|error| AppError::new(Code::Invalid, format!("The body is not JSON: {error}.")))?;
    match value {
        Value::Object(values) => Ok(Fields { values, file: None }),
        _ => Err(AppError::new(Code::Invalid, "The body must be a JSON object.").into()),
    }
}

async fn form<S: Send + Sync>(request: Request, state: &S) -> Result<Fields, ErrorResponse> {
    let broken = |error: MultipartError| unreadable(error.status(), "The form with parts is broken.");
    let mut parts = Multipart::from_request(request, state)
        .await
        .map_err(|rejection| unreadable(rejection.status(), "The form with parts is broken."))?;
    let (mut values, mut file) = (Map::new(), None);
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(broken)?;
        if name == VIDEO && is_file {
            values.insert(name, Value::Bool(true));
            continue;
        }
        if name == INPUT_REFERENCE && is_file {
            file = Some(bytes);
            continue;
        }
        // Any other file is no text: that it came is enough to refuse it by name.
        let value = String::from_utf8(bytes.into()).map_or(Value::Bool(true), Value::String);
        values.insert(name, value);
    }
    Ok(Fields { values, file })
}

fn unreadable(status: StatusCode, message: &str) -> AppError {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        AppError::new(Code::TooLarge, "The body is too large.")
    } else {
        AppError::new(Code::Invalid, message)
    }
}

impl Fields {
    /// A field that is there; `null` is not there.
    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    ///
    /// # Errors
    /// `invalid` at the field.
    pub fn text(&self, name: &str) -> Result<Option<String>, AppError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(name, &format!("`{name}` must be a text."))),
        }
    }

    /// Words: a list of texts, or one text with commas between.
    ///
    /// # Errors
    /// `invalid` at the field.
    pub fn words(&self, name: &str) -> Result<Option<Vec<String>>, AppError> {
        let words = match self.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => Some(text.split(',').map(|word| word.trim().to_owned()).collect()),
            Some(Value::Array(list)) => list
                .iter()
                .map(|word| word.as_str().map(ToOwned::to_owned))
                .collect(),
            Some(_) => None,
        };
        let words = words.ok_or_else(|| wrong(name, &format!("`{name}` must be a list of texts.")))?;
        Ok(Some(words))
    }

    /// A whole number, as a number or a text; the rules for it are read elsewhere.
    fn number(&self, name: &str) -> Result<Option<String>, AppError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(wrong(name, &format!("`{name}` must be a whole number."))),
        }
    }

    /// Yes or no.
    fn flag(&self, name: &str) -> Result<bool, AppError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if text == "true" => Ok(true),
            Some(Value::String(text)) if text == "false" => Ok(false),
            Some(_) => Err(wrong(name, &format!("`{name}` must be true or false."))),
        }
    }

    /// What is asked for.
    ///
    /// # Errors
    /// `invalid` at the first field of a wrong type.
    pub fn wish(&self) -> Result<Wish, AppError> {
        Ok(Wish {
            prompt: self.text("prompt")?.unwrap_or_default(),
            model: self.text("model")?,
            size: self.text("size")?,
            seconds: self.number("seconds")?,
            seed: self.number("seed")?,
            caption: self.flag("caption")?,
            input_reference: None,
        })
    }

    /// The picture to start from.
    ///
    /// # Errors
    /// `invalid` when it is neither a file nor an object with an address.
    pub fn reference(&self) -> Result<Option<Reference>, AppError> {
        if let Some(file) = &self.file {
            return Ok(Some(Reference::File(file.clone())));
        }
        let what = "`input_reference` must be a file of a form with parts, or an object with `image_url`: an https or data address.";
        let value = match self.get(INPUT_REFERENCE) {
            None => return Ok(None),
            // In a form, an object is its JSON.
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
            Some(value) => value.clone(),
        };
        if value.get("file_id").is_some_and(|id| !id.is_null()) {
            let message = "There are no stored files here: give `image_url` instead of `file_id`.";
            return Err(wrong(INPUT_REFERENCE, message));
        }
        match value.get("image_url").and_then(Value::as_str) {
            Some(address) => Ok(Some(Reference::Address(address.trim().to_owned()))),
            None => Err(wrong(INPUT_REFERENCE, what)),
        }
    }

    /// The seconds that are asked for, as they were written.
    ///
    /// # Errors
    /// `invalid` at the field.
    pub fn seconds(&self) -> Result<Option<String>, AppError> {
        self.number("seconds")
    }

    /// The video that is extended, if one is named.
    ///
    /// # Errors
    /// `invalid` when it is no object with an id.
    pub fn video(&self) -> Result<Option<GenerationId>, AppError> {
        let value = match (self.get(VIDEO), self.get(VIDEO_ID)) {
            (None, None) => return Ok(None),
            (None, Some(id)) => json!({ "id": id }),
            // In a form, an object is its JSON.
            (Some(Value::String(text)), _) => serde_json::from_str(text).unwrap_or(Value::Null),
            (Some(Value::Bool(true)), _) => {
                let message = "Files are not taken here: give `{\"id\"}` of a video of yours.";
                return Err(wrong(VIDEO, message));
            }
            (Some(value), _) => value.clone(),
        };
        match value.get("id").and_then(Value::as_str) {
            // What is no id of ours is not there.
            Some(id) => Ok(Some(read_id(id).ok_or_else(AppError::not_found)?)),
            None => Err(wrong(
                VIDEO,
                "`video` must be an object with the `id` of a video of yours.",
            )),
        }
    }

    /// The most that it may cost.
    ///
    /// # Errors
    /// `invalid` when it is no whole number of credits.
    pub fn max_credits(&self) -> Result<Option<Credits>, AppError> {
        let Some(text) = self.number("max_credits")? else {
            return Ok(None);
        };
        let most = text.trim().parse().ok().filter(|most| *most >= 0);
        let most = most.ok_or_else(|| {
            wrong(
                "max_credits",
                "`max_credits` must be a whole number of credits, 0 or more.",
            )
        })?;
        Ok(Some(Credits(most)))
    }
}

fn wrong(field: &str, message: &str) -> AppError {
    AppError::field(Code::Invalid, field, message)
}
