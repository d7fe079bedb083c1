//! The trash by forms and server functions: who may, what the next page tells, and how it is undone.

use crate::support::{Browser, Engine, WebServer};
use serde_json::json;

crate::on_both_engines!(
    forms_move_and_undo_and_tell_it_once,
    what_lies_in_the_trash_is_its_persons_alone,
    nobody_puts_words_into_a_notice,
    the_list_of_the_trash_is_for_who_is_signed_in,
);

/// The words of the notice on a page.
fn told(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("class=\"notice\"><p>")?;
    Some(rest.split_once("</p>")?.0)
}

async fn post(browser: &Browser, path: &str, form: &[(&str, &str)]) -> (u16, String) {
    let answer = browser.post_form(path, form).await;
    let to = answer.headers().get("location");
    let to = to.map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    (answer.status().as_u16(), to)
}

/// A server with a person who has so many finished videos, and their ids.
async fn with_videos(engine: Engine, count: usize) -> (WebServer, Browser, Vec<String>) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    let person = server.test.app.identity.find("ada@example.org").await.unwrap();
    let mut ids = Vec::new();
    for n in 0..count {
        let id = server.test.create(person, &format!("boat {n}"), 1).await[0].id;
        server.test.ended(person, id).await;
        ids.push(id.to_string());
    }
    (server, browser, ids)
}

async fn forms_move_and_undo_and_tell_it_once(engine: Engine) {
    let (server, browser, ids) = with_videos(engine, 3).await;
    let third = ids[2].as_str();
    // Repeated, with commas, and led where the form wants, on this site only.
    let both = format!("{}, {}", ids[0], ids[1]);
    let form = [
        ("ids", both.as_str()),
        ("ids", third),
        ("next", "/library?show=ready"),
    ];
    assert_eq!(
        post(&browser, "/library/trash", &form).await,
        (303, "/library?show=ready".into())
    );
    let page = browser.page("/library?show=ready").await;
    let words = told(&page).expect("a notice");
    assert!(
        words.starts_with("3 videos are in the trash. That frees ") && words.ends_with(" in 30 days."),
        "{words}"
    );
    assert!(
        page.contains("value=\"/library?show=ready\""),
        "undo leads back here"
    );
    assert_eq!(told(&browser.page("/library").await), None, "it is told once");
    let batch = page.split_once("name=\"batch\" value=\"").unwrap().1;
    let batch = batch.split_once('"').unwrap().0;
    let undo = [("batch", batch), ("next", "//evil.example")];
    assert_eq!(
        post(&browser, "/library/restore", &undo).await,
        (303, "/library".into())
    );
    assert_eq!(
        told(&browser.page("/library").await),
        Some("3 videos are back in your library.")
    );
    assert_eq!(
        post(&browser, "/library/restore", &undo).await.0,
        404,
        "nothing is left to undo"
    );
    // Partly.
    let mixed = format!("{},01890000-0000-7000-8000-000000000000", ids[0]);
    post(&browser, "/library/delete", &[("ids", &mixed)]).await;
    let words = browser.page("/library").await;
    let words = told(&words).unwrap();
    assert!(
        words.starts_with("1 video is gone for good. That freed "),
        "{words}"
    );
    assert!(words.ends_with("1 video is not there any more."), "{words}");
    post(&browser, "/library/trash", &[("ids", third)]).await;
    assert_eq!(
        post(&browser, "/library/trash/empty", &[("next", "/library/trash")])
            .await
            .1,
        "/library/trash"
    );
    let page = browser.page("/library/trash").await;
    assert!(page.contains("The trash is empty") && told(&page).unwrap().contains("gone for good"));
    post(&browser, "/library/trash/empty", &[]).await;
    assert_eq!(
        told(&browser.page("/library").await),
        None,
        "there was nothing to do"
    );
    server.test.audit().await;
}

async fn what_lies_in_the_trash_is_its_persons_alone(engine: Engine) {
    let (server, browser, ids) = with_videos(engine, 3).await;
    let third = ids[2].as_str();
    // What is in the trash, on its pages.
    post(&browser, "/library/trash", &[("ids", third)]).await;
    let trash = browser.page("/library/trash").await;
    assert!(trash.contains("boat 2") && trash.contains("in 30 days") && !trash.contains("boat 1"));
    let video = browser.page(&format!("/v/{third}")).await;
    assert!(
        video.contains("In the trash; gone for good") && video.contains("in 30 days"),
        "{video}"
    );
    assert_eq!(
        browser.get(&format!("/media/{third}/video.mp4")).await.status(),
        200
    );
    // Nobody else gets at it, and what is no id belongs to nobody.
    let other = server.signed_up("eve@example.org").await;
    assert!(!other.page("/library/trash").await.contains("boat 2"));
    for path in ["/library/trash", "/library/restore", "/library/delete"] {
        for id in [third, "01890000-0000-7000-8000-000000000000", "not-an-id"] {
            assert_eq!(post(&other, path, &[("ids", id)]).await.0, 404, "{path} {id}");
        }
        assert_eq!(
            post(&server.browser(), path, &[("ids", third)]).await.0,
            401,
            "{path}"
        );
        assert_eq!(post(&other, path, &[]).await.0, 422, "{path}");
    }
    assert_eq!(
        post(&other, "/library/restore", &[("batch", "1800000000000")])
            .await
            .0,
        404
    );
    assert_eq!(post(&other, "/library/trash/empty", &[]).await.0, 303);
}

async fn nobody_puts_words_into_a_notice(engine: Engine) {
    let (_server, browser, _) = with_videos(engine, 0).await;
    for junk in ["trashed.<b>won</b>.1.0.0.5", "won.1.1.0.0.5", "%3Cb%3E"] {
        let request = browser.request(reqwest::Method::GET, "/library");
        let cookie = format!("{}; notice={junk}", browser.cookie().unwrap());
        let page = browser
            .send(request.header("cookie", cookie))
            .await
            .text()
            .await
            .unwrap();
        assert_eq!(told(&page), None, "{junk}");
    }
}

async fn the_list_of_the_trash_is_for_who_is_signed_in(engine: Engine) {
    let server = WebServer::start(engine).await;
    let nobody = server
        .browser()
        .call("gallery/trash-page", &json!({ "query": {} }))
        .await;
    assert_eq!(nobody.status(), 401);
}
