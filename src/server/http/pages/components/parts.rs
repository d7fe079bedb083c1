//! Parts that every page may use: what is pressed, typed into, chosen and read.

use super::{Section, section};
use crate::components::{
    fact::fact,
    field::{Field, FormMessage},
    icon::Icon,
    theme::ThemeSwitch,
    time::Moment,
};
use crate::model::{error::FieldError, person::FormState};
use leptos::prelude::*;

const LONG: &str = "A name that somebody has pasted from somewhere, with more words than anybody would type, and oneverylongwordwithoutanyplacetobreakit";

/// 25 November 2026, 14:02, in unix milliseconds.
const ASKED: i64 = 1_795_615_320_000;

pub fn all() -> Vec<Section> {
    [pressed(), filled(), read()].concat()
}

fn pressed() -> Vec<Section> {
    vec![
        section(
            "button",
            &[
                ("rest", || button("button", "Make another", None)),
                ("hover", || button("button", "Make another", None)),
                ("focus", || button("button", "Make another", None)),
                ("active", || button("button", "Make another", None)),
                ("disabled", || button("button", "Make another", Some("true"))),
                ("long text", || button("button", LONG, None)),
            ],
        ),
        section(
            "primary button",
            &[
                ("rest", || button("button primary", "Create for 40 credits", None)),
                ("hover", || {
                    button("button primary", "Create for 40 credits", None)
                }),
                ("focus", || {
                    button("button primary", "Create for 40 credits", None)
                }),
                ("active", || {
                    button("button primary", "Create for 40 credits", None)
                }),
                ("disabled", || button("button primary", "Create", Some("true"))),
                ("loading", || button("button primary", "Creating…", Some("true"))),
            ],
        ),
        section(
            "quiet and danger",
            &[
                ("quiet", || button("button quiet", "Sign in", None)),
                ("small", || button("button small", "Cancel", None)),
                ("danger", || button("button danger", "Delete for good", None)),
                ("hover", || button("button danger", "Delete for good", None)),
                ("focus", || button("button quiet", "Sign in", None)),
                ("large", || {
                    button("button primary large", "Create your first video", None)
                }),
            ],
        ),
        section(
            "icon button",
            &[
                ("rest", || icon_button(None)),
                ("hover", || icon_button(None)),
                ("focus", || icon_button(None)),
                ("active", || icon_button(None)),
                ("disabled", || icon_button(Some("true"))),
            ],
        ),
    ]
}

fn filled() -> Vec<Section> {
    vec![
        section(
            "field",
            &[
                ("empty", || field("specimen-empty", "", None)),
                ("filled", || field("specimen-filled", "Robin Example", None)),
                ("hover", || field("specimen-hover", "Robin Example", None)),
                ("focus", || field("specimen-focus", "Robin Example", None)),
                ("error", || {
                    field(
                        "specimen-wrong",
                        "robin",
                        Some("An e-mail address has an @ in it."),
                    )
                }),
                ("long text", || field("specimen-long", LONG, Some(LONG))),
            ],
        ),
        section(
            "form message",
            &[
                ("error", || {
                    message("That did not work. The fields are as you left them.")
                }),
                ("long text", || message(LONG)),
            ],
        ),
        section(
            "switch",
            &[
                ("off", || switch(false, false)),
                ("on", || switch(true, false)),
                ("hover", || switch(false, false)),
                ("focus", || switch(true, false)),
                ("disabled", || switch(true, true)),
            ],
        ),
        section(
            "choice",
            &[
                ("rest", choice),
                ("hover", choice),
                ("focus", choice),
                ("shapes and takes", shapes),
            ],
        ),
        section(
            "theme switch",
            &[("rest", || view! { <ThemeSwitch /> }.into_any())],
        ),
    ]
}

fn read() -> Vec<Section> {
    vec![
        section("facts", &[("rest", facts)]),
        section("question", &[("open", question)]),
        section("statement", &[("rest", statement)]),
        section("balances", &[("rest", balances)]),
        section("empty", &[("empty", empty), ("error", failed)]),
        section("fresh key", &[("rest", fresh_key)]),
    ]
}

fn button(class: &'static str, words: &'static str, off: Option<&'static str>) -> AnyView {
    view! { <button type="button" class=class aria-disabled=off>{words}</button> }.into_any()
}

fn icon_button(off: Option<&'static str>) -> AnyView {
    view! { <button type="button" class="icon-button" aria-label="Download" aria-disabled=off><Icon name="download" /></button> }.into_any()
}

fn field(name: &'static str, value: &str, wrong: Option<&'static str>) -> AnyView {
    let form = FormState {
        values: [(name.to_owned(), value.to_owned())].into(),
        errors: wrong
            .map(|message| FieldError {
                field: name.into(),
                message: message.into(),
            })
            .into_iter()
            .collect(),
        ..FormState::default()
    };
    view! { <Field form name label="Name" hint="Shown to nobody but you." optional=true /> }.into_any()
}

fn message(words: &str) -> AnyView {
    let form = FormState {
        message: Some(words.into()),
        ..FormState::default()
    };
    view! { <FormMessage form /> }.into_any()
}

fn switch(on: bool, off: bool) -> AnyView {
    view! {
        <label class="switch">
            <input type="checkbox" checked=on disabled=off />
            <span>"Write the prompt into the picture, small"</span>
        </label>
    }
    .into_any()
}

fn choice() -> AnyView {
    view! {
        <div class="choice">
            <select aria-label="Model"><option>"AiSora Preview"</option></select>
        </div>
    }
    .into_any()
}

fn shapes() -> AnyView {
    let shape = |words: &'static str, on: bool| {
        view! {
            <label class="shape">
                <input type="radio" name="specimen-shape" checked=on />
                <svg viewBox="0 0 22 22" aria-hidden="true"><rect x="2" y="6" width="18" height="10" rx="2" /></svg>
                <span>{words}</span>
            </label>
        }
        .into_any()
    };
    let take = |words: &'static str, on: bool| {
        view! { <label class="take"><input type="radio" name="specimen-take" checked=on /><span>{words}</span></label> }.into_any()
    };
    view! {
        <div class="composer-choices">
            <fieldset class="choice shapes"><legend class="unseen">"Shape"</legend>{shape("16:9", true)}{shape("9:16", false)}</fieldset>
            <div class="choice takes" role="group" aria-label="Takes">
                <span class="takes-head" aria-hidden="true">"Takes"</span>
                {take("1", true)}
                {take("2", false)}
            </div>
        </div>
    }
    .into_any()
}

/// As the choice of a picture's piece asks.
fn question() -> AnyView {
    view! {
        <div class="question">
            <h3>"What of the picture is used?"</h3>
            <p class="hint">"Drag it, or use the arrow keys; plus and minus enlarge."</p>
            <div class="acts">
                <button type="button" class="button">"Use the middle"</button>
                <button type="button" class="button primary">"Use this piece"</button>
            </div>
        </div>
    }
    .into_any()
}

fn facts() -> AnyView {
    view! { <dl class="facts">{fact("Model", "AiSora Preview".into())}{fact("Seed", "4711".into())}{fact("Name", LONG.into())}</dl> }
        .into_any()
}

fn statement() -> AnyView {
    view! {
        <div class="table-frame" role="region" aria-label="Specimen of a statement" tabindex="0">
            <table class="statement">
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        <th scope="col">"When"</th>
                        <th scope="col" class="number">"Credits"</th>
                        <th scope="col" class="number">"To spend after"</th>
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <td><span class="line-kind">"Set aside"</span><span class="line-what">{LONG}</span></td>
                        <td><Moment at=ASKED /></td>
                        <td class="number">"−40"</td>
                        <td class="number">"160"</td>
                    </tr>
                    <tr>
                        <td><span class="line-kind">"Not charged, back from the hold"</span><span class="line-what">"A paper boat"</span></td>
                        <td><Moment at=ASKED /></td>
                        <td class="number up">"+40"</td>
                        <td class="number">"200"</td>
                    </tr>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

fn balances() -> AnyView {
    view! {
        <dl class="balances">
            <div><dt>"To spend"</dt><dd>"1,160"</dd></div>
            <div><dt>"On hold"</dt><dd>"40"</dd></div>
        </dl>
    }
    .into_any()
}

fn empty() -> AnyView {
    view! {
        <div class="blank">
            <h3>"Your videos will hang here"</h3>
            <p>"Only you see them. Download or delete them whenever you like."</p>
            <p><button type="button" class="button primary">"Create the first"</button></p>
        </div>
    }
    .into_any()
}

fn failed() -> AnyView {
    view! {
        <div class="blank">
            <h3>"This did not load"</h3>
            <p>"The server did not answer. What you made is safe."</p>
            <p><button type="button" class="button">"Try again"</button></p>
        </div>
    }
    .into_any()
}

fn fresh_key() -> AnyView {
    view! { <div class="sheet fresh-key"><code>"aisora_sk_0123456789abcdefghijklmnopqrstuvwxyz"</code></div> }
        .into_any()
}
