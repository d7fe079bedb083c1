//! The page of one video, and a variation of it.

use super::{Generations, forms::again};
use crate::model::{
    catalogue::Catalogue,
    composition::{ComposerForm, Quote},
    credits::{Credits, PostingKind},
    generation::{Card, HistoryLine, Reason, State, TakeLink, VideoPage, VideoPosting},
    ids::{GenerationId, PictureId, UserId},
    library::About,
    lineage::DerivedBy,
    trash::InTrash,
};
use crate::server::{
    db::{
        events::{self, EventRow},
        generations::GenerationRow,
        ledger,
    },
    error::{Failure, Result},
    generation::{
        cards::small,
        lineage::{self, Origin},
    },
};

/// The frame rate of files of which it was not noted, in frames for each 1,000 seconds: what most models make.
const USUAL_RATE: u32 = 24_000;

impl Generations {
    /// Everything about one own video.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn page(&self, user: UserId, id: GenerationId) -> Result<VideoPage> {
        self.page_again(user, id, String::new()).await
    }

    /// The same after a variation was refused under a quote: a price that the person was asked to confirm stays what it was.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn page_again(&self, user: UserId, id: GenerationId, quote: String) -> Result<VideoPage> {
        let (row, db) = (self.own(user, id).await?, &self.life.db);
        let cards = self.cards(user, vec![row.clone().into()]).await?;
        let card = only(cards)?;
        let history = history(&events::of(db, row.id).await?);
        let takes = lineage::takes(db, &row).await?;
        let links = takes.iter().map(|take| TakeLink {
            id: GenerationId(take.id),
            take: small(take.take),
        });
        let links = links.collect();
        let postings = match row.hold_id {
            Some(hold) => ledger::of_hold(db, user.0, hold).await?,
            None => Vec::new(),
        };
        let offered = self.providers.knows(&row.model);
        let catalogue = self.providers.catalogue();
        let extending = self.extending(user, &row, &quote).await?;
        let extended = self.extended(&row).await?;
        let variation = if offered && card.state == State::Succeeded && extended.is_none() {
            self.price_of_variation(user, &row, quote).await?
        } else {
            None
        };
        Ok(VideoPage {
            offered,
            variation,
            extending,
            extended,
            takes_picture: catalogue.models.iter().any(|model| model.input_reference),
            caption: row.caption,
            input_reference: row.picture_id.map(PictureId),
            quoted: Credits(row.credits),
            bytes: row.media_bytes,
            rate: row.media_rate.map_or(USUAL_RATE, small),
            sound: row.media_sound.unwrap_or_default(),
            trash: row.trashed_at.map(|at| InTrash::since(at, self.life.clock.now())),
            history,
            about: About::default(),
            postings: postings.iter().filter_map(posting).collect(),
            takes: links,
            family: lineage::family(db, &row, takes).await?,
            provider: row.provider,
            model_id: row.model,
            card,
        })
    }

    async fn price_of_variation(
        &self,
        user: UserId,
        row: &GenerationRow,
        quote: String,
    ) -> Result<Option<Quote>> {
        let form = varied(row, quote, &self.providers.catalogue());
        Ok(match self.asked_about(user, &form).await? {
            Some(quote) => Some(quote),
            None => self.quote(user, &form).await.ok(),
        })
    }

    /// Creates the same again with another seed, once for each quote.
    ///
    /// # Errors
    /// As [`create`](Self::create); `not_found`.
    pub async fn vary(&self, user: UserId, id: GenerationId, quote: &str) -> Result<Card> {
        let row = self.own(user, id).await?;
        let form = varied(&row, quote.to_owned(), &self.providers.catalogue());
        only(self.create(user, &form).await?)
    }

    /// The origin that a form names.
    pub(super) async fn origin(&self, user: UserId, form: &ComposerForm) -> Result<Option<Origin>> {
        lineage::origin(&self.life.db, user.0, &form.from, &form.derived_by).await
    }
}

/// The card of what was created alone.
pub(super) fn only(cards: Vec<Card>) -> Result<Card> {
    let card = cards.into_iter().next();
    card.ok_or_else(|| Failure::broken("a row without a card"))
}

/// The same with a seed that is chosen anew.
fn varied(row: &GenerationRow, quote: String, catalogue: &Catalogue) -> ComposerForm {
    ComposerForm {
        seed: String::new(),
        derived_by: DerivedBy::Variation.as_str().into(),
        quote,
        ..again(row, catalogue)
    }
}

/// The events in order; reports of progress that follow each other in one state make one line.
fn history(events: &[EventRow]) -> Vec<HistoryLine> {
    let mut lines = Vec::<HistoryLine>::new();
    for event in events {
        let Some(state) = State::parse(&event.state) else {
            continue;
        };
        match lines.last_mut().filter(|line| line.state == state) {
            Some(line) => {
                line.reports += 1;
                line.progress = small(event.progress);
            }
            None => lines.push(HistoryLine {
                state,
                at: event.at,
                reports: 0,
                progress: small(event.progress),
                reason: event.reason.as_deref().and_then(Reason::parse),
            }),
        }
    }
    lines
}

fn posting(row: &ledger::LineRow) -> Option<VideoPosting> {
    Some(VideoPosting {
        kind: PostingKind::parse(&row.kind)?,
        credits: Credits(row.credits),
        at: row.at,
    })
}
