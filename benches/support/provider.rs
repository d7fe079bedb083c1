//! A provider that is done at once and delivers a small real video: what is measured is the pipeline, not the drawing.

use aisora::model::{
    catalogue::{Model, Size, SizeOffer},
    credits::Credits,
};
use aisora::server::providers::{
    Extends, JobStatus, Offer, Order, ProviderError, VideoProvider,
    builtin::render::{RenderSpec, render},
};
use async_trait::async_trait;
use std::{
    ops::ControlFlow,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

pub const MODEL: &str = "instant";
pub const SIZE: Size = Size::new(64, 64);

#[derive(Clone)]
pub struct Instant {
    offers: Arc<[Offer]>,
    video: Arc<Vec<u8>>,
    /// When the last poll said done, and how long the last download took.
    last: Arc<Mutex<(std::time::Instant, Duration)>>,
}

impl Default for Instant {
    fn default() -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let spec = RenderSpec {
            prompt: "a calm sea".into(),
            seed: 1,
            width: SIZE.width,
            height: SIZE.height,
            seconds: 1,
            caption: false,
        };
        render(&spec, file.path(), &mut |_, _| ControlFlow::Continue(())).expect("rendered");
        let model = Model {
            id: MODEL.into(),
            label: "Instant".into(),
            note: String::new(),
            sizes: vec![SizeOffer {
                size: SIZE,
                credits_per_second: Credits(1),
            }],
            seconds: vec![1],
            default_seconds: 1,
            input_reference: false,
            extends_to: 0,
            doing: None,
        };
        Self {
            offers: Arc::new([Offer {
                model,
                deadline: Duration::from_mins(1),
                available_until: None,
                successor: None,
                extends: Extends::File,
            }]),
            video: Arc::new(std::fs::read(file.path()).expect("read")),
            last: Arc::new(Mutex::new((std::time::Instant::now(), Duration::ZERO))),
        }
    }
}

impl Instant {
    pub fn last(&self) -> (std::time::Instant, Duration) {
        *self.last.lock().expect("unpoisoned")
    }
}

#[async_trait]
impl VideoProvider for Instant {
    fn name(&self) -> &'static str {
        "instant"
    }

    fn offers(&self) -> Arc<[Offer]> {
        self.offers.clone()
    }

    fn concurrency(&self) -> usize {
        64
    }

    async fn submit(&self, order: &Order) -> Result<String, ProviderError> {
        Ok(order.reference.to_string())
    }

    async fn poll(&self, _job: &str) -> Result<JobStatus, ProviderError> {
        self.last.lock().expect("unpoisoned").0 = std::time::Instant::now();
        Ok(JobStatus::Done)
    }

    async fn download(&self, _job: &str, to: &Path, _most_bytes: u64) -> Result<(), ProviderError> {
        let began = std::time::Instant::now();
        let written = tokio::fs::write(to, self.video.as_slice()).await;
        self.last.lock().expect("unpoisoned").1 = began.elapsed();
        written.map_err(|error| ProviderError::Broken(error.to_string()))
    }

    async fn cancel(&self, _job: &str) {}
}
