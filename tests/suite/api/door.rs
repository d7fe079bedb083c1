//! Who may come in, how often, and that whatever goes wrong is told as JSON.

use super::{Program, everything, patient, refusal, told};
use crate::support::{Engine, Setup, WebServer, client};
use aisora::model::keys::KeyForm;
use aisora::server::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines!(
    only_a_key_that_works_comes_in,
    a_key_does_only_what_it_may,
    a_key_may_not_ask_too_often,
    whatever_is_wrong_is_told_as_json,
    the_last_use_of_a_key_is_written_once_a_minute,
    keys_are_made_shown_once_and_revoked_by_forms_alone,
    the_documents_are_there_for_everybody,
);

async fn only_a_key_that_works_comes_in(engine: Engine) {
    let server = WebServer::start(engine).await;
    let program = Program::of(&server).await;
    let browser = server.signed_up("ada@example.org").await;
    let ask = async |authorization: Option<String>| {
        let mut request = program.client.get(format!("{}/v1/models", program.address));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        // A cookie is no key.
        let request = request.header("cookie", browser.cookie().unwrap());
        request.send().await.unwrap()
    };
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let answer = ask(Some(format!("{scheme} {}", program.key))).await;
        assert_eq!(answer.status(), 200, "{scheme}");
    }
    let key = &program.key;
    for wrong in [
        None,
        Some(String::new()),
        Some("Bearer".into()),
        Some("Bearer ".into()),
        Some(key.clone()),
        Some(format!("Basic {key}")),
        Some(format!("Bearer {key}x")),
        Some(format!("Bearer {}", &key[..key.len() - 1])),
        Some(format!("Bearer aisora_sk_{}", "A".repeat(43))),
        Some(format!("Bearer {}", "x".repeat(5_000))),
    ] {
        let answer = ask(wrong.clone()).await;
        assert_eq!(answer.headers()["www-authenticate"], "Bearer", "{wrong:?}");
        assert_eq!(
            refusal(answer).await,
            (401, "invalid_api_key".into(), Value::Null),
            "{wrong:?}"
        );
    }
    server
        .test
        .app
        .keys
        .revoke(program.user, program.id)
        .await
        .unwrap();
    let answer = program.get("/models").await;
    assert_eq!(refusal(answer).await.0, 401, "revoked");
}

async fn a_key_does_only_what_it_may(engine: Engine) {
    let server = WebServer::start(engine).await;
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
    let id = creator.create("a boat").await;
    assert_eq!(reader.video(&id).await["prompt"], "a boat");
    let path = format!("/videos/{id}");
    let missing = (403, "missing_scope".to_owned(), Value::Null);
    let body = json!({ "prompt": "x" });
    for path in ["/videos", &format!("{path}/remix"), &format!("{path}/cancel")] {
        assert_eq!(refusal(reader.post(path, &body).await).await, missing, "{path}");
    }
    assert_eq!(refusal(reader.delete(&path).await).await, missing);
    for path in ["/videos", &path, &format!("{path}/content")] {
        assert_eq!(refusal(creator.get(path).await).await, missing, "{path}");
    }
    for program in [&reader, &creator] {
        for path in ["/models", "/credits"] {
            assert_eq!(program.get(path).await.status(), 200, "{path}");
        }
        assert_eq!(program.post("/videos/quote", &json!({})).await.status(), 200);
    }
}

async fn a_key_may_not_ask_too_often(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        environment: vec![("AISORA_API_REQUESTS_PER_MINUTE", "3".into())],
        clock: clock.clone(),
        ..Setup::default()
    };
    let server = WebServer::with(engine, setup).await;
    let program = Program::of(&server).await;
    for remaining in ["2", "1", "0"] {
        let answer = program.get("/models").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["x-ratelimit-limit-requests"], "3");
        assert_eq!(answer.headers()["x-ratelimit-remaining-requests"], remaining);
    }
    let answer = program.post("/videos", &json!({ "prompt": "a boat" })).await;
    assert_eq!(answer.headers()["retry-after"], "20");
    assert_eq!(answer.headers()["x-ratelimit-reset-requests"], "60000ms");
    assert_eq!(
        refusal(answer).await,
        (429, "rate_limit_exceeded".into(), Value::Null)
    );
    let other = Program::with(&server, program.user, "").await;
    assert_eq!(
        other.count().await,
        0,
        "each key counts for itself, and nothing was made"
    );
    clock.advance(20_000);
    assert_eq!(program.get("/models").await.status(), 200);
}

async fn whatever_is_wrong_is_told_as_json(engine: Engine) {
    let server = WebServer::start(engine).await;
    let program = Program::of(&server).await;
    for path in [
        "",
        "/",
        "/nothing",
        "/videos/",
        "/videos/a/b/c",
        "/videos/%FF",
        "/videos/video_x/content/1",
    ] {
        let request = program.request(Method::GET, path).header("accept", "text/html");
        let answer = request.send().await.unwrap();
        assert_eq!(refusal(answer).await.0, 404, "{path}");
    }
    for (method, path) in [
        (Method::DELETE, "/videos"),
        (Method::GET, "/videos/quote/"),
        (Method::PUT, "/videos/video_x"),
        (Method::POST, "/models"),
        (Method::PATCH, "/videos/video_x/remix"),
    ] {
        let answer = program.request(method.clone(), path).send().await.unwrap();
        let (status, code, _) = refusal(answer).await;
        assert!(
            (status, code.as_str()) == (405, "method_not_allowed") || (path.ends_with('/') && status == 404),
            "{method} {path}: {status}"
        );
    }
    let huge = |bytes: usize| json!({ "prompt": "x".repeat(bytes) });
    assert_eq!(
        refusal(program.post("/videos/quote", &huge(2 << 20)).await)
            .await
            .0,
        413
    );
    // Where a picture may come along, more fits, though not into the prompt.
    let answer = refusal(program.post("/videos", &huge(2 << 20)).await).await;
    assert_eq!((answer.0, answer.2), (400, json!("prompt")));
    assert_eq!(
        refusal(program.post("/videos", &huge(29 << 20)).await).await.0,
        413
    );
    // A little more than fits: a client that is cut off in the middle of sending may see no answer.
    let pieces = (0..17).map(|_| Ok::<_, std::io::Error>(vec![b' '; 62_000]));
    let endless = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
    let request = program
        .request(Method::POST, "/videos/quote")
        .header("content-type", "application/json")
        .body(endless);
    assert_eq!(
        refusal(request.send().await.unwrap()).await.0,
        413,
        "without a length"
    );
    for kind in ["", "text/plain", "application/x-www-form-urlencoded", "image/png"] {
        let request = program
            .request(Method::POST, "/videos")
            .header("content-type", kind)
            .body("prompt=a");
        assert_eq!(refusal(request.send().await.unwrap()).await.0, 415, "{kind}");
    }
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\"a\"",
        "{\"prompt\": \"a\"",
        "\u{feff}{}",
        "[[[[",
    ] {
        let request = program
            .request(Method::POST, "/videos")
            .header("content-type", "application/json")
            .body(body);
        let told = refusal(request.send().await.unwrap()).await;
        assert_eq!(told, (400, "invalid_value".into(), Value::Null), "{body}");
    }
    // Another site's page cannot send a key, so that where a request comes from does not matter.
    let request = program
        .request(Method::GET, "/credits")
        .header("origin", "https://other.example");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let answer = client()
        .build()
        .unwrap()
        .get(format!("{}/v1/nothing", program.address))
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(answer).await.0, 404, "without a key");
}

async fn the_last_use_of_a_key_is_written_once_a_minute(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..patient()
    };
    let server = WebServer::with(engine, setup).await;
    let program = Program::of(&server).await;
    let last = async || server.test.app.keys.list(program.user).await.unwrap()[0].last_used_at;
    assert_eq!(last().await, None);
    program.get("/models").await;
    let first = clock.now();
    server
        .test
        .until("the first use is written", async || last().await == Some(first))
        .await;
    clock.advance(59_000);
    program.get("/models").await;
    assert_eq!(last().await, Some(first));
    clock.advance(1_000);
    program.get("/models").await;
    server
        .test
        .until("the next one is", async || last().await == Some(first + 60_000))
        .await;
}

async fn keys_are_made_shown_once_and_revoked_by_forms_alone(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    assert!(browser.page("/account").await.contains("/account/keys"));
    let form = [("name", " "), ("read", "on"), ("monthly_cap", "-1")];
    let answer = browser.post_form("/account/keys", &form).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Give the key a name") && page.contains("A cap is a whole number"));
    let form = [
        ("name", "nightly <b>"),
        ("create", "on"),
        ("read", "on"),
        ("monthly_cap", "500"),
    ];
    let answer = browser.post_form("/account/keys", &form).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let page = answer.text().await.unwrap();
    let start = page.find("aisora_sk_").expect("the key is shown");
    let key: String = page[start..].chars().take(53).collect();
    let program = Program {
        client: client().build().unwrap(),
        address: server.address.clone(),
        key,
        ..Program::of(&server).await
    };
    let (status, credits) = told(program.get("/credits").await).await;
    assert_eq!(
        (status, &credits["available"], &credits["key"]["monthly_cap"]),
        (200, &json!(200), &json!(500))
    );
    let page = browser.page("/account/keys").await;
    assert!(!page.contains(&program.key), "only once");
    assert!(page.contains("nightly &lt;b&gt;") && page.contains(&program.key[..16]));
    let action = page
        .split("action=\"/account/keys/")
        .nth(1)
        .expect("a way to revoke");
    let id = action.split('/').next().unwrap().to_owned();
    let stranger = server.signed_up("bob@example.org").await;
    let revoke = format!("/account/keys/{id}/revoke");
    assert_eq!(stranger.post_form(&revoke, &[]).await.status(), 404);
    assert_eq!(
        stranger.post_form("/account/keys/x/revoke", &[]).await.status(),
        404
    );
    assert_eq!(program.get("/models").await.status(), 200);
    assert_eq!(browser.post_form(&revoke, &[]).await.status(), 303);
    assert_eq!(program.get("/models").await.status(), 401);
    assert!(browser.page("/account/keys").await.contains("Revoked"));
    assert_eq!(
        server.browser().post_form("/account/keys", &form).await.status(),
        401
    );
}

async fn the_documents_are_there_for_everybody(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.browser();
    let answer = browser.get("/docs/api").await;
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    assert!(page.contains("create_and_poll") && !page.contains("aisora.wasm"));
    for path in ["/v1/videos/{id}/remix", "/v1/credits"] {
        assert!(page.contains(path), "{path}");
    }
    let (status, document) = told(browser.get("/v1/openapi.json").await).await;
    assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")));
    // What is documented is there: it asks for a key, and does not say that there is no such address.
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods
            .as_object()
            .unwrap()
            .keys()
            .filter(|_| path != "/openapi.json")
        {
            let path = path.replace("{id}", "video_01890000000070008000000000000000");
            let method = method.to_uppercase().parse().unwrap();
            let answer = browser.send(browser.request(method, &format!("/v1{path}"))).await;
            assert_eq!(refusal(answer).await.0, 401, "{path}");
        }
    }
}
