//! The server over HTTP: pages, forms, server functions, media, headers, and who may do what.

mod doors;
mod operator;

use crate::support::{Browser, Engine, LENGTH, MODEL, SIZE, WebServer, sample_video};
use aisora::model::generation::State;
use reqwest::{Method, Response};
use serde_json::{Value, json};

crate::on_both_engines!(
    the_whole_flow_works_by_forms_alone,
    forms_come_back_with_their_errors_and_what_was_typed,
    media_is_served_to_its_owner_in_ranges,
    a_tile_has_a_small_picture_or_the_poster_in_its_place,
    foreign_and_unknown_ids_look_the_same_on_every_route,
    posts_from_other_sites_are_refused,
    bodies_that_are_too_large_or_malformed_are_refused,
    every_answer_carries_the_safe_headers,
    only_files_are_public,
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

async fn media_is_served_to_its_owner_in_ranges(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    create(&browser, "ein Böötchen im \"Regen\"").await;
    let id = finished(&browser).await;
    let path = format!("/media/{id}/video.mp4");
    let whole = browser.get(&path).await;
    assert_eq!(whole.status(), 200);
    let etag = whole.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(whole.headers()["content-type"], "video/mp4");
    assert!(
        whole.headers()["cache-control"]
            .to_str()
            .unwrap()
            .starts_with("private")
    );
    assert_eq!(whole.bytes().await.unwrap(), sample_video());
    let with = async |name: &'static str, value: String| {
        browser
            .send(browser.request(Method::GET, &path).header(name, value))
            .await
    };
    let part = with("range", "bytes=4-11".into()).await;
    assert_eq!(part.status(), 206);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 4-11/{}", sample_video().len())
    );
    assert_eq!(part.bytes().await.unwrap(), sample_video()[4..12]);
    let beyond = with("range", format!("bytes={}-", sample_video().len())).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(
        beyond.headers()["content-range"],
        format!("bytes */{}", sample_video().len())
    );
    assert_eq!(with("range", "bytes=junk".into()).await.status(), 200);
    assert_eq!(with("if-none-match", etag.clone()).await.status(), 304);
    let head = browser.send(browser.request(Method::HEAD, &path)).await;
    assert_eq!(head.headers()["content-length"], sample_video().len().to_string());
    assert!(head.bytes().await.unwrap().is_empty());
    let head = browser
        .send(browser.request(Method::HEAD, &path).header("range", "bytes=0-1"))
        .await;
    assert_eq!(head.status(), 200, "a range is for GET alone");
    assert_eq!(head.headers()["content-length"], sample_video().len().to_string());
    let old = browser
        .send(
            browser
                .request(Method::GET, &path)
                .header("range", "bytes=0-1")
                .header("if-range", "\"old\""),
        )
        .await;
    assert_eq!(old.status(), 200);
    let download = browser.get(&format!("{path}?download")).await;
    let name = download.headers()["content-disposition"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        name.contains("filename=\"ein-b-tchen-im-regen-128x72-1s.mp4\""),
        "{name}"
    );
    assert!(
        name.contains("filename*=UTF-8''ein-b%C3%B6%C3%B6tchen-im-regen"),
        "{name}"
    );
    let poster = browser.get(&format!("/media/{id}/poster.jpg")).await;
    assert_eq!(poster.headers()["content-type"], "image/jpeg");
    assert_eq!(browser.get(&format!("/media/{id}/strip.jpg")).await.status(), 200);
    for odd in ["../video.mp4", "..%2Fvideo.mp4", "video.mp4%00", "other"] {
        assert_eq!(
            browser.get(&format!("/media/{id}/{odd}")).await.status(),
            404,
            "{odd}"
        );
    }
}

async fn a_tile_has_a_small_picture_or_the_poster_in_its_place(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    create(&browser, "a boat").await;
    let id = finished(&browser).await;
    let poster = browser.get(&format!("/media/{id}/poster.jpg")).await;
    let poster = poster.bytes().await.unwrap();
    let tile = async || {
        let tile = browser.get(&format!("/media/{id}/tile.jpg")).await;
        assert_eq!(tile.headers()["content-type"], "image/jpeg");
        (tile.headers()["etag"].clone(), tile.bytes().await.unwrap())
    };
    let (small, _) = tile().await;
    // As it was stored before there were small ones.
    let mut folders = vec![server.test.folder.path().join("data/videos")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.ends_with("tile.jpg") {
                std::fs::remove_file(entry).unwrap();
            }
        }
    }
    let (large, instead) = tile().await;
    assert_eq!(instead, poster, "the poster in its place");
    assert_ne!(
        small, large,
        "a browser that kept one does not take it for the other"
    );
}

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
