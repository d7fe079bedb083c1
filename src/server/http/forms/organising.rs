//! The library's forms: what is done to one video or to many, and to collections. The person comes back to where they were.

#![expect(
    clippy::missing_errors_doc,
    reason = "each fails with what its service says, or with `invalid` when the form is none"
)]

use super::{Posted, Values, id, led_to, not_understood, person};
use crate::language::t;
use crate::{
    model::{
        error::{AppError, Code},
        ids::CollectionId,
        library::{check_about, chosen, tags},
    },
    server::{
        error::{ErrorResponse, Failure, Result},
        http::{pages, session},
        organising::Act,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    Extension, Form,
    extract::{FromRequest as _, Path, Request, State, rejection::FormRejection},
    http::{Uri, header},
    response::{IntoResponse as _, Response},
};

/// A form whose fields may come several times.
struct Chosen {
    posted: Posted,
    fields: Vec<(String, String)>,
}

impl Chosen {
    async fn read(request: Request) -> Result<Self, ErrorResponse> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let form: Result<Form<Vec<(String, String)>>, FormRejection> = Form::from_request(request, &()).await;
        let Form(fields) = form.map_err(|rejection| not_understood(rejection.status()))?;
        let mut values = Values::new();
        for (field, value) in &fields {
            let all = values.entry(field.clone()).or_default();
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(value);
        }
        let posted = Posted {
            parts,
            values,
            file: None,
        };
        Ok(Self { posted, fields })
    }

    fn all(&self, field: &str) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(move |(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }

    fn next(&self) -> &str {
        next(&self.posted)
    }

    /// Back to where the form stood; there with the error, if there is one. A script that asked for JSON gets that.
    async fn answer(mut self, web: &Web, done: Result<()>) -> Result<Response, ErrorResponse> {
        let accept = self.posted.parts.headers.get(header::ACCEPT);
        let is_script = accept.is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
        match done {
            Ok(()) if is_script => Ok(axum::http::StatusCode::NO_CONTENT.into_response()),
            Ok(()) => Ok(led_to(self.next(), None)),
            Err(failure) if is_script => Err(failure.into()),
            Err(Failure::App(error)) if error.code == Code::NotFound => Err(error.into()),
            Err(failure) => {
                self.posted.parts.uri = uri(self.next());
                Ok(back(web, self.posted, failure).await)
            }
        }
    }
}

fn next(posted: &Posted) -> &str {
    let next = posted.values.get("next").map(String::as_str);
    next.filter(|next| next.starts_with("/library") || next.starts_with("/v/"))
        .map_or("/library", |next| session::safe_next(Some(next)))
}

fn uri(path: &str) -> Uri {
    path.parse().unwrap_or_else(|_| Uri::from_static("/library"))
}

/// The page that the request's address was changed to, with the error and what was typed.
async fn back(web: &Web, posted: Posted, failure: Failure) -> Response {
    let error = AppError::from(failure);
    let form = crate::model::person::FormState::rejected(posted.values, &error);
    pages::elsewhere(web, posted.parts, error.code.status(), form, || {}).await
}

fn collection(text: &str) -> Result<CollectionId> {
    text.parse().map_err(|_| AppError::not_found().into())
}

/// `POST /v/{id}/about`
pub async fn about(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let mut form = Chosen::read(request).await?;
    let person = person(&signed_in)?;
    let id = id(&text)?;
    let written = async {
        let value = |field| form.posted.value(field);
        let mut about =
            check_about(value("title"), value("note"), value("tags")).map_err(AppError::invalid)?;
        about.favourite = !value("favourite").is_empty();
        about.collections = form.all("collections").filter_map(|id| id.parse().ok()).collect();
        let new = value("new_collection");
        web.app.organising.write(person.id, id, about, new).await
    };
    let written = written.await;
    form.posted.values.insert("next".into(), format!("/v/{id}"));
    form.answer(&web, written).await
}

/// `POST /library/favourite`: marks videos.
pub async fn favourite(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let form = Chosen::read(request).await?;
    done(&web, &signed_in, form, Ok(Act::Favourite(true))).await
}

/// `POST /library/unfavourite`: takes the mark away.
pub async fn unfavourite(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let form = Chosen::read(request).await?;
    done(&web, &signed_in, form, Ok(Act::Favourite(false))).await
}

/// `POST /library/collect`: puts videos into a collection, or into a new one of a name.
pub async fn collect(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let form = Chosen::read(request).await?;
    let person = person(&signed_in)?;
    let name = form.posted.value("name");
    let act = if name.trim().is_empty() {
        match form.posted.value("collection") {
            "" => Err(AppError::field(
                Code::Invalid,
                "name",
                t!("Choose a collection, or name a new one."),
            )
            .into()),
            id => collection(id),
        }
    } else if chosen(form.all("ids")).is_empty() {
        Err(AppError::field(Code::Invalid, "ids", t!("Select at least one video first.")).into())
    } else {
        web.app.organising.collection(person.id, name).await
    };
    done(&web, &signed_in, form, act.map(Act::Collect)).await
}

/// `POST /library/collections/{id}/out`: takes videos out of a collection.
pub async fn uncollect(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let form = Chosen::read(request).await?;
    let act = collection(&text).map(Act::Uncollect);
    done(&web, &signed_in, form, act).await
}

/// `POST /library/tag`: gives videos tags.
pub async fn tag(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let form = Chosen::read(request).await?;
    let wrong = |why: String| Failure::from(AppError::field(Code::Invalid, "tag", why));
    let act = tags(form.posted.value("tag")).map_err(wrong).and_then(|tags| {
        if tags.is_empty() {
            return Err(wrong(t!("Write at least one tag.").into()));
        }
        Ok(Act::Tag(tags))
    });
    done(&web, &signed_in, form, act).await
}

async fn done(
    web: &Web,
    signed_in: &SignedIn,
    form: Chosen,
    act: Result<Act>,
) -> Result<Response, ErrorResponse> {
    let person = person(signed_in)?;
    let result = match act {
        Ok(act) => {
            let ids = chosen(form.all("ids"));
            web.app.organising.act(person.id, &ids, &act).await.map(|_| ())
        }
        Err(failure) => Err(failure),
    };
    form.answer(web, result).await
}

/// `POST /library/collections`: a new one, which is shown then.
pub async fn create(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let mut form = Chosen::read(request).await?;
    let person = person(&signed_in)?;
    let made = web
        .app
        .organising
        .collection(person.id, form.posted.value("name"))
        .await;
    let made = made.map(|id| {
        let next = format!("/library?collection={id}");
        form.posted.values.insert("next".into(), next);
    });
    form.answer(&web, made).await
}

/// `POST /library/collections/{id}/rename`
pub async fn rename(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, ErrorResponse> {
    let form = Chosen::read(request).await?;
    let person = person(&signed_in)?;
    let name = form.posted.value("name");
    let renamed = web
        .app
        .organising
        .rename(person.id, collection(&text)?, name)
        .await;
    form.answer(&web, renamed).await
}

/// `POST /library/collections/{id}/remove`: its videos stay.
pub async fn remove(
    State(web): State<Web>,
    Extension(signed_in): Extension<SignedIn>,
    Path(text): Path<String>,
) -> Result<Response, ErrorResponse> {
    let person = person(&signed_in)?;
    web.app.organising.remove(person.id, collection(&text)?).await?;
    Ok(led_to("/library", None))
}
