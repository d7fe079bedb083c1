use super::*;
use axum::http::{HeaderName, HeaderValue};

const NOW: i64 = 1_764_000_000_000;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        )
    };
    pairs.iter().map(pair).collect()
}

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

/// The example of the specification of Standard Webhooks.
#[test]
fn a_standard_webhook_is_known_by_its_published_example() {
    let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let body = br#"{"test": 2432232314}"#;
    let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let now = 1_614_265_330_000;
    let sent = |list: &str, at: &str| {
        headers(&[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", at),
            ("webhook-signature", list),
        ])
    };
    let at = "1614265330";
    assert_eq!(standard(&sent(good, at), body, &secret, now), Ok(()));
    let among_others = format!("v1a,abc v1,bm9uZQ== {good}");
    assert_eq!(standard(&sent(&among_others, at), body, &secret, now), Ok(()));
    assert_eq!(standard(&sent(good, at), body, &secret, now + 300_000), Ok(()));
    for (list, at, body, now) in [
        ("v1,bm9uZQ==", at, &body[..], now),
        (good, "1614265331", body, now),
        (good, at, b"{\"test\": 2432232315}", now),
        (good, at, body, now + 301_000),
        (good, at, body, now - 301_000),
        (good, "soon", body, now),
        ("", at, body, now),
    ] {
        let refused = standard(&sent(list, at), body, &secret, now);
        assert!(matches!(refused, Err(NoHook::Unverified(_))), "{list} {at} {now}");
    }
}

/// Computed with another program: `printf '1764000000,{"a":1}' | openssl dgst -sha256 -hmac hush`.
#[test]
fn openrouter_signs_time_and_body_with_a_comma_between() {
    let (secret, body) = (secret("hush"), br#"{"a":1}"#);
    let sign = |value: &str| headers(&[("x-openrouter-signature", value)]);
    let good = "t=1764000000,v1=550fd039fdc0728eb57b6271e72b2d9ce8682edb1436089dd36a4c43bc2f9593";
    assert_eq!(openrouter(&sign(good), body, &secret, NOW), Ok(()));
    assert_eq!(
        openrouter(&sign(&good.replace(",v1", ", v1=00,v1")), body, &secret, NOW),
        Ok(())
    );
    for (value, now) in [
        (good.to_owned(), NOW + 301_000),
        (good.replace("1764000000", "1764000001"), NOW),
        (good.replace("v1=", "v1=00"), NOW),
        (good.replace("v1=", "v2="), NOW),
        ("v1=00".to_owned(), NOW),
        ("t=1764000000".to_owned(), NOW),
    ] {
        let refused = openrouter(&sign(&value), body, &secret, now);
        assert!(matches!(refused, Err(NoHook::Unverified(_))), "{value}");
    }
    assert!(openrouter(&sign(good), b"{\"a\":2}", &secret, NOW).is_err());
}

#[test]
fn only_an_https_address_is_called_back_to_and_only_where_the_word_can_be_checked() {
    let called = |own: &str, checked| callback(own, "or", checked).map(|url| url.to_string());
    let good = "https://v.example.org/hooks/or";
    assert_eq!(called("https://v.example.org", true).as_deref(), Some(good));
    assert_eq!(called("https://v.example.org", false), None);
    assert_eq!(called("http://127.0.0.1:3000", true), None);
}

#[test]
fn hex_is_read_or_refused() {
    assert_eq!(from_hex("00fFa0"), Some(vec![0, 255, 160]));
    assert_eq!(to_hex(&[0, 255, 160]), "00ffa0");
    for bad in ["0", "0g", "é0"] {
        assert_eq!(from_hex(bad), None, "{bad}");
    }
}
