//! What an order puts into its one transaction: every take of every prompt on every model.

use super::{Generations, extend::onward, guarded, programs::Alongside};
use crate::model::{
    composition::{Composition, SEED_MAX, batch::Part, nth_seed},
    credits::Credits,
    generation::State,
    ids::UserId,
};
use crate::server::{
    db::generations::{self, GenerationRow},
    error::Result,
    generation::{
        JOB,
        life::Moment,
        pictures,
        quotes::{Terms, stale},
    },
    jobs,
    providers::Wanted,
};
use rand::RngExt as _;

impl Generations {
    /// Hold, generation, job and event for each take. False when the quote, or what goes alongside, was used meanwhile.
    pub(super) async fn insert_in(
        &self,
        moment: &mut Moment<'_>,
        user: UserId,
        composed: &Composition,
        terms: &Terms,
        alongside: &Alongside<'_>,
    ) -> Result<bool> {
        let now = self.life.clock.now();
        let first_seed = composed
            .seed
            .unwrap_or_else(|| rand::rng().random_range(0..=SEED_MAX));
        let mut parts = Vec::new();
        for (part, each) in terms.parts() {
            parts.push((self.row_of(&part, each, composed, alongside.original)?, each));
        }
        let mut number = 0;
        for prompt in &composed.prompts {
            for (row, each) in &parts {
                for take in 0..terms.choices.takes {
                    number += 1;
                    let row = GenerationRow {
                        user_id: user.0,
                        quote_id: terms.id.0,
                        take: number,
                        prompt: prompt.clone(),
                        // Each take gets its own seed; a chosen one belongs to the first. Models and prompts share them.
                        seed: i64::from(nth_seed(first_seed, take)),
                        created_at: now,
                        ..row.clone()
                    };
                    if !self
                        .insert_one(moment, user, row, *each, composed, alongside)
                        .await?
                    {
                        return Ok(false);
                    }
                }
            }
        }
        guarded::allow(&mut moment.tx, user, terms, alongside, now).await?;
        Ok(true)
    }

    /// What all generations of one part have in common.
    fn row_of(
        &self,
        part: &Part,
        each: Credits,
        composed: &Composition,
        original: Option<&GenerationRow>,
    ) -> Result<GenerationRow> {
        let wanted = Wanted {
            model: &part.model,
            size: part.size,
            seconds: part.seconds,
            picture: composed.picture.is_some(),
            most: each,
            onward: original.map(onward),
        };
        let (provider, offer) = self.providers.choose(&wanted).ok_or_else(stale)?;
        Ok(GenerationRow {
            picture_id: composed.picture.map(|id| id.0),
            model: part.model.clone(),
            model_label: offer.model.label.clone(),
            provider: provider.name().to_owned(),
            width: i64::from(part.size.width),
            height: i64::from(part.size.height),
            seconds: i64::from(part.seconds) + original.map_or(0, |original| original.seconds),
            added_seconds: original.map(|_| i64::from(part.seconds)),
            caption: composed.caption,
            credits: each.0,
            state: State::Queued.as_str().into(),
            ..GenerationRow::default()
        })
    }

    async fn insert_one(
        &self,
        moment: &mut Moment<'_>,
        user: UserId,
        row: GenerationRow,
        each: Credits,
        composed: &Composition,
        alongside: &Alongside<'_>,
    ) -> Result<bool> {
        let now = row.created_at;
        let id = self.life.ids.generation();
        if !alongside.before(&mut moment.tx, user, id, now).await? {
            return Ok(false);
        }
        if let Some(picture) = composed.picture {
            pictures::take(&mut moment.tx, user, picture, now).await?;
        }
        let hold = self
            .life
            .ledger
            .hold(&mut moment.tx, user, each, &id.to_string())
            .await?;
        let row = GenerationRow {
            id: id.0,
            remixed_from: alongside.origin.map(|origin| origin.from.0),
            derived_by: alongside.origin.map(|origin| origin.how.as_str().into()),
            hold_id: Some(hold.0),
            ..row
        };
        if !generations::add(&mut moment.tx, &row).await? {
            return Ok(false);
        }
        alongside.after(&mut moment.tx, id, now).await?;
        jobs::enqueue(&mut moment.tx, JOB, row.id, &row.provider, user.0, now).await?;
        moment.tell(&row, State::Queued, None);
        Ok(true)
    }
}
