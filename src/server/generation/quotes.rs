//! Frozen prices. A quote is signed, not stored: it proves by itself who got it, for what, at which price, until when.
//! It is used up by the generations that carry its id.

use crate::language::t;
use crate::model::{
    composition::{Choices, Quote, batch::Part},
    credits::Credits,
    error::{AppError, Code},
    generation::Estimate,
    ids::{GenerationId, QuoteId, UserId},
};
use crate::server::{
    error::{Failure, Result},
    identity::base64_url,
};
use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What the signature covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The quote's id.
    pub id: QuoteId,
    /// Whom it was given to.
    pub user: UserId,
    /// What it is for.
    pub choices: Choices,
    /// Credits for one take.
    pub each: Credits,
    /// Credits for one take on the second model; none where there is none.
    #[serde(default)]
    pub also: Credits,
    /// The video that is extended; then the seconds of the choices are added to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onward: Option<GenerationId>,
    /// Until when, in unix milliseconds.
    pub expires_at: i64,
}

impl Terms {
    /// Credits for everything together.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn total(&self) -> Result<Credits> {
        self.choices
            .sum(self.each, self.also)
            .ok_or_else(|| Failure::broken("a price does not fit"))
    }

    /// What each model makes, with the credits for one take of it.
    pub fn parts(&self) -> impl Iterator<Item = (Part, Credits)> {
        let choices = &self.choices;
        let first = Part {
            model: choices.model.clone(),
            size: choices.size,
            seconds: choices.seconds,
        };
        let second = choices.also.clone().map(|part| (part, self.also));
        [(first, self.each)].into_iter().chain(second)
    }
}

/// Signs quotes and checks them.
pub struct Quotes {
    key: Vec<u8>,
}

impl Quotes {
    /// With the server's key, which every process of the server has.
    #[must_use]
    pub const fn new(key: Vec<u8>) -> Self {
        Self { key }
    }

    fn mac(&self, payload: &[u8]) -> Result<Hmac<Sha256>> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key).map_err(|error| Failure::broken(error.to_string()))?;
        mac.update(payload);
        Ok(mac)
    }

    /// A quote that nobody can change.
    ///
    /// # Errors
    /// `invalid` when the sum does not fit.
    pub fn freeze(&self, terms: Terms, estimate: Option<Estimate>) -> Result<Quote> {
        let payload = serde_json::to_vec(&terms).map_err(|error| Failure::broken(error.to_string()))?;
        let mac = self.mac(&payload)?.finalize().into_bytes();
        let token = format!("{}.{}", base64_url(&payload), base64_url(&mac));
        let total = terms.total()?;
        Ok(Quote {
            id: terms.id,
            choices: terms.choices,
            credits_each: terms.each,
            credits_also: terms.also,
            credits: total,
            expires_at: terms.expires_at,
            estimate,
            token,
        })
    }

    /// The terms of a quote, if this server gave it to this person and it still holds.
    ///
    /// # Errors
    /// `quote_stale` at the field `quote`; why exactly is nobody's business.
    pub fn read(&self, token: &str, user: UserId, now: i64) -> Result<Terms> {
        let terms = self
            .open(token)?
            .filter(|terms| terms.user == user && now <= terms.expires_at);
        terms.ok_or_else(|| stale().into())
    }

    fn open(&self, token: &str) -> Result<Option<Terms>> {
        let decode = |part: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).ok();
        let parts = token
            .split_once('.')
            .and_then(|(payload, mac)| Some((decode(payload)?, decode(mac)?)));
        let Some((payload, mac)) = parts else {
            return Ok(None);
        };
        if self.mac(&payload)?.verify_slice(&mac).is_err() {
            return Ok(None);
        }
        Ok(serde_json::from_slice(&payload).ok())
    }
}

/// The answer to a quote that does not hold.
#[must_use]
pub fn stale() -> AppError {
    AppError::field(
        Code::QuoteStale,
        "quote",
        t!("The price was worked out anew. Look at it and press again."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::catalogue::Size;
    use uuid::Uuid;

    fn terms() -> Terms {
        Terms {
            id: QuoteId(Uuid::from_u128(1)),
            user: UserId(Uuid::from_u128(2)),
            choices: Choices {
                model: "m".into(),
                size: Size::new(1280, 720),
                seconds: 4,
                takes: 2,
                prompts: 1,
                also: None,
            },
            each: Credits(40),
            also: Credits::ZERO,
            onward: None,
            expires_at: 1_000,
        }
    }

    #[test]
    fn a_quote_holds_for_its_person_until_it_expires() {
        let quotes = Quotes::new(vec![7; 32]);
        let quote = quotes.freeze(terms(), None).unwrap();
        assert_eq!(quote.credits, Credits(80));
        assert_eq!(quotes.read(&quote.token, terms().user, 1_000).unwrap(), terms());
        assert!(quotes.read(&quote.token, terms().user, 1_001).is_err(), "stale");
        assert!(
            quotes.read(&quote.token, UserId(Uuid::from_u128(3)), 1).is_err(),
            "foreign"
        );
    }

    #[test]
    fn a_combined_price_is_the_sum_of_its_parts() {
        let mut both = terms();
        both.choices.prompts = 3;
        both.choices.also = Some(Part {
            model: "n".into(),
            size: Size::new(640, 360),
            seconds: 5,
        });
        both.also = Credits(7);
        assert_eq!(both.total().unwrap(), Credits(3 * 2 * 47));
        assert_eq!(both.choices.count(), 12);
        let parts: Vec<_> = both.parts().map(|(part, each)| (part.model, each.0)).collect();
        assert_eq!(parts, [("m".into(), 40), ("n".into(), 7)]);
        both.also = Credits(i64::MAX);
        assert!(both.total().is_err(), "it does not wrap around");
    }

    #[test]
    fn a_price_cannot_be_tampered_with() {
        let quotes = Quotes::new(vec![7; 32]);
        let mac = quotes
            .freeze(terms(), None)
            .unwrap()
            .token
            .split_once('.')
            .unwrap()
            .1
            .to_owned();
        let cheaper = serde_json::to_vec(&Terms {
            each: Credits(1),
            ..terms()
        })
        .unwrap();
        let forged = format!("{}.{mac}", base64_url(&cheaper));
        assert!(quotes.read(&forged, terms().user, 1).is_err());
        let other_server = Quotes::new(vec![8; 32]).freeze(terms(), None).unwrap();
        assert!(quotes.read(&other_server.token, terms().user, 1).is_err());
        for junk in ["", ".", "a.b", "%%%.%%%", "e30.e30"] {
            assert!(quotes.read(junk, terms().user, 1).is_err(), "{junk}");
        }
    }
}
