//! What a page or server function knows about its request: the services, and who is signed in.

use super::{error::Result, identity::Person, state::App};
use crate::model::{
    error::AppError,
    person::{MailChoice, Viewer},
};
use axum::http::request::Parts;
use leptos::prelude::use_context;

/// The context of one request.
#[derive(Clone)]
pub struct WebContext {
    /// The services.
    pub app: App,
    /// Who is signed in.
    pub person: Option<Person>,
}

/// What the session layer found out about a request.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Option<Person>);

impl WebContext {
    /// The person, or the error that asks them to sign in.
    ///
    /// # Errors
    /// `sign_in_needed`.
    pub fn person(&self) -> Result<&Person> {
        self.person
            .as_ref()
            .ok_or_else(|| AppError::sign_in_needed().into())
    }

    /// Whether the person wants letters; nothing where no letters are sent, or nobody is signed in.
    #[must_use]
    pub fn mail_choice(&self) -> Option<MailChoice> {
        let person = self.person.as_ref();
        person.and_then(|person| self.app.mail.choice(person))
    }
}

impl From<&Person> for Viewer {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            email: person.email.clone(),
            name: person.name.clone(),
            balance: person.balance,
            admin: person.admin,
        }
    }
}

/// The context of the request that is being answered.
///
/// # Errors
/// `internal` outside of a request.
pub fn context() -> Result<WebContext, AppError> {
    let app = use_context::<App>().ok_or_else(AppError::internal)?;
    let person = use_context::<Parts>().and_then(|parts| parts.extensions.get::<SignedIn>().cloned());
    Ok(WebContext {
        app,
        person: person.and_then(|signed_in| signed_in.0),
    })
}
