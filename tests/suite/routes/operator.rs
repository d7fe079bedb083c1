//! What an operator relies on: production's cookies and headers, throttles behind a proxy, the numbers, readiness.

use crate::support::{Engine, Setup, WebServer};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines!(
    production_is_for_tls_only,
    a_trusted_proxy_tells_whom_to_throttle,
    the_numbers_are_for_this_machine_or_for_the_token,
    readiness_is_told_without_asking_each_time,
);

async fn with(engine: Engine, environment: &[(&'static str, &str)]) -> WebServer {
    let environment = environment
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    let setup = Setup {
        environment,
        ..Setup::default()
    };
    WebServer::with(engine, setup).await
}

const PRODUCTION: [(&str, &str); 2] = [
    ("AISORA_MODE", "production"),
    ("AISORA_PUBLIC_URL", "https://videos.example.org"),
];

async fn production_is_for_tls_only(engine: Engine) {
    let server = with(engine, &PRODUCTION).await;
    let browser = server.browser();
    let form = [
        ("email", "ada@example.org"),
        ("password", "seven quiet lamps burn"),
        ("name", ""),
        ("born", "1990-01-01"),
    ];
    let answer = browser.post_form("/sign-up", &form).await;
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-aisora="), "{cookie}");
    for part in ["; Secure", "; Path=/", "; HttpOnly", "; SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    for path in [
        "/",
        "/library",
        "/nothing",
        "/pkg/aisora.css",
        "/healthz",
        "/media/x/y",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(
            answer.headers()["strict-transport-security"],
            "max-age=31536000",
            "{path}"
        );
    }
    assert_eq!(browser.get("/library").await.status(), 200);
    let plain = browser
        .cookie()
        .unwrap()
        .replace("__Host-aisora", "aisora_session");
    let client = crate::support::client().build().unwrap();
    let request = client
        .get(format!("{}/library", server.address))
        .header("cookie", plain);
    assert_eq!(
        request.send().await.unwrap().status(),
        303,
        "development's cookie opens nothing"
    );
    let request = client
        .post(format!("{}/sign-out", server.address))
        .header("origin", &server.address);
    assert_eq!(
        request.send().await.unwrap().status(),
        403,
        "an http page is another site"
    );
}

/// The status of a sign-in with a wrong password, as a proxy passes it on.
async fn tried(server: &WebServer, told: &str) -> u16 {
    let browser = server.browser();
    let request = browser
        .request(Method::POST, "/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-forwarded-for", told);
    let answer = browser.send(request.body("email=a%40b.example&password=wrong"));
    answer.await.status().as_u16()
}

async fn a_trusted_proxy_tells_whom_to_throttle(engine: Engine) {
    let few = ("AISORA_LIMITS_SIGN_INS_PER_QUARTER_HOUR", "2");
    let server = with(engine, &[few, ("AISORA_TRUSTED_PROXIES", "::ffff:127.0.0.1")]).await;
    for told in ["9.9.9.9", "1.1.1.1, 9.9.9.9:4711"] {
        assert_eq!(tried(&server, told).await, 422, "{told}");
    }
    for told in ["9.9.9.9", "8.8.8.8, 9.9.9.9", "::ffff:9.9.9.9"] {
        assert_eq!(tried(&server, told).await, 429, "{told}");
    }
    assert_eq!(tried(&server, "8.8.8.8").await, 422, "somebody else");

    let server = with(engine, &[few]).await;
    for (told, status) in [("1.1.1.1", 422), ("2.2.2.2", 422), ("3.3.3.3", 429)] {
        assert_eq!(tried(&server, told).await, status, "nobody believes {told}");
    }
}

async fn numbers(server: &WebServer, header: Option<(&str, &str)>) -> u16 {
    let browser = server.browser();
    let request = browser.request(Method::GET, "/metrics");
    let request = match header {
        Some((name, value)) => request.header(name, value),
        None => request,
    };
    browser.send(request).await.status().as_u16()
}

async fn the_numbers_are_for_this_machine_or_for_the_token(engine: Engine) {
    let server = with(engine, &PRODUCTION).await;
    assert_eq!(numbers(&server, None).await, 200);
    for header in [
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        assert_eq!(numbers(&server, Some(header)).await, 404, "{header:?}");
    }

    let token = ("AISORA_METRICS_TOKEN", "open sesame");
    let server = with(engine, &[PRODUCTION.as_slice(), &[token]].concat()).await;
    for header in [
        None,
        Some(("authorization", "Bearer open")),
        Some(("authorization", "Basic open sesame")),
    ] {
        assert_eq!(numbers(&server, header).await, 401, "{header:?}");
    }
    assert_eq!(
        numbers(&server, Some(("authorization", "Bearer open sesame"))).await,
        200
    );
    let browser = server.browser();
    let request = browser
        .request(Method::GET, "/metrics")
        .header("authorization", "bearer open sesame")
        .header("x-forwarded-for", "9.9.9.9");
    assert_eq!(browser.send(request).await.status(), 200, "from wherever");

    let server = with(engine, &[token]).await;
    assert_eq!(numbers(&server, None).await, 401, "in development too");
}

async fn readiness_is_told_without_asking_each_time(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.browser();
    let store = server.test.folder.path().join("data/videos");
    for _ in 0..2 {
        let answer = browser.get("/readyz").await;
        assert_eq!(answer.status(), 200);
        let parts: Value = answer.json().await.unwrap();
        assert_eq!(
            parts,
            json!({ "database": "ok", "storage": "ok", "worker": "elsewhere" })
        );
        // From here on the store would refuse: the second answer is the first one, remembered.
        let _ = std::fs::remove_dir_all(&store);
        std::fs::write(&store, "no folder").unwrap();
    }
    server.test.stop.cancel();
    assert_eq!(
        browser.get("/readyz").await.status(),
        503,
        "a server that stops is told at once"
    );
}
