//! Moving videos to the trash, taking them out, deleting them: forms with one or many ids. The next page tells what came of
//! it, and offers to undo it.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

use super::{led_to, sent::Sent};
use crate::{
    model::{
        error::AppError,
        trash::{Moved, Notice, What},
    },
    server::{
        error::{ErrorResponse, Result},
        http::notice,
    },
};
use axum::response::Response;

fn told(sent: &Sent, what: What, moved: &Moved) -> Response {
    led_to(&sent.next, notice::set(&Notice::of(what, moved)))
}

/// `POST /library/trash`
pub async fn trash(sent: Sent) -> Result<Response, ErrorResponse> {
    let generations = &sent.web.app.generations;
    let moved = generations.trash(sent.person, &sent.fields.ids()?).await?;
    Ok(told(&sent, What::Trashed, &moved))
}

/// `POST /library/restore`, with `ids`, or with the `batch` that a notice offers to undo.
pub async fn restore(sent: Sent) -> Result<Response, ErrorResponse> {
    let generations = &sent.web.app.generations;
    let moved = match sent.fields.value("batch") {
        "" => generations.restore(sent.person, &sent.fields.ids()?).await?,
        at => {
            let at = at.parse().map_err(|_| AppError::not_found())?;
            generations.undo_trash(sent.person, at).await?
        }
    };
    Ok(told(&sent, What::Restored, &moved))
}

/// `POST /library/delete`: for good.
pub async fn delete(sent: Sent) -> Result<Response, ErrorResponse> {
    let generations = &sent.web.app.generations;
    let moved = generations.delete_all(sent.person, &sent.fields.ids()?).await?;
    Ok(told(&sent, What::Deleted, &moved))
}

/// `POST /library/trash/empty`
pub async fn empty(sent: Sent) -> Result<Response, ErrorResponse> {
    let moved = sent.web.app.generations.empty_trash(sent.person).await?;
    Ok(told(&sent, What::Deleted, &moved))
}
