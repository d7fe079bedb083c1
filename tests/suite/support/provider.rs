//! A provider that does what the prompt tells it: everything that real ones do wrong.

use aisora::model::{
    catalogue::{Model, Size, SizeOffer},
    credits::Credits,
    generation::Reason,
};
use aisora::server::clock::Clock;
use aisora::server::providers::{
    Extends, JobStatus, Offer, Order, ProviderError, VideoProvider,
    builtin::render::{RenderSpec, render},
    health::Health,
};
use async_trait::async_trait;
use std::{
    collections::HashMap,
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// The played model: its id, its size, its length in seconds. One take costs 10 credits.
pub const MODEL: &str = "played";
pub const SIZE: Size = Size::new(128, 72);
pub const LENGTH: u32 = 1;

/// Long enough for whatever ends by itself, on a slow machine too.
pub const DEADLINE: Duration = Duration::from_mins(4);
/// For tests that wait for a deadline: what they make has to be there before it.
const HASTE: Duration = Duration::from_secs(20);

/// A real video of the right size, made once.
pub fn sample_video() -> &'static [u8] {
    static VIDEO: OnceLock<Vec<u8>> = OnceLock::new();
    VIDEO.get_or_init(|| make(SIZE, LENGTH))
}

/// A sound index over nothing.
fn without_pictures(video: &[u8]) -> Vec<u8> {
    let media = video
        .windows(4)
        .position(|four| four == b"mdat")
        .expect("a video")
        + 4;
    let mut bytes = video.to_vec();
    bytes[media..].fill(0);
    bytes
}

/// A video whose colours are finer than what the server decodes, as ffmpeg makes it.
fn fine_colours() -> Vec<u8> {
    let file = tempfile::Builder::new()
        .suffix(".mp4")
        .tempfile()
        .expect("a file");
    let source = format!("testsrc=size={SIZE}:rate=24:duration={LENGTH}");
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-y", "-v", "error", "-f", "lavfi", "-i", &source, "-c:v", "libx264", "-pix_fmt", "yuv444p",
        ])
        .args(["-movflags", "+faststart"])
        .arg(file.path())
        .status();
    assert!(made.is_ok_and(|made| made.success()), "ffmpeg makes a video");
    std::fs::read(file.path()).expect("read")
}

/// The same, longer: what extending the sample by its own length gives.
pub fn longer_video() -> &'static [u8] {
    static VIDEO: OnceLock<Vec<u8>> = OnceLock::new();
    VIDEO.get_or_init(|| make(SIZE, 2 * LENGTH))
}

fn make(size: Size, seconds: u32) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let spec = RenderSpec {
        prompt: "a calm sea".into(),
        seed: 1,
        width: size.width,
        height: size.height,
        seconds,
        caption: false,
    };
    render(&spec, file.path(), &mut |_, _| ControlFlow::Continue(())).expect("rendered");
    std::fs::read(file.path()).expect("read")
}

/// The provider. `orders` remembers every order that it took, so that tests can count them.
#[derive(Clone)]
pub struct Play {
    name: &'static str,
    offers: Arc<[Offer]>,
    pub concurrency: usize,
    pub orders: Arc<Mutex<Vec<Order>>>,
    /// The orders that stand at its door or came through it.
    pub begun: Arc<Mutex<Vec<String>>>,
    pub cancelled: Arc<Mutex<Vec<String>>>,
    /// What it was asked to forget, and how often it does not answer to that.
    pub forgotten: Arc<Mutex<Vec<String>>>,
    pub deaf: Arc<AtomicU32>,
    pub health: Option<Arc<Health>>,
    polls: Arc<Mutex<HashMap<String, u32>>>,
}

impl Default for Play {
    fn default() -> Self {
        let sizes = vec![SizeOffer {
            size: SIZE,
            credits_per_second: Credits(10),
        }];
        let model = Model {
            id: MODEL.into(),
            label: "Played".into(),
            note: String::new(),
            sizes,
            seconds: vec![LENGTH],
            default_seconds: LENGTH,
            input_reference: false,
            extends_to: 0,
            doing: None,
        };
        Self {
            name: "play",
            offers: Arc::new([Offer {
                model,
                deadline: DEADLINE,
                available_until: None,
                successor: None,
                extends: Extends::File,
            }]),
            concurrency: 8,
            orders: Arc::default(),
            begun: Arc::default(),
            cancelled: Arc::default(),
            forgotten: Arc::default(),
            deaf: Arc::default(),
            health: None,
            polls: Arc::default(),
        }
    }
}

impl Play {
    /// Another one of the same model, by its name and its price for a second. Its prompts go by the name too: "east:
    /// refuse" is for `east`, and whoever else gets it just makes it.
    pub fn named(name: &'static str, credits: i64) -> Self {
        let play = Self::default();
        let mut offer = play.offers[0].clone();
        offer.model.sizes[0].credits_per_second = Credits(credits);
        Self {
            name,
            offers: Arc::new([offer]),
            health: Some(Arc::new(Health::new(name.into(), Clock::System))),
            ..play
        }
    }

    /// The same, given up on soon.
    pub fn hasty(self) -> Self {
        self.offering(|offer| offer.deadline = HASTE)
    }

    /// The same with other offers.
    pub fn offering(self, change: impl Fn(&mut Offer)) -> Self {
        let mut offer = self.offers[0].clone();
        change(&mut offer);
        Self {
            offers: Arc::new([offer]),
            ..self
        }
    }

    fn prompt(&self, job: &str) -> String {
        self.order(job).map(|order| order.prompt).unwrap_or_default()
    }

    fn order(&self, job: &str) -> Option<Order> {
        let orders = self.orders.lock().expect("unpoisoned");
        let mut orders = orders.iter();
        orders.find(|order| order.reference.to_string() == job).cloned()
    }

    /// Has a job be done at the next poll.
    pub fn hurry(&self, job: &str) {
        self.polls
            .lock()
            .expect("unpoisoned")
            .insert(job.to_owned(), 1_000);
    }

    fn count(&self, key: &str) -> u32 {
        let mut polls = self.polls.lock().expect("unpoisoned");
        let count = polls.entry(key.to_owned()).or_default();
        *count += 1;
        *count
    }
}

#[async_trait]
impl VideoProvider for Play {
    fn name(&self) -> &'static str {
        self.name
    }

    fn offers(&self) -> Arc<[Offer]> {
        self.offers.clone()
    }

    fn concurrency(&self) -> usize {
        self.concurrency
    }

    fn poll_pause(&self, _job: &str, _polls: u32) -> Duration {
        Duration::from_millis(5)
    }

    fn health(&self) -> Option<&Health> {
        self.health.as_deref()
    }

    async fn submit(&self, order: &Order) -> Result<String, ProviderError> {
        let tries = self.count(&format!("submit {}", order.reference));
        let reference = order.reference.to_string();
        self.begun.lock().expect("unpoisoned").push(reference);
        let told = order.prompt.split("; ").find_map(|part| {
            let (name, what) = part.split_once(": ")?;
            (name == self.name).then_some(what)
        });
        match told.unwrap_or(&order.prompt) {
            "busy" => return Err(ProviderError::NotTaken("429".into())),
            "refuse" => return Err(ProviderError::Refused(Reason::ProviderRefused, "no".into())),
            "block at the door" => return Err(ProviderError::Refused(Reason::ProviderBlocked, "no".into())),
            "busy once" if tries == 1 => return Err(ProviderError::NotTaken("429".into())),
            "break at the door" => return Err(ProviderError::Broken("connection reset".into())),
            "hang at the door" => std::future::pending::<()>().await,
            "slow at the door" => tokio::time::sleep(Duration::from_millis(700)).await,
            _ => {}
        }
        self.orders.lock().expect("unpoisoned").push(order.clone());
        Ok(order.reference.to_string())
    }

    async fn poll(&self, job: &str) -> Result<JobStatus, ProviderError> {
        let polls = self.count(job);
        Ok(match self.prompt(job).as_str() {
            "hang" => std::future::pending().await,
            "slow" if polls < 100 => JobStatus::Running(polls),
            "never" => JobStatus::Running(polls.min(99)),
            "garbage" => return Err(ProviderError::Broken("<html>".into())),
            "garbage at first" if polls < 5 => return Err(ProviderError::Broken("<html>".into())),
            "unknown state" => JobStatus::Unknown("dreaming".into()),
            "unknown state at first" if polls < 5 => JobStatus::Unknown("dreaming".into()),
            "fail after 99" if polls == 1 => JobStatus::Running(99),
            "fail after 99" => JobStatus::Ended(Reason::ProviderFailed, "out of memory at node 7".into()),
            "block" => JobStatus::Ended(Reason::ProviderBlocked, "unsafe".into()),
            "gone" => JobStatus::Gone,
            _ => JobStatus::Done,
        })
    }

    async fn download(&self, job: &str, to: &Path, _most_bytes: u64) -> Result<(), ProviderError> {
        let whole = sample_video();
        let bytes = match self.prompt(job).as_str() {
            "half a file" => whole[..whole.len() / 2].to_vec(),
            "not a video" => b"{\"error\": \"try again\"}".to_vec(),
            "zero bytes" => Vec::new(),
            "wrong size" => make(Size::new(72, 128), LENGTH),
            "wrong length" => make(SIZE, LENGTH + 2),
            "no pictures" => without_pictures(whole),
            "fine colours" | "fine colours, with a picture" => fine_colours(),
            "done but 404" => return Err(ProviderError::Gone("404".into())),
            "done but 503" => return Err(ProviderError::Broken("503".into())),
            // Longer than one claim tries.
            "done but 503 for a while" if self.count(&format!("download {job}")) <= 5 => {
                return Err(ProviderError::Broken("503".into()));
            }
            "cut once" if self.count(&format!("download {job}")) == 1 => {
                return Err(ProviderError::Broken("connection reset".into()));
            }
            prompt => match self.order(job) {
                Some(order) => {
                    let before = order.original.map_or(0, |original| original.seconds);
                    let added = if prompt == "nothing added" {
                        0
                    } else {
                        order.seconds
                    };
                    match before + added {
                        LENGTH => whole.to_vec(),
                        seconds => make(SIZE, seconds),
                    }
                }
                None => whole.to_vec(),
            },
        };
        tokio::fs::write(to, bytes)
            .await
            .map_err(|error| ProviderError::Broken(error.to_string()))
    }

    async fn thumbnail(&self, job: &str) -> Option<Vec<u8>> {
        match self.prompt(job).as_str() {
            "fine colours, with a picture" => {
                let mut png = std::io::Cursor::new(Vec::new());
                let picture = image::RgbImage::from_pixel(1_600, 900, image::Rgb([9, 90, 200]));
                picture
                    .write_to(&mut png, image::ImageFormat::Png)
                    .expect("written");
                Some(png.into_inner())
            }
            "fine colours" => Some(b"no picture".to_vec()),
            _ => panic!("nobody needs a picture of a video that can be decoded"),
        }
    }

    async fn cancel(&self, job: &str) {
        self.cancelled.lock().expect("unpoisoned").push(job.to_owned());
    }

    async fn forget(&self, job: &str) -> Result<(), ProviderError> {
        let less = |left: u32| left.checked_sub(1);
        if self
            .deaf
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            .is_ok()
        {
            return Err(ProviderError::Broken("connection reset".into()));
        }
        self.forgotten.lock().expect("unpoisoned").push(job.to_owned());
        Ok(())
    }
}
