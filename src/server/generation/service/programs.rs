//! The door of programs: the same quote, the same rules and the same transaction as the browser's, in one call.

use super::{Generations, again};
use crate::model::{
    catalogue::Catalogue,
    composition::{self, ComposerForm, Quote},
    credits::Credits,
    error::{AppError, Code},
    generation::State,
    ids::{GenerationId, PictureId, UserId},
    lineage::DerivedBy,
};
use crate::server::{
    db::{
        Tx,
        generations::{self, GenerationRow},
        keys::{self as sql, MadeRow},
    },
    error::{Failure, Result},
    generation::{
        cards::{size, small},
        life,
        lineage::Origin,
    },
    keys::{self, Caller, REPEATS},
    moderation,
};
use serde::Serialize;
use uuid::Uuid;

/// How often an order that meets its own double looks for what that one made.
pub(super) const TRIES: u32 = 4;
/// How often a program may ask how far its video is, in milliseconds: at least, at most, and when nothing is known.
const POLL_FAST: i64 = 500;
const POLL_SLOW: i64 = 10_000;
const POLL_USUAL: i64 = 2_000;

/// What a program asks for. What it leaves out is as the catalogue offers it at first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Wish {
    /// What should be seen.
    pub prompt: String,
    /// The model's id.
    pub model: Option<String>,
    /// `1280x720`.
    pub size: Option<String>,
    /// A whole number of seconds.
    pub seconds: Option<String>,
    /// A whole number.
    pub seed: Option<String>,
    /// Whether the prompt stands in the picture.
    pub caption: bool,
    /// The picture to start from.
    #[serde(skip)]
    pub input_reference: Option<PictureId>,
}

impl Wish {
    fn form(&self, catalogue: &Catalogue) -> ComposerForm {
        let id = self
            .model
            .clone()
            .or_else(|| catalogue.models.first().map(|model| model.id.clone()));
        let model = id.as_deref().and_then(|id| catalogue.model(id));
        let size = || Some(model?.sizes.first()?.size.to_string());
        let seconds = || Some(model?.default_seconds.to_string());
        ComposerForm {
            prompt: self.prompt.clone(),
            size: self.size.clone().or_else(size).unwrap_or_default(),
            seconds: self.seconds.clone().or_else(seconds).unwrap_or_default(),
            model: id.unwrap_or_default(),
            takes: "1".into(),
            seed: self.seed.clone().unwrap_or_default(),
            caption: if self.caption { "on".into() } else { String::new() },
            input_reference: self.input_reference.map(|id| id.to_string()).unwrap_or_default(),
            ..ComposerForm::default()
        }
    }
}

/// Under which conditions a program asks.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// Who asks.
    pub caller: Caller,
    /// The most that it may cost.
    pub max_credits: Option<Credits>,
    /// How to recognise the same request when it comes again.
    pub repeat: Option<Repeat>,
}

/// The same key with the same body is the same request.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// The key that the program made up.
    pub key: String,
    /// The hash of what it asked for.
    pub body: [u8; 32],
}

/// What else goes into the transaction that creates.
pub(super) struct Alongside<'a> {
    pub(super) conditions: Option<&'a Conditions>,
    pub(super) origin: Option<Origin>,
    /// The video that is extended.
    pub(super) original: Option<&'a GenerationRow>,
}

impl Alongside<'_> {
    /// A person's own work that comes from something.
    pub(super) const fn of(origin: Option<Origin>) -> Self {
        Self {
            conditions: None,
            origin,
            original: None,
        }
    }

    /// Whether a program asks, which nobody could ask back.
    pub(super) const fn by_program(&self) -> bool {
        self.conditions.is_some()
    }

    /// Before anything is held. False: the same request was here before.
    pub(super) async fn before(&self, tx: &mut Tx, user: UserId, id: GenerationId, now: i64) -> Result<bool> {
        let repeat = self.conditions.and_then(|conditions| conditions.repeat.as_ref());
        let Some(Repeat { key, body }) = repeat else {
            return Ok(true);
        };
        let made = MadeRow {
            body_hash: body.to_vec(),
            generation_id: id.0,
        };
        sql::take(tx, user.0, key, &made, now, now - REPEATS).await
    }

    /// After the hold, when the generation is there.
    pub(super) async fn after(&self, tx: &mut Tx, id: GenerationId, now: i64) -> Result<()> {
        match self.conditions {
            Some(conditions) => keys::spend(tx, &conditions.caller, id, now).await,
            None => Ok(()),
        }
    }
}

impl Generations {
    /// Creates one video for a program. The same request again answers with the same video.
    ///
    /// # Errors
    /// `invalid` with fields, also when it would cost more than `max_credits`; `insufficient_credits`;
    /// `monthly_cap_reached`; `spending_guard`; `conflict` when the idempotency key was used for something else.
    pub async fn order(&self, wish: &Wish, conditions: &Conditions) -> Result<GenerationRow> {
        let form = wish.form(&self.providers.catalogue());
        self.order_as(form, conditions, None).await
    }

    /// Creates another version of an own video: the same model, size, length and caption with another prompt.
    ///
    /// # Errors
    /// As [`order`](Self::order); `not_found`; `conflict` when there is no video yet.
    pub async fn remix(
        &self,
        of: GenerationId,
        prompt: &str,
        conditions: &Conditions,
    ) -> Result<GenerationRow> {
        // Asked first: a request that comes again gets its video, whatever has become of the one it began with.
        if let Some(row) = self.made_before(conditions).await? {
            return Ok(row);
        }
        let source = self.own(conditions.caller.user, of).await?;
        if life::state(&source)? != State::Succeeded {
            let message = "Only a completed video can be remixed.";
            return Err(AppError::new(Code::Conflict, message).into());
        }
        let form = ComposerForm {
            prompt: prompt.into(),
            seed: String::new(),
            ..again(&source, &self.providers.catalogue())
        };
        let origin = Origin {
            from: of,
            how: DerivedBy::Remix,
        };
        self.order_as(form, conditions, Some(origin)).await
    }

    async fn order_as(
        &self,
        mut form: ComposerForm,
        conditions: &Conditions,
        origin: Option<Origin>,
    ) -> Result<GenerationRow> {
        let user = conditions.caller.user;
        let alongside = Alongside {
            conditions: Some(conditions),
            origin,
            original: None,
        };
        for _ in 0..TRIES {
            if let Some(row) = self.made_before(conditions).await? {
                return Ok(row);
            }
            // The prompt is looked at before the price, so that the first thing that is wrong is told first.
            let asked = composition::check(&form, &self.providers.catalogue()).map_err(AppError::invalid)?;
            moderation::obey(self.rules.as_ref(), &asked.prompts).await?;
            let quote = self.quote(user, &form).await?;
            within(quote.credits, conditions.max_credits)?;
            form.quote = quote.token;
            let (composed, terms) = self.agreed(user, &form)?;
            if self.place(user, &composed, &terms, &alongside).await? {
                return generations::first_of_quote(&self.life.db, user.0, terms.id.0)
                    .await?
                    .ok_or_else(|| Failure::broken("what was created is not there"));
            }
        }
        Err(being_answered().into())
    }

    /// What the same request made when it came before.
    ///
    /// # Errors
    /// `conflict` when the idempotency key was used for something else, or its video was deleted.
    pub async fn made_before(&self, conditions: &Conditions) -> Result<Option<GenerationRow>> {
        let Some(Repeat { key, body }) = &conditions.repeat else {
            return Ok(None);
        };
        let user = conditions.caller.user;
        let after = self.life.clock.now() - REPEATS;
        let Some(made) = sql::made(&self.life.db, user.0, key, after).await? else {
            return Ok(None);
        };
        let conflict = |message| AppError::field(Code::Conflict, "Idempotency-Key", message);
        if made.body_hash != body {
            return Err(
                conflict("This Idempotency-Key was used for another request. Make up a new one.").into(),
            );
        }
        let row = generations::lookup(&self.life.db, user.0, made.generation_id).await?;
        row.map(Some)
            .ok_or_else(|| conflict("The video of this Idempotency-Key was deleted.").into())
    }

    /// Whether such a wish could be made, with a picture that is still on its way.
    ///
    /// # Errors
    /// `invalid` with the fields that do not fit.
    pub fn fits_a_picture(&self, wish: &Wish) -> Result<()> {
        let catalogue = self.providers.catalogue();
        let form = ComposerForm {
            input_reference: PictureId(Uuid::nil()).to_string(),
            ..wish.form(&catalogue)
        };
        composition::check(&form, &catalogue).map_err(AppError::invalid)?;
        Ok(())
    }

    /// What a wish would cost. Nothing is held, and the prompt is not looked at.
    ///
    /// # Errors
    /// `invalid` with the fields that do not fit.
    pub async fn price(&self, user: UserId, wish: &Wish) -> Result<Quote> {
        let form = wish.form(&self.providers.catalogue());
        self.quote(user, &form).await
    }

    /// Every model that can be chosen now.
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        self.providers.catalogue()
    }

    /// One own generation with everything.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn video(&self, user: UserId, id: GenerationId) -> Result<GenerationRow> {
        self.own(user, id).await
    }

    /// Own generations with everything, after one of them, and whether more follow.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn videos(
        &self,
        user: UserId,
        after: Option<GenerationId>,
        oldest_first: bool,
        limit: usize,
    ) -> Result<(Vec<GenerationRow>, bool)> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
        let after = after.map(|id| id.0);
        let mut rows = generations::list(&self.life.db, user.0, after, oldest_first, most).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok((rows, more))
    }

    /// After how many milliseconds it is worth to ask again for work that goes on: ten times over the usual time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn poll_after(&self, row: &GenerationRow) -> Result<i64> {
        let seconds = small(row.added_seconds.unwrap_or(row.seconds));
        let estimate = self
            .estimates
            .of(&self.life.db, &row.model, size(row), seconds)
            .await?;
        Ok(estimate.map_or(POLL_USUAL, |estimate| {
            (estimate.p50_ms / 10).clamp(POLL_FAST, POLL_SLOW)
        }))
    }
}

/// The same request was here before, and its video is not to be seen yet.
pub(super) fn being_answered() -> AppError {
    let message = "The same request is being answered just now. Try again in a moment.";
    AppError::new(Code::Conflict, message)
}

/// The price is not more than the program wants to pay.
pub(super) fn within(price: Credits, most: Option<Credits>) -> Result<()> {
    if most.is_none_or(|most| price <= most) {
        return Ok(());
    }
    let message = format!("This costs {}, which is more than max_credits.", price.in_words());
    Err(AppError::field(Code::Invalid, "max_credits", message).into())
}
