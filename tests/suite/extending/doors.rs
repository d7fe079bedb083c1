//! The doors: the page of a video without a script, and `/v1`.

use super::setup;
use crate::api::{Program, everything, parts, refusal, told};
use crate::support::{Browser, Engine, MODEL, Setup, WebServer};
use aisora::model::keys::KeyForm;
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines!(
    a_page_extends_without_a_script,
    programs_extend_by_id_in_every_way_to_write_it,
    programs_are_told_what_does_not_fit,
);

/// The video of a person once it has ended.
async fn ended(browser: &Browser, id: &str) -> Value {
    for _ in 0..500 {
        let page = browser.call("gallery/video", &json!({ "id": id })).await;
        let page: Value = page.json().await.unwrap();
        if ["succeeded", "failed"].contains(&page["card"]["state"].as_str().unwrap_or_default()) {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{id} has not ended");
}

/// The value of the chosen option.
fn chosen(page: &str) -> String {
    let form = page
        .split("id=\"extend-by\"")
        .nth(1)
        .expect("the form is on the page");
    let option = form.split("<option").find(|option| option.contains("selected"));
    let value = option
        .and_then(|option| option.split("value=\"").nth(1))
        .expect("a price");
    value.split('"').next().unwrap_or_default().to_owned()
}

async fn a_page_extends_without_a_script(engine: Engine) {
    let mut server = WebServer::with(engine, setup(60)).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    let form = json!({ "prompt": "a boat", "model": MODEL, "size": "128x72", "seconds": "1", "takes": "1" });
    let quote: Value = browser
        .call("generation/quote", &json!({ "form": form }))
        .await
        .json()
        .await
        .unwrap();
    let mut form = form;
    form["quote"] = quote["token"].clone();
    let cards = browser.call("generation/create", &json!({ "form": form })).await;
    let cards: Value = cards.json().await.unwrap();
    let id = cards[0]["id"].as_str().expect("created").to_owned();
    let while_made = browser.page(&format!("/v/{id}")).await;
    assert!(!while_made.contains("id=\"extend\""), "no button that fails");
    ended(&browser, &id).await;
    let page = browser.page(&format!("/v/{id}")).await;
    assert!(
        page.contains("1 s, 10 credits → 2 s in all"),
        "the price before the press"
    );
    let token = chosen(&page);
    let way = format!("/v/{id}/extend");
    // What was typed is not lost.
    let empty = browser
        .post_form(&way, &[("prompt", " "), ("quote", &token)])
        .await;
    assert_eq!(empty.status(), 422);
    let empty = empty.text().await.unwrap();
    assert!(empty.contains("Describe what should be seen.") && empty.contains("id=\"extend\" open"));
    let stale = browser
        .post_form(
            &way,
            &[
                ("prompt", "it sails on & on </textarea><b id=x>"),
                ("quote", "e30.e30"),
            ],
        )
        .await;
    let stale = stale.text().await.unwrap();
    let words = stale.split("id=\"extend-prompt\"").nth(1).unwrap_or(&stale);
    assert!(
        words.contains("it sails on &amp; on"),
        "the words come back: {words:.400}"
    );
    assert!(!stale.contains("<b id=x>"), "text is text");
    let made = browser
        .post_form(&way, &[("prompt", "it sails on"), ("quote", &token)])
        .await;
    assert_eq!(made.status(), 303);
    let to = made.headers()["location"].to_str().unwrap().to_owned();
    let longer = ended(&browser, to.strip_prefix("/v/").expect("its page")).await;
    assert_eq!(longer["card"]["seconds"], 2);
    let page = browser.page(&to).await;
    for part in ["Extends", &format!("href=\"/v/{id}\""), "1 s added", "Extension"] {
        assert!(page.contains(part), "{part}");
    }
    // Somebody else finds nothing there.
    let other = server.signed_up("eve@example.org").await;
    let theirs = other.post_form(&way, &[("prompt", "x"), ("quote", &token)]).await;
    assert_eq!(theirs.status(), 404);
    server.test.stop_work().await;
    server.test.audit().await;
}

async fn programs_extend_by_id_in_every_way_to_write_it(engine: Engine) {
    let mut server = WebServer::with(engine, setup(60)).await;
    server.test.work();
    let program = Program::of(&server).await;
    let id = program.create("a boat").await;
    program.ended(&id).await;
    let models = told(program.get("/models").await).await.1;
    let of = |name: &str| {
        let models = models["data"].as_array().unwrap();
        models.iter().find(|model| model["id"] == name).unwrap()["extends_to"].clone()
    };
    assert_eq!((of(MODEL), of("builtin")), (json!(60), json!(60)));
    let whole = json!({ "prompt": "it sails on", "seconds": "1", "video": { "id": id }, "max_credits": 10 });
    let quote = json!({ "seconds": 1, "video": { "id": id } });
    let (status, quote) = told(program.post("/videos/quote", &quote).await).await;
    assert_eq!(
        (status, &quote["credits"], &quote["seconds"]),
        (200, &json!(10), &json!("2"))
    );
    let send = async || {
        let request = program.request(Method::POST, "/videos/extensions").json(&whole);
        told(request.header("idempotency-key", "one").send().await.unwrap()).await
    };
    let (status, video) = send().await;
    assert_eq!(status, 200, "{video}");
    assert_eq!(
        (&video["seconds"], &video["remixed_from_video_id"]),
        (&json!("2"), &json!(id))
    );
    assert_eq!(send().await.1["id"], video["id"], "the same request again");
    for fields in [
        vec![("video", format!("{{\"id\":\"{id}\"}}"))],
        vec![("video[id]", id.clone())],
    ] {
        let mut form: Vec<(&str, &[u8])> = vec![("prompt", b"on"), ("seconds", b"1")];
        form.extend(fields.iter().map(|(name, value)| (*name, value.as_bytes())));
        let (kind, body) = parts(&form);
        let request = program.request(Method::POST, "/videos/extensions");
        let answer = request
            .header("content-type", kind)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(told(answer).await.0, 200, "{fields:?}");
    }
    let ended = program.ended(video["id"].as_str().unwrap()).await;
    assert_eq!(ended["status"], "completed", "{ended}");
    assert_eq!(program.count().await, 4);
    server.test.stop_work().await;
    server.test.audit().await;
}

async fn programs_are_told_what_does_not_fit(engine: Engine) {
    let file = Some("[moderation]\nforbidden = [\"dragons\"]\n".into());
    let mut server = WebServer::with(engine, Setup { file, ..setup(60) }).await;
    server.test.work();
    let program = Program::of(&server).await;
    let id = program.create("a boat").await;
    program.ended(&id).await;
    let slow = program.create("slow").await;
    let stranger = Program::of(&server).await;
    let theirs = stranger.create("a boat").await;
    let video = json!({ "id": id });
    let cases = [
        (json!({ "prompt": "x" }), 400, json!("video")),
        (json!({ "prompt": "x", "video": "no" }), 400, json!("video")),
        (json!({ "prompt": "x", "video": {} }), 400, json!("video")),
        (
            json!({ "prompt": "x", "video": { "id": "video_1" } }),
            404,
            Value::Null,
        ),
        (
            json!({ "prompt": "x", "video": { "id": theirs } }),
            404,
            Value::Null,
        ),
        (
            json!({ "prompt": "x", "video": { "id": slow } }),
            409,
            Value::Null,
        ),
        (json!({ "video": video }), 400, json!("prompt")),
        (
            json!({ "prompt": "dragons", "video": video }),
            400,
            json!("prompt"),
        ),
        (
            json!({ "prompt": "x", "seconds": 7, "video": video }),
            400,
            json!("seconds"),
        ),
        (
            json!({ "prompt": "x", "seconds": "x", "video": video }),
            400,
            json!("seconds"),
        ),
        (
            json!({ "prompt": "x", "video": video, "max_credits": 9 }),
            400,
            json!("max_credits"),
        ),
    ];
    for (body, status, param) in cases {
        let (found, _, at) = refusal(program.post("/videos/extensions", &body).await).await;
        assert_eq!((found, at), (status, param), "{body}");
    }
    let (kind, body) = parts(&[("prompt", b"x"), ("input_reference", b"x")]);
    let body = String::from_utf8(body)
        .unwrap()
        .replace("input_reference", "video");
    let request = program.request(Method::POST, "/videos/extensions");
    let answer = request
        .header("content-type", kind)
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(
        refusal(answer).await.2,
        "video",
        "files are not taken, and that is said"
    );
    let reader = KeyForm {
        create: String::new(),
        ..everything()
    };
    let reader = Program::by(&server, program.user, &reader).await;
    let body = json!({ "prompt": "x", "video": video });
    assert_eq!(
        refusal(reader.post("/videos/extensions", &body).await).await.0,
        403
    );
    assert_eq!(server.test.balance(program.user).await, (180, 10));
}
