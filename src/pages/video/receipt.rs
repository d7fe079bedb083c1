//! What it cost and what happened, line by line.

use crate::components::time::Moment;
use crate::components::words;
use crate::model::generation::{State, VideoPage};
use leptos::prelude::*;

/// The receipt.
#[component]
pub fn Receipt(page: VideoPage) -> impl IntoView {
    let card = page.card;
    let asked = view! { <li><span>"Asked for"</span><Moment at=card.created_at exact=true /></li> };
    // Being queued is being asked for, the first time.
    let history = page
        .history
        .into_iter()
        .enumerate()
        .filter(|(place, line)| *place > 0 || line.state != State::Queued);
    let history = history
        .map(|(_, line)| view! { <li><span>{line.state.in_words()}</span><Moment at=line.at exact=true /></li> })
        .collect_view();
    view! {
        <section class="receipt" aria-labelledby="receipt-head">
            <h2 id="receipt-head">"Receipt"</h2>
            <ol class="history">{asked} {history}</ol>
            {card.reason.map(|reason| view! { <p class="receipt-why">{reason.in_words()}</p> })}
            <dl class="facts money">
                {words::made_in(&card).map(|made| view! { <div><dt>"Made in"</dt><dd>{made}</dd></div> })}
                <div><dt>"Quoted"</dt><dd>{page.quoted.in_words()}</dd></div>
                <div class="total"><dt>"Result"</dt><dd>{words::charge(card.charge)}</dd></div>
            </dl>
            <p class="hint"><a href="/credits">"Your statement"</a></p>
        </section>
    }
}
