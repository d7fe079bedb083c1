//! Extending: a longer video that begins with all of another one, at the price of what is added, through every door.

mod crash;
mod doors;
mod fair;
mod kept;
mod servers;

use crate::support::{Engine, MODEL, Play, SIZE, Setup, TestApp};
use aisora::model::{
    composition::ComposerForm,
    credits::Credits,
    error::{AppError, Code},
    generation::{Addition, Card, Charge, Extending, Reason, State},
    ids::{GenerationId, UserId},
    lineage::DerivedBy,
    spending::GuardsForm,
};
use aisora::server::{clock::Clock, media::Copied};
use std::{collections::HashSet, path::PathBuf};

crate::on_both_engines!(
    what_is_added_goes_on_from_the_original,
    an_extension_is_created_once_however_often_it_is_pressed,
    a_price_is_for_one_video_and_one_way_to_use_it,
    credits_guards_and_rules_are_kept,
    whatever_goes_wrong_is_not_charged,
    an_original_that_is_deleted_ends_what_waits_for_it,
    what_cannot_be_extended_says_why,
);

/// A played provider that extends up to so many seconds.
fn extending(most: u32) -> Play {
    Play::default().offering(|offer| offer.model.extends_to = most)
}

fn setup(most: u32) -> Setup {
    Setup {
        play: Some(extending(most)),
        ..Setup::default()
    }
}

/// What can be added to a video.
async fn additions(test: &TestApp, person: UserId, id: GenerationId) -> Vec<Addition> {
    let page = test.app.generations.page(person, id).await.expect("a page");
    match page.extending {
        Extending::By(additions) => additions,
        Extending::Not(why) => panic!("it cannot be extended: {why}"),
    }
}

/// Why a video cannot be extended.
async fn why_not(test: &TestApp, person: UserId, id: GenerationId) -> String {
    let page = test.app.generations.page(person, id).await.expect("a page");
    match page.extending {
        Extending::Not(why) => why,
        Extending::By(_) => panic!("it can be extended"),
    }
}

/// The token for adding so many seconds.
async fn token(test: &TestApp, person: UserId, id: GenerationId, seconds: u32) -> String {
    let additions = additions(test, person, id).await;
    let found = additions
        .into_iter()
        .find(|addition| addition.quote.choices.seconds == seconds);
    found.expect("such an addition").quote.token
}

async fn extend(
    test: &TestApp,
    person: UserId,
    id: GenerationId,
    prompt: &str,
    seconds: u32,
) -> Result<Card, AppError> {
    let token = token(test, person, id, seconds).await;
    let made = test.app.generations.extend(person, id, prompt, &token).await;
    made.map_err(AppError::from)
}

/// A video of the built-in renderer of one second.
async fn drawn(test: &TestApp, person: UserId, prompt: &str) -> GenerationId {
    let mut form = ComposerForm {
        prompt: prompt.into(),
        model: "builtin".into(),
        size: SIZE.to_string(),
        seconds: "1".into(),
        takes: "1".into(),
        caption: "on".into(),
        ..ComposerForm::default()
    };
    form.quote = test
        .app
        .generations
        .quote(person, &form)
        .await
        .expect("a quote")
        .token;
    let cards = test.app.generations.create(person, &form).await.expect("created");
    let card = test.ended(person, cards[0].id).await;
    assert_eq!(card.state, State::Succeeded);
    card.id
}

/// The compressed pictures of a stored video.
async fn pictures(test: &TestApp, person: UserId, id: GenerationId) -> Vec<Vec<u8>> {
    let row = test.app.generations.video(person, id).await.expect("a row");
    let prefix = row.media_prefix.expect("stored");
    let path: PathBuf = test.folder.path().join(format!("data/videos/{prefix}/video.mp4"));
    let mut film = Copied::open(&path).expect("a film").expect("of H.264");
    let mut pictures = Vec::new();
    while let Some((picture, _)) = film.next_picture().expect("a picture") {
        pictures.push(picture);
    }
    pictures
}

async fn what_is_added_goes_on_from_the_original(engine: Engine) {
    let mut test = TestApp::start(engine).await;
    let person = test.person().await;
    test.work();
    let original = drawn(&test, person, "a calm sea").await;
    let offered = additions(&test, person, original).await;
    let lengths: Vec<_> = offered.iter().map(|addition| addition.total).collect();
    assert_eq!(
        lengths,
        (2..=21).collect::<Vec<_>>(),
        "one to twenty seconds more"
    );
    let two = &offered[1];
    assert_eq!(
        (two.quote.credits, two.total),
        (Credits(20), 3),
        "only what is added costs"
    );
    assert!(offered[3].first, "the usual length is chosen at first");
    let longer = extend(&test, person, original, "a calm sea", 2)
        .await
        .expect("created");
    assert_eq!((longer.seconds, longer.take), (3, 1));
    let longer = test.ended(person, longer.id).await;
    assert_eq!(
        (longer.state, longer.charge),
        (State::Succeeded, Charge::Charged(Credits(20))),
        "{:?}",
        longer.reason
    );
    let (before, after) = (
        pictures(&test, person, original).await,
        pictures(&test, person, longer.id).await,
    );
    assert_eq!((before.len(), after.len()), (24, 72));
    assert!(before == after[..24], "the original is in it to the last byte");
    // An extension of the extension, with other words.
    let longest = extend(&test, person, longer.id, "a campfire", 1)
        .await
        .expect("created");
    let longest = test.ended(person, longest.id).await;
    assert_eq!((longest.state, longest.seconds), (State::Succeeded, 4));
    assert!(after == pictures(&test, person, longest.id).await[..72]);
    assert_eq!(test.balance(person).await, (200 - 10 - 20 - 10, 0));
    let page = test.app.generations.page(person, longest.id).await.unwrap();
    let extended = page.extended.expect("it extends something");
    assert_eq!((extended.of, extended.added), (Some(longer.id), 1));
    assert_eq!((page.quoted, page.variation), (Credits(10), None));
    let root = &page.family.roots[0];
    assert_eq!(root.id, original, "the original stays");
    let child = &root.children[0];
    assert_eq!((child.id, child.derived_by), (longer.id, Some(DerivedBy::Extend)));
    // The original may go: what was made of it does not need it.
    test.app
        .generations
        .delete(person, longer.id)
        .await
        .expect("deleted");
    let page = test.app.generations.page(person, longest.id).await.unwrap();
    assert_eq!(page.extended.map(|extended| extended.of), Some(None));
    assert_eq!(pictures(&test, person, longest.id).await.len(), 96);
    test.stop_work().await;
    test.audit().await;
}

async fn an_extension_is_created_once_however_often_it_is_pressed(engine: Engine) {
    let mut test = TestApp::with(engine, setup(60)).await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    test.ended(person, id).await;
    test.stop_work().await;
    let token = token(&test, person, id, 1).await;
    let presses = (0..6).map(|_| {
        let (generations, token) = (test.app.generations.clone(), token.clone());
        tokio::spawn(async move {
            let made = generations.extend(person, id, "it sails on", &token).await;
            made.expect("created").id
        })
    });
    let mut made = HashSet::new();
    for press in presses.collect::<Vec<_>>() {
        made.insert(press.await.unwrap());
    }
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(test.balance(person).await, (180, 10));
    test.audit().await;
    test.work();
    let card = test.ended(person, made.into_iter().next().unwrap()).await;
    assert_eq!(
        (card.state, card.seconds),
        (State::Succeeded, 2),
        "{:?}",
        card.reason
    );
    test.stop_work().await;
    test.audit().await;
}

async fn a_price_is_for_one_video_and_one_way_to_use_it(engine: Engine) {
    let clock = Clock::manual(1_795_000_000_000);
    let mut test = TestApp::with(
        engine,
        Setup {
            clock: clock.clone(),
            ..setup(60)
        },
    )
    .await;
    let (person, other) = (test.person().await, test.person().await);
    test.work();
    let cards = test.create(person, "a boat", 2).await;
    let [one, two] = [cards[0].id, cards[1].id];
    for id in [one, two] {
        test.ended(person, id).await;
    }
    test.stop_work().await;
    let generations = &test.app.generations;
    let code = |result: Result<Card, _>| AppError::from(result.unwrap_err()).code;
    let token = token(&test, person, one, 1).await;
    let variation = generations.page(person, one).await.unwrap().variation.unwrap();
    assert_eq!(
        code(generations.extend(person, two, "on", &token).await),
        Code::QuoteStale
    );
    assert_eq!(
        code(generations.extend(person, one, "on", &variation.token).await),
        Code::QuoteStale
    );
    assert_eq!(
        code(generations.extend(other, one, "on", &token).await),
        Code::NotFound
    );
    assert_eq!(
        code(generations.extend(person, one, "on", "e30.e30").await),
        Code::QuoteStale
    );
    // The composer makes no new video at the price of an extension.
    let form = ComposerForm {
        quote: token.clone(),
        ..test.form(person, "a boat", 1).await
    };
    let created = generations.create(person, &form).await.map_err(AppError::from);
    assert_eq!(created.unwrap_err().code, Code::QuoteStale);
    for (prompt, wrong) in [("", Code::Invalid), ("a\u{7}", Code::Invalid)] {
        assert_eq!(code(generations.extend(person, one, prompt, &token).await), wrong);
    }
    clock.advance(60 * 60 * 1_000);
    assert_eq!(
        code(generations.extend(person, one, "on", &token).await),
        Code::QuoteStale
    );
    assert_eq!(test.balance(person).await, (180, 0));
    test.audit().await;
}

async fn credits_guards_and_rules_are_kept(engine: Engine) {
    let clock = Clock::manual(1_795_000_000_000);
    let mut test = TestApp::with(
        engine,
        Setup {
            clock: clock.clone(),
            file: Some("[moderation]\nforbidden = [\"dragons\"]\n".into()),
            ..setup(60)
        },
    )
    .await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    test.ended(person, id).await;
    test.stop_work().await;
    let guards = |most_per_job: &str, confirm_above: &str| GuardsForm {
        most_per_job: most_per_job.into(),
        most_per_day: String::new(),
        confirm_above: confirm_above.into(),
    };
    let refused = extend(&test, person, id, "Dragons ahead", 1).await.unwrap_err();
    assert_eq!(refused.code, Code::PromptRefused);
    test.app
        .spending
        .set(person, &guards("9", ""))
        .await
        .expect("set");
    let refused = extend(&test, person, id, "on", 1).await.unwrap_err();
    assert_eq!(refused.code, Code::SpendingGuard);
    test.app
        .spending
        .set(person, &guards("", "5"))
        .await
        .expect("set");
    let asked = token(&test, person, id, 1).await;
    let generations = &test.app.generations;
    let first = generations
        .extend(person, id, "on", &asked)
        .await
        .map_err(AppError::from);
    assert_eq!(first.unwrap_err().code, Code::ConfirmationNeeded);
    // The page that comes back keeps the price that was asked about, and what was chosen.
    let page = generations.page_again(person, id, asked.clone()).await.unwrap();
    let Extending::By(again) = page.extending else {
        panic!("it can be extended")
    };
    let again = again
        .into_iter()
        .find(|addition| addition.first)
        .expect("one is chosen");
    clock.advance(1_000);
    let made = generations.extend(person, id, "on", &again.quote.token).await;
    made.expect("the second press confirms");
    test.app.spending.set(person, &guards("", "")).await.expect("set");
    assert_eq!(test.balance(person).await, (180, 10));
    for takes in [4, 4, 4, 4, 2] {
        test.create(person, "another", takes).await;
    }
    let poor = extend(&test, person, id, "on", 1).await.unwrap_err();
    assert_eq!(poor.code, Code::InsufficientCredits);
    test.audit().await;
}

async fn whatever_goes_wrong_is_not_charged(engine: Engine) {
    let play = extending(60).hasty();
    let orders = play.orders.clone();
    let setup = Setup {
        play: Some(play),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    test.ended(person, id).await;
    for (prompt, state, reason) in [
        ("refuse", State::Failed, Reason::ProviderRefused),
        ("block at the door", State::Blocked, Reason::ProviderBlocked),
        ("break at the door", State::Failed, Reason::ProviderUnreachable),
        ("fail after 99", State::Failed, Reason::ProviderFailed),
        ("never", State::Failed, Reason::TimedOut),
        ("not a video", State::Failed, Reason::BadVideo),
        // As long as the original, not longer.
        ("half a file", State::Failed, Reason::BadVideo),
    ] {
        let made = extend(&test, person, id, prompt, 1).await.expect("created");
        let card = test.ended(person, made.id).await;
        assert_eq!((card.state, card.reason), (state, Some(reason)), "{prompt}");
        assert_eq!(card.charge, Charge::NotCharged, "{prompt}");
        assert_eq!(test.balance(person).await, (190, 0), "{prompt}");
        assert_eq!(why_not(&test, person, card.id).await, "", "nobody would ask");
    }
    // What passes is waited for.
    for prompt in ["busy once", "garbage at first", "cut once"] {
        let made = extend(&test, person, id, prompt, 1).await.expect("created");
        let card = test.ended(person, made.id).await;
        assert_eq!(card.state, State::Succeeded, "{prompt}: {:?}", card.reason);
    }
    assert_eq!(test.balance(person).await, (160, 0));
    test.stop_work().await;
    test.audit().await;
    // A copy of the original goes away with the last order that has it.
    orders.lock().expect("unpoisoned").clear();
    let scratch = std::fs::read_dir(&test.app.worker.scratch)
        .expect("a folder")
        .flatten();
    let names: Vec<_> = scratch.map(|entry| entry.file_name()).collect();
    assert_eq!(names, ["rendering"]);
}

async fn an_original_that_is_deleted_ends_what_waits_for_it(engine: Engine) {
    let mut test = TestApp::with(engine, setup(60)).await;
    let person = test.person().await;
    test.work();
    let id = test.create(person, "a boat", 1).await.remove(0).id;
    test.ended(person, id).await;
    test.stop_work().await;
    let waiting = extend(&test, person, id, "on", 1).await.expect("created");
    assert_eq!(test.balance(person).await, (180, 10));
    test.app.generations.delete(person, id).await.expect("deleted");
    test.work();
    let card = test.ended(person, waiting.id).await;
    assert_eq!(
        (card.state, card.reason, card.charge),
        (State::Failed, Some(Reason::OriginalGone), Charge::NotCharged)
    );
    assert_eq!(test.balance(person).await, (190, 0));
    test.stop_work().await;
    test.audit().await;
}

async fn what_cannot_be_extended_says_why(engine: Engine) {
    let short = Play::named("short", 10).offering(|offer| {
        offer.model.id = "short".into();
        offer.model.label = "Short".into();
        offer.model.extends_to = 2;
    });
    let never = Play::named("never", 10).offering(|offer| offer.model.id = "never".into());
    let mut test = TestApp::with(
        engine,
        Setup {
            more: vec![short, never],
            ..setup(60)
        },
    )
    .await;
    let person = test.person().await;
    let of = async |model: &str| {
        let mut form = ComposerForm {
            model: model.into(),
            ..test.form(person, "a boat", 1).await
        };
        form.quote = test.app.generations.quote(person, &form).await.unwrap().token;
        let cards = test.app.generations.create(person, &form).await;
        cards.expect("created")[0].id
    };
    let [usual, short, never] = [of(MODEL).await, of("short").await, of("never").await];
    assert!(why_not(&test, person, usual).await.contains("when it is ready"));
    let quoted = test
        .app
        .generations
        .price_extension(person, usual, None)
        .await
        .map_err(AppError::from);
    assert_eq!(quoted.unwrap_err().code, Code::Conflict);
    test.work();
    for id in [usual, short, never] {
        test.ended(person, id).await;
    }
    assert!(why_not(&test, person, never).await.contains("does not extend"));
    let longer = extend(&test, person, short, "on", 1).await.expect("created").id;
    let card = test.ended(person, longer).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!(
        why_not(&test, person, longer).await,
        "This has 2 seconds; Short extends to at most 2 seconds."
    );
    let token = token(&test, person, usual, 1).await;
    test.app.generations.trash(person, &[usual]).await.expect("moved");
    assert!(why_not(&test, person, usual).await.contains("trash"));
    let made = test.app.generations.extend(person, usual, "on", &token).await;
    assert_eq!(AppError::from(made.unwrap_err()).code, Code::Conflict);
    // Another process of the same server, whose configuration does not have the model any more.
    let sister = test
        .sister(Setup {
            play: Some(Play::default().offering(|offer| offer.model.id = "else".into())),
            ..Setup::default()
        })
        .await;
    let page = sister.generations.page(person, short).await.expect("a page");
    let Extending::Not(why) = page.extending else {
        panic!("nobody makes it")
    };
    assert!(why.contains("not offered any more"), "{why}");
    test.stop_work().await;
    test.audit().await;
}
