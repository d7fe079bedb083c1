//! SQL of webhooks: endpoints, and deliveries to them.
//!
//! Who changes several of them locks in this order, so that no two wait for each other on PostgreSQL: job, endpoint,
//! delivery.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx, people};
use crate::{execute, from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// An endpoint as it is stored.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    pub id: Uuid,
    pub user_id: Uuid,
    pub url: String,
    pub events: String,
    pub secret_version: i64,
    pub old_secret_until: Option<i64>,
    pub disabled_at: Option<i64>,
    pub disabled_why: Option<String>,
    pub created_at: i64,
}
from_row!(EndpointRow {
    id,
    user_id,
    url,
    events,
    secret_version,
    old_secret_until,
    disabled_at,
    disabled_why,
    created_at,
});

macro_rules! endpoint_columns {
    () => {
        "id, user_id, url, events, secret_version, old_secret_until, disabled_at, disabled_why, created_at"
    };
}

/// A delivery as lists show it: without its body.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    pub id: Uuid,
    pub kind: String,
    pub generation_id: Option<Uuid>,
    pub attempts: i64,
    pub last_status: Option<i64>,
    pub last_trouble: Option<String>,
    pub created_at: i64,
    pub next_at: Option<i64>,
    pub delivered_at: Option<i64>,
    pub given_up_at: Option<i64>,
}
from_row!(DeliveryRow {
    id,
    kind,
    generation_id,
    attempts,
    last_status,
    last_trouble,
    created_at,
    next_at,
    delivered_at,
    given_up_at,
});

macro_rules! delivery_columns {
    () => {
        "id, kind, generation_id, attempts, last_status, last_trouble, created_at, next_at, delivered_at, given_up_at"
    };
}

/// A delivery with what is needed to send it.
#[derive(Clone, Debug)]
pub struct CallRow {
    pub id: Uuid,
    pub kind: String,
    pub body: String,
    pub endpoint_id: Uuid,
    pub url: String,
    pub secret_version: i64,
    pub old_secret_until: Option<i64>,
    pub disabled_at: Option<i64>,
}
from_row!(CallRow {
    id,
    kind,
    body,
    endpoint_id,
    url,
    secret_version,
    old_secret_until,
    disabled_at,
});

/// A delivery that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewDelivery<'a> {
    pub id: Uuid,
    pub endpoint_id: Uuid,
    pub kind: &'a str,
    pub generation_id: Option<Uuid>,
    pub body: &'a str,
    pub now: i64,
}

/// What a try changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tried<'a> {
    pub status: Option<i64>,
    pub trouble: Option<&'a str>,
    pub counts: bool,
    pub next_at: Option<i64>,
    pub delivered_at: Option<i64>,
    pub given_up_at: Option<i64>,
}

/// Adds an endpoint. False when the person has `most` already: who adds two at once waits for the first.
pub async fn add_endpoint(tx: &mut Tx, row: &EndpointRow, most: i64) -> Result<bool> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM webhook_endpoints WHERE user_id = $1";
    const SQL: &str = "INSERT INTO webhook_endpoints (id, user_id, url, events, secret_version, created_at)
                       VALUES ($1, $2, $3, $4, $5, $6)";
    people::lock(tx, row.user_id).await?;
    let (count,): (i64,) = on_tx!(tx, |c| sqlx::query_as(COUNT).bind(row.user_id).fetch_one(c).await)?;
    if count >= most {
        return Ok(false);
    }
    execute!(
        tx,
        SQL,
        row.id,
        row.user_id,
        &row.url,
        &row.events,
        row.secret_version,
        row.created_at
    )?;
    Ok(true)
}

/// A person's endpoints, newest first.
pub async fn endpoints(db: &Db, user: Uuid, limit: i64) -> Result<Vec<EndpointRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        endpoint_columns!(),
        " FROM webhook_endpoints WHERE user_id = $1 ORDER BY id DESC LIMIT $2"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// A person's own endpoint.
pub async fn endpoint(db: &Db, user: Uuid, id: Uuid) -> Result<Option<EndpointRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        endpoint_columns!(),
        " FROM webhook_endpoints WHERE id = $1 AND user_id = $2"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// Removes a person's endpoint with its deliveries. False when it is not theirs.
pub async fn remove_endpoint(tx: &mut Tx, user: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str = "DELETE FROM webhook_endpoints WHERE id = $1 AND user_id = $2";
    Ok(execute!(tx, SQL, id, user)? == 1)
}

/// Turns a person's endpoint on. False when it is not theirs.
pub async fn turn_on(tx: &mut Tx, user: Uuid, id: Uuid) -> Result<bool> {
    const SQL: &str =
        "UPDATE webhook_endpoints SET disabled_at = NULL, disabled_why = NULL, failing_since = NULL
                       WHERE id = $1 AND user_id = $2";
    Ok(execute!(tx, SQL, id, user)? == 1)
}

/// Turns an endpoint off, unless it is; with `since`, only when every try has failed since then or longer.
pub async fn turn_off(tx: &mut Tx, id: Uuid, why: &str, now: i64, since: Option<i64>) -> Result<bool> {
    const SQL: &str = "UPDATE webhook_endpoints SET disabled_at = $2, disabled_why = $3
                       WHERE id = $1 AND disabled_at IS NULL AND ($4 IS NULL OR failing_since <= $4)";
    Ok(execute!(tx, SQL, id, now, why, since)? == 1)
}

/// Gives a person's endpoint its next secret; the one before signs too until a time. The version of the new one.
pub async fn rotate(tx: &mut Tx, user: Uuid, id: Uuid, old_until: i64) -> Result<Option<i64>> {
    const SQL: &str =
        "UPDATE webhook_endpoints SET secret_version = secret_version + 1, old_secret_until = $3
                       WHERE id = $1 AND user_id = $2 RETURNING secret_version";
    let row: Option<(i64,)> = on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(user)
        .bind(old_until)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|row| row.0))
}

/// A person's endpoints that hear of a kind of event and are on. They stay at least as long as the transaction: one that
/// is just being removed is waited for, and then not there.
pub async fn listening(tx: &mut Tx, user: Uuid, kind: &str) -> Result<Vec<Uuid>> {
    const SQLITE: &str = "SELECT id FROM webhook_endpoints
        WHERE user_id = $1 AND disabled_at IS NULL AND ',' || events || ',' LIKE '%,' || $2 || ',%' ORDER BY id";
    const POSTGRES: &str = "SELECT id FROM webhook_endpoints
        WHERE user_id = $1 AND disabled_at IS NULL AND ',' || events || ',' LIKE '%,' || $2 || ',%' ORDER BY id FOR KEY SHARE";
    let sql = match tx {
        Tx::Sqlite(_) => SQLITE,
        Tx::Postgres(_) => POSTGRES,
    };
    let rows: Vec<(Uuid,)> = on_tx!(tx, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(kind)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Adds a delivery that is due at once.
pub async fn add_delivery(tx: &mut Tx, new: &NewDelivery<'_>) -> Result<()> {
    const SQL: &str =
        "INSERT INTO webhook_deliveries (id, endpoint_id, kind, generation_id, body, created_at, next_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $6)";
    execute!(
        tx,
        SQL,
        new.id,
        new.endpoint_id,
        new.kind,
        new.generation_id,
        new.body,
        new.now
    )?;
    Ok(())
}

/// Deliveries to an endpoint, newest first, before (older than) one.
pub async fn deliveries(
    db: &Db,
    endpoint: Uuid,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<DeliveryRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        delivery_columns!(),
        " FROM webhook_deliveries WHERE endpoint_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(endpoint)
        .bind(before.unwrap_or(Uuid::max()))
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// One delivery to an endpoint.
pub async fn delivery(db: &Db, endpoint: Uuid, id: Uuid) -> Result<Option<DeliveryRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        delivery_columns!(),
        " FROM webhook_deliveries WHERE id = $1 AND endpoint_id = $2"
    );
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(endpoint)
        .fetch_optional(c)
        .await)?)
}

/// What is needed to send a delivery; nothing when its endpoint was removed.
pub async fn call(db: &Db, id: Uuid) -> Result<Option<CallRow>> {
    const SQL: &str = "SELECT d.id, d.kind, d.body, d.endpoint_id, e.url, e.secret_version, e.old_secret_until, e.disabled_at
        FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE d.id = $1";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}

/// Has a delivery wait again, from now on. False when it was removed.
pub async fn wait_again(tx: &mut Tx, endpoint: Uuid, id: Uuid, now: i64) -> Result<bool> {
    const SQL: &str = "UPDATE webhook_deliveries SET next_at = $3, delivered_at = NULL, given_up_at = NULL
                       WHERE id = $1 AND endpoint_id = $2";
    Ok(execute!(tx, SQL, id, endpoint, now)? == 1)
}

/// Writes down how a try ended.
pub async fn tried(tx: &mut Tx, id: Uuid, tried: &Tried<'_>) -> Result<()> {
    const SQL: &str =
        "UPDATE webhook_deliveries SET attempts = attempts + $2, last_status = $3, last_trouble = $4,
                       next_at = $5, delivered_at = $6, given_up_at = $7 WHERE id = $1";
    execute!(
        tx,
        SQL,
        id,
        i64::from(tried.counts),
        tried.status,
        tried.trouble,
        tried.next_at,
        tried.delivered_at,
        tried.given_up_at
    )?;
    Ok(())
}

/// An endpoint took an event.
pub async fn works(tx: &mut Tx, endpoint: Uuid) -> Result<()> {
    const SQL: &str =
        "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL";
    execute!(tx, SQL, endpoint)?;
    Ok(())
}

/// An endpoint did not take an event.
pub async fn fails(tx: &mut Tx, endpoint: Uuid, now: i64) -> Result<()> {
    const SQL: &str =
        "UPDATE webhook_endpoints SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL";
    execute!(tx, SQL, endpoint, now)?;
    Ok(())
}

/// Removes deliveries from before a time, at most so many. How many they were.
pub async fn sweep(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    const SQL: &str = "DELETE FROM webhook_deliveries WHERE id IN
                       (SELECT id FROM webhook_deliveries WHERE created_at < $1 LIMIT $2)";
    Ok(execute!(tx, SQL, before, most)?)
}
