//! The ledger: grant, hold, capture, release. Append-only double entry; a posting carries an opaque reference.
//!
//! Credits move between four accounts of a person: `issued` (where grants come from), `available`, `held`, `spent`.
//! Every change happens in the caller's transaction, so that money and work become true together.

use super::{
    clock::{Clock, Ids},
    db::{
        Db, Tx,
        ledger::{self, NewPosting},
    },
    error::{Failure, Result},
};
use crate::language::t;
use crate::model::{
    credits::{Balance, Credits, PostingKind, Statement, StatementLine},
    error::{AppError, Code},
    ids::{PostingId, UserId},
};
use std::sync::Arc;

/// How many lines one page of a statement has.
const STATEMENT_PAGE: usize = 50;

/// The ledger.
#[derive(Clone)]
pub struct Ledger {
    db: Db,
    clock: Clock,
    ids: Arc<Ids>,
}

impl Ledger {
    /// The ledger in a database.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, ids: Arc<Ids>) -> Self {
        Self { db, clock, ids }
    }

    /// Opens an account with nothing in it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open(&self, tx: &mut Tx, user: UserId) -> Result<()> {
        ledger::open(tx, user.0).await
    }

    /// Gives credits to a person.
    ///
    /// # Errors
    /// `invalid` when the amount is not positive or the balance would not fit; `not_found` for an unknown person.
    pub async fn grant(
        &self,
        tx: &mut Tx,
        user: UserId,
        credits: Credits,
        reason: &str,
    ) -> Result<PostingId> {
        if credits <= Credits::ZERO || credits.0 > 1_000_000_000_000 {
            return Err(AppError::field(
                Code::Invalid,
                "credits",
                t!("Grant a whole number of credits, 1 or more."),
            )
            .into());
        }
        let after = ledger::change(tx, user.0, credits.0, 0)
            .await?
            .ok_or_else(AppError::not_found)?;
        let id = self.ids.posting();
        let posting = self.posting(id, user, PostingKind::Grant, credits, None, "", reason);
        must(ledger::add(tx, &posting, after).await?, "a grant collided")?;
        Ok(id)
    }

    /// Sets credits aside for work. The posting's id is the id of the hold.
    ///
    /// # Errors
    /// `insufficient_credits`, with how many are missing.
    pub async fn hold(
        &self,
        tx: &mut Tx,
        user: UserId,
        credits: Credits,
        reference: &str,
    ) -> Result<PostingId> {
        let Some(after) = ledger::change(tx, user.0, -credits.0, credits.0).await? else {
            return Err(AppError::new(
                Code::InsufficientCredits,
                t!("There are not enough credits for this."),
            )
            .into());
        };
        let id = self.ids.posting();
        let posting = self.posting(id, user, PostingKind::Hold, credits, None, reference, "");
        must(ledger::add(tx, &posting, after).await?, "a hold collided")?;
        Ok(id)
    }

    /// Spends what was held.
    ///
    /// # Errors
    /// When the hold does not exist or was resolved before; then the whole transaction must be dropped.
    pub async fn capture(&self, tx: &mut Tx, hold: PostingId) -> Result<()> {
        self.resolve(tx, hold, PostingKind::Capture, "").await
    }

    /// Returns what was held.
    ///
    /// # Errors
    /// When the hold does not exist or was resolved before; then the whole transaction must be dropped.
    pub async fn release(&self, tx: &mut Tx, hold: PostingId, reason: &str) -> Result<()> {
        self.resolve(tx, hold, PostingKind::Release, reason).await
    }

    async fn resolve(&self, tx: &mut Tx, hold: PostingId, kind: PostingKind, reason: &str) -> Result<()> {
        let set_aside = ledger::hold(tx, hold.0)
            .await?
            .ok_or_else(|| Failure::broken("a hold is missing"))?;
        let back = if kind == PostingKind::Release {
            set_aside.credits
        } else {
            0
        };
        let after = ledger::change(tx, set_aside.user_id, back, -set_aside.credits).await?;
        let after = after.ok_or_else(|| Failure::broken("more would be resolved than is held"))?;
        let user = UserId(set_aside.user_id);
        let posting = self.posting(
            self.ids.posting(),
            user,
            kind,
            Credits(set_aside.credits),
            Some(hold),
            &set_aside.reference,
            reason,
        );
        must(
            ledger::add(tx, &posting, after).await?,
            "a hold was resolved before",
        )
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "private: the columns of one row, named at each call"
    )]
    fn posting<'a>(
        &self,
        id: PostingId,
        user: UserId,
        kind: PostingKind,
        credits: Credits,
        hold: Option<PostingId>,
        reference: &'a str,
        reason: &'a str,
    ) -> NewPosting<'a> {
        let (debit, credit) = match kind {
            PostingKind::Grant => ("issued", "available"),
            PostingKind::Hold => ("available", "held"),
            PostingKind::Capture => ("held", "spent"),
            PostingKind::Release => ("held", "available"),
        };
        NewPosting {
            id: id.0,
            user_id: user.0,
            kind: kind.as_str(),
            debit,
            credit,
            credits: credits.0,
            hold_id: hold.map(|hold| hold.0),
            reference,
            reason,
            at: self.clock.now(),
        }
    }

    /// What a person has.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn balance(&self, user: UserId) -> Result<Balance> {
        let row = ledger::balance(&self.db, user.0).await?;
        Ok(row.map_or_else(Balance::default, |row| Balance {
            available: Credits(row.available),
            held: Credits(row.held),
        }))
    }

    /// A page of a person's statement, newest first. Who knows the generations fills in their names.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn statement(&self, user: UserId, after: Option<PostingId>) -> Result<Statement> {
        let limit = i64::try_from(STATEMENT_PAGE + 1).unwrap_or(i64::MAX);
        let rows = ledger::lines(&self.db, user.0, after.map(|id| id.0), limit).await?;
        let more = rows.len() > STATEMENT_PAGE;
        let lines = rows
            .into_iter()
            .take(STATEMENT_PAGE)
            .map(line)
            .collect::<Result<Vec<_>>>()?;
        let next = lines.last().filter(|_| more).map(|line| line.id);
        Ok(Statement {
            balance: self.balance(user).await?,
            lines,
            next,
        })
    }
}

fn line(row: ledger::LineRow) -> Result<StatementLine> {
    Ok(StatementLine {
        id: PostingId(row.id),
        kind: PostingKind::parse(&row.kind).ok_or_else(|| Failure::broken("an unknown kind of posting"))?,
        credits: Credits(row.credits),
        available_after: Credits(row.available_after),
        reason: row.reason,
        generation: row.reference.parse().ok(),
        name: None,
        at: row.at,
    })
}

fn must(done: bool, otherwise: &str) -> Result<()> {
    if done {
        Ok(())
    } else {
        Err(Failure::broken(otherwise))
    }
}

/// Checks every invariant of money and work that the database alone can prove. One line for each breach; none when all is well.
///
/// # Errors
/// When the database does not answer.
pub async fn audit(db: &Db) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for (invariant, sql) in ledger::INVARIANTS {
        let found = ledger::breaches(db, sql).await?;
        breaches.extend(
            found
                .into_iter()
                .map(|breach| format!("{invariant}: {}", breach.what)),
        );
    }
    Ok(breaches)
}
