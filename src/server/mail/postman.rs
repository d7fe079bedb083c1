//! The postman: sends letters, beside the worker that makes videos.

use super::{
    JOB, Kind, QUEUE, confirm,
    ended::{self, Around, GATHERED},
    links::Links,
    post::{Post, Posted},
};
use crate::language::{Language, within};
use crate::model::ids::UserId;
use crate::server::{
    clock::Clock,
    config::Config,
    db::{
        Db,
        letters::{self as db, EndedRow, LetterRow, ReaderRow},
    },
    error::Result,
    jobs::{self, Claim, Job},
};
use futures::future::join_all;
use lettre::Message;
use rand::RngExt as _;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// How long to wait after each try that may work out later, in milliseconds: most of a day in all, because mail servers
/// turn strangers away for a while, and operators sleep.
const PAUSES: [i64; 8] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    6 * HOUR,
    6 * HOUR,
];
/// A job that starts later than this was put off by a clock that went backwards since.
const LONGEST_PAUSE: i64 = 24 * HOUR;
/// For so long a letter waits for the rest of an order, in milliseconds: twenty takes are one letter, but an order that
/// takes all day is told of in between.
const ORDER: i64 = 30 * MINUTE;
/// How many letters are sent at once. They all go to the same server.
const AT_ONCE: i64 = 4;
/// How long a claim lasts, in milliseconds: longer than any try.
const LEASE: i64 = 120_000;
/// How often the postman looks.
const LOOK: Duration = Duration::from_millis(500);
/// A postman that is told to stop waits so long for answers.
const LAST_ANSWERS: Duration = Duration::from_millis(1_200);
/// How many of what ended a letter counts.
const COUNTED: i64 = 500;

/// Sends letters.
#[derive(Clone)]
pub struct Postman {
    db: Db,
    clock: Clock,
    links: Links,
    post: Post,
    studio: Arc<str>,
}

/// What is to be done with a letter now.
enum Now {
    /// Send it.
    Send(Box<Message>),
    /// Nothing, ever: nobody wants it, or there is nothing left to tell.
    Drop,
}

impl Postman {
    /// A postman over a database; nobody where the configuration names no mail server.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn new(db: Db, clock: Clock, links: Links, config: &Config) -> Result<Option<Self>> {
        let Some(mail) = &config.mail else {
            return Ok(None);
        };
        Ok(Some(Self {
            db,
            clock,
            links,
            post: Post::new(mail, &config.public_url)?,
            studio: config.public_url.as_str().into(),
        }))
    }

    /// Works until it is told to stop; then it gives back every lease and returns.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.look().await {
                Ok(jobs) => {
                    let sent = jobs.iter().map(|job| self.deliver(job, &stop));
                    join_all(sent).await;
                }
                Err(error) => tracing::warn!(%error, "the postman could not look for letters"),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    async fn look(&self) -> Result<Vec<Job>> {
        let now = self.clock.now();
        if !jobs::is_due(&self.db, QUEUE, now, LONGEST_PAUSE).await? {
            return Ok(Vec::new());
        }
        let claim = Claim {
            kind: JOB,
            queue: QUEUE,
            worker: "postman",
            now,
            lease_ms: LEASE,
            at_once: AT_ONCE,
            per_owner: 1,
            most: AT_ONCE,
            longest_pause: LONGEST_PAUSE,
        };
        let mut tx = self.db.begin().await?;
        let jobs = jobs::claim(&mut tx, &claim).await?;
        tx.commit().await?;
        Ok(jobs)
    }

    async fn deliver(&self, job: &Job, stop: &CancellationToken) {
        if let Err(error) = self.take(job, stop).await {
            tracing::warn!(letter = %job.subject, %error, "a letter was not sent; it is tried again");
        }
    }

    /// One try, and what follows from it.
    async fn take(&self, job: &Job, stop: &CancellationToken) -> Result<()> {
        let Some(letter) = self.close(job).await? else {
            return Ok(());
        };
        let message = match self.write(&letter).await? {
            Now::Send(message) => *message,
            Now::Drop => return self.finish(job, "dropped").await,
        };
        let posted = tokio::select! {
            posted = self.post.send(message) => posted,
            () = out_of_time(stop) => return self.put_off(job, self.clock.now(), true).await,
        };
        match posted {
            Posted::Taken => self.finish(job, "sent").await,
            Posted::Refused(code) => {
                tracing::warn!(letter = %job.subject, code, "the mail server refused a letter for good");
                self.finish(job, "refused").await
            }
            Posted::NotNow(why) => self.again(job, &why).await,
        }
    }

    /// Closes a letter: what ends from now on goes into the next one, for this one may arrive although a try failed. Nothing
    /// when it is not there any more, when somebody else has it, or when it waits for the rest of an order.
    async fn close(&self, job: &Job) -> Result<Option<LetterRow>> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if !jobs::renew(&mut tx, JOB, job.subject, job.fence, now + LEASE, None).await? {
            tx.rollback().await?;
            return Ok(None);
        }
        let Some(mut letter) = db::lookup(&mut tx, job.subject).await? else {
            jobs::finish_claimed(&mut tx, JOB, job.subject, job.fence).await?;
            tx.commit().await?;
            return Ok(None);
        };
        if letter.sealed_at.is_none() {
            // A clock that went backwards makes nobody wait longer.
            let waited = now - letter.created_at;
            if (0..ORDER).contains(&waited) && db::order_goes_on(&mut tx, &letter).await? {
                jobs::give_back(&mut tx, JOB, job.subject, job.fence, now + GATHERED, true).await?;
                tx.commit().await?;
                return Ok(None);
            }
            db::seal(&mut tx, letter.id, now).await?;
            letter.sealed_at = Some(now);
        }
        tx.commit().await?;
        Ok(Some(letter))
    }

    /// Writes a letter as things are now. Sent again it has the same id and the same date; what its person threw away
    /// meanwhile is not in it any more, and a new address or language counts.
    async fn write(&self, letter: &LetterRow) -> Result<Now> {
        let Some(kind) = Kind::parse(&letter.kind) else {
            tracing::warn!(letter = %letter.id, kind = letter.kind, "nobody here knows what such a letter says; it is dropped");
            return Ok(Now::Drop);
        };
        let Some(reader) = db::reader(&self.db, letter.user_id).await? else {
            return Ok(Now::Drop);
        };
        let told = db::items(&self.db, letter.id, COUNTED).await?;
        if !reader.mail_ended || !self.is_due(kind, letter, &reader, &told) {
            return Ok(Now::Drop);
        }
        let around = Around {
            id: letter.id,
            from: &self.post.from,
            reader: &reader,
            studio: &self.studio,
            link: &self.link(kind, letter, &reader)?,
            now: letter.sealed_at.unwrap_or(letter.created_at),
        };
        let language = reader
            .language
            .as_deref()
            .and_then(Language::from_tag)
            .unwrap_or_default();
        let written = within(language, || match kind {
            Kind::Ended => ended::letter(&around, &told, language, &ended::subject(&told)).message(),
            Kind::Confirm => confirm::letter(&around, language).message(),
        });
        if let Ok(message) = written {
            return Ok(Now::Send(Box::new(message)));
        }
        // Its address is none that mail can be sent to; what the error says may repeat it.
        tracing::warn!(letter = %letter.id, "a letter cannot be written to its address");
        Ok(Now::Drop)
    }

    /// Whether there is anything to say, to who wants letters.
    fn is_due(&self, kind: Kind, letter: &LetterRow, reader: &ReaderRow, told: &[EndedRow]) -> bool {
        let confirmed = reader.mail_confirmed_at.is_some();
        match kind {
            Kind::Ended => confirmed && !told.is_empty(),
            Kind::Confirm => !confirmed && self.clock.now() < letter.created_at + confirm::VALID,
        }
    }

    /// The address of the link in a letter.
    fn link(&self, kind: Kind, letter: &LetterRow, reader: &ReaderRow) -> Result<String> {
        let user = UserId(letter.user_id);
        let until = letter.created_at + confirm::VALID;
        Ok(match kind {
            Kind::Ended => format!("{}/unsubscribe/{}", self.studio, self.links.token(user)?),
            Kind::Confirm => {
                let token = self.links.confirmation(user, &reader.email, until)?;
                format!("{}/confirm/{token}", self.studio)
            }
        })
    }

    /// A try that may work out later; after the last one the letter is given up.
    async fn again(&self, job: &Job, why: &str) -> Result<()> {
        let tries = usize::try_from(job.attempts).unwrap_or(usize::MAX);
        let Some(pause) = PAUSES.get(tries.saturating_sub(1)) else {
            tracing::warn!(letter = %job.subject, why, "the mail server did not take a letter for most of a day; it is given up");
            return self.finish(job, "given_up").await;
        };
        tracing::warn!(letter = %job.subject, why, "the mail server did not take a letter; it is tried again");
        count("again");
        let percent = rand::rng().random_range(80..=120);
        self.put_off(job, self.clock.now() + pause * percent / 100, false)
            .await
    }

    /// The letter is done with, one way or the other. A claim that was lost writes nothing: who has it now sends it.
    async fn finish(&self, job: &Job, outcome: &'static str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !jobs::finish_claimed(&mut tx, JOB, job.subject, job.fence).await? {
            return tx.rollback().await;
        }
        db::remove(&mut tx, job.subject).await?;
        tx.commit().await?;
        count(outcome);
        Ok(())
    }

    /// The letter is sent later; with `undo` this try does not count.
    async fn put_off(&self, job: &Job, run_at: i64, undo: bool) -> Result<()> {
        let mut tx = self.db.begin().await?;
        jobs::give_back(&mut tx, JOB, job.subject, job.fence, run_at, undo).await?;
        tx.commit().await
    }
}

/// Returns when the server stops and the mail server had a last chance to answer.
async fn out_of_time(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(LAST_ANSWERS).await;
}

fn count(outcome: &'static str) {
    metrics::counter!("aisora_letters_total", "outcome" => outcome).increment(1);
}
