//! The library's forms: what is done to one video or to many, and to collections. The person comes back to where they were.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

use super::{id, led_to, sent::Sent};
use crate::language::t;
use crate::{
    model::{
        error::{AppError, Code},
        ids::CollectionId,
        library::{check_about, tags},
        person::FormState,
        trash::Notice,
    },
    server::{
        error::{ErrorResponse, Failure, Result},
        http::{notice, pages},
        organising::Act,
    },
};
use axum::{
    extract::Path,
    http::{StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};

impl Sent {
    /// Does something to the chosen videos, and answers.
    async fn act(self, act: Result<Act>) -> Result<Response, ErrorResponse> {
        let done = async {
            let (act, ids) = (act?, self.fields.ids()?);
            self.web.app.organising.act(self.person, &ids, &act).await?;
            Ok(())
        };
        let done = done.await;
        self.answer(done, None).await
    }

    /// Back to where the form stood; there with the error, if there is one. A script that asked for JSON gets that.
    async fn answer(mut self, done: Result<()>, notice: Option<Notice>) -> Result<Response, ErrorResponse> {
        let accept = self.parts.headers.get(header::ACCEPT);
        let is_script = accept.is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
        match done {
            Ok(()) if is_script => Ok(StatusCode::NO_CONTENT.into_response()),
            Ok(()) => Ok(led_to(&self.next, notice.as_ref().and_then(notice::set))),
            Err(failure) if is_script => Err(failure.into()),
            Err(Failure::App(error)) if error.code == Code::NotFound => Err(error.into()),
            Err(failure) => {
                let error = AppError::from(failure);
                self.parts.uri = uri(&self.next);
                let form = FormState::rejected(self.fields.values(), &error);
                Ok(pages::elsewhere(&self.web, self.parts, error.code.status(), form, || {}).await)
            }
        }
    }
}

fn uri(path: &str) -> Uri {
    path.parse().unwrap_or_else(|_| Uri::from_static("/library"))
}

fn collection(text: &str) -> Result<CollectionId> {
    text.parse().map_err(|_| AppError::not_found().into())
}

fn wrong(field: &str, why: impl Into<String>) -> Failure {
    AppError::field(Code::Invalid, field, why).into()
}

/// `POST /v/{id}/about`
pub async fn about(Path(text): Path<String>, mut sent: Sent) -> Result<Response, ErrorResponse> {
    let id = id(&text)?;
    let written = async {
        let value = |field| sent.fields.value(field);
        let mut about =
            check_about(value("title"), value("note"), value("tags")).map_err(AppError::invalid)?;
        about.favourite = !value("favourite").is_empty();
        let collections = sent.fields.all("collections");
        about.collections = collections.filter_map(|id| id.parse().ok()).collect();
        let organising = &sent.web.app.organising;
        organising
            .write(sent.person, id, about, value("new_collection"))
            .await
    };
    let written = written.await;
    sent.next = format!("/v/{id}");
    sent.answer(written, Some(Notice::saved())).await
}

/// `POST /library/favourite`: marks videos.
pub async fn favourite(sent: Sent) -> Result<Response, ErrorResponse> {
    sent.act(Ok(Act::Favourite(true))).await
}

/// `POST /library/unfavourite`: takes the mark away.
pub async fn unfavourite(sent: Sent) -> Result<Response, ErrorResponse> {
    sent.act(Ok(Act::Favourite(false))).await
}

/// `POST /library/collect`: puts videos into a collection, or into a new one of a name.
pub async fn collect(sent: Sent) -> Result<Response, ErrorResponse> {
    let collection = collected(&sent).await;
    sent.act(collection.map(Act::Collect)).await
}

/// The collection that a form means. A new one is only made for videos that are there to come into it.
async fn collected(sent: &Sent) -> Result<CollectionId> {
    let (name, chosen) = (sent.fields.value("name"), sent.fields.value("collection"));
    if !name.trim().is_empty() {
        if sent.fields.ids()?.is_empty() {
            return Err(wrong("ids", t!("Select at least one video first.")));
        }
        return sent.web.app.organising.collection(sent.person, name).await;
    }
    if chosen.is_empty() {
        return Err(wrong("name", t!("Choose a collection, or name a new one.")));
    }
    collection(chosen)
}

/// `POST /library/collections/{id}/out`: takes videos out of a collection.
pub async fn uncollect(Path(text): Path<String>, sent: Sent) -> Result<Response, ErrorResponse> {
    sent.act(collection(&text).map(Act::Uncollect)).await
}

/// `POST /library/collections/{id}/move`: takes videos out of a collection and puts them into another one.
pub async fn move_on(Path(text): Path<String>, sent: Sent) -> Result<Response, ErrorResponse> {
    let moved = async {
        let from = collection(&text)?;
        sent.web.app.organising.require(sent.person, from).await?;
        let to = collected(&sent).await?;
        if from == to {
            let why = t!("They are in this collection. Choose another one to move them to.");
            return Err(wrong("collection", why));
        }
        Ok(Act::Move(from, to))
    };
    let moved = moved.await;
    sent.act(moved).await
}

/// `POST /library/tag`: gives videos tags.
pub async fn tag(sent: Sent) -> Result<Response, ErrorResponse> {
    let tags = tagged(&sent);
    sent.act(tags.map(Act::Tag)).await
}

/// `POST /library/untag`: takes tags away.
pub async fn untag(sent: Sent) -> Result<Response, ErrorResponse> {
    let tags = tagged(&sent);
    sent.act(tags.map(Act::Untag)).await
}

/// The tags that a form means: at least one.
fn tagged(sent: &Sent) -> Result<Vec<String>> {
    let tags = tags(sent.fields.value("tag")).map_err(|why| wrong("tag", why))?;
    if tags.is_empty() {
        return Err(wrong("tag", t!("Write at least one tag.")));
    }
    Ok(tags)
}

/// `POST /library/compare`: leads to two videos side by side.
pub async fn compare(sent: Sent) -> Result<Response, ErrorResponse> {
    let ids = sent.fields.ids()?;
    if let [one, other] = ids.as_slice() {
        return Ok(led_to(&format!("/v/{one}/compare/{other}"), None));
    }
    sent.answer(Err(wrong("ids", t!("Select two videos to compare them."))), None)
        .await
}

/// `POST /library/collections`: a new one, which is shown then.
pub async fn create(mut sent: Sent) -> Result<Response, ErrorResponse> {
    let organising = &sent.web.app.organising;
    let made = organising
        .collection(sent.person, sent.fields.value("name"))
        .await;
    let made = made.map(|id| sent.next = format!("/library?collection={id}"));
    sent.answer(made, None).await
}

/// `POST /library/collections/{id}/rename`
pub async fn rename(Path(text): Path<String>, sent: Sent) -> Result<Response, ErrorResponse> {
    let (id, name) = (collection(&text)?, sent.fields.value("name"));
    let renamed = sent.web.app.organising.rename(sent.person, id, name).await;
    sent.answer(renamed, None).await
}

/// `POST /library/collections/{id}/remove`: its videos stay.
pub async fn remove(Path(text): Path<String>, sent: Sent) -> Result<Response, ErrorResponse> {
    let id = collection(&text)?;
    sent.web.app.organising.remove(sent.person, id).await?;
    Ok(led_to("/library", None))
}
