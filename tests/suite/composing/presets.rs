//! A person's own presets: made, changed, shared, carried; nobody else's.

use crate::support::{Browser, Engine, TestApp, WebServer};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

crate::on_both_engines!(
    presets_are_made_changed_and_deleted_by_plain_forms,
    a_form_that_does_not_fit_comes_back_as_it_was_typed,
    nobody_reaches_somebody_elses_presets,
    a_link_shows_name_and_words_to_whoever_signs_in_until_it_is_ended,
    what_is_exported_is_imported_word_for_word,
    an_import_is_all_or_nothing_and_says_what_is_wrong,
    the_last_prompts_are_told_once_each,
);

const PAGE: &str = "/account/presets";

async fn add(browser: &Browser, name: &str, kind: &str, text: &str) {
    let answer = browser
        .post_form(PAGE, &[("name", name), ("kind", kind), ("text", text)])
        .await;
    assert_eq!(answer.status(), 303, "{name}");
}

async fn list(browser: &Browser) -> Vec<Value> {
    browser
        .get("/prompts/presets")
        .await
        .json()
        .await
        .expect("a list")
}

async fn import(browser: &Browser, file: &str) -> (u16, String) {
    let part = multipart::Part::bytes(file.as_bytes().to_vec()).file_name("presets.json");
    let request = browser.request(Method::POST, "/account/presets/import");
    let answer = browser
        .send(request.multipart(multipart::Form::new().part("file", part)))
        .await;
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

fn file(presets: &Value) -> String {
    json!({ "format": "aisora.presets", "version": 1, "presets": presets }).to_string()
}

async fn presets_are_made_changed_and_deleted_by_plain_forms(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    assert!(browser.page("/account").await.contains(PAGE));
    add(&browser, "Blue hour <b>", "look", "blue hour, soft & cold").await;
    let made = list(&browser).await;
    assert_eq!(
        (made.len(), &made[0]["text"]),
        (1, &json!("blue hour, soft & cold"))
    );
    let page = browser.page(PAGE).await;
    assert!(page.contains("Blue hour &lt;b&gt;") && !page.contains("Blue hour <b>"));
    assert!(!page.contains("aisora.wasm"), "read and filled in");
    let address = format!("{PAGE}/{}", made[0]["id"].as_str().unwrap());
    let form = [("name", "BLUE hour"), ("kind", "mood"), ("text", "blue")];
    assert_eq!(
        browser.post_form(&address, &form).await.status(),
        303,
        "its own name is free"
    );
    assert_eq!(list(&browser).await[0]["kind"], "mood");
    assert_eq!(
        browser
            .post_form(&format!("{address}/delete"), &[])
            .await
            .status(),
        303
    );
    assert!(list(&browser).await.is_empty());
    assert_eq!(
        browser
            .post_form(&format!("{address}/delete"), &[])
            .await
            .status(),
        404
    );
    let request = browser.request(Method::POST, "/prompts/presets");
    let saved = browser
        .send(request.json(&json!({ "name": "From the studio", "text": "fog" })))
        .await;
    assert_eq!(saved.status(), 201);
    assert_eq!(list(&browser).await[0]["kind"], "other");
}

async fn a_form_that_does_not_fit_comes_back_as_it_was_typed(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    add(&browser, "Fog", "mood", "fog").await;
    let answer = browser
        .post_form(PAGE, &[("name", "  FÓG "), ("kind", "look"), ("text", "קֶשֶׁת 🌈")])
        .await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("There is one of this name already") && page.contains("קֶשֶׁת 🌈"),
        "nothing is lost"
    );
    let long = "é".repeat(5_000);
    let answer = browser.post_form(PAGE, &[("name", &long), ("text", "")]).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("has 5000 characters; at most 60 fit") && page.contains("Write a text"),
        "both are told"
    );
    let id = list(&browser).await[0]["id"].as_str().unwrap().to_owned();
    let answer = browser
        .post_form(&format!("{PAGE}/{id}"), &[("name", ""), ("text", "kept words")])
        .await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("kept words"));
    assert_eq!(list(&browser).await[0]["text"], "fog", "nothing was changed");
}

async fn nobody_reaches_somebody_elses_presets(engine: Engine) {
    let server = WebServer::start(engine).await;
    let (ada, bob) = (
        server.signed_up("ada@example.org").await,
        server.signed_up("bob@example.org").await,
    );
    add(&ada, "Fog", "mood", "fog").await;
    let id = list(&ada).await[0]["id"].as_str().unwrap().to_owned();
    assert!(list(&bob).await.is_empty());
    let form = [("name", "Mine"), ("text", "mine")];
    assert_eq!(bob.post_form(&format!("{PAGE}/{id}"), &form).await.status(), 404);
    for deed in ["delete", "share", "unshare", "explode"] {
        assert_eq!(
            bob.post_form(&format!("{PAGE}/{id}/{deed}"), &[]).await.status(),
            404,
            "{deed}"
        );
    }
    assert!(!bob.page("/account/presets/export").await.contains("Fog"));
    let nobody = server.browser();
    for path in ["/prompts/presets", "/prompts/recent"] {
        assert_eq!(nobody.get(path).await.status(), 401, "{path}");
    }
    assert_eq!(nobody.post_form(PAGE, &form).await.status(), 401);
    assert_eq!(nobody.get(PAGE).await.status(), 303, "to the door");
    let left = list(&ada).await;
    assert_eq!(
        (left.len(), &left[0]["name"], &left[0]["share"]),
        (1, &json!("Fog"), &Value::Null)
    );
    // The same name is everybody's.
    add(&bob, "Fog", "mood", "other fog").await;
}

async fn a_link_shows_name_and_words_to_whoever_signs_in_until_it_is_ended(engine: Engine) {
    let server = WebServer::start(engine).await;
    let (ada, bob) = (
        server.signed_up("ada@example.org").await,
        server.signed_up("bob@example.org").await,
    );
    add(&ada, "Fog", "mood", "fog over water").await;
    add(&ada, "Secret", "mood", "secret words").await;
    let id = list(&ada).await[0]["id"].as_str().unwrap().to_owned();
    let token = async || list(&ada).await[0]["share"].as_str().map(ToOwned::to_owned);
    assert_eq!(
        ada.post_form(&format!("{PAGE}/{id}/share"), &[]).await.status(),
        303
    );
    let first = token().await.unwrap();
    assert_eq!(
        ada.post_form(&format!("{PAGE}/{id}/share"), &[]).await.status(),
        303
    );
    assert_eq!(token().await.unwrap(), first, "one link");
    let link = format!("/presets/{first}");
    let answer = server.browser().get(&link).await;
    let door = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(door.starts_with("/sign-in?next=/presets/"), "{door}");
    let page = bob.page(&link).await;
    assert!(page.contains("Fog") && page.contains("fog over water"));
    assert!(!page.contains("ada@example.org") && !page.contains("secret words"));
    add(&bob, "Fog", "look", "my own fog").await;
    for _ in 0..2 {
        assert_eq!(bob.post_form(&link, &[]).await.status(), 303);
    }
    let names: Vec<_> = list(&bob)
        .await
        .iter()
        .map(|preset| preset["name"].clone())
        .collect();
    assert_eq!(names, ["Fog", "Fog 2"], "added once, beside the own one");
    assert_eq!(
        ada.post_form(&format!("{PAGE}/{id}/unshare"), &[]).await.status(),
        303
    );
    assert_eq!(bob.post_form(&link, &[]).await.status(), 404);
    assert!(!bob.page(&link).await.contains("fog over water"));
    assert_eq!(list(&bob).await.len(), 2, "what was taken over stays");
    ada.post_form(&format!("{PAGE}/{id}/share"), &[]).await;
    assert_ne!(token().await.unwrap(), first, "an ended link never works again");
}

async fn what_is_exported_is_imported_word_for_word(engine: Engine) {
    let server = WebServer::start(engine).await;
    let (ada, bob) = (
        server.signed_up("ada@example.org").await,
        server.signed_up("bob@example.org").await,
    );
    add(&ada, "قارب 🚤", "camera", "قارب ورقي\nin the rain").await;
    add(
        &ada,
        "<script>",
        "other",
        "</textarea><b id=x> \"quotes\" & `ticks`",
    )
    .await;
    assert!(
        !ada.page(PAGE).await.contains("<b id=x>"),
        "text is text, in a text area too"
    );
    let answer = ada.get("/account/presets/export").await;
    let kind = answer.headers()["content-disposition"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("attachment"));
    let exported = answer.text().await.unwrap();
    // Some editors write a mark before what they save.
    let (status, page) = import(&bob, &format!("\u{feff}{exported}")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Imported 2 presets."), "{page}");
    let words = |presets: Vec<Value>| {
        let words = presets.into_iter().map(|preset| {
            (
                preset["name"].clone(),
                preset["kind"].clone(),
                preset["text"].clone(),
            )
        });
        words.collect::<Vec<_>>()
    };
    let (of_ada, of_bob) = (words(list(&ada).await), words(list(&bob).await));
    // Browsers send line breaks of forms as \r\n; what is kept travels as it is.
    assert_eq!(of_ada, of_bob);
    assert!(
        import(&bob, &exported)
            .await
            .1
            .contains("Nothing is new: 2 were there already.")
    );
    assert_eq!(list(&bob).await.len(), 2);
}

async fn an_import_is_all_or_nothing_and_says_what_is_wrong(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    add(&browser, "Fog", "mood", "fog").await;
    let good = json!({ "name": "Good", "text": "good" });
    let many: Vec<_> = (0..201)
        .map(|n| json!({ "name": format!("n{n}"), "text": "x" }))
        .collect();
    let bad = [
        (String::new(), "Choose a file"),
        ("{ not json".into(), "This is no JSON that can be read (line 1)"),
        ("[]".into(), "its “format” is not “aisora.presets”"),
        (
            file(&json!([good])).replace("\"version\":1", "\"version\":2"),
            "This file has version 2; version 1",
        ),
        (file(&json!({})), "has no list of “presets”"),
        (file(&json!(many)), "This file has 201 presets; at most 200 fit"),
        (file(&json!(many[..200])), "At most 200 presets fit"),
        (
            file(&json!([good, { "name": "No text" }])),
            "Preset 2 needs a “name” and a “text”",
        ),
        (
            file(&json!([good, { "name": "x", "text": "x", "colour": "red" }])),
            "Preset 2 needs",
        ),
        (file(&json!([good, { "name": 5, "text": "x" }])), "Preset 2 needs"),
        (
            file(&json!([good, { "name": "x".repeat(5_000), "text": "x" }])),
            "has 5000 characters; at most 60 fit",
        ),
        (
            file(&json!([good, { "name": "x", "text": "x".repeat(1_001) }])),
            "has 1001 characters; at most 1000 fit",
        ),
        (
            file(&json!([good, { "name": "x", "kind": "sound", "text": "x" }])),
            "The kind is camera, look, mood or other",
        ),
        (
            file(&json!([good, { "name": "x\u{0}", "text": "x" }])),
            "invisible control characters",
        ),
        (
            file(&json!([good, { "name": "GOOD", "text": "other" }])),
            "“GOOD” is there already",
        ),
        (
            file(&json!([good, { "name": "fog", "text": "other" }])),
            "“fog” is there already",
        ),
    ];
    for (text, words) in bad {
        let (status, page) = import(&browser, &text).await;
        assert_eq!(status, 422, "{words}");
        assert!(page.contains(words), "{words}");
        assert_eq!(list(&browser).await.len(), 1, "{words}");
    }
    let fine = file(
        &json!([good, { "name": "<img src=x onerror=alert(1)>", "text": "\u{202e}rtl 🌈" }, { "name": "Fog", "kind": "mood", "text": "fog" }]),
    );
    let (status, page) = import(&browser, &fine).await;
    assert_eq!(status, 200);
    assert!(page.contains("Imported 2 presets. 1 was there already.") && !page.contains("<img src=x"));
    assert_eq!(list(&browser).await.len(), 3);
}

async fn the_last_prompts_are_told_once_each(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let viewer: Value = browser
        .call("account/viewer", &json!({}))
        .await
        .json()
        .await
        .unwrap();
    let person = viewer["id"].as_str().unwrap().parse().unwrap();
    let test: &TestApp = &server.test;
    for prompt in ["a boat", "a lighthouse", "a boat", "a storm\nat sea"] {
        test.create(person, prompt, 1).await;
    }
    let recent: Value = browser.get("/prompts/recent").await.json().await.unwrap();
    assert_eq!(recent, json!(["a storm\nat sea", "a boat", "a lighthouse"]));
    let other = server.signed_up("bob@example.org").await;
    assert_eq!(
        other.get("/prompts/recent").await.json::<Value>().await.unwrap(),
        json!([])
    );
}
