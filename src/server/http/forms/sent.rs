//! Forms with one or many ids in them: the library's, the trash's and the archive's. A name may come more than once.

use super::{Values, not_understood, person};
use crate::language::t;
use crate::{
    model::{
        error::{AppError, Code},
        ids::{GenerationId, UserId},
    },
    server::{
        error::{ErrorResponse, Result},
        http::session::safe_next,
        router::Web,
        web::SignedIn,
    },
};
use axum::{
    extract::{FromRequest, RawForm, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

/// A form that somebody who is signed in has sent: the body of a post, or the query of an address.
pub struct Sent {
    pub web: Web,
    pub person: UserId,
    pub fields: Fields,
    /// Where the person is led afterwards: to the library or to a video, on this site.
    pub next: String,
    /// The request without its body.
    pub parts: Parts,
}

impl FromRequest<Web> for Sent {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, web: &Web) -> Result<Self, ErrorResponse> {
        let signed_in = request.extensions().get::<SignedIn>();
        let person = person(signed_in.ok_or_else(AppError::sign_in_needed)?)?.id;
        let (parts, body) = request.into_parts();
        let fields = if parts.method.is_safe() {
            Fields::read(parts.uri.query().unwrap_or_default().as_bytes())?
        } else {
            let form = RawForm::from_request(Request::from_parts(parts.clone(), body), &()).await;
            let RawForm(form) = form.map_err(|rejection| not_understood(rejection.status()))?;
            Fields::read(&form)?
        };
        let next = next(fields.value("next")).to_owned();
        let web = web.clone();
        Ok(Self {
            web,
            person,
            fields,
            next,
            parts,
        })
    }
}

fn next(asked: &str) -> &str {
    if asked.starts_with("/library") || asked.starts_with("/v/") {
        safe_next(Some(asked))
    } else {
        "/library"
    }
}

/// The fields of a form, in their order.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(form: &[u8]) -> Result<Self> {
        let fields = serde_urlencoded::from_bytes(form);
        Ok(Self(fields.map_err(|_| invalid())?))
    }

    /// Every value of a field.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The first value of a field; empty without one.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every id of the fields `ids`, which may each have several with commas between: once each, and in order.
    ///
    /// # Errors
    /// `not_found`: what is no id belongs to nobody.
    pub fn ids(&self) -> Result<Vec<GenerationId>> {
        let ids = self.all("ids").flat_map(|value| value.split(',')).map(str::trim);
        let ids = ids.filter(|id| !id.is_empty()).map(str::parse);
        let ids: Result<Vec<GenerationId>, _> = ids.collect();
        let mut ids = ids.map_err(|_| AppError::not_found())?;
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// All of it as a type.
    ///
    /// # Errors
    /// `invalid` when it is none.
    pub fn form<T: DeserializeOwned>(&self) -> Result<T> {
        let text = serde_urlencoded::to_string(&self.0).map_err(|_| invalid())?;
        Ok(serde_urlencoded::from_str(&text).map_err(|_| invalid())?)
    }

    /// As a page shows them again; several values of a name with commas between.
    #[must_use]
    pub fn values(&self) -> Values {
        let mut values = Values::new();
        for (name, value) in &self.0 {
            let all = values.entry(name.clone()).or_default();
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(value);
        }
        values
    }
}

fn invalid() -> AppError {
    AppError::new(Code::Invalid, t!("The form was not understood."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_in_one_field_or_in_many_and_each_counts_once() {
        let [one, other] = [
            "0191f000-0000-7000-8000-000000000001",
            "0191f000-0000-7000-8000-000000000002",
        ];
        let form = format!("ids={other}%2C+{one}&name=a+b&ids=&ids={one}&name=c");
        let fields = Fields::read(form.as_bytes()).unwrap();
        let ids: Vec<String> = fields.ids().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(ids, [one, other]);
        assert_eq!((fields.value("name"), fields.value("none")), ("a b", ""));
        assert_eq!(fields.values()["name"], "a b,c");
        assert!(Fields::read(b"ids=../secret").unwrap().ids().is_err());
    }

    #[test]
    fn a_form_leads_to_the_library_or_a_video_of_this_site() {
        for own in ["/library?sort=title", "/library/trash", "/v/1"] {
            assert_eq!(next(own), own);
        }
        for other in ["", "/account", "https://evil.example", "//evil.example"] {
            assert_eq!(next(other), "/library", "{other}");
        }
    }
}
