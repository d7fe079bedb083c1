//! What narrows and orders the library: search, states, collections, filters, sort, look. All of it are links and forms.

use super::{address, hidden};
use crate::components::{icon::Icon, time::day_in_words};
use crate::language::{key, t, text};
use crate::model::library::{COLLECTION, Collection, LibraryQuery, Shelves, Sort, day};
use crate::model::person::FormState;
use leptos::prelude::*;

const SHOWS: [(&str, &str); 4] = [
    ("all", key!("All")),
    ("making", key!("Being made")),
    ("ready", key!("Ready")),
    ("not-made", key!("Not made")),
];
const SHAPES: [(&str, &str); 3] = [
    ("wide", key!("Wide")),
    ("tall", key!("Tall")),
    ("square", key!("Square")),
];

/// The search.
pub fn search(asked: &LibraryQuery) -> AnyView {
    view! {
        <form class="search" role="search" method="get" action="/library">
            <Icon name="search" />
            <input
                type="search"
                name="search"
                aria-label=t!("Search your library")
                placeholder=t!("Search your library")
                value=asked.search.clone()
            />
            {hidden(asked, &["search"])}
            <button class="unseen">{t!("Search")}</button>
        </form>
    }
    .into_any()
}

/// The groups of states.
pub fn states(asked: &LibraryQuery) -> AnyView {
    let current = SHOWS
        .iter()
        .map(|(show, _)| *show)
        .find(|show| *show == asked.show)
        .unwrap_or("all");
    let links = SHOWS.map(|(show, words)| {
        let to = address("/library", &asked.with("show", show));
        view! { <a href=to aria-current=(show == current).then_some("true")>{text(words)}</a> }
    });
    view! { <nav class="filters" aria-label=t!("Show")>{links.collect_view()}</nav> }.into_any()
}

/// Favourites and collections with their counts, and the way to a new one.
pub fn shelf(asked: &LibraryQuery, shelves: &Shelves, form: &FormState) -> AnyView {
    let all = asked.with("collection", "").with("favourite", "");
    let link = |query: LibraryQuery, words: AnyView, current: bool| {
        let to = address("/library", &query);
        view! { <li><a href=to aria-current=current.then_some("true")>{words}</a></li> }.into_any()
    };
    let is_all = asked.collection.is_empty() && asked.favourite.is_empty();
    let mut links = vec![link(all.clone(), t!("All videos").into_any(), is_all)];
    let star = view! { <Icon name="star" />{t!("Favourites")} }.into_any();
    links.push(link(
        all.with("favourite", "yes"),
        star,
        !asked.favourite.is_empty(),
    ));
    for collection in &shelves.collections {
        let id = collection.id.to_string();
        let current = id == asked.collection;
        let words =
            view! { <bdi>{collection.name.clone()}</bdi>" "<small>{collection.videos}</small> }.into_any();
        links.push(link(all.with("collection", &id), words, current));
    }
    let here = shelves
        .collections
        .iter()
        .find(|collection| collection.id.to_string() == asked.collection);
    view! {
        <div class="shelf">
            <nav aria-label=t!("Collections") data-fresh="shelf"><ul>{links}</ul></nav>
            {here.map(|collection| edit(asked, collection))}
            {new(form)}
        </div>
    }
    .into_any()
}

fn new(form: &FormState) -> AnyView {
    // A form of the wall that came back has its own field for the name.
    let name = form.value("name").filter(|_| form.value("ids").is_none());
    let open = name.is_some();
    view! {
        <details class="small-menu" open=open>
            <summary class="button small quiet"><Icon name="plus" /><span>{t!("New collection")}</span></summary>
            <form class="menu-sheet" method="post" action="/library/collections">
                <label>
                    {t!("Name")}
                    <input name="name" required autocomplete="off" dir="auto" value=name aria-invalid=open.then_some("true") />
                </label>
                <small class="hint">{t!("At most {most} characters.", most = COLLECTION)}</small>
                <button class="button primary">{t!("Make it")}</button>
            </form>
        </details>
    }
    .into_any()
}

fn edit(asked: &LibraryQuery, collection: &Collection) -> AnyView {
    let id = collection.id;
    view! {
        <details class="small-menu">
            <summary class="button small quiet"><Icon name="sliders" /><span>{t!("Edit collection")}</span></summary>
            <div class="menu-sheet">
                <form method="post" action=format!("/library/collections/{id}/rename")>
                    <input type="hidden" name="next" value=address("/library", asked) />
                    <label>{t!("Name")} <input name="name" required autocomplete="off" dir="auto" value=collection.name.clone() /></label>
                    <button class="button">{t!("Rename")}</button>
                </form>
                <form method="post" action=format!("/library/collections/{id}/remove")>
                    <p class="hint">{t!("The videos in it stay in your library.")}</p>
                    <button class="button danger">{t!("Remove collection")}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// Filters, what is in force of them, order and look.
pub fn tools(asked: &LibraryQuery, shelves: &Shelves) -> AnyView {
    let chips = chips(asked, shelves);
    let count = chips.len();
    let count = (count > 0).then(|| view! { <b class="count">{count}</b> });
    view! {
        <div class="tools">
            <details class="small-menu filter-panel">
                <summary class="button small"><Icon name="sliders" />{t!("Filter")} {count}</summary>
                {filter_form(asked, shelves)}
            </details>
            {(!chips.is_empty()).then(|| view! { <ul class="chips" aria-label=t!("Filters in force")>{chips}</ul> })}
            <button type="button" class="button small select-many" aria-pressed="false"><Icon name="check" />{t!("Select")}</button>
            {order(asked)}
            {look(asked)}
        </div>
    }
    .into_any()
}

fn choice(
    name: &'static str,
    label: &'static str,
    any: &'static str,
    now: &str,
    all: Vec<(String, String)>,
) -> AnyView {
    let options = all.into_iter().map(|(value, words)| {
        let selected = value == now;
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! { <label>{label} <select name=name><option value="">{any}</option>{options.collect_view()}</select></label> }
        .into_any()
}

fn filter_form(asked: &LibraryQuery, shelves: &Shelves) -> AnyView {
    let own = ["model", "shape", "from", "to", "favourite", "collection", "tag"];
    let shapes = SHAPES
        .map(|(value, words)| (value.to_owned(), text(words).to_owned()))
        .to_vec();
    let collections = shelves.collections.iter();
    let collections = collections.map(|collection| (collection.id.to_string(), collection.name.clone()));
    let tags = shelves.tags.iter().map(|tag| (tag.clone(), tag.clone()));
    let clear = own.iter().fold(asked.clone(), |query, name| query.with(name, ""));
    view! {
        <form class="menu-sheet filter-form" method="get" action="/library">
            {hidden(asked, &own)}
            {choice("model", t!("Model"), t!("Any model"), &asked.model, shelves.models.clone())}
            {choice("shape", t!("Shape"), t!("Any shape"), &asked.shape, shapes)}
            <label>{t!("From")} <input type="date" name="from" value=asked.from.clone() /></label>
            <label>{t!("To")} <input type="date" name="to" value=asked.to.clone() /></label>
            {choice("collection", t!("Collection"), t!("Any collection"), &asked.collection, collections.collect())}
            {choice("tag", t!("Tag"), t!("Any tag"), &asked.tag, tags.collect())}
            <label class="check"><input type="checkbox" name="favourite" value="yes" checked=!asked.favourite.is_empty() /> {t!("Favourites only")}</label>
            <div class="acts">
                <button class="button primary">{t!("Show")}</button>
                <a class="button quiet" href=address("/library", &clear)>{t!("Clear filters")}</a>
            </div>
            <p class="hint">{t!("Days are counted in UTC.")}</p>
        </form>
    }
    .into_any()
}

/// What narrows the view, each with the way out of it.
fn chips(asked: &LibraryQuery, shelves: &Shelves) -> Vec<AnyView> {
    let mut chips = Vec::new();
    for (name, word) in asked.parameters() {
        let words = match name {
            "model" => {
                let known = shelves.models.iter().find(|(id, _)| id == word);
                known.map_or_else(|| word.to_owned(), |(_, label)| label.clone())
            }
            "shape" => match SHAPES.iter().find(|(value, _)| *value == word) {
                Some((_, words)) => text(words).to_owned(),
                None => continue,
            },
            "from" | "to" => match (name, day(word)) {
                (_, None) => continue,
                ("from", Some(at)) => t!("From {day}", day = day_in_words(at)),
                (_, Some(at)) => t!("Until {day}", day = day_in_words(at)),
            },
            "favourite" => t!("Favourites").into(),
            "collection" => {
                let known = shelves
                    .collections
                    .iter()
                    .find(|known| known.id.to_string() == word);
                known.map_or_else(
                    || t!("A collection that is gone").into(),
                    |known| known.name.clone(),
                )
            }
            "tag" => format!("#{word}"),
            _ => continue,
        };
        let (to, label) = (
            address("/library", &asked.with(name, "")),
            t!("Without the filter {words}", words = words),
        );
        let chip = view! { <li><a class="chip" href=to aria-label=label><bdi>{words}</bdi><Icon name="cross" /></a></li> };
        chips.push(chip.into_any());
    }
    chips
}

fn order(asked: &LibraryQuery) -> AnyView {
    let now = Sort::parse(&asked.sort);
    let options = Sort::ALL.map(|(sort, word, words)| {
        let word = if sort == Sort::Newest { "" } else { word };
        view! { <option value=word selected=sort == now>{text(words)}</option> }
    });
    view! {
        <form class="order" method="get" action="/library">
            {hidden(asked, &["sort"])}
            <select name="sort" aria-label=t!("Order")>{options.collect_view()}</select>
            <button class="button small">{t!("Sort")}</button>
        </form>
    }
    .into_any()
}

fn look(asked: &LibraryQuery) -> AnyView {
    let is_list = asked.view == "list";
    let link = |word: &str, name: &'static str, icon: &'static str, current: bool| {
        let to = address("/library", &asked.with("view", word));
        view! { <a class="icon-button" href=to aria-label=name title=name aria-current=current.then_some("true")><Icon name=icon /></a> }.into_any()
    };
    view! {
        <nav class="look" aria-label=t!("Appearance")>
            {link("", t!("Tiles"), "tiles", !is_list)}
            {link("list", t!("List"), "rows", is_list)}
        </nav>
    }
    .into_any()
}
