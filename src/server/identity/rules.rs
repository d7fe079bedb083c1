//! What an account may be made of: the address, the password, the name, the age.

use super::with;
use crate::language::t;
use crate::model::error::{AppError, Code, FieldError};
use crate::server::error::Result;
use chrono::{DateTime, Months, NaiveDate};
use email_address::EmailAddress;
use serde::Deserialize;

/// Shortest and longest password, in characters. The end keeps a hash from being given megabytes.
const PASSWORD: std::ops::RangeInclusive<usize> = 12..=256;
const NAME_MAX: usize = 100;
/// Years.
const AGE_MIN: u32 = 13;

/// The form for a new account, as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignUp {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// The name, or nothing.
    pub name: String,
    /// Date of birth, `yyyy-mm-dd`. It is looked at and forgotten.
    pub born: String,
}

/// A form that fits.
pub struct Good {
    pub email: String,
    pub password: String,
    pub name: Option<String>,
}

/// Addresses are compared without regard to case or surrounding blanks.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Signs that nobody types and that no address has; a database may refuse them.
pub fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// Checks what both the form and the command line need.
pub fn check_login(email: &str, password: &str, name: Option<&str>) -> (String, Vec<FieldError>) {
    let email = normal_email(email);
    let wrong_email = (email.len() > 254 || !has_mail_shape(&email))
        .then(|| t!("Write a whole e-mail address, like name@example.org.").to_owned());
    let errors = with(Vec::new(), "email", wrong_email);
    let errors = with(errors, "password", check_password(password, &email, name));
    (email, errors)
}

fn has_mail_shape(email: &str) -> bool {
    !has_control(email)
        && EmailAddress::is_valid(email)
        && email
            .rsplit_once('@')
            .is_some_and(|(_, domain)| domain.contains('.'))
}

fn check_password(password: &str, email: &str, name: Option<&str>) -> Option<String> {
    let length = password.chars().count();
    if length < *PASSWORD.start() {
        return Some(t!(
            "Use at least {least} characters; a few random words are good.",
            least = PASSWORD.start(),
        ));
    }
    if length > *PASSWORD.end() {
        return Some(t!("Use at most {most} characters.", most = PASSWORD.end()));
    }
    let own = [
        email,
        email.split('@').next().unwrap_or_default(),
        name.unwrap_or_default(),
        "aisora",
    ];
    let start: String = password.chars().take(64).collect();
    let guesses = zxcvbn::zxcvbn(&start, &own).guesses();
    // What a list of common passwords, names and keyboard rows finds in its first hundred thousand guesses.
    (guesses < 100_000)
        .then(|| t!("This password is among the first that are guessed. Choose another.").to_owned())
}

/// Checks the whole form. Under 13 the answer is polite and nothing of it is kept.
pub fn check(form: &SignUp, now_ms: i64) -> Result<Good> {
    let name = Some(form.name.trim()).filter(|name| !name.is_empty());
    let (email, errors) = check_login(&form.email, &form.password, name);
    let long_name = name.is_some_and(|name| name.chars().count() > NAME_MAX || has_control(name));
    let errors = with(
        errors,
        "name",
        long_name.then(|| {
            t!(
                "A name has at most {most} characters, in one line.",
                most = NAME_MAX
            )
        }),
    );
    let born = NaiveDate::parse_from_str(form.born.trim(), "%Y-%m-%d").ok();
    let today = DateTime::from_timestamp_millis(now_ms)
        .map(|now| now.date_naive())
        .unwrap_or_default();
    let born =
        born.filter(|born| *born <= today && Some(*born) > today.checked_sub_months(Months::new(12 * 130)));
    let errors = with(
        errors,
        "born",
        born.is_none().then(|| t!("Give your date of birth.").to_owned()),
    );
    let (Some(born), true) = (born, errors.is_empty()) else {
        return Err(AppError::invalid(errors).into());
    };
    if born
        .checked_add_months(Months::new(12 * AGE_MIN))
        .is_none_or(|birthday| birthday > today)
    {
        let message = t!(
            "Thank you for your interest. AiSora is for people of 13 and older, so no account was created and \
                       nothing that you typed was kept."
        );
        return Err(AppError::new(Code::Forbidden, message).into());
    }
    Ok(Good {
        email,
        password: form.password.clone(),
        name: name.map(ToOwned::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::error::Failure;

    /// 2026-11-23, noon.
    const NOW: i64 = 1_795_435_200_000;

    fn form() -> SignUp {
        SignUp {
            email: " Ada@Example.org ".into(),
            password: "seven quiet lamps burn".into(),
            name: String::new(),
            born: "1990-02-28".into(),
        }
    }

    fn error(form: &SignUp) -> AppError {
        match check(form, NOW) {
            Err(Failure::App(error)) => error,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("accepted"),
        }
    }

    #[test]
    fn a_good_form_is_accepted_and_the_address_made_plain() {
        let good = check(&form(), NOW).unwrap();
        assert_eq!(good.email, "ada@example.org");
        assert_eq!(good.name, None);
    }

    #[test]
    fn the_thirteenth_birthday_opens_the_door() {
        assert!(
            check(
                &SignUp {
                    born: "2013-11-23".into(),
                    ..form()
                },
                NOW
            )
            .is_ok()
        );
        assert_eq!(
            error(&SignUp {
                born: "2013-11-24".into(),
                ..form()
            })
            .code,
            Code::Forbidden
        );
    }

    #[test]
    fn common_short_and_personal_passwords_are_refused_at_their_field() {
        for password in [
            "short",
            "password1234",
            "123456789012",
            "qwertyuiop12",
            "aaaaaaaaaaaaaa",
            "ada@example.org",
        ] {
            assert!(
                error(&SignUp {
                    password: password.into(),
                    ..form()
                })
                .at("password")
                .is_some(),
                "{password}"
            );
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let bad = SignUp {
            email: "ada".into(),
            password: "x".into(),
            name: "a\u{7}b".into(),
            born: "2030-01-01".into(),
        };
        let fields: Vec<_> = error(&bad).fields.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["email", "password", "name", "born"]);
        for email in [
            "",
            "@",
            "a@b",
            "a b@c.de",
            "a@b@c.de",
            "a\0b@c.de",
            "\"a\u{1}\"@c.de",
        ] {
            assert!(
                error(&SignUp {
                    email: email.into(),
                    ..form()
                })
                .at("email")
                .is_some(),
                "{email}"
            );
        }
    }
}
