//! What people and programs can do with generations. Both doors, the browser's and the API's, call this.

pub mod archive;
mod creating;
mod extend;
mod forms;
mod guarded;
mod inserting;
mod library;
pub mod programs;
pub mod trash;
mod video;

use super::{
    JOB,
    cards::{card, pixels, small},
    estimates::Estimates,
    life::{self, Life},
    pictures,
    quotes::Quotes,
};
use crate::language::text;
use crate::model::{
    catalogue::Catalogue,
    composition::{Choices, ComposerForm},
    error::{AppError, FieldError},
    generation::{Card, State},
    ids::{GenerationId, UserId},
    live::{Snapshot, Start, Studio},
};
use crate::server::{
    db::{
        events,
        generations::{self, CardRow, GenerationRow},
        pictures as sql_pictures, watching,
    },
    error::Result,
    jobs,
    moderation::PromptRules,
    providers::Providers,
    storage::Storage,
};
use forms::{again, first, with_picture};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// How much that goes on a snapshot carries, and how much that has ended: at least this if there is any, and more of what
/// ended so short ago (in milliseconds) that a page which asks once a minute did not hear of it, or stands beside what goes on.
const ALIVE: i64 = 200;
const LEAST_ENDED: i64 = 12;
const MOST_ENDED: i64 = 200;
const LATELY: i64 = 6 * 60_000;

/// The service.
pub struct Generations {
    life: Life,
    storage: Storage,
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
        storage: Storage,
        providers: Providers,
        quotes: Quotes,
        quote_ms: i64,
        rules: Arc<dyn PromptRules>,
    ) -> Self {
        Self {
            life,
            storage,
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
        let mut rows = generations::alive(db, user.0, ALIVE).await?;
        let ended = self.ended(user, &rows).await?;
        rows.extend(ended);
        let cards = self.cards(user, rows).await?;
        Ok(Snapshot {
            of: user,
            seq,
            cards,
            balance: self.life.ledger.balance(user).await?,
            now: self.life.clock.now(),
        })
    }

    /// What ended lately, and what has ended of the same orders as what goes on and of the newest order: whoever watches an
    /// order watches all of it. Newest first.
    async fn ended(&self, user: UserId, alive: &[CardRow]) -> Result<Vec<CardRow>> {
        let (db, since) = (&self.life.db, self.life.clock.now() - LATELY);
        let mut rows = generations::ended(db, user.0, 0, LEAST_ENDED).await?;
        let are_all = rows.len() < usize::try_from(LEAST_ENDED).unwrap_or(usize::MAX);
        if !are_all {
            if rows.last().and_then(|row| row.finished_at) >= Some(since) {
                rows = generations::ended(db, user.0, since, MOST_ENDED).await?;
            }
            let newest = alive.iter().chain(&rows).max_by_key(|row| row.id);
            let mut quotes: Vec<_> = alive.iter().chain(newest).map(|row| row.quote_id).collect();
            quotes.sort_unstable();
            quotes.dedup();
            rows.extend(generations::ended_under(db, user.0, &quotes, MOST_ENDED).await?);
        }
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
        rows.dedup_by_key(|row| row.id);
        Ok(rows)
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
}
