//! The forms and the pages of the library.

use super::fill;
use crate::support::{Browser, Engine, WebServer};
use aisora::model::{
    generation::State,
    ids::{GenerationId, UserId},
};

crate::on_both_engines!(
    forms_say_what_is_wrong_at_their_fields_and_keep_what_was_typed,
    many_are_moved_untagged_and_compared_by_plain_forms,
    a_page_and_its_fragments_show_the_same,
);

async fn made(server: &WebServer, browser: &Browser) -> (UserId, GenerationId) {
    let token = browser.cookie().unwrap();
    let token = token.split_once('=').unwrap().1.to_owned();
    let session = server.test.app.identity.session(&token).await.unwrap().unwrap();
    let person = session.person.id;
    let id = server.test.create(person, "a paper boat", 1).await[0].id;
    (person, id)
}

async fn forms_say_what_is_wrong_at_their_fields_and_keep_what_was_typed(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("forms@example.org").await;
    let (person, id) = made(&server, &browser).await;
    let about = format!("/v/{id}/about");
    let long = "x".repeat(5_000);
    let form = [
        ("title", long.as_str()),
        ("tags", "sea"),
        ("note", "kept \u{202e}note"),
    ];
    let answer = browser.post_form(&about, &form).await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    for words in [
        "at most 120 characters; this has 5000",
        &long,
        "kept \u{202e}note",
        "value=\"sea\"",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let form = [
        ("title", "Night <b>"),
        ("tags", "Sea, fog"),
        ("note", "n"),
        ("favourite", "on"),
        ("new_collection", "New"),
    ];
    let answer = browser.post_form(&about, &form).await;
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["location"].to_str().unwrap()
        ),
        (303, format!("/v/{id}").as_str())
    );
    let page = browser.page(&format!("/v/{id}")).await;
    assert!(page.contains("Night &lt;b&gt;") && page.contains("value=\"fog, sea\""));
    let library = browser.page("/library").await;
    assert!(
        library.contains("Night &lt;b&gt;")
            && library.contains("aria-pressed=\"true\"")
            && library.contains("New")
    );
    let ids = id.to_string();
    let next = ("next", "/library?sort=title");
    let answer = browser
        .post_form("/library/tag", &[("ids", &ids), ("tag", &long), next])
        .await;
    assert_eq!(answer.status(), 422);
    let page = answer.text().await.unwrap();
    assert!(page.contains("A tag may have at most 30") && page.contains(&format!("value=\"{id}\" checked")));
    for (path, form) in [
        ("/library/tag", [("ids", ids.as_str()), ("tag", "dusk"), next]),
        ("/library/collect", [("ids", &ids), ("name", "Another"), next]),
        ("/library/favourite", [("ids", &ids), ("x", ""), next]),
        ("/library/unfavourite", [("ids", &ids), ("x", ""), next]),
    ] {
        let answer = browser.post_form(path, &form).await;
        assert_eq!(answer.status(), 303, "{path}");
        assert_eq!(answer.headers()["location"], "/library?sort=title");
        let stranger = server.browser().post_form(path, &form).await;
        assert_eq!(stranger.status(), 401, "{path}");
    }
    let about = server.test.app.organising.about(person, id).await.unwrap();
    assert_eq!(about.tags, ["dusk", "fog", "sea"]);
    assert!(!about.favourite && about.collections.iter().all(|shelf| shelf.holds));
    for (form, words) in [
        ([("ids", ""), ("name", "x")], "Select at least one"),
        (
            [("ids", &*ids), ("collection", "")],
            "Choose a collection, or name a new one",
        ),
    ] {
        let page = browser
            .post_form("/library/collect", &form)
            .await
            .text()
            .await
            .unwrap();
        assert!(page.contains(words), "{words}");
    }
    let evil = [("ids", ids.as_str()), ("next", "https://evil.example")];
    assert_eq!(
        browser.post_form("/library/favourite", &evil).await.headers()["location"],
        "/library"
    );
    let other = server.signed_up("other@example.org").await;
    assert_eq!(
        other
            .post_form(&format!("/v/{id}/about"), &[("title", "x")])
            .await
            .status(),
        404
    );
    assert_eq!(other.get(&format!("/library/tile/{id}")).await.status(), 404);
}

async fn many_are_moved_untagged_and_compared_by_plain_forms(engine: Engine) {
    let server = WebServer::start(engine).await;
    let browser = server.signed_up("many@example.org").await;
    let (person, one) = made(&server, &browser).await;
    let other = server.test.create(person, "another", 1).await[0].id;
    let organising = &server.test.app.organising;
    let from = organising.collection(person, "Harbour").await.unwrap();
    let (first, both) = (one.to_string(), format!("{one},{other}"));
    let here = format!("/library?collection={from}");
    let next = ("next", here.as_str());
    browser
        .post_form(
            "/library/collect",
            &[("ids", &both), ("collection", &from.to_string()), next],
        )
        .await;
    let page = browser.page(&here).await;
    let away = format!("/library/collections/{from}/move");
    assert!(page.contains(&format!("formaction=\"{away}\"")), "{page}");
    assert!(
        !browser.page("/library").await.contains("Move there"),
        "from nowhere"
    );

    for (form, words) in [
        (
            [("ids", &*first), ("collection", ""), next],
            "Choose a collection",
        ),
        (
            [("ids", &first), ("collection", &from.to_string()), next],
            "Choose another one to move them to",
        ),
        ([("ids", ""), ("name", "Sea"), next], "Select at least one"),
    ] {
        let answer = browser.post_form(&away, &form).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(page.contains(words), "{words}: {page}");
    }
    let moved = [("ids", &*first), ("name", "Sea"), next];
    let answer = browser.post_form(&away, &moved).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], here);
    let about = organising.about(person, one).await.unwrap();
    let holds: Vec<_> = about
        .collections
        .iter()
        .map(|shelf| (&*shelf.name, shelf.holds))
        .collect();
    assert_eq!(holds, [("Harbour", false), ("Sea", true)]);
    let stranger = server.signed_up("stranger@example.org").await;
    assert_eq!(stranger.post_form(&away, &moved).await.status(), 404);
    let shelves = "SELECT COUNT(*) FROM collections";
    assert_eq!(
        server.test.count(shelves).await,
        2,
        "nothing is left of what was refused"
    );
    assert_eq!(server.browser().post_form(&away, &moved).await.status(), 401);

    browser
        .post_form("/library/tag", &[("ids", &both), ("tag", "Sea, fog")])
        .await;
    browser
        .post_form("/library/untag", &[("ids", &first), ("tag", "FOG")])
        .await;
    assert_eq!(organising.about(person, one).await.unwrap().tags, ["sea"]);
    assert_eq!(
        organising.about(person, other).await.unwrap().tags,
        ["fog", "sea"]
    );
    let none = browser
        .post_form("/library/untag", &[("ids", &first), ("tag", " ")])
        .await;
    assert!(none.text().await.unwrap().contains("Write at least one tag"));

    let beside = browser.post_form("/library/compare", &[("ids", &both)]).await;
    let way = beside.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(way, format!("/v/{one}/compare/{other}"));
    assert_eq!(browser.get(&way).await.status(), 200);
    assert_eq!(stranger.get(&way).await.status(), 404);
    let alone = browser
        .post_form("/library/compare", &[("ids", &first), next])
        .await;
    assert_eq!(alone.status(), 422);
    assert!(
        alone
            .text()
            .await
            .unwrap()
            .contains("Select two videos to compare them")
    );
}

async fn a_page_and_its_fragments_show_the_same(engine: Engine) {
    let server = WebServer::with(
        engine,
        crate::support::Setup {
            environment: vec![("AISORA_CREDITS_WELCOME", "10000".into())],
            ..Default::default()
        },
    )
    .await;
    let browser = server.signed_up("pages@example.org").await;
    let (person, _) = made(&server, &browser).await;
    fill(&server.test, person, 60).await;
    for query in ["", "?view=list", "?sort=title", "?sort=longest&shape=&show=all"] {
        let page = browser.page(&format!("/library{query}")).await;
        assert_eq!(page.matches("<li class=\"tile\"").count(), 48, "{query}");
        let (_, more) = page.split_once("data-more=\"").unwrap();
        let (more, _) = more.split_once('"').unwrap();
        let rest = browser.page(&more.replace("&amp;", "&")).await;
        assert_eq!(rest.matches("<li class=\"tile\"").count(), 13, "{query}");
        assert!(rest.contains("data-more=\"\""), "the end");
    }
    for part in ["more", "ids"] {
        let nothing = browser.get(&format!("/library/{part}?search=%00")).await;
        assert_eq!(nothing.status(), 422, "{part}");
        let nobody = server.browser().get(&format!("/library/{part}")).await;
        assert_eq!(nobody.status(), 303, "to the door: {part}");
    }
    assert_eq!(
        browser.get("/library?sort=%27&after=%00&from=x").await.status(),
        200
    );
    let ended = server
        .test
        .when(person, fill(&server.test, person, 2).await[1], State::is_terminal)
        .await;
    assert!(
        browser
            .page(&format!("/library/tile/{}", ended.id))
            .await
            .contains("Cancelled")
    );
}
