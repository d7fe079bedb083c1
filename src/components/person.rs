//! Who is looking. Asked once for each page load.

use crate::api::account::viewer;
use crate::components::asked::{Asked, ask};
use crate::model::person::Viewer;
use leptos::prelude::*;

/// The person who is looking, or nobody.
#[derive(Clone, Copy)]
pub struct Who(Asked<Option<Viewer>>);

impl Who {
    /// Asks, and lets every component below read the answer.
    pub fn provide() {
        provide_context(Self(ask(|| (), |()| viewer())));
    }

    /// The person; nobody when it cannot be found out.
    pub async fn is_there() -> Option<Viewer> {
        let Self(asked) = use_context::<Self>()?;
        asked.answer().await.ok().flatten()
    }
}
