//! What every process of the server knows about its providers, through the database.

use super::{End, Health, LAST, Record};
use crate::server::{
    clock::Clock,
    db::{Db, provider_ends as sql},
    error::Result,
    providers::Providers,
};
use std::{collections::HashMap, time::Duration};

/// How often it is written and read.
const OFTEN: Duration = Duration::from_secs(1);
/// How long ends are kept, in milliseconds.
const KEPT: i64 = 7 * 86_400_000;

/// Keeps the records of all providers the same in every process, for ever.
pub async fn share(providers: Providers, db: Db, clock: Clock) {
    let mut known = HashMap::new();
    if providers.iter().all(|provider| provider.health().is_none()) {
        return;
    }
    loop {
        for provider in providers.iter() {
            let Some(health) = provider.health() else {
                continue;
            };
            let seen = known.entry(provider.name().to_owned()).or_insert(0);
            if let Err(error) = share_one(health, &db, seen, clock.now()).await {
                tracing::debug!(provider = provider.name(), %error, "a provider's record could not be shared");
            }
        }
        tokio::time::sleep(OFTEN).await;
    }
}

/// Writes what this process saw; reads everything when there is something new.
async fn share_one(health: &Health, db: &Db, seen: &mut i64, now: i64) -> Result<()> {
    let unsent = std::mem::take(&mut *health.unsent());
    if !unsent.is_empty()
        && let Err(error) = write(&health.name, db, &unsent, now).await
    {
        // The next time, before what came meanwhile.
        health.unsent().splice(..0, unsent);
        return Err(error);
    }
    let newest = sql::newest(db, &health.name).await?;
    if newest > *seen {
        health.adopt(recorded(db, &health.name).await?);
        *seen = newest;
    }
    Ok(())
}

async fn write(provider: &str, db: &Db, ends: &[End], now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    sql::sweep(&mut tx, now - KEPT).await?;
    for end in ends {
        sql::add(&mut tx, provider, end.at, end.wrong.as_deref()).await?;
    }
    tx.commit().await
}

/// The record of a provider as the database has it.
///
/// # Errors
/// When the database does not answer.
pub async fn recorded(db: &Db, provider: &str) -> Result<Record> {
    let most = i64::try_from(LAST).unwrap_or(i64::MAX);
    let mut rows = sql::last(db, provider, most).await?;
    rows.reverse();
    Ok(Record::of(rows.into_iter().map(|(at, wrong)| End { at, wrong })))
}
