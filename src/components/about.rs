//! What a person writes to one of their videos: title, note, tags, favourite, collections. A plain form.

use super::field::returned_form;
use super::icon::Icon;
use crate::browser;
use crate::language::t;
use crate::model::{ids::GenerationId, library::About as Written};
use leptos::prelude::*;

/// The form, folded in while there is nothing wrong with it.
#[component]
pub fn About(
    /// Which video.
    id: GenerationId,
    /// What is written so far.
    about: Written,
) -> impl IntoView {
    let form = returned_form();
    let came_back = form.values.contains_key("tags");
    let value = |name: &str, now: String| {
        if came_back {
            form.value(name).unwrap_or_default()
        } else {
            now
        }
    };
    let chosen = form.value("collections").unwrap_or_default();
    let favourite = if came_back {
        form.values.contains_key("favourite")
    } else {
        about.favourite
    };
    let mut shelves = Vec::new();
    for shelf in about.collections {
        let id = shelf.id.to_string();
        let holds = if came_back {
            chosen.contains(&id)
        } else {
            shelf.holds
        };
        shelves.push(
            view! { <label class="check"><input type="checkbox" name="collections" value=id checked=holds /><bdi>{shelf.name}</bdi></label> }
                .into_any(),
        );
    }
    let wrong = |name: &str| form.error(name).unwrap_or_default();
    let first_wrong = ["title", "tags", "note", "new_collection"]
        .into_iter()
        .find(|name| !wrong(name).is_empty());
    let field =
        |name, label, hint, value| field(name, label, hint, value, wrong(name), first_wrong == Some(name));
    let note_wrong = wrong("note");
    view! {
        <details class="slip" id="about" open=came_back>
            <summary><Icon name="tag" />{t!("Title, tags and note")}</summary>
            <form method="post" action=["/v/", &id.to_string(), "/about"].concat()>
                {field("title", t!("Title"), t!("Shown in place of the prompt."), value("title", about.title))}
                {field("tags", t!("Tags"), t!("A few words, with commas between."), value("tags", about.tags.join(", ")))}
                <div class="field">
                    <label for="note">{t!("Note")}<small>{t!("only you see it")}</small></label>
                    <textarea id="note" name="note" rows="3" dir="auto" autofocus=first_wrong == Some("note") aria-describedby="note-error" aria-invalid=(!note_wrong.is_empty()).then_some("true")>
                        // A first line that is empty would get lost.
                        {["\n", &browser::text_of_area(&value("note", about.note))].concat()}
                    </textarea>
                    <p class="field-error" id="note-error">{note_wrong}</p>
                </div>
                <label class="check"><input type="checkbox" name="favourite" value="on" checked=favourite />{t!("Favourite")}</label>
                <fieldset class="shelves">
                    <legend>{t!("Collections")}</legend>
                    {shelves}
                    {field("new_collection", t!("New collection"), "", value("new_collection", String::new()))}
                </fieldset>
                <button class="button primary">{t!("Save")}</button>
            </form>
        </details>
    }
}

fn field(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    wrong: String,
    is_first: bool,
) -> AnyView {
    let error = [name, "-error"].concat();
    view! {
        <div class="field">
            <label for=name>{label}<small>{hint}</small></label>
            <input id=name name=name value=value dir="auto" autocomplete="off" autofocus=is_first aria-describedby=error.clone() aria-invalid=(!wrong.is_empty()).then_some("true") />
            <p class="field-error" id=error>{wrong}</p>
        </div>
    }
    .into_any()
}
