//! What the next page tells after a form. It travels in a cookie that the page takes away: numbers only, so that nobody's
//! words can be put into a page by a link or a cookie.

use super::session::cookie;
use crate::model::trash::{Notice, What};
use axum::http::{HeaderValue, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

const NAME: &str = "notice";
/// Seconds. The browser goes to the next page at once.
const KEPT: u32 = 60;

const WORDS: [(What, &str); 4] = [
    (What::Trashed, "trashed"),
    (What::Restored, "restored"),
    (What::Deleted, "deleted"),
    (What::Saved, "saved"),
];

/// The header that gives the browser a notice.
#[must_use]
pub fn set(notice: &Notice) -> Option<HeaderValue> {
    header_value(&write(notice), KEPT)
}

fn header_value(value: &str, seconds: u32) -> Option<HeaderValue> {
    let text = format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    HeaderValue::from_str(&text).ok()
}

/// The notice that the request brings, and the address that it asks for. The answer takes the notice away.
#[must_use]
pub fn take() -> Option<(Notice, String)> {
    let parts = use_context::<Parts>()?;
    let notice = read(cookie(&parts.headers, NAME).filter(|value| !value.is_empty())?);
    let answer = use_context::<ResponseOptions>()?;
    if let Some(gone) = header_value("", 0) {
        answer.append_header(header::SET_COOKIE, gone);
    }
    let here = parts
        .uri
        .path_and_query()
        .map_or("/library", |here| here.as_str())
        .to_owned();
    Some((notice?, here))
}

fn write(notice: &Notice) -> String {
    let word = WORDS.iter().find(|(what, _)| *what == notice.what);
    format!(
        "{}.{}.{}.{}.{}.{}",
        word.map_or("", |(_, word)| word),
        notice.count,
        notice.bytes,
        notice.busy,
        notice.missing,
        notice.at
    )
}

fn read(text: &str) -> Option<Notice> {
    let mut parts = text.split('.');
    let word = parts.next()?;
    let (what, _) = WORDS.into_iter().find(|(_, known)| *known == word)?;
    let notice = Notice {
        what,
        count: parts.next()?.parse().ok()?,
        bytes: parts.next()?.parse().ok()?,
        busy: parts.next()?.parse().ok()?,
        missing: parts.next()?.parse().ok()?,
        at: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_read_as_it_was_written_and_nothing_else_is() {
        for (what, _) in WORDS {
            let notice = Notice {
                what,
                count: 3,
                bytes: 41_200_000,
                busy: 1,
                missing: 2,
                at: 1_795_442_531_000,
            };
            assert_eq!(read(&write(&notice)), Some(notice));
        }
        for junk in [
            "",
            "trashed",
            "trashed.1.2.3.4.5.6",
            "won.1.2.3.4.5",
            "trashed.<b>.2.3.4.5",
        ] {
            assert_eq!(read(junk), None, "{junk}");
        }
    }
}
