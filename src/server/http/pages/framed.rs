//! A page that is in no table: something in the frame of the others.

use crate::{
    app::{Body, ShellData, document},
    components::{chrome::Chrome, live::Live, person::Who},
};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::Router;

/// The document around it. Its title is its own.
pub fn framed(data: ShellData, inside: Body) -> impl IntoView + use<> {
    let body: Body = Box::new(move || {
        provide_meta_context();
        Who::provide();
        Live::provide();
        view! {
            <Title formatter=|page: String| page + " · AiSora" text="" />
            <Router>
                <Chrome>{inside()}</Chrome>
            </Router>
        }
        .into_any()
    });
    document(data, body)
}
