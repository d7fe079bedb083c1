//! The switch, the link that ends letters, and what both say.

use super::{CONFIRMED, MINUTE, Received, Scene};
use crate::support::{Browser, Engine, WebServer};
use aisora::language::Language;
use reqwest::Method;

crate::on_both_engines!(
    the_switch_is_off_until_it_is_pressed,
    a_server_without_mail_shows_no_switch,
    the_link_in_a_letter_ends_them,
    a_link_that_was_made_up_ends_nothing,
);

const WANTED: &str = "UPDATE users SET mail_ended = (1 = 1)";

/// A page as browsers ask for it, with the strip at its edge.
async fn shown(browser: &Browser, path: &str) -> String {
    let request = browser.request(Method::GET, path).header("accept", "text/html");
    browser.send(request).await.text().await.expect("text")
}

async fn the_switch_is_off_until_it_is_pressed(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let browser = scene.server.signed_up("ada@example.org").await;
    scene.server.test.raw(CONFIRMED).await;
    let is_on = async |path: &str| {
        let page = shown(&browser, path).await;
        let (_, form) = page.split_once("action=\"/account/mail\"").expect("the switch");
        let (form, _) = form.split_once("</bdi>").unwrap();
        assert!(form.contains("ada@example.org"), "{form}");
        let on = form.contains("aria-checked=\"true\"");
        assert_eq!(form.contains("name=\"ended\" value=\"off\""), on, "{form}");
        on
    };
    assert!(!is_on("/account").await && !is_on("/library").await);
    let press = async |ended: &str, next: &str| {
        let answer = browser
            .post_form("/account/mail", &[("ended", ended), ("next", next)])
            .await;
        (
            answer.status().as_u16(),
            answer.headers()["location"].to_str().unwrap().to_owned(),
        )
    };
    assert_eq!(press("on", "/account").await, (303, "/account".into()));
    assert!(is_on("/account").await && is_on("/credits").await);
    assert_eq!(press("off", "//evil.example").await, (303, "/create".into()));
    assert!(!is_on("/account").await);
    press("on", "/account").await;
    let person = scene
        .server
        .test
        .app
        .identity
        .find("ada@example.org")
        .await
        .unwrap();
    scene.long(&[(person, "a boat")]).await;
    scene.pass(MINUTE).await;
    assert_eq!(scene.arrived(1).await[0].to, ["ada@example.org"]);
    // Nobody else's page can press it, and nobody without an account.
    let foreign = crate::support::client().build().unwrap();
    let foreign = foreign
        .post(format!("{}/account/mail", scene.server.address))
        .header("cookie", browser.cookie().unwrap())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    let foreign = foreign.body("ended=off").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    assert!(is_on("/account").await);
    let stranger = scene
        .server
        .browser()
        .post_form("/account/mail", &[("ended", "on")])
        .await;
    assert_eq!(stranger.status(), 401);
}

async fn a_server_without_mail_shows_no_switch(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("ada@example.org").await;
    for path in ["/account", "/library"] {
        assert!(!shown(&browser, path).await.contains("/account/mail"));
    }
    let answer = browser.post_form("/account/mail", &[("ended", "on")]).await;
    assert_eq!(answer.status(), 404);
}

/// A letter to somebody, and a browser that knows nobody.
async fn letter(scene: &mut Scene, language: Language) -> (Received, Browser) {
    let person = scene.reader("ada@example.org", language).await;
    scene.long(&[(person, "a boat")]).await;
    scene.pass(MINUTE).await;
    (scene.arrived(1).await.remove(0), scene.server.browser())
}

async fn wants(scene: &Scene, letter: &Received) -> bool {
    let token = letter.stop().strip_prefix("/unsubscribe/").unwrap();
    scene.server.test.app.mail.wanted(token).await.unwrap()
}

async fn the_link_in_a_letter_ends_them(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let (letter, browser) = letter(&mut scene, Language::German).await;
    // Looking changes nothing: guards of mail follow every link.
    for _ in 0..2 {
        let page = browser
            .send(
                browser
                    .request(Method::GET, letter.stop())
                    .header("accept-language", "de"),
            )
            .await;
        assert_eq!(page.status(), 200);
        let page = page.text().await.unwrap();
        assert!(
            page.contains("Diese E-Mails beenden") && page.contains("method=\"post\""),
            "{page}"
        );
        assert!(!page.contains("ada@"), "letters are passed on");
    }
    let head = browser.send(browser.request(Method::HEAD, letter.stop())).await;
    assert_eq!(head.status(), 200);
    assert!(wants(&scene, &letter).await);
    // As mail providers post it: no cookie, no origin, this body. And as web mail does, from its own pages.
    let url = format!("{}{}", scene.server.address, letter.stop());
    let client = crate::support::client().build().unwrap();
    let webmail = ("origin", "https://mail.example");
    let callers: [&[(&str, &str)]; 4] = [
        &[],
        &[("sec-fetch-site", "cross-site"), webmail],
        &[("sec-fetch-site", "cross-site"), ("origin", "null")],
        &[webmail],
    ];
    for headers in callers {
        scene.server.test.raw(WANTED).await;
        assert!(wants(&scene, &letter).await);
        let said = |mut request: reqwest::RequestBuilder| {
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body("List-Unsubscribe=One-Click")
        };
        let answer = said(client.post(&url)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{headers:?}");
        assert!(!wants(&scene, &letter).await);
        // That goes for this press alone.
        for other in [
            said(client.delete(&url)),
            said(client.post(format!("{url}/"))),
            said(client.post(format!("{}/sign-out", scene.server.address))),
        ] {
            let status = other.send().await.unwrap().status();
            assert!(headers.is_empty() || status == 403, "{headers:?}: {status}");
        }
    }
    // Once more is fine, also by the button of the page.
    let answer = browser.post_form(letter.stop(), &[]).await;
    assert_eq!(answer.status(), 200);
    let page = browser.page(letter.stop()).await;
    assert!(page.contains("You get no more of these e-mails"), "{page}");
    scene.server.test.stop_work().await;
    let person = scene
        .server
        .test
        .app
        .identity
        .find("ada@example.org")
        .await
        .unwrap();
    scene.long(&[(person, "a kite")]).await;
    scene.pass(MINUTE).await;
    scene.arrived(1).await;
}

async fn a_link_that_was_made_up_ends_nothing(engine: Engine) {
    let Some(mut scene) = Scene::set(engine).await else {
        return;
    };
    let (letter, browser) = letter(&mut scene, Language::English).await;
    let (start, end) = letter.stop().split_at(letter.stop().len() - 3);
    for forged in [
        "/unsubscribe/x".into(),
        format!("/unsubscribe/{}", "A".repeat(43)),
        format!("{start}AAA"),
        start.to_owned(),
        format!("{start}{end}AAA"),
        format!("{start}{end}/"),
    ] {
        for method in [Method::GET, Method::POST] {
            let request = browser.request(method, &forged).header("accept", "text/html");
            let answer = browser.send(request).await;
            assert!(
                [404, 405, 308].contains(&answer.status().as_u16()),
                "{forged}: {}",
                answer.status()
            );
        }
    }
    assert!(wants(&scene, &letter).await);
}
