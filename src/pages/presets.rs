//! `/account/presets`: own presets as plain forms; `/presets/{token}`: one that somebody shares.

use crate::api::presets::{presets, shared_preset};
use crate::browser;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, memo, waiting};
use crate::components::field::returned_form;
use crate::components::icon::Icon;
use crate::components::outcome::did_not_come;
use crate::components::time::Moment;
use crate::language::{t, text};
use crate::model::person::FormState;
use crate::model::presets::{KINDS, Preset, PresetForm};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The person's own.
#[component]
pub fn Presets() -> impl IntoView {
    let form = StoredValue::new(returned_form());
    let query = use_query_map();
    let answer = ask(|| (), |()| presets());
    let list = awaited(waiting, move || async move {
        match answer.answer().await {
            Ok(presets) => {
                let open = query.with_untracked(|query| query.get("open").unwrap_or_default());
                room(presets, &form.get_value(), &open)
            }
            Err(error) => did_not_come(error),
        }
    });
    view! {
        <Title text=t!("Presets") />
        <div class="page narrow">
            <header class="page-head"><h1>{t!("Presets")}</h1></header>
            <p class="hint">
                {t!(
                    "Pieces of prompts that you use again: a camera move, a look, a mood. In the studio they stand among the presets, and a press puts their words into the prompt."
                )}
            </p>
            {list}
            <p><a href="/create">{t!("To the studio")}</a> " · " <a href="/account">{t!("Back to your account")}</a></p>
        </div>
    }
    .into_any()
}

/// `open` is the one that something was just done to.
fn room(presets: Vec<Preset>, returned: &FormState, open: &str) -> AnyView {
    let summary = returned.value("summary");
    let new = returned_to(returned, "new");
    let came_back = new.is_some();
    let (form, state) = new.unwrap_or_default();
    let any = !presets.is_empty();
    let lines = presets
        .into_iter()
        .map(|preset| line(preset, returned, open))
        .collect_view();
    view! {
        <div role="status">{summary.map(|words| view! { <p class="form-said">{words}</p> })}</div>
        {any.then(|| view! {
            <section class="sheet">
                <h2 id="presets-head">{t!("Your presets")}</h2>
                <ul class="presets" aria-labelledby="presets-head">{lines}</ul>
            </section>
        })}
        <form class="sheet preset-form" method="post" action="/account/presets" novalidate>
            <h2>{t!("New preset")}</h2>
            {fields("new", form, &state, came_back)}
            <button class="button primary">{t!("Save preset")}</button>
        </form>
        {carry(returned, any)}
    }
    .into_any()
}

/// The values and errors of a form that came back, if it is this one.
fn returned_to(returned: &FormState, which: &str) -> Option<(PresetForm, FormState)> {
    let value = |field: &str| returned.value(field).unwrap_or_default();
    (value("which") == which).then(|| {
        let form = PresetForm {
            name: value("name"),
            kind: value("kind"),
            text: value("text"),
        };
        (form, returned.clone())
    })
}

fn fields(which: &str, form: PresetForm, state: &FormState, first: bool) -> AnyView {
    let [name_id, kind_id, text_id] = ["name", "kind", "text"].map(|field| format!("{field}-{which}"));
    let error = |field: &str, id: &str| {
        let words = state.error(field);
        let id = format!("{id}-error");
        view! { <p class="field-error" id=id>{words.map(|words| view! { <Icon name="note" />{words} })}</p> }
            .into_any()
    };
    let wrong = |field: &str| state.error(field).map(|_| "true");
    let options = KINDS.map(|(kind, label)| {
        let chosen = form.kind == kind;
        view! { <option value=kind selected=chosen>{text(label)}</option> }.into_any()
    });
    view! {
        <div class="field">
            <label for=name_id.clone()>{t!("Name")}</label>
            <input
                id=name_id.clone()
                name="name"
                dir="auto"
                autocomplete="off"
                value=form.name
                required
                autofocus=first
                aria-invalid=wrong("name")
                aria-describedby=format!("{name_id}-error")
            />
            {error("name", &name_id)}
        </div>
        <div class="field">
            <label for=kind_id.clone()>{t!("Kind")}</label>
            <select id=kind_id.clone() name="kind">{options}</select>
            {error("kind", &kind_id)}
        </div>
        <div class="field">
            <label for=text_id.clone()>{t!("Words for the prompt")}</label>
            <textarea
                id=text_id.clone()
                name="text"
                dir="auto"
                rows="2"
                required
                aria-invalid=wrong("text")
                aria-describedby=format!("{text_id}-error")
            >
                // A first line that is empty would get lost.
                {["\n", &browser::text_of_area(&form.text)].concat()}
            </textarea>
            {error("text", &text_id)}
        </div>
    }
    .into_any()
}

fn line(preset: Preset, returned: &FormState, opened: &str) -> AnyView {
    let which = preset.id.to_string();
    let back = returned_to(returned, &which);
    let came_back = back.is_some();
    let (form, state) = back.unwrap_or_else(|| {
        let form = PresetForm {
            name: preset.name.clone(),
            kind: preset.kind.clone(),
            text: preset.text.clone(),
        };
        (form, FormState::default())
    });
    let action = format!("/account/presets/{which}");
    let [delete, share, unshare] = ["delete", "share", "unshare"].map(|deed| format!("{action}/{deed}"));
    let kind = KINDS
        .iter()
        .find(|(kind, _)| *kind == preset.kind)
        .map_or("", |(_, label)| text(label));
    let link = match preset.share {
        Some(token) => {
            let href = format!("/presets/{token}");
            view! {
                <p class="preset-link">
                    {t!("Shared:")} " "
                    <a href=href.clone()>{href.clone()}</a>
                    <button type="button" class="icon-button needs-script" data-copy=href title=t!("Copy the link") aria-label=t!("Copy the link")>
                        <Icon name="copy" />
                    </button>
                </p>
                <form method="post" action=unshare><button class="button small">{t!("End the link")}</button></form>
            }
            .into_any()
        }
        None => view! {
            <form method="post" action=share><button class="button small">{t!("Share as a link")}</button></form>
        }
        .into_any(),
    };
    view! {
        <li>
            <details id=format!("preset-{which}") open=came_back || opened == which>
                <summary>
                    <b dir="auto">{preset.name.clone()}</b>
                    <span class="hint">{kind}</span>
                    <span class="preset-words" dir="auto">{preset.text}</span>
                    <Icon name="up" />
                </summary>
                <form class="preset-form" method="post" action=action novalidate>
                    {fields(&which, form, &state, came_back)}
                    <button class="button primary">{t!("Save")}</button>
                </form>
                <div class="acts">
                    {link}
                    <details class="small-menu">
                        <summary class="button small danger" aria-label=t!("Delete {preset}", preset = preset.name)>{t!("Delete")}</summary>
                        <form class="menu-sheet" method="post" action=delete>
                            <p class="hint">{t!("It cannot be brought back, and its link ends.")}</p>
                            <button class="button danger">{t!("Delete for good")}</button>
                        </form>
                    </details>
                </div>
                <p class="hint">{t!("Changed")} " " <Moment at=preset.updated_at /></p>
            </details>
        </li>
    }
    .into_any()
}

/// Out of here, and in from elsewhere.
fn carry(returned: &FormState, any: bool) -> AnyView {
    let wrong = returned.error("file");
    view! {
        <section class="sheet">
            <h2>{t!("Export and import")}</h2>
            <p class="hint">
                {t!("As a JSON file that anyone can read and edit. An import takes over everything in the file, or nothing.")}
            </p>
            {any.then(|| view! {
                <a class="button" href="/account/presets/export" download="aisora-presets.json" rel="external">
                    <Icon name="download" />
                    {t!("Export")}
                </a>
            })}
            <form class="preset-form" method="post" action="/account/presets/import" enctype="multipart/form-data">
                <div class="field">
                    <label for="file">{t!("A file that was exported")}</label>
                    <input id="file" type="file" name="file" accept="application/json,.json" aria-describedby="file-error" />
                    <p class="field-error" id="file-error" role="alert">
                        {wrong.map(|wrong| view! { <Icon name="note" />{wrong} })}
                    </p>
                </div>
                <button class="button">{t!("Import")}</button>
            </form>
        </section>
    }
    .into_any()
}

/// One that somebody shares.
#[component]
pub fn SharedPreset() -> impl IntoView {
    let params = use_params_map();
    let token = memo(move || params.with(|params| params.get("token").unwrap_or_default()));
    let answer = ask(move || token.get(), shared_preset);
    let view = awaited(waiting, move || async move {
        match answer.answer().await {
            Ok(preset) => shown(preset, &token.get_untracked()),
            Err(error) => did_not_come(error),
        }
    });
    view! {
        <Title text=t!("Shared preset") />
        <div class="page narrow">{view}</div>
    }
    .into_any()
}

fn shown(preset: PresetForm, token: &str) -> AnyView {
    let kind = KINDS
        .iter()
        .find(|(kind, _)| *kind == preset.kind)
        .map_or("", |(_, label)| text(label));
    view! {
        <header class="page-head"><h1 dir="auto">{preset.name}</h1></header>
        <p class="hint">{t!("Somebody shares this preset with you.")} " " {kind} "."</p>
        <blockquote class="preset-text" dir="auto">{preset.text}</blockquote>
        <form method="post" action=format!("/presets/{token}")>
            <button class="button primary">{t!("Add it to your presets")}</button>
        </form>
    }
    .into_any()
}
