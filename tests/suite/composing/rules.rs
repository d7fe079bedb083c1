//! The operator's rules for prompts refuse at every door before anything is held.

use crate::{
    api::{Program, told},
    support::{Engine, Setup, TestApp, WebServer},
};
use aisora::model::{
    composition::ComposerForm,
    error::{AppError, Code},
};
use serde_json::{Value, json};
use std::process::Command;

crate::on_both_engines!(
    a_prompt_that_breaks_a_rule_is_refused_at_every_door,
    a_check_costs_nothing_and_tells_only_the_persons_own_words,
    one_bad_line_refuses_the_whole_order,
);

fn ruled() -> Setup {
    Setup {
        file: Some("[moderation]\nforbidden = [\"Verboten\", \"blue  CAR\"]\n".into()),
        ..Setup::default()
    }
}

async fn a_prompt_that_breaks_a_rule_is_refused_at_every_door(engine: Engine) {
    let server = WebServer::with(engine, ruled()).await;
    let test = &server.test;
    let person = test.person().await;
    let form = test.form(person, "a VERBÓTEN boat", 1).await;
    let error = AppError::from(
        test.app
            .generations
            .create(person, &form)
            .await
            .expect_err("refused"),
    );
    assert_eq!(error.code, Code::PromptRefused);
    assert!(error.at("prompt").unwrap().contains("“VERBÓTEN”"), "{error}");
    let browser = server.signed_up("ada@example.org").await;
    let quote: Value = browser
        .call("generation/quote", &json!({ "form": form }))
        .await
        .json()
        .await
        .unwrap();
    let form = ComposerForm {
        quote: quote["token"].as_str().unwrap().into(),
        ..form
    };
    let by_call = browser.call("generation/create", &json!({ "form": form })).await;
    assert_eq!(by_call.status(), 422);
    let told_by_call: Value = by_call.json().await.unwrap();
    assert!(
        told_by_call.to_string().contains("prompt_refused"),
        "{told_by_call}"
    );
    let fields = [
        ("prompt", "a verboten boat"),
        ("model", &form.model),
        ("size", &form.size),
        ("seconds", &form.seconds),
        ("takes", "1"),
        ("quote", &form.quote),
    ];
    let answer = browser.post_form("/create", &fields).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("do not allow “verboten”") && page.contains("a verboten boat"),
        "nothing is lost"
    );
    assert!(
        !page.contains("blue  CAR") && !page.contains("blue car"),
        "the list is the operator's"
    );
    let program = Program::with(&server, person, "").await;
    let answer = program
        .post("/videos", &json!({ "prompt": "the blue, car" }))
        .await;
    let (status, body) = told(answer).await;
    assert_eq!(
        (status, &body["error"]["code"], &body["error"]["param"]),
        (400, &json!("moderation_blocked"), &json!("prompt"))
    );
    let command = tokio::task::block_in_place(|| {
        Command::new(env!("CARGO_BIN_EXE_aisora"))
            .args(["generate", "a verboten boat", "--yes", "--json"])
            .env_clear()
            .env("AISORA_SERVER", &server.address)
            .env("AISORA_API_KEY", &program.key)
            .output()
    });
    let said = command.expect("the program runs");
    let out = String::from_utf8(said.stdout).expect("text");
    assert!(
        out.contains("moderation_blocked") && out.contains("“verboten”"),
        "{out}"
    );
    assert_eq!(said.status.code(), Some(2));
    assert_eq!(test.balance(person).await, (200, 0));
    let answer = program.post("/videos", &json!({ "prompt": "a car, blue" })).await;
    assert_eq!(told(answer).await.0, 200);
    test.audit().await;
}

async fn a_check_costs_nothing_and_tells_only_the_persons_own_words(engine: Engine) {
    let server = WebServer::with(engine, ruled()).await;
    let browser = server.signed_up("ada@example.org").await;
    let check = async |prompt: &str| {
        let request = browser.request(reqwest::Method::POST, "/prompts/check");
        let answer = browser.send(request.json(&json!({ "prompt": prompt }))).await;
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().await.unwrap()
    };
    assert_eq!(
        check("a boat").await,
        json!({ "rules": true, "words": [], "places": [], "message": null })
    );
    let found = check("a 🚗 Blue\ncar and something verboten").await;
    assert_eq!(found["words"], json!(["Blue car", "verboten"]));
    // As a browser counts: the picture is two.
    assert_eq!(found["places"], json!([[5, 13], [28, 36]]));
    assert!(found["message"].as_str().unwrap().contains("“Blue car”"));
    let nobody = server.browser();
    let request = nobody
        .request(reqwest::Method::POST, "/prompts/check")
        .json(&json!({ "prompt": "x" }));
    assert_eq!(nobody.send(request).await.status(), 401);
    let open = WebServer::start(engine).await;
    let browser = open.signed_up("ada@example.org").await;
    let request = browser
        .request(reqwest::Method::POST, "/prompts/check")
        .json(&json!({ "prompt": "verboten" }));
    let answer: Value = browser.send(request).await.json().await.unwrap();
    assert_eq!(answer["rules"], false);
}

async fn one_bad_line_refuses_the_whole_order(engine: Engine) {
    let test = TestApp::with(engine, ruled()).await;
    let person = test.person().await;
    let form = super::lines(&test, person, "a boat\nverboten\na storm", 1, "").await;
    assert_eq!(
        super::refused(&test, person, &form).await.code,
        Code::PromptRefused
    );
    assert_eq!(
        (test.balance(person).await, super::count(&test, person).await),
        ((200, 0), 0)
    );
}
