//! One order for several prompts, or for two models: each line a prompt of its own, the same prompt on another model.

use super::{ComposerForm, PROMPT_MAX, check_prompt, moving::nearest_size};
use crate::language::{grouped, t};
use crate::model::catalogue::{Catalogue, Model, Size};
use crate::model::error::FieldError;
use serde::{Deserialize, Serialize};

/// The most prompts in one order.
pub const PROMPTS_MAX: u32 = 20;

/// What one model makes of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The model's id.
    pub model: String,
    /// The size in pixels.
    pub size: Size,
    /// The length in seconds.
    pub seconds: u32,
}

/// The lines of a text that say something.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// How many prompts a form has.
#[must_use]
pub fn count(form: &ComposerForm) -> usize {
    if form.lines == "on" {
        lines(&form.prompt).count().max(1)
    } else {
        1
    }
}

/// The number of prompts, when they are not too many.
pub(super) fn check_count(form: &ComposerForm) -> Result<u32, FieldError> {
    let count = u32::try_from(count(form)).unwrap_or(u32::MAX);
    if count <= PROMPTS_MAX {
        return Ok(count);
    }
    let message = t!(
        "These are {n} lines; at most {most} can be made at once.",
        n = grouped(count.into()),
        most = PROMPTS_MAX
    );
    Err(FieldError::new("prompt", message))
}

/// The prompts of a form, trimmed; each by the rules of a prompt.
pub(super) fn check_prompts(form: &ComposerForm) -> Result<Vec<String>, FieldError> {
    let wrong = |message| FieldError::new("prompt", message);
    if count(form) == 1 {
        return Ok(vec![check_prompt(&form.prompt).map_err(wrong)?.into()]);
    }
    let check = |(place, line): (usize, &str)| {
        let told = |message: String| wrong(t!("Line {n}: {message}", n = place + 1, message = message));
        check_prompt(line).map(ToOwned::to_owned).map_err(told)
    };
    lines(&form.prompt).enumerate().map(check).collect()
}

/// What the second model of a form makes: the nearest to what the first one does.
pub(super) fn check_also(
    form: &ComposerForm,
    size: Size,
    seconds: u32,
    catalogue: &Catalogue,
) -> Result<Option<Part>, FieldError> {
    let id = form.also.trim();
    if id.is_empty() {
        return Ok(None);
    }
    let wrong = |message: &str| FieldError::new("also", message);
    if id == form.model {
        return Err(wrong(t!("Choose another model to compare with.")));
    }
    let model = catalogue.model(id);
    let model = model.ok_or_else(|| {
        wrong(t!(
            "The second model is not offered here. Choose one of the list."
        ))
    })?;
    if !form.input_reference.is_empty() && !model.input_reference {
        return Err(wrong(t!(
            "The second model does not start from a picture. Take the picture out, or choose another one."
        )));
    }
    beside(model, size, seconds)
        .map(Some)
        .ok_or_else(|| wrong(t!("The second model makes no video at the moment.")))
}

/// What a model makes that comes nearest to a size and a length.
#[must_use]
pub fn beside(model: &Model, size: Size, seconds: u32) -> Option<Part> {
    let offered = model.offer(size).map(|offer| offer.size);
    Some(Part {
        model: model.id.clone(),
        size: offered.or_else(|| nearest_size(size, model))?,
        seconds: nearest_seconds(seconds, model)?,
    })
}

/// The length that a model makes and that is nearest to one.
pub(super) fn nearest_seconds(wanted: u32, model: &Model) -> Option<u32> {
    let nearest = model
        .seconds
        .iter()
        .min_by_key(|seconds| seconds.abs_diff(wanted));
    nearest.copied()
}

/// The longest text that a form may hold: many lines may be longer together than one prompt.
#[must_use]
pub fn longest(form: &ComposerForm) -> usize {
    count(form).min(PROMPTS_MAX as usize) * PROMPT_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::composition::{
        check,
        checks::tests::{catalogue, form},
    };
    use crate::model::credits::Credits;

    fn of_lines(prompt: &str) -> ComposerForm {
        ComposerForm {
            prompt: prompt.into(),
            lines: "on".into(),
            ..form()
        }
    }

    #[test]
    fn each_line_is_a_prompt_when_the_person_wants_it() {
        let read = check(&of_lines(" a boat \r\n\n  a lighthouse\n \n"), &catalogue()).unwrap();
        assert_eq!(read.prompts, ["a boat", "a lighthouse"]);
        assert_eq!(read.choices.price(&catalogue()), Some(Credits(80)));
        let one = ComposerForm {
            lines: String::new(),
            ..of_lines("a boat\na lighthouse")
        };
        let read = check(&one, &catalogue()).unwrap();
        assert_eq!(read.prompts, ["a boat\na lighthouse"]);
        assert_eq!(read.choices.price(&catalogue()), Some(Credits(40)));
        let takes = ComposerForm {
            takes: "3".into(),
            ..of_lines("a\nb\nc")
        };
        let choices = check(&takes, &catalogue()).unwrap().choices;
        assert_eq!(
            (choices.count(), choices.price(&catalogue())),
            (9, Some(Credits(360)))
        );
    }

    #[test]
    fn too_many_lines_and_a_bad_line_are_told() {
        let words = |prompt: &str| {
            check(&of_lines(prompt), &catalogue()).unwrap_err()[0]
                .message
                .clone()
        };
        assert!(check(&of_lines(&"a\n".repeat(20)), &catalogue()).is_ok());
        assert_eq!(
            words(&"a\n".repeat(21)),
            "These are 21 lines; at most 20 can be made at once."
        );
        assert!(words("a\nb\u{7}").starts_with("Line 2: The prompt has invisible"));
        assert!(
            words(&format!("a\n{}", "b".repeat(PROMPT_MAX + 1))).starts_with("Line 2: The prompt has 32,001")
        );
        assert_eq!(words(" \n "), "Describe what should be seen.");
    }

    #[test]
    fn a_second_model_makes_the_nearest_that_it_can() {
        let mut catalogue = catalogue();
        let mut second = catalogue.models[0].clone();
        second.id = "n".into();
        second.sizes[0].size = Size::new(1920, 1080);
        second.sizes[0].credits_per_second = Credits(30);
        second.seconds = vec![5, 10];
        catalogue.models.push(second);
        let both = ComposerForm {
            also: "n".into(),
            takes: "2".into(),
            ..form()
        };
        let choices = check(&both, &catalogue).unwrap().choices;
        let also = choices.also.clone().unwrap();
        assert_eq!((also.size, also.seconds), (Size::new(1920, 1080), 5));
        assert_eq!(
            (choices.count(), choices.price(&catalogue)),
            (4, Some(Credits(2 * 40 + 2 * 150)))
        );
        let field = |form: &ComposerForm| check(form, &catalogue).unwrap_err()[0].field.clone();
        for also in ["m", "gone"] {
            assert_eq!(
                field(&ComposerForm {
                    also: also.into(),
                    ..form()
                }),
                "also",
                "{also}"
            );
        }
    }
}
