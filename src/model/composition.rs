//! What a person composes: prompt and parameters, the rules for them, and the frozen price.

use super::catalogue::{Catalogue, Size};
use super::credits::Credits;
use super::error::FieldError;
use super::generation::Estimate;
use super::ids::QuoteId;
use serde::{Deserialize, Serialize};

/// The longest prompt, in characters (Unicode scalar values); the Videos protocol's own limit.
pub const PROMPT_MAX: usize = 32_000;
/// The most takes at once.
pub const TAKES_MAX: u32 = 4;
/// The largest seed. It fits a JavaScript number and every provider known.
pub const SEED_MAX: u32 = i32::MAX as u32;

/// The choices that a price depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// The model's id.
    pub model: String,
    /// The size in pixels.
    pub size: Size,
    /// The length in seconds.
    pub seconds: u32,
    /// How many videos.
    pub takes: u32,
}

impl Choices {
    /// What a catalogue offers at first: default model, size and length, one take.
    #[must_use]
    pub fn first_of(catalogue: &Catalogue) -> Option<Self> {
        let model = catalogue.models.first()?;
        Some(Self {
            model: model.id.clone(),
            size: model.sizes.first()?.size,
            seconds: model.default_seconds,
            takes: 1,
        })
    }

    /// What one take of this costs.
    #[must_use]
    pub fn price_each(&self, catalogue: &Catalogue) -> Option<Credits> {
        catalogue.model(&self.model)?.price(self.size, self.seconds)
    }

    /// What all takes cost.
    #[must_use]
    pub fn price(&self, catalogue: &Catalogue) -> Option<Credits> {
        self.price_each(catalogue)?.checked_mul(self.takes)
    }
}

/// A frozen price with an expiry. `token` proves that the server gave it to this person for these choices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Its id; work created twice under one quote is created once.
    pub id: QuoteId,
    /// What it is for.
    pub choices: Choices,
    /// What one take costs.
    pub credits_each: Credits,
    /// What all takes cost.
    pub credits: Credits,
    /// Until when it holds, in unix milliseconds.
    pub expires_at: i64,
    /// How long one such video usually takes, once there is history.
    pub estimate: Option<Estimate>,
    /// Sent back as it is when the work is created.
    pub token: String,
}

/// The composer's form as it was typed: every field a text, so that nothing is lost when it comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComposerForm {
    /// What should be seen.
    pub prompt: String,
    /// The model's id.
    pub model: String,
    /// `1280x720`.
    pub size: String,
    /// A whole number of seconds.
    pub seconds: String,
    /// `1` to `4`.
    pub takes: String,
    /// Empty, or a whole number.
    pub seed: String,
    /// `on` when the prompt should stand in the picture.
    pub caption: String,
    /// The token of the quote that was shown.
    pub quote: String,
}

/// A form that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition {
    /// The prompt, trimmed.
    pub prompt: String,
    /// Model, size, seconds, takes.
    pub choices: Choices,
    /// The seed, if the person chose one.
    pub seed: Option<u32>,
    /// Whether the prompt stands in the picture.
    pub caption: bool,
}

/// Checks a prompt.
///
/// # Errors
/// A sentence that says what to do.
pub fn check_prompt(prompt: &str) -> Result<&str, String> {
    let prompt = prompt.trim();
    let length = prompt.chars().count();
    if length == 0 {
        return Err("Describe what should be seen.".into());
    }
    if length > PROMPT_MAX {
        return Err(format!(
            "The prompt has {} characters; at most {} fit.",
            Credits(to_i64(length)),
            Credits(to_i64(PROMPT_MAX))
        ));
    }
    if prompt
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(
            "The prompt has invisible control characters. Remove them, or type the text anew.".into(),
        );
    }
    Ok(prompt)
}

fn to_i64(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Reads the choices of a form; every field that does not fit gets its sentence.
///
/// # Errors
/// One error for each field that does not fit.
pub fn check_choices(form: &ComposerForm, catalogue: &Catalogue) -> Result<Choices, Vec<FieldError>> {
    let mut errors = Vec::new();
    let Some(model) = catalogue.model(&form.model) else {
        return Err(vec![FieldError::new(
            "model",
            not_offered(&form.model, catalogue),
        )]);
    };
    let size = form
        .size
        .parse::<Size>()
        .ok()
        .filter(|size| model.offer(*size).is_some());
    if size.is_none() {
        errors.push(FieldError::new(
            "size",
            format!(
                "{} does not make this size. Choose one of the shapes.",
                model.label
            ),
        ));
    }
    let seconds = form
        .seconds
        .trim()
        .parse::<u32>()
        .ok()
        .filter(|seconds| model.seconds.binary_search(seconds).is_ok());
    if seconds.is_none() {
        errors.push(FieldError::new(
            "seconds",
            format!("{} makes {}.", model.label, lengths_in_words(&model.seconds)),
        ));
    }
    let takes = form
        .takes
        .trim()
        .parse::<u32>()
        .ok()
        .filter(|takes| (1..=TAKES_MAX).contains(takes));
    if takes.is_none() {
        errors.push(FieldError::new(
            "takes",
            format!("Choose 1 to {TAKES_MAX} takes."),
        ));
    }
    match (size, seconds, takes) {
        (Some(size), Some(seconds), Some(takes)) => Ok(Choices {
            model: form.model.clone(),
            size,
            seconds,
            takes,
        }),
        _ => Err(errors),
    }
}

/// Why a model cannot be chosen, and what can be chosen instead.
fn not_offered(id: &str, catalogue: &Catalogue) -> String {
    let Some(retired) = catalogue.retired(id) else {
        return "This model is not offered here. Choose one of the list.".into();
    };
    let successor = retired.successor.as_deref().and_then(|id| catalogue.model(id));
    match successor {
        Some(successor) => [
            &retired.label,
            " is retired. Its successor is ",
            &successor.label,
            " (",
            &successor.id,
            ").",
        ]
        .concat(),
        None => [&retired.label, " is retired. Choose another model."].concat(),
    }
}

fn lengths_in_words(seconds: &[u32]) -> String {
    match seconds {
        [] => "no video at the moment".into(),
        [only] => format!("{only} seconds"),
        [first, .., last] if to_i64(seconds.len()) == i64::from(last - first) + 1 => {
            format!("{first} to {last} seconds")
        }
        _ => format!(
            "{} seconds",
            seconds.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Reads a whole form.
///
/// # Errors
/// One error for each field that does not fit.
pub fn check(form: &ComposerForm, catalogue: &Catalogue) -> Result<Composition, Vec<FieldError>> {
    let mut errors = Vec::new();
    let prompt = check_prompt(&form.prompt)
        .map_err(|message| errors.push(FieldError::new("prompt", message)))
        .ok();
    let choices = check_choices(form, catalogue)
        .map_err(|more| errors.extend(more))
        .ok();
    let seed = match form.seed.trim() {
        "" => Some(None),
        text => text
            .parse::<u32>()
            .ok()
            .filter(|seed| *seed <= SEED_MAX)
            .map(Some),
    };
    if seed.is_none() {
        errors.push(FieldError::new(
            "seed",
            format!("A seed is a whole number from 0 to {SEED_MAX}, or nothing."),
        ));
    }
    match (prompt, choices, seed) {
        (Some(prompt), Some(choices), Some(seed)) => Ok(Composition {
            prompt: prompt.into(),
            choices,
            seed,
            caption: form.caption == "on",
        }),
        _ => Err(errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::catalogue::{Model, SizeOffer};

    fn catalogue() -> Catalogue {
        let offer = SizeOffer {
            size: Size::new(1280, 720),
            credits_per_second: Credits(10),
        };
        Catalogue {
            retired: Vec::new(),
            models: vec![Model {
                id: "m".into(),
                label: "M".into(),
                note: String::new(),
                sizes: vec![offer],
                seconds: (1..=20).collect(),
                default_seconds: 4,
                input_reference: false,
                doing: None,
            }],
        }
    }

    fn form() -> ComposerForm {
        ComposerForm {
            prompt: " a boat ".into(),
            model: "m".into(),
            size: "1280x720".into(),
            seconds: "4".into(),
            takes: "1".into(),
            ..ComposerForm::default()
        }
    }

    #[test]
    fn a_good_form_is_read_and_priced() {
        let read = check(&form(), &catalogue()).unwrap();
        assert_eq!(read.prompt, "a boat");
        assert_eq!(read.choices.price(&catalogue()), Some(Credits(40)));
    }

    #[test]
    fn every_field_that_does_not_fit_gets_its_own_sentence() {
        let bad = ComposerForm {
            prompt: "\u{7}".into(),
            size: "1x1".into(),
            seconds: "21".into(),
            takes: "-1".into(),
            seed: "x".into(),
            ..form()
        };
        let errors = check(&bad, &catalogue()).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["prompt", "size", "seconds", "takes", "seed"]);
        for takes in ["0", "5", "-1", "", "1.5"] {
            assert!(
                check(
                    &ComposerForm {
                        takes: takes.into(),
                        ..form()
                    },
                    &catalogue()
                )
                .is_err(),
                "{takes}"
            );
        }
    }

    #[test]
    fn prompts_are_counted_in_characters_and_may_run_right_to_left() {
        assert!(check_prompt(&"é".repeat(PROMPT_MAX)).is_ok());
        assert!(
            check_prompt(&"é".repeat(PROMPT_MAX + 1))
                .unwrap_err()
                .contains("32,001")
        );
        assert!(check_prompt("قارب ورقي في المطر").is_ok());
        assert!(check_prompt(" \n ").is_err());
        assert!(check_prompt("two\nlines").is_ok());
    }
}
