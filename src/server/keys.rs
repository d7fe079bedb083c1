//! Keys that programs work with: made, listed, revoked, recognised; what each may spend in a month, and how often it may ask.

mod pace;

use super::{
    clock::{Clock, Ids},
    db::{
        Db, Tx,
        keys::{self, KeyRow},
    },
    error::{Failure, Result},
    identity::base64_url,
};
use crate::language::t;
use crate::model::{
    credits::Credits,
    error::{AppError, Code},
    ids::{GenerationId, KeyId, UserId},
    keys::{ApiKey, KeyForm, Scope, check},
};
use chrono::{DateTime, Datelike as _};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

pub use pace::Pace;
use pace::Paces;

/// What every key begins with, so that people and scanners of leaked secrets recognise one.
const MARK: &str = "aisora_sk_";
/// 256 bits in base64.
const RANDOM_SIGNS: usize = 43;
/// How much of the random part is shown.
const SHOWN: usize = 6;
/// How many keys of one person work at once, and how many are listed.
const MOST: i64 = 50;
const LISTED: i64 = 100;
/// "Last used" is written this often at most, in milliseconds.
const TOUCH_AFTER: i64 = 60_000;
/// How long a request may come again under its idempotency key, in milliseconds.
pub const REPEATS: i64 = 24 * 60 * 60 * 1_000;

/// A key as it is shown once.
pub struct Made {
    /// Its id.
    pub id: KeyId,
    /// The key itself. It cannot be shown again.
    pub key: String,
}

/// The program behind a key.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The key.
    pub key: KeyId,
    /// Whose it is.
    pub user: UserId,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Credits in a calendar month (UTC), if there is a cap.
    pub monthly_cap: Option<Credits>,
}

/// The service.
pub struct Keys {
    db: Db,
    clock: Clock,
    ids: Arc<Ids>,
    paces: Paces,
}

impl Keys {
    /// The service over a database. Each key may ask `per_minute` times in a minute.
    #[must_use]
    pub fn new(db: Db, clock: Clock, ids: Arc<Ids>, per_minute: i64) -> Self {
        Self {
            db,
            clock,
            ids,
            paces: Paces::new(per_minute),
        }
    }

    /// Makes a key.
    ///
    /// # Errors
    /// `invalid` with fields, or when the person has too many.
    pub async fn create(&self, user: UserId, form: &KeyForm) -> Result<Made> {
        let new = check(form).map_err(AppError::invalid)?;
        let key = fresh()?;
        let id = self.ids.key();
        let row = KeyRow {
            id: id.0,
            user_id: user.0,
            name: new.name,
            prefix: key[..MARK.len() + SHOWN].to_owned(),
            scopes: Scope::join(&new.scopes),
            monthly_cap: new.monthly_cap.map(|cap| cap.0),
            created_at: self.clock.now(),
            last_used_at: None,
            revoked_at: None,
        };
        let mut tx = self.db.begin().await?;
        if keys::count(&mut tx, user.0).await? >= MOST {
            let message = t!(
                "There are {most} keys already. Revoke one that is not needed any more.",
                most = MOST
            );
            return Err(AppError::field(Code::Invalid, "name", message).into());
        }
        keys::add(&mut tx, &row, &hash(&key)).await?;
        tx.commit().await?;
        Ok(Made { id, key })
    }

    /// A person's keys: those that work first, then the newest.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, user: UserId) -> Result<Vec<ApiKey>> {
        let since = month_start(self.clock.now());
        let mut list = Vec::new();
        for row in keys::list(&self.db, user.0, LISTED).await? {
            let spent = keys::spent(&self.db, row.id, since).await?;
            list.push(ApiKey {
                id: KeyId(row.id),
                name: row.name,
                prefix: row.prefix,
                scopes: Scope::split(&row.scopes),
                monthly_cap: row.monthly_cap.map(Credits),
                spent: Credits(spent),
                created_at: row.created_at,
                last_used_at: row.last_used_at,
                revoked_at: row.revoked_at,
            });
        }
        Ok(list)
    }

    /// Ends a person's key at once. One that has ended stays so.
    ///
    /// # Errors
    /// `not_found` when it is not theirs.
    pub async fn revoke(&self, user: UserId, id: KeyId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !keys::revoke(&mut tx, user.0, id.0, self.clock.now()).await? {
            return Err(AppError::not_found().into());
        }
        tx.commit().await
    }

    /// Whose key it is, for the command line.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn owner(&self, id: KeyId) -> Result<UserId> {
        let owner = keys::owner(&self.db, id.0).await?;
        owner
            .map(UserId)
            .ok_or_else(|| AppError::new(Code::NotFound, t!("There is no key with this id.")).into())
    }

    /// The program behind a key; nobody when the key is unknown, revoked or none at all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recognise(&self, key: &str) -> Result<Option<Caller>> {
        if !looks_right(key) {
            return Ok(None);
        }
        let Some(row) = keys::by_hash(&self.db, &hash(key)).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        if row.last_used_at.is_none_or(|at| (now - at).abs() >= TOUCH_AFTER) {
            self.touch(row.id, now);
        }
        Ok(Some(Caller {
            key: KeyId(row.id),
            user: UserId(row.user_id),
            scopes: Scope::split(&row.scopes),
            monthly_cap: row.monthly_cap.map(Credits),
        }))
    }

    /// Writes "last used" on the side: nobody who only reads waits for a write.
    fn touch(&self, id: uuid::Uuid, now: i64) {
        let db = self.db.clone();
        tokio::spawn(async move {
            let touched = async {
                let mut tx = db.begin().await?;
                keys::touch(&mut tx, id, now, now - TOUCH_AFTER, now - REPEATS).await?;
                tx.commit().await
            };
            if let Err(error) = touched.await {
                tracing::warn!(%error, "the last use of a key was not written down");
            }
        });
    }

    /// Counts one request of a key.
    #[must_use]
    pub fn count(&self, key: KeyId) -> Pace {
        self.paces.count(key, self.clock.now())
    }

    /// What a key has spent in this calendar month (UTC): on hold or charged.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn spent(&self, key: KeyId) -> Result<Credits> {
        let since = month_start(self.clock.now());
        Ok(Credits(keys::spent(&self.db, key.0, since).await?))
    }
}

/// Writes down that a key created a generation, in the transaction that creates it, after its hold. The hold has locked
/// its person's balance, so that two requests with one key are counted one after the other.
///
/// # Errors
/// `monthly_cap_reached`; then the whole transaction must be dropped.
pub async fn spend(tx: &mut Tx, caller: &Caller, generation: GenerationId, now: i64) -> Result<()> {
    keys::add_use(tx, caller.key.0, generation.0, now).await?;
    let Some(cap) = caller.monthly_cap else {
        return Ok(());
    };
    let spent = keys::spent_in(tx, caller.key.0, month_start(now)).await?;
    if Credits(spent) <= cap {
        return Ok(());
    }
    let message = format!(
        "With this the key would spend more than its {} of this month (UTC).",
        cap.in_words()
    );
    Err(AppError::new(Code::MonthlyCapReached, message).into())
}

fn fresh() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure::broken(format!("no randomness: {error}")))?;
    Ok(format!("{MARK}{}", base64_url(&bytes)))
}

/// 256 random bits cannot be guessed, so a plain hash keeps them as well as a slow one.
fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

fn looks_right(key: &str) -> bool {
    let random = key.strip_prefix(MARK).unwrap_or_default();
    random.len() == RANDOM_SIGNS
        && random
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// When the calendar month of a moment began (UTC), in unix milliseconds.
fn month_start(now: i64) -> i64 {
    let first = DateTime::from_timestamp_millis(now)
        .and_then(|moment| moment.date_naive().with_day(1)?.and_hms_opt(0, 0, 0));
    first.map_or(i64::MIN, |first| first.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_random_and_recognised_by_its_shape() {
        let key = fresh().unwrap();
        assert!(looks_right(&key) && key != fresh().unwrap());
        for wrong in ["", MARK, &key[1..], &key[..key.len() - 1], &format!("{key}x")] {
            assert!(!looks_right(wrong), "{wrong}");
        }
        assert!(!looks_right(&format!("{MARK}{}", "ü".repeat(21) + "x")));
    }

    #[test]
    fn months_begin_in_utc() {
        // 25 November 2026, 15:00.
        assert_eq!(month_start(1_795_618_800_000), 1_793_491_200_000);
        assert_eq!(month_start(1_793_491_200_000), 1_793_491_200_000);
        assert_eq!(month_start(1_793_491_199_999), 1_790_812_800_000);
    }
}
