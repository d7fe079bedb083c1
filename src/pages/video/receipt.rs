//! What it cost and what happened, line by line.

use crate::components::fact::fact;
use crate::components::icon::Icon;
use crate::components::time::{Moment, brief};
use crate::components::words;
use crate::model::credits::PostingKind;
use crate::model::generation::{HistoryLine, State, VideoPage, VideoPosting};
use leptos::prelude::*;

/// The receipt.
#[component]
pub fn Receipt(page: VideoPage) -> impl IntoView {
    let card = page.card;
    let mut lines = Vec::new();
    for (place, line) in page.history.iter().enumerate() {
        let next = page.history.get(place + 1).map(|next| next.at - line.at);
        lines.push(happened(line, place == 0, next));
    }
    let postings = page.postings.into_iter().map(moved).collect_view();
    view! {
        <section class="receipt" aria-labelledby="receipt-head">
            <h2 id="receipt-head">"Receipt"</h2>
            <ol class="history">{lines}</ol>
            {card.reason.map(|reason| view! { <p class="receipt-why">{reason.in_words()}</p> }.into_any())}
            <dl class="facts">
                {fact("Model", card.model.clone())}
                {fact("Provider", page.provider)}
                {fact("Seed", card.seed.to_string())}
                {words::made_in(&card).map(|made| fact("Made in", made))}
            </dl>
            <dl class="facts money">
                {fact("Quoted", page.quoted.in_words())}
                {postings}
                {fact("Result", words::charge(card.charge))}
            </dl>
            <p class="receipt-id">
                <span>"For support"</span>
                <code>{card.id.to_string()}</code>
                <button type="button" class="icon-button needs-script" data-copy=card.id.to_string() title="Copy the id" aria-label="Copy the id">
                    <Icon name="copy" />
                </button>
            </p>
            <p class="hint"><a href="/credits" rel="external">"Your statement"</a></p>
        </section>
    }
}

/// An event, when it was, and how long what began there took.
fn happened(line: &HistoryLine, first: bool, took: Option<i64>) -> AnyView {
    let words = match line.state {
        State::Queued if first => "Asked for, and in line",
        State::Queued => "Back in line",
        State::Submitting => "Handed over",
        State::Running => "Taken, and being made",
        State::Storing => "Done there, being saved",
        State::Succeeded => "Saved and ready",
        ended => ended.in_words(),
    };
    let reports = (line.reports > 0).then(|| {
        let noun = if line.reports == 1 {
            " report, "
        } else {
            " reports, up to "
        };
        let words = [&line.reports.to_string(), noun, &line.progress.to_string(), " %"].concat();
        view! { <small>{words}</small> }.into_any()
    });
    view! {
        <li>
            <span class="history-what">{words}</span>
            <span class="history-took">{took.map(brief)}</span>
            <Moment at=line.at exact=true />
            {reports}
        </li>
    }
    .into_any()
}

/// A posting of the ledger, and when it was made.
fn moved(posting: VideoPosting) -> AnyView {
    let (words, sign) = match posting.kind {
        PostingKind::Hold => ("Set aside", ""),
        PostingKind::Capture => ("Spent, from the hold", ""),
        PostingKind::Release => ("Back from the hold", "+"),
        PostingKind::Grant => ("Given", "+"),
    };
    view! {
        <div class="posting">
            <dt>{words} <Moment at=posting.at exact=true /></dt>
            <dd>{sign} {posting.credits.to_string()}</dd>
        </div>
    }
    .into_any()
}
