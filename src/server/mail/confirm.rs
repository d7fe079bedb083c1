//! The letter that asks whether an address is the person's: before it is answered, nothing else comes there. Not one word
//! in it is theirs, not even their name: anybody can sign up with somebody else's address.

use super::{
    ended::Around,
    letter::{self, Letter},
};
use crate::language::{Language, t};
use html_escape::encode_double_quoted_attribute as attribute;

/// For how long its link works, in milliseconds.
pub const VALID: i64 = 48 * HOUR;
const HOUR: i64 = 3_600_000;
/// How often the pause before the next one doubles.
const DOUBLED: i64 = 6;

/// From when an address may be asked again, in unix milliseconds: an hour after the first letter, and twice as long after
/// each that was not answered. So there are at most five a day, and fewer later.
#[must_use]
pub fn again_at(asked_at: Option<i64>, asks: i64) -> i64 {
    asked_at.map_or(0, |at| at + (HOUR << (asks - 1).clamp(0, DOUBLED)))
}

/// The letter, in the language that is spoken.
pub fn letter<'a>(around: &'a Around<'a>, language: Language) -> Letter<'a> {
    let subject = t!("Is this your e-mail address?");
    let who = t!(
        "Somebody with this address asked AiSora for e-mails about videos that take over five minutes. Was it you?"
    );
    let yes = t!("Yes, e-mail me");
    let until = t!("The link works for two days.");
    let no = t!("If it was not you, do nothing, and no such e-mails come.");
    let text = format!("{subject}\n\n{who}\n\n{yes}: {}\n{until}\n\n{no}\n", around.link);
    let html = format!(
        "<p>{who}</p><p><a href=\"{}\">{yes}</a><br>{until}</p>",
        attribute(around.link)
    );
    Letter {
        id: around.id,
        from: around.from,
        email: &around.reader.email,
        name: None,
        now: around.now,
        language,
        subject,
        html: letter::page(language, subject, &html, no),
        text,
        stop: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_answer_is_asked_more_and_more_rarely() {
        assert_eq!(again_at(None, 0), 0);
        let pauses: Vec<i64> = (0..9).map(|asks| again_at(Some(0), asks) / HOUR).collect();
        assert_eq!(pauses, [1, 1, 2, 4, 8, 16, 32, 64, 64]);
    }
}
