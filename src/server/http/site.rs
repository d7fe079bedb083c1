//! The browser's files: found beside the program, stamped with the hash of their contents, cached for good.

use crate::{
    language::{filled, language, t},
    server::router::Web,
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where the files are, and how the pages name them.
#[derive(Clone, Debug)]
pub struct Site {
    /// The folder.
    pub folder: PathBuf,
    /// `/pkg/aisora.css?v=…`
    pub css: String,
    /// `/pkg/aisora.js?v=…`
    pub js: String,
    /// `/pkg/aisora.wasm?v=…`
    pub wasm: String,
    /// `/js/still.js?v=…`, for pages that do not live in the browser.
    pub still: String,
    /// `/js/live.js?v=…`, beside the wasm of the studio's pages.
    pub live: String,
    /// `/words/de.json?v=…`, what a browser says in German.
    pub words: String,
}

/// The stamps that are worth caching for good.
pub type Stamps = Arc<Vec<String>>;

impl Site {
    /// Finds the folder (the configured one, `site` beside the program, or `target/site` of a developer) and reads it.
    ///
    /// # Errors
    /// When it is nowhere; the message says where it was looked for.
    pub fn find(configured: &Path) -> io::Result<Self> {
        let beside = std::env::current_exe()
            .ok()
            .and_then(|program| Some(program.parent()?.to_owned()));
        let mut places = Vec::new();
        if configured.as_os_str().is_empty() {
            if let Some(beside) = beside {
                places.push(beside.join("site"));
                // `target/release/aisora` and `target/site` after `make build`.
                places.extend(beside.parent().map(|target| target.join("site")));
            }
        } else {
            places.push(configured.to_owned());
        }
        let folder = places.iter().find(|place| place.join("pkg/aisora.js").is_file());
        let folder = folder.ok_or_else(|| {
            let places: Vec<_> = places.iter().map(|place| place.display().to_string()).collect();
            let message = format!(
                "The browser's files were not found in {}. `make build` makes them; AISORA_SITE_DIR says where they are.",
                places.join(" or ")
            );
            io::Error::new(io::ErrorKind::NotFound, message)
        })?;
        let stamped =
            |name: &str| -> io::Result<String> { Ok(format!("/{name}?v={}", stamp(&folder.join(name))?)) };
        Ok(Self {
            css: stamped("pkg/aisora.css")?,
            js: stamped("pkg/aisora.js")?,
            wasm: stamped("pkg/aisora.wasm")?,
            still: stamped("js/still.js")?,
            live: stamped("js/live.js")?,
            words: stamped("words/de.json")?,
            folder: folder.clone(),
        })
    }

    /// The stamps of the files that are served now.
    #[must_use]
    pub fn stamps(&self) -> Stamps {
        let files = [
            &self.css,
            &self.js,
            &self.wasm,
            &self.still,
            &self.live,
            &self.words,
        ];
        Arc::new(
            files
                .iter()
                .filter_map(|file| Some(file.split_once('?')?.1.to_owned()))
                .collect(),
        )
    }
}

fn stamp(file: &Path) -> io::Result<String> {
    let hash = Sha256::digest(std::fs::read(file)?);
    Ok(crate::server::identity::base64_url(&hash[..9]))
}

/// Marks an answer at an address where there is no file: what it shows may be somebody's own.
#[derive(Clone, Copy)]
pub struct NoFile;

/// The address without the slash at its end, for who reads a page by it. Never an address that a browser could take for
/// another site's.
#[must_use]
pub fn without_slash(method: &Method, uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    let is_ours = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    let reads = matches!(*method, Method::GET | Method::HEAD);
    (is_ours && reads).then(|| match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

/// What modules share, and what they load later: the build gives these files names with a hash of their contents.
const CHUNKS: &str = "/js/chunk-";

/// The program that shows a page without a network. Its own policy is the one of its answer, and it fetches.
const WORKER: &str = "/sw.js";
const WORKER_POLICY: &str =
    "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// `GET /offline`: what is shown without a network. The same for everybody, because browsers keep it.
pub async fn offline(State(web): State<Web>) -> impl IntoResponse {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "public, no-cache"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    let page = filled(
        include_str!("offline.html"),
        &[
            ("css", &web.site.css),
            ("lang", &language().tag()),
            ("title", &t!("No connection")),
            ("head", &t!("There is no connection")),
            (
                "words",
                &t!("Videos that are being made go on without you. Check your network, then try again."),
            ),
            ("again", &t!("Try again")),
        ],
    );
    (headers, page)
}

/// A file that was asked for by its current stamp never changes; any other is asked for again each time.
pub async fn cache(stamps: Stamps, request: Request, next: Next) -> Response {
    let is_worker = request.uri().path() == WORKER;
    let named_by_hash = request.uri().path().starts_with(CHUNKS);
    // The worker's address has the stamp of another file.
    let stamped = !is_worker
        && request
            .uri()
            .query()
            .is_some_and(|query| stamps.iter().any(|stamp| stamp == query))
        || named_by_hash;
    let mut response = next.run(request).await;
    let is_file = response.extensions_mut().remove::<NoFile>().is_none();
    if is_file
        && matches!(
            response.status(),
            StatusCode::OK | StatusCode::NOT_MODIFIED | StatusCode::PARTIAL_CONTENT
        )
    {
        let policy = if stamped {
            "public, max-age=31536000, immutable"
        } else {
            "public, no-cache"
        };
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
        if is_worker {
            response.headers_mut().insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(WORKER_POLICY),
            );
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_leads_to_the_page_and_never_to_another_site() {
        let led = |uri: &'static str| without_slash(&Method::GET, &Uri::from_static(uri));
        assert_eq!(led("/library/").as_deref(), Some("/library"));
        assert_eq!(led("/library//?show=all").as_deref(), Some("/library?show=all"));
        for uri in [
            "/",
            "//",
            "/library",
            "//evil.example/",
            "///evil.example/",
            "http://evil.example/",
        ] {
            assert_eq!(led(uri), None, "{uri}");
        }
        assert_eq!(without_slash(&Method::POST, &Uri::from_static("/library/")), None);
    }
}
