//! Changes of state, guarded by the state they start from and by the fence; and the end of what a person made.
#![expect(
    clippy::missing_errors_doc,
    reason = "every query fails in one way only: the database did not do it"
)]

use super::{GenerationRow, STANDING, Standing, search};
use crate::{
    execute, on_tx,
    server::{
        db::{Tx, organising},
        error::Result,
    },
};
use uuid::Uuid;

/// Takes over a generation under a new fence, whatever state it is in, unless it has ended.
pub async fn adopt(tx: &mut Tx, id: Uuid, fence: i64) -> Result<Option<GenerationRow>> {
    const SQL: &str = concat!(
        "UPDATE generations SET fence = $2 WHERE id = $1 AND fence < $2
           AND state IN ('queued', 'submitting', 'running', 'storing') RETURNING ",
        columns!()
    );
    Ok(on_tx!(tx, |c| sqlx::query_as(SQL)
        .bind(id)
        .bind(fence)
        .fetch_optional(c)
        .await)?)
}

/// Where a generation stands once everybody who was changing it is done; nobody changes it before the transaction ends.
pub async fn standing_still(tx: &mut Tx, id: Uuid) -> Result<Option<Standing>> {
    if let Tx::Postgres(transaction) = tx {
        sqlx::query("SELECT 1 FROM generations WHERE id = $1 FOR UPDATE")
            .bind(id)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(on_tx!(tx, |c| sqlx::query_as(STANDING)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}

/// A change of state, with what changes along with it. `None` keeps a column as it is.
#[derive(Clone, Debug, Default)]
pub struct Change<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub progress: Option<i64>,
    pub reason: Option<&'a str>,
    pub reason_detail: Option<&'a str>,
    pub provider_job: Option<&'a str>,
    pub provider: Option<&'a str>,
    pub refused_by: Option<&'a str>,
    pub deadline_at: Option<i64>,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

/// Changes the state, if it is still the one to start from and the fence is still ours. False: somebody was first.
pub async fn change(tx: &mut Tx, id: Uuid, fence: i64, change: &Change<'_>) -> Result<bool> {
    const SQL: &str = "UPDATE generations SET state = $4, progress = COALESCE($5, progress), reason = COALESCE($6, reason),
          reason_detail = COALESCE($7, reason_detail), provider_job = COALESCE($8, provider_job),
          deadline_at = COALESCE($9, deadline_at), started_at = COALESCE(started_at, $10), finished_at = COALESCE($11, finished_at),
          provider = COALESCE($12, provider), refused_by = COALESCE($13, refused_by)
        WHERE id = $1 AND fence = $2 AND state = $3";
    Ok(execute!(
        tx,
        SQL,
        id,
        fence,
        change.from,
        change.to,
        change.progress,
        change.reason,
        change.reason_detail,
        change.provider_job,
        change.deadline_at,
        change.started_at,
        change.finished_at,
        change.provider,
        change.refused_by
    )? == 1)
}

/// Forgets what the person made: the prompt goes, the row stays for the ledger. With `trashed_before`, only what has lain
/// in the trash since then or longer. False when it is not theirs, is gone, goes on, or does not lie there for so long.
pub async fn delete(
    tx: &mut Tx,
    user: Uuid,
    id: Uuid,
    now: i64,
    trashed_before: Option<i64>,
) -> Result<bool> {
    const SQL: &str = "UPDATE generations SET deleted_at = $3, prompt = '', prompt_search = '', reason_detail = NULL,
          title = '', title_sort = '', note = '', favourite = FALSE
        WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL AND state IN ('succeeded', 'failed', 'blocked', 'cancelled')
          AND (CAST($4 AS BIGINT) IS NULL OR trashed_at <= $4)";
    let rows = execute!(tx, SQL, id, user, now, trashed_before)?;
    if rows == 1 {
        search::remove(tx, id).await?;
        organising::forget(tx, id).await?;
    }
    Ok(rows == 1)
}
