//! What people and programs can do with generations. Both doors, the browser's and the API's, call this.

pub mod archive;
mod extend;
mod forms;
mod guarded;
mod inserting;
pub mod programs;
pub mod trash;
mod video;

use super::{
    JOB,
    cards::{card, pixels, small},
    estimates::Estimates,
    life::{self, Life},
    pictures,
    quotes::{Quotes, Terms, stale},
};
use crate::language::{t, text, tn};
use crate::model::{
    catalogue::Catalogue,
    composition::{self, Choices, ComposerForm, Composition, Quote},
    credits::Statement,
    error::{AppError, Code, FieldError},
    generation::{Card, LIBRARY_PAGE, LibraryPage, LibraryQuery, State},
    ids::{GenerationId, PostingId, QuoteId, UserId},
    library::{Sort, day},
    live::{Snapshot, Start, Studio},
};
use crate::server::{
    db::{
        events,
        generations::{
            self, CardRow, GenerationRow,
            search::Way,
            view::{Place, View},
        },
        pictures as sql_pictures, watching,
    },
    error::{Failure, Result},
    jobs,
    moderation::{self, PromptRules},
    providers::Providers,
};
use forms::{again, first, with_picture};
use programs::Alongside;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
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
    rules: Arc<dyn PromptRules>,
    estimates: Estimates,
}

impl Generations {
    /// The service.
    #[must_use]
    pub fn new(
        life: Life,
        providers: Providers,
        quotes: Quotes,
        quote_ms: i64,
        rules: Arc<dyn PromptRules>,
    ) -> Self {
        Self {
            life,
            providers,
            quotes,
            quote_ms,
            rules,
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
                    Some(id) => again(&self.own(user, id).await?, &catalogue),
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
            errors.push(FieldError::new("quote", text(pictures::NOT_THERE)));
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
        if let Some(cards) = self.created(user, terms.id).await? {
            return Ok(cards);
        }
        moderation::obey(self.rules.as_ref(), &composed.prompts).await?;
        let alongside = Alongside::of(self.origin(user, form).await?);
        self.make(user, &composed, &terms, &alongside).await
    }

    /// Creates what was agreed on, once for each quote.
    async fn make(
        &self,
        user: UserId,
        composed: &Composition,
        terms: &Terms,
        alongside: &Alongside<'_>,
    ) -> Result<Vec<Card>> {
        match self.place(user, composed, terms, alongside).await {
            Err(Failure::App(error)) if error.code == Code::InsufficientCredits => {
                // The other half of a double click may have spent them on this very quote.
                let created = self.created(user, terms.id).await?;
                created.ok_or_else(|| error.into())
            }
            Err(other) => Err(other),
            Ok(placed) => match self.created(user, terms.id).await? {
                Some(cards) => Ok(cards),
                None if placed => Err(Failure::broken("what was created is not there")),
                // It was used before, and all of it is deleted for good.
                None => Err(stale().into()),
            },
        }
    }

    /// What a form asks for, and the terms of its quote.
    fn agreed(&self, user: UserId, form: &ComposerForm) -> Result<(Composition, Terms)> {
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
    fn awake_from(&self, field: &str, paused_until: Option<i64>) -> Result<()> {
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
        let message = t!(
            "This costs {total}; you need {missing} more.",
            total = total.in_words(),
            missing = missing.in_words(),
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

    /// Stops work that has not ended. It costs nothing.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it has ended.
    pub async fn cancel(&self, user: UserId, id: GenerationId) -> Result<Card> {
        let row = life::cancel(&self.life, user, id).await?;
        card(row.into(), None, None)
    }

    /// Deletes a video that has ended, for good: the files and the prompt. The ledger keeps its lines.
    ///
    /// # Errors
    /// `not_found`; `conflict` while it goes on.
    pub async fn delete(&self, user: UserId, id: GenerationId) -> Result<()> {
        self.delete_one(user, id, None).await.map(|_| ())
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
        let mut watched = if rows.iter().any(|row| watching::is_watched(&row.state)) {
            watching::of(&self.life.db, JOB, user.0).await?
        } else {
            HashMap::new()
        };
        let mut cards = Vec::with_capacity(rows.len());
        for row in rows {
            let watched = watched.remove(&row.id).unwrap_or_default();
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
                        small(row.added_seconds.unwrap_or(row.seconds)),
                    )
                    .await?
            };
            cards.push(Card {
                answered_at: watched.answered_at,
                deadline_at: watched.deadline_at,
                ..card(row, place, estimate)?
            });
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
            return Err(AppError::field(Code::Invalid, "search", t!("This cannot be searched for.")).into());
        }
        if search.chars().count() > 200 {
            return Err(
                AppError::field(Code::Invalid, "search", t!("Search for at most 200 characters.")).into(),
            );
        }
        let view = view(user, query, search);
        let mut rows =
            generations::view::page(&self.life.db, &view, i64::from(LIBRARY_PAGE) + 1, Way::Quickest).await?;
        let more = rows.len() > LIBRARY_PAGE as usize;
        rows.truncate(LIBRARY_PAGE as usize);
        let last = rows.last().filter(|_| more);
        let next = last.map(|row| Place::of(row, view.sort).written(view.sort));
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
        let ids: BTreeSet<_> = statement
            .lines
            .iter()
            .filter_map(|line| line.generation)
            .map(|id| id.0)
            .collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let prompts = generations::prompts(&self.life.db, user.0, &ids).await?;
        let prompts: HashMap<Uuid, String> = prompts.into_iter().collect();
        for line in &mut statement.lines {
            line.prompt = line.generation.and_then(|id| prompts.get(&id.0).cloned());
            line.generation = line.generation.filter(|_| line.prompt.is_some());
        }
        Ok(statement)
    }
}

/// What an address asks for. Words that mean nothing, and such as no column could hold, are passed over.
fn view(user: UserId, query: &LibraryQuery, search: &str) -> View {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let word = |word: &str| {
        let word = word.trim();
        (!word.is_empty() && !word.contains('\0')).then(|| word.to_owned())
    };
    let sort = Sort::parse(&query.sort);
    View {
        user: user.0,
        search: search.to_owned(),
        show: query.show.clone(),
        model: word(&query.model),
        shape: query.shape.clone(),
        from: day(query.from.trim()),
        until: day(query.to.trim()).map(|last| last + DAY),
        favourite: !query.favourite.trim().is_empty(),
        collection: query.collection.trim().parse().ok(),
        tag: word(&query.tag).map(|tag| tag.to_lowercase()),
        sort,
        after: query.after.as_deref().and_then(|after| Place::read(after, sort)),
    }
}
