//! `/account/spending`: what the person allows themselves to spend. A plain form.

use crate::api::credits::spending;
use crate::components::asked::ask;
use crate::components::dynamic::{awaited, waiting};
use crate::components::field::{Field, FormMessage, returned_form};
use crate::components::outcome::did_not_come;
use crate::components::time::Moment;
use crate::language::t;
use crate::model::credits::Credits;
use crate::model::person::FormState;
use crate::model::spending::{Guards, Spending};
use leptos::prelude::*;
use leptos_meta::Title;

/// The guards.
#[component]
pub fn SpendingPage() -> impl IntoView {
    let form = returned_form();
    let answer = ask(|| (), |()| spending());
    let inside = awaited(waiting, move || {
        let form = form.clone();
        async move {
            match answer.answer().await {
                Ok(spending) => room(spending, form),
                Err(error) => did_not_come(error),
            }
        }
    });
    view! {
        <Title text=t!("Spending") />
        <div class="page narrow">
            <header class="page-head"><h1>{t!("Spending")}</h1></header>
            <p class="hint">
                {t!("Limits that you set for yourself. The server keeps them, whoever creates: you, or a program with one of your API \
                 keys. What is already being made goes on.")}
            </p>
            {inside}
            <p>
                <a href="/account/keys">{t!("API keys and their caps for a month")}</a> " · "
                <a href="/account">{t!("Back to your account")}</a>
            </p>
        </div>
    }
    .into_any()
}

fn room(spending: Spending, returned: FormState) -> AnyView {
    let Spending {
        guards,
        today,
        changed_at,
    } = spending;
    let today = match guards.most_per_day {
        Some(most) => t!("Today: {spent} of {most}", spent = today, most = most.in_words()),
        None => t!("Today: {spent}", spent = today.in_words()),
    };
    // A form that came back shows what was typed; a first visit what is kept.
    let form = if returned.errors.is_empty() {
        kept(&guards)
    } else {
        returned
    };
    let changed =
        changed_at.map(|at| view! { <p class="hint">{t!("Last changed")} " " <Moment at />"."</p> });
    view! {
        <section class="sheet">
            <h2>{today}</h2>
            <p class="hint">
                {t!("Charged or on hold for everything that was created since midnight in UTC. What was not charged in the end does \
                 not count.")}
            </p>
        </section>
        <form class="sheet key-form" method="post" action="/account/spending" novalidate>
            <h2>{t!("Your limits, in credits")}</h2>
            <FormMessage form=form.clone() />
            <Field
                form=form.clone()
                name="most_per_job"
                label=t!("Most for one job")
                hint=t!("All takes of one press on Create together. Empty means no limit.")
                optional=true
            />
            <Field
                form=form.clone()
                name="most_per_day"
                label=t!("Most in a day")
                hint=t!("From midnight to midnight in UTC. Empty means no limit.")
                optional=true
            />
            <Field
                form
                name="confirm_above"
                label=t!("Ask me above")
                hint=t!("A job that costs more is created only when you press Create a second time. Programs are not asked: they \
                      have max_credits and the caps of their keys.")
                optional=true
            />
            <button class="button primary">{t!("Save")}</button>
            {changed}
        </form>
    }
    .into_any()
}

fn kept(guards: &Guards) -> FormState {
    let fields = [
        ("most_per_job", guards.most_per_job),
        ("most_per_day", guards.most_per_day),
        ("confirm_above", guards.confirm_above),
    ];
    let value = |(name, guard): (&str, Option<Credits>)| Some((name.to_owned(), guard?.0.to_string()));
    FormState {
        values: fields.into_iter().filter_map(value).collect(),
        ..FormState::default()
    }
}
