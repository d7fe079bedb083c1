//! The server over HTTP: pages, forms, server functions, media, headers, and who may do what.

mod doors;
mod guards;
mod media;
mod operator;

use crate::support::{Browser, Engine, LENGTH, MODEL, SIZE, WebServer};
use aisora::model::generation::State;
use reqwest::{Method, Response};
use serde_json::{Value, json};

crate::on_both_engines!(
    the_whole_flow_works_by_forms_alone,
    forms_come_back_with_their_errors_and_what_was_typed,
    errors_are_pages_for_browsers_and_json_for_programs,
    a_locked_database_answers_unavailable_and_recovers,
    pages_are_sent_compressed_to_who_takes_that_and_nothing_else_is,
);

async fn quote(browser: &Browser, takes: u32) -> String {
    let form = json!({ "form": { "model": MODEL, "size": SIZE, "seconds": LENGTH.to_string(), "takes": takes.to_string() } });
    let answer = browser.call("generation/quote", &form).await;
    assert_eq!(answer.status(), 200);
    answer.json::<Value>().await.unwrap()["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn create(browser: &Browser, prompt: &str) -> Response {
    let (token, size, seconds) = (quote(browser, 1).await, SIZE.to_string(), LENGTH.to_string());
    let form = [
        ("prompt", prompt),
        ("model", MODEL),
        ("size", &size),
        ("seconds", &seconds),
        ("takes", "1"),
        ("seed", ""),
        ("quote", &token),
    ];
    browser.post_form("/create", &form).await
}

/// The id of the newest card in a snapshot.
async fn newest(browser: &Browser) -> (String, State) {
    let answer = browser.call("generation/snapshot", &json!({})).await;
    let snapshot: Value = answer.json().await.unwrap();
    let card = &snapshot["cards"][0];
    let state = State::parse(card["state"].as_str().unwrap()).unwrap();
    (card["id"].as_str().unwrap().to_owned(), state)
}

async fn finished(browser: &Browser) -> String {
    for _ in 0..500 {
        let (id, state) = newest(browser).await;
        if state == State::Succeeded {
            return id;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("not finished after ten seconds");
}

async fn the_whole_flow_works_by_forms_alone(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    let answer = create(&browser, "a paper boat").await;
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["location"].to_str().unwrap()
        ),
        (303, "/create")
    );
    let id = finished(&browser).await;
    let page = browser.page(&format!("/v/{id}")).await;
    assert!(page.contains("a paper boat") && page.contains(&format!("/media/{id}/video.mp4")));
    assert!(browser.page("/library").await.contains(&format!("/v/{id}")));
    assert!(browser.page("/credits").await.contains(&format!("/v/{id}")));
    let answer = browser.post_form(&format!("/v/{id}/delete"), &[]).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(browser.get(&format!("/v/{id}")).await.status(), 404);
    assert_eq!(browser.post_form("/sign-out", &[]).await.status(), 303);
    let answer = browser.get("/library").await;
    assert_eq!(answer.headers()["location"], "/sign-in?next=/library");
    server.test.audit().await;
}

async fn forms_come_back_with_their_errors_and_what_was_typed(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.browser();
    let form = [
        ("email", "ada at example"),
        ("password", "secret"),
        ("name", "Ada <3"),
        ("born", "1990-01-01"),
    ];
    let answer = browser.post_form("/sign-up", &form).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Write a whole e-mail address") && page.contains("at least 12 characters"));
    assert!(
        page.contains("ada at example") && page.contains("Ada &lt;3"),
        "what was typed stays"
    );
    assert!(!page.contains("\"secret\""), "but for the password");

    let browser = server.signed_up("ada@example.org").await;
    let token = quote(&browser, 1).await;
    let (size, seconds) = (SIZE.to_string(), LENGTH.to_string());
    let form = [
        ("prompt", "a boat"),
        ("model", MODEL),
        ("size", &size),
        ("seconds", &seconds),
        ("takes", "3"),
        ("quote", &token),
    ];
    let answer = browser.post_form("/create", &form).await;
    assert_eq!(
        answer.status(),
        422,
        "the choices changed after the price was shown"
    );
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("a boat") && page.contains("30"),
        "the new price is shown"
    );
    let wrong = browser
        .post_form(
            "/sign-in",
            &[("email", "ada@example.org"), ("password", "not this one!")],
        )
        .await;
    assert_eq!(wrong.status(), 422);
}

async fn errors_are_pages_for_browsers_and_json_for_programs(engine: Engine) {
    let server = WebServer::start(engine).await;
    let (browser, stranger) = (server.signed_up("ada@example.org").await, server.browser());
    let huge = "x".repeat(1 << 21);
    let nothing = "01890000-0000-7000-8000-000000000000";
    let (cancel, delete) = (format!("/v/{nothing}/cancel"), format!("/v/{nothing}/delete"));
    for (who, path, body, status, words) in [
        (
            &browser,
            cancel.as_str(),
            "next=/",
            404,
            "Nothing is playing here",
        ),
        (&browser, &delete, "", 404, "Nothing is playing here"),
        (&stranger, &delete, "", 401, "Please sign in"),
        (&stranger, &cancel, "", 401, "Please sign in"),
        (&browser, "/create", &huge, 413, "1024 kB"),
    ] {
        for (accept, kind) in [("text/html,*/*;q=0.8", "text/html"), ("*/*", "application/json")] {
            let request = who.request(Method::POST, path).header("accept", accept);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let answer = who.send(request.body(body.to_owned())).await;
            assert_eq!(answer.status(), status, "{path} {accept}");
            let headers = answer.headers().clone();
            assert!(
                headers["content-type"].to_str().unwrap().starts_with(kind),
                "{path} {accept}"
            );
            let answer = answer.text().await.unwrap();
            if kind == "text/html" {
                assert!(answer.contains(words), "{path}: {answer}");
                assert!(answer.contains("class=\"house") && answer.contains("/pkg/aisora.css?v="));
                let policy = headers["content-security-policy"].to_str().unwrap();
                assert!(policy.contains("style-src 'self'"), "{policy}");
            } else {
                assert!(answer.starts_with("{\"error\":"), "{path}: {answer}");
            }
        }
    }
}

async fn pages_are_sent_compressed_to_who_takes_that_and_nothing_else_is(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    create(&browser, "a boat").await;
    let video = format!("/media/{}/video.mp4", finished(&browser).await);
    let ask = async |path: &str, takes: &str| {
        let request = browser
            .request(Method::GET, path)
            .header("accept-encoding", takes);
        browser.send(request).await
    };
    // Another site may choose what stands in a page that it leads to: its length must tell nothing of the rest.
    for from in ["cross-site", "same-site"] {
        let request = browser.request(Method::GET, "/library?search=boat");
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("accept-encoding", "gzip".parse().unwrap());
        headers.insert("sec-fetch-site", from.parse().unwrap());
        let page = browser.send(request.headers(headers)).await;
        assert_eq!(page.status(), 200, "{from}");
        assert!(page.headers().get("content-encoding").is_none(), "{from}");
    }
    let whole = browser.get("/create").await;
    assert!(whole.headers().get("content-encoding").is_none());
    let whole = whole.bytes().await.unwrap();
    let packed = ask("/create", "br;q=1.0, gzip;q=0.8").await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let vary = packed.headers().get_all("vary").iter();
    let vary: Vec<_> = vary.map(|names| names.to_str().unwrap().to_lowercase()).collect();
    assert!(vary.join(",").contains("accept-encoding"), "{vary:?}");
    let packed = packed.bytes().await.unwrap();
    assert!(packed.starts_with(&[0x1f, 0x8b]) && packed.len() * 2 < whole.len());
    for (path, kind) in [(video.as_str(), "video/mp4"), ("/healthz", "text/plain")] {
        let answer = ask(path, "gzip").await;
        assert!(
            answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with(kind)
        );
        assert!(answer.headers().get("content-encoding").is_none(), "{path}");
    }
    let events = ask("/events", "gzip").await;
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    assert!(events.headers().get("content-encoding").is_none());
}

async fn a_locked_database_answers_unavailable_and_recovers(engine: Engine) {
    if engine == Engine::Postgres {
        // PostgreSQL has no lock over all; its restart under load is in `crash`.
        return;
    }
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let token = quote(&browser, 1).await;
    let other = server.test.sister(crate::support::Setup::default()).await;
    let lock = other.db.begin().await.unwrap();
    let form = json!({ "form": { "prompt": "a boat", "model": MODEL, "size": SIZE, "seconds": "1", "takes": "1", "quote": token } });
    let answer = browser.call("generation/create", &form).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("Nothing was charged"));
    assert_eq!(browser.get("/library").await.status(), 200, "reading goes on");
    drop(lock);
    let answer = browser.call("generation/create", &form).await;
    assert_eq!(answer.status(), 200, "the same click again");
    server.test.audit().await;
}
