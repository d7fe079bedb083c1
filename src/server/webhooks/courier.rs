//! The courier: takes events to their endpoints, beside the worker that makes videos.

use super::{
    JOB, QUEUE, address,
    schedule::{self, Try, Verdict, verdict},
    secrets::{Message, Secrets},
};
use crate::model::{
    protocol::{EVENT, write_id},
    webhooks::{EventKind, Heard, OffReason, Trouble},
};
use crate::server::{
    clock::Clock,
    config::Mode,
    db::{
        Db, Tx,
        webhooks::{self as db, CallRow, Tried},
    },
    error::{Failure, Result},
    http_client::{self, HttpClient},
    jobs::{self, Claim, Job},
};
use chrono::DateTime;
use rand::RngExt as _;
use reqwest::{Method, Response, StatusCode, Url, header};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many events are on their way at once, and how many to one endpoint.
const AT_ONCE: i64 = 32;
const PER_ENDPOINT: i64 = 2;
/// How long an endpoint may take to answer, and how long and how much of its answer is read after that: nobody looks at
/// it, but a connection whose answer was read can be used again.
const ANSWER: Duration = Duration::from_secs(10);
const DRAIN: Duration = Duration::from_secs(1);
const DRAIN_BYTES: usize = 64 << 10;
/// How long a claim lasts, in milliseconds: longer than any try. After a crash the event is sent again then.
const LEASE: i64 = 30_000;
/// How often the courier looks without being called, and how long it rests in between at least: each look at a long line
/// of events costs something.
const LOOK: Duration = Duration::from_millis(500);
const REST: Duration = Duration::from_millis(10);
/// A courier that is told to stop waits so long for answers; what has none is sent again.
const LAST_ANSWERS: Duration = Duration::from_millis(1_200);
/// Deliveries are forgotten after so many milliseconds, looked for so often, and removed so many at once.
const KEPT: i64 = 30 * schedule::DAY;
const SWEEP: Duration = Duration::from_mins(10);
const SWEPT_AT_ONCE: i64 = 500;

/// Takes events to their endpoints.
#[derive(Clone)]
pub struct Courier {
    db: Db,
    clock: Clock,
    secrets: Secrets,
    client: HttpClient,
    mode: Mode,
    called: Arc<Notify>,
    under_way: Arc<AtomicI64>,
}

/// How a try ended, and what the endpoint asked to wait, in milliseconds.
type Ended = (Heard, Option<i64>);

impl Courier {
    /// A courier over a database. `called` rings when there is something to take.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn new(db: Db, clock: Clock, secrets: Secrets, mode: Mode, called: Arc<Notify>) -> Result<Self> {
        let client = HttpClient::for_strangers(mode == Mode::Development)
            .map_err(|error| Failure::broken(format!("no client for webhooks: {error}")))?;
        Ok(Self {
            db,
            clock,
            secrets,
            client,
            mode,
            called,
            under_way: Arc::default(),
        })
    }

    /// Works until it is told to stop; then it gives back every lease and returns.
    pub async fn run(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        let mut sweep_at = Instant::now();
        while !stop.is_cancelled() {
            let looked = async {
                self.look(&tasks, &stop).await?;
                if sweep_at <= Instant::now() && !self.sweep().await? {
                    sweep_at = Instant::now() + SWEEP;
                }
                Ok::<(), Failure>(())
            };
            if let Err(error) = looked.await {
                tracing::warn!(%error, "the courier could not look for events");
                tokio::time::sleep(LOOK).await;
            }
            tokio::time::sleep(REST).await;
            tokio::select! {
                () = self.called.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = stop.cancelled() => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn look(&self, tasks: &TaskTracker, stop: &CancellationToken) -> Result<()> {
        let (now, free) = (self.clock.now(), AT_ONCE - self.under_way.load(Ordering::SeqCst));
        if free <= 0 || !jobs::is_due(&self.db, QUEUE, now, schedule::LONGEST_PAUSE).await? {
            return Ok(());
        }
        let claim = Claim {
            kind: JOB,
            queue: QUEUE,
            worker: "courier",
            now,
            lease_ms: LEASE,
            at_once: AT_ONCE,
            per_owner: PER_ENDPOINT,
            most: free,
            longest_pause: schedule::LONGEST_PAUSE,
        };
        let mut tx = self.db.begin().await?;
        let jobs = jobs::claim(&mut tx, &claim).await?;
        tx.commit().await?;
        for job in jobs {
            let place = Place::take(self);
            let (courier, stop) = (self.clone(), stop.clone());
            tasks.spawn(async move {
                let _place = place;
                if let Err(error) = courier.take(&job, &stop).await {
                    tracing::warn!(event = %job.subject, %error, "an event was not taken to its endpoint; it is tried again");
                }
            });
        }
        Ok(())
    }

    /// Takes one event to its endpoint and writes down how it went.
    async fn take(&self, job: &Job, stop: &CancellationToken) -> Result<()> {
        let Some(call) = db::call(&self.db, job.subject).await? else {
            // Its endpoint was removed.
            let mut tx = self.db.begin().await?;
            jobs::finish_claimed(&mut tx, JOB, job.subject, job.fence).await?;
            return tx.commit().await;
        };
        if call.disabled_at.is_some() {
            return self.write_off(job).await;
        }
        let ended = tokio::select! {
            ended = self.post(&call) => ended?,
            () = out_of_time(stop) => return self.give_back(job).await,
        };
        self.write_down(job, &call, ended).await
    }

    /// One try.
    async fn post(&self, call: &CallRow) -> Result<Ended> {
        let not_allowed = (Heard::Nothing(Trouble::NotAllowed), None);
        let Some(url) = Url::parse(&call.url)
            .ok()
            .filter(|url| address::is_allowed(url, self.mode))
        else {
            return Ok(not_allowed);
        };
        let Ok(request) = self.client.request(Method::POST, &url) else {
            return Ok((Heard::Nothing(Trouble::PrivateAddress), None));
        };
        let now = self.clock.now();
        let id = write_id(EVENT, call.id);
        let message = Message {
            id: &id,
            timestamp: now / 1_000,
            body: &call.body,
        };
        let version = call.secret_version;
        let versions: &[i64] = match call.old_secret_until {
            Some(until) if until > now => &[version, version - 1],
            _ => &[version],
        };
        let signature = self.secrets.sign(call.endpoint_id, versions, message)?;
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", message.timestamp)
            .header("webhook-signature", signature)
            .body(call.body.clone());
        Ok(match tokio::time::timeout(ANSWER, request.send()).await {
            Ok(Ok(response)) => {
                let ended = (
                    Heard::Status(response.status().as_u16()),
                    retry_after(&response, now),
                );
                let _ = tokio::time::timeout(DRAIN, http_client::body(response, DRAIN_BYTES)).await;
                ended
            }
            Ok(Err(error)) => (Heard::Nothing(trouble(&error)), None),
            Err(_) => (Heard::Nothing(Trouble::TimedOut), None),
        })
    }

    /// Writes down how a try ended. A claim that was lost writes nothing: who has it now sends the event again.
    async fn write_down(&self, job: &Job, call: &CallRow, (heard, wait): Ended) -> Result<()> {
        let now = self.clock.now();
        let tried = Try {
            kind: EventKind::parse(&call.kind)
                .ok_or_else(|| Failure::broken("an event of an unknown kind"))?,
            heard,
            wait,
            number: job.attempts,
            began_at: job.created_at,
            now,
        };
        let verdict = verdict(&tried, rand::rng().random_range(80..=100));
        let mut tx = self.db.begin().await?;
        let ours = match verdict {
            Verdict::Again(at) => jobs::give_back(&mut tx, JOB, job.subject, job.fence, at, false).await?,
            _ => jobs::finish_claimed(&mut tx, JOB, job.subject, job.fence).await?,
        };
        if !ours {
            return tx.rollback().await;
        }
        judge(&mut tx, call, &tried, verdict).await?;
        let mut row = Tried {
            counts: true,
            ..Tried::default()
        };
        match heard {
            Heard::Status(status) => row.status = Some(status.into()),
            Heard::Nothing(trouble) => row.trouble = Some(trouble.as_str()),
        }
        let outcome = match verdict {
            Verdict::Delivered => {
                row.delivered_at = Some(now);
                "delivered"
            }
            Verdict::Again(at) => {
                row.next_at = Some(at);
                "again"
            }
            Verdict::GivenUp => {
                row.given_up_at = Some(now);
                "given_up"
            }
            Verdict::Gone => {
                row.given_up_at = Some(now);
                "gone"
            }
        };
        db::tried(&mut tx, call.id, &row).await?;
        tx.commit().await?;
        count(outcome);
        Ok(())
    }

    /// The endpoint was turned off after this event was written: it is not sent.
    async fn write_off(&self, job: &Job) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !jobs::finish_claimed(&mut tx, JOB, job.subject, job.fence).await? {
            return tx.rollback().await;
        }
        let tried = Tried {
            trouble: Some(Trouble::EndpointOff.as_str()),
            given_up_at: Some(self.clock.now()),
            ..Tried::default()
        };
        db::tried(&mut tx, job.subject, &tried).await?;
        tx.commit().await?;
        count("endpoint_off");
        Ok(())
    }

    /// The server stops: another courier, or this one after the start, takes the event. It counts as not tried.
    async fn give_back(&self, job: &Job) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let now = self.clock.now();
        jobs::give_back(&mut tx, JOB, job.subject, job.fence, now, true).await?;
        tx.commit().await
    }

    /// Forgets deliveries that are too old. Whether there may be more of them.
    async fn sweep(&self) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let swept = db::sweep(&mut tx, self.clock.now() - KEPT, SWEPT_AT_ONCE).await?;
        tx.commit().await?;
        Ok(i64::try_from(swept) == Ok(SWEPT_AT_ONCE))
    }
}

/// What a try means for its endpoint. A test that fails means nothing.
async fn judge(tx: &mut Tx, call: &CallRow, tried: &Try, verdict: Verdict) -> Result<()> {
    let (endpoint, now) = (call.endpoint_id, tried.now);
    let off = match verdict {
        Verdict::Delivered => return db::works(tx, endpoint).await,
        Verdict::Gone => db::turn_off(tx, endpoint, OffReason::Gone.as_str(), now, None).await?,
        _ if tried.kind == EventKind::Test => return Ok(()),
        Verdict::Again(_) => return db::fails(tx, endpoint, now).await,
        Verdict::GivenUp => {
            db::fails(tx, endpoint, now).await?;
            let since = Some(now - schedule::FAILING);
            db::turn_off(tx, endpoint, OffReason::Failing.as_str(), now, since).await?
        }
    };
    if off {
        tracing::info!(%endpoint, gone = verdict == Verdict::Gone, "a webhook endpoint was turned off");
    }
    Ok(())
}

fn count(outcome: &'static str) {
    metrics::counter!("aisora_webhook_deliveries_total", "outcome" => outcome).increment(1);
}

/// Returns when the server stops and the endpoints had a last chance to answer.
async fn out_of_time(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(LAST_ANSWERS).await;
}

/// Why there was no answer.
fn trouble(error: &reqwest::Error) -> Trouble {
    if http_client::is_private(error) {
        Trouble::PrivateAddress
    } else if http_client::is_untrusted(error) {
        Trouble::Certificate
    } else if error.is_timeout() {
        Trouble::TimedOut
    } else {
        Trouble::Unreachable
    }
}

/// The pause that an answer asks for, in milliseconds: seconds, or a time.
fn retry_after(response: &Response, now: i64) -> Option<i64> {
    if response.status().is_success() || response.status() == StatusCode::GONE {
        return None;
    }
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some(at.timestamp_millis().saturating_sub(now))
}

/// A place that an event on its way takes up; it is free again when the try is over, even when it panicked.
struct Place {
    under_way: Arc<AtomicI64>,
    called: Arc<Notify>,
}

impl Place {
    fn take(courier: &Courier) -> Self {
        courier.under_way.fetch_add(1, Ordering::SeqCst);
        Self {
            under_way: courier.under_way.clone(),
            called: courier.called.clone(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.called.notify_one();
    }
}
