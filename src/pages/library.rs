//! `/library`: everything the person has made. What is shown, and in which order, stands in the address; every form here
//! works as it is, and `public/js/library.js` makes it quicker.

pub mod bar;
mod blank;
pub mod tiles;
pub mod tools;

use crate::api::gallery::{library, shelves};
use crate::components::dynamic::{awaited, memo};
use crate::components::field::returned_form;
use crate::components::icon::Icon;
use crate::components::outcome::did_not_come;
use crate::language::t;
use crate::model::library::{LibraryPage, LibraryQuery, Shelves};
use crate::model::person::FormState;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use std::fmt::Write as _;

fn asked(query: &ParamsMap) -> LibraryQuery {
    let word = |name| query.get(name).unwrap_or_default();
    LibraryQuery {
        search: word("search"),
        show: word("show"),
        model: word("model"),
        shape: word("shape"),
        from: word("from"),
        to: word("to"),
        favourite: word("favourite"),
        collection: word("collection"),
        tag: word("tag"),
        sort: word("sort"),
        view: word("view"),
        after: query.get("after"),
    }
}

/// A word for an address. (The server's half of the router's own escape also escapes hyphens, as of every day and id.)
fn escaped(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// An address with the parameters of a query, without a place in it.
fn address(path: &str, query: &LibraryQuery) -> String {
    let mut address = path.to_owned();
    for (n, (name, word)) in query.parameters().into_iter().enumerate() {
        address.push(if n == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.push_str(&escaped(word));
    }
    address
}

/// An address that goes on after a place.
fn further(path: &str, query: &LibraryQuery, after: &str) -> String {
    let mut address = address(path, query);
    address.push(if address.contains('?') { '&' } else { '?' });
    address.push_str("after=");
    address.push_str(&escaped(after));
    address
}

/// The parameters of a query as hidden fields, but for those that the form has itself.
fn hidden(query: &LibraryQuery, but: &[&str]) -> Vec<AnyView> {
    let parameters = query.parameters().into_iter();
    parameters
        .filter(|(name, _)| !but.contains(name))
        .map(|(name, word)| view! { <input type="hidden" name=name value=word.to_owned() /> }.into_any())
        .collect()
}

/// The library.
#[component]
pub fn Library() -> impl IntoView {
    let query = use_query_map();
    let asked = memo(move || query.with(asked));
    let form = returned_form();
    awaited(crate::components::dynamic::waiting, move || {
        let form = form.clone();
        async move {
            let asked = asked.get_untracked();
            let (page, shelves) = (library(asked.clone()).await, shelves().await);
            match (page, shelves) {
                (Ok(page), Ok(shelves)) => shown(&asked, &page, &shelves, &form),
                (Err(error), Ok(shelves)) if !error.fields.is_empty() => {
                    let form = FormState::rejected(form.values, &error);
                    shown(&asked, &LibraryPage::default(), &shelves, &form)
                }
                (Err(error), _) | (_, Err(error)) => did_not_come(error),
            }
        }
    })
}

fn shown(asked: &LibraryQuery, page: &LibraryPage, shelves: &Shelves, form: &FormState) -> AnyView {
    let named = shelves
        .collections
        .iter()
        .find(|collection| collection.id.to_string() == asked.collection);
    let head = named.map_or_else(
        || String::from(t!("Library")),
        |collection| collection.name.clone(),
    );
    view! {
        <Title text=head.clone() />
        <div class="page library">
            <header class="page-head">
                <h1 dir="auto">{head}</h1>
                {tools::search(asked)}
                {tools::states(asked)}
                <a class="trash-way" href="/library/trash" rel="external"><Icon name="trash" />{t!("Trash")}</a>
            </header>
            {troubles(form)}
            {tools::shelf(asked, shelves, form)}
            {tools::tools(asked, shelves)}
            {if page.cards.is_empty() { blank::bare(asked, form) } else { hung(asked, page, shelves, form) }}
        </div>
    }
    .into_any()
}

/// What is wrong with a form that came back; read out first.
fn troubles(form: &FormState) -> AnyView {
    let said = form.errors.iter().map(|error| error.message.clone());
    let said: Vec<_> = said.chain(form.message.clone()).collect();
    let said = said
        .into_iter()
        .map(|words| view! { <p class="form-message">{words}</p> }.into_any());
    view! { <div role="alert" class="library-troubles">{said.collect_view()}</div> }.into_any()
}

fn hung(asked: &LibraryQuery, page: &LibraryPage, shelves: &Shelves, form: &FormState) -> AnyView {
    let next = page.next.as_deref();
    let older = next.map(|next| further("/library", asked, next));
    let back = address("/library", asked);
    let chosen = form.value("ids").unwrap_or_default();
    view! {
        <form class="choose" id="choose" method="post">
            <input type="hidden" name="next" value=back.clone() />
            <div class="walls" inner_html=tiles::section(asked, page, &chosen)></div>
            <p class="older" hidden=older.is_none()>
                <a class="button" href=older.clone().unwrap_or_else(|| back.clone())>{t!("Older videos")}</a>
            </p>
            {bar::bar(asked, shelves, form)}
        </form>
        // What is done to one video alone, by a button on it.
        <form id="one" method="post"><input type="hidden" name="next" value=back /></form>
        <p class="unseen" role="status" id="library-said"></p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_an_address_that_people_can_read() {
        let query = LibraryQuery {
            show: "not-made".into(),
            search: "fog & \"東\"".into(),
            from: "2026-11-25".into(),
            ..LibraryQuery::default()
        };
        let to = further("/library", &query, "sea.1");
        assert_eq!(
            to,
            "/library?show=not-made&search=fog%20%26%20%22%E6%9D%B1%22&from=2026-11-25&after=sea.1"
        );
        assert_eq!(address("/library", &LibraryQuery::default()), "/library");
    }
}
