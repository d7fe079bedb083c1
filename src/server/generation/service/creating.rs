//! From a form to takes in the queue, under a quote, once.

use super::{
    super::quotes::{Terms, stale},
    Generations,
    programs::Alongside,
};
use crate::language::{t, tn};
use crate::model::{
    composition::{self, Choices, ComposerForm, Composition, Quote},
    error::{AppError, Code},
    generation::Card,
    ids::{PictureId, QuoteId, UserId},
};
use crate::server::{
    db::generations::{self, GenerationRow},
    error::{Failure, Result},
    generation::{cards::small, pictures},
    moderation,
};

/// Whether a take is what is asked for now, but for its picture.
fn is_same(row: &GenerationRow, composed: &Composition) -> bool {
    let take = small(row.take);
    composed.prompt_of(take) == Some(row.prompt.as_str())
        && composed.caption == row.caption
        && composed
            .seed_of(take)
            .is_none_or(|seed| i64::from(seed) == row.seed)
}

impl Generations {
    /// A frozen price for the choices of a form.
    ///
    /// # Errors
    /// `invalid` with the fields that do not fit.
    pub async fn quote(&self, user: UserId, form: &ComposerForm) -> Result<Quote> {
        let catalogue = self.providers.catalogue();
        let choices = composition::check_choices(form, &catalogue).map_err(AppError::invalid)?;
        self.awake(&choices)?;
        let prices = choices.price_each(&catalogue).zip(choices.price_also(&catalogue));
        let (each, also) = prices.ok_or_else(|| Failure::broken("checked choices have no price"))?;
        let estimate = self
            .estimates
            .of(&self.life.db, &choices.model, choices.size, choices.seconds)
            .await?;
        let expires_at = self.life.clock.now() + self.quote_ms;
        self.quotes.freeze(
            Terms {
                id: self.life.ids.quote(),
                user,
                choices,
                each,
                also,
                onward: None,
                expires_at,
            },
            estimate,
        )
    }

    /// Creates every take under the form's quote, once.
    ///
    /// # Errors
    /// `invalid` with fields; `quote_stale`; `insufficient_credits`; `spending_guard`; `confirmation_needed`, and then the
    /// same again confirms.
    pub async fn create(&self, user: UserId, form: &ComposerForm) -> Result<Vec<Card>> {
        let (composed, terms) = self.agreed(user, form)?;
        if let Some(cards) = self.created(user, terms.id, &composed).await? {
            return Ok(cards);
        }
        moderation::obey(self.rules.as_ref(), &composed.prompts).await?;
        let alongside = Alongside::of(self.origin(user, form).await?);
        self.make(user, &composed, &terms, &alongside).await
    }

    /// Creates what was agreed on, once for each quote.
    pub(super) async fn make(
        &self,
        user: UserId,
        composed: &Composition,
        terms: &Terms,
        alongside: &Alongside<'_>,
    ) -> Result<Vec<Card>> {
        match self.place(user, composed, terms, alongside).await {
            Err(Failure::App(error)) if error.code == Code::InsufficientCredits => {
                // The other half of a double click may have spent them on this very quote.
                let created = self.created(user, terms.id, composed).await?;
                created.ok_or_else(|| error.into())
            }
            Err(other) => Err(other),
            Ok(true) => self.takes(user, terms.id).await,
            Ok(false) => {
                let created = self.created(user, terms.id, composed).await?;
                // It was used before, and all of it is deleted for good.
                created.ok_or_else(|| stale().into())
            }
        }
    }

    /// What a form asks for, and the terms of its quote.
    pub(super) fn agreed(&self, user: UserId, form: &ComposerForm) -> Result<(Composition, Terms)> {
        let composed = composition::check(form, &self.providers.catalogue()).map_err(AppError::invalid)?;
        let terms = self.quotes.read(&form.quote, user, self.life.clock.now())?;
        if terms.choices != composed.choices || terms.onward.is_some() {
            return Err(stale().into());
        }
        Ok((composed, terms))
    }

    /// A provider that keeps failing is not given orders that somebody would wait for in vain.
    fn awake(&self, choices: &Choices) -> Result<()> {
        self.awake_at("model", &choices.model)?;
        let also = choices.also.as_ref();
        also.map_or(Ok(()), |also| self.awake_at("also", &also.model))
    }

    fn awake_at(&self, field: &str, model: &str) -> Result<()> {
        self.awake_from(field, self.providers.paused_until(model))
    }

    /// The same where it is known until when it is paused.
    pub(super) fn awake_from(&self, field: &str, paused_until: Option<i64>) -> Result<()> {
        let Some(until) = paused_until else {
            return Ok(());
        };
        let minutes = (until - self.life.clock.now()).div_euclid(60_000) + 1;
        let message = tn!(
            minutes,
            "This model fails again and again right now. Choose another one, or try it in a minute.",
            "This model fails again and again right now. Choose another one, or try it in {n} minutes.",
        );
        Err(AppError::field(Code::Unavailable, field, message).into())
    }

    /// The takes under a quote, if there are any. Who did not hear of them and asks for something else now, is told so.
    pub(super) async fn created(
        &self,
        user: UserId,
        quote: QuoteId,
        composed: &Composition,
    ) -> Result<Option<Vec<Card>>> {
        let rows = generations::of_quote(&self.life.db, user.0, quote.0).await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let picture = first.picture_id.map(PictureId);
        if !rows.iter().all(|row| is_same(row, composed))
            || !pictures::are_same(&self.storage, picture, composed.picture).await
        {
            let message =
                t!("What you sent before was created after all. Press again to create this as well.");
            return Err(AppError::field(Code::QuoteStale, "quote", message).into());
        }
        Ok(Some(self.takes(user, quote).await?))
    }

    async fn takes(&self, user: UserId, quote: QuoteId) -> Result<Vec<Card>> {
        let rows = generations::by_quote(&self.life.db, user.0, quote.0).await?;
        self.cards(user, rows).await
    }

    async fn missing(&self, user: UserId, terms: &Terms) -> Result<AppError> {
        let total = terms.total()?;
        let balance = self.life.ledger.balance(user).await?;
        let missing = total.checked_sub(balance.available).unwrap_or(total);
        let message = t!(
            "This costs {total}; you need {missing} more.",
            total = total.in_words(),
            missing = missing.in_words(),
        );
        Ok(AppError::field(Code::InsufficientCredits, "quote", message))
    }

    /// One transaction: hold, generation, job and event for each take, and what goes alongside. False when the quote, or
    /// what goes alongside, was used meanwhile.
    pub(super) async fn place(
        &self,
        user: UserId,
        composed: &Composition,
        terms: &Terms,
        alongside: &Alongside<'_>,
    ) -> Result<bool> {
        self.awake(&terms.choices)?;
        let mut moment = self.life.begin().await?;
        let inserted = self
            .insert_in(&mut moment, user, composed, terms, alongside)
            .await;
        if matches!(inserted, Ok(true)) {
            moment.commit().await?;
            self.life.work.notify_one();
            metrics::counter!("aisora_generations_created_total").increment(u64::from(terms.choices.count()));
        } else {
            // Somebody else's takes under this quote may be why; they are looked for next.
            moment.undo().await?;
        }
        match inserted {
            Err(Failure::App(error)) if error.code == Code::InsufficientCredits => {
                Err(self.missing(user, terms).await?.into())
            }
            Err(Failure::App(error)) if error.code == Code::ConfirmationNeeded => {
                self.asks_about(user, terms).await?;
                Err(error.into())
            }
            other => other,
        }
    }
}
