//! Light, dark, or as the system says.

use super::dynamic::{on, text, word};
use super::icon::Icon;
use crate::browser;
use crate::language::{key, t, text as words};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The theme that the document is rendered with; the shell provides it on the server.
#[derive(Clone)]
pub struct ThemeInForce(pub Option<String>);

const CHOICES: [(&str, &str, &str); 3] = [
    ("auto", key!("As the system"), "auto"),
    ("light", key!("Light"), "sun"),
    ("dark", key!("Dark"), "moon"),
];

/// The address of the page, for a form that leads back to it.
pub fn here() -> impl Fn() -> String + Send + 'static {
    let location = use_location();
    move || {
        location.pathname.get()
            + &location.search.with(|search| {
                if search.is_empty() {
                    String::new()
                } else {
                    format!("?{search}")
                }
            })
    }
}

/// Three buttons, one of them pressed. A plain form post without JavaScript; at once with it.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let chosen = use_context::<ThemeInForce>()
        .and_then(|theme| theme.0)
        .or_else(browser::theme);
    let chosen = RwSignal::new(chosen.unwrap_or_else(|| "auto".into()));
    let next = here();
    let choices = CHOICES.map(|(value, label, icon)| {
        let label = words(label);
        let choose = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            browser::choose_theme(value);
            chosen.set(value.into());
        };
        view! {
            <button
                name="theme"
                value=value
                title=label
                aria-label=label
                aria-pressed=word(move || Some(if chosen.with(|chosen| chosen == value) { "true" } else { "false" }))
                on:click=on(choose)
            >
                <Icon name=icon />
            </button>
        }
        .into_any()
    });
    view! {
        <form method="post" action="/theme">
            <input type="hidden" name="next" value=text(next) />
            <div class="theme-switch" role="group" aria-label=t!("Theme")>
                {choices}
            </div>
        </form>
    }
}
