//! What is refused, and what every answer carries.

use super::{create, finished};
use crate::support::{Engine, WebServer};
use reqwest::Method;
use serde_json::json;

crate::on_both_engines!(
    foreign_and_unknown_ids_look_the_same_on_every_route,
    posts_from_other_sites_are_refused,
    bodies_that_are_too_large_or_malformed_are_refused,
    every_answer_carries_the_safe_headers,
    only_files_are_public,
);

async fn foreign_and_unknown_ids_look_the_same_on_every_route(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let owner = server.signed_up("owner@example.org").await;
    create(&owner, "mine alone").await;
    let foreign = finished(&owner).await;
    let unknown = "01890000-0000-7000-8000-000000000000";
    let other = server.signed_up("other@example.org").await;
    for id in [foreign.as_str(), unknown, "not-an-id"] {
        assert_eq!(other.get(&format!("/v/{id}")).await.status(), 404, "page {id}");
        assert_eq!(
            other.get(&format!("/media/{id}/video.mp4")).await.status(),
            404,
            "video {id}"
        );
        assert_eq!(
            other.get(&format!("/media/{id}/poster.jpg")).await.status(),
            404,
            "poster {id}"
        );
        assert_eq!(
            other.post_form(&format!("/v/{id}/cancel"), &[]).await.status(),
            404,
            "cancel {id}"
        );
        assert_eq!(
            other.post_form(&format!("/v/{id}/delete"), &[]).await.status(),
            404,
            "delete {id}"
        );
    }
    for function in ["gallery/video", "generation/cancel"] {
        let mut answers = Vec::new();
        for id in [foreign.as_str(), unknown] {
            let answer = other.call(function, &json!({ "id": id })).await;
            assert_eq!(answer.status(), 404, "{function}");
            answers.push(answer.text().await.unwrap());
        }
        assert_eq!(answers[0], answers[1], "{function}");
    }
    let signed_out = server.browser();
    assert_eq!(
        signed_out
            .get(&format!("/media/{foreign}/video.mp4"))
            .await
            .status(),
        404
    );
    for function in ["generation/snapshot", "generation/studio", "credits/statement"] {
        assert_eq!(
            signed_out
                .post_form(&format!("/api/{function}"), &[])
                .await
                .status(),
            401,
            "{function}"
        );
    }
    assert_eq!(signed_out.get("/events").await.status(), 401);
    let form = json!({ "form": {}, "query": {} });
    for function in ["generation/create", "generation/quote", "gallery/library"] {
        assert_eq!(signed_out.call(function, &form).await.status(), 401, "{function}");
    }
}

async fn posts_from_other_sites_are_refused(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let client = crate::support::client().build().unwrap();
    for path in [
        "/sign-in",
        "/sign-out",
        "/create",
        "/theme",
        "/api/generation/create",
        "/v/x/delete",
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let request = client
                .post(format!("{}{path}", server.address))
                .header(name, value);
            let answer = request
                .header("cookie", browser.cookie().unwrap())
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 403, "{path} {name}: {value}");
        }
    }
    assert_eq!(browser.get("/library").await.status(), 200, "still signed in");
}

async fn bodies_that_are_too_large_or_malformed_are_refused(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let huge = "x".repeat(1 << 21);
    assert_eq!(
        browser.post_form("/create", &[("prompt", &huge)]).await.status(),
        413
    );
    let answer = browser
        .call("generation/quote", &json!({ "form": { "prompt": huge } }))
        .await;
    assert_eq!(answer.status(), 413);
    for (path, kind, body) in [
        (
            "/create",
            "application/x-www-form-urlencoded",
            "prompt=%FF%FE&takes",
        ),
        ("/create", "application/json", "{}"),
        ("/sign-up", "text/plain", "email"),
        ("/api/generation/create", "application/json", "{\"form\": [1,"),
        ("/api/generation/create", "application/json", "null"),
        ("/api/gallery/video", "application/json", "{\"id\": \"%%%\"}"),
    ] {
        let request = browser
            .request(Method::POST, path)
            .header("content-type", kind)
            .body(body);
        let status = browser.send(request).await.status().as_u16();
        assert!((400..500).contains(&status), "{path} {kind} {body}: {status}");
    }
    for id in ["x", "-1", "99999999999999999999", "1.5"] {
        let request = browser
            .request(Method::GET, "/events")
            .header("last-event-id", id);
        assert_eq!(browser.send(request).await.status(), 422, "{id}");
        assert_eq!(
            browser.get(&format!("/events?after={id}")).await.status(),
            422,
            "{id}"
        );
    }
    let exactly = "ü".repeat(32_000);
    assert_eq!(
        create(&browser, &exactly).await.status(),
        303,
        "the longest prompt fits"
    );
    assert_eq!(create(&browser, &format!("{exactly}ü")).await.status(), 422);
}

async fn every_answer_carries_the_safe_headers(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let mut nonces = Vec::new();
    for path in [
        "/",
        "/create",
        "/nothing/here",
        "/v/none",
        "/healthz",
        "/pkg/none.js",
        "/media/x/y",
    ] {
        let answer = browser.get(path).await;
        let headers = answer.headers().clone();
        let policy = headers["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{path}: {policy}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        let page = answer.text().await.unwrap();
        if headers["content-type"].to_str().unwrap().starts_with("text/html") {
            let nonce = policy
                .split("'nonce-")
                .nth(1)
                .unwrap()
                .split('\'')
                .next()
                .unwrap()
                .to_owned();
            let scripts = page.matches("<script").count();
            assert_eq!(
                page.matches(&format!("nonce=\"{nonce}\"")).count(),
                scripts,
                "{path}: every script has the nonce"
            );
            assert!(
                !page.contains(" style=\"") && !page.contains(" onclick="),
                "{path}: nothing inline"
            );
            nonces.push(nonce);
        }
    }
    let all = nonces.len();
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), all, "a nonce is used once");
    let cookie = browser.get("/").await;
    assert!(
        cookie.headers().get("set-cookie").is_none(),
        "reading sets no cookie"
    );
}

async fn only_files_are_public(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let page = browser.page("/library").await;
    let stamped = |name: &str| {
        let start = page.find(&format!("/pkg/{name}?v=")).unwrap();
        page[start..].split('"').next().unwrap().to_owned()
    };
    let css = stamped("aisora.css");
    let stamp = css.split_once('?').unwrap().1;
    let policy = async |path: &str| {
        let answer = browser.get(path).await;
        let policy = answer.headers()["cache-control"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), policy)
    };
    assert_eq!(
        policy(&css).await,
        (200, "public, max-age=31536000, immutable".into())
    );
    assert_eq!(policy("/pkg/aisora.css").await, (200, "public, no-cache".into()));
    for path in [
        "/library",
        "//x/library",
        "//library",
        "/pkg/none.css",
        "/nothing",
        &format!("/library?{stamp}"),
        &format!("//library?{stamp}"),
        &format!("/library/?{stamp}"),
        "/library/",
    ] {
        assert_eq!(policy(path).await.1, "no-store", "{path}");
    }
    for (path, to) in [("/library/", "/library"), ("/credits//?x=1", "/credits?x=1")] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["location"]),
            (308, &to.parse().unwrap())
        );
    }
    for path in ["//evil.example/", "//evil.example/%2e%2e/"] {
        let answer = browser.get(path).await;
        assert!(answer.headers().get("location").is_none(), "{path}");
    }
}
