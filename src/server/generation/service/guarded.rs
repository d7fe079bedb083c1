//! Where creating meets the spending guards: every door creates through here.

use super::{Generations, programs::Alongside};
use crate::model::{
    composition::{ComposerForm, Quote},
    ids::UserId,
};
use crate::server::{
    db::Tx,
    error::Result,
    generation::quotes::Terms,
    spending::{self, Spend},
};

/// Lets what the transaction has created pass, or refuses it.
///
/// # Errors
/// `spending_guard` or `confirmation_needed`; then the whole transaction must be dropped.
pub async fn allow(
    tx: &mut Tx,
    user: UserId,
    terms: &Terms,
    alongside: &Alongside<'_>,
    now: i64,
) -> Result<()> {
    let spend = Spend {
        user,
        quote: terms.id,
        credits: terms.total()?,
        by_program: alongside.by_program(),
    };
    spending::allow(tx, &spend, now).await
}

impl Generations {
    /// Remembers that the person was asked about a price: what was tried is undone, and the next press confirms.
    pub(super) async fn asks_about(&self, user: UserId, terms: &Terms) -> Result<()> {
        spending::ask(&self.life.db, user, terms.id, self.life.clock.now()).await
    }

    /// Whether the person was just asked about a price.
    pub(super) async fn waits_for(&self, user: UserId, terms: &Terms) -> Result<bool> {
        spending::waits_for(&self.life.db, user, terms.id).await
    }

    /// The price that the person was just asked about. A form that came back keeps it, because another price would be
    /// asked about again.
    pub(super) async fn asked_about(&self, user: UserId, form: &ComposerForm) -> Result<Option<Quote>> {
        if form.quote.is_empty() {
            return Ok(None);
        }
        let Ok((_, terms)) = self.agreed(user, form) else {
            return Ok(None);
        };
        if !self.waits_for(user, &terms).await? {
            return Ok(None);
        }
        let choices = &terms.choices;
        let estimate = self
            .estimates
            .of(&self.life.db, &choices.model, choices.size, choices.seconds)
            .await?;
        self.quotes.freeze(terms, estimate).map(Some)
    }
}
