//! The hosted catalogues against strict emulators, through the whole life of a generation: quote, hold, order, polls,
//! download, charge.

mod catalogue;
mod hooks;
mod orders;

use crate::support::{
    Catalogue, Engine, HOOK_SECRET, KEY, LENGTH, PATIENCE, REMOTE, SIZE, Service, Setup, WebServer,
};
use aisora::model::{
    composition::ComposerForm,
    generation::Card,
    ids::{GenerationId, UserId},
};
use std::time::{Duration, Instant};

const ALL: [Service; 3] = [Service::OpenRouter, Service::Fal, Service::Replicate];

/// How long a video may take, in the configuration.
const DEADLINE: &str = "deadline_seconds = 240";

/// A catalogue, and a studio that has it as its provider.
struct Studio {
    service: Catalogue,
    web: WebServer,
    person: UserId,
    model: &'static str,
}

impl Studio {
    async fn open(engine: Engine, service: Service) -> Self {
        Self::with(engine, service, "", Setup::default()).await
    }

    /// With more lines for the provider's table, and more settings.
    async fn with(engine: Engine, service: Service, more: &str, setup: Setup) -> Self {
        let service_at = Catalogue::start(service).await;
        Self::at(engine, service, service_at, more, setup).await
    }

    async fn at(engine: Engine, service: Service, at: Catalogue, more: &str, mut setup: Setup) -> Self {
        setup
            .file
            .get_or_insert_with(|| configuration(service, &at, more));
        let environment = [
            ("AISORA_WORKER_LEASE_SECONDS", "20"),
            ("AISORA_WORKER_PER_USER", "40"),
            ("AISORA_WORKER_MAX_VIDEO_MB", "1"),
            ("AISORA_CREDITS_WELCOME", "1000"),
        ];
        let environment = environment.map(|(name, value)| (name, value.to_owned()));
        setup.environment.extend(environment);
        let mut web = WebServer::with(engine, setup).await;
        web.test.work();
        let person = web.test.person().await;
        let model = match service {
            Service::OpenRouter => REMOTE,
            _ => "remote",
        };
        Self {
            service: at,
            web,
            person,
            model,
        }
    }

    /// One that gives up soon. Others do not: a slow machine may take long for what takes no time.
    async fn hasty(engine: Engine, service: Service) -> Self {
        let service_at = Catalogue::start(service).await;
        let setup = Setup {
            file: Some(configuration(service, &service_at, "").replace(DEADLINE, "deadline_seconds = 20")),
            ..Setup::default()
        };
        Self::at(engine, service, service_at, "", setup).await
    }

    /// Waits until the model is on offer.
    async fn listed(&self) {
        let providers = &self.web.test.app.worker.providers;
        until(|| providers.offer(self.model).is_some()).await;
    }

    async fn form(&self, prompt: &str) -> ComposerForm {
        self.listed().await;
        let mut form = ComposerForm {
            prompt: prompt.into(),
            model: self.model.into(),
            size: SIZE.to_string(),
            seconds: LENGTH.to_string(),
            takes: "1".into(),
            seed: "77".into(),
            ..ComposerForm::default()
        };
        let quote = self.web.test.app.generations.quote(self.person, &form).await;
        form.quote = quote.expect("a quote").token;
        form
    }

    async fn create(&self, prompt: &str) -> GenerationId {
        let form = self.form(prompt).await;
        let cards = self.web.test.app.generations.create(self.person, &form).await;
        cards.expect("created")[0].id
    }

    async fn ended(&self, id: GenerationId) -> Card {
        self.web.test.ended(self.person, id).await
    }

    async fn make(&self, prompt: &str) -> Card {
        let id = self.create(prompt).await;
        self.ended(id).await
    }

    /// What the operator can read about an end.
    async fn detail(&self, id: GenerationId) -> String {
        let sql = "SELECT reason_detail FROM generations WHERE id = $1";
        let row = aisora::on_db!(&self.web.test.app.db, |c| sqlx::query_as(sql)
            .bind(id.0)
            .fetch_one(c)
            .await);
        let (detail,): (Option<String>,) = row.expect("a row");
        detail.unwrap_or_default()
    }

    async fn balance(&self) -> (i64, i64) {
        self.web.test.balance(self.person).await
    }

    /// How often a prompt was ordered.
    fn orders(&self, prompt: &str) -> usize {
        let orders = self.service.seen().orders;
        orders.iter().filter(|sent| sent.prompt == prompt).count()
    }
}

fn configuration(service: Service, at: &Catalogue, more: &str) -> String {
    let model = format!(
        "[[providers.hosted.models]]\nid = \"remote\"\nsizes = {{ \"{SIZE}\" = 10 }}\nseconds = [{LENGTH}]\n\
         {DEADLINE}\ninput_reference = true\ninput = {{ seed = \"seed\" }}\n"
    );
    let address = at.address;
    let own = match service {
        // 8 cents a second and a quarter are 10 credits.
        Service::OpenRouter => format!(
            "kind = \"openrouter\"\nbase_url = \"http://{address}/api/v1\"\ncredits_per_usd = 100\nmargin = 25\n\
             {DEADLINE}\nwebhook_secret = \"{HOOK_SECRET}\"\n{more}\n"
        ),
        Service::Fal => format!(
            "kind = \"fal\"\nbase_url = \"http://{address}\"\napi_url = \"http://{address}/v1\"\n\
             jwks_url = \"http://{address}/.well-known/jwks.json\"\n{more}\n{model}\
             remote = \"fal-ai/wan/text-to-video\"\npicture_remote = \"fal-ai/wan/image-to-video\"\n"
        ),
        Service::Replicate => format!(
            "kind = \"replicate\"\nbase_url = \"http://{address}/v1\"\nwebhook_secret = \"{HOOK_SECRET}\"\n{more}\n{model}\
             remote = \"acme/wan\"\n"
        ),
    };
    format!(
        "[providers.hosted]\nkey = \"{KEY}\"\nconcurrency = 40\nmedia_origins = [\"http://{}\"]\n{own}",
        at.elsewhere
    )
}

/// A server that may be called back.
fn https() -> Setup {
    Setup {
        environment: vec![("AISORA_PUBLIC_URL", "https://localhost".into())],
        ..Setup::default()
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
