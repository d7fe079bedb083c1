//! `/sign-up`: a plain form post, with JavaScript and without.

use crate::components::field::{Field, FormMessage, returned_form};
use leptos::prelude::*;
use leptos_meta::Title;

/// A new account.
#[component]
pub fn SignUp() -> impl IntoView {
    let form = returned_form();
    view! {
        <Title text="Create account" />
        <section class="door">
            <h1>"Create your account"</h1>
            <form method="post" action="/sign-up" novalidate>
                <FormMessage form=form.clone() />
                <Field form=form.clone() name="email" label="E-mail" kind="email" autocomplete="username" />
                <Field
                    form=form.clone()
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint="12 characters or more. A sentence is fine."
                />
                <Field form=form.clone() name="name" label="Name" autocomplete="name" optional=true />
                <Field
                    form
                    name="born"
                    label="Date of birth"
                    kind="date"
                    autocomplete="bday"
                    hint="You must be 13 or older. Nothing is stored if you are not."
                />
                <button class="button primary wide">"Create account"</button>
            </form>
            <p class="door-other">"Have one already? " <a href="/sign-in">"Sign in"</a></p>
        </section>
    }
    .into_any()
}
