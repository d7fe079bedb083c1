//! Signing up, in and out over HTTP, and what a session does to its cookie.

use super::{newest, quote};
use crate::support::{Browser, Engine, LENGTH, MODEL, SIZE, Setup, WebServer, encode};
use aisora::server::clock::Clock;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

crate::on_both_engines!(
    a_session_that_is_used_goes_on_in_the_browser_too,
    a_session_that_cannot_be_renewed_still_reads,
    an_ended_session_loses_nothing_that_was_composed,
    an_ended_session_loses_no_other_form_either,
    nobody_sees_what_another_person_wrote,
    only_what_people_wrote_waits_behind_the_door,
    what_is_only_sent_leads_to_its_page,
    under_thirteen_the_form_comes_back_empty,
    signs_that_a_database_refuses_are_mistakes_of_the_form,
    what_an_installed_studio_keeps_is_the_same_for_everybody,
);

const PASSWORD: &str = "seven quiet lamps burn";
const HOUR: i64 = 3_600_000;

async fn start_at(engine: Engine, clock: &Clock) -> WebServer {
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    WebServer::with(engine, setup).await
}

fn cookies(answer: &Response) -> Vec<String> {
    let cookies = answer.headers().get_all("set-cookie").iter();
    cookies
        .map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect()
}

async fn a_session_that_is_used_goes_on_in_the_browser_too(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let server = start_at(engine, &clock).await;
    std::fs::write(server.test.folder.path().join("site/mark.svg"), "<svg/>").unwrap();
    let browser = server.signed_up("ada@example.org").await;
    let cookie = browser.cookie().unwrap();
    let good_for_a_month = |cookies: &[String]| match cookies {
        [renewed] => renewed.starts_with(&format!("{cookie};")) && renewed.contains("Max-Age=2592000"),
        _ => false,
    };
    assert!(cookies(&browser.get("/library").await).is_empty(), "it is fresh");
    for page in ["/library", "/v/none", "/nothing", "/sign-in"] {
        clock.advance(2 * HOUR);
        let set = cookies(&browser.get(page).await);
        assert!(good_for_a_month(&set), "{page}: {set:?}");
        assert!(cookies(&browser.get(page).await).is_empty(), "{page}, once");
    }
    clock.advance(2 * HOUR);
    let set = cookies(&browser.call("generation/snapshot", &json!({})).await);
    assert!(good_for_a_month(&set), "a server function: {set:?}");
    clock.advance(2 * HOUR);
    let file = browser.get("/mark.svg").await;
    assert_eq!(file.status(), 200);
    assert!(cookies(&file).is_empty(), "shared caches keep files");
    clock.advance(2 * HOUR);
    let set = cookies(&browser.post_form("/sign-out", &[]).await);
    assert!(set.len() == 1 && set[0].contains("Max-Age=0"), "{set:?}");
}

async fn a_session_that_cannot_be_renewed_still_reads(engine: Engine) {
    if engine == Engine::Postgres {
        // PostgreSQL has no lock over all.
        return;
    }
    let clock = Clock::manual(1_800_000_000_000);
    let server = start_at(engine, &clock).await;
    let browser = server.signed_up("ada@example.org").await;
    let other = server.test.sister(Setup::default()).await;
    let lock = other.db.begin().await.unwrap();
    clock.advance(2 * HOUR);
    let began = Instant::now();
    let answer = browser.get("/library").await;
    assert_eq!(answer.status(), 200);
    assert!(cookies(&answer).is_empty() && began.elapsed() < Duration::from_secs(8));
    drop(lock);
    assert_eq!(browser.get("/library").await.status(), 200);
}

/// The value of a hidden field in a page.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("type=\"hidden\" name=\"{name}\" value=\"");
    let value = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("{name} in {page}"))
        .1;
    value.split('"').next().unwrap().to_owned()
}

async fn cards(browser: &Browser) -> usize {
    let snapshot: Value = browser
        .call("generation/snapshot", &json!({}))
        .await
        .json()
        .await
        .unwrap();
    snapshot["cards"].as_array().unwrap().len()
}

async fn an_ended_session_loses_nothing_that_was_composed(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let token = quote(&browser, 1).await;
    let cookie = browser.cookie().unwrap();
    let session = cookie.split_once('=').unwrap().1;
    server.test.app.identity.sign_out(session).await.unwrap();
    let (size, seconds) = (SIZE.to_string(), LENGTH.to_string());
    let composed = [
        ("prompt", "a boat & two lamps"),
        ("model", MODEL),
        ("size", &size),
        ("seconds", &seconds),
        ("takes", "1"),
        ("seed", "77"),
    ];
    let posted = [composed.as_slice(), &[("quote", token.as_str())]].concat();
    let answer = browser.post_form("/create", &posted).await;
    assert_eq!(answer.status(), 401);
    let page = answer.text().await.unwrap();
    assert!(page.contains("action=\"/sign-in\"") && page.contains("Your session has ended"));
    assert!(
        !page.contains("/pkg/aisora.js"),
        "it does not wake up as another page"
    );
    for (name, value) in composed {
        assert_eq!(hidden(&page, name).replace("&amp;", "&"), value, "{name}");
    }

    let login = |password| {
        [
            ("email", "ada@example.org"),
            ("password", password),
            ("next", "/create"),
        ]
    };
    let wrong = [composed.as_slice(), &login("not this one!")].concat();
    let answer = browser.post_form("/sign-in", &wrong).await;
    assert_eq!(answer.status(), 422);
    assert_eq!(hidden(&answer.text().await.unwrap(), "seed"), "77", "still there");

    let right = [composed.as_slice(), &login(PASSWORD)].concat();
    let answer = browser.post_form("/sign-in", &right).await;
    assert_eq!((answer.status().as_u16(), cookies(&answer).len()), (200, 1));
    let page = answer.text().await.unwrap();
    assert!(page.contains("action=\"/create\"") && page.contains("Nothing was created yet"));
    assert!(
        page.replace("&amp;", "&")
            .contains(">a boat & two lamps</textarea>")
    );
    assert!(page.contains("name=\"seed\" inputmode=\"numeric\" autocomplete=\"off\" value=\"77\""));
    assert_eq!(
        cards(&browser).await,
        0,
        "nothing is created without another press"
    );
    let token = hidden(&page, "quote");
    let pressed = [composed.as_slice(), &[("quote", token.as_str())]].concat();
    assert_eq!(browser.post_form("/create", &pressed).await.status(), 303);
    assert!(!newest(&browser).await.0.is_empty());
    server.test.audit().await;
}

async fn an_ended_session_loses_no_other_form_either(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let cookie = browser.cookie().unwrap();
    let session = cookie.split_once('=').unwrap().1;
    server.test.app.identity.sign_out(session).await.unwrap();
    let preset = [
        ("name", "Slow & \"low\""),
        ("kind", "camera"),
        ("text", "first line\nsecond <line>"),
    ];
    let page = refused(&browser, "/account/presets", &preset).await;
    assert!(page.contains("action=\"/sign-in\"") && page.contains("what you sent is there"));
    let plain = |text: String| html_escape::decode_html_entities(&text).into_owned();
    let (path, fields) = (
        plain(hidden(&page, "held-path")),
        plain(hidden(&page, "held-fields")),
    );
    assert_eq!(path, "/account/presets");

    let held = [("held-path", path.as_str()), ("held-fields", fields.as_str())];
    let login = |password| [("email", "ada@example.org"), ("password", password)];
    let wrong = [held.as_slice(), &login("not this one!")].concat();
    let answer = browser.post_form("/sign-in", &wrong).await;
    assert_eq!(answer.status(), 422);
    let again = plain(hidden(&answer.text().await.unwrap(), "held-fields"));
    assert_eq!(again, fields, "still there");
    let right = [held.as_slice(), &login(PASSWORD)].concat();
    let answer = browser.post_form("/sign-in", &right).await;
    assert_eq!((answer.status().as_u16(), cookies(&answer).len()), (200, 1));
    let page = answer.text().await.unwrap();
    assert!(page.contains("action=\"/account/presets\"") && page.contains("not done yet"));
    for (name, value) in preset {
        assert_eq!(plain(hidden(&page, name)), value, "{name}");
    }
    assert!(page.contains("<dd dir=\"auto\">/account/presets<"));
    assert!(
        page.contains("second &lt;line&gt;<!></dd>"),
        "what would be sent is seen"
    );
    let list = browser.page("/account/presets").await;
    assert!(!list.contains("second"), "not without another press");
    assert_eq!(browser.post_form("/account/presets", &preset).await.status(), 303);
}

async fn nobody_sees_what_another_person_wrote(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let page = browser.page("/credits").await;
    let ada = page
        .split_once("data-person=\"")
        .unwrap()
        .1
        .split_once('"')
        .unwrap()
        .0;
    server.signed_up("eve@example.org").await;
    let fields = format!("name=Hers&kind=look&text=only+hers&person={ada}");
    let preset = [
        ("held-path", "/account/presets"),
        ("held-fields", fields.as_str()),
    ];
    let composed = [("prompt", "only hers"), ("person", ada)];
    for form in [preset, composed] {
        let sign_in = |email| [form.as_slice(), &[("email", email), ("password", PASSWORD)]].concat();
        let answer = server
            .browser()
            .post_form("/sign-in", &sign_in("eve@example.org"))
            .await;
        assert_eq!(
            (answer.status().as_u16(), cookies(&answer).len()),
            (303, 1),
            "{form:?}"
        );
        assert_eq!(answer.headers()["location"], "/create");
        let answer = browser.post_form("/sign-in", &sign_in("ada@example.org")).await;
        assert_eq!(answer.status(), 200, "{form:?}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("only hers") && !page.contains("name=\"person\""));
    }
}

/// The page that somebody who is not signed in gets for a form.
async fn refused(browser: &Browser, path: &str, form: &[(&str, &str)]) -> String {
    let body: Vec<_> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    let request = browser
        .request(Method::POST, path)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = browser.send(request.body(body.join("&"))).await;
    assert_eq!(answer.status(), 401, "{path}");
    answer.text().await.unwrap()
}

async fn only_what_people_wrote_waits_behind_the_door(engine: Engine) {
    let server = WebServer::start(engine).await;
    server.signed_up("ada@example.org").await;
    let (stranger, video) = (server.browser(), "/v/0191f000-0000-7000-8000-000000000001");
    // The longest prompt, each sign of it nine in the form.
    let prompt = "東".repeat(32_000);
    let page = refused(&stranger, &format!("{video}/extend"), &[("prompt", &prompt)]).await;
    assert!(page.contains("what you sent is there") && page.contains(&encode(&prompt)));
    let too_long = "東".repeat(100_000);
    for (path, form) in [
        (format!("{video}/about"), [("note", too_long.as_str())]),
        (format!("{video}/delete"), [("next", "/library")]),
        ("/library/trash/empty".into(), [("next", "/library")]),
    ] {
        let page = refused(&stranger, &path, &form).await;
        assert!(
            page.contains("Please sign in") && !page.contains("held-"),
            "{path}"
        );
    }

    // Nobody is led to another site by it, and programs are told as ever.
    let login = |password| [("email", "ada@example.org"), ("password", password)];
    let evil = [
        [("held-path", "//evil.example"), ("held-fields", "a=b")].as_slice(),
        &login(PASSWORD),
    ]
    .concat();
    let page = server.browser().post_form("/sign-in", &evil).await;
    assert!(page.text().await.unwrap().contains("action=\"/create\""));
    let program = server
        .browser()
        .request(Method::POST, "/library/favourite")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body("ids=");
    let answer = server.browser().send(program).await;
    assert_eq!(answer.status(), 401);
    assert!(answer.text().await.unwrap().starts_with('{'));
}

async fn what_is_only_sent_leads_to_its_page(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let id = "0191f000-0000-7000-8000-000000000001";
    for (path, page) in [
        (format!("/v/{id}/variation"), format!("/v/{id}")),
        ("/library/tag".into(), "/library".into()),
        ("/account/presets/import".into(), "/account/presets".into()),
        ("/sign-out".into(), "/".into()),
    ] {
        let asked = browser.request(Method::GET, &path).header("accept", "text/html");
        let answer = browser.send(asked).await;
        let to = answer.headers()["location"].to_str().unwrap();
        assert_eq!((answer.status().as_u16(), to), (303, page.as_str()), "{path}");
    }
    let other = browser.request(Method::DELETE, "/library/tag");
    assert_eq!(browser.send(other).await.status(), 405);
}

async fn under_thirteen_the_form_comes_back_empty(engine: Engine) {
    let server = start_at(engine, &Clock::manual(1_795_435_200_000)).await;
    let typed = [
        ("email", "kid@example.org"),
        ("password", PASSWORD),
        ("name", "Kiddo"),
        ("born", "2015-05-05"),
    ];
    let browser = server.browser();
    let answer = browser.post_form("/sign-up", &typed).await;
    assert_eq!((answer.status().as_u16(), cookies(&answer).len()), (403, 0));
    let page = answer.text().await.unwrap();
    assert!(page.contains("13 and older"), "{page}");
    for (name, value) in typed {
        assert!(!page.contains(value), "{name}");
    }
}

async fn signs_that_a_database_refuses_are_mistakes_of_the_form(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.browser();
    for email in ["\0", "ada\0@example.org", "ada@example.org\u{1}x"] {
        let form = [("email", email), ("password", PASSWORD)];
        assert_eq!(
            browser.post_form("/sign-in", &form).await.status(),
            422,
            "{email:?}"
        );
        let form = [form.as_slice(), &[("name", "A\0"), ("born", "1990-01-01")]].concat();
        assert_eq!(
            browser.post_form("/sign-up", &form).await.status(),
            422,
            "{email:?}"
        );
    }
}

async fn what_an_installed_studio_keeps_is_the_same_for_everybody(engine: Engine) {
    let server = WebServer::start(engine).await;
    let site = server.test.folder.path().join("site");
    for (name, text) in [("sw.js", "addEventListener"), ("manifest.webmanifest", "{}")] {
        std::fs::write(site.join(name), text).unwrap();
    }
    let browser = server.signed_up("ada@example.org").await;
    let header = |answer: &Response, name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let page = browser.page("/account").await;
    assert!(
        page.contains(r#"<link rel="manifest" href="/manifest.webmanifest">"#),
        "{page}"
    );
    let css = page
        .split('"')
        .find(|text| text.starts_with("/pkg/aisora.css?v="))
        .unwrap();

    let offline = browser.get("/offline").await;
    assert_eq!(offline.status(), 200);
    assert_eq!(header(&offline, "cache-control"), "public, no-cache");
    let policy = header(&offline, "content-security-policy");
    assert!(
        policy.contains("style-src 'self'") && !policy.contains("script-src"),
        "{policy}"
    );
    assert!(cookies(&offline).is_empty());
    let text = offline.text().await.unwrap();
    assert!(
        text.contains("There is no connection") && text.contains(css),
        "{text}"
    );
    assert_eq!(
        text,
        server.browser().page("/offline").await,
        "nothing of a person"
    );

    let stamp = css.split_once('?').unwrap().1;
    for address in ["/sw.js".to_owned(), format!("/sw.js?{stamp}")] {
        let worker = browser.get(&address).await;
        assert_eq!(header(&worker, "cache-control"), "public, no-cache", "{address}");
        let policy = header(&worker, "content-security-policy");
        assert!(policy.contains("connect-src 'self'"), "{policy}: it has to fetch");
    }
    let manifest = browser.get("/manifest.webmanifest").await;
    assert_eq!(header(&manifest, "content-type"), "application/manifest+json");
    browser
        .post_form("/language", &[("language", "de"), ("next", "/account")])
        .await;
    let page = browser.page("/account").await;
    let german = r#"<link rel="manifest" href="/manifest.de.webmanifest">"#;
    assert!(page.contains(german), "{page}");
}
