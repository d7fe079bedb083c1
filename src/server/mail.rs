//! Letters by e-mail: who wants which, what they say, and that they are sent.
//!
//! A letter is gathered in the transactions that make it necessary, with a job of the durable queue; the [`Postman`] sends
//! it. Neither holds anything personal but ids: what a letter says is looked up when it is sent, and what its person threw
//! away meanwhile is not told. A new kind of letter is a word in [`Kind`], what gathers it, and what it says.

mod ended;
mod letter;
mod links;
mod post;
mod postman;

use super::{
    db::{Db, letters},
    error::Result,
};
use crate::language::language;
use crate::model::{error::AppError, ids::UserId};

pub use ended::{LONG, announce};
pub use links::Links;
pub use postman::Postman;

/// The kind of the jobs, and their queue. Such a job has the id of its letter, and its owner is the letter's reader.
const JOB: &str = "letter";
const QUEUE: &str = "letters";

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Work that took long has ended.
    Ended,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        (word == Self::Ended.as_str()).then_some(Self::Ended)
    }
}

/// Who wants which letters.
pub struct Mail {
    db: Db,
    links: Links,
    configured: bool,
}

impl Mail {
    /// The service over a database. `configured` says whether letters can be sent.
    #[must_use]
    pub const fn new(db: Db, links: Links, configured: bool) -> Self {
        Self {
            db,
            links,
            configured,
        }
    }

    /// Whether this server sends letters at all.
    #[must_use]
    pub const fn is_configured(&self) -> bool {
        self.configured
    }

    /// Writes down whether a person wants letters about long work that ended. They come in the account's language; who
    /// never chose one gets the one in which they asked for letters.
    ///
    /// # Errors
    /// `not_found` where no letters are sent.
    pub async fn want(&self, user: UserId, wants: bool) -> Result<()> {
        if !self.configured {
            return Err(AppError::not_found().into());
        }
        let mut tx = self.db.begin().await?;
        let spoken = wants.then(|| language().tag());
        letters::set_wants_ended(&mut tx, user.0, wants, spoken).await?;
        tx.commit().await
    }

    /// Whether the reader of the letter with this link still wants such letters.
    ///
    /// # Errors
    /// `not_found` for a link that was made up, or whose reader is gone.
    pub async fn wanted(&self, token: &str) -> Result<bool> {
        let user = self.links.reader(token).ok_or_else(AppError::not_found)?;
        let reader = letters::reader(&self.db, user.0).await?;
        Ok(reader.ok_or_else(AppError::not_found)?.mail_ended)
    }

    /// Sends the reader of the letter with this link no more of them. Who has the letter may do so: nobody signs in.
    ///
    /// # Errors
    /// `not_found` for a link that was made up.
    pub async fn stop(&self, token: &str) -> Result<()> {
        let user = self.links.reader(token).ok_or_else(AppError::not_found)?;
        let mut tx = self.db.begin().await?;
        letters::set_wants_ended(&mut tx, user.0, false, None).await?;
        tx.commit().await
    }
}
