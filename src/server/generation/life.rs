//! Transitions: the only place where a generation changes its state. State, event, money and job change in one
//! transaction, guarded by the state before and by the fence; browsers hear of it after it became durable.

use super::{FORGET, FORGETS, JOB, PURGE, PURGES, nudges::Nudges, store};
use crate::language::t;
use crate::model::{
    error::AppError,
    generation::{Reason, State},
    ids::{GenerationId, PostingId, UserId},
};
use crate::server::{
    clock::{Clock, Ids},
    credits::Ledger,
    db::{
        Db, Tx, events,
        events::EventRow,
        generations::{self, Change, GenerationRow, Media},
    },
    error::{Failure, Result},
    jobs,
    live::{self, Hub, Note},
    mail, webhooks,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What every part of a generation's life needs.
#[derive(Clone)]
pub struct Life {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Ids.
    pub ids: Arc<Ids>,
    /// The ledger.
    pub ledger: Ledger,
    /// The streams.
    pub hub: Hub,
    /// Rings when there is new work.
    pub work: Arc<Notify>,
    /// Rings when there is something to tell people's programs.
    pub courier: Arc<Notify>,
    /// Whether this server sends letters.
    pub mails: bool,
    /// Stops work that this process is doing.
    pub stops: Stops,
    /// Has work that this process is doing ask its provider now.
    pub nudges: Nudges,
}

/// How a generation ends.
#[derive(Clone, Debug)]
pub enum Ending<'a> {
    /// Stored and playable: charged.
    Succeeded(Media<'a>),
    /// Anything else: not charged. The detail is for the operator.
    Without(Reason, &'a str),
}

impl Ending<'_> {
    const fn state(&self) -> State {
        match self {
            Self::Succeeded(_) => State::Succeeded,
            Self::Without(Reason::CancelledByUser, _) => State::Cancelled,
            Self::Without(Reason::ProviderBlocked, _) => State::Blocked,
            Self::Without(..) => State::Failed,
        }
    }
}

impl Life {
    /// Begins a transaction over the life of generations.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self) -> Result<Moment<'_>> {
        Ok(Moment {
            life: self,
            tx: self.db.begin().await?,
            events: Vec::new(),
            announced: false,
            unwanted: None,
        })
    }

    /// Ends a generation in a transaction of its own. False: somebody was first.
    ///
    /// # Errors
    /// When the database does not answer; then nothing happened.
    pub async fn end(&self, row: &mut GenerationRow, ending: &Ending<'_>) -> Result<bool> {
        let mut moment = self.begin().await?;
        let done = moment.end(row, ending).await?;
        if done {
            moment.commit().await?;
        } else {
            moment.undo().await?;
        }
        Ok(done)
    }
}

/// One transaction. What happened in it is told when it is committed.
pub struct Moment<'a> {
    life: &'a Life,
    /// The transaction.
    pub tx: Tx,
    events: Vec<EventRow>,
    /// Whether programs hear of it too.
    announced: bool,
    /// Work of this process that nobody wants any more.
    unwanted: Option<Uuid>,
}

impl Moment<'_> {
    /// Moves a generation on. The row must be as it was read under its fence; afterwards it is as it was written.
    /// False: somebody was first, and nothing was written.
    ///
    /// # Errors
    /// When the state machine knows no such step, or the database does not answer.
    pub async fn step(&mut self, row: &mut GenerationRow, to: State, change: Change<'_>) -> Result<bool> {
        let from = state(row)?;
        if from != to && !from.may_become(to) {
            return Err(Failure::broken(format!(
                "no generation goes from {from:?} to {to:?}"
            )));
        }
        let from = row.state.clone();
        let change = Change {
            from: &from,
            to: to.as_str(),
            ..change
        };
        if !generations::change(&mut self.tx, row.id, row.fence, &change).await? {
            return Ok(false);
        }
        to.as_str().clone_into(&mut row.state);
        row.progress = change.progress.unwrap_or(row.progress);
        row.provider_job = change
            .provider_job
            .map(ToOwned::to_owned)
            .or_else(|| row.provider_job.take());
        if let Some(provider) = change.provider {
            provider.clone_into(&mut row.provider);
        }
        if let Some(refused_by) = change.refused_by {
            refused_by.clone_into(&mut row.refused_by);
        }
        row.deadline_at = change.deadline_at.or(row.deadline_at);
        row.started_at = row.started_at.or(change.started_at);
        row.finished_at = change.finished_at.or(row.finished_at);
        row.reason = change.reason.map(ToOwned::to_owned).or_else(|| row.reason.take());
        self.tell(row, to, change.reason);
        Ok(true)
    }

    /// Notes the event of the state that a generation is in. It is written when the transaction commits: the counter
    /// of a person's events is the last row that any transaction locks, so that no two wait for each other.
    pub fn tell(&mut self, row: &GenerationRow, state: State, reason: Option<&str>) {
        self.events.push(EventRow {
            id: 0,
            user_id: row.user_id,
            seq: 0,
            generation_id: row.id,
            state: state.as_str().into(),
            progress: row.progress,
            reason: reason.map(ToOwned::to_owned),
            at: self.life.clock.now(),
        });
    }

    /// Ends a generation: state, money, job, webhooks and letter in one. False: somebody was first; drop the transaction.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end(&mut self, row: &mut GenerationRow, ending: &Ending<'_>) -> Result<bool> {
        jobs::lock(&mut self.tx, JOB, row.id).await?;
        let hold = row.hold_id.map(PostingId);
        let now = self.life.clock.now();
        let change = Change {
            finished_at: Some(now),
            ..Change::default()
        };
        let ended = match ending {
            Ending::Succeeded(media) => {
                let change = Change {
                    progress: Some(100),
                    ..change
                };
                let done = self.step(row, State::Succeeded, change).await?
                    && generations::set_media(&mut self.tx, row.id, row.fence, media).await?;
                if let (true, Some(hold)) = (done, hold) {
                    self.life.ledger.capture(&mut self.tx, hold).await?;
                }
                done
            }
            Ending::Without(reason, detail) => {
                // Some of it may lie in the store: this claim was putting it away, or an earlier one died over that.
                if row.state == State::Storing.as_str() || row.fence > 1 {
                    self.purge(row, now + store::SETTLED).await?;
                }
                // PostgreSQL's texts have no NUL.
                let detail: String = detail.chars().filter(|sign| *sign != '\0').take(500).collect();
                let change = Change {
                    reason: Some(reason.as_str()),
                    reason_detail: Some(&detail),
                    ..change
                };
                let done = self.step(row, ending.state(), change).await?;
                if let (true, Some(hold)) = (done, hold) {
                    self.life
                        .ledger
                        .release(&mut self.tx, hold, reason.as_str())
                        .await?;
                }
                done
            }
        };
        if ended {
            jobs::finish(&mut self.tx, JOB, row.id).await?;
            self.announced |= webhooks::announce(&mut self.tx, &self.life.ids, row).await?;
            if self.life.mails {
                mail::announce(&mut self.tx, &self.life.ids, row).await?;
            }
            metrics::counter!("aisora_generations_ended_total", "state" => ending.state().as_str())
                .increment(1);
        }
        Ok(ended)
    }

    /// Has the worker remove what lies in the store for a generation, at some time or later.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn purge(&mut self, row: &GenerationRow, at: i64) -> Result<()> {
        jobs::enqueue(&mut self.tx, PURGE, row.id, PURGES, row.user_id, at).await
    }

    /// Has the worker ask the provider to delete its own copy of a video that is deleted here.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget(&mut self, row: &GenerationRow, at: i64) -> Result<()> {
        jobs::enqueue(&mut self.tx, FORGET, row.id, FORGETS, row.user_id, at).await
    }

    /// Undoes it all. Whoever was first is durable when this returns, so that what is read next shows them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn undo(self) -> Result<()> {
        self.tx.rollback().await
    }

    /// Makes it all durable, then tells the browsers.
    ///
    /// # Errors
    /// When the database refuses; then nothing happened, and nobody was told.
    pub async fn commit(mut self) -> Result<()> {
        // A stable order by person (and for each person as it happened), for the same reason as in `tell`.
        self.events.sort_by_key(|event| event.user_id);
        for event in &mut self.events {
            event.seq = events::add(&mut self.tx, event).await?;
            if matches!(self.tx, Tx::Postgres(_)) {
                let note = Note {
                    user: UserId(event.user_id),
                    event: live::event(event)?,
                };
                let payload =
                    serde_json::to_string(&note).map_err(|error| Failure::broken(error.to_string()))?;
                events::notify(&mut self.tx, &payload).await?;
            }
        }
        let told = Told {
            hub: self.life.hub.clone(),
            courier: self.announced.then(|| self.life.courier.clone()),
            stops: self.life.stops.clone(),
            unwanted: self.unwanted,
            events: self.events,
        };
        // A task of its own: the caller may give up while the database commits (a lease that is looked after finds its job
        // gone the moment it is over), and what became durable is told all the same.
        let tx = self.tx;
        tokio::spawn(async move {
            tx.commit().await?;
            told.tell()
        })
        .await?
    }
}

/// What is told when a transaction has become durable.
struct Told {
    hub: Hub,
    courier: Option<Arc<Notify>>,
    stops: Stops,
    unwanted: Option<Uuid>,
    events: Vec<EventRow>,
}

impl Told {
    fn tell(&self) -> Result<()> {
        if let Some(courier) = &self.courier {
            courier.notify_one();
        }
        if let Some(unwanted) = self.unwanted {
            self.stops.stop(unwanted);
        }
        for event in &self.events {
            self.hub.publish(UserId(event.user_id), live::event(event)?);
        }
        Ok(())
    }
}

/// The state of a row.
///
/// # Errors
/// When the row holds a word that nobody knows.
pub fn state(row: &GenerationRow) -> Result<State> {
    known(&row.state)
}

/// The state behind a word of the database.
///
/// # Errors
/// When nobody knows it.
pub fn known(word: &str) -> Result<State> {
    State::parse(word).ok_or_else(|| Failure::broken("a generation has an unknown state"))
}

/// Work that goes on in this process, so that it can be stopped at once when its person cancels it.
#[derive(Clone, Default)]
pub struct Stops {
    running: Arc<Mutex<HashMap<Uuid, (i64, CancellationToken)>>>,
}

impl Stops {
    /// A token for work that begins under a fence.
    #[must_use]
    pub fn begin(&self, id: Uuid, fence: i64) -> CancellationToken {
        let token = CancellationToken::new();
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, (fence, token.clone()));
        token
    }

    /// The work under this fence is over. A newer claim of the same generation keeps its token.
    pub fn end(&self, id: Uuid, fence: i64) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.get(&id).is_some_and(|(newest, _)| *newest == fence) {
            running.remove(&id);
        }
    }

    /// Stops the work, if it goes on here.
    pub fn stop(&self, id: Uuid) {
        if let Some((_, token)) = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
        {
            token.cancel();
        }
    }
}

/// Ends a person's generation because they want it: the fence rises, so that no worker can write any more.
///
/// # Errors
/// `not_found`; `conflict` when it has ended.
pub async fn cancel(life: &Life, user: UserId, id: GenerationId) -> Result<GenerationRow> {
    use crate::model::error::Code;
    // A worker may move it on between reading and writing; each round reads anew.
    for _ in 0..8 {
        let row = generations::lookup(&life.db, user.0, id.0)
            .await?
            .ok_or_else(AppError::not_found)?;
        if state(&row)?.is_terminal() {
            return Err(AppError::new(Code::Conflict, t!("It has ended already.")).into());
        }
        let mut moment = life.begin().await?;
        jobs::lock(&mut moment.tx, JOB, row.id).await?;
        let Some(mut row) = generations::adopt(&mut moment.tx, row.id, row.fence + 1).await? else {
            moment.undo().await?;
            continue;
        };
        if moment
            .end(&mut row, &Ending::Without(Reason::CancelledByUser, ""))
            .await?
        {
            moment.unwanted = Some(row.id);
            moment.commit().await?;
            return Ok(row);
        }
        moment.undo().await?;
    }
    Err(AppError::new(
        Code::Conflict,
        t!("It is just being finished. Look again in a moment."),
    )
    .into())
}
