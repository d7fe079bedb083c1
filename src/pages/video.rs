//! `/v/{id}`: one video with its words, parameters and receipt. Only its owner finds it.

mod bar;
mod family;
mod receipt;
mod trash;

use crate::api::gallery::video;
use crate::components::asked::{Asked, ask};
use crate::components::dynamic::{awaited, effect, memo, waiting};
use crate::components::fact::fact;
use crate::components::field::returned_form;
use crate::components::icon::Icon;
use crate::components::live::Live;
use crate::components::outcome::did_not_come;
use crate::components::screen::{Phase, Screen, phase_of};
use crate::components::words;
use crate::model::composition::Quote;
use crate::model::error::AppError;
use crate::model::generation::{TakeLink, VideoPage};
use crate::model::ids::GenerationId;
use crate::model::trash::bytes as size_in_words;
use bar::Bar;
use family::Family;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use receipt::Receipt;

/// A prompt longer than this is folded.
const FOLD: usize = 320;

/// The page of one video.
#[component]
pub fn Video() -> impl IntoView {
    let params = use_params_map();
    let id =
        memo(move || params.with(|params| params.get("id").and_then(|id| id.parse::<GenerationId>().ok())));
    let page = ask(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => video(id).await,
                None => Err(AppError::not_found()),
            }
        },
    );
    awaited(waiting, move || async move {
        match page.answer().await {
            Ok(found) => shown(&found, page),
            Err(error) => did_not_come(error),
        }
    })
}

fn shown(page: &VideoPage, again: Asked<VideoPage>) -> AnyView {
    let card = page.card.clone();
    let mut title: String = card.name().chars().take(60).collect();
    if title.len() < card.name().len() {
        title.push('…');
    }
    let followed = if card.state.is_terminal() {
        ArcRwSignal::new(card.clone())
    } else {
        Live::here().follow(card.clone())
    };
    let phase = phase_of(&followed);
    let before = StoredValue::new(phase.get_untracked());
    effect(move || {
        let now = phase.get();
        if before.get_value() != now {
            // It ended while we watched: history, size and money are complete now.
            before.set_value(now);
            again.again();
        }
    });
    let ready = Phase::from(card.state) == Phase::Ready;
    view! {
        <Title text=title />
        <div class="page video-page">
            <div class="video-main">
                <Screen card=followed next="/library" sound=page.sound />
                {ready.then(|| view! { <Bar page=page.clone() /> })}
                <Takes page=page.clone() />
            </div>
            <div class="video-side">
                {trash::in_trash(page)}
                <Words prompt=card.prompt.clone() />
                <Acts page=page.clone() />
                <Family family=page.family.clone() of=card.id ready />
                <crate::components::about::About id=card.id about=page.about.clone() />
                <Receipt page=page.clone() />
                {trash::to_trash(page)}
            </div>
        </div>
    }
    .into_any()
}

/// The prompt; a long one folds.
#[component]
fn Words(prompt: String) -> impl IntoView {
    let count = prompt.chars().count();
    if count <= FOLD {
        return view! { <h1 class="video-words" dir="auto">{prompt}</h1> }.into_any();
    }
    let short: String = prompt.chars().take(FOLD - 60).collect();
    let more = [
        "Show all ",
        &crate::model::credits::Credits(i64::try_from(count).unwrap_or(i64::MAX)).to_string(),
        " characters",
    ]
    .concat();
    view! {
        <h1 class="unseen">"Video"</h1>
        <details class="fold">
            <summary>
                <span class="video-words fold-short" dir="auto">{short} "…"</span>
                <span class="fold-more">{more}</span>
                <span class="fold-less">"Show less"</span>
            </summary>
            <p class="video-words" dir="auto">{prompt}</p>
        </details>
    }
    .into_any()
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
        let words = ["Take ", &take.take.to_string()].concat();
        Some(view! { <a class=class rel=rel href=words::page(take.id)>{words}</a> }.into_any())
    };
    let before = way(
        place.checked_sub(1).and_then(|place| takes.get(place)),
        "prev",
        "take-prev",
    );
    let after = way(takes.get(place + 1), "next", "take-next");
    let words = [
        "Take ",
        &page.card.take.to_string(),
        " of ",
        &takes.len().to_string(),
    ]
    .concat();
    view! { <nav class="take-ways" aria-label="Takes">{before} <span>{words}</span> {after}</nav> }.into_any()
}

#[component]
fn Acts(page: VideoPage) -> impl IntoView {
    let refused = returned_form();
    let wrong = refused
        .message
        .or_else(|| refused.errors.into_iter().next().map(|error| error.message));
    let card = page.card.clone();
    let ready = Phase::from(card.state) == Phase::Ready;
    let another = if page.offered {
        view! {
            <a class="button" href=words::another(card.id)><Icon name="again" />"Make another"</a>
        }
        .into_any()
    } else {
        view! { <p class="hint">"The model is not offered any more."</p> }.into_any()
    };
    view! {
        <div role="alert">{wrong.map(|words| view! { <p class="form-message"><Icon name="note" />{words}</p> })}</div>
        <div class="acts">
            {ready.then(|| view! { <a class="button primary" href=card.download() download><Icon name="download" />"Download"</a> }.into_any())}
            {another}
            {page.variation.map(|quote| variation(card.id, quote))}
            {(ready && page.takes_picture).then(|| last_frame(card.id))}
        </div>
        <dl class="facts">
            {fact("Picture", words::picture(card.size))}
            {fact("Length", words::seconds(card.seconds))}
            {page.input_reference.map(|id| {
                let (address, shown) = (format!("/pictures/{id}"), format!("/pictures/{id}"));
                view! { <div><dt>"Started from"</dt><dd><a href=address rel="external"><img class="picture-shown" src=shown alt="The picture it started from" width="40" height="40" /></a></dd></div> }
            })}
            {fact("Caption", if page.caption { "In the picture" } else { "Off" }.into())}
            {page.bytes.map(|bytes| fact("File", size_in_words(bytes) + ", MP4"))}
        </dl>
    }
}

/// The same words and parameters with another seed, at once, for the price on the button.
fn variation(id: GenerationId, quote: Quote) -> AnyView {
    view! {
        <form method="post" action=[&words::page(id), "/variation"].concat()>
            <input type="hidden" name="quote" value=quote.token />
            <button class="button" title="The same words and parameters, another seed">
                <Icon name="dice" />
                "Variation "
                <span class="go-price">{["for ", &quote.credits.in_words()].concat()}</span>
            </button>
        </form>
    }
    .into_any()
}

/// To the composer, with the last frame as the picture to start from.
fn last_frame(id: GenerationId) -> AnyView {
    view! {
        <form method="post" action=[&words::page(id), "/last-frame"].concat()>
            <button class="button" title="Compose a video that starts where this one ends">
                <Icon name="picture" />
                "Go on from the last frame"
            </button>
        </form>
    }
    .into_any()
}
