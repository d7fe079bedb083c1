//! What goes wrong there: for good, for a while, and before anybody spends.

use super::{HASTY, Studio, configuration, until};
use crate::support::{Engine, KEY, PATIENCE, Setup, TestApp};
use aisora::model::generation::{Charge, Reason, State};
use aisora::server::clock::Clock;
use std::time::{Duration, Instant};

crate::on_both_engines!(
    what_goes_wrong_for_good_is_not_charged,
    what_passes_is_waited_for_and_charged_once,
);

/// What goes wrong for good: the prompt, how it ends, and what the operator is told.
const FOR_GOOD: [(&str, State, Reason, &str); 23] = [
    (
        "refuse and repeat the prompt",
        State::Failed,
        Reason::ProviderRefused,
        "Why do you say (the prompt)?",
    ),
    (
        "refuse and repeat the key",
        State::Failed,
        Reason::ProviderRefused,
        "The key ******** may not",
    ),
    (
        "crash at the door",
        State::Failed,
        Reason::ProviderUnreachable,
        "500",
    ),
    (
        "block at the door",
        State::Blocked,
        Reason::ProviderBlocked,
        "sentinel_block: Blocked.",
    ),
    (
        "refuse",
        State::Failed,
        Reason::ProviderRefused,
        "This size is not for you.",
    ),
    (
        "refuse with a detail",
        State::Failed,
        Reason::ProviderRefused,
        "body.seconds: No.",
    ),
    (
        "no id",
        State::Failed,
        Reason::ProviderUnreachable,
        "without an id",
    ),
    (
        "a web page at the door",
        State::Failed,
        Reason::ProviderUnreachable,
        "without an id",
    ),
    (
        "endless answer at the door",
        State::Failed,
        Reason::ProviderUnreachable,
        "longer than 1048576 bytes",
    ),
    (
        "redirect at the door",
        State::Failed,
        Reason::ProviderRefused,
        "307",
    ),
    (
        "fail",
        State::Failed,
        Reason::ProviderFailed,
        "CUDA out of memory at node 7",
    ),
    (
        "fail and repeat the prompt",
        State::Failed,
        Reason::ProviderFailed,
        "Cannot draw “(the prompt)”",
    ),
    (
        "fail without a word",
        State::Failed,
        Reason::ProviderFailed,
        "without a word",
    ),
    (
        "block later",
        State::Blocked,
        Reason::ProviderBlocked,
        "moderation_blocked (violence): ",
    ),
    (
        "vanish",
        State::Failed,
        Reason::ProviderFailed,
        "does not know the job",
    ),
    (
        "endless",
        State::Failed,
        Reason::BadVideo,
        "larger than 1048576 bytes",
    ),
    ("not a video", State::Failed, Reason::BadVideo, ""),
    ("half a video", State::Failed, Reason::BadVideo, ""),
    ("gone when done", State::Failed, Reason::BadVideo, "404"),
    (
        "redirect inside",
        State::Failed,
        Reason::BadVideo,
        "169.254.169.254 is a private address",
    ),
    (
        "redirect to a name inside",
        State::Failed,
        Reason::BadVideo,
        "localhost is a private address",
    ),
    (
        "redirect in circles",
        State::Failed,
        Reason::BadVideo,
        "too many redirects",
    ),
    (
        "redirect to a file",
        State::Failed,
        Reason::BadVideo,
        "`file` addresses",
    ),
];

/// What is hoped for until the time of the video is over.
const AT_THE_DEADLINE: [(&str, State, Reason, &str); 5] = [
    (
        "always cut",
        State::Failed,
        Reason::ProviderUnreachable,
        "cut again and again",
    ),
    (
        "a web page",
        State::Failed,
        Reason::ProviderUnreachable,
        "text/html",
    ),
    (
        "json with 200",
        State::Failed,
        Reason::ProviderUnreachable,
        "application/json",
    ),
    ("unknown word", State::Failed, Reason::TimedOut, "brewing"),
    ("never", State::Failed, Reason::TimedOut, ""),
];

async fn what_goes_wrong_for_good_is_not_charged(engine: Engine) {
    end_so(Studio::open(engine, "openai", "").await, &FOR_GOOD).await;
    end_so(Studio::open(engine, "openai", HASTY).await, &AT_THE_DEADLINE).await;
}

/// Prompts, how each of them ends, and what the operator is told.
async fn end_so(mut studio: Studio, cases: &[(&str, State, Reason, &str)]) {
    // Everything is ordered before the first failures can pause the server.
    studio.test.stop_work().await;
    let mut made = Vec::new();
    for &(prompt, state, reason, told) in cases {
        made.push((studio.create(prompt).await, prompt, state, reason, told));
    }
    studio.test.work();
    for (id, prompt, state, reason, told) in made {
        let card = studio.test.ended(studio.person, id).await;
        assert_eq!(
            (card.state, card.reason, card.charge),
            (state, Some(reason), Charge::NotCharged),
            "{prompt}"
        );
        let detail = studio.detail(id).await;
        assert!(detail.contains(told), "{prompt}: {detail}");
        assert!(
            !detail.contains("secret prompt") && !detail.contains(KEY),
            "{detail}"
        );
        let words = serde_json::to_string(&card).unwrap();
        assert!(
            !words.contains("node 7"),
            "what the server said is for the operator: {words}"
        );
        let orders = studio.server.seen().orders;
        let orders = orders.iter().filter(|order| order["prompt"] == prompt).count();
        assert_eq!(
            orders, 1,
            "{prompt}: what may have been taken is not ordered again"
        );
    }
    assert_eq!(studio.test.balance(studio.person).await, (1_000, 0));
    studio.test.audit().await;
}

async fn what_passes_is_waited_for_and_charged_once(engine: Engine) {
    let studio = Studio::open(engine, "openai", "").await;
    let prompts = [
        ("busy once", 2),
        ("down once", 2),
        ("only an id", 1),
        ("garbage at first", 1),
        ("errors at first", 1),
        ("too many polls", 1),
        ("unknown word at first", 1),
        ("not there at first", 1),
        ("cut", 1),
        ("cut and changed", 1),
        ("redirect elsewhere", 1),
    ];
    let mut made = Vec::new();
    for (prompt, orders) in prompts {
        made.push((studio.create(prompt).await, prompt, orders));
    }
    for (id, prompt, orders) in made {
        let card = studio.test.ended(studio.person, id).await;
        assert_eq!((card.state, card.reason), (State::Succeeded, None), "{prompt}");
        let seen = studio.server.seen().orders;
        let seen = seen.iter().filter(|order| order["prompt"] == prompt).count();
        assert_eq!(seen, orders, "{prompt}");
    }
    let seen = studio.server.seen();
    assert!(
        seen.ranges
            .iter()
            .any(|(range, tag)| range.is_some() && tag.as_deref() == Some("\"one\"")),
        "the rest is asked for by its tag: {:?}",
        seen.ranges
    );
    assert_eq!(
        (seen.elsewhere, seen.key_elsewhere),
        (1, false),
        "the key stays at home"
    );
    assert_eq!(studio.test.balance(studio.person).await, (890, 0));
    studio.test.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pauses_that_a_server_asks_for_are_kept() {
    let studio = Studio::open(Engine::Sqlite, "openai", "").await;
    for (prompt, least) in [("slowly", 700), ("too many polls", 1_000)] {
        assert_eq!(studio.make(prompt).await.state, State::Succeeded);
        let polls = studio.server.seen().polls;
        let at: Vec<_> = polls
            .iter()
            .filter(|(of, _)| of == prompt)
            .map(|(_, at)| *at)
            .collect();
        let pause = at[1] - at[0];
        assert!(pause >= Duration::from_millis(least), "{prompt}: {pause:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_job_is_cancelled_there_too() {
    let studio = Studio::open(Engine::Sqlite, "vllm-omni", "").await;
    let id = studio.create("never").await;
    studio
        .test
        .when(studio.person, id, |state| state == State::Running)
        .await;
    studio
        .test
        .app
        .generations
        .cancel(studio.person, id)
        .await
        .unwrap();
    until(|| studio.server.seen().deleted.len() == 1).await;
    assert_eq!(studio.test.balance(studio.person).await, (1_000, 0));
    studio.test.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_forgot_its_jobs_costs_nothing() {
    let studio = Studio::open(Engine::Sqlite, "sglang", "").await;
    let id = studio.create("never").await;
    studio
        .test
        .when(studio.person, id, |state| state == State::Running)
        .await;
    studio.server.restart();
    let card = studio.test.ended(studio.person, id).await;
    assert_eq!(
        (card.reason, card.charge),
        (Some(Reason::ProviderFailed), Charge::NotCharged)
    );
    studio.test.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_after_its_last_day_is_refused_before_anything_is_held() {
    // 2027-01-15T08:00:00Z.
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let studio = Studio::with(Engine::Sqlite, "openai", "available_until = 2027-01-15", setup).await;
    let form = studio.form("a boat").await;
    clock.advance(15 * 3_600_000 + 3_599_999);
    let generations = &studio.test.app.generations;
    assert!(
        generations.quote(studio.person, &form).await.is_ok(),
        "until midnight"
    );
    clock.advance(1);
    assert!(generations.quote(studio.person, &form).await.is_err());
    assert!(generations.create(studio.person, &form).await.is_err());
    assert_eq!(studio.test.balance(studio.person).await, (1_000, 0));
    assert!(studio.server.seen().orders.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_away_is_asked_again_and_never_charged() {
    let studio = Studio::open(Engine::Sqlite, "openai", "").await;
    // Nobody else gets this port, and nobody listens on it.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let nowhere = socket.local_addr().unwrap();
    let file = configuration(&studio.server, "openai", "")
        .replace(&studio.server.address.to_string(), &nowhere.to_string());
    let setup = Setup {
        file: Some(file),
        ..Setup::default()
    };
    let mut test = TestApp::with(Engine::Sqlite, setup).await;
    test.work();
    let studio = Studio {
        person: test.person().await,
        test,
        server: studio.server,
    };
    let id = studio.create("a boat").await;
    let patience = Instant::now() + PATIENCE;
    while studio.handed_over(id).await < 2 {
        assert!(Instant::now() < patience, "it is not asked again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    studio
        .test
        .app
        .generations
        .cancel(studio.person, id)
        .await
        .unwrap();
    assert_eq!(studio.test.balance(studio.person).await, (200, 0));
    studio.test.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_keeps_failing_is_paused_before_anyone_spends() {
    let studio = Studio::open(Engine::Sqlite, "openai", "").await;
    let form = studio.form("a boat").await;
    for _ in 0..5 {
        assert_eq!(studio.make("fail").await.state, State::Failed);
    }
    let generations = &studio.test.app.generations;
    let quoted = generations.quote(studio.person, &form).await;
    let told = quoted.unwrap_err().to_string();
    assert!(told.contains("try it in a minute"), "{told}");
    assert!(generations.create(studio.person, &form).await.is_err());
    assert_eq!(studio.test.balance(studio.person).await, (1_000, 0));
    studio.test.audit().await;
}
