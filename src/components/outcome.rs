//! What a page shows when what it asked for did not come.

use super::status::respond_with;
use crate::browser;
use crate::language::t;
use crate::model::error::{AppError, Code};
use crate::pages::not_found::NotFound;
use leptos::prelude::*;

/// Goes to the sign-in page by a full load, and comes back here afterwards.
pub fn sign_in_again() {
    let mut address = String::from("/sign-in?next=");
    // The address is our own; only what would end the parameter is written differently.
    for letter in browser::here().chars() {
        match letter {
            '%' => address.push_str("%25"),
            '&' => address.push_str("%26"),
            '#' => address.push_str("%23"),
            '+' => address.push_str("%2B"),
            letter => address.push(letter),
        }
    }
    // The door says why one stands there.
    address.push_str("&ended=1");
    browser::go(&address);
}

/// The page in place of what did not come.
pub fn did_not_come(error: AppError) -> AnyView {
    match error.code {
        Code::NotFound => view! { <NotFound /> }.into_any(),
        Code::SignInNeeded => {
            Effect::new(sign_in_again);
            view! {
                <section class="blank">
                    <h1>{t!("Please sign in")}</h1>
                    <p><a class="button primary" href="/sign-in" rel="external">{t!("Sign in")}</a></p>
                </section>
            }
            .into_any()
        }
        code => {
            respond_with(code.status());
            view! {
                <section class="blank" role="alert">
                    <h1>{t!("This did not load")}</h1>
                    <p>{error.message}</p>
                    <p><a class="button" href="" rel="external">{t!("Try again")}</a></p>
                </section>
            }
            .into_any()
        }
    }
}
