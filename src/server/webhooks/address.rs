//! Which addresses events may go to. Names are looked at again when they are resolved: see `http_client`.

use crate::{
    language::t,
    model::error::FieldError,
    server::{
        config::Mode,
        http_client::{in_digits, is_loopback, is_public},
    },
};
use reqwest::Url;

/// The longest address, in bytes.
const MOST: usize = 2_000;

/// Reads an address as it was typed.
///
/// # Errors
/// A sentence at `url`.
pub fn read(text: &str, mode: Mode) -> Result<Url, FieldError> {
    let text = text.trim();
    let wrong = |message: &str| FieldError::new("url", message);
    if text.is_empty() {
        return Err(wrong(t!(
            "Give the address that events go to, like https://example.org/hooks."
        )));
    }
    if text.len() > MOST {
        return Err(wrong(t!("This address is too long: 2,000 signs fit.")));
    }
    let url = Url::parse(text).map_err(|_| {
        wrong(t!(
            "This is no whole address. It begins with https://, like https://example.org/hooks."
        ))
    })?;
    if !is_allowed(&url, mode) {
        return Err(wrong(match mode {
            Mode::Production => t!("Events only go to https addresses."),
            Mode::Development => {
                t!("Events only go to https addresses, and in development to http on this machine.")
            }
        }));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(t!(
            "Leave the name and password out of the address: events are signed instead."
        )));
    }
    if url.fragment().is_some() {
        return Err(wrong(t!("Leave the part after # out: it is never sent.")));
    }
    let developers_own = mode == Mode::Development && is_loopback(&url);
    let private = is_loopback(&url) || in_digits(&url).is_some_and(|address| !is_public(address));
    if private && !developers_own {
        return Err(wrong(t!(
            "This is a private address. Events only go to the public internet."
        )));
    }
    Ok(url)
}

/// Whether an address is of the right kind: https, or a developer's own machine.
pub fn is_allowed(url: &Url, mode: Mode) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => mode == Mode::Development && is_loopback(url),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_go_to_public_https_addresses_only() {
        for good in [
            "https://example.org/hooks",
            " https://example.org:8443/a?b=c ",
            "https://1.1.1.1/",
        ] {
            assert!(read(good, Mode::Production).is_ok(), "{good}");
        }
        let long = format!("https://example.org/{}", "x".repeat(2_000));
        for bad in [
            "",
            "  ",
            "example.org/hooks",
            "https://",
            "http://example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://ada:secret@example.org/",
            "https://ada@example.org/",
            "https://:secret@example.org/",
            "https://example.org/#part",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://localhost/",
            "http://localhost/",
            "https://exa mple.org/",
            &long,
        ] {
            let error = read(bad, Mode::Production).expect_err(bad);
            assert_eq!(error.field, "url");
            assert!(error.message.ends_with('.'), "{bad}: {}", error.message);
        }
    }

    #[test]
    fn a_developer_may_use_their_own_machine() {
        for good in [
            "http://localhost:4000/hooks",
            "http://127.0.0.1:4000/",
            "http://[::1]:4000/",
            "https://localhost/",
        ] {
            assert!(read(good, Mode::Development).is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.1/", "https://192.168.1.1/", "http://example.org/"] {
            assert!(read(bad, Mode::Development).is_err(), "{bad}");
        }
    }
}
