//! `/library`: everything the person has made, newest first. Search and filter stand in the address and need no JavaScript.

mod wall;

use crate::api::gallery::library;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, memo, on, text, word};
use crate::components::icon::Icon;
use crate::components::outcome::did_not_come;
use crate::model::generation::{LibraryPage, LibraryQuery};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use wall::Wall;

const SHOWS: [(&str, &str); 4] = [
    ("all", "All"),
    ("making", "Being made"),
    ("ready", "Ready"),
    ("not-made", "Not made"),
];

fn asked(query: &ParamsMap) -> LibraryQuery {
    let word = |name| query.get(name).unwrap_or_default();
    let show = word("show");
    LibraryQuery {
        search: word("search"),
        show: if show.is_empty() { "all".into() } else { show },
        after: query.get("after").and_then(|id| id.parse().ok()),
    }
}

/// The address of the library for a query, without a place in it.
fn address(search: &str, show: &str) -> String {
    let mut address = String::from("/library?show=");
    address.push_str(show);
    if !search.is_empty() {
        address.push_str("&search=");
        address.push_str(&leptos_router::location::Url::escape(search));
    }
    address
}

/// The library.
#[component]
pub fn Library() -> impl IntoView {
    let query = use_query_map();
    let asked = memo(move || query.with(asked));
    let page = ask(move || asked.get(), library);
    let view = awaited(hanging_up, move || async move {
        match page.answer().await {
            Ok(page) => on_the_wall(asked.get_untracked(), page),
            Err(error) => did_not_come(error),
        }
    });
    view! {
        <Title text="Library" />
        <div class="page">
            <header class="page-head">
                <h1>"Library"</h1>
                <Search asked />
                <Filters asked />
                <a class="trash-way" href="/library/trash" rel="external"><Icon name="trash" />"Trash"</a>
            </header>
            {view}
        </div>
    }
    .into_any()
}

#[component]
fn Search(asked: Memo<LibraryQuery>) -> impl IntoView {
    let navigate = use_navigate();
    let field = NodeRef::<leptos::html::Input>::new();
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            navigate(
                &address(&field.value(), &asked.get_untracked().show),
                NavigateOptions::default(),
            );
        }
    };
    view! {
        <form class="search" role="search" method="get" action="/library" on:submit=on(search)>
            <Icon name="search" />
            <input
                type="search"
                name="search"
                aria-label="Search in prompts"
                placeholder="Search in prompts"
                maxlength="200"
                value=asked.get_untracked().search
                prop:value=text(move || asked.get().search)
                node_ref=field
            />
            <input type="hidden" name="show" value=text(move || asked.get().show) />
            <button class="unseen">"Search"</button>
        </form>
    }
}

#[component]
fn Filters(asked: Memo<LibraryQuery>) -> impl IntoView {
    let filters = SHOWS.map(|(show, words)| {
        let current = word(move || asked.with(|asked| asked.show == show).then_some("true"));
        view! {
            <a href=text(move || asked.with(|asked| address(&asked.search, show))) aria-current=current>{words}</a>
        }
        .into_any()
    });
    view! { <nav class="filters" aria-label="Show">{filters}</nav> }
}

fn hanging_up() -> AnyView {
    let screen = || view! { <span class="tile-screen"></span> }.into_any();
    view! {
        <div class="wall wall-wait" aria-busy="true">
            {[(); 8].map(|()| screen())}
        </div>
    }
    .into_any()
}

fn on_the_wall(asked: LibraryQuery, page: LibraryPage) -> AnyView {
    if page.cards.is_empty() {
        bare(&asked)
    } else {
        view! { <Wall asked page /> }.into_any()
    }
}

/// What stands there when nothing hangs.
fn bare(asked: &LibraryQuery) -> AnyView {
    let filtered = asked.show != "all";
    if !asked.search.is_empty() {
        let all = address("", &asked.show);
        return view! {
            <section class="blank">
                <h2>"No prompt here contains “" <bdi>{asked.search.clone()}</bdi> "”"</h2>
                <p><a class="button" href=all>"Clear the search"</a></p>
            </section>
        }
        .into_any();
    }
    if filtered || asked.after.is_some() {
        return view! {
            <section class="blank">
                <h2>"Nothing of that kind"</h2>
                <p><a class="button" href="/library">"Show all"</a></p>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="blank">
            <svg class="empty-sun" viewBox="0 0 32 32" aria-hidden="true"><use href="/icons.svg#mark"></use></svg>
            <h2>"Your videos will hang here"</h2>
            <p>"Only you see them. Download or delete them whenever you like."</p>
            <p><a class="button primary" href="/create">"Create the first"</a></p>
        </section>
    }
    .into_any()
}
