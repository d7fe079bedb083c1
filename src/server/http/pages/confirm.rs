//! The page behind the link in the letter that asks whether an address is the person's. It tells nothing of its reader:
//! letters are passed on.

use super::framed::framed;
use crate::app::ShellData;
use crate::language::t;
use crate::server::mail::Asked;
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks, or says what became of it.
pub fn page(data: ShellData, asked: Asked) -> impl IntoView + use<> {
    let inside = move || match asked {
        Asked::Waiting => asks(),
        Asked::Confirmed => said(
            t!("You get these e-mails now"),
            t!("Each has a link that stops them, and so has your account."),
        ),
        Asked::Over => said(
            t!("This link does not work any more"),
            t!(
                "It works for two days, and only while the e-mails are wanted. In your account you can have a new one sent."
            ),
        ),
    };
    framed(data, Box::new(inside))
}

fn asks() -> AnyView {
    view! {
        <Title text=t!("E-mails about your videos") />
        <section class="blank">
            <h1>{t!("Shall AiSora e-mail you?")}</h1>
            <p>{t!("You hear of videos that take over five minutes, when they are ready and when they were not made.")}</p>
            <form class="blank-ways" method="post">
                <button class="button primary">{t!("Yes, e-mail me")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn said(heading: &'static str, more: &'static str) -> AnyView {
    view! {
        <Title text=t!("E-mails about your videos") />
        <section class="blank" role="status">
            <h1>{heading}</h1>
            <p>{more}</p>
            <p class="blank-ways"><a class="button" href="/account">{t!("Account")}</a></p>
        </section>
    }
    .into_any()
}
