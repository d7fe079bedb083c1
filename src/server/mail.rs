//! Letters by e-mail: who wants which, what they say, and that they are sent.
//!
//! A letter is gathered in the transactions that make it necessary, with a job of the durable queue; the [`Postman`] sends
//! it. Neither holds anything personal but ids: what a letter says is looked up when it is sent, and what its person threw
//! away meanwhile is not told. A new kind of letter is a word in [`Kind`], what gathers it, and what it says.

mod confirm;
mod ended;
mod letter;
mod links;
mod post;
mod postman;

use super::{
    clock::{Clock, Ids},
    db::{Db, Tx, letters},
    error::Result,
    identity::Person,
    jobs,
};
use crate::language::language;
use crate::model::{error::AppError, ids::UserId, person::MailChoice};
use std::sync::Arc;
use uuid::Uuid;

pub use confirm::again_at;
pub use ended::{LONG, announce};
pub use links::Links;
pub use postman::Postman;

/// The kind of the jobs, and their queue. Such a job has the id of its letter, and its owner is the letter's reader.
const JOB: &str = "letter";
const QUEUE: &str = "letters";
const MINUTE: i64 = 60_000;

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Work that took long has ended.
    Ended,
    /// Whether the address is the person's.
    Confirm,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Ended, Self::Confirm];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Confirm => "confirm",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The letter of a kind that is being gathered for a reader, sent at `run_at` when it is a new one. One that was there has
/// its job: who closes it locks the job and then the letter, so nobody who has the letter may wait for its job.
async fn open(tx: &mut Tx, ids: &Ids, user: Uuid, kind: Kind, now: i64, run_at: i64) -> Result<Uuid> {
    let new = ids.uuid();
    let letter = letters::gather(tx, new, user, kind.as_str(), now).await?;
    if letter == new {
        jobs::enqueue(tx, JOB, letter, QUEUE, user, run_at).await?;
    }
    Ok(letter)
}

/// What became of the question whether an address is the person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It waits for an answer.
    Waiting,
    /// It is.
    Confirmed,
    /// The link does not work any more, or the letters are not wanted any more.
    Over,
}

/// Who wants which letters.
pub struct Mail {
    db: Db,
    clock: Clock,
    ids: Arc<Ids>,
    links: Links,
    configured: bool,
}

impl Mail {
    /// The service over a database. `configured` says whether letters can be sent.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, ids: Arc<Ids>, links: Links, configured: bool) -> Self {
        Self {
            db,
            clock,
            ids,
            links,
            configured,
        }
    }

    /// What a person chose, as pages show it; nothing where no letters are sent.
    #[must_use]
    pub fn choice(&self, person: &Person) -> Option<MailChoice> {
        let wait = (person.mail_again_at - self.clock.now()).max(0);
        self.configured.then(|| MailChoice {
            email: person.email.clone(),
            wanted: person.mail_ended,
            confirmed: person.mail_confirmed_at.is_some(),
            again_in: u32::try_from((wait + MINUTE - 1) / MINUTE).unwrap_or(u32::MAX),
        })
    }

    /// Writes down whether a person wants letters about long work that ended. Who wants them is asked first, by a letter to
    /// their address, whether it is theirs; who is asked already and wants them once more is asked again, but not often.
    /// Letters come in the account's language; who never chose one gets the one in which they asked for letters.
    ///
    /// # Errors
    /// `not_found` where no letters are sent.
    pub async fn want(&self, user: UserId, wants: bool) -> Result<()> {
        if !self.configured {
            return Err(AppError::not_found().into());
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let spoken = wants.then(|| language().tag());
        let person = letters::set_wants_ended(&mut tx, user.0, wants, spoken).await?;
        let person = person.ok_or_else(AppError::not_found)?;
        let may_ask = now >= again_at(person.mail_asked_at, person.mail_asks);
        if wants && person.mail_confirmed_at.is_none() && may_ask {
            letters::ask(&mut tx, user.0, now).await?;
            open(&mut tx, &self.ids, user.0, Kind::Confirm, now, now).await?;
        }
        tx.commit().await
    }

    /// What became of the question in the letter with this link.
    ///
    /// # Errors
    /// `not_found` for a link that was made up, or is for another address than the person has now.
    pub async fn asked(&self, token: &str) -> Result<Asked> {
        Ok(self.question(token).await?.2)
    }

    /// Says that the address of the letter with this link is the person's. Who has the letter may do so: nobody signs in.
    ///
    /// # Errors
    /// `not_found` as above.
    pub async fn confirm(&self, token: &str) -> Result<Asked> {
        let (user, email, asked) = self.question(token).await?;
        if asked != Asked::Waiting {
            return Ok(asked);
        }
        let mut tx = self.db.begin().await?;
        letters::confirm(&mut tx, user.0, &email, self.clock.now()).await?;
        tx.commit().await?;
        self.asked(token).await
    }

    async fn question(&self, token: &str) -> Result<(UserId, String, Asked)> {
        let user = Links::addressee(token).ok_or_else(AppError::not_found)?;
        let reader = letters::reader(&self.db, user.0).await?;
        let reader = reader.ok_or_else(AppError::not_found)?;
        let until = self.links.confirms(token, &reader.email);
        let until = until.ok_or_else(AppError::not_found)?;
        let asked = match (reader.mail_ended, reader.mail_confirmed_at) {
            (true, Some(_)) => Asked::Confirmed,
            (true, None) if self.clock.now() < until => Asked::Waiting,
            _ => Asked::Over,
        };
        Ok((user, reader.email, asked))
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

    /// Sends the reader of the letter with this link no more of them. Who has the letter may do so: nobody signs in. Should
    /// the person want them again, the address is asked again.
    ///
    /// # Errors
    /// `not_found` for a link that was made up.
    pub async fn stop(&self, token: &str) -> Result<()> {
        let user = self.links.reader(token).ok_or_else(AppError::not_found)?;
        let mut tx = self.db.begin().await?;
        letters::stop(&mut tx, user.0).await?;
        tx.commit().await
    }
}
