//! A labelled field with its hint and its error beside it.

use super::icon::Icon;
use crate::language::t;
use crate::model::person::FormState;
use leptos::prelude::*;

/// The form that came back with errors, on the page load that brought it; empty otherwise.
#[must_use]
pub fn returned_form() -> FormState {
    use_context().unwrap_or_default()
}

/// One field of a form that may come back with errors. What was typed is kept, except passwords.
#[component]
pub fn Field(
    /// The form that came back.
    form: FormState,
    /// The field's name in the form; its id too.
    name: &'static str,
    /// Its name for people.
    label: &'static str,
    /// The type of the input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A sentence that helps before anything is wrong.
    #[prop(default = "")]
    hint: &'static str,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let FormState {
        mut values, errors, ..
    } = form;
    let first_wrong = errors.first().is_some_and(|first| first.field == name);
    let error = errors
        .into_iter()
        .find(|error| error.field == name)
        .map(|error| error.message);
    let wrong = error.is_some();
    let value = values.remove(name).filter(|_| kind != "password");
    let (error_id, hint_id) = ([name, "-error"].concat(), [name, "-hint"].concat());
    let described = [&error_id, " ", &hint_id].concat();
    view! {
        <div class="field">
            <label for=name>
                {label}
                {optional.then(|| view! { <small>{t!("optional")}</small> })}
            </label>
            <input
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                required=!optional
                autofocus=first_wrong
                aria-invalid=wrong.then_some("true")
                aria-describedby=described
            />
            <p class="hint" id=hint_id hidden=hint.is_empty()>{hint}</p>
            <p class="field-error" id=error_id>
                {error.map(|error| view! { <Icon name="note" />{error} })}
            </p>
        </div>
    }
}

/// What is wrong with the form as a whole; read out first.
#[component]
pub fn FormMessage(
    /// The form that came back.
    form: FormState,
) -> impl IntoView {
    let words = form.message.or_else(|| {
        let wrong = form.errors.len();
        (wrong > 1).then(|| t!("{n} fields need another look.", n = wrong))
    });
    view! { <div role="alert">{words.map(|words| view! { <p class="form-message"><Icon name="note" />{words}</p> })}</div> }
}
