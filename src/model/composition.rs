//! What a person composes: prompt and parameters, the rules for them, and the frozen price.

pub mod batch;
mod checks;
mod moving;

use super::{
    catalogue::{Catalogue, Size},
    credits::Credits,
    generation::Estimate,
    ids::{PictureId, QuoteId},
};
use batch::Part;
pub use checks::{check, check_choices, check_prompt, lengths_in_words};
pub use moving::{moved, succeed};
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
    /// How many videos of each prompt, on each model.
    pub takes: u32,
    /// How many prompts.
    #[serde(default = "one")]
    pub prompts: u32,
    /// The same on a second model, to compare.
    #[serde(default)]
    pub also: Option<Part>,
}

const fn one() -> u32 {
    1
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
            prompts: 1,
            also: None,
        })
    }

    /// How many videos that are.
    #[must_use]
    pub const fn count(&self) -> u32 {
        let models = if self.also.is_some() { 2 } else { 1 };
        self.takes.saturating_mul(self.prompts).saturating_mul(models)
    }

    /// What one take of this costs.
    #[must_use]
    pub fn price_each(&self, catalogue: &Catalogue) -> Option<Credits> {
        catalogue.model(&self.model)?.price(self.size, self.seconds)
    }

    /// What one take on the second model costs; nothing where there is none.
    #[must_use]
    pub fn price_also(&self, catalogue: &Catalogue) -> Option<Credits> {
        let Some(also) = &self.also else {
            return Some(Credits::ZERO);
        };
        catalogue.model(&also.model)?.price(also.size, also.seconds)
    }

    /// What all takes of all prompts cost, given what one costs on each model.
    #[must_use]
    pub fn sum(&self, each: Credits, also: Credits) -> Option<Credits> {
        each.checked_add(also)?
            .checked_mul(self.takes.checked_mul(self.prompts)?)
    }

    /// What everything costs.
    #[must_use]
    pub fn price(&self, catalogue: &Catalogue) -> Option<Credits> {
        self.sum(self.price_each(catalogue)?, self.price_also(catalogue)?)
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
    /// What one take costs on the second model, if there is one.
    #[serde(default)]
    pub credits_also: Credits,
    /// What everything costs.
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
    /// `on` when each line is a prompt of its own.
    pub lines: String,
    /// The id of a second model to compare with, or empty.
    pub also: String,
    /// The id of the picture to start from, or empty.
    pub input_reference: String,
    /// The token of the quote that was shown.
    pub quote: String,
    /// The id of the person's own generation that this comes from, or empty.
    pub from: String,
    /// How, in a word of `DerivedBy`; empty for what follows from the other one's end.
    pub derived_by: String,
}

/// A form that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition {
    /// The prompts, trimmed; as many as the choices say.
    pub prompts: Vec<String>,
    /// Models, size, seconds, takes.
    pub choices: Choices,
    /// The seed, if the person chose one.
    pub seed: Option<u32>,
    /// Whether the prompt stands in the picture.
    pub caption: bool,
    /// The picture to start from.
    pub picture: Option<PictureId>,
}

impl Composition {
    /// The prompt of a take. They are counted from 1: each prompt's takes on one model, then on the other.
    #[must_use]
    pub fn prompt_of(&self, take: u32) -> Option<&str> {
        let of_each = self.choices.count().checked_div(self.choices.prompts)?;
        let place = take.checked_sub(1)?.checked_div(of_each)?;
        Some(self.prompts.get(usize::try_from(place).ok()?)?)
    }

    /// The seed of a take, if the person chose one: it belongs to the first of each model, and the next have the next.
    #[must_use]
    pub fn seed_of(&self, take: u32) -> Option<u32> {
        let place = take.checked_sub(1)?.checked_rem(self.choices.takes)?;
        Some(nth_seed(self.seed?, place))
    }
}

/// The seed of the take that stands so many places after the first.
#[must_use]
pub const fn nth_seed(first: u32, place: u32) -> u32 {
    first.wrapping_add(place) & SEED_MAX
}
