//! The two doors to the same rules: forms for people, `/v1` for programs.

use super::{Receiver, status};
use crate::{
    api::{Program, everything, patient, refusal, told},
    support::{Engine, WebServer},
};
use aisora::model::keys::KeyForm;
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines!(
    a_program_adds_tests_lists_and_removes_endpoints,
    every_field_that_is_wrong_is_named,
    what_is_not_ones_own_is_not_there,
    a_key_does_with_webhooks_only_what_it_may,
    everything_works_by_forms_alone,
);

const UNKNOWN: &str = "we_01890000000070008000000000000000";

async fn a_program_adds_tests_lists_and_removes_endpoints(engine: Engine) {
    let mut server = WebServer::with(engine, patient()).await;
    server.test.work();
    let program = Program::of(&server).await;
    let receiver = Receiver::start(status(200)).await;
    let body = json!({ "url": receiver.address, "events": ["video.completed"] });
    let (status, made) = told(program.post("/webhook_endpoints", &body).await).await;
    assert_eq!(status, 200, "{made}");
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    assert_eq!(made["events"], json!(["video.completed"]));
    assert_eq!(
        (&made["enabled"], &made["disabled_reason"]),
        (&json!(true), &Value::Null)
    );
    let path = format!("/webhook_endpoints/{}", made["id"].as_str().unwrap());
    for shown in [&path, "/webhook_endpoints"] {
        let (status, shown) = told(program.get(shown).await).await;
        assert_eq!(status, 200);
        assert!(!shown.to_string().contains("whsec_"), "shown once: {shown}");
    }
    let (_, test) = told(program.post(&format!("{path}/test"), &json!({})).await).await;
    assert_eq!(
        (&test["type"], &test["status"]),
        (&json!("webhook.test"), &json!("pending"))
    );
    let video = program.create("a boat").await;
    program.ended(&video).await;
    server
        .test
        .until("both are there", async || receiver.count() == 2)
        .await;
    assert!(
        receiver
            .received()
            .iter()
            .all(|one| one.signed_with(&secret) == 1)
    );
    let deliveries = format!("{path}/deliveries");
    let list = async |query: &str| told(program.get(&format!("{deliveries}{query}")).await).await.1;
    server
        .test
        .until("both are written down", async || {
            let data = list("").await["data"].clone();
            data.as_array()
                .unwrap()
                .iter()
                .all(|one| one["status"] == "delivered")
        })
        .await;
    let page = list("?limit=1").await;
    assert_eq!(
        (&page["data"][0]["video_id"], &page["has_more"]),
        (&json!(video), &json!(true))
    );
    assert_eq!(page["data"][0]["last_status"], 200);
    let next = list(&format!("?limit=1&after={}", page["last_id"].as_str().unwrap())).await;
    assert_eq!(
        (&next["data"][0]["id"], &next["has_more"]),
        (&test["id"], &json!(false))
    );
    let resend = format!("{deliveries}/{}/resend", test["id"].as_str().unwrap());
    let (status, again) = told(program.post(&resend, &json!({})).await).await;
    assert_eq!((status, &again["id"]), (200, &test["id"]));
    server
        .test
        .until("it comes again", async || receiver.count() == 3)
        .await;
    let (_, rotated) = told(program.post(&format!("{path}/rotate_secret"), &json!({})).await).await;
    assert_ne!(rotated["secret"], made["secret"]);
    assert!(rotated["old_secret_until"].is_i64());
    let (status, on) = told(program.post(&format!("{path}/enable"), &json!({})).await).await;
    assert_eq!((status, &on["enabled"]), (200, &json!(true)));
    let (status, gone) = told(program.delete(&path).await).await;
    assert_eq!((status, &gone["deleted"]), (200, &json!(true)));
    assert_eq!(
        told(program.get("/webhook_endpoints").await).await.1["data"],
        json!([])
    );
    assert_eq!(refusal(program.get(&path).await).await.0, 404);
}

async fn every_field_that_is_wrong_is_named(engine: Engine) {
    let server = WebServer::with(engine, patient()).await;
    let program = Program::of(&server).await;
    let good = "https://example.org/hooks";
    let long = format!("https://example.org/{}", "x".repeat(3_000));
    let urls = [
        json!(null),
        json!(""),
        json!(7),
        json!([]),
        json!({}),
        json!("example.org"),
        json!("http://example.org/"),
        json!("https://10.0.0.1/"),
        json!("https://[fd00::1]/"),
        json!("https://a:b@example.org/"),
        json!("https://example.org/#x"),
        json!("\u{0}"),
        json!("https://exam\u{0}ple.org/"),
        json!(long),
    ];
    for url in urls {
        let answer = program.post("/webhook_endpoints", &json!({ "url": url })).await;
        let told = refusal(answer).await;
        assert_eq!(told, (400, "invalid_value".into(), json!("url")), "{url}");
    }
    for events in [
        json!(7),
        json!(true),
        json!({}),
        json!([]),
        json!([7]),
        json!(""),
        json!("video.done"),
        json!(["video.completed", "video.done"]),
        json!(["webhook.test"]),
    ] {
        let body = json!({ "url": good, "events": events });
        let told = refusal(program.post("/webhook_endpoints", &body).await).await;
        assert_eq!(told, (400, "invalid_value".into(), json!("events")), "{events}");
    }
    let mut path = String::new();
    for events in [
        json!(null),
        json!(["video.failed"]),
        json!("video.completed, video.failed"),
    ] {
        let body = json!({ "url": good, "events": events });
        let (status, made) = told(program.post("/webhook_endpoints", &body).await).await;
        assert_eq!(status, 200, "{events}: {made}");
        path = format!("/webhook_endpoints/{}", made["id"].as_str().unwrap());
    }
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("after=x", "after"),
        ("after=video_01890000000070008000000000000000", "after"),
    ] {
        let told = refusal(program.get(&format!("{path}/deliveries?{query}")).await).await;
        assert_eq!(told, (400, "invalid_value".into(), json!(param)), "{query}");
    }
    for _ in 3..10 {
        let answer = program.post("/webhook_endpoints", &json!({ "url": good })).await;
        assert_eq!(answer.status(), 200);
    }
    let answer = program.post("/webhook_endpoints", &json!({ "url": good })).await;
    assert_eq!(
        refusal(answer).await,
        (400, "invalid_value".into(), json!("url")),
        "ten are enough"
    );
}

async fn what_is_not_ones_own_is_not_there(engine: Engine) {
    let server = WebServer::with(engine, patient()).await;
    let (mine, other) = (Program::of(&server).await, Program::of(&server).await);
    let body = json!({ "url": "https://example.org/" });
    let (_, made) = told(mine.post("/webhook_endpoints", &body).await).await;
    let id = made["id"].as_str().unwrap();
    let (_, test) = told(
        mine.post(&format!("/webhook_endpoints/{id}/test"), &json!({}))
            .await,
    )
    .await;
    let event = test["id"].as_str().unwrap();
    let (_, own) = told(other.post("/webhook_endpoints", &body).await).await;
    let own = own["id"].as_str().unwrap();
    let unknown = "evt_01890000000070008000000000000000";
    let mut paths = Vec::new();
    for id in [id, UNKNOWN, "x", "we_", "%FF", &event.replace("evt_", "we_")] {
        paths.push((Method::GET, format!("/webhook_endpoints/{id}")));
        paths.push((Method::DELETE, format!("/webhook_endpoints/{id}")));
        paths.push((Method::GET, format!("/webhook_endpoints/{id}/deliveries")));
        for what in ["test", "enable", "rotate_secret"] {
            paths.push((Method::POST, format!("/webhook_endpoints/{id}/{what}")));
        }
        paths.push((
            Method::POST,
            format!("/webhook_endpoints/{id}/deliveries/{event}/resend"),
        ));
    }
    // One's own endpoint with the event of another.
    for event in [event, unknown, "x", "%FF"] {
        paths.push((
            Method::POST,
            format!("/webhook_endpoints/{own}/deliveries/{event}/resend"),
        ));
    }
    for (method, path) in paths {
        let answer = other.request(method.clone(), &path).send().await.unwrap();
        assert_eq!(refusal(answer).await.0, 404, "{method} {path}");
    }
    assert_eq!(mine.get(&format!("/webhook_endpoints/{id}")).await.status(), 200);
}

async fn a_key_does_with_webhooks_only_what_it_may(engine: Engine) {
    let server = WebServer::with(engine, patient()).await;
    let all = Program::of(&server).await;
    let only = async |create: &str, read: &str| {
        let form = KeyForm {
            create: create.into(),
            read: read.into(),
            ..everything()
        };
        Program::by(&server, all.user, &form).await
    };
    let (reader, creator) = (only("", "on").await, only("on", "").await);
    let body = json!({ "url": "https://example.org/" });
    let (_, made) = told(creator.post("/webhook_endpoints", &body).await).await;
    let path = format!("/webhook_endpoints/{}", made["id"].as_str().unwrap());
    let deliveries = format!("{path}/deliveries");
    for path in ["/webhook_endpoints", &path, &deliveries] {
        assert_eq!(reader.get(path).await.status(), 200, "{path}");
        assert_eq!(refusal(creator.get(path).await).await.0, 403, "{path}");
    }
    for path in [
        "/webhook_endpoints",
        &format!("{path}/test"),
        &format!("{path}/rotate_secret"),
        &format!("{path}/enable"),
    ] {
        assert_eq!(refusal(reader.post(path, &body).await).await.0, 403, "{path}");
    }
    assert_eq!(refusal(reader.delete(&path).await).await.0, 403);
    assert_eq!(creator.delete(&path).await.status(), 200);
}

/// What stands between two texts on a page.
fn between(page: &str, start: &str, end: &str) -> String {
    let rest = page
        .split(start)
        .nth(1)
        .unwrap_or_else(|| panic!("no {start} in {page}"));
    rest.split(end).next().expect("an end").to_owned()
}

async fn everything_works_by_forms_alone(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let receiver = Receiver::start(status(500)).await;
    let browser = server.signed_up("ada@example.org").await;
    for page in ["/account", "/account/keys"] {
        assert!(browser.page(page).await.contains("/account/webhooks"), "{page}");
    }
    let answer = browser
        .post_form("/account/webhooks", &[("url", "http://10.0.0.1/\"<b>")])
        .await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Events only go to https addresses") && page.contains("Choose what it hears of"));
    assert!(page.contains("http://10.0.0.1/&quot;&lt;b&gt;") && page.contains("2 fields need another look"));
    let form = [
        ("url", receiver.address.as_str()),
        ("completed", "on"),
        ("fresh-secret", "whsec_mine"),
    ];
    let answer = browser.post_form("/account/webhooks", &form).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let page = answer.text().await.unwrap();
    let secret = format!("whsec_{}", between(&page, "whsec_", "<"));
    assert!(secret.len() == 50 && !page.contains("whsec_mine"), "{secret}");
    let page = browser.page("/account/webhooks").await;
    assert!(!page.contains("whsec_"), "only once");
    let id = between(&page, "href=\"/account/webhooks/", "\"");
    let address = format!("/account/webhooks/{id}");
    assert!(browser.page(&address).await.contains("Nothing has been sent yet"));
    let post = async |what: &str| browser.post_form(&format!("{address}/{what}"), &[]).await;
    let answer = post("test").await;
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["location"].to_str().unwrap()
        ),
        (303, address.as_str())
    );
    let page = browser.page(&address).await;
    assert!(
        page.contains("Not taken") && page.contains("answered 500"),
        "{page}"
    );
    receiver.usually(status(200));
    let event = between(&page, "/deliveries/", "/resend");
    let resend = format!("deliveries/{event}/resend");
    assert_eq!(post(&resend).await.status(), 303);
    let page = browser.page(&address).await;
    assert!(page.contains("Delivered") && page.contains("2 tries"), "{page}");
    assert!(
        receiver
            .received()
            .iter()
            .all(|one| one.signed_with(&secret) == 1)
    );
    let answer = post("rotate").await;
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    assert!(page.contains("whsec_") && !page.contains(&secret) && page.contains("Old secret"));
    // The endpoint wants no more; the page says so, and turns it on again.
    receiver.usually(status(410));
    post("test").await;
    assert!(
        browser
            .page("/account/webhooks")
            .await
            .contains("It answered 410 Gone")
    );
    assert!(browser.page(&address).await.contains("Turn on again"));
    let answer = post("test").await;
    assert_eq!(answer.status(), 409);
    assert!(answer.text().await.unwrap().contains("Turn it on first"));
    assert_eq!(post("turn-on").await.status(), 303);
    assert!(browser.page(&address).await.contains("Send a test event"));
    let stranger = server.signed_up("bob@example.org").await;
    for what in ["test", "rotate", "turn-on", "remove", &resend] {
        for id in [id.as_str(), "x", "01890000-0000-7000-8000-000000000000"] {
            let path = format!("/account/webhooks/{id}/{what}");
            assert_eq!(stranger.post_form(&path, &[]).await.status(), 404, "{path}");
        }
        let path = format!("{address}/{what}");
        assert_eq!(
            server.browser().post_form(&path, &[]).await.status(),
            401,
            "{path}"
        );
    }
    for path in [&address, "/account/webhooks/x"] {
        assert_eq!(stranger.get(path).await.status(), 404, "{path}");
    }
    assert_eq!(post("remove").await.headers()["location"], "/account/webhooks");
    assert_eq!(browser.get(&address).await.status(), 404);
    assert_eq!(post("remove").await.status(), 404);
}
