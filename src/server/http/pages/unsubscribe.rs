//! The page behind the link in a letter that ends such letters. It tells nothing of its reader: letters are passed on.

use super::framed::framed;
use crate::app::ShellData;
use crate::language::t;
use leptos::prelude::*;
use leptos_meta::Title;

/// Asks, or says that it is done.
pub fn page(data: ShellData, wanted: bool) -> impl IntoView + use<> {
    framed(data, Box::new(move || if wanted { asks() } else { done() }))
}

fn asks() -> AnyView {
    view! {
        <Title text=t!("E-mails about your videos") />
        <section class="blank">
            <h1>{t!("No more e-mails about your videos?")}</h1>
            <p>{t!("AiSora stops e-mailing you about videos that take over five minutes.")}</p>
            <form class="blank-ways" method="post">
                <button class="button primary">{t!("Stop these e-mails")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn done() -> AnyView {
    view! {
        <Title text=t!("E-mails about your videos") />
        <section class="blank" role="status">
            <h1>{t!("You get no more of these e-mails")}</h1>
            <p>{t!("You can have them back at any time in your account.")}</p>
            <p class="blank-ways"><a class="button" href="/account">{t!("Account")}</a></p>
        </section>
    }
    .into_any()
}
