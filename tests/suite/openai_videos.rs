//! The adapter for the Videos protocol against strict emulators of the servers that speak it, through the whole life of
//! a generation: quote, hold, order, polls, download, charge.

mod asked;
mod faults;
mod pictures;

use crate::support::{Emulator, Engine, KEY, LENGTH, PATIENCE, PRESETS, REMOTE, SIZE, Setup, TestApp};
use aisora::model::{
    composition::ComposerForm,
    generation::{Card, Charge, Reason, State},
    ids::{GenerationId, UserId},
};
use serde_json::json;
use std::time::{Duration, Instant};

crate::on_both_engines!(every_server_makes_a_video,);

/// A line for a model that is given up soon. Usually nothing is: a slow machine may take long for what takes no time.
const HASTY: &str = "deadline_seconds = 20";

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
        environment.push(("AISORA_WORKER_LEASE_SECONDS", "20".into()));
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
    let deadline = match model {
        HASTY => "",
        _ => "deadline_seconds = 240",
    };
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
{deadline}
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
    let patience = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < patience, "it does not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
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
