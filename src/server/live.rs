//! Live progress: events go to every stream of their person at once; the table fills every gap.

use super::{
    db::{
        Db,
        events::{self, EventRow},
    },
    error::{Failure, Result},
};
use crate::model::{
    generation::{Reason, State},
    ids::{GenerationId, UserId},
    live::LiveEvent,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// How many events a slow stream may lag behind before it reads the table instead.
const LAG: usize = 8;
/// How often SQLite's relay looks for events of other processes.
const RELAY_PAUSE: Duration = Duration::from_millis(300);

/// Brings events to the streams of this process.
#[derive(Clone, Default)]
pub struct Hub {
    people: Arc<Mutex<HashMap<UserId, broadcast::Sender<Arc<LiveEvent>>>>>,
}

impl Hub {
    fn people(&self) -> MutexGuard<'_, HashMap<UserId, broadcast::Sender<Arc<LiveEvent>>>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an event to everybody who listens for this person.
    pub fn publish(&self, user: UserId, event: LiveEvent) {
        let mut people = self.people();
        if let Some(stream) = people.get(&user)
            && stream.send(Arc::new(event)).is_err()
        {
            people.remove(&user);
        }
    }

    /// Listens for a person's events from now on.
    #[must_use]
    pub fn subscribe(&self, user: UserId) -> broadcast::Receiver<Arc<LiveEvent>> {
        self.people()
            .entry(user)
            .or_insert_with(|| broadcast::channel(LAG).0)
            .subscribe()
    }

    /// Somebody stops listening: with the last one, the person's place is cleared away.
    fn leave(&self, user: UserId) {
        let mut people = self.people();
        // The one who leaves still counts.
        if people
            .get(&user)
            .is_some_and(|stream| stream.receiver_count() <= 1)
        {
            people.remove(&user);
        }
    }

    /// Has every stream read the table: something may have been missed. A stream whose place is gone takes a new one.
    pub fn refresh(&self) {
        self.people().clear();
    }

    /// Brings the events of other processes here until it is told to stop: by LISTEN on PostgreSQL, by reading the table
    /// on SQLite. Events of this process come twice; streams drop what they have.
    pub async fn relay(self, db: Db, stop: CancellationToken) {
        loop {
            let end = tokio::select! {
                end = self.relay_once(&db) => end,
                () = stop.cancelled() => return,
            };
            if let Err(error) = end {
                tracing::warn!(%error, "the relay of events starts again");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn relay_once(&self, db: &Db) -> Result<()> {
        if let Db::Postgres(pool) = db {
            let mut listener = sqlx::postgres::PgListener::connect_with(pool).await?;
            listener.listen("aisora_events").await?;
            self.refresh();
            loop {
                match listener.try_recv().await? {
                    Some(note) => {
                        if let Ok(Note { user, event }) = serde_json::from_str(note.payload()) {
                            self.publish(user, event);
                        }
                    }
                    // The connection was lost and is back; what was told meanwhile stands in the table only.
                    None => self.refresh(),
                }
            }
        }
        let mut last = events::relay_head(db).await?;
        self.refresh();
        loop {
            tokio::time::sleep(RELAY_PAUSE).await;
            for row in events::relay_after(db, last, 1_000).await? {
                last = row.id;
                let user = UserId(row.user_id);
                self.publish(user, event(&row)?);
            }
        }
    }
}

/// An event on its way to other processes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Note {
    /// Whose it is.
    pub user: UserId,
    /// The event.
    pub event: LiveEvent,
}

/// An event as it was stored.
///
/// # Errors
/// When the row holds words that nobody knows.
pub fn event(row: &EventRow) -> Result<LiveEvent> {
    Ok(LiveEvent {
        seq: row.seq,
        id: GenerationId(row.generation_id),
        state: State::parse(&row.state).ok_or_else(|| Failure::broken("an event has an unknown state"))?,
        progress: u32::try_from(row.progress).unwrap_or_default(),
        reason: row.reason.as_deref().and_then(Reason::parse),
        at: row.at,
    })
}

/// One browser tab's stream: the backlog from the table, then what comes, in order and without holes.
pub struct Stream {
    hub: Hub,
    db: Db,
    user: UserId,
    last: i64,
    live: broadcast::Receiver<Arc<LiveEvent>>,
    ready: VecDeque<Arc<LiveEvent>>,
    read_table: bool,
}

impl Stream {
    /// A person's stream after an event.
    #[must_use]
    pub fn new(hub: &Hub, db: Db, user: UserId, after: i64) -> Self {
        Self {
            hub: hub.clone(),
            db,
            user,
            last: after,
            live: hub.subscribe(user),
            ready: VecDeque::new(),
            read_table: true,
        }
    }

    /// Begins after an event of a person whose last one is `head`, as it was read when this stream was there already: what
    /// comes later is heard, so that for somebody who has everything nothing is read.
    pub const fn begin(&mut self, after: i64, head: i64) {
        self.last = after;
        self.read_table = after < head;
    }

    /// The next event. Waits until there is one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next(&mut self) -> Result<Arc<LiveEvent>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                if self.ready.is_empty() {
                    self.ready = VecDeque::new();
                }
                self.last = event.seq;
                return Ok(event);
            }
            if self.read_table {
                // In a place of its own, which is given back: a stream waits nearly all of its life for the other thing
                // below, and would keep room for both.
                Box::pin(self.read()).await?;
                continue;
            }
            match self.live.recv().await {
                Ok(event) if event.seq <= self.last => {}
                Ok(event) if event.seq == self.last + 1 => {
                    self.last = event.seq;
                    return Ok(event);
                }
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => self.read_table = true,
                Err(broadcast::error::RecvError::Closed) => {
                    self.live = self.hub.subscribe(self.user);
                    self.read_table = true;
                }
            }
        }
    }

    async fn read(&mut self) -> Result<()> {
        let rows = events::after(&self.db, self.user.0, self.last, 200).await?;
        self.read_table = rows.len() == 200;
        self.ready = rows
            .iter()
            .map(|row| event(row).map(Arc::new))
            .collect::<Result<_>>()?;
        Ok(())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.hub.leave(self.user);
    }
}
