//! Outgoing webhooks, after Standard Webhooks: where events of a person's videos go, and how each delivery went.
//!
//! An event is written in the transaction that ends its video, with a job of the durable queue; the [`Courier`] takes it
//! to its endpoint, at least once.

mod address;
mod courier;
mod event;
mod schedule;
pub mod secrets;

use super::{
    clock::{Clock, Ids},
    config::Mode,
    db::{
        Db,
        people::count_try,
        webhooks::{self as db, DeliveryRow, EndpointRow, NewDelivery},
    },
    error::{Failure, Result},
    jobs,
};
use crate::language::t;
use crate::model::{
    error::{AppError, Code},
    ids::{DeliveryId, EndpointId, GenerationId, UserId},
    webhooks::{
        Delivery, Endpoint, EndpointForm, EndpointPage, EventKind, Heard, OffReason, Progress, Trouble,
    },
};
use secrets::Secrets;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

pub use courier::Courier;
pub use event::announce;

/// The kind of the jobs, and their queue. The owner of such a job is the endpoint: endpoints take turns, and one that is
/// slow holds up only itself.
const JOB: &str = "webhook";
const QUEUE: &str = "webhooks";
/// How many endpoints a person may have.
const MOST: i64 = 10;
/// How many deliveries the page of an endpoint shows at once.
const PAGE: usize = 50;
/// How long the secret before the newest one signs too, in milliseconds.
const OLD_SECRET: i64 = 24 * 60 * 60 * 1_000;
/// How many tests of one endpoint, and how many events sent to it again, there may be in a minute.
const TESTS: i64 = 10;
const RESENT: i64 = 100;
const MINUTE: i64 = 60_000;
/// How long who pressed a button waits to see how it went.
const PATIENCE: Duration = Duration::from_millis(2_500);
const GLANCE: Duration = Duration::from_millis(50);

/// An endpoint with its secret, as it is shown once.
pub struct Made {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its secret: `whsec_` and 32 bytes in base64.
    pub secret: String,
}

/// The service.
pub struct Webhooks {
    db: Db,
    clock: Clock,
    ids: Arc<Ids>,
    secrets: Secrets,
    mode: Mode,
    called: Arc<Notify>,
}

impl Webhooks {
    /// The service over a database. `called` rings at the [`Courier`].
    #[must_use]
    pub const fn new(
        db: Db,
        clock: Clock,
        ids: Arc<Ids>,
        secrets: Secrets,
        mode: Mode,
        called: Arc<Notify>,
    ) -> Self {
        Self {
            db,
            clock,
            ids,
            secrets,
            mode,
            called,
        }
    }

    /// Makes an endpoint.
    ///
    /// # Errors
    /// `invalid` with fields, or when the person has too many.
    pub async fn create(&self, user: UserId, form: &EndpointForm) -> Result<Made> {
        let (url, events) = match (address::read(&form.url, self.mode), form.events()) {
            (Ok(url), Ok(events)) => (url, events),
            (url, events) => {
                let wrong = [url.err(), events.err()].into_iter().flatten().collect();
                return Err(AppError::invalid(wrong).into());
            }
        };
        let row = EndpointRow {
            id: self.ids.uuid(),
            user_id: user.0,
            url: url.into(),
            events: EventKind::join(&events),
            secret_version: 1,
            old_secret_until: None,
            disabled_at: None,
            disabled_why: None,
            created_at: self.clock.now(),
        };
        let mut tx = self.db.begin().await?;
        if !db::add_endpoint(&mut tx, &row, MOST).await? {
            let message = t!(
                "There are {most} endpoints already. Remove one that is not needed any more.",
                most = MOST
            );
            return Err(AppError::field(Code::Invalid, "url", message).into());
        }
        tx.commit().await?;
        Ok(Made {
            secret: self.secrets.shown(row.id, row.secret_version)?,
            endpoint: self.shown(row),
        })
    }

    /// A person's endpoints, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, user: UserId) -> Result<Vec<Endpoint>> {
        let rows = db::endpoints(&self.db, user.0, MOST).await?;
        Ok(rows.into_iter().map(|row| self.shown(row)).collect())
    }

    /// A person's own endpoint.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn endpoint(&self, user: UserId, id: EndpointId) -> Result<Endpoint> {
        Ok(self.shown(self.row(user, id).await?))
    }

    async fn row(&self, user: UserId, id: EndpointId) -> Result<EndpointRow> {
        let row = db::endpoint(&self.db, user.0, id.0).await?;
        row.ok_or_else(|| AppError::not_found().into())
    }

    fn shown(&self, row: EndpointRow) -> Endpoint {
        let now = self.clock.now();
        let why = |row: &EndpointRow| row.disabled_why.as_deref().and_then(OffReason::parse);
        Endpoint {
            id: EndpointId(row.id),
            events: EventKind::split(&row.events),
            created_at: row.created_at,
            off: row
                .disabled_at
                .map(|at| (at, why(&row).unwrap_or(OffReason::Failing))),
            old_secret_until: row.old_secret_until.filter(|until| *until > now),
            url: row.url,
        }
    }

    /// Deliveries to a person's endpoint, newest first, after (older than) one, and whether there are more.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn deliveries(
        &self,
        user: UserId,
        id: EndpointId,
        after: Option<DeliveryId>,
        limit: usize,
    ) -> Result<(Vec<Delivery>, bool)> {
        self.row(user, id).await?;
        let most = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
        let mut rows = db::deliveries(&self.db, id.0, after.map(|id| id.0), most).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let deliveries = rows.iter().map(told).collect::<Result<_>>()?;
        Ok((deliveries, more))
    }

    /// The page of a person's endpoint.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn page(
        &self,
        user: UserId,
        id: EndpointId,
        after: Option<DeliveryId>,
    ) -> Result<EndpointPage> {
        let endpoint = self.endpoint(user, id).await?;
        let (deliveries, more) = self.deliveries(user, id, after, PAGE).await?;
        Ok(EndpointPage {
            endpoint,
            next: deliveries.last().filter(|_| more).map(|last| last.id),
            deliveries,
        })
    }

    /// Removes a person's endpoint with its deliveries. What waits is not sent any more.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn remove(&self, user: UserId, id: EndpointId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !db::remove_endpoint(&mut tx, user.0, id.0).await? {
            return Err(AppError::not_found().into());
        }
        tx.commit().await
    }

    /// Turns a person's endpoint on. One that is on stays so.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn turn_on(&self, user: UserId, id: EndpointId) -> Result<Endpoint> {
        let mut tx = self.db.begin().await?;
        if !db::turn_on(&mut tx, user.0, id.0).await? {
            return Err(AppError::not_found().into());
        }
        tx.commit().await?;
        self.endpoint(user, id).await
    }

    /// Gives a person's endpoint a new secret. The one before signs too for a day; any older one ends at once.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn rotate(&self, user: UserId, id: EndpointId) -> Result<Made> {
        let mut tx = self.db.begin().await?;
        let until = self.clock.now() + OLD_SECRET;
        let version = db::rotate(&mut tx, user.0, id.0, until).await?;
        let version = version.ok_or_else(AppError::not_found)?;
        tx.commit().await?;
        Ok(Made {
            secret: self.secrets.shown(id.0, version)?,
            endpoint: self.endpoint(user, id).await?,
        })
    }

    /// Sends an event to a person's endpoint that tells nothing, once.
    ///
    /// # Errors
    /// `not_found` when it is not theirs, `conflict` when it is off, `too_many_requests`.
    pub async fn test(&self, user: UserId, id: EndpointId) -> Result<Delivery> {
        let endpoint = self.row(user, id).await?;
        let now = self.clock.now();
        let delivery = self.ids.uuid();
        let body = event::test(delivery, endpoint.id, now)?;
        let mut tx = self.db.begin().await?;
        if count_try(&mut tx, &format!("webhook test of {id}"), now, MINUTE).await? > TESTS {
            return Err(too_often(TESTS));
        }
        is_on(&endpoint)?;
        let new = NewDelivery {
            id: delivery,
            endpoint_id: endpoint.id,
            kind: EventKind::Test.as_str(),
            generation_id: None,
            body: &body,
            now,
        };
        // The job first, as everywhere: see `db::webhooks`.
        jobs::enqueue(&mut tx, JOB, delivery, QUEUE, endpoint.id, now).await?;
        db::add_delivery(&mut tx, &new).await?;
        tx.commit().await?;
        self.called.notify_one();
        self.delivery(user, id, DeliveryId(delivery)).await
    }

    /// Sends an event again: the same id, the same body, and if need be again for a day.
    ///
    /// # Errors
    /// `not_found` when it is not theirs, `conflict` when the endpoint is off, `too_many_requests`.
    pub async fn resend(&self, user: UserId, id: EndpointId, delivery: DeliveryId) -> Result<Delivery> {
        let endpoint = self.row(user, id).await?;
        self.delivery(user, id, delivery).await?;
        is_on(&endpoint)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if count_try(&mut tx, &format!("webhooks again to {id}"), now, MINUTE).await? > RESENT {
            return Err(too_often(RESENT));
        }
        jobs::hasten(&mut tx, JOB, delivery.0, QUEUE, endpoint.id, now).await?;
        if !db::wait_again(&mut tx, endpoint.id, delivery.0, now).await? {
            return Err(AppError::not_found().into());
        }
        tx.commit().await?;
        self.called.notify_one();
        self.delivery(user, id, delivery).await
    }

    /// One delivery to a person's endpoint.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn delivery(&self, user: UserId, id: EndpointId, delivery: DeliveryId) -> Result<Delivery> {
        self.row(user, id).await?;
        let row = db::delivery(&self.db, id.0, delivery.0).await?;
        told(&row.ok_or_else(AppError::not_found)?)
    }

    /// Waits a moment until a delivery was tried once more, so that who pressed a button sees how it went.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn glance(&self, user: UserId, id: EndpointId, before: &Delivery) -> Result<()> {
        let tried = async {
            while self.delivery(user, id, before.id).await?.attempts == before.attempts {
                tokio::time::sleep(GLANCE).await;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, tried).await.unwrap_or(Ok(()))
    }
}

fn is_on(endpoint: &EndpointRow) -> Result<()> {
    match endpoint.disabled_at {
        None => Ok(()),
        Some(_) => Err(AppError::new(Code::Conflict, t!("This endpoint is off. Turn it on first.")).into()),
    }
}

fn too_often(most: i64) -> Failure {
    let message = t!(
        "That is more than {most} times in a minute. Wait a moment.",
        most = most
    );
    AppError::new(Code::TooManyRequests, message).into()
}

/// A delivery as its owner sees it.
fn told(row: &DeliveryRow) -> Result<Delivery> {
    let kind = EventKind::parse(&row.kind).ok_or_else(|| Failure::broken("an event of an unknown kind"))?;
    let trouble = row.last_trouble.as_deref().and_then(Trouble::parse);
    let status = row.last_status.and_then(|status| u16::try_from(status).ok());
    let progress = match (row.next_at, row.delivered_at, row.given_up_at) {
        (Some(at), ..) => Progress::Waiting(at),
        (None, Some(at), _) => Progress::Delivered(at),
        (None, None, at) => Progress::GivenUp(at.unwrap_or(row.created_at)),
    };
    Ok(Delivery {
        id: DeliveryId(row.id),
        kind,
        generation: row.generation_id.map(GenerationId),
        attempts: row.attempts,
        heard: status.map(Heard::Status).or(trouble.map(Heard::Nothing)),
        progress,
        created_at: row.created_at,
    })
}
