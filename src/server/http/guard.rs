//! Layers around every route: no posts from other sites, safe headers, requests counted.

use crate::{
    model::error::{AppError, Code},
    server::{config::Mode, error::ErrorResponse, router::Web},
};
use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt as _;
use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

/// The policy of everything that is not a page: nothing may be loaded, nobody may frame it.
const STRICT: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Largest body of a request, in bytes: a prompt of 32,000 characters of four bytes each, percent-encoded, and the rest.
pub const BODY: usize = 1 << 20;
/// How much of a larger one is read before it is refused.
const DRAIN: usize = 16 << 20;

const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// Adds the usual headers to every answer, error pages included.
pub async fn headers(State(web): State<Web>, request: Request, next: Next) -> Response {
    let private = !request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(STRICT));
    }
    if private && !headers.contains_key(header::CACHE_CONTROL) {
        // A page shows its person's own things: no shared cache keeps it, and "back" after signing out shows nothing.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if web.app.config.mode == Mode::Production {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// Refuses changes that another site's page sends. Browsers say where a request comes from; what says neither
/// `Sec-Fetch-Site` nor `Origin` is no browser and has no cookies that somebody else could ride on.
pub async fn same_site(State(web): State<Web>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_own(request.headers(), &web.app.config.public_url) {
        metrics::counter!("aisora_cross_site_refused_total").increment(1);
        let message = "This request came from another site and was not carried out.";
        return ErrorResponse(AppError::new(Code::Forbidden, message)).into_response();
    }
    next.run(request).await
}

fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match (
        text(HeaderName::from_static("sec-fetch-site")),
        text(header::ORIGIN),
    ) {
        (Some("same-origin" | "none"), _) | (None, None) => true,
        (Some(_), _) => false,
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            origin == public_url || (host.is_some() && host == text(header::HOST))
        }
    }
}

/// Refuses a body that says itself that it is too large. It is read to its end first, within limits: a browser that is
/// cut off in the middle of sending shows no answer at all.
pub async fn size(request: Request, next: Next) -> Response {
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_none_or(|length: usize| length <= BODY) {
        return next.run(request).await;
    }
    let mut body = request.into_body().into_data_stream();
    let drain = async {
        let mut read = 0;
        while let Some(Ok(piece)) = body.next().await {
            read += piece.len();
            if read > DRAIN {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(10), drain).await;
    let message = format!("This is larger than the {} kB that fit.", BODY >> 10);
    ErrorResponse(AppError::new(Code::TooLarge, message)).into_response()
}

/// Server functions that could not read their arguments answer 500 by themselves; here they get the status of their code.
pub async fn status(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 1 << 16).await else {
        return ErrorResponse(AppError::internal()).into_response();
    };
    let code = serde_json::from_slice::<AppError>(&bytes)
        .ok()
        .map(|error| error.code.status());
    if let Some(status) = code.and_then(|code| StatusCode::from_u16(code).ok()) {
        parts.status = status;
    }
    Response::from_parts(parts, bytes.into())
}

/// Counts requests and their time by route.
pub async fn count(request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("other", MatchedPath::as_str)
        .to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("aisora_http_requests_total", "method" => method, "route" => route.clone(), "status" => status).increment(1);
    metrics::histogram!("aisora_http_request_seconds", "route" => route).record(began.elapsed());
    response
}

/// The address of the client: that of the connection, or the one that a trusted proxy tells.
#[must_use]
pub fn client_address(
    connection: Option<&ConnectInfo<SocketAddr>>,
    headers: &HeaderMap,
    trusted: &[IpAddr],
) -> IpAddr {
    let peer = connection.map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip());
    if !trusted.contains(&peer) {
        return peer;
    }
    let told = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let told: Vec<IpAddr> = told
        .flat_map(|line| line.split(','))
        .filter_map(|part| part.trim().parse().ok())
        .collect();
    // From the right: what the outermost trusted proxy saw. What stands further left could have been made up.
    told.into_iter()
        .rev()
        .find(|address| !trusted.contains(address))
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_this_site_may_post() {
        let own = "https://v.example";
        assert!(is_own(
            &headers(&[("sec-fetch-site", "same-origin"), ("origin", own)]),
            own
        ));
        assert!(is_own(&headers(&[("origin", own)]), own));
        assert!(is_own(
            &headers(&[("origin", "http://127.0.0.1:9"), ("host", "127.0.0.1:9")]),
            own
        ));
        assert!(is_own(&headers(&[]), own), "no browser");
        for (site, origin) in [
            ("cross-site", "https://evil.example"),
            ("same-site", "https://x.v.example"),
            ("cross-site", own),
        ] {
            assert!(
                !is_own(&headers(&[("sec-fetch-site", site), ("origin", origin)]), own),
                "{site} {origin}"
            );
        }
        for origin in [
            "https://evil.example",
            "null",
            "https://v.example.evil",
            "http://v.example",
        ] {
            assert!(
                !is_own(&headers(&[("origin", origin), ("host", "v.example:1")]), own),
                "{origin}"
            );
        }
    }

    #[test]
    fn only_a_trusted_proxy_tells_the_address() {
        let peer = ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 1)));
        let told = headers(&[("x-forwarded-for", "6.6.6.6, 9.9.9.9, 10.0.0.2")]);
        let trusted = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        assert_eq!(
            client_address(Some(&peer), &told, &[]),
            IpAddr::from([10, 0, 0, 1])
        );
        assert_eq!(
            client_address(Some(&peer), &told, &trusted),
            IpAddr::from([9, 9, 9, 9])
        );
    }
}
