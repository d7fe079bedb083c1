//! The one error that crosses the edge: a stable code, a sentence for people, and the fields it belongs to.

use crate::language::t;
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// What kind of error it is. Stable: programs may rely on the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Something in the request does not fit; the fields say what.
    Invalid,
    /// Nobody is signed in.
    SignInNeeded,
    /// Signed in, but not allowed.
    Forbidden,
    /// Not there, or not yours: the answer is the same.
    NotFound,
    /// Somebody was first, or the state does not allow it any more.
    Conflict,
    /// The balance is too small.
    InsufficientCredits,
    /// The key of a program has spent what it may spend in this month.
    MonthlyCapReached,
    /// The person allows themselves no more, for one job or for a day.
    SpendingGuard,
    /// The person wants to be asked before so much is spent: the same again confirms.
    ConfirmationNeeded,
    /// The prompt says what the operator's rules do not allow.
    PromptRefused,
    /// The frozen price is too old or belongs to other choices.
    QuoteStale,
    /// Too many tries; later it works again.
    TooManyRequests,
    /// The body is larger than allowed.
    TooLarge,
    /// The address has no such method.
    WrongMethod,
    /// The body is of a type that is not understood here.
    WrongType,
    /// A part that is needed does not answer now.
    Unavailable,
    /// The browser could not reach the server.
    Network,
    /// Our fault.
    Internal,
}

impl Code {
    /// The HTTP status that goes with it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid | Self::QuoteStale | Self::ConfirmationNeeded | Self::PromptRefused => 422,
            Self::SignInNeeded => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::InsufficientCredits | Self::MonthlyCapReached | Self::SpendingGuard => 402,
            Self::TooManyRequests => 429,
            Self::TooLarge => 413,
            Self::WrongMethod => 405,
            Self::WrongType => 415,
            Self::Unavailable => 503,
            Self::Network => 502,
            Self::Internal => 500,
        }
    }
}

/// What is wrong with one field, in a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// The sentence.
    pub message: String,
}

impl FieldError {
    /// An error at a field.
    #[must_use]
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// An error as people and programs see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// What kind.
    pub code: Code,
    /// A sentence for people, without internals.
    pub message: String,
    /// The fields it belongs to, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
}

impl AppError {
    /// An error with a sentence.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: Vec::new(),
        }
    }

    /// Fields that do not fit.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let message = fields.first().map_or_else(
            || t!("Something does not fit.").into(),
            |first| first.message.clone(),
        );
        Self {
            code: Code::Invalid,
            message,
            fields,
        }
    }

    /// One field that does not fit.
    #[must_use]
    pub fn field(code: Code, field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            fields: vec![FieldError::new(field, message.clone())],
            message,
        }
    }

    /// Not there, or not yours.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            t!("There is nothing here, or it is not yours to see."),
        )
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn sign_in_needed() -> Self {
        Self::new(Code::SignInNeeded, t!("Please sign in first."))
    }

    /// The browser could not reach the server.
    #[must_use]
    pub fn unreachable() -> Self {
        Self::new(
            Code::Network,
            t!("The server could not be reached. Check the connection and try again."),
        )
    }

    /// Our fault; what happened is in the log.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            t!("Something went wrong on our side. Nothing was charged. Please try again."),
        )
    }

    /// The sentence for one field, if it has one.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<String> {
        self.fields
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.clone())
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::unreachable(),
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => {
                Self::new(Code::Invalid, t!("The request was not understood."))
            }
            _ => Self::internal(),
        }
    }
}
