//! What a video's page says beside and below the player: how it can go on, its family, its receipt.
//!
//! Nothing in it changes while it is looked at, so it is the server's alone: the browser gets it as HTML, and carries no
//! program for it. What its buttons do without a form is in `public/js/player.js`.

pub mod bar;
mod extend;
pub mod family;
pub mod receipt;
mod trash;

use super::about::About;
use super::fact::fact;
use super::icon::Icon;
use super::screen::Phase;
use super::words;
use crate::language::t;
use crate::model::composition::Quote;
use crate::model::generation::{TakeLink, VideoPage, VideoSheet};
use crate::model::ids::GenerationId;
use crate::model::person::FormState;
use crate::model::trash::bytes as size_in_words;
use bar::Bar;
use family::Family;
use leptos::prelude::*;
use receipt::Receipt;

/// The page as the browser gets it; `returned` is the form that was refused, if one was.
#[must_use]
pub fn sheet(page: VideoPage, returned: FormState) -> VideoSheet {
    let typed = returned.values.get("prompt").cloned();
    let drawn = page.provider == crate::server::providers::builtin::NAME;
    // Only the form that extends has a prompt.
    let of_prompt = returned
        .errors
        .iter()
        .find(|error| typed.is_some() && error.field == "prompt");
    let of_prompt = of_prompt.map(|error| error.message.clone());
    let wrong = returned.message.filter(|_| of_prompt.is_none()).or_else(|| {
        // What the person writes to a video has its errors at its own fields.
        let own = |field: &str| {
            matches!(
                field,
                "title" | "note" | "tags" | "collections" | "new_collection"
            )
        };
        returned
            .errors
            .into_iter()
            .find(|error| !own(&error.field) && of_prompt.as_ref() != Some(&error.message))
            .map(|error| error.message)
    });
    let ready = Phase::from(page.card.state) == Phase::Ready;
    let under = view! {
        {ready.then(|| view! { <Bar page=page.clone() /> })}
        <Takes page=page.clone() />
    };
    let about = view! {
        {trash::in_trash(&page)}
        <Acts page=page.clone() wrong />
        {extend::extend(&page, drawn, typed, of_prompt.clone())}
        <Family family=page.family.clone() of=page.card.id ready />
        <About id=page.card.id about=page.about.clone() />
        <Receipt page=page.clone() />
        {trash::to_trash(&page)}
    };
    VideoSheet {
        under: under.to_html(),
        about: about.to_html(),
        sound: page.sound,
        card: page.card,
    }
}

/// The ways to the takes that were created together with this one.
#[component]
fn Takes(page: VideoPage) -> impl IntoView {
    let (here, takes) = (page.card.id, page.takes);
    let Some(place) = takes.iter().position(|take| take.id == here) else {
        return ().into_any();
    };
    if takes.len() < 2 {
        return ().into_any();
    }
    let way = |take: Option<&TakeLink>, rel: &'static str, class: &'static str| {
        let take = *take?;
        let words = t!("Take {n}", n = take.take);
        Some(view! { <a class=class rel=rel href=words::page(take.id)>{words}</a> }.into_any())
    };
    let before = way(
        place.checked_sub(1).and_then(|place| takes.get(place)),
        "prev",
        "take-prev",
    );
    let after = way(takes.get(place + 1), "next", "take-next");
    let words = t!("Take {n} of {of}", n = place + 1, of = takes.len());
    view! { <nav class="take-ways" aria-label=t!("Takes")>{before} <span>{words}</span> {after}</nav> }
        .into_any()
}

#[component]
fn Acts(page: VideoPage, wrong: Option<String>) -> impl IntoView {
    let card = page.card.clone();
    let ready = Phase::from(card.state) == Phase::Ready;
    let failed = card.state.is_terminal() && !ready;
    let failed_extension = page.extended.and_then(|extended| extended.of).filter(|_| failed);
    let another = if page.offered && failed {
        // The screen has the way to try again.
        ().into_any()
    } else if page.offered {
        view! {
            <a class="button" href=words::another(card.id)><Icon name="again" />{t!("Make another")}</a>
        }
        .into_any()
    } else {
        view! { <p class="hint">{t!("The model is not offered any more.")}</p> }.into_any()
    };
    view! {
        <div role="alert">{wrong.map(|words| view! { <p class="form-message"><Icon name="note" />{words}</p> })}</div>
        <div class="acts">
            {ready.then(|| view! { <a class="button primary" href=card.download() download><Icon name="download" />{t!("Download")}</a> }.into_any())}
            {another}
            {page.variation.map(|quote| variation(card.id, quote))}
            {failed_extension.map(extend::again)}
            {(ready && page.takes_picture).then(|| last_frame(card.id))}
        </div>
        <dl class="facts">
            {fact(t!("Picture"), words::picture(card.size))}
            {fact(t!("Length"), words::seconds(card.seconds))}
            {page.input_reference.map(|id| {
                let (address, shown) = (format!("/pictures/{id}"), format!("/pictures/{id}"));
                view! { <div><dt>{t!("Started from")}</dt><dd><a href=address rel="external"><img class="picture-shown" src=shown alt=t!("The picture it started from") width="40" height="40" /></a></dd></div> }
            })}
            {fact(t!("Caption"), if page.caption { t!("In the picture") } else { t!("Off") }.into())}
            {page.bytes.map(|bytes| fact(t!("File"), size_in_words(bytes) + ", MP4"))}
        </dl>
    }
}

/// The same words and parameters with another seed, at once, for the price on the button.
fn variation(id: GenerationId, quote: Quote) -> AnyView {
    view! {
        <form method="post" action=[&words::page(id), "/variation"].concat()>
            <input type="hidden" name="quote" value=quote.token />
            <button class="button" title=t!("The same words and parameters, another seed")>
                <Icon name="dice" />
                {t!("Variation")}
                " "
                <span class="go-price">{t!("for {credits}", credits = quote.credits.in_words())}</span>
            </button>
        </form>
    }
    .into_any()
}

/// To the composer, with the last frame as the picture to start from.
fn last_frame(id: GenerationId) -> AnyView {
    view! {
        <form method="post" action=[&words::page(id), "/last-frame"].concat()>
            <button class="button" title=t!("Compose a video that starts where this one ends")>
                <Icon name="picture" />
                {t!("Go on from the last frame")}
            </button>
        </form>
    }
    .into_any()
}
