//! The letter about work that took long: when it is gathered, and what it says.

use super::{
    Kind,
    letter::{self, Letter},
};
use crate::language::{Language, t, tn};
use crate::model::{
    generation::{Reason, State},
    ids::GenerationId,
};
use crate::server::{
    clock::Ids,
    db::{
        Tx,
        generations::GenerationRow,
        letters::{self, EndedRow, ReaderRow},
    },
    error::Result,
};
use html_escape::{encode_double_quoted_attribute as attribute, encode_text};
use lettre::message::Mailbox;
use std::fmt::Write as _;
use uuid::Uuid;

/// Work that took so long or longer, in milliseconds from its order to its end, is worth a letter.
pub const LONG: i64 = 300_000;
/// How long a letter waits for what else ends, in milliseconds.
pub const GATHERED: i64 = 60_000;
/// How many a letter lists.
pub const LISTED: usize = 20;
/// How much of a prompt it tells, in characters.
const WORDS: usize = 100;

/// Writes down, in the transaction that ends a generation, that its person shall get a letter, if it took long and they
/// want one. What took no time costs nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn announce(tx: &mut Tx, ids: &Ids, row: &GenerationRow) -> Result<()> {
    let now = row.finished_at.unwrap_or(row.created_at);
    // Who stopped it knows.
    if now - row.created_at < LONG
        || row.state == State::Cancelled.as_str()
        || !letters::wants_ended(tx, row.user_id).await?
    {
        return Ok(());
    }
    let letter = super::open(tx, ids, row.user_id, Kind::Ended, now, now + GATHERED).await?;
    letters::add_item(tx, letter, row.id).await
}

/// What a letter needs beside what it tells.
pub struct Around<'a> {
    /// Its id.
    pub id: Uuid,
    /// Who it comes from.
    pub from: &'a Mailbox,
    /// Who gets it.
    pub reader: &'a ReaderRow,
    /// The studio's address, without a slash at the end.
    pub studio: &'a str,
    /// The address of its link, which ends such letters or allows them.
    pub link: &'a str,
    /// The date that it bears, in unix milliseconds.
    pub now: i64,
}

/// The letter about what ended (never nothing), in the language that is spoken. Of more than [`LISTED`], only so many are
/// listed.
pub fn letter<'a>(
    around: &'a Around<'a>,
    ended: &[EndedRow],
    language: Language,
    subject: &'a str,
) -> Letter<'a> {
    let (ready, not_made): (Vec<&EndedRow>, Vec<&EndedRow>) =
        ended.iter().take(LISTED).partition(|row| is_ready(row));
    let mut text = format!("{subject}\n");
    let mut html = String::new();
    for row in ready.into_iter().chain(not_made) {
        add(&mut text, &mut html, row, around.studio);
    }
    if ended.len() > LISTED {
        let (words, address) = (
            t!("There is more in your library"),
            format!("{}/library", around.studio),
        );
        let _ = write!(text, "\n{words}: {address}\n");
        let _ = write!(
            html,
            "<li><a href=\"{}\">{}</a></li>",
            attribute(&address),
            encode_text(words)
        );
    }
    let why = t!("You asked AiSora to tell you by e-mail about videos that take over five minutes.");
    let stop = t!("Send me no more of these");
    let _ = write!(text, "\n-- \n{why}\n{stop}: {}\n", around.link);
    Letter {
        id: around.id,
        from: around.from,
        email: &around.reader.email,
        name: around.reader.name.as_deref(),
        now: around.now,
        language,
        subject,
        html: letter::page(
            language,
            subject,
            &format!("<ul style=\"list-style:none;margin:0;padding:0\">{html}</ul>"),
            &format!("{why}<br><a href=\"{}\">{stop}</a>", attribute(around.link)),
        ),
        text,
        stop: Some(around.link),
    }
}

/// What the letter says in a line: `2 videos are ready, 1 was not made`.
pub fn subject(ended: &[EndedRow]) -> String {
    let ready = ended.iter().filter(|row| is_ready(row)).count();
    let not_made = ended.len() - ready;
    match (ready, not_made) {
        (1, 0) => t!("Your video is ready").into(),
        (0, 1) => t!("Your video was not made").into(),
        (_, 0) => tn!(ready, "1 video is ready", "{n} videos are ready"),
        (0, _) => tn!(not_made, "1 video was not made", "{n} videos were not made"),
        _ => [
            tn!(ready, "1 video is ready", "{n} videos are ready"),
            tn!(not_made, "1 was not made", "{n} were not made"),
        ]
        .join(", "),
    }
}

fn is_ready(row: &EndedRow) -> bool {
    row.state == State::Succeeded.as_str()
}

/// One piece of work: what it is called, what became of it, where it is.
fn add(text: &mut String, html: &mut String, row: &EndedRow, studio: &str) {
    let name = name(row);
    let address = format!("{studio}/v/{}", GenerationId(row.id));
    // Isolated: a name that runs from right to left turns nothing around it.
    let _ = write!(text, "\n\u{2068}{name}\u{2069}\n");
    let _ = write!(
        html,
        "<li style=\"margin:0 0 16px\"><a href=\"{}\"><bdi dir=\"auto\">{}</bdi></a>",
        attribute(&address),
        encode_text(&name)
    );
    if !is_ready(row) {
        let reason = row
            .reason
            .as_deref()
            .and_then(Reason::parse)
            .unwrap_or(Reason::Internal);
        let told = format!("{}. {}", t!("Not charged"), reason.in_words());
        let _ = writeln!(text, "{told}");
        let _ = write!(html, "<br>{}", encode_text(&told));
    }
    let _ = writeln!(text, "{address}");
    html.push_str("</li>");
}

/// Its title, or the beginning of its prompt, on one line.
fn name(row: &EndedRow) -> String {
    let whole = if row.title.is_empty() {
        &row.prompt
    } else {
        &row.title
    };
    let mut line: String = whole
        .chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign })
        .take(WORDS + 1)
        .collect();
    if line.chars().count() > WORDS {
        line.truncate(line.char_indices().nth(WORDS).map_or(line.len(), |(at, _)| at));
        // Not in the middle of a word, where there are words.
        if let Some((words, _)) = line
            .rsplit_once(' ')
            .filter(|(words, _)| words.len() > line.len() / 2)
        {
            line.truncate(words.len());
        }
        line.push('…');
    }
    let line = line.trim();
    if line.is_empty() {
        t!("A video").into()
    } else {
        line.to_owned()
    }
}
