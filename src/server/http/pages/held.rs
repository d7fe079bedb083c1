//! The page behind a sign-in that a form was held for: it is sent by another press.

use super::framed::framed;
use crate::app::ShellData;
use crate::language::t;
use leptos::prelude::*;
use leptos_meta::Title;

/// Fields that say nothing to people.
const QUIET: [&str; 2] = ["next", "quote"];

/// Asks whether the form, with these fields, is sent to its address now.
pub fn page(data: ShellData, path: String, fields: Vec<(String, String)>) -> impl IntoView + use<> {
    framed(data, Box::new(move || asks(path, fields)))
}

fn asks(path: String, fields: Vec<(String, String)>) -> AnyView {
    // Whoever signs in here sees what would be sent in their name.
    let written = fields
        .iter()
        .filter(|(name, value)| !value.is_empty() && !QUIET.contains(&name.as_str()));
    let written: Vec<AnyView> = written
        .map(|(name, value)| line(name.clone(), value.clone()))
        .collect();
    let to = path.clone();
    let fields = fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.into_any());
    view! {
        <Title text=t!("Signed in") />
        <section class="blank" role="status">
            <h1>{t!("You are signed in again")}</h1>
            <p>{t!("What you sent is here, as you wrote it. It was not done yet.")}</p>
            <dl class="facts held">
                {line(t!("Sent to").into(), to)}
                {written}
            </dl>
            <form class="blank-ways" method="post" action=path>
                {fields.collect_view()}
                <button class="button primary">{t!("Send it now")}</button>
                <a class="button" href="/library">{t!("Library")}</a>
            </form>
        </section>
    }
    .into_any()
}

fn line(name: String, value: String) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
        </div>
    }
    .into_any()
}
