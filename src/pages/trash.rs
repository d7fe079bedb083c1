//! `/library/trash`: what was deleted in the last 30 days, newest deletion first, with the way back, for one or for many.
//! Plain forms.

use crate::api::gallery::trash_listing;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, memo, waiting};
use crate::components::icon::Icon;
use crate::components::outcome::did_not_come;
use crate::components::screen::Phase;
use crate::components::time::Moment;
use crate::components::words;
use crate::language::{t, tn};
use crate::model::trash::{TrashPage, TrashQuery, Trashed, bytes};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The trash.
#[component]
pub fn Trash() -> impl IntoView {
    let query = use_query_map();
    let asked = memo(move || TrashQuery {
        after: query.with(|query| query.get("after")).unwrap_or_default(),
    });
    let answer = ask(move || asked.get(), trash_listing);
    let view = awaited(waiting, move || async move {
        match answer.answer().await {
            Ok(page) => room(page, !asked.get_untracked().after.is_empty()),
            Err(error) => did_not_come(error),
        }
    });
    view! {
        <Title text=t!("Trash") />
        <div class="page narrow">
            <header class="page-head"><h1>{t!("Trash")}</h1></header>
            {view}
            <p><a href="/library" rel="external">{t!("Back to the library")}</a></p>
        </div>
    }
    .into_any()
}

fn room(page: TrashPage, further: bool) -> AnyView {
    if page.count == 0 {
        return view! {
            <section class="blank trash-blank">
                <Icon name="trash" />
                <h2>{t!("The trash is empty")}</h2>
                <p>{t!("Deleted videos lie here for 30 days before they are gone for good.")}</p>
            </section>
        }
        .into_any();
    }
    let older = page.next.map(|next| {
        view! { <p class="older"><a class="button" href=format!("/library/trash?after={next}")>{t!("Deleted earlier")}</a></p> }
    });
    let videos = page.videos.into_iter().map(line).collect_view();
    view! {
        {empty(page.count, page.bytes)}
        {further.then(|| view! { <p><a href="/library/trash">{t!("Back to the newest")}</a></p> })}
        <ul class="trash" aria-label=t!("Deleted videos")>{videos}</ul>
        {older}
        {many()}
    }
    .into_any()
}

/// The form of the videos that are selected.
const MANY: &str = "many";

/// What is done with them: it shows when any is, also without JavaScript (`public/js/trash.js` counts them).
fn many() -> AnyView {
    view! {
        <form id=MANY method="post" action="/library/restore">
            // Enter on a checkbox must not press the first button that happens to come.
            <button disabled hidden></button>
            <input type="hidden" name="next" value="/library/trash" />
            <div class="chosen-bar trash-many" role="region" aria-label=t!("Selected videos")>
                <div class="chosen-head">
                    <p class="chosen-count" aria-live="polite"><b>{t!("Selected videos")}</b></p>
                    <button type="button" class="button small quiet select-all" hidden>{t!("Select all")}</button>
                    <button type="reset" class="button small quiet">{t!("Clear")}</button>
                </div>
                <button class="button small"><Icon name="again" />{t!("Restore")}</button>
                <details class="sure">
                    <summary class="button small danger">{t!("Delete now")}</summary>
                    <div class="sure-sheet">
                        <p>{t!("What is selected is gone for good.")} " " {t!("What was charged stays in your statement.")}</p>
                        <button class="button small danger" formaction="/library/delete">{t!("Delete for good")}</button>
                    </div>
                </details>
            </div>
        </form>
    }
    .into_any()
}

/// What lies here in all, and the end of it, in two steps.
fn empty(count: i64, size: i64) -> AnyView {
    let what = format!("{}, {}", tn!(count, "1 video", "{n} videos"), bytes(size));
    let frees = tn!(
        count,
        "1 video gone for good. That frees {size}.",
        "{n} videos gone for good. That frees {size}.",
        size = bytes(size)
    );
    view! {
        <section class="trash-head">
            <p>
                <b>{what}</b>
                <span class="hint">{t!("Each is gone for good 30 days after it was deleted.")}</span>
            </p>
            <details class="sure">
                <summary class="button danger">{t!("Empty the trash")}</summary>
                <form method="post" action="/library/trash/empty">
                    <p>{frees} " " {t!("What was charged stays in your statement.")}</p>
                    <input type="hidden" name="next" value="/library/trash" />
                    <button class="button danger">{t!("Delete all for good")}</button>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn line(video: Trashed) -> AnyView {
    let id = video.id.to_string();
    let (page, head) = (format!("/v/{id}"), format!("prompt-{id}"));
    let poster = video.poster.then(|| {
        view! { <img src=format!("/media/{id}/tile.jpg") alt="" loading="lazy" decoding="async" /> }
    });
    let size = (video.bytes > 0).then(|| format!(" · {}", bytes(video.bytes)));
    let state =
        (Phase::from(video.state) == Phase::NotMade).then(|| format!(" · {}", video.state.in_words()));
    let fields = || {
        view! {
            <input type="hidden" name="ids" value=id.clone() />
            <input type="hidden" name="next" value="/library/trash" />
        }
    };
    let frees = if video.bytes > 0 {
        t!("Gone for good. That frees {size}.", size = bytes(video.bytes))
    } else {
        t!("Gone for good.").into()
    };
    let gone = t!("Gone for good {when}, on", when = video.gone.in_words());
    view! {
        <li>
            <label class="trash-pick">
                <input type="checkbox" name="ids" value=id.clone() form=MANY data-bytes=video.bytes.to_string() autocomplete="off" aria-label=t!("Select: {video}", video = video.name) />
            </label>
            <a class="trash-still" href=page.clone() tabindex="-1" aria-hidden="true">{poster}</a>
            <div class="trash-what">
                <a class="trash-words" id=head.clone() dir="auto" href=page>{video.name}</a>
                <p class="hint">{words::seconds(video.seconds)} ", " {words::pixels(video.size)} {size} {state}</p>
                <p class="hint">{gone} " " <Moment at=video.gone.gone_at /></p>
            </div>
            <div class="acts">
                <form method="post" action="/library/restore">
                    {fields()}
                    <button class="button small" aria-describedby=head.clone()><Icon name="again" />{t!("Restore")}</button>
                </form>
                <details class="sure">
                    <summary class="button small danger" aria-describedby=head>{t!("Delete now")}</summary>
                    <form method="post" action="/library/delete">
                        {fields()}
                        <p>{frees}</p>
                        <button class="button small danger">{t!("Delete for good")}</button>
                    </form>
                </details>
            </div>
        </li>
    }
    .into_any()
}
