//! `/v/{id}`: one video with its words, parameters and receipt. Only its owner finds it.

mod receipt;

use crate::api::gallery::video;
use crate::components::asked::{Asked, ask};
use crate::components::dynamic::{awaited, effect, memo, waiting};
use crate::components::fact::fact;
use crate::components::icon::Icon;
use crate::components::live::Live;
use crate::components::outcome::did_not_come;
use crate::components::screen::{Phase, Screen, phase_of};
use crate::components::words;
use crate::model::error::AppError;
use crate::model::generation::{Card, VideoPage};
use crate::model::ids::GenerationId;
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
    view! {
        <Title text=title />
        <div class="page video-page">
            <div class="video-main">
                <Screen card=followed next="/library" />
            </div>
            <div class="video-side">
                <Words prompt=card.prompt.clone() />
                <Acts page=page.clone() />
                <crate::components::about::About id=card.id about=page.about.clone() />
                <Receipt page=page.clone() />
                <Delete card />
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

#[component]
fn Acts(page: VideoPage) -> impl IntoView {
    let card = page.card;
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
        <div class="acts">
            {ready.then(|| view! { <a class="button primary" href=card.download() download><Icon name="download" />"Download"</a> }.into_any())}
            {another}
        </div>
        <dl class="facts">
            {fact("Model", card.model)}
            {fact("Picture", words::picture(card.size))}
            {fact("Length", words::seconds(card.seconds))}
            {fact("Seed", card.seed.to_string())}
            {page.input_reference.map(|id| {
                let (address, shown) = (format!("/pictures/{id}"), format!("/pictures/{id}"));
                view! { <div><dt>"Started from"</dt><dd><a href=address rel="external"><img class="picture-shown" src=shown alt="The picture it started from" width="40" height="40" /></a></dd></div> }
            })}
            {fact("Caption", if page.caption { "In the picture" } else { "Off" }.into())}
            {page.bytes.map(|bytes| fact("File", megabytes(bytes)))}
        </dl>
    }
}

/// `2.4 MB, MP4`, in millions of bytes as shops count them.
fn megabytes(bytes: i64) -> String {
    if bytes < 100_000 {
        return format!("{} kB, MP4", (bytes + 999) / 1_000);
    }
    format!("{}.{} MB, MP4", bytes / 1_000_000, bytes / 100_000 % 10)
}

/// The end of a video, in two steps that need no JavaScript.
#[component]
fn Delete(card: Card) -> impl IntoView {
    if !card.state.is_terminal() {
        return ().into_any();
    }
    view! {
        <details class="delete" id="delete">
            <summary><Icon name="trash" />"Delete"</summary>
            <form method="post" action=format!("/v/{}/delete", card.id)>
                <p>"The file, its poster and the prompt are gone for good. What was charged stays in your statement."</p>
                <button class="button danger">"Delete for good"</button>
            </form>
        </details>
    }
    .into_any()
}
