//! What happens when a video is ready: nothing, until it is chosen.

use crate::language::{t, tn};
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
        <div class="bells needs-script" role="group" aria-label=t!("When a video is ready")>
            <p class="bells-head" aria-hidden="true">{t!("When a video is ready")}</p>
            {bell("sound", t!("Play a sound"))}
            {bell("note", t!("Show a notification"))}
            <p class="hint" data-bell-said="" aria-live="polite">{t!("Kept in this browser. Both come while AiSora is open in it, in a tab or as an app.")}</p>
        </div>
    }
    .into_any()
}

/// The switch for letters, which the server remembers. It is a button of a plain form: it works without a script, and
/// `public/js/bells.js` saves the way to the next page. Until the address is known to be theirs it is half on.
#[must_use]
pub fn letters(choice: MailChoice, next: &str) -> AnyView {
    let (is_on, after) = if choice.wanted {
        ("true", "off")
    } else {
        ("false", "on")
    };
    let is_waiting = choice.wanted && !choice.confirmed;
    view! {
        <div class="letters" data-waiting=is_waiting>
            <form method="post" action="/account/mail">
                <input type="hidden" name="next" value=next.to_owned() />
                <input type="hidden" name="ended" value=after />
                <button class="switch" role="switch" aria-checked=is_on>
                    <i></i>
                    {t!("E-mail me about videos that take over five minutes")}
                </button>
            </form>
            <div class="letters-said" aria-live="polite">{said(choice, is_waiting, next)}</div>
        </div>
    }
    .into_any()
}

/// What stands below the switch: where letters go, or what is still to be done before they come.
fn said(choice: MailChoice, is_waiting: bool, next: &str) -> AnyView {
    let words = match (choice.confirmed, choice.wanted) {
        (true, _) => t!("They go to"),
        (false, false) => t!("First we send a link to"),
        (false, true) => t!("Almost on: press the link in the e-mail that we sent to"),
    };
    let (minutes, hours) = (choice.again_in, choice.again_in.div_ceil(60));
    let again = match minutes {
        _ if !is_waiting => None,
        0 => Some(again(next)),
        1..60 => Some(hint(tn!(
            minutes,
            "It can be sent again in 1 minute.",
            "It can be sent again in {n} minutes."
        ))),
        _ => Some(hint(tn!(
            hours,
            "It can be sent again in 1 hour.",
            "It can be sent again in {n} hours."
        ))),
    };
    view! {
        <p class="hint">{words} " " <bdi>{choice.email}</bdi></p>
        {again}
    }
    .into_any()
}

fn hint(words: String) -> AnyView {
    view! { <p class="hint">{words}</p> }.into_any()
}

fn again(next: &str) -> AnyView {
    view! {
        <form method="post" action="/account/mail">
            <input type="hidden" name="next" value=next.to_owned() />
            <input type="hidden" name="ended" value="on" />
            <button class="button">{t!("Send it again")}</button>
        </form>
    }
    .into_any()
}
