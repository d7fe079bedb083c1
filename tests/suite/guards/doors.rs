//! The page of the guards, the composer without JavaScript, and programs.

use super::{MORNING, allow, at};
use crate::{
    api::{Program, refusal, told},
    support::{Browser, Engine, LENGTH, MODEL, SIZE, WebServer, client},
};
use aisora::{
    model::{ids::UserId, spending::GuardsForm},
    server::clock::Clock,
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines!(
    the_page_sets_guards_and_shows_what_today_cost,
    what_does_not_fit_comes_back_at_its_field,
    guards_are_set_by_their_person_alone,
    a_form_asks_once_more_and_the_second_press_creates,
    programs_are_refused_and_never_asked,
);

const PAGE: &str = "/account/spending";

async fn who(browser: &Browser, server: &WebServer) -> UserId {
    let viewer: Value = browser
        .call("account/viewer", &json!({}))
        .await
        .json()
        .await
        .expect("JSON");
    let id = viewer["id"].as_str().expect("somebody").parse().expect("an id");
    assert!(server.test.app.spending.of(id).await.is_ok());
    id
}

/// The composer's fields for takes of 10 credits, with a price.
fn composed<'a>(takes: &'a str, size: &'a str, seconds: &'a str, quote: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("prompt", "a boat"),
        ("model", MODEL),
        ("size", size),
        ("seconds", seconds),
        ("takes", takes),
        ("quote", quote),
    ]
}

async fn quote(browser: &Browser, takes: &str) -> String {
    let form = json!({ "model": MODEL, "size": SIZE, "seconds": LENGTH.to_string(), "takes": takes });
    let answer = browser.call("generation/quote", &json!({ "form": form })).await;
    assert_eq!(answer.status(), 200);
    let quote: Value = answer.json().await.expect("JSON");
    quote["token"].as_str().expect("a token").to_owned()
}

/// The price that stands in a page's composer.
fn token_in(page: &str) -> String {
    let input = page.split("name=\"quote\" value=\"").nth(1).expect("a price");
    input.split('"').next().expect("its end").to_owned()
}

async fn the_page_sets_guards_and_shows_what_today_cost(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let server = WebServer::with(engine, at(&clock)).await;
    let browser = server.signed_up("ada@example.org").await;
    assert!(browser.page("/account").await.contains(PAGE));
    let page = browser.page(PAGE).await;
    assert!(page.contains("Today: 0 credits") && !page.contains("Last changed"));
    assert!(!page.contains("aisora.wasm"), "read and filled in");
    let form = [
        ("most_per_job", "120"),
        ("most_per_day", " 500 "),
        ("confirm_above", ""),
    ];
    let answer = browser.post_form(PAGE, &form).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], PAGE);
    let person = who(&browser, &server).await;
    server.test.create(person, "a boat", 4).await;
    let page = browser.page(PAGE).await;
    assert!(page.contains("Today: 40 of 500 credits") && page.contains("Last changed"));
    assert!(page.contains("value=\"120\"") && page.contains("value=\"500\"") && page.contains("UTC"));
    assert_eq!(browser.post_form(PAGE, &[]).await.status(), 303);
    let page = browser.page(PAGE).await;
    assert!(page.contains("Today: 40 credits") && !page.contains("value=\"120\""));
}

async fn what_does_not_fit_comes_back_at_its_field(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let person = who(&browser, &server).await;
    allow(&server.test.app, person, ["7", "8", "9"]).await;
    let before = server.test.app.spending.of(person).await.unwrap().guards;
    for bad in [
        "0",
        "-1",
        "1.5",
        "a lot <b>",
        "1000000001",
        "99999999999999999999",
        "\u{0}",
    ] {
        for field in ["most_per_job", "most_per_day", "confirm_above"] {
            let answer = browser.post_form(PAGE, &[(field, bad)]).await;
            assert_eq!(answer.status(), 422, "{field}={bad}");
            let page = answer.text().await.unwrap();
            let error = page
                .split(&format!("id=\"{field}-error\""))
                .nth(1)
                .and_then(|rest| rest.split("</p>").next())
                .expect("a place for the error");
            assert!(
                error.contains("a whole number of credits from 1 to 1,000,000,000"),
                "{error}"
            );
            let typed = bad.replace('<', "&lt;").replace('>', "&gt;");
            let kept =
                page.contains(&format!("value=\"{typed}\"")) || page.contains(&format!("value=\"{bad}\""));
            assert!(kept || bad == "\u{0}", "{field} keeps {bad}");
            assert!(!page.contains("value=\"7\""), "the form as it was sent");
        }
    }
    let after = server.test.app.spending.of(person).await.unwrap().guards;
    assert_eq!(after, before, "nothing was changed");
    let answer = browser
        .post_form(PAGE, &[("most_per_job", "0"), ("most_per_day", "-1")])
        .await;
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("2 fields need another look.")
    );
}

async fn guards_are_set_by_their_person_alone(engine: Engine) {
    let server = WebServer::start(engine).await;
    let nobody = server.browser();
    let form = [("most_per_job", "1")];
    assert_eq!(nobody.post_form(PAGE, &form).await.status(), 401);
    let answer = nobody.get(PAGE).await;
    assert_eq!(answer.status(), 303);
    assert!(
        answer.headers()["location"]
            .to_str()
            .unwrap()
            .starts_with("/sign-in?next=")
    );
    assert_eq!(nobody.call("credits/spending", &json!({})).await.status(), 401);
    let (ada, bob) = (
        server.signed_up("ada@example.org").await,
        server.signed_up("bob@example.org").await,
    );
    assert_eq!(ada.post_form(PAGE, &form).await.status(), 303);
    assert!(!bob.page(PAGE).await.contains("value=\"1\""));
    let bobs = server
        .test
        .app
        .spending
        .of(who(&bob, &server).await)
        .await
        .unwrap();
    assert_eq!((bobs.guards.most_per_job, bobs.changed_at), (None, None));
    // Another site's page has their browser send it.
    let request = client()
        .build()
        .unwrap()
        .request(Method::POST, format!("{}{PAGE}", server.address))
        .header("cookie", ada.cookie().unwrap())
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("most_per_job=");
    assert_eq!(request.send().await.unwrap().status(), 403);
    assert!(ada.page(PAGE).await.contains("value=\"1\""));
}

async fn a_form_asks_once_more_and_the_second_press_creates(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let server = WebServer::with(engine, at(&clock)).await;
    let browser = server.signed_up("ada@example.org").await;
    let person = who(&browser, &server).await;
    allow(&server.test.app, person, ["40", "", "20"]).await;
    let (size, seconds) = (SIZE.to_string(), LENGTH.to_string());
    let press = async |takes: &str, quote: &str| {
        clock.advance(1_000);
        let answer = browser
            .post_form("/create", &composed(takes, &size, &seconds, quote))
            .await;
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    let shown = quote(&browser, "3").await;
    let (status, page) = press("3", &shown).await;
    assert_eq!(status, 422);
    assert!(
        page.contains(
            "This costs 30 credits, above the 20 that you want to confirm. Press again to confirm."
        )
    );
    assert!(page.contains("a boat"), "what was typed is kept");
    assert_eq!(token_in(&page), shown, "the price that was asked about");
    assert_eq!(server.test.balance(person).await, (200, 0));
    // The page anew is another price, which is asked about by itself.
    let fresh = quote(&browser, "3").await;
    assert_ne!(fresh, shown);
    assert_eq!(press("3", &fresh).await.0, 422);
    let (status, page) = press("3", &shown).await;
    assert_eq!(status, 422);
    assert_eq!(press("3", &token_in(&page)).await.0, 303);
    assert_eq!(server.test.balance(person).await, (170, 30));
    // Only a price that waits for an answer comes back with the form.
    let (status, page) = {
        let answer = browser
            .post_form("/create", &composed("3", &size, &seconds, &shown)[1..])
            .await;
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    assert_eq!(status, 422, "no prompt");
    assert_ne!(token_in(&page), shown);
    allow(&server.test.app, person, ["30", "", ""]).await;
    let (status, page) = press("4", &quote(&browser, "4").await).await;
    assert_eq!(status, 402, "the guard for a job");
    assert!(page.contains("more than the 30 that you allow for one job") && page.contains("under Spending"));
    server.test.audit().await;
}

async fn programs_are_refused_and_never_asked(engine: Engine) {
    let clock = Clock::manual(MORNING);
    let server = WebServer::with(engine, at(&clock)).await;
    let program = Program::of(&server).await;
    let app = &server.test.app;
    let body = json!({ "prompt": "a boat" });
    let order = async |key: &str| {
        let request = program.request(Method::POST, "/videos").json(&body);
        request
            .header("Idempotency-Key", key)
            .send()
            .await
            .expect("an answer")
    };
    let guarded = (402, "spending_guard".to_owned(), Value::Null);
    allow(app, program.user, ["9", "", "1"]).await;
    assert_eq!(refusal(order("one").await).await, guarded);
    assert_eq!(server.test.balance(program.user).await, (200, 0));
    allow(app, program.user, ["10", "20", "1"]).await;
    let (status, video) = told(order("one").await).await;
    assert_eq!(status, 200, "the key was not used up, and nobody asks: {video}");
    program.create("the second").await;
    assert_eq!(refusal(order("two").await).await, guarded);
    // The same request again gets its video, whatever is allowed by now.
    let (status, again) = told(order("one").await).await;
    assert_eq!((status, &again["id"]), (200, &video["id"]));
    let cancel = format!("/videos/{}/cancel", video["id"].as_str().unwrap());
    assert_eq!(program.post(&cancel, &json!({})).await.status(), 200);
    // Keys of one person share the day.
    let other = Program::with(&server, program.user, "").await;
    other.create("in the place of the first").await;
    assert_eq!(refusal(order("two").await).await, guarded);
    assert_eq!(server.test.balance(program.user).await, (180, 20));
    let form = GuardsForm::default();
    app.spending.set(program.user, &form).await.unwrap();
    assert_eq!(order("two").await.status(), 200);
    server.test.audit().await;
}
