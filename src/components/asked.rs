//! What a page asks the server for.
//!
//! Whatever the answer is made of, the machinery around it (waiting, caching, travelling inside the page) knows one
//! type, [`Answer`]: so the browser carries that machinery once, not once for each kind of page.

use crate::browser::{self, Pen};
use crate::model::error::AppError;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::{Serialize, de::DeserializeOwned};
use std::{any::Any, convert::Infallible, future::Future, marker::PhantomData, pin::Pin, sync::Arc};

/// An answer that the server writes into the page, and that the browser fetches when it changes pages by itself.
pub struct Asked<T> {
    answer: Resource<Answer, Paper>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Asked<T> {}

impl<T: Clone + DeserializeOwned + Send + Sync + 'static> Asked<T> {
    /// The answer, once it is there.
    ///
    /// # Errors
    /// What the server function said.
    pub async fn answer(self) -> Result<T, AppError> {
        self.answer.await.read()
    }

    /// Asks again.
    pub fn again(self) {
        self.answer.refetch();
    }
}

/// An answer of any type.
#[derive(Clone)]
enum Answer {
    /// As the server function gave it, and how it is written down.
    Known(Arc<dyn Any + Send + Sync>, Pen),
    /// As it stood in the page.
    Written(Arc<str>),
}

impl Answer {
    fn read<T: Clone + DeserializeOwned + 'static>(&self) -> Result<T, AppError> {
        match self {
            Self::Known(answer, _) => answer.downcast_ref::<Result<T, AppError>>().cloned(),
            Self::Written(text) => browser::read(text),
        }
        .unwrap_or_else(|| Err(AppError::internal()))
    }
}

/// How an answer travels inside the page: as JSON with its quotes and backticks swapped. Leptos writes it into a string of
/// a script, where every quote would have to be escaped, and JSON is full of them.
struct Paper;

fn swapped(text: &str) -> String {
    let swap = |sign| match sign {
        '"' => '`',
        '`' => '"',
        other => other,
    };
    text.chars().map(swap).collect()
}

impl Encoder<Answer> for Paper {
    type Error = Infallible;
    type Encoded = String;

    fn encode(answer: &Answer) -> Result<String, Infallible> {
        Ok(match answer {
            Answer::Known(answer, pen) => swapped(&pen(answer.as_ref())),
            Answer::Written(text) => swapped(text),
        })
    }
}

impl Decoder<Answer> for Paper {
    type Error = Infallible;
    type Encoded = str;

    fn decode(text: &str) -> Result<Answer, Infallible> {
        Ok(Answer::Written(swapped(text).into()))
    }
}

/// Asks, and asks again when what the question depends on changes.
pub fn ask<Q, T, F>(
    question: impl Fn() -> Q + Send + Sync + 'static,
    fetch: impl Fn(Q) -> F + Send + Sync + 'static,
) -> Asked<T>
where
    Q: 'static,
    T: Serialize + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let question = Arc::new(question);
    let asked = question.clone();
    let fetch = move || -> Coming {
        let coming = fetch(untrack(|| asked()));
        Box::pin(async move { Answer::Known(Arc::new(coming.await), browser::pen::<Result<T, AppError>>()) })
    };
    Asked {
        answer: fetched(Box::new(move || drop(question())), Box::new(fetch)),
        of: PhantomData,
    }
}

type Coming = Pin<Box<dyn Future<Output = Answer> + Send>>;

fn fetched(
    question: Box<dyn Fn() + Send + Sync>,
    fetch: Box<dyn Fn() -> Coming + Send + Sync>,
) -> Resource<Answer, Paper> {
    // The question itself is not compared: whenever it changed, it is a new one.
    let asked = StoredValue::new(0_u32);
    let source = move || {
        question();
        asked.update_value(|asked| *asked += 1);
        asked.get_value()
    };
    Resource::new_with_options(source, move |_| fetch(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_into_the_page_is_read_as_it_was() {
        let said = String::from("a \"quoted\" `word` \\ </script> é");
        let pen = browser::pen::<Result<String, AppError>>();
        let known = Answer::Known(Arc::new(Ok::<_, AppError>(said.clone())), pen);
        let written = Paper::encode(&known).unwrap();
        assert_eq!(Paper::decode(&written).unwrap().read::<String>().unwrap(), said);
    }
}
