//! The rules for a form: every field that does not fit gets its own sentence.

use super::{Choices, ComposerForm, Composition, PROMPT_MAX, SEED_MAX, TAKES_MAX, batch};
use crate::{
    language::{grouped, t},
    model::{
        catalogue::{Catalogue, Model, Size},
        error::FieldError,
        ids::PictureId,
    },
};

/// Checks a prompt.
///
/// # Errors
/// A sentence that says what to do.
pub fn check_prompt(prompt: &str) -> Result<&str, String> {
    let prompt = prompt.trim();
    let length = prompt.chars().count();
    if length == 0 {
        return Err(t!("Describe what should be seen.").into());
    }
    if length > PROMPT_MAX {
        return Err(t!(
            "The prompt has {n} characters; at most {most} fit.",
            n = grouped(to_i64(length)),
            most = grouped(to_i64(PROMPT_MAX)),
        ));
    }
    if prompt
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(
            t!("The prompt has invisible control characters. Remove them, or type the text anew.").into(),
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
            t!(
                "{model} does not make this size. Choose one of the shapes.",
                model = model.label
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
            t!(
                "{model} makes {lengths}.",
                model = model.label,
                lengths = lengths_in_words(&model.seconds)
            ),
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
            t!("Choose 1 to {most} takes.", most = TAKES_MAX),
        ));
    }
    let prompts = batch::check_count(form).map_err(|error| errors.push(error)).ok();
    let also = match (size, seconds) {
        (Some(size), Some(seconds)) => batch::check_also(form, size, seconds, catalogue)
            .map_err(|error| errors.push(error))
            .ok(),
        _ => None,
    };
    match (size, seconds, takes, prompts, also) {
        (Some(size), Some(seconds), Some(takes), Some(prompts), Some(also)) => Ok(Choices {
            model: form.model.clone(),
            size,
            seconds,
            takes,
            prompts,
            also,
        }),
        _ => Err(errors),
    }
}

/// Why a model cannot be chosen, and what can be chosen instead.
fn not_offered(id: &str, catalogue: &Catalogue) -> String {
    let Some(retired) = catalogue.retired(id) else {
        return t!("This model is not offered here. Choose one of the list.").into();
    };
    let successor = retired.successor.as_deref().and_then(|id| catalogue.model(id));
    match successor {
        Some(successor) => t!(
            "{model} is retired. Its successor is {successor} ({id}).",
            model = retired.model.label,
            successor = successor.label,
            id = successor.id,
        ),
        None => t!(
            "{model} is retired. Choose another model.",
            model = retired.model.label
        ),
    }
}

/// Lengths, for sentences.
#[must_use]
pub fn lengths_in_words(seconds: &[u32]) -> String {
    match seconds {
        [] => t!("no video at the moment").into(),
        [only] => t!("{n} seconds", n = only),
        [first, .., last] if to_i64(seconds.len()) == i64::from(last - first) + 1 => {
            t!("{first} to {last} seconds", first = first, last = last)
        }
        _ => t!(
            "{n} seconds",
            n = seconds.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Reads a whole form.
///
/// # Errors
/// One error for each field that does not fit.
pub fn check(form: &ComposerForm, catalogue: &Catalogue) -> Result<Composition, Vec<FieldError>> {
    let mut errors = Vec::new();
    let prompts = batch::check_prompts(form)
        .map_err(|error| errors.push(error))
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
            t!(
                "A seed is a whole number from 0 to {most}, or nothing.",
                most = SEED_MAX
            ),
        ));
    }
    let picture = check_picture(&form.input_reference, catalogue.model(&form.model))
        .map_err(|message| errors.push(FieldError::new("input_reference", message)))
        .ok();
    match (prompts, choices, seed, picture) {
        (Some(prompts), Some(choices), Some(seed), Some(picture)) => Ok(Composition {
            prompts,
            choices,
            seed,
            caption: form.caption == "on",
            picture,
        }),
        _ => Err(errors),
    }
}

/// The picture to start from, if there is one.
fn check_picture(id: &str, model: Option<&Model>) -> Result<Option<PictureId>, &'static str> {
    let id = match id.trim() {
        "" => return Ok(None),
        id => id.parse(),
    };
    let id = id.map_err(|_| t!("This picture is not there. Choose it again."))?;
    if model.is_none_or(|model| model.input_reference) {
        Ok(Some(id))
    } else {
        Err(t!(
            "This model does not start from a picture. Take the picture out, or choose another model."
        ))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{catalogue::SizeOffer, credits::Credits};

    pub fn catalogue() -> Catalogue {
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
                extends_to: 0,
                doing: None,
            }],
        }
    }

    pub fn form() -> ComposerForm {
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
        assert_eq!(read.prompts, ["a boat"]);
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
