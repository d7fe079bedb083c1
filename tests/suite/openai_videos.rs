//! The adapter for the Videos protocol against strict emulators of the servers that speak it, through the whole life of
//! a generation: quote, hold, order, polls, download, charge.

use crate::support::{Emulator, Engine, KEY, LENGTH, PRESETS, REMOTE, SIZE, Setup, TestApp};
use aisora::model::{
    composition::ComposerForm,
    generation::{Card, Charge, Reason, State},
    ids::{GenerationId, UserId},
};
use aisora::server::{
    clock::Clock,
    config::{Config, providers::Kind},
    providers::openai_videos::{fitting, probe},
};
use serde_json::json;
use std::time::{Duration, Instant};

crate::on_both_engines!(
    every_server_makes_a_video,
    what_goes_wrong_for_good_is_not_charged,
    what_passes_is_waited_for_and_charged_once,
    every_server_starts_from_a_picture,
);

async fn every_server_starts_from_a_picture(engine: Engine) {
    for preset in PRESETS {
        let studio = Studio::open(engine, preset, "input_reference = true").await;
        let gpu = studio.test.app.worker.providers.get("gpu").expect("configured");
        let seen = gpu.thumbnail("video_1").await;
        assert_eq!(
            seen.is_some(),
            preset == "openai",
            "{preset}: a video is no picture of it"
        );
        let (test, person) = (&studio.test, studio.person);
        let kept = test
            .app
            .pictures
            .keep(person, picture(300, 100))
            .await
            .expect("kept");
        let folder = test
            .folder
            .path()
            .join(format!("data/videos/generations/{}", kept.id));
        assert!(folder.exists());
        let form = ComposerForm {
            input_reference: kept.id.to_string(),
            ..studio.form("a boat").await
        };
        let cards = test.app.generations.create(person, &form).await.expect("created");
        let card = test.ended(person, cards[0].id).await;
        let order = studio.server.seen().orders.remove(0);
        assert_eq!(
            card.state,
            State::Succeeded,
            "{preset}: {:?} {order:?}",
            card.reason
        );
        let field = if preset == "tensorrt-llm" {
            "image_reference"
        } else {
            "input_reference"
        };
        assert_eq!(order[field]["width"], SIZE.width, "{preset}: {order:?}");
        // The same again begins with the same picture; the picture stays until the last of them is gone.
        let again = test
            .app
            .generations
            .studio(person, Some(card.id), None)
            .await
            .unwrap();
        assert_eq!(again.form.input_reference, form.input_reference);
        let mut second = again.form;
        second.quote = again.quote.unwrap().token;
        let second = test
            .app
            .generations
            .create(person, &second)
            .await
            .unwrap()
            .remove(0);
        test.ended(person, second.id).await;
        test.app.generations.delete(person, card.id).await.unwrap();
        test.app
            .pictures
            .read(person, kept.id)
            .await
            .expect("another one begins with it");
        test.app.generations.delete(person, second.id).await.unwrap();
        assert!(test.app.pictures.read(person, kept.id).await.is_err());
        test.until("the file is gone", async || !folder.exists()).await;
        test.audit().await;
    }
}

/// A picture of so many pixels, as PNG.
fn picture(width: u32, height: u32) -> bytes::Bytes {
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        if (x + y) % 2 == 0 {
            image::Rgb([9, 90, 200])
        } else {
            image::Rgb([200, 90, 9])
        }
    });
    picture
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("written");
    png.into_inner().into()
}

/// A server that plays `preset`, and a studio that has it as its provider.
struct Studio {
    server: Emulator,
    test: TestApp,
    person: UserId,
}

impl Studio {
    async fn open(engine: Engine, preset: &'static str, model: &str) -> Self {
        Self::with(engine, preset, model, Setup::default()).await
    }

    async fn with(engine: Engine, preset: &'static str, model: &str, setup: Setup) -> Self {
        let server = Emulator::start(preset).await;
        let file = configuration(&server, preset, model);
        let mut environment = setup.environment;
        environment.push(("AISORA_WORKER_PER_USER", "40".into()));
        environment.push(("AISORA_WORKER_MAX_VIDEO_MB", "1".into()));
        environment.push(("AISORA_CREDITS_WELCOME", "1000".into()));
        let setup = Setup {
            environment,
            file: Some(file),
            ..setup
        };
        let mut test = TestApp::with(engine, setup).await;
        test.work();
        let person = test.person().await;
        Self { server, test, person }
    }

    async fn form(&self, prompt: &str) -> ComposerForm {
        let mut form = ComposerForm {
            prompt: prompt.into(),
            model: "remote".into(),
            size: SIZE.to_string(),
            seconds: LENGTH.to_string(),
            takes: "1".into(),
            seed: "77".into(),
            ..ComposerForm::default()
        };
        let quote = self.test.app.generations.quote(self.person, &form).await;
        form.quote = quote.expect("a quote").token;
        form
    }

    async fn create(&self, prompt: &str) -> GenerationId {
        let form = self.form(prompt).await;
        let cards = self.test.app.generations.create(self.person, &form).await;
        cards.expect("created")[0].id
    }

    /// What the operator can read about an end.
    async fn detail(&self, id: GenerationId) -> String {
        let sql = "SELECT reason_detail FROM generations WHERE id = $1";
        let row = aisora::on_db!(&self.test.app.db, |c| sqlx::query_as(sql)
            .bind(id.0)
            .fetch_one(c)
            .await);
        let (detail,): (Option<String>,) = row.expect("a row");
        detail.unwrap_or_default()
    }

    /// How often a worker began to hand it over.
    async fn handed_over(&self, id: GenerationId) -> i64 {
        let sql = "SELECT COUNT(*) FROM generation_events WHERE generation_id = $1 AND state = 'submitting'";
        let row = aisora::on_db!(&self.test.app.db, |c| sqlx::query_as(sql)
            .bind(id.0)
            .fetch_one(c)
            .await);
        let (times,): (i64,) = row.expect("a row");
        times
    }

    async fn make(&self, prompt: &str) -> Card {
        let id = self.create(prompt).await;
        self.test.ended(self.person, id).await
    }
}

fn configuration(server: &Emulator, preset: &str, model: &str) -> String {
    format!(
        r#"
[providers.gpu]
kind = "openai_videos"
preset = "{preset}"
base_url = "http://{}/v1"
key = "{KEY}"
concurrency = 40
media_origins = ["http://{}"]

[[providers.gpu.models]]
id = "remote"
remote = "{REMOTE}"
sizes = {{ "{SIZE}" = 10 }}
seconds = [{LENGTH}]
deadline_seconds = 8
{model}
"#,
        server.address, server.elsewhere
    )
}

async fn every_server_makes_a_video(engine: Engine) {
    for preset in PRESETS {
        let studio = Studio::open(engine, preset, "").await;
        let card = studio.make("a boat").await;
        assert_eq!((card.state, card.reason), (State::Succeeded, None), "{preset}");
        assert_eq!(studio.test.balance(studio.person).await, (990, 0), "{preset}");
        let seen = studio.server.seen();
        assert_eq!(seen.orders.len(), 1, "{preset}");
        let mut names: Vec<_> = seen.orders[0].keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["model", "prompt", "seconds", "size"], "{preset}");
        studio.test.audit().await;
        if !matches!(preset, "litellm" | "new-api") {
            until(|| studio.server.seen().deleted.len() == 1).await;
        }
    }
}

/// Waits for what happens beside the generation.
async fn until(done: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < patience, "it does not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What goes wrong for good: the prompt, how it ends, and what the operator is told.
const FOR_GOOD: [(&str, State, Reason, &str); 28] = [
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
    ("unknown word", State::Failed, Reason::TimedOut, "brewing"),
    ("never", State::Failed, Reason::TimedOut, ""),
    (
        "vanish",
        State::Failed,
        Reason::ProviderFailed,
        "does not know the job",
    ),
    (
        "always cut",
        State::Failed,
        Reason::ProviderUnreachable,
        "cut again and again",
    ),
    (
        "endless",
        State::Failed,
        Reason::BadVideo,
        "larger than 1048576 bytes",
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

async fn what_goes_wrong_for_good_is_not_charged(engine: Engine) {
    let mut studio = Studio::open(engine, "openai", "").await;
    // Everything is ordered before the first failures can pause the server.
    studio.test.stop_work().await;
    let mut made = Vec::new();
    for (prompt, state, reason, told) in FOR_GOOD {
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
async fn parameters_that_the_operator_allows_reach_the_server() {
    let extra = "extra = { seed = \"from the order\", negative_prompt = \"text\", flow_shift = 5 }";
    let studio = Studio::open(Engine::Sqlite, "vllm-omni", extra).await;
    assert_eq!(studio.make("a boat").await.state, State::Succeeded);
    let order = &studio.server.seen().orders[0];
    assert_eq!(
        (&order["seed"], &order["negative_prompt"]),
        (&json!("77"), &json!("text"))
    );
    assert_eq!(order["extra_params"], json!("{\"flow_shift\":5}"));

    let studio = Studio::open(
        Engine::Sqlite,
        "tensorrt-llm",
        "extra = { negative_prompt = \"text\" }",
    )
    .await;
    let card = studio.make("a boat").await;
    assert_eq!(
        (card.reason, card.charge),
        (Some(Reason::ProviderRefused), Charge::NotCharged),
        "what the server does not know is its operator's mistake, and nobody's cost"
    );
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
    let patience = Instant::now() + Duration::from_secs(30);
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

#[tokio::test]
async fn a_server_can_be_asked_what_it_can_do() {
    for preset in PRESETS {
        let server = Emulator::start(preset).await;
        let config = read(&configuration(&server, "openai", ""));
        let report = probe(&config.providers[0]).await.unwrap();
        assert!(report.is_good(), "{preset}: {report:#?}");
        assert_eq!(report.models, [REMOTE], "{preset}");
        let Kind::OpenAiVideos(ways) = &config.providers[0].kind else {
            panic!("{config:?}")
        };
        let fits = fitting(&config.providers[0], ways, &report);
        assert!(
            fits.contains(&format!("preset = \"{preset}\"")),
            "{preset}: {fits}"
        );
        assert!(
            !fits.contains(KEY) && !format!("{report:?}").contains(KEY),
            "{fits}"
        );
        let uncommented = read(&fits.replace("key_env = \"GPU_KEY\"", ""));
        assert_eq!(uncommented.providers.len(), 1, "what is printed can be read");
        assert!(server.seen().orders.is_empty(), "{preset}: nothing is ordered");
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_missing_model_are_told() {
    let server = Emulator::start("openai").await;
    let file = configuration(&server, "openai", "").replace(KEY, "sk-wrong");
    let report = probe(&read(&file).providers[0]).await.unwrap();
    assert!(!report.is_good());
    let file = configuration(&server, "openai", "").replace(REMOTE, "another");
    let report = probe(&read(&file).providers[0]).await.unwrap();
    assert!(
        report
            .lines
            .iter()
            .any(|(good, line)| !good && line.contains("`another`")),
        "{report:#?}"
    );
}

fn read(file: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aisora.toml");
    std::fs::write(&path, file).unwrap();
    Config::load(Some(&path), &|_| None, None).unwrap()
}
