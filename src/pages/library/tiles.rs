//! Tiles and rows, written as text: a page has 48, and the script fetches the next ones as they are.

use super::{address, further};
use crate::components::{screen::Phase, time::day_in_words, words};
use crate::language::t;
use crate::model::generation::{Card, Charge, State};
use crate::model::library::{LibraryPage, LibraryQuery};
use html_escape::{encode_double_quoted_attribute as attribute, encode_text};
use std::fmt::Write as _;

/// So many tiles of the library are in view at once on most windows.
const SEEN_FIRST: usize = 6;

/// A page of tiles or rows, some of them chosen (by id). It says where the next one is.
pub fn section(query: &LibraryQuery, page: &LibraryPage, chosen: &str) -> String {
    let is_list = query.view == "list";
    let next = page.next.as_deref();
    let more = next
        .map(|next| further("/library/more", query, next))
        .unwrap_or_default();
    let here = match query.after.as_deref() {
        Some(after) => further("/library/more", query, after),
        None => address("/library/more", query),
    };
    let mut html = format!(
        "<ul class=\"wall{}\" data-address=\"{}\" data-more=\"{}\">",
        if is_list { " rows" } else { "" },
        attribute(&here),
        attribute(&more)
    );
    let is_first = query.after.is_none();
    for (place, card) in page.cards.iter().enumerate() {
        let is_chosen = chosen.contains(&card.id.to_string());
        html.push_str(&one(card, is_list, is_chosen, is_first && place < SEEN_FIRST));
    }
    html.push_str("</ul>");
    html
}

/// One tile or row. What is seen first does not wait for the page to be laid out before its picture is asked for.
pub fn one(card: &Card, is_list: bool, is_chosen: bool, is_seen_first: bool) -> String {
    let (id, name) = (card.id, encode_text(card.name()));
    let short: String = card.name().chars().take(80).collect();
    let preview = if card.poster {
        format!(" data-video=\"{id}\"")
    } else {
        String::new()
    };
    let making = Phase::from(card.state) == Phase::Making;
    let class = match (making, card.poster) {
        (true, _) => " tile-making",
        (_, true) => "",
        _ => " tile-none",
    };
    let facts = if is_list { facts(card) } else { String::new() };
    format!(
        "<li class=\"tile\" data-id=\"{id}\">\
         <a class=\"tile-link\" href=\"/v/{id}\"{preview}>\
         <span class=\"tile-screen {shape}{class}\" id=\"screen-{id}\">{screen}</span>\
         <span class=\"tile-words\" dir=\"auto\">{name}</span>{facts}</a>{advance}\
         <label class=\"pick\"><input type=\"checkbox\" name=\"ids\" value=\"{id}\"{checked} aria-label=\"{label}\"></label>\
         <div class=\"tile-acts\">{acts}</div></li>",
        shape = words::shape_class(card.size),
        screen = if making {
            String::new()
        } else {
            screen(card, is_seen_first)
        },
        checked = if is_chosen { " checked" } else { "" },
        label = attribute(&t!("Select: {video}", video = short)),
        advance = if making { advance(card) } else { String::new() },
        acts = acts(card),
    )
}

fn screen(card: &Card, is_seen_first: bool) -> String {
    if card.poster {
        let lazy = if is_seen_first { "" } else { " loading=\"lazy\"" };
        return format!(
            "<img src=\"/media/{}/tile.jpg\" alt=\"\"{lazy} decoding=\"async\"><span class=\"tile-length\">{}</span>",
            card.id,
            words::length(card.seconds)
        );
    }
    let money = if card.charge == Charge::NotCharged {
        format!("<span class=\"tile-money\">{}</span>", t!("Not charged"))
    } else {
        String::new()
    };
    format!(
        "<span class=\"tile-state\">{}</span>{money}",
        card.state.in_words()
    )
}

/// How far it is; the script keeps it up to date.
fn advance(card: &Card) -> String {
    let percent = card.progress.min(100);
    let number = if card.state == State::Queued {
        String::new()
    } else {
        format!("{percent} %")
    };
    format!(
        "<div class=\"tile-advance\" data-making=\"{}\"><p class=\"making-state\"><span>{}</span><b>{number}</b></p>\
         <progress max=\"100\" value=\"{percent}\" aria-label=\"{}\"></progress></div>",
        card.id,
        card.state.in_words(),
        t!("How far it is")
    )
}

fn facts(card: &Card) -> String {
    let cost = match card.charge {
        // Only what was charged goes without saying.
        Charge::Charged(credits) => credits.in_words(),
        charge => words::charge(charge),
    };
    let facts = [
        ("model", card.model.clone()),
        ("shape", card.size.shape()),
        ("length", words::seconds(card.seconds)),
        ("date", day_in_words(card.created_at)),
        ("cost", cost),
    ];
    let mut html = String::new();
    for (class, fact) in facts {
        let _ = write!(html, "<span class=\"row-{class}\">{}</span>", encode_text(&fact));
    }
    html
}

fn acts(card: &Card) -> String {
    let id = card.id;
    let act = if card.favourite {
        "unfavourite"
    } else {
        "favourite"
    };
    let mut html = format!(
        "<button class=\"icon-button star\" form=\"one\" formaction=\"/library/{act}\" name=\"ids\" value=\"{id}\" \
         aria-pressed=\"{}\" aria-label=\"{}\">{}</button>",
        card.favourite,
        t!("Favourite"),
        icon("star")
    );
    if card.poster || card.state == State::Succeeded {
        let _ = write!(
            html,
            "<a class=\"icon-button\" href=\"{}\" download aria-label=\"{}\">{}</a>",
            card.download(),
            t!("Download"),
            icon("download")
        );
    }
    if card.state.is_terminal() {
        let _ = write!(
            html,
            "<button class=\"icon-button\" form=\"one\" formaction=\"/library/trash\" name=\"ids\" value=\"{id}\" \
             aria-label=\"{}\">{}</button>",
            t!("Move to trash"),
            icon("trash")
        );
    }
    html
}

fn icon(name: &str) -> String {
    format!("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#icon-{name}\"></use></svg>")
}
