//! Claims: the leases, the generations under their new fences, and what becomes of work whose provider is gone.

use super::{
    JOB,
    drive::wanted,
    life::{Ending, Moment, state},
    worker::Worker,
};
use crate::model::generation::{Reason, State};
use crate::server::{
    db::generations::{self, Change, GenerationRow},
    error::Result,
    jobs::{self, Claim, Job},
    providers::VideoProvider,
};

/// How long an order waits for a provider that does not know yet what it offers, in milliseconds.
const NOT_YET: i64 = 2_000;

impl Worker {
    /// Its provider does not make it any more: what nobody has begun yet goes to another one that does, and all else ends.
    pub(super) async fn pass_on(&self, moment: &mut Moment<'_>, row: &mut GenerationRow) -> Result<bool> {
        let next = self.providers.choose(&wanted(row));
        if let (State::Queued, Some((provider, _))) = (state(row)?, next) {
            let change = Change {
                provider: Some(provider.name()),
                ..Change::default()
            };
            let now = self.life.clock.now();
            return Ok(moment.step(row, State::Queued, change).await?
                && jobs::move_to(&mut moment.tx, JOB, row.id, row.fence, provider.name(), now).await?);
        }
        moment.end(row, &Ending::Without(Reason::ModelGone, "")).await
    }

    /// One transaction: the leases, the generations under their new fences, and `submitting` for those that begin.
    pub(super) async fn claim(
        &self,
        provider: &dyn VideoProvider,
        at_once: i64,
        most: i64,
    ) -> Result<Vec<(Job, GenerationRow)>> {
        let now = self.life.clock.now();
        let mut moment = self.life.begin().await?;
        let lease_ms = self.lease_ms();
        let claim = Claim {
            kind: JOB,
            queue: provider.name(),
            worker: &self.name,
            now,
            lease_ms,
            at_once,
            per_owner: self.per_user,
            most,
            longest_pause: jobs::LONGEST_PAUSE,
        };
        let jobs = jobs::claim(&mut moment.tx, &claim).await?;
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let mut work = Vec::with_capacity(jobs.len());
        for job in jobs {
            let Some(mut row) = generations::adopt(&mut moment.tx, job.subject, job.fence).await? else {
                // A job without living work: nothing is left to do.
                jobs::finish(&mut moment.tx, JOB, job.subject).await?;
                continue;
            };
            let offers = provider.offers();
            let offer = offers.iter().find(|offer| offer.model.id == row.model);
            let goes_on = match (state(&row)?, offer) {
                (State::Queued, Some(offer)) => {
                    let deadline = now + i64::try_from(offer.deadline.as_millis()).unwrap_or(i64::MAX / 2);
                    let change = Change {
                        started_at: Some(now),
                        deadline_at: Some(deadline),
                        ..Change::default()
                    };
                    moment.step(&mut row, State::Submitting, change).await?
                }
                // Its list of models is not there yet; the model may well be on it.
                (State::Queued, None) if !provider.knows_offers() => {
                    let later = now + NOT_YET;
                    jobs::give_back(&mut moment.tx, JOB, job.subject, job.fence, later, true).await?;
                    false
                }
                (State::Queued, None) => {
                    self.pass_on(&mut moment, &mut row).await?;
                    false
                }
                // An earlier worker died between handing over and hearing back. Where making it twice costs something,
                // nobody guesses.
                (State::Submitting, _) if !provider.rerunnable() => {
                    moment
                        .end(&mut row, &Ending::Without(Reason::Interrupted, ""))
                        .await?;
                    false
                }
                _ => true,
            };
            if goes_on {
                work.push((job, row));
            }
        }
        moment.commit().await?;
        Ok(work)
    }
}
