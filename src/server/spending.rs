//! Spending guards: what a person allows themselves for one job and for a day, and above which price they want to be asked.
//! They stop what would be created, never what is being made.

use super::{
    clock::Clock,
    db::{
        Db, Tx,
        spending::{self, GuardsRow},
    },
    error::Result,
};
use crate::language::t;
use crate::model::{
    credits::Credits,
    error::{AppError, Code},
    ids::{QuoteId, UserId},
    spending::{Guards, GuardsForm, Spending, check},
};

/// A second press within so many milliseconds is the other half of a double click, which confirms nothing.
const DOUBLE_CLICK: i64 = 700;
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The service.
#[derive(Clone)]
pub struct SpendingGuards {
    db: Db,
    clock: Clock,
}

impl SpendingGuards {
    /// The service over a database.
    #[must_use]
    pub const fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// A person's guards, and what today (UTC) has cost so far.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(&self, user: UserId) -> Result<Spending> {
        let row = spending::lookup(&self.db, user.0).await?;
        let today = spending::spent(&self.db, user.0, day_start(self.clock.now())).await?;
        Ok(Spending {
            guards: row.as_ref().map(guards).unwrap_or_default(),
            today: Credits(today),
            changed_at: row.map(|row| row.changed_at),
        })
    }

    /// Puts new guards in the place of those before.
    ///
    /// # Errors
    /// `invalid` with fields.
    pub async fn set(&self, user: UserId, form: &GuardsForm) -> Result<()> {
        let new = check(form).map_err(AppError::invalid)?;
        let plain = |credits: Option<Credits>| credits.map(|credits| credits.0);
        let row = GuardsRow {
            most_per_job: plain(new.most_per_job),
            most_per_day: plain(new.most_per_day),
            confirm_above: plain(new.confirm_above),
            changed_at: self.clock.now(),
            warned_quote: None,
            warned_at: None,
        };
        let mut tx = self.db.begin().await?;
        spending::set(&mut tx, user.0, &row).await?;
        tx.commit().await
    }
}

/// What somebody is about to spend.
pub struct Spend {
    /// Whose credits.
    pub user: UserId,
    /// Under which price.
    pub quote: QuoteId,
    /// All takes together.
    pub credits: Credits,
    /// A program, which nobody could ask back.
    pub by_program: bool,
}

/// Lets a spending pass or refuses it, in the transaction that creates, after its generations are in. Their holds have
/// locked the person's balance, so that two orders of one person are counted one after the other.
///
/// # Errors
/// `spending_guard` or `confirmation_needed`, at the field `quote`; then the whole transaction must be dropped.
pub async fn allow(tx: &mut Tx, spend: &Spend, now: i64) -> Result<()> {
    let Some(row) = spending::lookup_in(tx, spend.user.0).await? else {
        return Ok(());
    };
    let guards = guards(&row);
    let price = spend.credits.in_words();
    if let Some(most) = guards.most_per_job.filter(|most| spend.credits > *most) {
        return Err(refused(&t!(
            "This costs {price}, more than the {most} that you allow for one job.",
            price = price,
            most = most,
        )));
    }
    if let Some(most) = guards.most_per_day {
        let spent = Credits(spending::spent_in(tx, spend.user.0, day_start(now)).await?);
        if spent > most {
            let spent = spent.in_words();
            return Err(refused(&t!(
                "This costs {price} and would make it {spent} today, more than the {most} that you allow for a day (UTC).",
                price = price,
                spent = spent,
                most = most,
            )));
        }
    }
    let asks = guards
        .confirm_above
        .filter(|above| !spend.by_program && spend.credits > *above);
    let Some(above) = asks else {
        return Ok(());
    };
    if was_asked(&row, spend.quote) && row.warned_at.is_some_and(|at| (now - at).abs() >= DOUBLE_CLICK) {
        return spending::confirm(tx, spend.user.0).await;
    }
    let message = t!(
        "This costs {price}, above the {above} that you want to confirm. Press again to confirm.",
        price = price,
        above = above,
    );
    Err(AppError::field(Code::ConfirmationNeeded, "quote", message).into())
}

/// Remembers that a person was asked about a price, so that the next press confirms it.
///
/// # Errors
/// When the database does not answer.
pub async fn ask(db: &Db, user: UserId, quote: QuoteId, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    spending::warn(&mut tx, user.0, quote.0, now).await?;
    tx.commit().await
}

/// Whether a price waits for the person's second press.
///
/// # Errors
/// When the database does not answer.
pub async fn waits_for(db: &Db, user: UserId, quote: QuoteId) -> Result<bool> {
    let row = spending::lookup(db, user.0).await?;
    Ok(row.is_some_and(|row| was_asked(&row, quote)))
}

fn was_asked(row: &GuardsRow, quote: QuoteId) -> bool {
    row.warned_quote == Some(quote.0)
}

fn guards(row: &GuardsRow) -> Guards {
    Guards {
        most_per_job: row.most_per_job.map(Credits),
        most_per_day: row.most_per_day.map(Credits),
        confirm_above: row.confirm_above.map(Credits),
    }
}

fn refused(why: &str) -> super::error::Failure {
    let message = [why, t!("You can change that in your account, under Spending.")].join(" ");
    AppError::field(Code::SpendingGuard, "quote", message).into()
}

/// When the day of a moment began (UTC), in unix milliseconds. Unix time has no leap seconds.
const fn day_start(now: i64) -> i64 {
    now - now.rem_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_in_utc() {
        // 25 November 2026, 15:00.
        let midnight = 1_795_564_800_000;
        assert_eq!(day_start(1_795_618_800_000), midnight);
        assert_eq!(day_start(midnight), midnight);
        assert_eq!(day_start(midnight - 1), midnight - DAY);
    }
}
