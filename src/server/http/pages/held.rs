//! The page behind a sign-in that a form was held for: it is sent by another press.

use super::framed::framed;
use crate::app::ShellData;
use crate::language::t;
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks whether the form, with these fields, is sent to its address now.
pub fn page(data: ShellData, path: String, fields: Vec<(String, String)>) -> impl IntoView + use<> {
    framed(data, Box::new(move || asks(path, fields)))
}

fn asks(path: String, fields: Vec<(String, String)>) -> AnyView {
    let fields = fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.into_any());
    view! {
        <Title text=t!("Signed in") />
        <section class="blank" role="status">
            <h1>{t!("You are signed in again")}</h1>
            <p>{t!("What you sent is here, as you wrote it. It was not done yet.")}</p>
            <form class="blank-ways" method="post" action=path>
                {fields.collect_view()}
                <button class="button primary">{t!("Send it now")}</button>
                <a class="button" href="/library">{t!("Library")}</a>
            </form>
        </section>
    }
    .into_any()
}
