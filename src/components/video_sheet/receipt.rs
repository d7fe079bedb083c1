//! What it cost and what happened, line by line.

use super::extend::extended;
use crate::components::fact::fact;
use crate::components::icon::Icon;
use crate::components::time::{Moment, brief, is_same_day, machine, time_in_words};
use crate::components::words;
use crate::language::{t, tn};
use crate::model::credits::PostingKind;
use crate::model::generation::{HistoryLine, State, VideoPage, VideoPosting};
use leptos::prelude::*;

/// The receipt.
#[component]
pub fn Receipt(page: VideoPage) -> impl IntoView {
    let card = page.card;
    let head = ["receipt-", &card.id.to_string()].concat();
    let mut lines = Vec::new();
    let mut before = None;
    for (place, line) in page.history.iter().enumerate() {
        let next = page.history.get(place + 1).map(|next| next.at - line.at);
        let at = moment(line.at, before.replace(line.at));
        lines.push(happened(line, place == 0, next, at));
    }
    let mut postings = Vec::new();
    for posting in &page.postings {
        let at = moment(posting.at, before.replace(posting.at));
        postings.push(moved(posting, at));
    }
    view! {
        <section class="receipt" aria-labelledby=head>
            <h2 id=head.clone()>{t!("Receipt")}</h2>
            <ol class="history">{lines}</ol>
            {card.reason.map(|reason| view! { <p class="receipt-why">{reason.in_words()}</p> }.into_any())}
            <dl class="facts">
                {fact(t!("Model"), card.model.clone())}
                {fact(t!("Provider"), page.provider)}
                {fact(t!("Seed"), card.seed.to_string())}
                {page.extended.map(extended)}
                {words::made_in(&card).map(|made| fact(t!("Made in"), made))}
            </dl>
            <dl class="facts money">
                {fact(t!("Quoted"), page.quoted.in_words())}
                {postings}
                {fact(t!("Result"), words::charge(card.charge))}
            </dl>
            <p class="receipt-id">
                <span>{t!("For support")}</span>
                <code>{card.id.to_string()}</code>
                <button type="button" class="icon-button needs-script" data-copy=card.id.to_string() title=t!("Copy the id") aria-label=t!("Copy the id")>
                    <Icon name="copy" />
                </button>
            </p>
            <p class="hint"><a href="/credits" rel="external">{t!("Your statement")}</a></p>
        </section>
    }
}

/// When something was. The day is told once, and again where it changes; `public/js/dates.js` does the same in the zone of
/// the browser.
fn moment(at: i64, before: Option<i64>) -> AnyView {
    if before.is_some_and(|before| is_same_day(before, at)) {
        view! { <local-time><time datetime=machine(at)>{time_in_words(at)}</time></local-time> }.into_any()
    } else {
        view! { <local-time><Moment at exact=true /></local-time> }.into_any()
    }
}

/// An event, when it was, and how long what began there took.
fn happened(line: &HistoryLine, first: bool, took: Option<i64>, at: AnyView) -> AnyView {
    let words = match line.state {
        State::Queued if first => t!("Asked for"),
        State::Queued => t!("Back in line"),
        state => state.in_words(),
    };
    let meaning = match line.state {
        State::Queued => t!("in line"),
        State::Submitting => t!("handed to the provider"),
        State::Running => t!("the provider took it"),
        State::Storing => t!("the provider was done"),
        State::Succeeded => t!("stored, playable and charged"),
        // Why, and that it costs nothing, stands below.
        _ => "",
    };
    let mut about = String::from(meaning);
    if line.reports > 0 {
        if !about.is_empty() {
            about.push_str(", ");
        }
        about.push_str(&tn!(
            line.reports,
            "1 report, up to {percent} %",
            "{n} reports, up to {percent} %",
            percent = line.progress
        ));
    }
    view! {
        <li>
            <span class="history-what">{words}</span>
            {took.map(|took| view! { <span class="history-took">{brief(took)}</span> })}
            {(!about.is_empty()).then(|| view! { <small>{about}</small> })}
            {at}
        </li>
    }
    .into_any()
}

/// A posting of the ledger, and when it was made.
fn moved(posting: &VideoPosting, at: AnyView) -> AnyView {
    let (words, sign) = match posting.kind {
        PostingKind::Hold => (t!("Set aside"), ""),
        PostingKind::Capture => (t!("Spent, from the hold"), ""),
        PostingKind::Release => (t!("Back from the hold"), "+"),
        PostingKind::Grant => (t!("Given"), "+"),
    };
    view! {
        <div class="posting">
            <dt>{words} " " {at}</dt>
            <dd>{sign} {posting.credits.to_string()}</dd>
        </div>
    }
    .into_any()
}
