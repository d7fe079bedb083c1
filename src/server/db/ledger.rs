//! SQL of the ledger: postings and cached balances.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{Db, Tx};
use crate::{from_row, on_db, on_tx, server::error::Result};
use uuid::Uuid;

/// A posting as it is written. Credits move from `debit` to `credit`.
#[derive(Debug)]
pub struct NewPosting<'a> {
    pub id: Uuid,
    pub user_id: Uuid,
    pub kind: &'static str,
    pub debit: &'static str,
    pub credit: &'static str,
    pub credits: i64,
    pub hold_id: Option<Uuid>,
    pub reference: &'a str,
    pub reason: &'a str,
    pub at: i64,
}

/// A person's cached balance after a change.
#[derive(Clone, Copy, Debug)]
pub struct BalanceRow {
    pub available: i64,
    pub held: i64,
    pub seq: i64,
}
from_row!(BalanceRow { available, held, seq });

/// A hold that was posted.
#[derive(Debug)]
pub struct HoldRow {
    pub user_id: Uuid,
    pub credits: i64,
    pub reference: String,
}
from_row!(HoldRow {
    user_id,
    credits,
    reference
});

/// Gives a person a balance of nothing, unless they have one.
pub async fn open(tx: &mut Tx, user: Uuid) -> Result<()> {
    const SQL: &str = "INSERT INTO ledger_balances (user_id, available, held, seq) VALUES ($1, 0, 0, 0)
                       ON CONFLICT (user_id) DO NOTHING";
    on_tx!(tx, |c| sqlx::query(SQL).bind(user).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Changes a balance by the two amounts, unless one of them would go below nothing: then nobody's row changes.
pub async fn change(tx: &mut Tx, user: Uuid, available: i64, held: i64) -> Result<Option<BalanceRow>> {
    const SQL: &str = "UPDATE ledger_balances SET available = available + $2, held = held + $3, seq = seq + 1
                       WHERE user_id = $1 AND available + $2 >= 0 AND held + $3 >= 0
                       RETURNING available, held, seq";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(available)
        .bind(held)
        .fetch_optional(c)
        .await)?)
}

/// Adds a posting. False when its hold was resolved before.
pub async fn add(tx: &mut Tx, posting: &NewPosting<'_>, after: BalanceRow) -> Result<bool> {
    const SQL: &str = "INSERT INTO ledger_postings
        (id, user_id, seq, kind, debit, credit, credits, hold_id, reference, reason, available_after, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    let rows = on_tx!(tx, |c| sqlx::query(SQL)
        .bind(posting.id)
        .bind(posting.user_id)
        .bind(after.seq)
        .bind(posting.kind)
        .bind(posting.debit)
        .bind(posting.credit)
        .bind(posting.credits)
        .bind(posting.hold_id)
        .bind(posting.reference)
        .bind(posting.reason)
        .bind(after.available)
        .bind(posting.at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// The posting that made a hold.
pub async fn hold(tx: &mut Tx, hold: Uuid) -> Result<Option<HoldRow>> {
    const SQL: &str =
        "SELECT user_id, credits, reference FROM ledger_postings WHERE id = $1 AND kind = 'hold'";
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(hold)
        .fetch_optional(c)
        .await)?)
}

/// A person's cached balance.
pub async fn balance(db: &Db, user: Uuid) -> Result<Option<BalanceRow>> {
    const SQL: &str = "SELECT available, held, seq FROM ledger_balances WHERE user_id = $1";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// A line of a statement.
#[derive(Debug)]
pub struct LineRow {
    pub id: Uuid,
    pub kind: String,
    pub credits: i64,
    pub reference: String,
    pub reason: String,
    pub available_after: i64,
    pub at: i64,
}
from_row!(LineRow {
    id,
    kind,
    credits,
    reference,
    reason,
    available_after,
    at
});

/// A person's lines, newest first, after (older than) the given one.
pub async fn lines(db: &Db, user: Uuid, after: Option<Uuid>, limit: i64) -> Result<Vec<LineRow>> {
    const SQL: &str = "SELECT id, kind, credits, reference, reason, available_after, at FROM ledger_postings
        WHERE user_id = $1 AND seq < COALESCE((SELECT seq FROM ledger_postings WHERE id = $2 AND user_id = $1), 9223372036854775807)
        ORDER BY seq DESC LIMIT $3";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(user)
        .bind(after)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The posting of a person's hold, and the one that resolved it.
pub async fn of_hold(db: &Db, user: Uuid, hold: Uuid) -> Result<Vec<LineRow>> {
    const SQL: &str = "SELECT id, kind, credits, reference, reason, available_after, at FROM ledger_postings
        WHERE id = $1 AND user_id = $2
        UNION ALL
        SELECT id, kind, credits, reference, reason, available_after, at FROM ledger_postings
        WHERE hold_id = $1 AND kind IN ('capture', 'release') AND user_id = $2";
    Ok(on_db!(db, |c| sqlx::query_as(SQL)
        .bind(hold)
        .bind(user)
        .fetch_all(c)
        .await)?)
}

/// One breach of an invariant, in words.
#[derive(Debug)]
pub struct Breach {
    pub what: String,
}
from_row!(Breach { what });

/// Every invariant of the ledger as a query that finds its breaches. `||` and `CAST` mean the same to both engines.
pub const INVARIANTS: &[(&str, &str)] = &[
    (
        "a cached balance is the sum of the postings",
        "SELECT 'balance of ' || COALESCE(name.email, 'a deleted person') || ': cached ' || CAST(b.available AS TEXT)
            || ' available and ' || CAST(b.held AS TEXT) || ' held, posted ' || CAST(s.available AS TEXT) || ' and '
            || CAST(s.held AS TEXT) AS what
         FROM ledger_balances b
         JOIN (SELECT u.user_id,
                 CAST(COALESCE(SUM(CASE WHEN p.credit = 'available' THEN p.credits ELSE 0 END)
                   - SUM(CASE WHEN p.debit = 'available' THEN p.credits ELSE 0 END), 0) AS BIGINT) AS available,
                 CAST(COALESCE(SUM(CASE WHEN p.credit = 'held' THEN p.credits ELSE 0 END)
                   - SUM(CASE WHEN p.debit = 'held' THEN p.credits ELSE 0 END), 0) AS BIGINT) AS held
               FROM ledger_balances u LEFT JOIN ledger_postings p ON p.user_id = u.user_id GROUP BY u.user_id) s
           ON s.user_id = b.user_id
         LEFT JOIN users name ON name.id = b.user_id
         WHERE b.available <> s.available OR b.held <> s.held LIMIT 100",
    ),
    (
        "every posting belongs to a balance",
        "SELECT 'posting at ' || CAST(p.at AS TEXT) || ' belongs to nobody' AS what FROM ledger_postings p
         LEFT JOIN ledger_balances b ON b.user_id = p.user_id WHERE b.user_id IS NULL LIMIT 100",
    ),
    (
        "each kind of posting moves between its two accounts",
        "SELECT 'a ' || kind || ' moves from ' || debit || ' to ' || credit AS what FROM ledger_postings
         WHERE NOT ((kind = 'grant' AND debit = 'issued' AND credit = 'available')
                 OR (kind = 'hold' AND debit = 'available' AND credit = 'held')
                 OR (kind = 'capture' AND debit = 'held' AND credit = 'spent')
                 OR (kind = 'release' AND debit = 'held' AND credit = 'available')) LIMIT 100",
    ),
    (
        "a capture or release resolves one hold of the same person and amount, once",
        "SELECT r.kind || ' of ' || CAST(r.credits AS TEXT) || ' has no such hold' AS what FROM ledger_postings r
         LEFT JOIN ledger_postings h
           ON h.id = r.hold_id AND h.kind = 'hold' AND h.user_id = r.user_id AND h.credits = r.credits
         WHERE r.kind IN ('capture', 'release') AND h.id IS NULL
         UNION ALL
         SELECT 'a hold was resolved ' || CAST(COUNT(*) AS TEXT) || ' times' AS what FROM ledger_postings
         WHERE kind IN ('capture', 'release') GROUP BY hold_id HAVING COUNT(*) > 1 LIMIT 100",
    ),
    (
        "each posting continues the balance of the one before",
        "SELECT 'posting ' || CAST(seq AS TEXT) || ' leaves ' || CAST(available_after AS TEXT) || ', expected '
            || CAST(before + moved AS TEXT) AS what
         FROM (SELECT seq, available_after, LAG(available_after, 1, CAST(0 AS BIGINT)) OVER w AS before,
                 LAG(seq, 1, CAST(0 AS BIGINT)) OVER w AS seq_before,
                 CASE WHEN credit = 'available' THEN credits WHEN debit = 'available' THEN -credits ELSE 0 END AS moved
               FROM ledger_postings WINDOW w AS (PARTITION BY user_id ORDER BY seq)) chain
         WHERE available_after <> before + moved OR seq <> seq_before + 1 LIMIT 100",
    ),
    (
        "work that goes on has a hold that is open, work that succeeded was charged, other work was not",
        "SELECT 'generation in state ' || g.state || ' has its hold '
            || CASE WHEN h.id IS NULL THEN 'missing' ELSE COALESCE(r.kind || 'd', 'open') END AS what
         FROM generations g
         LEFT JOIN ledger_postings h ON h.id = g.hold_id AND h.kind = 'hold' AND h.credits = g.credits AND h.user_id = g.user_id
         LEFT JOIN ledger_postings r ON r.hold_id = g.hold_id AND r.kind IN ('capture', 'release')
         WHERE g.credits > 0 AND (h.id IS NULL OR NOT (
             (g.state IN ('queued', 'submitting', 'running', 'storing') AND r.kind IS NULL)
             OR (g.state = 'succeeded' AND COALESCE(r.kind, 'open') = 'capture')
             OR (g.state IN ('failed', 'blocked', 'cancelled') AND COALESCE(r.kind, 'open') = 'release'))) LIMIT 100",
    ),
    (
        "a hold for work belongs to one generation",
        "SELECT 'an open hold of ' || CAST(h.credits AS TEXT) || ' credits belongs to no work' AS what FROM ledger_postings h
         LEFT JOIN generations g ON g.hold_id = h.id
         LEFT JOIN ledger_postings r ON r.hold_id = h.id AND r.kind IN ('capture', 'release')
         WHERE h.kind = 'hold' AND h.reference LIKE '________-____-____-____-____________' AND g.id IS NULL AND r.id IS NULL
         UNION ALL
         SELECT 'a hold is shared by ' || CAST(COUNT(*) AS TEXT) || ' generations' AS what FROM generations
         WHERE hold_id IS NOT NULL GROUP BY hold_id HAVING COUNT(*) > 1 LIMIT 100",
    ),
    (
        "work that goes on has a job, work that ended has none",
        "SELECT 'generation in state ' || g.state || ' without a job' AS what FROM generations g
         LEFT JOIN jobs j ON j.kind = 'generation' AND j.subject = g.id
         WHERE g.state IN ('queued', 'submitting', 'running', 'storing') AND j.subject IS NULL
         UNION ALL
         SELECT 'job of a generation in state ' || COALESCE(g.state, 'none') AS what FROM jobs j
         LEFT JOIN generations g ON g.id = j.subject
         WHERE j.kind = 'generation' AND (g.id IS NULL OR g.state IN ('succeeded', 'failed', 'blocked', 'cancelled')) LIMIT 100",
    ),
    (
        "what succeeded has its video",
        "SELECT 'a generation succeeded without a video' AS what FROM generations
         WHERE state = 'succeeded' AND deleted_at IS NULL AND (media_prefix IS NULL OR media_bytes IS NULL) LIMIT 100",
    ),
    (
        "an event of a webhook waits, was delivered or was given up, and what waits has its job",
        "SELECT 'a ' || d.kind || ' that waits without a job' AS what FROM webhook_deliveries d
         LEFT JOIN jobs j ON j.kind = 'webhook' AND j.subject = d.id
         WHERE d.next_at IS NOT NULL AND (j.subject IS NULL OR d.delivered_at IS NOT NULL OR d.given_up_at IS NOT NULL)
         UNION ALL
         SELECT 'a ' || d.kind || ' that ended with its job' AS what FROM webhook_deliveries d
         LEFT JOIN jobs j ON j.kind = 'webhook' AND j.subject = d.id
         WHERE d.next_at IS NULL AND (j.subject IS NOT NULL OR (d.delivered_at IS NULL) = (d.given_up_at IS NULL)) LIMIT 100",
    ),
    (
        "a letter that is gathered or sent has its job",
        "SELECT 'a letter (' || l.kind || ') without a job' AS what FROM letters l
         LEFT JOIN jobs j ON j.kind = 'letter' AND j.subject = l.id WHERE j.subject IS NULL LIMIT 100",
    ),
];

/// The breaches of one invariant, at most a hundred.
pub async fn breaches(db: &Db, sql: &'static str) -> Result<Vec<Breach>> {
    Ok(on_db!(db, |c| sqlx::query_as(sql).fetch_all(c).await)?)
}
