//! The frame around every page: the rail or the top bar, the page itself, the tabs on a phone.

use super::dynamic::{Word, awaited, effect, flag, maybe, memo, part, text, word};
use super::icon::Icon;
use super::language::LanguageSwitch;
use super::live::{Link, Live};
use super::person::Who;
use super::theme::ThemeSwitch;
use super::time::Awake;
use crate::browser;
use crate::language::{key, t, text as words};
use crate::model::credits::Balance;
use crate::pages::is_live;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const ROOMS: [(&str, &str, &str); 4] = [
    ("/create", key!("Create"), "plus"),
    ("/library", key!("Library"), "film"),
    ("/credits", key!("Credits"), "coin"),
    ("/account", key!("Account"), "person"),
];

/// Whether an address belongs to the studio, where somebody is signed in.
fn is_studio(path: &str) -> bool {
    ROOMS.iter().any(|(room, ..)| {
        path.strip_prefix(room)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }) || path.starts_with("/v/")
}

/// The frame. Which one depends on the address alone, so that it stays in place from page to page.
#[component]
pub fn Chrome(children: Children) -> impl IntoView {
    Awake::provide();
    let path = use_location().pathname;
    let studio = memo(move || path.with(|path| is_studio(path)));
    let live = expect_context::<Live>();
    effect(move || {
        if studio.get() {
            live.start();
        }
    });
    // A page that is changed in place is announced by moving the focus, as a full load would.
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            browser::focus("main", true);
        }
        now
    });
    view! {
        <a class="skip" href="#main" rel="external">{t!("Skip to the content")}</a>
        {maybe(move || path.with(|path| path == "/create").then(|| view! {
            <a class="skip" href="#prompt" rel="external">{t!("Skip to the composer")}</a>
        }))}
        <div class="house" class:studio=studio>
            {part(move || if studio.get() { view! { <Rail /> }.into_any() } else { view! { <TopBar /> }.into_any() })}
            <main id="main" tabindex="-1">{children()}</main>
            {maybe(move || studio.get().then(|| view! { <Tabs /> }))}
        </div>
        <p class="unseen" role="status">{text(move || live.said.get())}</p>
        <p class="broken-link" hidden=flag(move || live.link.get() != Link::Broken)>
            <span class="dot"></span>
            {t!("Connection lost. Your work goes on; trying again.")}
        </p>
    }
}

/// The room that is open, or that a page belongs to.
fn current(room: &'static str) -> Word {
    let path = use_location().pathname;
    word(move || {
        path.with(|path| {
            let rest = path.strip_prefix(room);
            let is_inside = rest.is_some_and(|rest| rest.starts_with('/'))
                || (room == "/library" && path.starts_with("/v/"));
            match rest {
                Some("") => Some("page"),
                _ => is_inside.then_some("true"),
            }
        })
    })
}

/// Pages that do not live in the browser are loaded, not changed to.
fn way_to(address: &str) -> Option<&'static str> {
    (!is_live(address)).then_some("external")
}

/// The mark with the name.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <a class="mark" href="/" rel="external" aria-label=t!("AiSora, start")>
            <svg class="mark-sun" viewBox="0 0 32 32" aria-hidden="true">
                <use href="#icon-mark"></use>
            </svg>
            <span class="mark-name">"AiSora"</span>
        </a>
    }
}

#[component]
fn Rail() -> impl IntoView {
    let rooms = ROOMS.map(|(address, name, icon)| {
        view! {
            <li>
                <a class="room" href=address rel=way_to(address) aria-current=current(address)>
                    <Icon name=icon />
                    {words(name)}
                </a>
            </li>
        }
        .into_any()
    });
    view! {
        <header class="rail">
            <Mark />
            <button class="finder needs-script" data-opens="palette" title=t!("Videos, pages and commands")>
                <Icon name="search" />
                <span>{t!("Find anything")}</span>
                <kbd aria-hidden="true">{t!("Ctrl K")}</kbd>
            </button>
            <nav aria-label=t!("Rooms")>
                <ul>{rooms}</ul>
            </nav>
            <div class="rail-foot">
                <Purse />
                <ThemeSwitch />
                <LanguageSwitch />
            </div>
        </header>
    }
}

#[component]
fn Tabs() -> impl IntoView {
    let rooms = ROOMS.map(|(address, name, icon)| {
        view! {
            <li>
                <a href=address rel=way_to(address) aria-current=current(address)>
                    <Icon name=icon />
                    {words(name)}
                </a>
            </li>
        }
        .into_any()
    });
    view! {
        <nav class="tabs" aria-label=t!("Rooms")>
            <ul>{rooms}</ul>
        </nav>
    }
}

/// The credits, always in sight.
#[component]
pub fn Purse() -> impl IntoView {
    let live = expect_context::<Live>();
    awaited(
        || view! { <span class="purse purse-wait"></span> }.into_any(),
        move || async move {
            match Who::is_there().await {
                Some(viewer) => purse(live, viewer.balance),
                None => ().into_any(),
            }
        },
    )
}

fn purse(live: Live, start: Balance) -> AnyView {
    let balance = move || live.balance.get().unwrap_or(start);
    view! {
        <a class="purse" href="/credits" rel="external">
            <span>
                <b>{text(move || balance().available.to_string())}</b>
                " "
                {text(move || if balance().available.0 == 1 { t!("credit") } else { t!("credits") })}
            </span>
            <small hidden=flag(move || balance().held.0 == 0)>
                {text(move || t!("{n} on hold", n = balance().held))}
            </small>
        </a>
    }
    .into_any()
}

#[component]
fn TopBar() -> impl IntoView {
    let ways = awaited(
        || ().into_any(),
        || async {
            if Who::is_there().await.is_some() {
                view! { <a class="button primary" href="/create">{t!("Open the studio")}</a> }.into_any()
            } else {
                view! {
                    <a class="button quiet" href="/sign-in">{t!("Sign in")}</a>
                    <a class="button primary" href="/sign-up">{t!("Create account")}</a>
                }
                .into_any()
            }
        },
    );
    view! {
        <header class="top-bar">
            <Mark />
            <div class="top-bar-ways">
                <ThemeSwitch />
                {ways}
            </div>
        </header>
    }
}
