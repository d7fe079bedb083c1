//! A server of its own for each test, on either engine.

mod database;
mod emulator;
mod provider;
mod store;
mod web;

pub use database::{fresh_postgres, postgres_url};
pub use emulator::{
    Emulator, KEY, PRESETS, REMOTE,
    hosted::{Catalogue, HOOK_SECRET, Service},
};
pub use provider::{DEADLINE, LENGTH, MODEL, Play, SIZE, longer_video, sample_video};
pub use store::StoreFaults;
pub use web::{Browser, WebServer, encode, site_in};

use aisora::model::{
    composition::ComposerForm,
    generation::{Card, State},
    ids::{GenerationId, UserId},
};
use aisora::server::{
    audit,
    clock::Clock,
    config::Config,
    identity::SignUp,
    providers::VideoProvider,
    state::{App, Parts},
    storage::Storage,
};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// How long a test waits for what must happen before it says that it does not. A machine may be slow; a test that passes
/// never waits so long.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes a test of an async function of an engine, once for each of the two. Without `AISORA_TEST_POSTGRES_URL` the
/// second only says that it did not run; `make test` says it loudly.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::support::Engine::Sqlite).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    if $crate::support::postgres_url().is_none() {
                        eprintln!("NOT RUN on PostgreSQL: AISORA_TEST_POSTGRES_URL is not set");
                        return;
                    }
                    super::$name($crate::support::Engine::Postgres).await;
                }
            )*
        }
    };
}

/// A client for HTTP that follows nothing by itself.
pub fn client() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none())
}

/// What differs from the usual server.
#[derive(Default)]
pub struct Setup {
    pub environment: Vec<(&'static str, String)>,
    /// The text of a configuration file.
    pub file: Option<String>,
    pub clock: Clock,
    pub storage: Option<Storage>,
    pub play: Option<Play>,
    /// More played providers, after the first.
    pub more: Vec<Play>,
    /// The played provider is not configured.
    pub without_play: bool,
}

/// A server for one test. Its files go away with it.
pub struct TestApp {
    pub app: App,
    pub folder: TempDir,
    pub database_url: String,
    pub stop: CancellationToken,
    worker: Option<tokio::task::JoinHandle<()>>,
}

impl TestApp {
    pub async fn start(engine: Engine) -> Self {
        Self::with(engine, Setup::default()).await
    }

    pub async fn with(engine: Engine, setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database_url = database::fresh(engine, folder.path()).await;
        let app = open(&folder, &database_url, setup).await;
        Self {
            app,
            folder,
            database_url,
            stop: CancellationToken::new(),
            worker: None,
        }
    }

    /// Another process of the same server: the same database and files, its own everything else.
    pub async fn sister(&self, setup: Setup) -> App {
        open(&self.folder, &self.database_url, setup).await
    }

    /// Starts a worker in this process.
    pub fn work(&mut self) {
        self.worker = Some(tokio::spawn(self.app.worker.clone().run(self.stop.clone())));
    }

    /// Stops the worker as a shutdown does.
    pub async fn stop_work(&mut self) {
        self.stop.cancel();
        if let Some(worker) = self.worker.take() {
            worker.await.expect("the worker ends");
        }
        self.stop = CancellationToken::new();
    }

    /// A new person with the welcome of 200 credits.
    pub async fn person(&self) -> UserId {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let email = format!("person{}@example.org", NEXT.fetch_add(1, Ordering::SeqCst));
        self.person_named(&email).await
    }

    pub async fn person_named(&self, email: &str) -> UserId {
        let form = SignUp {
            email: email.into(),
            password: "seven quiet lamps burn".into(),
            name: String::new(),
            born: "1990-01-01".into(),
        };
        self.app
            .identity
            .sign_up(&form, IpAddr::V4(Ipv4Addr::LOCALHOST))
            .await
            .expect("an account")
    }

    /// A form with a fresh quote for the played model.
    pub async fn form(&self, person: UserId, prompt: &str, takes: u32) -> ComposerForm {
        let mut form = ComposerForm {
            prompt: prompt.into(),
            model: MODEL.into(),
            size: SIZE.to_string(),
            seconds: LENGTH.to_string(),
            takes: takes.to_string(),
            ..ComposerForm::default()
        };
        form.quote = self
            .app
            .generations
            .quote(person, &form)
            .await
            .expect("a quote")
            .token;
        form
    }

    /// Creates takes of a prompt.
    pub async fn create(&self, person: UserId, prompt: &str, takes: u32) -> Vec<Card> {
        let form = self.form(person, prompt, takes).await;
        self.app.generations.create(person, &form).await.expect("created")
    }

    /// The card of a generation once it has ended.
    pub async fn ended(&self, person: UserId, id: GenerationId) -> Card {
        self.when(person, id, State::is_terminal).await
    }

    /// The card of a generation once its state is as wanted.
    pub async fn when(&self, person: UserId, id: GenerationId, wanted: impl Fn(State) -> bool) -> Card {
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Ok(page) = self.app.generations.page(person, id).await {
                if wanted(page.card.state) {
                    return page.card;
                }
                assert!(
                    Instant::now() < patience,
                    "still {:?} after {PATIENCE:?}",
                    page.card.state
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Changes the database behind everybody's back.
    pub async fn raw(&self, sql: &'static str) {
        let mut tx = self.app.db.begin().await.expect("a transaction");
        aisora::on_tx!(&mut tx, |c| sqlx::query(sql).execute(c).await.map(|_| ())).expect("changed");
        tx.commit().await.expect("committed");
    }

    /// What a query counts.
    pub async fn count(&self, sql: &'static str) -> i64 {
        aisora::on_db!(&self.app.db, |c| sqlx::query_scalar(sql).fetch_one(c).await).expect("a count")
    }

    /// Waits until something is the case.
    pub async fn until(&self, what: &str, is: impl AsyncFn() -> bool) {
        let patience = Instant::now() + PATIENCE;
        while !is().await {
            assert!(Instant::now() < patience, "after {PATIENCE:?} not yet: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What a person has: available and held.
    pub async fn balance(&self, person: UserId) -> (i64, i64) {
        let balance = self.app.ledger.balance(person).await.expect("a balance");
        (balance.available.0, balance.held.0)
    }

    /// Every invariant of money and work holds.
    pub async fn audit(&self) {
        let breaches = audit::audit(&self.app.db, &self.app.storage)
            .await
            .expect("the audit runs");
        assert!(breaches.is_empty(), "{breaches:#?}");
    }
}

async fn open(folder: &TempDir, database_url: &str, setup: Setup) -> App {
    let data = folder.path().join("data").display().to_string();
    // A slow machine may lose a short lease. It ends by the test's clock: while that stands still, nobody takes the work over.
    let lease = match setup.clock {
        Clock::System => "10",
        Clock::Manual(_) => "30",
    };
    let mut environment = vec![
        ("AISORA_DATA_DIR", data),
        ("AISORA_DATABASE_URL", database_url.to_owned()),
        ("AISORA_BUILTIN_CREDITS_PER_SECOND", "128x72=10".to_owned()),
        ("AISORA_WORKER_LEASE_SECONDS", lease.to_owned()),
    ];
    environment.extend(setup.environment);
    let find = |name: &str| {
        environment
            .iter()
            .rev()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.clone())
    };
    let path = folder.path().join("aisora.toml");
    if let Some(text) = &setup.file {
        std::fs::write(&path, text).expect("written");
    }
    let file = setup.file.is_some().then_some(path.as_path());
    let config = Config::load(file, &find, None).expect("a configuration");
    let mut providers: Vec<Arc<dyn VideoProvider>> = Vec::new();
    if !setup.without_play {
        providers.push(Arc::new(setup.play.unwrap_or_default()));
    }
    for play in setup.more {
        providers.push(Arc::new(play));
    }
    let parts = Parts {
        clock: setup.clock,
        providers,
        storage: setup.storage,
        rules: None,
    };
    let app = App::open(config, true, parts).await.expect("the server opens");
    // It ends with the test.
    app.tend(&CancellationToken::new());
    app
}
