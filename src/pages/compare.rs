//! `/v/{id}/compare/{other}`: two of a person's videos side by side, in step (`public/js/compare.js`), and how they differ.

mod words;

use crate::api::gallery::two_videos;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, memo, waiting};
use crate::components::icon::Icon;
use crate::components::outcome::did_not_come;
use crate::components::words as in_words;
use crate::language::{key, language, t, text};
use crate::model::error::AppError;
use crate::model::generation::{Card, State, VideoPage};
use crate::model::ids::GenerationId;
use crate::model::trash::bytes as size_in_words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// What the two videos are called on the page.
const A: &str = "A";
const B: &str = "B";

/// The page of two videos. Who does not have both finds neither.
#[component]
pub fn Compare() -> impl IntoView {
    let params = use_params_map();
    let both = memo(move || {
        let id = |name| params.with(|params| params.get(name).and_then(|id| id.parse::<GenerationId>().ok()));
        id("id").zip(id("other"))
    });
    let pages = ask(
        move || both.get(),
        |both| async move {
            let (one, other) = both.ok_or_else(AppError::not_found)?;
            two_videos(one, other).await
        },
    );
    awaited(waiting, move || async move {
        match pages.answer().await {
            Ok((one, other)) => shown(&one, &other),
            Err(error) => did_not_come(error),
        }
    })
}

fn shown(one: &VideoPage, other: &VideoPage) -> AnyView {
    let rate = one.rate.max(other.rate);
    let playable = [one, other]
        .iter()
        .all(|page| page.card.state == State::Succeeded);
    let (first, second) = words::side_by_side(&one.card.prompt, &other.card.prompt);
    view! {
        <Title text=t!("Compare") />
        <div class="page compare" data-rate=rate.to_string()>
            <header class="page-head"><h1>{t!("Side by side")}</h1></header>
            <div class="compare-pair">
                {side(A, &one.card)}
                {side(B, &other.card)}
            </div>
            {playable.then(bar)}
            <section class="compare-words" aria-labelledby="words-head">
                <h2 id="words-head">{t!("Words")}</h2>
                {if one.card.prompt == other.card.prompt {
                    view! { <p class="hint">{t!("Both have the same words.")}</p> <p dir="auto">{one.card.prompt.clone()}</p> }.into_any()
                } else {
                    view! {
                        <p class="hint">{t!("Underlined is what only one of them has.")}</p>
                        <div class="compare-pair">
                            <div><h3>{A}</h3><p dir="auto">{first}</p></div>
                            <div><h3>{B}</h3><p dir="auto">{second}</p></div>
                        </div>
                    }
                    .into_any()
                }}
            </section>
            <div>
                <h2 id="parameters-head">{t!("Parameters")}</h2>
                <div class="table-frame" role="region" aria-labelledby="parameters-head" tabindex="0">
                    <table class="compare-table">
                        <thead>
                            <tr>
                                <th scope="col"><span class="unseen">{t!("Parameter")}</span></th>
                                <th scope="col">{A}</th>
                                <th scope="col">{B}</th>
                            </tr>
                        </thead>
                        <tbody>{rows(one, other)}</tbody>
                    </table>
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn side(letter: &'static str, card: &Card) -> AnyView {
    let name = format!("{letter}: {}", card.name().chars().take(120).collect::<String>());
    let screen = if card.state == State::Succeeded {
        view! {
            <video
                class="player"
                src=card.video()
                poster=card.poster()
                width=card.size.width
                height=card.size.height
                aria-label=name
                controls
                playsinline
                muted
                preload="auto"
            ></video>
        }
        .into_any()
    } else {
        let why = card
            .reason
            .map(|reason| view! { <p class="not-made-why">{reason.in_words()}</p> });
        view! { <div class="not-made"><p class="not-made-state">{card.state.in_words()}</p>{why}</div> }
            .into_any()
    };
    view! {
        <figure class="compare-side">
            <div class=["screen ", in_words::shape_class(card.size)].concat()>{screen}</div>
            <figcaption>
                <b>{letter}</b>
                <a href=card.page() dir="auto">{card.name().chars().take(80).collect::<String>()}</a>
            </figcaption>
        </figure>
    }
    .into_any()
}

/// What plays both; only with a script.
fn bar() -> AnyView {
    view! {
        <div class="player-bar compare-bar needs-script" role="group" aria-label=t!("Both players")>
            <button type="button" class="icon-button" data-both="play" title=t!("Play both (k)") aria-label=t!("Play both") aria-keyshortcuts="k"><Icon name="play" /></button>
            <button type="button" class="icon-button" data-both="back" title=t!("Back one frame (,)") aria-label=t!("Back one frame") aria-keyshortcuts=","><Icon name="frame-back" /></button>
            <button type="button" class="icon-button" data-both="on" title=t!("On one frame (.)") aria-label=t!("On one frame") aria-keyshortcuts="."><Icon name="frame-on" /></button>
            <input class="compare-seek" type="range" min="0" max="1" step="any" value="0" data-both="seek" aria-label=t!("Where both are") />
            <span class="player-said"></span>
        </div>
    }
    .into_any()
}

fn rows(one: &VideoPage, other: &VideoPage) -> Vec<AnyView> {
    let (left, right) = (facts(one), facts(other));
    left.into_iter()
        .zip(right)
        .filter(|((_, left), (_, right))| !(left.is_empty() && right.is_empty()))
        .map(|((name, left), (_, right))| row(name, left, right))
        .collect()
}

fn row(name: &'static str, left: String, right: String) -> AnyView {
    // How long it took and how large it came out is no choice of anybody.
    let differs = left != right && !matches!(name, key!("Made in") | key!("File"));
    let mark = differs.then(|| view! { <span class="differs">{t!("differs")}</span> });
    let or_none = |value: String| {
        if value.is_empty() {
            t!("none").into()
        } else {
            value
        }
    };
    view! {
        <tr class:row-differs=differs>
            <th scope="row">{text(name)} " " {mark}</th>
            <td>{or_none(left)}</td>
            <td>{or_none(right)}</td>
        </tr>
    }
    .into_any()
}

/// What is compared, by name; empty where there is nothing.
fn facts(page: &VideoPage) -> Vec<(&'static str, String)> {
    let card = &page.card;
    // Of its prompt, as the page of the video counts.
    let take = page.takes.iter().find(|take| take.id == card.id);
    let take = take.map_or(1, |take| take.take);
    let picture = page
        .input_reference
        .map(|_| t!("A picture").into())
        .unwrap_or_default();
    let rate = if page.rate.is_multiple_of(1_000) {
        (page.rate / 1_000).to_string()
    } else {
        format!(
            "{}{}{:02}",
            page.rate / 1_000,
            language().decimal(),
            page.rate % 1_000 / 10
        )
    };
    vec![
        (key!("Model"), card.model.clone()),
        (key!("Provider"), page.provider.clone()),
        (key!("Picture"), in_words::picture(card.size)),
        (key!("Length"), in_words::seconds(card.seconds)),
        (key!("Frames a second"), rate),
        (key!("Seed"), card.seed.to_string()),
        (key!("Take"), take.to_string()),
        (
            key!("Caption"),
            if page.caption {
                t!("In the picture")
            } else {
                t!("Off")
            }
            .into(),
        ),
        (
            key!("Sound"),
            if page.sound { t!("Yes") } else { t!("No") }.into(),
        ),
        (key!("Started from"), picture),
        (key!("Money"), in_words::charge(card.charge)),
        (key!("Made in"), in_words::made_in(card).unwrap_or_default()),
        (
            key!("File"),
            page.bytes
                .map(|bytes| size_in_words(bytes) + ", MP4")
                .unwrap_or_default(),
        ),
    ]
}
