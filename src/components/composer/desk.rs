//! The composer's form. It posts without JavaScript; with it, the page stays.

use super::choices::{Lengths, Models, More, Picture, Sizes, Takes};
use super::{Composer, PROMPT};
use crate::browser;
use crate::components::dynamic::{effect, flag, maybe, memo, on, text, word};
use crate::components::icon::Icon;
use crate::components::live::Live;
use crate::language::t;
use crate::model::composition::PROMPT_MAX;
use crate::model::composition::batch::{lines, longest};
use crate::model::credits::Credits;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html::{Form, Textarea};
use leptos::prelude::*;

/// The composer at the lower edge of the page, where the thumb is.
#[component]
pub fn Desk(composer: Composer) -> impl IntoView {
    let form = NodeRef::<Form>::new();
    let prompt = NodeRef::<Textarea>::new();
    let read = move || {
        if let Some(form) = form.get_untracked() {
            composer.changed(browser::read_composer(&form));
        }
    };
    effect(move || {
        if form.get().is_some() {
            take_draft(composer, prompt);
            read();
            composer.awake.set(true);
            browser::tell_of_composer();
        }
    });
    composer.keep_price();
    composer.forget_lost_connection();
    let submit = move |event: SubmitEvent| {
        // "Use the successor" and the like go to the server as they are.
        if browser::has_name(&event) {
            return;
        }
        event.prevent_default();
        read();
        composer.submit();
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            read();
            composer.submit();
        }
    };
    let token = text(move || {
        composer.quote.with(|quote| {
            quote
                .as_ref()
                .map(|quote| quote.token.clone())
                .unwrap_or_default()
        })
    });
    let (from, derived_by) = composer
        .form
        .with_untracked(|form| (form.from.clone(), form.derived_by.clone()));
    view! {
        <form
            class="composer"
            method="post"
            action="/create"
            enctype="multipart/form-data"
            aria-label=t!("Composer")
            // What was chosen comes back by `composing.js`, in every browser alike.
            autocomplete="off"
            node_ref=form
            on:submit=on(submit)
            on:input=on(move |_| read())
            on:change=on(move |_| read())
        >
            // What Enter in a field presses: the buttons with names come before the one that creates.
            <input type="submit" class="unseen" tabindex="-1" aria-hidden="true" value=t!("Create") />
            <Message composer />
            <Prompt composer node=prompt keys />
            <Lines composer />
            // Below the prompt, where it can be read whole: the choices scroll sideways on a telephone.
            <div class="choices-wrong">
                <p class="field-error" id="model-error">{maybe(move || composer.error("model"))}</p>
                <p class="field-error" id="seconds-error">{maybe(move || composer.error("seconds"))}</p>
                <p class="field-error" id="picture-error">{maybe(move || composer.error("input_reference"))}</p>
                <p class="field-error picture-said" role="status"></p>
            </div>
            <div class="aids needs-script">{aids()}</div>
            <div class="composer-choices" role="group" aria-label=t!("How it is made")>
                <Models composer />
                <Sizes composer />
                <Lengths composer />
                <Takes composer />
                <Picture composer />
                <More composer />
            </div>
            <input type="hidden" name="quote" value=token />
            <input type="hidden" name="from" value=from />
            <input type="hidden" name="derived_by" value=derived_by />
            <Go composer />
            // What helps with the prompt unfolds here, over the page and never over the field.
            <div class="aid-panel" id="aid-panel" hidden></div>
        </form>
    }
}

/// A prompt that was typed here before wins over an empty field.
fn take_draft(composer: Composer, prompt: NodeRef<Textarea>) {
    let Some(field) = prompt.get_untracked() else {
        return;
    };
    let empty = field.value().is_empty() && composer.form.with_untracked(|form| form.prompt.is_empty());
    if let (true, Some(draft)) = (empty, Composer::draft()) {
        field.set_value(&draft);
    }
}

#[component]
fn Prompt(
    composer: Composer,
    node: NodeRef<Textarea>,
    keys: impl Fn(KeyboardEvent) + 'static,
) -> impl IntoView {
    let start = composer.form.with_untracked(|form| form.prompt.clone());
    let error = move || composer.error("prompt");
    let count = memo(move || composer.form.with(|form| form.prompt.trim().chars().count()));
    let counted = move || Credits(i64::try_from(count.get()).unwrap_or(i64::MAX)).to_string();
    let most = Credits(i64::try_from(PROMPT_MAX).unwrap_or(i64::MAX)).to_string();
    view! {
        <label class="unseen" for=PROMPT>{t!("What should be seen")}</label>
        // `public/js/composing.js` marks here what breaks a rule, behind the field, and says it below.
        <div class="prompt-marks" dir="auto" translate="no" aria-hidden="true"></div>
        <textarea
            id=PROMPT
            name="prompt"
            rows="2"
            dir="auto"
            placeholder=t!("Describe a shot: who, where, what moves, how the camera sees it")
            node_ref=node
            aria-invalid=word(move || error().map(|_| "true"))
            aria-describedby="prompt-error prompt-trips prompt-count"
            enterkeyhint="enter"
            on:keydown=on(keys)
        >
            {browser::text_of_area(&start)}
        </textarea>
        <p class="field-error" id="prompt-error">{maybe(error)}</p>
        <p class="field-error prompt-trips" id="prompt-trips" role="status"></p>
        <p class="prompt-count" id="prompt-count" class:over=flag(move || count.get() > composer.form.with(longest))>
            {text(counted)} " / " {most} " " <span class="unseen">{t!("characters")}</span>
        </p>
    }
}

/// `public/js/composing.js` opens what helps with the prompt.
fn aids() -> AnyView {
    let aid = |name, icon, words| {
        view! {
            <button type="button" class="aid" data-aid=name aria-expanded="false" aria-controls="aid-panel">
                <Icon name=icon />
                <span>{words}</span>
            </button>
        }
        .into_any()
    };
    [
        aid("presets", "looks", t!("Presets")),
        aid("parts", "parts", t!("Helper")),
    ]
    .into_any()
}

/// Several lines may be one prompt, or one each.
#[component]
fn Lines(composer: Composer) -> impl IntoView {
    let chosen = composer.form.with_untracked(|form| form.lines == "on");
    let count = memo(move || composer.form.with(|form| lines(&form.prompt).count()));
    let words = move || match count.get() {
        0 | 1 => t!("Make one video for each line").to_owned(),
        several => t!("Make one video for each of the {n} lines", n = several),
    };
    view! {
        <label class="switch prompt-lines" class:idle=flag(move || count.get() < 2)>
            <input type="checkbox" name="lines" value="on" checked=chosen />
            <span>{text(words)}</span>
        </label>
    }
}

/// What the server said that belongs to no single choice.
#[component]
fn Message(composer: Composer) -> impl IntoView {
    let words = move || {
        let of_field = || {
            ["quote", "size", "takes", "caption", "credits", "also"]
                .into_iter()
                .find_map(|field| composer.error(field))
        };
        composer.message.get().or_else(of_field)
    };
    view! {
        <div role="alert">
            {maybe(move || words().map(|words| view! { <p class="composer-message"><Icon name="note" />{words}</p> }))}
        </div>
    }
}

/// The button with the price on it, and the reason while it is off.
#[component]
fn Go(composer: Composer) -> impl IntoView {
    let live = Live::here();
    let obstacle = memo(move || composer.obstacle());
    let off = word(move || (obstacle.with(Option::is_some) || composer.busy.get()).then_some("true"));
    let price = move || {
        composer
            .price()
            .map_or_else(String::new, |price| t!("for {price}", price = price.in_words()))
    };
    let reason = move || obstacle.get().map(|obstacle| obstacle.message);
    let left = move || {
        let left = live.balance.get()?.available.checked_sub(composer.price()?)?;
        (left >= Credits::ZERO)
            .then(|| t!("Leaves {credits}", credits = left.in_words()) + &composer.expected())
    };
    view! {
        <div class="composer-go">
            <p class="composer-reason" id="reason" class:off=flag(move || obstacle.with(Option::is_some))>
                {maybe(move || reason().or_else(left))}
            </p>
            <button id="create" class="button primary go" aria-disabled=off aria-describedby="reason">
                {text(move || if composer.busy.get() { t!("Creating…").into() } else { composer.deed() })}
                " "
                <span class="go-price">{text(price)}</span>
            </button>
        </div>
    }
}
