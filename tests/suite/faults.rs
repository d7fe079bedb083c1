//! Everything that goes wrong outside: each ends in the right state, with its reason, and is not charged.

use crate::support::{Engine, Play, Setup, StoreFaults, TestApp};
use aisora::model::{
    credits::Credits,
    generation::{Charge, Reason, State},
};
use aisora::server::{clock::Clock, jobs};

crate::on_both_engines!(
    what_a_provider_does_wrong_is_not_charged,
    what_passes_is_waited_for,
    a_store_that_stays_full_fails_the_generation_and_the_server_lives,
    a_store_that_is_full_for_a_while_loses_no_video,
    a_clock_that_goes_backwards_loses_nothing,
);

async fn what_a_provider_does_wrong_is_not_charged(engine: Engine) {
    let at_once = vec![
        ("refuse", State::Failed, Reason::ProviderRefused),
        ("block at the door", State::Blocked, Reason::ProviderBlocked),
        ("break at the door", State::Failed, Reason::ProviderUnreachable),
        ("fail after 99", State::Failed, Reason::ProviderFailed),
        ("block", State::Blocked, Reason::ProviderBlocked),
        ("gone", State::Failed, Reason::ProviderFailed),
        ("half a file", State::Failed, Reason::BadVideo),
        ("not a video", State::Failed, Reason::BadVideo),
        ("zero bytes", State::Failed, Reason::BadVideo),
        ("wrong size", State::Failed, Reason::BadVideo),
        ("wrong length", State::Failed, Reason::BadVideo),
        ("no pictures", State::Failed, Reason::BadVideo),
        ("done but 404", State::Failed, Reason::BadVideo),
    ];
    let at_the_deadline = vec![
        ("hang at the door", State::Failed, Reason::ProviderUnreachable),
        ("hang", State::Failed, Reason::TimedOut),
        ("never", State::Failed, Reason::TimedOut),
        ("garbage", State::Failed, Reason::TimedOut),
        ("unknown state", State::Failed, Reason::TimedOut),
        ("done but 503", State::Failed, Reason::ProviderUnreachable),
    ];
    end_so(engine, Play::default(), at_once).await;
    end_so(engine, Play::default().hasty(), at_the_deadline).await;
}

/// Prompts, and how each of them ends.
async fn end_so(engine: Engine, play: Play, cases: Vec<(&str, State, Reason)>) {
    let mut test = TestApp::with(engine, roomy(play)).await;
    test.work();
    let person = test.person().await;
    let mut made = Vec::new();
    for (prompt, state, reason) in cases {
        made.push((
            test.create(person, prompt, 1).await.remove(0).id,
            prompt,
            state,
            reason,
        ));
    }
    for (id, prompt, state, reason) in made {
        let card = test.ended(person, id).await;
        assert_eq!(
            (card.state, card.reason, card.charge),
            (state, Some(reason), Charge::NotCharged),
            "{prompt}"
        );
        let words = serde_json::to_string(&card).unwrap();
        assert!(
            !words.contains("node 7"),
            "what the provider said is for the operator: {words}"
        );
    }
    assert_eq!(test.balance(person).await, (200, 0));
    assert!(
        std::fs::read_dir(test.folder.path().join("data/videos"))
            .unwrap()
            .next()
            .is_none(),
        "nothing half made"
    );
    test.audit().await;
}

/// One person may do everything at once.
fn roomy(play: Play) -> Setup {
    Setup {
        play: Some(play),
        environment: vec![("AISORA_WORKER_PER_USER", "20".into())],
        ..Setup::default()
    }
}

async fn what_passes_is_waited_for(engine: Engine) {
    let play = Play::default();
    let mut test = TestApp::with(engine, roomy(play.clone())).await;
    test.work();
    let person = test.person().await;
    for prompt in [
        "busy once",
        "garbage at first",
        "unknown state at first",
        "cut once",
        "done but 503 for a while",
        "slow",
    ] {
        let id = test.create(person, prompt, 1).await.remove(0).id;
        let card = test.ended(person, id).await;
        assert_eq!(card.state, State::Succeeded, "{prompt}: {:?}", card.reason);
        let orders = play
            .orders
            .lock()
            .unwrap()
            .iter()
            .filter(|order| order.reference == id.0)
            .count();
        assert_eq!(orders, 1, "{prompt}: taken once");
    }
    assert_eq!(test.balance(person).await, (140, 0));
    test.audit().await;
}

async fn a_store_that_stays_full_fails_the_generation_and_the_server_lives(engine: Engine) {
    let faults = StoreFaults::default();
    faults.set_full(true);
    let setup = Setup {
        storage: Some(faults.storage()),
        play: Some(Play::default().hasty()),
        environment: vec![("AISORA_BUILTIN_DEADLINE_SECONDS", "20".into())],
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    test.work();
    let person = test.person().await;
    let played = test.form(person, "a boat", 1).await;
    // The built-in renderer makes it again for each try.
    let mut drawn = test.form(person, "a boat", 1).await;
    drawn.model = "builtin".into();
    drawn.quote = test.app.generations.quote(person, &drawn).await.unwrap().token;
    let mut made = Vec::new();
    for form in [played, drawn] {
        made.extend(test.app.generations.create(person, &form).await.unwrap());
    }
    assert_eq!(made.len(), 2);
    for card in made {
        let card = test.ended(person, card.id).await;
        assert_eq!(
            (card.state, card.reason),
            (State::Failed, Some(Reason::StorageFailed))
        );
        assert_eq!(card.charge, Charge::NotCharged);
    }
    assert_eq!(test.balance(person).await, (200, 0));
    test.audit().await;
}

async fn a_store_that_is_full_for_a_while_loses_no_video(engine: Engine) {
    let faults = StoreFaults::default();
    faults.set_full(true);
    let play = Play::default();
    let setup = Setup {
        storage: Some(faults.storage()),
        play: Some(play.clone()),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    test.work();
    let person = test.person().await;
    let card = test.create(person, "a boat", 1).await.remove(0);
    test.when(person, card.id, |state| state == State::Storing).await;
    test.until("the claim has given up for now", async || {
        let counts = jobs::counts(&test.app.db, test.app.clock.now()).await.unwrap();
        counts == [("play".to_owned(), 1, 0)]
    })
    .await;
    let waiting = test.app.generations.page(person, card.id).await.unwrap().card;
    assert_eq!(
        (waiting.state, waiting.charge),
        (State::Storing, Charge::Held(Credits(10)))
    );
    faults.set_full(false);
    let card = test.ended(person, card.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!(play.orders.lock().unwrap().len(), 1, "ordered once");
    assert_eq!(test.balance(person).await, (190, 0));
    test.audit().await;
}

async fn a_clock_that_goes_backwards_loses_nothing(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let mut test = TestApp::with(
        engine,
        Setup {
            clock: clock.clone(),
            ..Setup::default()
        },
    )
    .await;
    let person = test.person().await;
    let before = test.create(person, "before", 1).await.remove(0);
    clock.advance(-6 * 3_600_000);
    let after = test.create(person, "after", 1).await.remove(0);
    test.work();
    for id in [before.id, after.id] {
        assert_eq!(test.ended(person, id).await.state, State::Succeeded);
    }
    let library = test
        .app
        .generations
        .library(person, &aisora::model::generation::LibraryQuery::default())
        .await
        .unwrap();
    assert_eq!(
        library.cards[0].id, after.id,
        "what was made later stands first all the same"
    );
    test.audit().await;
}
