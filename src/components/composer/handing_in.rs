//! Work is handed in: once, at the price that is on the button, and whatever is refused is said where it belongs.

use super::{Composer, DRAFT, PROMPT};
use crate::api::generation::create_generation;
use crate::browser;
use crate::components::outcome::sign_in_again;
use crate::language::t;
use crate::model::{
    composition::ComposerForm,
    credits::Credits,
    error::{AppError, Code},
};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The button rests so long after work was handed in, so that a double click creates once, in milliseconds.
const BREATHE: u32 = 700;
/// A price that expires within so many milliseconds is not sent any more.
const TOO_CLOSE: i64 = 3_000;

impl Composer {
    /// Hands the work in, once, at the price that is on the button.
    pub fn submit(self) {
        if self.busy.get_untracked() {
            return;
        }
        if let Some(obstacle) = untrack(|| self.obstacle()) {
            browser::focus(focusable(&obstacle.field), false);
            return;
        }
        self.busy.set(true);
        // A price that is still to be asked for would take the place of the one that is on the button.
        self.asking.set_value(None);
        self.handed_in.update_value(|times| *times += 1);
        self.errors.set(Vec::new());
        self.message.set(None);
        let shown = untrack(|| self.price());
        spawn_local(async move {
            match self.hand_in(shown).await {
                Ok(()) => self.breathe(),
                Err(error) => {
                    let _ = self.busy.try_set(false);
                    self.refused(error);
                }
            }
        });
    }

    fn breathe(self) {
        let rested = browser::after(BREATHE, move || {
            let _ = self.busy.try_set(false);
        });
        let _ = self.resting.try_set_value(Some(rested));
    }

    async fn hand_in(self, shown: Option<Credits>) -> Result<(), AppError> {
        let form = self.form.get_untracked();
        let choices = self.choices.get_untracked();
        let at_hand = self.quote.get_untracked().filter(|quote| {
            Some(&quote.choices) == choices.as_ref() && quote.expires_at - self.live.server_now() > TOO_CLOSE
        });
        let quote = match at_hand {
            Some(quote) => quote,
            None => self.fetch_price().await?,
        };
        if Some(quote.credits) != shown {
            return Err(AppError::new(Code::QuoteStale, new_price(quote.credits)));
        }
        let cards = create_generation(ComposerForm {
            quote: quote.token.clone(),
            ..form
        })
        .await?;
        browser::remember(DRAFT, "");
        // One price creates once; the next take gets its own.
        let _ = self.quote.try_set(None);
        let _ = self.watched.try_set(Some(quote.id));
        self.live.add(cards);
        if browser::has_focus(PROMPT) {
            // The prompt stays for the next take, and typing replaces it.
            browser::select_text(PROMPT);
        }
        // Should this fail, the next submit asks again.
        drop(self.fetch_price().await);
        Ok(())
    }

    fn refused(self, error: AppError) {
        match error.code {
            Code::SignInNeeded => sign_in_again(),
            Code::QuoteStale => {
                let (words, shown) = (error.message, untrack(|| self.price()));
                self.live.refetch();
                spawn_local(async move {
                    let words = match self.fetch_price().await {
                        Ok(quote) if Some(quote.credits) != shown => {
                            [&words, " ", &new_price(quote.credits)].concat()
                        }
                        _ => words,
                    };
                    let _ = self.message.try_set(Some(words));
                });
            }
            _ if error.fields.is_empty() => {
                let _ = self.message.try_set(Some(error.message));
                self.live.refetch();
            }
            _ => {
                if let Some(first) = error.fields.first() {
                    browser::focus(focusable(&first.field), false);
                }
                let _ = self.errors.try_set(error.fields);
            }
        }
    }
}

fn new_price(price: Credits) -> String {
    t!(
        "The price is {price} now. Create again if that is fine.",
        price = price.in_words()
    )
}

/// The element to go to for a field.
fn focusable(field: &str) -> &'static str {
    match field {
        "seed" => "seed",
        "model" => "model",
        "seconds" => "seconds",
        "also" => "also",
        "input_reference" => "picture",
        "credits" | "quote" => "create",
        _ => PROMPT,
    }
}
