//! What happens when a video is ready: nothing, until it is chosen.

use crate::language::t;
use crate::model::person::MailChoice;
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

/// The switch for letters, which the server remembers. It is a button of a plain form: it works without a script, and
/// `public/js/bells.js` saves the way to the next page.
#[must_use]
pub fn letters(choice: MailChoice, next: &str) -> AnyView {
    let MailChoice { email, wanted } = choice;
    let (is_on, after) = if wanted { ("true", "off") } else { ("false", "on") };
    view! {
        <form class="letters" method="post" action="/account/mail">
            <input type="hidden" name="next" value=next.to_owned() />
            <input type="hidden" name="ended" value=after />
            <button class="switch" role="switch" aria-checked=is_on>
                <i></i>
                {t!("E-mail me when a video that takes over five minutes is ready")}
            </button>
            <p class="hint">{t!("It goes to")} " " <bdi>{email}</bdi></p>
        </form>
    }
    .into_any()
}
