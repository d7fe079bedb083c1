//! What people and programs can do with generations. Both doors, the browser's and the API's, call this.

mod forms;
mod guarded;
pub mod programs;
mod video;

use super::{
    JOB,
    cards::{card, pixels, small},
    estimates::Estimates,
    life::{self, Life, Moment},
    pictures,
    quotes::{Quotes, Terms, stale},
};
use crate::model::{
    catalogue::Catalogue,
    composition::{self, Choices, ComposerForm, Composition, Quote, SEED_MAX},
    credits::Statement,
    error::{AppError, Code, FieldError},
    generation::{Card, LIBRARY_PAGE, LibraryPage, LibraryQuery, State},
    ids::{GenerationId, PictureId, PostingId, QuoteId, UserId},
    live::{Snapshot, Start, Studio},
};
use crate::server::{
    db::{
        events,
        generations::{self, CardRow, GenerationRow, search::NEWEST},
        pictures as sql_pictures,
    },
    error::{Failure, Result},
    jobs,
    providers::{Providers, Wanted},
};
use forms::{again, empty, first, with_picture};
use programs::Alongside;
use rand::RngExt as _;
use std::collections::HashMap;
use uuid::Uuid;

/// How many of the latest ended ones a snapshot carries, and how many that go on.
const SNAPSHOT_ENDED: i64 = 12;
const SNAPSHOT_ALIVE: i64 = 200;

/// The service.
pub struct Generations {
    life: Life,
    providers: Providers,
    quotes: Quotes,
    quote_ms: i64,
    estimates: Estimates,
}

impl Generations {
    /// The service.
    #[must_use]
    pub fn new(life: Life, providers: Providers, quotes: Quotes, quote_ms: i64) -> Self {
        Self {
            life,
            providers,
            quotes,
            quote_ms,
            estimates: Estimates::default(),
        }
    }

    /// What `/create` starts with: a form that came back, or everything of an own video, or the defaults.
    ///
    /// # Errors
    /// `not_found` when the video is not theirs.
    pub async fn studio(
        &self,
        user: UserId,
        start: impl Into<Start>,
        returned: Option<ComposerForm>,
    ) -> Result<Studio> {
        let start = start.into();
        let catalogue = self.providers.catalogue();
        let mut errors = Vec::new();
        let mut form = match (returned, start.from) {
            (Some(form), _) => form,
            (None, from) => {
                let form = match from {
                    Some(id) => again(&self.own(user, id).await?),
                    None => first(Choices::first_of(&catalogue).as_ref()),
                };
                self.started(user, form, &start, &catalogue, &mut errors).await?
            }
        };
        let quote = match self.asked_about(user, &form).await? {
            Some(quote) => Some(quote),
            None => self.quote(user, &form).await.ok(),
        };
        form.quote = quote
            .as_ref()
            .map(|quote| quote.token.clone())
            .unwrap_or_default();
        Ok(Studio {
            catalogue,
            form,
            quote,
            snapshot: self.snapshot(user).await?,
            errors,
        })
    }

    /// A form that starts from a picture, where the address names one.
    async fn started(
        &self,
        user: UserId,
        form: ComposerForm,
        start: &Start,
        catalogue: &Catalogue,
        errors: &mut Vec<FieldError>,
    ) -> Result<ComposerForm> {
        let Some(picture) = start.input_reference else {
            return Ok(form);
        };
        if !sql_pictures::is_theirs(&self.life.db, user.0, picture.0).await? {
            errors.push(FieldError::new("quote", pictures::NOT_THERE));
            return Ok(form);
        }
        let (mut form, changed) = with_picture(form, picture, catalogue);
        form.derived_by.clone_from(&start.derived_by);
        errors.extend(changed.map(|words| FieldError::new("quote", words)));
        Ok(form)
    }

    /// A frozen price for the choices of a form.
    ///
    /// # Errors
    /// `invalid` with the fields that do not fit.
    pub async fn quote(&self, user: UserId, form: &ComposerForm) -> Result<Quote> {
        let catalogue = self.providers.catalogue();
        let choices = composition::check_choices(form, &catalogue).map_err(AppError::invalid)?;
        self.awake(&choices.model)?;
        let each = choices
            .price_each(&catalogue)
            .ok_or_else(|| Failure::broken("checked choices have no price"))?;
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
        if let Some(cards) = self.created(user, terms.id).await? {
            return Ok(cards);
        }
        let alongside = Alongside::of(self.origin(user, form).await?);
        match self.place(user, &composed, &terms, &alongside).await {
            Err(Failure::App(error)) if error.code == Code::InsufficientCredits => {
                // The other half of a double click may have spent them on this very quote.
                let created = self.created(user, terms.id).await?;
                created.ok_or_else(|| error.into())
            }
            Err(other) => Err(other),
            Ok(_) => self
                .created(user, terms.id)
                .await?
                .ok_or_else(|| Failure::broken("what was created is not there")),
        }
    }

    /// What a form asks for, and the terms of its quote.
    fn agreed(&self, user: UserId, form: &ComposerForm) -> Result<(Composition, Terms)> {
        let composed = composition::check(form, &self.providers.catalogue()).map_err(AppError::invalid)?;
        let terms = self.quotes.read(&form.quote, user, self.life.clock.now())?;
        if terms.choices != composed.choices {
            return Err(stale().into());
        }
        Ok((composed, terms))
    }

    /// A provider that keeps failing is not given orders that somebody would wait for in vain.
    fn awake(&self, model: &str) -> Result<()> {
        let Some(until) = self.providers.paused_until(model) else {
            return Ok(());
        };
        let minutes = (until - self.life.clock.now()).div_euclid(60_000) + 1;
        let wait = if minutes == 1 {
            "a minute".into()
        } else {
            format!("{minutes} minutes")
        };
        let message =
            format!("This model fails again and again right now. Choose another one, or try it in {wait}.");
        Err(AppError::field(Code::Unavailable, "model", message).into())
    }

    /// The takes under a quote, if there are any.
    async fn created(&self, user: UserId, quote: QuoteId) -> Result<Option<Vec<Card>>> {
        let rows = generations::by_quote(&self.life.db, user.0, quote.0).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.cards(user, rows).await?))
    }

    async fn missing(&self, user: UserId, terms: &Terms) -> Result<AppError> {
        let total = terms.total()?;
        let balance = self.life.ledger.balance(user).await?;
        let missing = total.checked_sub(balance.available).unwrap_or(total);
        let message = format!(
            "This costs {}; you need {} more.",
            total.in_words(),
            missing.in_words()
        );
        Ok(AppError::field(Code::InsufficientCredits, "quote", message))
    }

    /// One transaction: hold, generation, job and event for each take, and what goes alongside. False when the quote, or
    /// what goes alongside, was used meanwhile.
    async fn place(
        &self,
        user: UserId,
        composed: &Composition,
        terms: &Terms,
        alongside: &Alongside<'_>,
    ) -> Result<bool> {
        self.awake(&terms.choices.model)?;
        let mut moment = self.life.begin().await?;
        let inserted = self
            .insert_in(&mut moment, user, composed, terms, alongside)
            .await;
        if matches!(inserted, Ok(true)) {
            moment.commit().await?;
            self.life.work.notify_one();
            metrics::counter!("aisora_generations_created_total").increment(u64::from(terms.choices.takes));
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

    async fn insert_in(
        &self,
        moment: &mut Moment<'_>,
        user: UserId,
        composed: &Composition,
        terms: &Terms,
        alongside: &Alongside<'_>,
    ) -> Result<bool> {
        let choices = &terms.choices;
        let wanted = Wanted {
            model: &choices.model,
            size: choices.size,
            seconds: choices.seconds,
            picture: composed.picture.is_some(),
            most: terms.each,
        };
        let (provider, offer) = self.providers.choose(&wanted).ok_or_else(stale)?;
        let now = self.life.clock.now();
        let seed = composed
            .seed
            .unwrap_or_else(|| rand::rng().random_range(0..=SEED_MAX));
        for take in 1..=choices.takes {
            let id = self.life.ids.generation();
            if !alongside.before(&mut moment.tx, user, id, now).await? {
                return Ok(false);
            }
            if let Some(picture) = composed.picture {
                pictures::take(&mut moment.tx, user, picture, now).await?;
            }
            let hold = self
                .life
                .ledger
                .hold(&mut moment.tx, user, terms.each, &id.to_string())
                .await?;
            let row = GenerationRow {
                id: id.0,
                user_id: user.0,
                quote_id: terms.id.0,
                take: i64::from(take),
                remixed_from: alongside.origin.map(|origin| origin.from.0),
                derived_by: alongside.origin.map(|origin| origin.how.as_str().into()),
                picture_id: composed.picture.map(|id| id.0),
                model: choices.model.clone(),
                model_label: offer.model.label.clone(),
                provider: provider.name().to_owned(),
                prompt: composed.prompt.clone(),
                width: i64::from(choices.size.width),
                height: i64::from(choices.size.height),
                seconds: i64::from(choices.seconds),
                // Each take gets its own seed; a chosen one belongs to the first.
                seed: i64::from((seed.wrapping_add(take - 1)) & SEED_MAX),
                caption: composed.caption,
                credits: terms.each.0,
                hold_id: Some(hold.0),
                state: State::Queued.as_str().into(),
                created_at: now,
                ..empty()
            };
            if !generations::add(&mut moment.tx, &row).await? {
                return Ok(false);
            }
            alongside.after(&mut moment.tx, id, now).await?;
            jobs::enqueue(&mut moment.tx, JOB, row.id, &row.provider, user.0, now).await?;
            moment.tell(&row, State::Queued, None);
        }
        guarded::allow(&mut moment.tx, user, terms, alongside, now).await?;
        Ok(true)
    }

    /// Stops work that has not ended. It costs nothing.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it has ended.
    pub async fn cancel(&self, user: UserId, id: GenerationId) -> Result<Card> {
        let row = life::cancel(&self.life, user, id).await?;
        card(row.into(), None, None)
    }

    /// Deletes a video that has ended: the files and the prompt. The ledger keeps its lines.
    ///
    /// # Errors
    /// `not_found`; `conflict` while it goes on.
    pub async fn delete(&self, user: UserId, id: GenerationId) -> Result<()> {
        let row = self.own(user, id).await?;
        let now = self.life.clock.now();
        let mut moment = self.life.begin().await?;
        if !generations::delete(&mut moment.tx, user.0, id.0, now).await? {
            return Err(AppError::new(
                Code::Conflict,
                "It is still being made. Cancel it first, then delete it.",
            )
            .into());
        }
        // The files go in the same transaction, as a job: whatever happens to the store or to us, somebody removes them.
        moment.purge(&row, now).await?;
        if let Some(picture) = row.picture_id {
            pictures::let_go(&mut moment.tx, user, PictureId(picture), now).await?;
        }
        moment.commit().await?;
        self.life.work.notify_one();
        Ok(())
    }

    async fn own(&self, user: UserId, id: GenerationId) -> Result<GenerationRow> {
        generations::lookup(&self.life.db, user.0, id.0)
            .await?
            .ok_or_else(|| AppError::not_found().into())
    }

    /// A person's own finished video, for the route that serves it.
    ///
    /// # Errors
    /// `not_found` for everything else.
    pub async fn media(&self, user: UserId, id: GenerationId) -> Result<GenerationRow> {
        let row = self.own(user, id).await?;
        if row.media_prefix.is_some() {
            Ok(row)
        } else {
            Err(AppError::not_found().into())
        }
    }

    /// What goes on, what ended last, the credits, and where the event stream stands.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn snapshot(&self, user: UserId) -> Result<Snapshot> {
        let db = &self.life.db;
        // The stream's place is read first: what happens meanwhile comes again as an event, and nothing is missed.
        let seq = events::head(db, user.0).await?;
        let alive = generations::alive(db, user.0, SNAPSHOT_ALIVE).await?;
        let mut rows = alive;
        rows.extend(generations::ended(db, user.0, SNAPSHOT_ENDED).await?);
        let cards = self.cards(user, rows).await?;
        Ok(Snapshot {
            seq,
            cards,
            balance: self.life.ledger.balance(user).await?,
            now: self.life.clock.now(),
        })
    }

    /// Cards with their places in the queue and their estimates.
    async fn cards(&self, user: UserId, rows: Vec<CardRow>) -> Result<Vec<Card>> {
        let queued = rows.iter().any(|row| row.state == State::Queued.as_str());
        let places: HashMap<Uuid, i64> = if queued {
            jobs::places(&self.life.db, JOB, user.0, self.life.clock.now())
                .await?
                .into_iter()
                .collect()
        } else {
            HashMap::new()
        };
        let mut cards = Vec::with_capacity(rows.len());
        for row in rows {
            let waits = row.state == State::Queued.as_str();
            let place = places.get(&row.id).copied().filter(|_| waits).map(small);
            let ended = State::parse(&row.state).is_some_and(State::is_terminal);
            let estimate = if ended {
                None
            } else {
                self.estimates
                    .of(
                        &self.life.db,
                        &row.model,
                        pixels(row.width, row.height),
                        small(row.seconds),
                    )
                    .await?
            };
            cards.push(card(row, place, estimate)?);
        }
        Ok(cards)
    }

    /// A page of the library.
    ///
    /// # Errors
    /// `invalid` when the search is longer than any prompt needs.
    pub async fn library(&self, user: UserId, query: &LibraryQuery) -> Result<LibraryPage> {
        let search = query.search.trim();
        if search.contains('\0') {
            return Err(AppError::field(Code::Invalid, "search", "This cannot be searched for.").into());
        }
        if search.chars().count() > 200 {
            return Err(
                AppError::field(Code::Invalid, "search", "Search for at most 200 characters.").into(),
            );
        }
        let show = match query.show.as_str() {
            known @ ("ready" | "making" | "not-made") => known,
            _ => "all",
        };
        let limit = i64::from(LIBRARY_PAGE);
        let before = query.after.map(|id| id.0);
        let (db, user_id, most) = (&self.life.db, user.0, limit + 1);
        let mut rows = if search.is_empty() {
            generations::page(db, user_id, before, show, most).await?
        } else {
            generations::found(db, user_id, before, search, show, most, NEWEST).await?
        };
        let more = rows.len() > LIBRARY_PAGE as usize;
        rows.truncate(LIBRARY_PAGE as usize);
        let next = rows.last().filter(|_| more).map(|row| GenerationId(row.id));
        Ok(LibraryPage {
            cards: self.cards(user, rows).await?,
            next,
        })
    }

    /// A page of the statement, each line with the prompt that it belongs to.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn statement(&self, user: UserId, after: Option<PostingId>) -> Result<Statement> {
        let mut statement = self.life.ledger.statement(user, after).await?;
        let ids: Vec<_> = statement
            .lines
            .iter()
            .filter_map(|line| line.generation)
            .collect();
        if let (Some(oldest), Some(newest)) = (ids.iter().min(), ids.iter().max()) {
            let prompts = generations::prompts(&self.life.db, user.0, oldest.0, newest.0).await?;
            let prompts: HashMap<Uuid, String> = prompts.into_iter().collect();
            for line in &mut statement.lines {
                line.prompt = line.generation.and_then(|id| prompts.get(&id.0).cloned());
                line.generation = line.generation.filter(|_| line.prompt.is_some());
            }
        }
        Ok(statement)
    }
}
