//! Fetching the video: streamed into the file, bounded, taken up again where it was cut, redirects followed by hand.

use super::api::Api;
use crate::{
    model::generation::Reason,
    server::{http_client, providers::ProviderError},
};
use reqwest::{
    Method, Response, StatusCode, Url,
    header::{
        CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_RANGE, LOCATION, RANGE,
    },
};
use std::{io, path::Path, time::Duration};
use tokio::{
    fs::File,
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
};

/// The pause before a cut download is taken up again; it doubles each time.
const PAUSE: Duration = Duration::from_millis(250);
/// The longest chain of redirects.
const MOST_REDIRECTS: usize = 5;

/// Why a piece did not bring the download to its end.
enum Cut {
    /// The rest may still come.
    Rest(String),
    /// Nothing more comes.
    Over(ProviderError),
}

fn broken(what: impl Into<String>) -> Cut {
    Cut::Over(ProviderError::Broken(what.into()))
}

impl From<io::Error> for Cut {
    fn from(error: io::Error) -> Self {
        broken(error.to_string())
    }
}

fn bad(what: impl Into<String>) -> Cut {
    Cut::Over(ProviderError::Refused(Reason::BadVideo, what.into()))
}

/// What is there already, and how to ask for the rest.
struct Download<'a> {
    api: &'a Api,
    from: Url,
    file: File,
    most_bytes: u64,
    have: u64,
    total: Option<u64>,
    etag: Option<String>,
}

/// Fetches a job's video into a file; `resumes` is how often it is taken up again when it is cut.
pub async fn fetch(
    api: &Api,
    from: Url,
    to: &Path,
    most_bytes: u64,
    resumes: u32,
) -> Result<(), ProviderError> {
    let file = File::create(to)
        .await
        .map_err(|error| ProviderError::Broken(error.to_string()))?;
    let mut download = Download {
        api,
        from,
        file,
        most_bytes,
        have: 0,
        total: None,
        etag: None,
    };
    let mut last = String::new();
    for piece in 0..=resumes {
        if piece > 0 {
            tokio::time::sleep(PAUSE * 2_u32.pow(piece - 1)).await;
        }
        match download.piece().await {
            Ok(()) => return Ok(()),
            Err(Cut::Rest(why)) => last = why,
            Err(Cut::Over(error)) => return Err(error),
        }
    }
    Err(ProviderError::Broken(format!("cut again and again: {last}")))
}

impl Download<'_> {
    /// One answer, as far as it goes.
    async fn piece(&mut self) -> Result<(), Cut> {
        let mut response = self.follow().await?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if self.continues(response.headers()) => {}
            // The rest is not the rest of what is here: once more from the beginning.
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if self.have > 0 => {
                self.begin().await?;
                return Err(Cut::Rest("the rest does not fit".into()));
            }
            status if status == StatusCode::OK => self.fresh(response.headers()).await?,
            status @ (StatusCode::NOT_FOUND | StatusCode::GONE) => {
                return Err(Cut::Over(ProviderError::Gone(format!("the video: {status}"))));
            }
            status => return Err(broken(format!("the video: {status}"))),
        }
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) => self.write(&bytes).await?,
                Ok(None) => break,
                Err(error) => {
                    self.file.flush().await?;
                    return Err(Cut::Rest(http_client::in_words(error)));
                }
            }
        }
        self.file.flush().await?;
        match self.total {
            Some(total) if self.have < total => Err(Cut::Rest(format!("{} of {total} bytes", self.have))),
            _ => Ok(()),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Cut> {
        self.have += bytes.len() as u64;
        if self.have > self.most_bytes {
            return Err(self.too_large());
        }
        Ok(self.file.write_all(bytes).await?)
    }

    fn too_large(&self) -> Cut {
        bad(format!("the video is larger than {} bytes", self.most_bytes))
    }

    async fn begin(&mut self) -> Result<(), Cut> {
        (self.have, self.total, self.etag) = (0, None, None);
        self.file.set_len(0).await?;
        self.file.rewind().await?;
        Ok(())
    }

    /// A whole answer begins: what it says about itself.
    async fn fresh(&mut self, headers: &HeaderMap) -> Result<(), Cut> {
        self.begin().await?;
        let kind = text(headers, &CONTENT_TYPE)
            .unwrap_or_default()
            .to_ascii_lowercase();
        if kind.starts_with("text/") || kind.starts_with("application/json") {
            return Err(broken(format!("{kind} instead of a video")));
        }
        if kind.starts_with("video/x-msvideo") || kind.starts_with("video/avi") {
            return Err(bad("an AVI file: the server has no ffmpeg to write MP4 with"));
        }
        self.total = text(headers, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
        if self.total.is_some_and(|total| total > self.most_bytes) {
            return Err(self.too_large());
        }
        // A weak tag does not promise the same bytes.
        self.etag = text(headers, &ETAG)
            .filter(|etag| etag.starts_with('"'))
            .map(ToOwned::to_owned);
        Ok(())
    }

    /// Whether a part begins where we stopped and belongs to a file of the same length.
    fn continues(&self, headers: &HeaderMap) -> bool {
        let range = text(headers, &CONTENT_RANGE).and_then(|range| range.strip_prefix("bytes "));
        let Some((start, total)) = range.and_then(|range| {
            let (span, total) = range.split_once('/')?;
            Some((span.split_once('-')?.0, total))
        }) else {
            return false;
        };
        let same = match (total.parse::<u64>(), self.total) {
            (Ok(told), Some(known)) => told == known,
            _ => true,
        };
        start.parse() == Ok(self.have) && same
    }

    /// Asks for what is missing and follows redirects. The key goes to the server itself only, private addresses are
    /// not reached unless the configuration names them, and nothing leads from https back to http.
    async fn follow(&self) -> Result<Response, Cut> {
        let mut url = self.from.clone();
        for _ in 0..=MOST_REDIRECTS {
            let mut request = self.api.request(Method::GET, &url).map_err(bad)?;
            if self.have > 0 {
                request = request.header(RANGE, format!("bytes={}-", self.have));
                if let Some(etag) = &self.etag {
                    request = request.header(IF_RANGE, etag);
                }
            }
            let response = request.send().await.map_err(|error| {
                if http_client::is_private(&error) {
                    bad(http_client::in_words(error))
                } else {
                    Cut::Rest(http_client::in_words(error))
                }
            })?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let next = text(response.headers(), &LOCATION).and_then(|to| url.join(to).ok());
            let next = next.ok_or_else(|| broken("a redirect to nowhere"))?;
            if url.scheme() == "https" && next.scheme() != "https" {
                return Err(bad("a redirect from https to http"));
            }
            url = next;
        }
        Err(bad("too many redirects"))
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
