//! The bounded pool: renders off the async threads, tells each frame, stops when nobody wants the video any more.

use super::super::{Order, Original};
use super::render::{RenderError, RenderSpec, Start, extend, render};
use std::{
    collections::HashMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{Semaphore, watch};

/// How far one video is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// For a free thread.
    Waiting,
    /// So many frames of all.
    Frames { done: u32, total: u32 },
    /// The file is whole.
    Done,
    /// What went wrong, for the log.
    Failed(String),
}

/// A video in the making. Nobody listening means that nobody wants it: the renderer stops at its next frame.
struct Slot {
    news: watch::Receiver<Progress>,
    file: PathBuf,
}

/// The pool.
pub struct Pool {
    scratch: PathBuf,
    threads: Arc<Semaphore>,
    slots: Arc<Mutex<HashMap<String, Slot>>>,
}

impl Pool {
    /// A pool of so many threads. What an earlier process left in the folder is cleared away.
    pub fn new(scratch: PathBuf, threads: usize) -> std::io::Result<Self> {
        crate::server::storage::clear_scratch(&scratch)?;
        Ok(Self {
            scratch,
            threads: Arc::new(Semaphore::new(threads)),
            slots: Arc::default(),
        })
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a video, or finds it when the same claim started it before. The answer is the job's name. A claim that is
    /// lost and the next one may both be at work here for a moment: neither stops the other, nor touches its file.
    pub fn start(&self, order: &Order) -> String {
        let job = format!("{}-{}", order.reference, order.claim);
        let mut slots = self.slots();
        let running = slots
            .get(&job)
            .is_some_and(|slot| !matches!(*slot.news.borrow(), Progress::Failed(_)));
        if running {
            return job;
        }
        let file = self.scratch.join(format!("{job}-{}.mp4", std::process::id()));
        let (tell, news) = watch::channel(Progress::Waiting);
        slots.insert(
            job.clone(),
            Slot {
                news,
                file: file.clone(),
            },
        );
        drop(slots);
        let film = Wanted {
            spec: spec(order),
            original: order.original.clone(),
        };
        tokio::spawn(work(self.threads.clone(), film, file, tell));
        job
    }

    /// The next news of a job, or where it stands after a while without any.
    pub async fn news(&self, job: &str, wait: Duration) -> Option<Progress> {
        let mut news = self.slots().get(job)?.news.clone();
        if matches!(*news.borrow(), Progress::Waiting | Progress::Frames { .. }) {
            news.mark_unchanged();
            let _ = tokio::time::timeout(wait, news.changed()).await;
        }
        let now = news.borrow().clone();
        // The thread is gone and has not said how it ended: it panicked.
        let silent =
            news.has_changed().is_err() && matches!(now, Progress::Waiting | Progress::Frames { .. });
        Some(if silent {
            Progress::Failed("the renderer stopped without a word".into())
        } else {
            now
        })
    }

    /// The finished file, which is the caller's from now on.
    pub fn finished(&self, job: &str) -> Option<PathBuf> {
        let mut slots = self.slots();
        let done = slots
            .get(job)
            .is_some_and(|slot| *slot.news.borrow() == Progress::Done);
        if done {
            slots.remove(job).map(|slot| slot.file)
        } else {
            None
        }
    }

    /// Stops a job, if it runs, and clears its file away.
    pub fn forget(&self, job: &str) {
        let slot = self.slots().remove(job);
        if let Some(slot) = slot.filter(|slot| *slot.news.borrow() == Progress::Done) {
            let _ = std::fs::remove_file(slot.file);
        }
    }
}

fn spec(order: &Order) -> RenderSpec {
    RenderSpec {
        prompt: order.prompt.clone(),
        seed: u64::from(order.seed),
        width: order.size.width,
        height: order.size.height,
        seconds: order.seconds,
        caption: order.caption,
    }
}

/// What is drawn, and what it goes on from: the file stays until the drawing ends.
struct Wanted {
    spec: RenderSpec,
    original: Option<Original>,
}

async fn work(threads: Arc<Semaphore>, film: Wanted, file: PathBuf, tell: watch::Sender<Progress>) {
    let thread = tokio::select! {
        thread = threads.acquire_owned() => thread,
        () = tell.closed() => return,
    };
    let Ok(thread) = thread else { return };
    let rendering = tokio::task::spawn_blocking(move || {
        let _thread = thread;
        let end = draw(&film, &file, &tell);
        let wanted = tell
            .send(end.clone().unwrap_or(Progress::Failed("cancelled".into())))
            .is_ok();
        if !wanted || end != Some(Progress::Done) {
            let _ = std::fs::remove_file(&file);
        }
    });
    if let Err(error) = rendering.await {
        tracing::error!(%error, "the built-in renderer panicked");
    }
}

/// Renders, telling each frame; nothing when it was stopped on the way.
fn draw(film: &Wanted, file: &Path, tell: &watch::Sender<Progress>) -> Option<Progress> {
    let mut on_frame = |done: u32, total: u32| match tell.send(Progress::Frames { done, total }) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    let start = film.original.as_ref().and_then(|original| {
        Some(Start {
            film: original.file.as_ref()?.to_path_buf(),
            prompt: original.prompt.clone(),
            seconds: original.seconds,
        })
    });
    let drawn = match start {
        Some(start) => extend(&film.spec, &start, file, &mut on_frame),
        None => render(&film.spec, file, &mut on_frame),
    };
    match drawn {
        Ok(()) => Some(Progress::Done),
        Err(RenderError::Cancelled) => None,
        Err(error) => Some(Progress::Failed(error.to_string())),
    }
}
