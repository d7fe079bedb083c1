//! What happens when a video is ready: nothing, until it is chosen.

use crate::language::t;
use leptos::prelude::*;

/// The switches. The browser remembers them (`public/js/bells.js`), and without a script there is nothing to switch.
#[must_use]
pub fn bells() -> AnyView {
    let bell = |kind: &'static str, words: &'static str| {
        view! {
            <label class="switch">
                <input type="checkbox" role="switch" data-bell=kind autocomplete="off" />
                {words}
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="bells needs-script">
            <legend>{t!("When a video is ready")}</legend>
            {bell("sound", t!("Play a sound"))}
            {bell("note", t!("Show a notification"))}
            <p class="hint" data-bell-said="" aria-live="polite">{t!("Kept in this browser, for all its tabs.")}</p>
        </fieldset>
    }
    .into_any()
}
