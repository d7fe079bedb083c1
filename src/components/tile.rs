//! A generation in the grid of what ended lately. Finished ones are plain markup without signals.

use super::dynamic::part;
use super::live::Live;
use super::making::Advance;
use super::screen::{Phase, phase_of};
use super::words;
use crate::language::t;
use crate::model::generation::{Card, Charge};
use leptos::prelude::*;

/// A tile; alive while the work has not ended.
pub fn tile(card: Card) -> AnyView {
    if card.state.is_terminal() {
        return still(&card);
    }
    let card = Live::here().follow(card);
    let phase = phase_of(&card);
    part(move || match phase.get() {
        Phase::Making => making(&card),
        Phase::Ready | Phase::NotMade => card.with_untracked(still),
    })
    .into_any()
}

/// Written as it stands in the page: nothing in it changes, and a wall has many.
fn still(card: &Card) -> AnyView {
    view! { <div class="tile-still" inner_html=written(card)></div> }.into_any()
}

fn written(card: &Card) -> String {
    let ready = Phase::from(card.state) == Phase::Ready;
    let (id, shape) = (card.id.to_string(), words::shape_class(card.size));
    let preview = if card.poster {
        ["\" data-video=\"", &id].concat()
    } else {
        String::new()
    };
    let none = if ready { "" } else { " tile-none" };
    [
        "<a class=\"tile-link\" href=\"/v/",
        &id,
        &preview,
        "\"><span class=\"tile-screen ",
        shape,
        none,
        "\" id=\"screen-",
        &id,
        "\">",
        &picture(card, &id),
        "</span><span class=\"tile-words\" dir=\"auto\">",
        &html_escape::encode_text(card.name()),
        "</span></a>",
    ]
    .concat()
}

fn picture(card: &Card, id: &str) -> String {
    if card.poster && card.reason.is_none() {
        return [
            "<img src=\"/media/",
            id,
            "/tile.jpg\" alt=\"\" loading=\"lazy\" decoding=\"async\"><span class=\"tile-length\">",
            &words::length(card.seconds),
            "</span>",
        ]
        .concat();
    }
    let money = if card.charge == Charge::NotCharged {
        ["<span class=\"tile-money\">", t!("Not charged"), "</span>"].concat()
    } else {
        String::new()
    };
    [
        "<span class=\"tile-state\">",
        card.state.in_words(),
        "</span>",
        &money,
    ]
    .concat()
}

fn making(card: &ArcRwSignal<Card>) -> AnyView {
    let (page, shape, prompt) =
        card.with_untracked(|card| (card.page(), words::shape_class(card.size), card.name().to_owned()));
    view! {
        <a class="tile-link" href=page>
            <span class=["tile-screen tile-making ", shape].concat()></span>
            <span class="tile-words" dir="auto">{prompt}</span>
        </a>
        <div class="tile-advance">
            <Advance card=card.clone() />
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        catalogue::Size,
        generation::State,
        ids::{GenerationId, QuoteId},
    };

    #[test]
    fn a_prompt_is_text_whatever_is_in_it() {
        let card = Card {
            id: GenerationId(uuid::Uuid::nil()),
            quote: QuoteId(uuid::Uuid::nil()),
            take: 1,
            title: String::new(),
            favourite: false,
            prompt: "</span><script>alert(1)</script> & \"more\"".into(),
            model: "m".into(),
            size: Size::new(1280, 720),
            seconds: 4,
            seed: 1,
            state: State::Succeeded,
            progress: 100,
            reason: None,
            charge: Charge::NotCharged,
            place: None,
            poster: true,
            estimate: None,
            answered_at: None,
            deadline_at: None,
            created_at: 0,
            started_at: None,
            finished_at: None,
        };
        let html = written(&card);
        assert!(
            html.contains("&lt;/span&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp;"),
            "{html}"
        );
        assert!(!html.contains("<script"), "{html}");
    }
}
