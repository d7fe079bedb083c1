//! The video object of the protocol, its id, and what its answers carry along.

use crate::{
    model::{
        catalogue::Size,
        error::AppError,
        generation::{Reason, State},
        ids::GenerationId,
        protocol,
    },
    server::{
        db::generations::GenerationRow,
        error::{ErrorResponse, Result},
        generation::life,
        router::Web,
    },
};
use axum::{
    Json,
    extract::{FromRequestParts, Path},
    http::{HeaderName, HeaderValue, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// A generation as the protocol tells it. Times are unix seconds.
#[derive(Debug, Serialize)]
pub struct Video {
    id: String,
    object: &'static str,
    model: String,
    status: &'static str,
    progress: i64,
    created_at: i64,
    completed_at: Option<i64>,
    /// Videos stay until they are deleted.
    expires_at: Option<i64>,
    prompt: String,
    size: String,
    seconds: String,
    remixed_from_video_id: Option<String>,
    error: Option<Trouble>,
    /// AiSora's own: the seed that was used.
    seed: i64,
}

#[derive(Debug, Serialize)]
struct Trouble {
    code: &'static str,
    message: &'static str,
}

impl Video {
    /// The object of a row.
    ///
    /// # Errors
    /// When the row holds a state that nobody knows.
    pub fn of(row: &GenerationRow) -> Result<Self> {
        let state = life::state(row)?;
        let reason = row.reason.as_deref().and_then(Reason::parse);
        let failed = state.is_terminal() && state != State::Succeeded;
        let side = |side: i64| u32::try_from(side).unwrap_or_default();
        Ok(Self {
            id: id(GenerationId(row.id)),
            object: "video",
            model: row.model.clone(),
            status: protocol::status(state),
            progress: row.progress,
            created_at: row.created_at / 1_000,
            completed_at: row.finished_at.map(|at| at / 1_000),
            expires_at: None,
            prompt: row.prompt.clone(),
            size: Size::new(side(row.width), side(row.height)).to_string(),
            seconds: row.seconds.to_string(),
            remixed_from_video_id: row.remixed_from.map(|from| id(GenerationId(from))),
            error: failed.then(|| trouble(reason.unwrap_or(Reason::Internal))),
            seed: row.seed,
        })
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn trouble(reason: Reason) -> Trouble {
    Trouble {
        code: protocol::error_code(reason),
        message: reason.in_words(),
    }
}

/// An id as programs see it.
pub fn id(id: GenerationId) -> String {
    protocol::write_id(protocol::VIDEO, id.0)
}

/// The generation behind such an id.
pub fn read_id(text: &str) -> Option<GenerationId> {
    protocol::read_id(protocol::VIDEO, text).map(GenerationId)
}

/// The video in an address. What is no id is not there.
pub struct VideoId(pub GenerationId);

impl<S: Send + Sync> FromRequestParts<S> for VideoId {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorResponse> {
        let text = Path::<String>::from_request_parts(parts, state).await.ok();
        let id = text.and_then(|Path(text)| read_id(&text));
        id.map(Self).ok_or_else(|| AppError::not_found().into())
    }
}

/// The answer with a video: what it holds or has cost, and while it goes on, when it is worth to ask again.
///
/// # Errors
/// When the database does not answer.
pub async fn answer(web: &Web, row: &GenerationRow) -> Result<Response> {
    let state = life::state(row)?;
    let mut response = Json(Video::of(row)?).into_response();
    let credits = match state {
        State::Succeeded => format!("charged={}", row.credits),
        ended if ended.is_terminal() => "charged=0".into(),
        _ => format!("held={}", row.credits),
    };
    let headers = response.headers_mut();
    if let Ok(credits) = HeaderValue::from_str(&credits) {
        headers.insert(HeaderName::from_static("x-aisora-credits"), credits);
    }
    if !state.is_terminal() {
        let after = web.app.generations.poll_after(row).await?;
        headers.insert(HeaderName::from_static("openai-poll-after-ms"), after.into());
    }
    Ok(response)
}
