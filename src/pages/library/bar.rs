//! The bar of what was selected: it shows when anything is, also without JavaScript.

use crate::components::icon::Icon;
use crate::language::t;
use crate::model::{
    library::{COLLECTION, Collection, LibraryQuery, Shelves},
    person::FormState,
};
use leptos::prelude::*;

/// The bar at the lower edge. Every button sends the form of the wall somewhere else.
pub fn bar(asked: &LibraryQuery, shelves: &Shelves, form: &FormState) -> AnyView {
    let here = shelves
        .collections
        .iter()
        .find(|collection| collection.id.to_string() == asked.collection);
    let out = here.map(|collection| {
        let address = format!("/library/collections/{}/out", collection.id);
        view! { <button class="button small chosen-out" formaction=address>{t!("Remove from this collection")}</button> }
    });
    view! {
        <div class="chosen-bar" role="region" aria-label=t!("Selected videos")>
            // Enter in one of the fields must not press the first button that happens to come.
            <button disabled hidden></button>
            <div class="chosen-head">
                <p class="chosen-count"><b>{t!("Selected videos")}</b></p>
                <button type="button" class="button small quiet select-all" hidden>{t!("Select all")}</button>
                <button type="reset" class="button small quiet">{t!("Clear")}</button>
            </div>
            <button class="button small" formaction="/library/favourite"><Icon name="star" /><span>{t!("Favourite")}</span></button>
            {collect(shelves, form, here)}
            {out}
            {tag(shelves, form)}
            // For two, which a script knows.
            <button class="button small chosen-two" formaction="/library/compare"><Icon name="compare" /><span>{t!("Compare")}</span></button>
            <button class="button small" formaction="/library/download"><Icon name="download" /><span>{t!("Download")}</span></button>
            <button class="button small danger" formaction="/library/trash"><Icon name="trash" /><span>{t!("Move to trash")}</span></button>
            <p class="field-error chosen-error" role="alert"></p>
        </div>
    }
    .into_any()
}

fn wrong(form: &FormState, field: &str) -> Option<&'static str> {
    form.error(field).map(|_| "true")
}

/// What puts videos into a collection; `here` is the one that is looked at, which they may leave for it.
fn collect(shelves: &Shelves, form: &FormState, here: Option<&Collection>) -> AnyView {
    let options = shelves.collections.iter().map(|collection| {
        let (id, name) = (collection.id.to_string(), collection.name.clone());
        view! { <option value=id>{name}</option> }
    });
    let known = (!shelves.collections.is_empty()).then(|| {
        view! {
            <label>{t!("Collection")} <select name="collection" data-fresh="collections"><option value="">{t!("Choose…")}</option>{options.collect_view()}</select></label>
        }
    });
    view! {
        <details class="bar-menu" name="bar">
            <summary class="button small"><Icon name="stack" /><span>{t!("Collection")}</span></summary>
            <div class="bar-sheet">
                {known}
                <label>
                    {t!("New collection")}
                    <input name="name" autocomplete="off" dir="auto" value=form.value("name") aria-invalid=wrong(form, "name") placeholder=t!("Its name") />
                </label>
                <small class="hint">{t!("At most {most} characters.", most = COLLECTION)}</small>
                <div class="acts">
                    <button class="button primary" formaction="/library/collect">{t!("Add")}</button>
                    {here.map(move_on)}
                </div>
            </div>
        </details>
    }
    .into_any()
}

fn move_on(here: &Collection) -> AnyView {
    let address = format!("/library/collections/{}/move", here.id);
    let what = t!("Add, and remove from {name}", name = here.name);
    view! { <button class="button" formaction=address title=what>{t!("Move there")}</button> }.into_any()
}

fn tag(shelves: &Shelves, form: &FormState) -> AnyView {
    let options = shelves
        .tags
        .iter()
        .map(|tag| view! { <option value=tag.clone()></option> });
    view! {
        <details class="bar-menu" name="bar">
            <summary class="button small"><Icon name="tag" /><span>{t!("Tag")}</span></summary>
            <div class="bar-sheet">
                <label>
                    {t!("Tags, with commas between")}
                    <input name="tag" list="known-tags" autocomplete="off" dir="auto" value=form.value("tag") aria-invalid=wrong(form, "tag") />
                </label>
                <datalist id="known-tags">{options.collect_view()}</datalist>
                <div class="acts">
                    <button class="button primary" formaction="/library/tag">{t!("Add tags")}</button>
                    <button class="button" formaction="/library/untag">{t!("Remove tags")}</button>
                </div>
            </div>
        </details>
    }
    .into_any()
}
