//! Extending a video: a longer one of its own, which begins with all of the other one. What is added is what it costs.

use super::{
    Generations,
    programs::{Alongside, Conditions, TRIES, being_answered, within},
    video::only,
};
use crate::language::t;
use crate::model::{
    catalogue::Size,
    composition::{self, Choices, Composition, Quote, lengths_in_words},
    credits::Credits,
    error::{AppError, Code},
    generation::{Addition, Card, Extended, Extending, State},
    ids::{GenerationId, UserId},
    lineage::DerivedBy,
};
use crate::server::{
    db::generations::{self, GenerationRow, lineage},
    error::{Failure, Result},
    generation::{
        cards::{size, small},
        life,
        lineage::Origin,
        quotes::{Terms, stale},
    },
    moderation,
    providers::{Extends, MOST_ORIGINAL, NoExtender, Offer, Onward, paused_until},
};

/// How long a provider that does not have a video is not asked to extend it, in milliseconds.
const LOST: i64 = 24 * 60 * 60 * 1_000;

/// A video that is to be extended, as far as it decides who can.
pub fn onward(original: &GenerationRow) -> Onward<'_> {
    Onward {
        seconds: small(original.seconds),
        made_by: if original.kept_there {
            &original.provider
        } else {
            ""
        },
    }
}

/// What is asked for, and at which price.
struct Wanted {
    composed: Composition,
    each: Credits,
}

impl Generations {
    /// What can be added to an own video, each with a frozen price, or why nothing can. A price that the person was just
    /// asked about stays what it was.
    pub(super) async fn extending(
        &self,
        user: UserId,
        row: &GenerationRow,
        token: &str,
    ) -> Result<Extending> {
        let offer = match self.extender(row)? {
            Ok(offer) => offer,
            Err(why) => return Ok(Extending::Not(why)),
        };
        let now = self.life.clock.now();
        // Not for ever: it may have been another key that could not see it.
        let since = now - LOST;
        if offer.extends == Extends::Id && generations::is_lost_there(&self.life.db, row.id, since).await? {
            let why = in_words(
                NoExtender::Elsewhere,
                &row.model_label,
                size(row),
                small(row.seconds),
            );
            return Ok(Extending::Not(why));
        }
        // What was chosen stays chosen, also where its price does not hold any more.
        let chosen = self.terms_for(user, row, token, i64::MIN);
        let asked = chosen.as_ref().filter(|terms| now <= terms.expires_at);
        let waits = match asked {
            Some(terms) => self.waits_for(user, terms).await?,
            None => false,
        };
        let before = small(row.seconds);
        let lengths: Vec<_> = offer.model.additions(before).collect();
        let usual = lengths
            .iter()
            .find(|length| **length == offer.model.default_seconds);
        let first = chosen.as_ref().map(|terms| terms.choices.seconds);
        let first = first.filter(|seconds| lengths.contains(seconds));
        let first = first.or(usual.copied()).or(lengths.first().copied());
        let mut additions = Vec::with_capacity(lengths.len());
        for seconds in lengths {
            let same = asked.filter(|terms| waits && terms.choices.seconds == seconds);
            let quote = match same {
                Some(terms) => self.quotes.freeze(terms.clone(), None)?,
                None => self.freeze(user, row, &offer, seconds)?,
            };
            additions.push(Addition {
                total: before + seconds,
                quote,
                first: first == Some(seconds),
            });
        }
        Ok(Extending::By(additions))
    }

    /// Creates the extension of an own video that a quote is for, once for each quote.
    ///
    /// # Errors
    /// As [`create`](Self::create); `not_found`; `conflict` when it cannot be extended.
    pub async fn extend(&self, user: UserId, of: GenerationId, prompt: &str, token: &str) -> Result<Card> {
        let row = self.own(user, of).await?;
        let now = self.life.clock.now();
        let terms = self.terms_for(user, &row, token, now).ok_or_else(stale)?;
        let asked = composed(&row, prompt, terms.choices.clone())?;
        if let Some(cards) = self.created(user, terms.id, &asked).await? {
            return only(cards);
        }
        let offer = self.extender(&row)?.map_err(refused)?;
        let wanted = wanted(&row, &offer, prompt, terms.choices.seconds)?;
        if terms.choices != wanted.composed.choices {
            return Err(stale().into());
        }
        moderation::obey(self.rules.as_ref(), &wanted.composed.prompts).await?;
        let alongside = alongside(&row, None);
        only(self.make(user, &wanted.composed, &terms, &alongside).await?)
    }

    /// Creates an extension for a program. The same request again answers with the same video.
    ///
    /// # Errors
    /// As [`order`](Self::order); `not_found`; `conflict` when it cannot be extended.
    pub async fn order_extension(
        &self,
        of: GenerationId,
        prompt: &str,
        seconds: Option<&str>,
        conditions: &Conditions,
    ) -> Result<GenerationRow> {
        let user = conditions.caller.user;
        for _ in 0..TRIES {
            if let Some(row) = self.made_before(conditions).await? {
                return Ok(row);
            }
            let original = self.own(user, of).await?;
            let offer = self.extender(&original)?.map_err(refused)?;
            let added = added(&original, &offer, seconds)?;
            let wanted = wanted(&original, &offer, prompt, added)?;
            moderation::obey(self.rules.as_ref(), &wanted.composed.prompts).await?;
            let terms = self.terms_of(user, &original, wanted.composed.choices.clone(), wanted.each);
            within(terms.total()?, conditions.max_credits)?;
            let alongside = alongside(&original, Some(conditions));
            if self.place(user, &wanted.composed, &terms, &alongside).await? {
                return generations::first_of_quote(&self.life.db, user.0, terms.id.0)
                    .await?
                    .ok_or_else(|| Failure::broken("what was created is not there"));
            }
        }
        Err(being_answered().into())
    }

    /// What an extension would cost, and the length of all of it. Nothing is held, and no prompt is looked at.
    ///
    /// # Errors
    /// `not_found`; `conflict` when it cannot be extended; `invalid` at `seconds`.
    pub async fn price_extension(
        &self,
        user: UserId,
        of: GenerationId,
        seconds: Option<&str>,
    ) -> Result<(Quote, u32)> {
        let original = self.own(user, of).await?;
        let offer = self.extender(&original)?.map_err(refused)?;
        let added = added(&original, &offer, seconds)?;
        let quote = self.freeze(user, &original, &offer, added)?;
        Ok((quote, small(original.seconds) + added))
    }

    /// What an extension extends; nothing for all else.
    pub(super) async fn extended(&self, row: &GenerationRow) -> Result<Option<Extended>> {
        let (Some(added), Some(of)) = (row.added_seconds, row.remixed_from) else {
            return Ok(None);
        };
        let original = lineage::one(&self.life.db, row.user_id, of).await?;
        let there = original.filter(|original| original.deleted_at.is_none());
        Ok(Some(Extended {
            of: there.map(|original| GenerationId(original.id)),
            added: small(added),
        }))
    }

    /// Who extends a video, or a sentence that says why nobody does; an empty one where nobody would ask.
    fn extender(&self, row: &GenerationRow) -> Result<std::result::Result<Offer, String>> {
        let state = life::state(row)?;
        let model = row.model_label.as_str();
        if state.is_terminal() && state != State::Succeeded {
            return Ok(Err(String::new()));
        }
        let (provider, offer) = match self.providers.extender(&row.model, size(row), onward(row)) {
            Ok(found) => found,
            Err(no) => return Ok(Err(in_words(no, model, size(row), small(row.seconds)))),
        };
        Ok(if state != State::Succeeded || row.media_prefix.is_none() {
            Err(t!("It can be extended when it is ready.").into())
        } else if row.trashed_at.is_some() {
            Err(t!("It lies in the trash. Restore it, and it can be extended.").into())
        } else if offer.extends == Extends::File
            && row.media_bytes.unwrap_or(0).unsigned_abs() > MOST_ORIGINAL
        {
            Err(t!("Its file is too large to be extended.").into())
        } else if let Err(error) = self.awake_from("model", paused_until(provider)) {
            Err(AppError::from(error).message)
        } else {
            Ok(offer)
        })
    }

    fn freeze(&self, user: UserId, row: &GenerationRow, offer: &Offer, seconds: u32) -> Result<Quote> {
        let choices = choices(row, seconds);
        let each = price(offer, &choices)?;
        self.quotes.freeze(self.terms_of(user, row, choices, each), None)
    }

    fn terms_of(&self, user: UserId, row: &GenerationRow, choices: Choices, each: Credits) -> Terms {
        Terms {
            id: self.life.ids.quote(),
            user,
            choices,
            each,
            also: Credits::ZERO,
            onward: Some(GenerationId(row.id)),
            expires_at: self.life.clock.now() + self.quote_ms,
        }
    }

    /// The terms of a quote for extending just this video, if it holds at a time, in unix milliseconds.
    fn terms_for(&self, user: UserId, row: &GenerationRow, token: &str, at: i64) -> Option<Terms> {
        let terms = self.quotes.read(token, user, at).ok()?;
        (terms.onward == Some(GenerationId(row.id))).then_some(terms)
    }
}

/// The same model and size with so many seconds more.
fn choices(row: &GenerationRow, seconds: u32) -> Choices {
    Choices {
        model: row.model.clone(),
        size: size(row),
        seconds,
        takes: 1,
        prompts: 1,
        also: None,
    }
}

fn price(offer: &Offer, choices: &Choices) -> Result<Credits> {
    let price = offer.model.price(choices.size, choices.seconds);
    price.ok_or_else(|| Failure::broken("an extension on offer has no price"))
}

/// The seconds that a program wants to be added; the usual ones where it does not say.
fn added(row: &GenerationRow, offer: &Offer, seconds: Option<&str>) -> Result<u32> {
    let lengths: Vec<_> = offer.model.additions(small(row.seconds)).collect();
    let wanted = match seconds {
        Some(text) => text.trim().parse().ok(),
        None => Some(offer.model.default_seconds),
    };
    wanted
        .filter(|seconds| lengths.contains(seconds))
        .ok_or_else(|| not_added(offer, &lengths).into())
}

fn not_added(offer: &Offer, lengths: &[u32]) -> AppError {
    let message = t!(
        "{model} adds {lengths} to this video.",
        model = offer.model.label,
        lengths = lengths_in_words(lengths)
    );
    AppError::field(Code::Invalid, "seconds", message)
}

/// An extension with everything of the original but its words. The seed stays: the motion goes on.
fn wanted(row: &GenerationRow, offer: &Offer, prompt: &str, seconds: u32) -> Result<Wanted> {
    let lengths: Vec<_> = offer.model.additions(small(row.seconds)).collect();
    if !lengths.contains(&seconds) {
        return Err(not_added(offer, &lengths).into());
    }
    let choices = choices(row, seconds);
    Ok(Wanted {
        each: price(offer, &choices)?,
        composed: composed(row, prompt, choices)?,
    })
}

fn composed(row: &GenerationRow, prompt: &str, choices: Choices) -> Result<Composition> {
    let prompt =
        composition::check_prompt(prompt).map_err(|words| AppError::field(Code::Invalid, "prompt", words))?;
    Ok(Composition {
        prompts: vec![prompt.to_owned()],
        choices,
        seed: Some(small(row.seed)),
        caption: row.caption,
        picture: None,
    })
}

fn alongside<'a>(original: &'a GenerationRow, conditions: Option<&'a Conditions>) -> Alongside<'a> {
    Alongside {
        conditions,
        origin: Some(Origin {
            from: GenerationId(original.id),
            how: DerivedBy::Extend,
        }),
        original: Some(original),
    }
}

fn in_words(no: NoExtender, model: &str, size: Size, seconds: u32) -> String {
    match no {
        NoExtender::Model => t!(
            "{model} is not offered any more, so this cannot be extended.",
            model = model
        ),
        NoExtender::Extending => t!("{model} does not extend videos.", model = model),
        NoExtender::Size => t!(
            "{model} does not make {size} any more, so this cannot be extended.",
            model = model,
            size = size
        ),
        NoExtender::Length(most) => t!(
            "This has {n} seconds; {model} extends to at most {most} seconds.",
            n = seconds,
            model = model,
            most = most
        ),
        NoExtender::Elsewhere => t!(
            "{model} extends only what its server made and still has, and that is not so here.",
            model = model
        ),
    }
}

fn refused(why: String) -> Failure {
    let why = if why.is_empty() {
        t!("There is no video to extend.").to_owned()
    } else {
        why
    };
    AppError::new(Code::Conflict, why).into()
}
