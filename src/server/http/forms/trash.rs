//! Moving videos to the trash, taking them out, deleting them: forms with one or many ids. The next page tells what came of
//! it, and offers to undo it.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

use super::{led_to, person};
use crate::language::t;
use crate::{
    model::{
        error::{AppError, Code},
        ids::GenerationId,
        trash::{Moved, Notice, What},
    },
    server::{
        error::{ErrorResponse, Result},
        http::{notice, session::safe_next},
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension,
    extract::{RawForm, State},
    response::Response,
};

/// The fields of a form or a query, in their order; a name may come more than once.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads what a browser writes of a form.
    pub fn read(text: &str) -> Result<Self> {
        let fields = serde_urlencoded::from_str(text)
            .map_err(|_| AppError::new(Code::Invalid, t!("The form was not understood.")))?;
        Ok(Self(fields))
    }

    /// The first value of a field.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every id of the fields `ids`, which may each have several with commas between.
    pub fn ids(&self) -> Result<Vec<GenerationId>> {
        let fields = self.0.iter().filter(|(key, _)| key == "ids");
        let ids = fields
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|id| !id.is_empty());
        // What is no id belongs to nobody.
        ids.map(|id| id.parse().map_err(|_| AppError::not_found().into()))
            .collect()
    }

    /// Where the form wants to be led to on this site; the library without that.
    fn next(&self) -> &str {
        let next = self.value("next");
        if next.is_some_and(|next| safe_next(Some(next)) == next) {
            return next.unwrap_or_default();
        }
        "/library"
    }
}

fn fields(form: &[u8]) -> Result<Fields> {
    Fields::read(&String::from_utf8_lossy(form))
}

fn told(fields: &Fields, what: What, moved: &Moved) -> Response {
    led_to(fields.next(), notice::set(&Notice::of(what, moved)))
}

/// `POST /library/trash`
pub async fn trash(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    RawForm(form): RawForm,
) -> Result<Response, ErrorResponse> {
    let person = person(&signed_in)?;
    let fields = fields(&form)?;
    let moved = web.app.generations.trash(person.id, &fields.ids()?).await?;
    Ok(told(&fields, What::Trashed, &moved))
}

/// `POST /library/restore`, with `ids`, or with the `batch` that a notice offers to undo.
pub async fn restore(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    RawForm(form): RawForm,
) -> Result<Response, ErrorResponse> {
    let person = person(&signed_in)?;
    let fields = fields(&form)?;
    let moved = match fields.value("batch") {
        Some(at) => {
            let at = at.parse().map_err(|_| AppError::not_found())?;
            web.app.generations.undo_trash(person.id, at).await?
        }
        None => web.app.generations.restore(person.id, &fields.ids()?).await?,
    };
    Ok(told(&fields, What::Restored, &moved))
}

/// `POST /library/delete`: for good.
pub async fn delete(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    RawForm(form): RawForm,
) -> Result<Response, ErrorResponse> {
    let person = person(&signed_in)?;
    let fields = fields(&form)?;
    let moved = web.app.generations.delete_all(person.id, &fields.ids()?).await?;
    Ok(told(&fields, What::Deleted, &moved))
}

/// `POST /library/trash/empty`
pub async fn empty(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    RawForm(form): RawForm,
) -> Result<Response, ErrorResponse> {
    let person = person(&signed_in)?;
    let fields = fields(&form)?;
    let moved = web.app.generations.empty_trash(person.id).await?;
    Ok(told(&fields, What::Deleted, &moved))
}
