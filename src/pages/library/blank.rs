//! What stands there when nothing hangs.

use super::address;
use crate::language::t;
use crate::model::{library::LibraryQuery, person::FormState};
use leptos::prelude::*;

/// The empty state of a view.
pub fn bare(asked: &LibraryQuery, form: &FormState) -> AnyView {
    if !form.errors.is_empty() && form.errors.iter().any(|error| error.field == "search") {
        return ().into_any();
    }
    if !asked.search.trim().is_empty() {
        let all = address("/library", &asked.with("search", ""));
        // The words stand in an element of their own: they may run in the other direction.
        let head = t!("Nothing here contains “{words}”", words = '\0');
        let (before, after) = head.split_once('\0').unwrap_or_default();
        return view! {
            <section class="blank">
                <h2>{before.to_owned()} <bdi>{asked.search.clone()}</bdi> {after.to_owned()}</h2>
                <p>{t!("Prompts, titles, tags and notes were looked at.")}</p>
                <p><a class="button" href=all>{t!("Clear the search")}</a></p>
            </section>
        }
        .into_any();
    }
    if asked.narrows() || asked.after.is_some() {
        let (head, hint) = reason(asked);
        return view! {
            <section class="blank">
                <h2>{head}</h2>
                <p>{hint}</p>
                <p><a class="button" href="/library">{t!("Show all")}</a></p>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="blank">
            <svg class="empty-sun" viewBox="0 0 32 32" aria-hidden="true"><use href="#icon-mark"></use></svg>
            <h2>{t!("Your videos will hang here")}</h2>
            <p>{t!("Only you see them. Download or delete them whenever you like.")}</p>
            <p><a class="button primary" href="/create">{t!("Create the first")}</a></p>
        </section>
    }
    .into_any()
}

/// Why nothing is there, where one filter alone tells.
fn reason(asked: &LibraryQuery) -> (&'static str, &'static str) {
    let names: Vec<_> = asked.parameters().into_iter().map(|(name, _)| name).collect();
    let narrowing: Vec<_> = names
        .into_iter()
        .filter(|name| !matches!(*name, "sort" | "view"))
        .collect();
    match narrowing.as_slice() {
        ["favourite"] => (
            t!("No favourites yet"),
            t!("Press the star on a video, and it is here too."),
        ),
        ["collection"] => (
            t!("Nothing in this collection yet"),
            t!("Select videos in the library and add them to it."),
        ),
        ["tag"] => (
            t!("No video has this tag"),
            t!("Select videos in the library and tag them, or write tags on a video's page."),
        ),
        _ => (
            t!("Nothing of that kind"),
            t!("No video fits all of these filters."),
        ),
    }
}
