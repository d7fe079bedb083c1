//! The choice of a language.

use super::dynamic::text;
use super::theme::here;
use crate::language::{Language, language, t};
use leptos::prelude::*;

/// A button for each language, in its own words; the one that is spoken is pressed. A plain form post: the whole page
/// changes.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let choices = Language::ALL.map(|choice| {
        let tag = choice.tag();
        let pressed = if choice == language() { "true" } else { "false" };
        view! {
            <button name="language" value=tag lang=tag aria-pressed=pressed>
                {choice.own_name()}
            </button>
        }
        .into_any()
    });
    let next = here();
    view! {
        <form method="post" action="/language">
            <input type="hidden" name="next" value=text(next) />
            <div class="language-switch" role="group" aria-label=t!("Language")>
                {choices}
            </div>
        </form>
    }
}
