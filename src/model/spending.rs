//! Spending guards: how much a person allows themselves to spend, and the rules of the form that says so.

use super::credits::Credits;
use super::error::FieldError;
use crate::language::t;
use serde::{Deserialize, Serialize};

/// The largest guard, in credits.
const MOST: i64 = 1_000_000_000;

/// What a person allows themselves, in credits. None is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guards {
    /// For all takes of one price together.
    pub most_per_job: Option<Credits>,
    /// On hold or charged, for what was created on one day of UTC.
    pub most_per_day: Option<Credits>,
    /// A price above this is asked about once more; programs are not asked.
    pub confirm_above: Option<Credits>,
}

/// What `/account/spending` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// The guards.
    pub guards: Guards,
    /// What was created since midnight in UTC: on hold or charged.
    pub today: Credits,
    /// When the guards were last changed, in unix milliseconds.
    pub changed_at: Option<i64>,
}

/// The form as it was typed: each field empty, or a whole number of credits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GuardsForm {
    /// For one job.
    pub most_per_job: String,
    /// For a day.
    pub most_per_day: String,
    /// What is asked about.
    pub confirm_above: String,
}

/// Reads the form.
///
/// # Errors
/// One error for each field that does not fit.
pub fn check(form: &GuardsForm) -> Result<Guards, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut read = |field, text: &str| {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let fits = text.parse().ok().filter(|credits| (1..=MOST).contains(credits));
        if fits.is_none() {
            let most = Credits(MOST);
            let message = t!(
                "Write a whole number of credits from 1 to {most}, or nothing for no limit.",
                most = most
            );
            errors.push(FieldError::new(field, message));
        }
        fits.map(Credits)
    };
    let guards = Guards {
        most_per_job: read("most_per_job", &form.most_per_job),
        most_per_day: read("most_per_day", &form.most_per_day),
        confirm_above: read("confirm_above", &form.confirm_above),
    };
    if errors.is_empty() {
        Ok(guards)
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> GuardsForm {
        GuardsForm {
            most_per_job: text.into(),
            ..GuardsForm::default()
        }
    }

    #[test]
    fn a_guard_is_a_whole_number_of_credits_or_nothing() {
        assert_eq!(check(&form(" ")), Ok(Guards::default()));
        for (text, credits) in [("1", 1), (" 500 ", 500), ("1000000000", MOST)] {
            let most = check(&form(text)).unwrap().most_per_job;
            assert_eq!(most, Some(Credits(credits)), "{text}");
        }
        for text in [
            "0",
            "-1",
            "1.5",
            "many",
            "1e3",
            "1000000001",
            "99999999999999999999",
        ] {
            let errors = check(&form(text)).unwrap_err();
            assert_eq!(
                (errors.len(), errors[0].field.as_str()),
                (1, "most_per_job"),
                "{text}"
            );
        }
        let all = GuardsForm {
            most_per_job: "0".into(),
            most_per_day: "x".into(),
            confirm_above: "-".into(),
        };
        assert_eq!(check(&all).unwrap_err().len(), 3);
    }
}
