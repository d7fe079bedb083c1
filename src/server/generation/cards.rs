//! From a row to what people see.

use super::life::known;
use crate::model::{
    catalogue::Size,
    credits::Credits,
    generation::{Card, Charge, Estimate, Reason, State},
    ids::{GenerationId, QuoteId},
};
use crate::server::{
    db::generations::{CardRow, GenerationRow},
    error::Result,
};

/// The size of a row.
pub fn size(row: &GenerationRow) -> Size {
    pixels(row.width, row.height)
}

/// A size as the database has it.
pub fn pixels(width: i64, height: i64) -> Size {
    Size::new(small(width), small(height))
}

/// A number that the rules keep small.
pub fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// The card of a row.
pub fn card(row: CardRow, place: Option<u32>, estimate: Option<Estimate>) -> Result<Card> {
    let state = known(&row.state)?;
    let credits = Credits(row.credits);
    Ok(Card {
        id: GenerationId(row.id),
        quote: QuoteId(row.quote_id),
        take: small(row.take),
        prompt: row.prompt,
        title: row.title,
        favourite: row.favourite,
        model: row.model_label,
        size: pixels(row.width, row.height),
        seconds: small(row.seconds),
        seed: small(row.seed),
        state,
        progress: small(row.progress),
        reason: row.reason.as_deref().and_then(Reason::parse),
        charge: match state {
            State::Succeeded => Charge::Charged(credits),
            ended if ended.is_terminal() => Charge::NotCharged,
            _ => Charge::Held(credits),
        },
        place,
        poster: state == State::Succeeded && row.media_stills,
        estimate: estimate.filter(|_| !state.is_terminal()),
        answered_at: None,
        deadline_at: None,
        created_at: row.created_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
    })
}
