//! What it cost and what happened, line by line.

use crate::components::fact::fact;
use crate::components::time::Moment;
use crate::components::words;
use crate::model::generation::{State, VideoPage};
use leptos::prelude::*;

/// The receipt.
#[component]
pub fn Receipt(page: VideoPage) -> impl IntoView {
    let card = page.card;
    // Being queued is being asked for, the first time.
    let history = page
        .history
        .into_iter()
        .enumerate()
        .filter(|(place, line)| *place > 0 || line.state != State::Queued);
    let lines = std::iter::once(("Asked for", card.created_at))
        .chain(history.map(|(_, line)| (line.state.in_words(), line.at)));
    let lines = lines
        .map(|(words, at)| view! { <li><span>{words}</span><Moment at exact=true /></li> }.into_any())
        .collect_view();
    view! {
        <section class="receipt" aria-labelledby="receipt-head">
            <h2 id="receipt-head">"Receipt"</h2>
            <ol class="history">{lines}</ol>
            {card.reason.map(|reason| view! { <p class="receipt-why">{reason.in_words()}</p> }.into_any())}
            <dl class="facts money">
                {words::made_in(&card).map(|made| fact("Made in", made))}
                {fact("Quoted", page.quoted.in_words())}
                {fact("Result", words::charge(card.charge))}
            </dl>
            <p class="hint"><a href="/credits" rel="external">"Your statement"</a></p>
        </section>
    }
}
