//! `/v/{id}`: one video with its words, parameters and receipt. Only its owner finds it.

use crate::api::wire::Wire;
use crate::components::asked::{Asked, ask};
use crate::components::dynamic::{awaited, effect, memo, waiting};
use crate::components::live::Live;
use crate::components::outcome::did_not_come;
use crate::components::screen::{Screen, phase_of};
use crate::language::{grouped, t};
use crate::model::error::AppError;
use crate::model::generation::VideoSheet;
use crate::model::ids::GenerationId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

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
                Some(id) => sheet(id).await,
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

/// Everything about one of the person's own videos, most of it as the server writes it. The page asks again when the video
/// has ended.
///
/// # Errors
/// `sign_in_needed`; `not_found` for what is not there and for what belongs to somebody else.
#[server(prefix = "/api", endpoint = "gallery/video", protocol = Wire)]
pub async fn sheet(id: GenerationId) -> Result<VideoSheet, AppError> {
    let returned = use_context::<crate::model::person::FormState>().unwrap_or_default();
    let quote = returned.values.get("quote").cloned().unwrap_or_default();
    let page = crate::api::gallery::video(id, quote).await?;
    Ok(crate::components::video_sheet::sheet(page, returned))
}

fn shown(page: &VideoSheet, again: Asked<VideoSheet>) -> AnyView {
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
                <Screen card=followed next="/library" sound=page.sound />
                <div class="video-under" inner_html=page.under.clone()></div>
            </div>
            <div class="video-side">
                <Words title=card.title.clone() prompt=card.prompt.clone() />
                <div class="video-about" inner_html=page.about.clone()></div>
            </div>
        </div>
    }
    .into_any()
}

/// The name that the person gave it, and the prompt; a long one folds.
#[component]
fn Words(title: String, prompt: String) -> impl IntoView {
    let named = !title.is_empty();
    let count = prompt.chars().count();
    if count <= FOLD {
        return if named {
            view! {
                <h1 class="video-words" dir="auto">{title}</h1>
                <p class="video-prompt" dir="auto">{prompt}</p>
            }
            .into_any()
        } else {
            view! { <h1 class="video-words" dir="auto">{prompt}</h1> }.into_any()
        };
    }
    let short: String = prompt.chars().take(FOLD - 60).collect();
    let more = t!(
        "Show all {n} characters",
        n = grouped(i64::try_from(count).unwrap_or(i64::MAX))
    );
    view! {
        <h1 class:video-words=named class:unseen=!named dir="auto">{if named { title } else { t!("Video").into() }}</h1>
        <details class="fold">
            <summary>
                <span class="video-words fold-short" dir="auto">{short} "…"</span>
                <span class="fold-more">{more}</span>
                <span class="fold-less">{t!("Show less")}</span>
            </summary>
            <p class="video-words" dir="auto">{prompt}</p>
        </details>
    }
    .into_any()
}
