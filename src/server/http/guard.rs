//! Layers around every route: no posts from other sites, safe headers, requests counted.

use crate::{
    language::t,
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
/// The same where a picture may come along: 20 MB, as base64, and what is around it.
pub const BODY_WITH_PICTURE: usize = 28 << 20;
/// Where that is.
const WITH_PICTURE: [&str; 3] = ["/create", "/pictures", "/v1/videos"];
/// How much of a larger one is read before it is refused.
const DRAIN: usize = 64 << 20;

/// The link in letters that ends them.
pub const UNSUBSCRIBE: &str = "/unsubscribe/{token}";

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
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(STRICT));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
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
///
/// The button of mail programs on web pages is the one exception (RFC 8058): there the link alone allows it, and nobody is
/// signed in.
pub async fn same_site(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_own(request.headers(), &web.app.config.public_url) {
        let route = request.extensions().get::<MatchedPath>();
        if *request.method() == Method::POST && route.is_some_and(|route| route.as_str() == UNSUBSCRIBE) {
            request.headers_mut().remove(header::COOKIE);
            return next.run(request).await;
        }
        metrics::counter!("aisora_cross_site_refused_total").increment(1);
        let message = t!("This request came from another site and was not carried out.");
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
            // Under another name the site is still itself, but not without TLS where it has TLS.
            let scheme = public_url.split_once("://").map(|(scheme, _)| scheme);
            let own = scheme.zip(text(header::HOST));
            origin == public_url || own.is_some_and(|own| origin.split_once("://") == Some(own))
        }
    }
}

/// Ranges are for GET alone (RFC 9110, 14.2): HEAD tells of the whole.
pub async fn range(mut request: Request, next: Next) -> Response {
    if request.method() != Method::GET {
        request.headers_mut().remove(header::RANGE);
    }
    next.run(request).await
}

/// Refuses a body that says itself that it is too large. It is read to its end first, within limits: a browser that is
/// cut off in the middle of sending shows no answer at all.
pub async fn size(request: Request, next: Next) -> Response {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes);
    // A form of texts alone brings none.
    let texts = kind.is_some_and(|kind| kind.starts_with(b"application/x-www-form-urlencoded"));
    let most = if WITH_PICTURE.contains(&request.uri().path()) && !texts {
        BODY_WITH_PICTURE
    } else {
        BODY
    };
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_none_or(|length: usize| length <= most) {
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
    let message = t!("This is larger than the {most} kB that fit.", most = most >> 10);
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
    let method = label(request.method());
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

/// A method's name in the numbers. Whoever makes up methods makes no new rows.
fn label(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH",
    ];
    KNOWN
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("OTHER")
}

/// The address of the client: that of the connection, or the one that a trusted proxy tells.
#[must_use]
pub fn client_address(
    connection: Option<&ConnectInfo<SocketAddr>>,
    headers: &HeaderMap,
    trusted: &[IpAddr],
) -> IpAddr {
    let mut client = connection.map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip().to_canonical());
    let told = headers.get_all("x-forwarded-for").iter().rev();
    let told = told.flat_map(|line| line.to_str().unwrap_or("unreadable").rsplit(','));
    // From the right: each trusted proxy tells whom it saw. What stands further left could have been made up, and so could
    // what stands left of something that nobody can read.
    for entry in told {
        if !trusted.iter().any(|proxy| proxy.to_canonical() == client) {
            break;
        }
        let Some(seen) = read_address(entry.trim()) else {
            break;
        };
        client = seen;
    }
    client
}

/// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:443`.
fn read_address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare
        .parse()
        .or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        headers
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
            &headers(&[("origin", "https://other.example:9"), ("host", "other.example:9")]),
            own
        ));
        assert!(is_own(
            &headers(&[("origin", "http://localhost:9"), ("host", "localhost:9")]),
            "http://127.0.0.1:9"
        ));
        assert!(
            !is_own(
                &headers(&[("origin", "http://v.example"), ("host", "v.example")]),
                own
            ),
            "without TLS it is another site"
        );
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
        let trusted = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        let client = |told: &[&str], trusted: &[IpAddr]| {
            let told: Vec<_> = told.iter().map(|line| ("x-forwarded-for", *line)).collect();
            client_address(Some(&peer), &headers(&told), trusted).to_string()
        };
        assert_eq!(client(&["6.6.6.6, 9.9.9.9, 10.0.0.2"], &[]), "10.0.0.1");
        for (told, seen) in [
            (["6.6.6.6, 9.9.9.9, 10.0.0.2"].as_slice(), "9.9.9.9"),
            (&["6.6.6.6, 9.9.9.9:1234,10.0.0.2:80"], "9.9.9.9"),
            (&["[2001:db8::1]:443"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["2001:db8::1"], "2001:db8::1"),
            (&["9.9.9.9, ::ffff:10.0.0.2"], "9.9.9.9"),
            (&["::ffff:9.9.9.9"], "9.9.9.9"),
            (&["6.6.6.6", "9.9.9.9", "10.0.0.2"], "9.9.9.9"),
            (&["6.6.6.6, unknown, 10.0.0.2"], "10.0.0.2"),
            (&["6.6.6.6, unknown"], "10.0.0.1"),
            (&["6.6.6.6,"], "10.0.0.1"),
            (&["6.6.6.6", "\u{fc}"], "10.0.0.1"),
            (&["10.0.0.2"], "10.0.0.2"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(client(told, &trusted), seen, "{told:?}");
        }
    }

    #[test]
    fn a_mapped_address_is_the_address() {
        let mapped = "[::ffff:10.0.0.1]:1".parse().unwrap();
        let told = headers(&[("x-forwarded-for", "9.9.9.9")]);
        for proxy in ["10.0.0.1", "::ffff:10.0.0.1"] {
            let client = client_address(Some(&ConnectInfo(mapped)), &told, &[proxy.parse().unwrap()]);
            assert_eq!(client, IpAddr::from([9, 9, 9, 9]), "{proxy}");
        }
        let client = client_address(Some(&ConnectInfo(mapped)), &told, &[]);
        assert_eq!(client, IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn made_up_methods_are_counted_as_one() {
        let made_up = Method::from_bytes(b"BREW").unwrap();
        assert_eq!((label(&Method::PATCH), label(&made_up)), ("PATCH", "OTHER"));
    }
}
