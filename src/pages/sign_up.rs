//! `/sign-up`: a plain form post, with JavaScript and without.

use crate::components::field::{Field, FormMessage, returned_form};
use crate::components::language::LanguageSwitch;
use crate::language::t;
use leptos::prelude::*;
use leptos_meta::Title;

/// A new account.
#[component]
pub fn SignUp() -> impl IntoView {
    let form = returned_form();
    view! {
        <Title text=t!("Create account") />
        <section class="door">
            <h1>{t!("Create your account")}</h1>
            <form method="post" action="/sign-up" novalidate>
                <FormMessage form=form.clone() />
                <Field form=form.clone() name="email" label=t!("E-mail") kind="email" autocomplete="username" />
                <Field
                    form=form.clone()
                    name="password"
                    label=t!("Password")
                    kind="password"
                    autocomplete="new-password"
                    hint=t!("12 characters or more. A sentence is fine.")
                />
                <Field form=form.clone() name="name" label=t!("Name") autocomplete="name" optional=true />
                <Field
                    form
                    name="born"
                    label=t!("Date of birth")
                    kind="date"
                    autocomplete="bday"
                    hint=t!("You must be 13 or older. Nothing is stored if you are not.")
                />
                <button class="button primary wide">{t!("Create account")}</button>
            </form>
            <p class="door-other">{t!("Have one already?")} " " <a href="/sign-in">{t!("Sign in")}</a></p>
            <LanguageSwitch />
        </section>
    }
    .into_any()
}
