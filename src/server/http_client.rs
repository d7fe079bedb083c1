//! Outgoing HTTP: the only place that makes clients. They have timeouts, follow no redirect by themselves, and reach no
//! private address unless the operator's configuration names its origin.

use reqwest::{
    Client, Method, RequestBuilder, Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use std::{
    error::Error,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a server may be silent in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(45);
/// Unused connections are kept for so long. uvicorn, under most model servers, closes them after 5 s, and an order that
/// meets a closing connection is an order of which nobody knows whether it was taken.
const IDLE: Duration = Duration::from_secs(3);

/// Why a request is not even tried. The words are for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// The address belongs to this machine or its network, and the configuration does not name it.
    #[error("{0} is a private address that the configuration does not name")]
    Private(String),
    /// Neither http nor https, or a name and a password in the address.
    #[error("`{0}` addresses are not followed")]
    Address(String),
}

/// A client for one server that the operator named, and for what that server points to.
#[derive(Clone, Debug)]
pub struct HttpClient {
    named: Vec<Url>,
    /// Whether this machine's own loopback counts as named, on every port.
    loopback: bool,
    at_named: Client,
    elsewhere: Client,
}

impl HttpClient {
    /// A client for the origins that the configuration names; elsewhere it reaches public addresses only.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn new(named: Vec<Url>) -> Result<Self, reqwest::Error> {
        // One TLS provider for the whole program; a second call would be the only error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            named,
            loopback: false,
            at_named: builder().build()?,
            elsewhere: builder().dns_resolver(PublicOnly).build()?,
        })
    }

    /// A client for addresses that strangers name: public ones only, and on a developer's own machine its loopback too.
    ///
    /// # Errors
    /// When this machine has no certificates to check others with.
    pub fn for_strangers(loopback: bool) -> Result<Self, reqwest::Error> {
        let client = Self::new(Vec::new())?;
        Ok(Self { loopback, ..client })
    }

    /// A request, if the address may be reached.
    ///
    /// # Errors
    /// When it may not. A name that turns out to be private only shows when the request is sent; see [`is_private`].
    pub fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, NotAllowed> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
            return Err(NotAllowed::Address(url.scheme().to_owned()));
        }
        let is_named = self.named.iter().any(|named| named.origin() == url.origin());
        if is_named || (self.loopback && is_loopback(url)) {
            return Ok(self.at_named.request(method, url.clone()));
        }
        // Addresses in digits never reach the resolver.
        if let Some(address) = in_digits(url)
            && !is_public(address)
        {
            return Err(NotAllowed::Private(address.to_string()));
        }
        Ok(self.elsewhere.request(method, url.clone()))
    }
}

/// The address of a host that is written in digits.
#[must_use]
pub fn in_digits(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether an address is this machine's own: `localhost`, or digits that never leave it.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    url.host_str() == Some("localhost") || in_digits(url).is_some_and(|address| address.is_loopback())
}

fn builder() -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(concat!("AiSora/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        // A proxy would resolve names by itself, behind the back of the check on addresses.
        .no_proxy()
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .pool_idle_timeout(IDLE)
}

/// Resolves names as the system does and drops what is not public. The connection goes to the very addresses that were
/// looked at, so that a name cannot change in between.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(NotAllowed::Private(name.as_str().to_owned()).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address lies in the open internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// By the IANA registry of special-purpose addresses.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let v4 = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // An IPv4 address in other clothes is judged as what it is: mapped, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => v4(high, low),
        // Teredo and documentation.
        [0x2001, 0 | 0xdb8, ..] => false,
        // Only 2000::/3 is given out; the rest is local, multicast or reserved.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Whether a request failed because its name leads to a private address.
#[must_use]
pub fn is_private(error: &reqwest::Error) -> bool {
    causes(error).any(<dyn Error>::is::<NotAllowed>)
}

/// Whether a request failed because no trusted TLS connection came about.
#[must_use]
pub fn is_untrusted(error: &reqwest::Error) -> bool {
    causes(error).any(is_of_tls)
}

/// An `io::Error` does not count what it wraps as its cause, and wraps others of its kind.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_of_tls(inner))
}

/// An error with its causes, without the address: that may hold an id or a signature.
#[must_use]
pub fn in_words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let words: Vec<_> = causes(&error).map(ToString::to_string).collect();
    words.join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source())
}

/// Why the body of an answer could not be read.
#[derive(Debug, thiserror::Error)]
pub enum NoBody {
    /// It is larger than allowed.
    #[error("the answer is longer than {0} bytes")]
    TooLarge(usize),
    /// The connection broke.
    #[error(transparent)]
    Broken(#[from] reqwest::Error),
}

/// The body of an answer, at most so many bytes.
///
/// # Errors
/// When there is more, or the connection breaks.
pub async fn body(mut response: Response, most_bytes: usize) -> Result<Vec<u8>, NoBody> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > most_bytes {
            return Err(NoBody::TooLarge(most_bytes));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        let special = "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 192.0.0.8 198.18.0.1 \
            224.0.0.1 255.255.255.255 240.0.0.1 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1 2001:db8::1 2001::1 \
            ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2002:a00:1:: fec0::1 ::127.0.0.1";
        for address in special.split_whitespace() {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "93.184.216.34",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "100.128.0.1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn only_named_origins_may_be_private() {
        let client = HttpClient::new(vec![Url::parse("http://127.0.0.1:8000/v1").unwrap()]).unwrap();
        let may = |url: &str| client.request(Method::GET, &Url::parse(url).unwrap()).is_ok();
        assert!(may("http://127.0.0.1:8000/v1/videos"));
        assert!(may("https://cdn.example.org/a.mp4"));
        for url in [
            "http://127.0.0.1:8001/",
            "https://127.0.0.1:8000/",
            "http://169.254.169.254/latest",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]:8000/",
            "http://[::ffff:7f00:1]/",
            "file:///etc/passwd",
            "https://user:word@cdn.example.org/",
        ] {
            assert!(!may(url), "{url}");
        }
    }

    #[test]
    fn strangers_reach_the_loopback_of_a_developer_only() {
        let may = |loopback: bool, url: &str| {
            let client = HttpClient::for_strangers(loopback).unwrap();
            client.request(Method::POST, &Url::parse(url).unwrap()).is_ok()
        };
        for url in ["http://127.0.0.1:9/hook", "http://[::1]:9/", "http://127.1.2.3/"] {
            assert!(may(true, url) && !may(false, url), "{url}");
        }
        for url in [
            "http://10.0.0.1/",
            "http://169.254.169.254/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(!may(true, url), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_refused() {
        let client = HttpClient::for_strangers(false).unwrap();
        let url = Url::parse("http://localhost:9/").unwrap();
        let error = client
            .request(Method::GET, &url)
            .unwrap()
            .send()
            .await
            .unwrap_err();
        assert!(is_private(&error), "{error:?}");
    }
}
