//! A letter of any kind, from its parts to what is handed to the mail server.

use crate::language::Language;
use crate::server::error::{Failure, Result};
use html_escape::encode_text;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use std::{
    error::Error,
    time::{Duration, UNIX_EPOCH},
};
use uuid::Uuid;

/// What a letter is made of.
pub struct Letter<'a> {
    /// Its id: the same whenever it is sent again, so that a mail server or reader can tell.
    pub id: Uuid,
    /// Who it comes from.
    pub from: &'a Mailbox,
    /// The address that it goes to.
    pub email: &'a str,
    /// The name of who gets it.
    pub name: Option<&'a str>,
    /// The date that it bears, in unix milliseconds.
    pub now: i64,
    /// What it is written in.
    pub language: Language,
    /// What it says, in a line.
    pub subject: &'a str,
    /// What it says, as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// The address where a press or a post ends such letters, where they can be ended.
    pub stop: Option<&'a str>,
}

impl Letter<'_> {
    /// The message.
    ///
    /// # Errors
    /// When no mail can be sent to such an address.
    pub fn message(self) -> Result<Message> {
        let refused = |error: &dyn Error| Failure::broken(format!("no letter can be written: {error}"));
        let address: Address = self.email.parse().map_err(|error| refused(&error))?;
        let name = self.name.map(one_line).filter(|name| !name.is_empty());
        let at = UNIX_EPOCH + Duration::from_millis(self.now.unsigned_abs());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(one_line(self.subject))
            .date(at)
            .message_id(Some(format!("<{}@{}>", self.id, self.from.email.domain())))
            .raw_header(plain("Content-Language", self.language.tag().into()))
            // Answers that machines write (out of office) stay away (RFC 3834).
            .raw_header(plain("Auto-Submitted", "auto-generated".into()));
        if let Some(stop) = self.stop {
            // One press in the mail program (RFC 8058).
            builder = builder
                .raw_header(plain("List-Unsubscribe", format!("<{stop}>")))
                .raw_header(plain(
                    "List-Unsubscribe-Post",
                    "List-Unsubscribe=One-Click".into(),
                ));
        }
        builder
            .multipart(MultiPart::alternative_plain_html(self.text, self.html))
            .map_err(|error| refused(&error))
    }
}

/// A letter as HTML: its subject as the heading, what it says, and what stands below the line, both HTML. Mail programs
/// know little CSS, and none that is not at the element.
pub fn page(language: Language, subject: &str, said: &str, below: &str) -> String {
    let (tag, subject) = (language.tag(), encode_text(subject));
    format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{subject}</title></head><body style=\"font:16px/1.5 sans-serif;max-width:36em;margin:0 auto;padding:16px\">\
         <h1 style=\"font-size:22px;margin:0 0 16px\">{subject}</h1>{said}\
         <p style=\"font-size:14px;border-top:1px solid;padding-top:12px;margin-top:32px\">{below}</p></body></html>"
    )
}

/// A header whose value is plain ASCII on one line by what it is made of, and must not be broken or encoded.
fn plain(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

/// A text without line breaks and what else could mean something in a header.
fn one_line(text: &str) -> String {
    let words = text.split(|sign: char| sign.is_control() || sign.is_whitespace());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
