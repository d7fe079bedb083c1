//! Where videos come from: how it is noted, what the page shows of it, and the ways to something new that need no script.

mod last_frame;
mod variation;

use crate::support::{Browser, Engine, MODEL, Play, SIZE, Setup, TestApp, WebServer};
use aisora::model::{
    catalogue::SizeOffer,
    composition::ComposerForm,
    credits::{Credits, PostingKind},
    error::AppError,
    generation::{Card, State},
    ids::{GenerationId, UserId},
    lineage::{DerivedBy, Kin},
};
use serde_json::{Value, json};

crate::on_both_engines!(
    every_way_to_a_new_video_is_noted,
    a_family_is_shown_within_bounds,
    each_prompt_of_an_order_has_its_own_takes,
    what_was_deleted_keeps_its_place_while_something_came_from_it,
    nobody_derives_from_what_is_not_theirs,
    a_receipt_tells_all_that_happened,
);

/// The form of the composer with everything of an own video, as its page leads there.
async fn composed(test: &TestApp, person: UserId, from: GenerationId, prompt: &str) -> ComposerForm {
    let studio = test.app.generations.studio(person, Some(from), None).await;
    let form = studio.expect("the studio").form;
    assert_eq!(form.from, from.to_string());
    ComposerForm {
        prompt: prompt.into(),
        ..form
    }
}

/// Another one, composed from an own video.
async fn remix(test: &TestApp, person: UserId, from: GenerationId, prompt: &str) -> GenerationId {
    let form = composed(test, person, from, prompt).await;
    let cards = test.app.generations.create(person, &form).await.expect("created");
    cards[0].id
}

async fn vary(test: &TestApp, person: UserId, id: GenerationId) -> Result<Card, AppError> {
    let quote = test
        .app
        .generations
        .page(person, id)
        .await
        .expect("a page")
        .variation;
    let quote = quote.expect("a price").token;
    let made = test.app.generations.vary(person, id, &quote).await;
    made.map_err(AppError::from)
}

/// A server whose second model starts from pictures; the played one does not.
async fn with_pictures(engine: Engine) -> WebServer {
    let mover = Play::named("mover", 10).offering(|offer| {
        offer.model.id = "mover".into();
        offer.model.label = "Mover".into();
        offer.model.input_reference = true;
        offer.model.sizes.insert(
            0,
            SizeOffer {
                size: aisora::model::catalogue::Size::new(72, 128),
                credits_per_second: Credits(1),
            },
        );
    });
    WebServer::with(
        engine,
        Setup {
            more: vec![mover],
            ..Setup::default()
        },
    )
    .await
}

/// A finished video of the browser's person.
async fn made(browser: &Browser) -> String {
    let fields = json!({ "prompt": "a boat", "model": MODEL, "size": SIZE, "seconds": "1", "takes": "1" });
    let quote = browser.call("generation/quote", &json!({ "form": fields })).await;
    let quote: Value = quote.json().await.unwrap();
    let mut form = fields;
    form["quote"] = quote["token"].clone();
    let cards = browser.call("generation/create", &json!({ "form": form })).await;
    let cards: Value = cards.json().await.unwrap();
    let id = cards[0]["id"].as_str().expect("created").to_owned();
    for _ in 0..500 {
        let page: Value = browser
            .call("gallery/video", &json!({ "id": id }))
            .await
            .json()
            .await
            .unwrap();
        if page["card"]["state"] == "succeeded" {
            return id;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("not made")
}

async fn roots(test: &TestApp, person: UserId, id: GenerationId) -> Vec<Kin> {
    let page = test.app.generations.page(person, id).await.expect("a page");
    page.family.roots
}

fn find(kin: &[Kin], id: GenerationId) -> Option<&Kin> {
    kin.iter().find_map(|kin| {
        if kin.id == id {
            Some(kin)
        } else {
            find(&kin.children, id)
        }
    })
}

fn count(kin: &[Kin]) -> usize {
    kin.iter().map(|kin| 1 + count(&kin.children)).sum()
}

async fn each_prompt_of_an_order_has_its_own_takes(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    let mut form = ComposerForm {
        prompt: "a boat\na lighthouse\na storm".into(),
        lines: "on".into(),
        ..test.form(person, "a boat", 4).await
    };
    form.quote = test
        .app
        .generations
        .quote(person, &form)
        .await
        .expect("a quote")
        .token;
    let order = test.app.generations.create(person, &form).await.expect("created");
    assert_eq!(order.len(), 12);
    // The third prompt's second take, behind more than a family has room for.
    let storms: Vec<_> = order[8..].iter().map(|card| card.id).collect();
    let came = remix(&test, person, storms[1], "a storm at night").await;
    let page = test
        .app
        .generations
        .page(person, storms[1])
        .await
        .expect("a page");
    let takes: Vec<_> = page.takes.iter().map(|take| (take.id, take.take)).collect();
    assert_eq!(takes, storms.iter().copied().zip(1..).collect::<Vec<_>>());
    let roots: Vec<_> = page.family.roots.iter().map(|kin| (kin.id, kin.take)).collect();
    assert_eq!(roots, takes);
    assert_eq!(page.family.roots[1].children[0].id, came);
    // Neither what lies in the trash nor what is gone is counted; on its own page, what lies in the trash is.
    for id in [storms[0], storms[2]] {
        test.app.generations.cancel(person, id).await.expect("cancelled");
    }
    test.app
        .generations
        .delete(person, storms[0])
        .await
        .expect("deleted");
    test.app
        .generations
        .trash(person, &[storms[2]])
        .await
        .expect("in the trash");
    let takes = async |id| {
        let page = test.app.generations.page(person, id).await.expect("a page");
        page.takes
            .iter()
            .map(|take| (take.id, take.take))
            .collect::<Vec<_>>()
    };
    assert_eq!(takes(storms[1]).await, [(storms[1], 1), (storms[3], 2)]);
    assert_eq!(
        takes(storms[2]).await,
        [(storms[1], 1), (storms[2], 2), (storms[3], 3)]
    );
}

async fn rich(test: &TestApp, person: UserId) {
    let mut tx = test.app.db.begin().await.expect("a transaction");
    let ledger = &test.app.ledger;
    ledger
        .grant(&mut tx, person, Credits(5_000), "for a test")
        .await
        .expect("granted");
    tx.commit().await.expect("committed");
}

async fn every_way_to_a_new_video_is_noted(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let (person, other) = (test.person().await, test.person().await);
    test.work();
    let first = test.create(person, "a boat", 2).await;
    let [one, two] = [first[0].id, first[1].id];
    for id in [one, two] {
        test.ended(person, id).await;
    }
    let remixed = remix(&test, person, one, "a boat at night").await;
    let varied = vary(&test, person, one).await.expect("created");
    assert_eq!(
        (varied.prompt.as_str(), varied.size, varied.take),
        ("a boat", SIZE, 1)
    );
    assert_ne!(varied.seed, first[0].seed, "another seed");
    let roots = roots(&test, person, one).await;
    let ids: Vec<_> = roots.iter().map(|kin| kin.id).collect();
    assert_eq!(ids, [one, two], "takes of one quote stand beside each other");
    assert_eq!(roots[0].derived_by, None);
    let came: Vec<_> = roots[0]
        .children
        .iter()
        .map(|kin| (kin.id, kin.derived_by))
        .collect();
    assert_eq!(
        came,
        [
            (remixed, Some(DerivedBy::Remix)),
            (varied.id, Some(DerivedBy::Variation))
        ]
    );
    // From one that did not work out.
    let failed = test.create(person, "refuse", 1).await.remove(0).id;
    assert_eq!(test.ended(person, failed).await.state, State::Failed);
    let again = remix(&test, person, failed, "a boat").await;
    let page = test.app.generations.page(person, again).await.unwrap();
    assert_eq!(page.family.roots[0].id, failed);
    assert_eq!(
        page.family.roots[0].children[0].derived_by,
        Some(DerivedBy::Retry)
    );
    assert!(
        test.app
            .generations
            .page(person, failed)
            .await
            .unwrap()
            .variation
            .is_none()
    );
    // Somebody else's is no origin, and nothing is said about it.
    let mut form = test.form(other, "a boat", 1).await;
    form.from = one.to_string();
    let theirs = test.app.generations.create(other, &form).await.expect("created");
    let family = test
        .app
        .generations
        .page(other, theirs[0].id)
        .await
        .unwrap()
        .family;
    assert!(family.is_alone(), "{family:?}");
    test.ended(person, varied.id).await;
    test.stop_work().await;
    test.audit().await;
}

async fn a_family_is_shown_within_bounds(engine: Engine) {
    let test = TestApp::start(engine).await;
    let person = test.person().await;
    rich(&test, person).await;
    let mut line = vec![test.create(person, "generation 0", 1).await.remove(0).id];
    for number in 1..12 {
        let prompt = format!("generation {number}");
        line.push(remix(&test, person, line[number - 1], &prompt).await);
    }
    for number in 0..11 {
        remix(&test, person, line[6], &format!("sister {number}")).await;
    }
    let page = test.app.generations.page(person, line[6]).await.unwrap();
    assert!(!page.family.earlier, "six above it, and there are no more");
    assert_eq!(page.family.roots[0].id, line[0]);
    let here = find(&page.family.roots, line[6]).expect("itself");
    // Twelve came from it: eight are listed, the oldest first.
    assert_eq!((here.children.len(), here.more), (8, 4));
    assert_eq!(here.children[0].id, line[7]);
    let lowest = find(&page.family.roots, line[9]).expect("three below it");
    assert_eq!(
        (lowest.children.len(), lowest.more),
        (0, 1),
        "the rest is one number"
    );
    assert_eq!(count(&page.family.roots), 6 + 1 + 8 + 2);
    let deep = test.app.generations.page(person, line[11]).await.unwrap().family;
    assert!(deep.earlier);
    assert_eq!((deep.roots[0].id, count(&deep.roots)), (line[5], 7));
    // One of twelve is on the way to it, the others are one number.
    assert_eq!(find(&deep.roots, line[6]).map(|kin| kin.more), Some(11));
}

async fn what_was_deleted_keeps_its_place_while_something_came_from_it(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    test.work();
    let first = test.create(person, "a secret", 1).await.remove(0).id;
    let second = remix(&test, person, first, "a second secret").await;
    let third = remix(&test, person, second, "a third").await;
    let leaf = remix(&test, person, first, "a leaf").await;
    for id in [first, second, third, leaf] {
        test.ended(person, id).await;
    }
    for id in [second, leaf] {
        test.app.generations.delete(person, id).await.expect("deleted");
    }
    let roots = roots(&test, person, first).await;
    let gone = find(&roots, second).expect("its place");
    assert!(gone.deleted && gone.name.is_empty() && !gone.poster);
    assert_eq!(gone.children[0].id, third);
    assert!(find(&roots, leaf).is_none(), "nothing came from it");
    assert_eq!(roots[0].more, 0);
    test.app.generations.delete(person, first).await.expect("deleted");
    let page = test.app.generations.page(person, third).await.unwrap();
    let above = &page.family.roots[0];
    assert!(above.deleted && above.children[0].deleted);
    test.stop_work().await;
    test.audit().await;
}

async fn nobody_derives_from_what_is_not_theirs(engine: Engine) {
    let mut server = with_pictures(engine).await;
    server.test.work();
    let (owner, other) = (
        server.signed_up("ada@example.org").await,
        server.signed_up("bob@example.org").await,
    );
    let (mine, theirs) = (made(&owner).await, made(&other).await);
    for id in [mine.as_str(), "01890000-0000-7000-8000-000000000000", "not-an-id"] {
        for act in ["variation", "last-frame"] {
            let answer = other.post_form(&format!("/v/{id}/{act}"), &[]).await;
            assert_eq!(answer.status(), 404, "{act} {id}");
        }
        for path in [
            format!("/v/{id}/compare/{theirs}"),
            format!("/v/{theirs}/compare/{id}"),
        ] {
            assert_eq!(other.get(&path).await.status(), 404, "{path}");
        }
        assert_eq!(other.get(&format!("/media/{id}/words.vtt")).await.status(), 404);
    }
    let second = made(&owner).await;
    let page = owner.get(&format!("/v/{mine}/compare/{second}")).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(
        page.contains("differs") && page.contains("Both have the same words."),
        "the seeds differ"
    );
    assert!(
        !page.contains("aisora.wasm"),
        "it is read, and played by a few lines"
    );
    assert_eq!(
        owner.get(&format!("/media/{mine}/words.vtt")).await.status(),
        404,
        "there is nothing to hear"
    );
    let nobody = server.browser();
    for act in ["variation", "last-frame"] {
        let answer = nobody.post_form(&format!("/v/{mine}/{act}"), &[]).await;
        assert_eq!(answer.status(), 401, "{act}");
    }
    // A price that does not hold brings the page back with a word about it.
    let stale = owner
        .post_form(&format!("/v/{mine}/variation"), &[("quote", "x")])
        .await;
    assert_eq!(stale.status(), 422);
    assert!(
        stale
            .text()
            .await
            .unwrap()
            .contains("The price was worked out anew")
    );
}

async fn a_receipt_tells_all_that_happened(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "busy once", 1).await.remove(0).id;
    test.ended(person, id).await;
    let page = test.app.generations.page(person, id).await.unwrap();
    let states: Vec<_> = page.history.iter().map(|line| line.state).collect();
    assert_eq!(
        states,
        [
            State::Queued,
            State::Submitting,
            State::Queued,
            State::Submitting,
            State::Running,
            State::Storing,
            State::Succeeded
        ],
        "each step, also those that were made twice"
    );
    assert!(page.history.is_sorted_by_key(|line| line.at));
    let kinds: Vec<_> = page
        .postings
        .iter()
        .map(|posting| (posting.kind, posting.credits))
        .collect();
    assert_eq!(
        kinds,
        [
            (PostingKind::Hold, Credits(10)),
            (PostingKind::Capture, Credits(10))
        ]
    );
    assert_eq!(
        (page.provider.as_str(), page.rate, page.sound),
        ("play", 24_000, false)
    );
    let failed = test.create(person, "block", 1).await.remove(0).id;
    test.ended(person, failed).await;
    let page = test.app.generations.page(person, failed).await.unwrap();
    assert_eq!(page.postings[1].kind, PostingKind::Release);
    assert!(page.history.last().is_some_and(|line| line.reason.is_some()));
}
