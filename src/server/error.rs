//! Errors inside the server, and how they become the one error of the edge.

use crate::language::t;
use crate::model::error::{AppError, Code};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// What services answer with.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// A failure inside the server: either one that people may see, or one that only the log sees.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Made for people.
    #[error(transparent)]
    App(#[from] AppError),
    /// The database.
    #[error("database: {0}")]
    Db(#[from] sqlx::Error),
    /// A migration.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The store of videos.
    #[error("storage: {0}")]
    Storage(#[from] object_store::Error),
    /// A file.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    /// A task that panicked or was stopped.
    #[error("task: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// Something that must not be: a row that cannot be read, a broken invariant.
    #[error("broken: {0}")]
    Broken(String),
}

impl Failure {
    /// Something that must not be.
    pub fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }

    /// Whether trying again later may help: the database is locked, restarting or out of reach.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Db(error) => match error {
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::Tls(_)
                | sqlx::Error::WorkerCrashed => true,
                // SQLITE_BUSY, and PostgreSQL's classes 40 (serialisation), 53 (resources), 57 (operator), 08 (connection).
                sqlx::Error::Database(db) => db.code().is_some_and(|code| {
                    code == "5"
                        || ["08", "40", "53", "57"]
                            .iter()
                            .any(|class| code.len() == 5 && code.starts_with(class))
                }),
                _ => false,
            },
            _ => false,
        }
    }
}

/// Logs what people must not see, and says the rest.
impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        let error = match failure {
            Failure::App(error) => error,
            passing if passing.is_passing() => {
                tracing::warn!(error = %passing, "a request found the database out of reach");
                Self::new(
                    Code::Unavailable,
                    t!("The database does not answer right now. Nothing was charged; please try again."),
                )
            }
            other => {
                tracing::error!(error = %other, "a request failed");
                Self::internal()
            }
        };
        // Inside a server function or a page this sets the status of the answer; elsewhere there is no such context.
        if let Some(response) = use_context::<ResponseOptions>()
            && let Ok(status) = StatusCode::from_u16(error.code.status())
        {
            response.set_status(status);
        }
        error
    }
}

/// An [`AppError`] as the answer of a plain route.
pub struct ErrorResponse(pub AppError);

impl<E: Into<Failure>> From<E> for ErrorResponse {
    fn from(error: E) -> Self {
        Self(AppError::from(error.into()))
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(serde_json::json!({ "error": self.0 }))).into_response();
        if self.0.code == Code::TooManyRequests {
            response
                .headers_mut()
                .insert("retry-after", axum::http::HeaderValue::from_static("60"));
        }
        // For `http::pages::readable`, which makes a page of it for who asked for one.
        response.extensions_mut().insert(self.0);
        response
    }
}
