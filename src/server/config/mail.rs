//! `[mail]`: how letters leave the server.

use super::{ConfigError, Mode, providers::Secret, safety::names_this_machine, values::Values};
use lettre::{AsyncSmtpTransport, Tokio1Executor, message::Mailbox};
use reqwest::Url;

/// How letters leave the server. Without it there are none.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// The mail server with user and password, as lettre reads it.
    pub url: Secret,
    /// Who they come from.
    pub from: Mailbox,
}

impl Values {
    /// Reads `[mail]`.
    pub(super) fn mail(&self, mode: Mode) -> Result<Option<MailConfig>, ConfigError> {
        let url = self.text("mail.url");
        if url.is_empty() {
            return Ok(None);
        }
        self.check_mail_url(&url, mode)?;
        let from = self
            .text("mail.from")
            .parse()
            .map_err(|_| self.wrong("mail.from", "a sender like AiSora <studio@example.org>"))?;
        let url = url.into();
        Ok(Some(MailConfig { url, from }))
    }

    fn check_mail_url(&self, url: &str, mode: Mode) -> Result<(), ConfigError> {
        // The password is in it: it is not told.
        let wrong = |what: &str| {
            let origin = self.origin("mail.url");
            Err(ConfigError(format!("`mail.url` ({origin}) {what}")))
        };
        let example = "must be an address like smtps://user:password@mail.example.org, or smtp://…?tls=required for STARTTLS. Signs \
                       that mean something in addresses are percent-encoded in user and password.";
        let Ok(parsed) = Url::parse(url) else {
            return wrong(example);
        };
        if AsyncSmtpTransport::<Tokio1Executor>::from_url(url).is_err() {
            return wrong(example);
        }
        if !parsed.username().is_empty() && parsed.password().is_none() {
            return wrong("names a user without a password.");
        }
        let is_plain = parsed.scheme() == "smtp"
            && !parsed
                .query_pairs()
                .any(|(key, value)| key == "tls" && value == "required");
        let is_here = parsed.host_str().is_some_and(names_this_machine);
        if mode == Mode::Production && is_plain && !is_here {
            return wrong(
                "would send letters and the password unencrypted, which production mode does not: use smtps://, or add \
                 ?tls=required for STARTTLS. Only a mail server on this machine may do without.",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;

    const PRODUCTION: &str = "mode = \"production\"\npublic_url = \"https://v.example.org\"\n";

    fn mail(mode: &str, url: &str) -> Result<bool, String> {
        let file = format!("{mode}[mail]\nurl = \"{url}\"\nfrom = \"AiSora <studio@example.org>\"");
        load(&file, &[])
            .map(|config| config.mail.is_some())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn without_an_address_there_is_no_mail() {
        assert!(load("", &[]).unwrap().mail.is_none());
        assert_eq!(mail("", ""), Ok(false));
        let sender = load("[mail]\nurl = \"smtp://localhost\"", &[])
            .unwrap_err()
            .to_string();
        assert!(sender.contains("`mail.from`"), "{sender}");
    }

    #[test]
    fn wrong_addresses_are_named_without_their_password() {
        for url in [
            "user:hush@example.org",
            "https://user:hush@h",
            "smtps://user:hush@",
            "smtp://u:hush@h?tls=perhaps",
        ] {
            let error = mail("", url).unwrap_err();
            assert!(error.contains("`mail.url`") && !error.contains("hush"), "{error}");
        }
        assert!(
            mail("", "smtps://user@h")
                .unwrap_err()
                .contains("without a password")
        );
    }

    #[test]
    fn production_sends_nothing_unencrypted_to_another_machine() {
        for url in [
            "smtps://u:hush@h",
            "smtp://u:hush@h:587?tls=required",
            "smtp://localhost:25",
            "smtp://[::1]",
            "smtp://127.0.0.1",
        ] {
            assert_eq!(mail(PRODUCTION, url), Ok(true), "{url}");
        }
        for url in [
            "smtp://u:hush@h",
            "smtp://u:hush@h?tls=opportunistic",
            "smtp://localhost.example.org",
        ] {
            let error = mail(PRODUCTION, url).unwrap_err();
            assert!(
                error.contains("unencrypted") && !error.contains("hush"),
                "{error}"
            );
            assert_eq!(mail("", url), Ok(true), "{url}");
        }
    }

    #[test]
    fn the_password_is_never_shown() {
        let environment = [
            (
                "AISORA_MAIL_URL",
                "smtp://ada:hush@mail.example.org:587?tls=required",
            ),
            ("AISORA_MAIL_FROM", "AiSora <studio@example.org>"),
        ];
        let config = load("", &environment).unwrap();
        let all: Vec<_> = config.explain().map(|(_, value, _)| value).collect();
        assert!(
            all.contains(&"smtp://********@mail.example.org:587?tls=required".to_owned()),
            "{all:?}"
        );
        assert!(all.contains(&"AiSora <studio@example.org>".to_owned()));
        assert!(!all.concat().contains("hush"));
    }
}
