//! The languages: who is answered in which, and whether each is complete.

mod account;
mod source;

use crate::support::{Engine, WebServer};
use reqwest::{Method, Response};
use serde_json::json;
use source::{Text, is_browsers, texts};
use std::collections::{BTreeMap, BTreeSet};

crate::on_both_engines!(
    the_browser_asks_and_a_choice_wins,
    forms_and_errors_speak_the_language_of_who_reads_them,
    programs_are_answered_in_english,
);

async fn ask(server: &WebServer, path: &str, headers: &[(&str, &str)]) -> Response {
    let browser = server.browser();
    let mut request = browser.request(Method::GET, path).header("accept", "text/html");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await
}

async fn language_of(answer: Response) -> String {
    let header = answer.headers()["content-language"].to_str().unwrap().to_owned();
    let vary: Vec<_> = answer
        .headers()
        .get_all("vary")
        .iter()
        .map(|vary| vary.to_str().unwrap())
        .collect();
    assert!(vary.join(", ").contains("accept-language"), "{vary:?}");
    let page = answer.text().await.unwrap();
    assert!(page.contains(&format!("<html lang=\"{header}\"")), "{header}");
    assert_eq!(page.contains("Zum Inhalt"), header == "de");
    assert_eq!(page.contains("Skip to the content"), header == "en");
    assert_eq!(page.contains("/words/de.json?v="), header == "de");
    header
}

async fn the_browser_asks_and_a_choice_wins(engine: Engine) {
    let server = WebServer::start(engine).await;
    for (headers, language) in [
        (&[] as &[_], "en"),
        (&[("accept-language", "de-AT,de;q=0.9,en;q=0.8")], "de"),
        (&[("accept-language", "en,de;q=0.9")], "en"),
        (&[("accept-language", "fr,tlh;q=0.9")], "en"),
        (&[("accept-language", ";q=,,\u{fc}de-;q=0,q")], "en"),
        (&[("accept-language", "de"), ("cookie", "language=en")], "en"),
        (
            &[("accept-language", "en"), ("cookie", "theme=dark; language=de")],
            "de",
        ),
        (&[("accept-language", "de"), ("cookie", "language=tlh")], "de"),
    ] {
        for path in ["/", "/sign-in", "/no-such-page", "/docs/api"] {
            assert_eq!(
                language_of(ask(&server, path, headers).await).await,
                language,
                "{headers:?} at {path}"
            );
        }
    }
    let chosen = server
        .browser()
        .post_form("/language", &[("language", "de"), ("next", "/sign-in")])
        .await;
    assert_eq!(
        (chosen.status().as_u16(), &chosen.headers()["location"]),
        (303, &"/sign-in".parse().unwrap())
    );
    let cookie = chosen.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("language=de; Path=/;") && cookie.contains("Max-Age=31536000"),
        "{cookie}"
    );
    let forgotten = server
        .browser()
        .post_form("/language", &[("language", "<b>"), ("next", "//evil")])
        .await;
    assert_eq!(forgotten.headers()["location"], "/create");
    assert!(
        forgotten.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .starts_with("language=; ")
    );
    let offline = ask(&server, "/offline", &[("accept-language", "de")]).await;
    assert!(offline.text().await.unwrap().contains("Keine Verbindung"));
}

async fn forms_and_errors_speak_the_language_of_who_reads_them(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    let get =
        |path: &'static str| browser.send(browser.request(Method::GET, path).header("accept-language", "de"));
    // Loaded on tasks of their own.
    let page = get("/credits").await.text().await.unwrap();
    assert!(
        page.contains("Buchungen") && page.contains("Gutschrift"),
        "{page}"
    );
    let (_, time) = page.split_once("<time").unwrap();
    let (time, _) = time.split_once(" UTC").unwrap();
    assert!(time.contains(". "), "{time}");
    for (path, words) in [
        ("/library", "Hier werden deine Videos hängen"),
        ("/library?search=Nebel", "enthält „<bdi>Nebel<"),
        ("/library?from=2026-11-25", "Ohne den Filter Ab 25. Nov. 2026"),
        ("/library/trash", "Der Papierkorb ist leer"),
        ("/account/presets", "Neue Vorlage"),
    ] {
        let page = get(path).await.text().await.unwrap();
        assert!(page.contains(words), "{path}: {page}");
    }
    let post = |path: &'static str, body: &'static str| {
        let request = browser
            .request(Method::POST, path)
            .header("accept-language", "de");
        browser.send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body),
        )
    };
    let refused = post("/account/spending", "most_per_job=x").await;
    assert_eq!(refused.status(), 422);
    let page = refused.text().await.unwrap();
    assert!(
        page.contains("<html lang=\"de\"") && page.contains("ganze Zahl"),
        "{page}"
    );
    let function = browser
        .request(Method::POST, "/api/gallery/video")
        .header("accept-language", "de");
    let id = "018bcfe5-6800-7000-8000-000000000001";
    let answer = browser
        .send(function.json(&json!({ "id": id })))
        .await
        .text()
        .await
        .unwrap();
    assert!(answer.contains("Hier ist nichts"), "{answer}");
    let picture = browser
        .request(Method::POST, "/pictures")
        .header("accept-language", "de");
    let answer = browser
        .send(picture.body("no picture"))
        .await
        .text()
        .await
        .unwrap();
    assert!(answer.contains("kein Bild"), "{answer}");
}

async fn programs_are_answered_in_english(engine: Engine) {
    let server = WebServer::start(engine).await;
    let answer = ask(
        &server,
        "/v1/models",
        &[("accept-language", "de"), ("cookie", "language=de")],
    )
    .await;
    assert_eq!(answer.status(), 401);
    assert!(!answer.headers().contains_key("content-language"));
    let body = answer.text().await.unwrap();
    assert!(body.contains("key"), "{body}");
}

type Words = BTreeMap<String, String>;

fn catalogue(file: &str) -> Words {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .collect()
}

const BROWSERS: &str = "public/words/de.json";
const SERVERS: &str = "src/language/de.json";

#[test]
fn every_text_has_its_german_where_it_is_said() {
    let (browsers, servers) = (catalogue(BROWSERS), catalogue(SERVERS));
    let keys: Vec<Text> = texts().into_iter().filter(|text| text.is_key).collect();
    let used_by = |browser| -> BTreeSet<_> {
        keys.iter()
            .filter(|key| is_browsers(&key.file) == browser)
            .map(|key| key.words.clone())
            .collect()
    };
    let (by_browser, by_server) = (used_by(true), used_by(false));
    let mut wrong = Vec::new();
    for key in &keys {
        let file = if by_browser.contains(&key.words) {
            BROWSERS
        } else {
            SERVERS
        };
        if !catalogue_of(file, &browsers, &servers).contains_key(&key.words) {
            wrong.push(format!("{}:{}: {file} lacks {:?}", key.file, key.line, key.words));
        }
    }
    for (file, words) in [(BROWSERS, &browsers), (SERVERS, &servers)] {
        for (english, german) in words {
            let used = if file == BROWSERS {
                by_browser.contains(english)
            } else {
                by_server.contains(english) && !by_browser.contains(english)
            };
            if !used {
                wrong.push(format!("{file}: nobody there says {english:?}"));
            }
            if placeholders(english) != placeholders(german) || german.trim().is_empty() {
                wrong.push(format!(
                    "{file}: {english:?} and {german:?} have different values"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn catalogue_of<'a>(file: &str, browsers: &'a Words, servers: &'a Words) -> &'a Words {
    if file == BROWSERS { browsers } else { servers }
}

/// Names, which are the same in every language, and what programs read.
const NAMES: [&str; 2] = ["AiSora", "make run"];
/// Where programs are answered, the operator, and who builds the studio.
const ENGLISH: [&str; 6] = [
    "src/server/generation/service/programs",
    "src/server/http/health",
    "src/server/http/videos_api",
    "src/server/http/pages/components",
    "src/server/http/pages/docs",
    "src/server/cli",
];
/// Where sentences are for people.
const ROOMS: [&str; 6] = [
    "src/components",
    "src/pages",
    "src/model",
    "src/server/identity",
    "src/server/http/forms",
    "public/js",
];
/// Attributes that people read or hear.
const READ: [&str; 9] = [
    "label",
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "hint",
    "content",
    "text",
    "message",
];

#[test]
fn nothing_is_said_in_english_alone() {
    let forgotten: Vec<_> = texts()
        .into_iter()
        .filter(|text| !text.is_key && is_said(text))
        .filter(|text| !ENGLISH.iter().any(|file| text.file.starts_with(file)))
        .map(|text| format!("{}:{}: {:?}", text.file, text.line, text.words))
        .collect();
    assert!(
        forgotten.is_empty(),
        "put these into t!(…):\n{}",
        forgotten.join("\n")
    );
}

/// Whether a text stands where people read it, and reads like something that is said.
fn is_said(text: &Text) -> bool {
    let words = text.words.trim();
    let within = |names: &[&str]| text.around.iter().any(|name| names.contains(&name.as_str()));
    if NAMES.contains(&words)
        || !words.contains(|sign: char| sign.is_alphabetic())
        || text.file == "src/app.rs"
    {
        return false;
    }
    if within(&["AppError::new", "AppError::field", "FieldError::new"]) {
        return words.contains(' ');
    }
    let in_view = within(&["view!"]) && !within(&["format!"]);
    match &text.value_of {
        Some(name) if in_view => READ.contains(&name.as_str()),
        // What stands between elements is text; so is what begins like a sentence, wherever it stands.
        _ => {
            let begins = words.starts_with(|sign: char| sign.is_uppercase());
            let sentence = begins && words.contains(' ');
            (in_view && (begins || text.is_between_elements))
                || (sentence && ROOMS.iter().any(|room| text.file.starts_with(room)))
        }
    }
}
