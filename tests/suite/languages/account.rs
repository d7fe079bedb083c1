//! The language that an account has: chosen once, spoken in every browser of the person.

use crate::support::{Browser, Engine, WebServer};
use reqwest::Method;

crate::on_both_engines!(
    a_choice_goes_along_to_other_browsers,
    a_choice_in_a_browser_counts_more_there,
);

const EMAIL: &str = "ada@example.org";

/// What a page, a server function and a refused form speak with somebody whose browser asks for a language.
async fn spoken(browser: &Browser, asked: &str) -> String {
    let get = |path: &str| {
        let request = browser.request(Method::GET, path).header("accept", "text/html");
        browser.send(request.header("accept-language", asked.to_owned()))
    };
    let page = get("/account").await;
    let header = page.headers()["content-language"].to_str().unwrap().to_owned();
    let page = page.text().await.unwrap();
    assert!(page.contains(&format!("<html lang=\"{header}\"")), "{page}");
    // The browser's program reads the language there; what it does not find in English it takes from this file.
    let create = get("/create").await.text().await.unwrap();
    assert!(create.contains(&format!("<html lang=\"{header}\"")));
    assert_eq!(create.contains("/words/de.json?v="), header == "de");
    assert_eq!(create.contains("Was soll zu sehen sein"), header == "de");
    let function = browser
        .request(Method::POST, "/api/gallery/video")
        .header("accept-language", asked);
    let body = serde_json::json!({ "id": "018bcfe5-6800-7000-8000-000000000001" });
    let answer = browser.send(function.json(&body)).await.text().await.unwrap();
    assert_eq!(answer.contains("Hier ist nichts"), header == "de", "{answer}");
    let missing = get("/media/nothing/video.mp4").await;
    assert_eq!(missing.headers()["content-language"], *header);
    let missing = missing.text().await.unwrap();
    assert_eq!(missing.contains("Zum Inhalt"), header == "de", "{missing}");
    header
}

async fn choose(browser: &Browser, language: &str) {
    let form = [("language", language), ("next", "/account")];
    assert_eq!(browser.post_form("/language", &form).await.status(), 303);
}

async fn sign_in(server: &WebServer) -> Browser {
    let browser = server.browser();
    enter(&browser).await;
    browser
}

async fn enter(browser: &Browser) {
    let form = [("email", EMAIL), ("password", "seven quiet lamps burn")];
    assert_eq!(browser.post_form("/sign-in", &form).await.status(), 303);
}

async fn a_choice_goes_along_to_other_browsers(engine: Engine) {
    let server = WebServer::start(engine).await;
    let first = server.signed_up(EMAIL).await;
    assert_eq!(spoken(&first, "en").await, "en");
    assert_eq!(
        spoken(&first, "de").await,
        "de",
        "who never chose is asked each time"
    );
    choose(&first, "de").await;
    let second = sign_in(&server).await;
    assert_eq!(spoken(&second, "en").await, "de");
    // A browser where nobody chose follows, whatever it spoke before.
    choose(&first, "en").await;
    assert_eq!(spoken(&second, "de").await, "en");
    // No language of ours is none: the account keeps its own.
    choose(&first, "tlh").await;
    assert_eq!(spoken(&second, "de").await, "en");
    // Signed out, the browser's own wish counts again.
    assert_eq!(second.post_form("/sign-out", &[]).await.status(), 303);
    let request = second.request(Method::GET, "/").header("accept-language", "de");
    assert_eq!(second.send(request).await.headers()["content-language"], "de");
}

async fn a_choice_in_a_browser_counts_more_there(engine: Engine) {
    let server = WebServer::start(engine).await;
    let first = server.signed_up(EMAIL).await;
    choose(&first, "de").await;
    // Chosen before signing in: the account keeps what it has.
    let second = server.browser();
    choose(&second, "en").await;
    enter(&second).await;
    assert_eq!(spoken(&second, "de").await, "en");
    assert_eq!(spoken(&first, "en").await, "de");
    let third = sign_in(&server).await;
    assert_eq!(spoken(&third, "en").await, "de");
    // Chosen while signed in: the account has it too.
    choose(&second, "en").await;
    assert_eq!(spoken(&third, "de").await, "en");
    assert_eq!(spoken(&first, "en").await, "de", "its own choice");
    // Somebody else's account is not touched.
    let other = server.signed_up("bob@example.org").await;
    assert_eq!(spoken(&other, "de").await, "de");
}
