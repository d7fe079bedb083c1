//! The composer: what should be seen, how, and for how much.
//!
//! The form in the page is the truth: whatever was typed before the page woke up, or put there by the browser, counts.
//! Every change reads it anew; price and reasons follow from the rules that the server applies too.

mod choices;
mod desk;
mod handing_in;

pub use desk::Desk;

use super::dynamic::{effect, memo};
use super::{
    live::{Link, Live},
    words::{doing_in_words, usually},
};
use crate::api::generation::quote;
use crate::browser::{self, Timer};
use crate::language::{t, tn};
use crate::model::{
    catalogue::Catalogue,
    composition::{Choices, ComposerForm, Quote, check, check_choices},
    credits::Credits,
    error::{AppError, Code, FieldError},
    ids::QuoteId,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The id of the prompt's field.
pub const PROMPT: &str = "prompt";
/// Under this name the tab remembers a prompt that was typed and not sent.
const DRAFT: &str = "prompt";
/// How long a choice must rest before a price is asked for, in milliseconds.
const REST: u32 = 250;
/// A price is renewed so long before it expires, in milliseconds.
const RENEW_BEFORE: i64 = 30_000;

/// The composer's state.
#[derive(Clone, Copy)]
pub struct Composer {
    /// What can be chosen.
    pub catalogue: StoredValue<Catalogue>,
    /// The fields as they stand in the page.
    pub form: RwSignal<ComposerForm>,
    /// The frozen price, for whatever choices it was given.
    pub quote: RwSignal<Option<Quote>>,
    /// What the server said is wrong, by field.
    pub errors: RwSignal<Vec<FieldError>>,
    /// What belongs to no field.
    pub message: RwSignal<Option<String>>,
    /// The work is being handed in.
    pub busy: RwSignal<bool>,
    /// The page is awake; before that the button is always on, because nobody could switch it on.
    pub awake: RwSignal<bool>,
    /// The choices, when they fit.
    pub choices: Memo<Option<Choices>>,
    /// Whose takes stand in the middle of the room: what was handed in or picked last.
    pub watched: RwSignal<Option<QuoteId>>,
    live: Live,
    asking: StoredValue<Option<Timer>>,
    /// How often work was handed in.
    handed_in: StoredValue<u32>,
    renewing: StoredValue<Option<Timer>>,
    resting: StoredValue<Option<Timer>>,
}

impl Composer {
    /// A composer that starts with a form and, if there is one, its price.
    #[must_use]
    pub fn new(
        catalogue: Catalogue,
        form: ComposerForm,
        quote: Option<Quote>,
        errors: Vec<FieldError>,
    ) -> Self {
        let catalogue = StoredValue::new(catalogue);
        let form = RwSignal::new(form);
        let choices = memo(move || {
            form.with(|form| catalogue.with_value(|catalogue| check_choices(form, catalogue).ok()))
        });
        Self {
            catalogue,
            form,
            quote: RwSignal::new(quote),
            errors: RwSignal::new(errors),
            message: RwSignal::new(None),
            busy: RwSignal::new(false),
            awake: RwSignal::new(false),
            choices,
            watched: RwSignal::new(None),
            live: Live::here(),
            asking: StoredValue::new(None),
            handed_in: StoredValue::new(0),
            renewing: StoredValue::new(None),
            resting: StoredValue::new(None),
        }
    }

    /// What all takes cost: the frozen price when it is for these choices, else what the catalogue says.
    pub fn price(&self) -> Option<Credits> {
        let choices = self.choices.get()?;
        let quoted = self.quote.with(|quote| {
            quote
                .as_ref()
                .filter(|quote| quote.choices == choices)
                .map(|quote| quote.credits)
        });
        quoted.or_else(|| self.catalogue.with_value(|catalogue| choices.price(catalogue)))
    }

    /// What Create does: one thing, or many at once.
    pub fn deed(&self) -> String {
        let choices = self
            .choices
            .get()
            .filter(|choices| choices.prompts > 1 || choices.also.is_some());
        choices.map_or_else(
            || t!("Create").into(),
            |choices| t!("Queue {n} videos", n = choices.count()),
        )
    }

    /// Why nothing can be created now, and the field to go to.
    pub fn obstacle(&self) -> Option<FieldError> {
        if !self.awake.get() {
            return None;
        }
        let wrong = self
            .form
            .with(|form| self.catalogue.with_value(|catalogue| check(form, catalogue)))
            .err();
        if let Some(first) = wrong.and_then(|wrong| wrong.into_iter().next()) {
            return Some(first);
        }
        let missing = self.price()?.checked_sub(self.live.balance.get()?.available)?;
        (missing > Credits::ZERO).then(|| {
            let message = tn!(missing, "You need 1 more credit.", "You need {n} more credits.");
            FieldError::new("credits", message)
        })
    }

    /// What is known of such work, as more of a sentence: how long it usually takes, and how its provider does.
    pub fn expected(&self) -> String {
        let estimate = self
            .quote
            .with(|quote| quote.as_ref().and_then(|quote| quote.estimate));
        let doing = self.form.with(|form| {
            self.catalogue
                .with_value(|catalogue| catalogue.model(&form.model).and_then(|model| model.doing))
        });
        let mut words = String::new();
        for known in [estimate.map(usually), doing.map(doing_in_words)]
            .into_iter()
            .flatten()
        {
            words.push_str(" · ");
            words.push_str(&known);
        }
        words
    }

    /// What is wrong with a field, as far as the server said so.
    pub fn error(&self, field: &'static str) -> Option<String> {
        self.errors.with(|errors| {
            errors
                .iter()
                .find(|error| error.field == field)
                .map(|error| error.message.clone())
        })
    }

    /// Takes the fields over after a change; a model that does not make the chosen size gets its own first one.
    pub fn changed(&self, mut form: ComposerForm) {
        self.catalogue.with_value(|catalogue| fit(&mut form, catalogue));
        self.form.with_untracked(|before| {
            if before.prompt != form.prompt {
                browser::remember(DRAFT, &form.prompt);
            }
            self.errors.update(|errors| {
                errors.retain(|error| field(before, &error.field) == field(&form, &error.field));
            });
        });
        self.message.set(None);
        self.form.set(form);
    }

    /// A prompt that was typed in this tab and not sent.
    #[must_use]
    pub fn draft() -> Option<String> {
        browser::remembered(DRAFT)
    }

    /// Keeps a frozen price at hand: for what is chosen now, and never too old.
    pub fn keep_price(self) {
        effect(move || {
            let wanted = self.choices.get();
            let there = self
                .quote
                .with_untracked(|quote| quote.as_ref().map(|quote| quote.choices.clone()));
            // What was about to be asked for is wanted no more.
            self.asking.set_value(None);
            if wanted.is_some() && wanted != there {
                let timer = browser::after(REST, move || {
                    spawn_local(async move {
                        if let Err(error) = self.fetch_price().await {
                            self.unavailable(error);
                        }
                    });
                });
                self.asking.set_value(Some(timer));
            }
        });
        effect(move || {
            let Some(expires_at) = self
                .quote
                .with(|quote| quote.as_ref().map(|quote| quote.expires_at))
            else {
                return;
            };
            let wait = (expires_at - self.live.server_now() - RENEW_BEFORE).max(5_000);
            let wait = u32::try_from(wait).unwrap_or(u32::MAX >> 1);
            let timer = browser::after(wait, move || {
                spawn_local(async move { drop(self.fetch_price().await) });
            });
            self.renewing.set_value(Some(timer));
        });
    }

    /// Takes back that the server could not be reached, when a line that was lost is there again.
    pub fn forget_lost_connection(self) {
        let broken = StoredValue::new(false);
        effect(move || {
            let is_broken = self.live.link.get() == Link::Broken;
            if broken.get_value() && !is_broken {
                let unreachable = AppError::unreachable().message;
                let said = self
                    .message
                    .get_untracked()
                    .is_some_and(|said| said == unreachable);
                if said {
                    self.message.set(None);
                }
            }
            broken.set_value(is_broken);
        });
    }

    /// A model that fails again and again says so before anybody presses the button.
    fn unavailable(self, error: AppError) {
        if error.code == Code::Unavailable {
            let _ = self.errors.try_set(error.fields);
        }
    }

    async fn fetch_price(self) -> Result<Quote, AppError> {
        let Some(form) = self.form.try_get_untracked() else {
            return Err(AppError::internal());
        };
        let handed_in = self.handed_in.get_value();
        // What is not counted is not sent.
        let prompt = if form.lines == "on" {
            form.prompt
        } else {
            String::new()
        };
        let quote = quote(ComposerForm { prompt, ..form }).await?;
        // The page may be gone, or the choices may have moved on. And a price that was on its way when work was handed in
        // does not take the place of the one that it was handed in at: should that answer be lost, the next press with the
        // old price creates nothing twice.
        if self.choices.try_get_untracked().flatten().as_ref() == Some(&quote.choices)
            && self.handed_in.try_get_value() == Some(handed_in)
        {
            let _ = self.quote.try_set(Some(quote.clone()));
        }
        Ok(quote)
    }
}

fn field<'a>(form: &'a ComposerForm, name: &str) -> &'a str {
    match name {
        "prompt" => &form.prompt,
        "model" => &form.model,
        "size" => &form.size,
        "seconds" => &form.seconds,
        "takes" => &form.takes,
        "seed" => &form.seed,
        "lines" => &form.lines,
        "also" => &form.also,
        "input_reference" => &form.input_reference,
        _ => "",
    }
}

/// Replaces a size or a length that the chosen model does not make.
fn fit(form: &mut ComposerForm, catalogue: &Catalogue) {
    let Some(model) = catalogue.known(&form.model) else {
        return;
    };
    let fits = form.size.parse().is_ok_and(|size| model.offer(size).is_some());
    if let (false, Some(first)) = (fits, model.sizes.first()) {
        form.size = first.size.to_string();
    }
    let fits = form
        .seconds
        .parse()
        .is_ok_and(|seconds| model.seconds.binary_search(&seconds).is_ok());
    if !fits {
        form.seconds = model.default_seconds.to_string();
    }
    if form.also == form.model {
        form.also.clear();
    }
}
