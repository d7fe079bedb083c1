//! The server put together: every service once, over one database, one store, one set of providers.

use super::{
    clock::{Clock, Ids},
    config::Config,
    credits::Ledger,
    db::{Db, people},
    error::{Failure, Result},
    generation::{
        Generations,
        life::{Life, Stops},
        nudges::Nudges,
        pictures::Pictures,
        quotes::Quotes,
        worker::Worker,
    },
    identity::Identity,
    keys::Keys,
    live::Hub,
    mail::{Links, Mail, Postman},
    moderation::{Forbidden, PromptRules},
    organising::Organising,
    presets::Presets,
    providers::{self, Providers, VideoProvider, builtin::Builtin, health},
    spending::SpendingGuards,
    storage::Storage,
    webhooks::{Courier, Webhooks, secrets::Secrets},
};
use std::{
    fs::DirBuilder,
    io,
    ops::Deref,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, atomic::AtomicI64},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The services, as routes, server functions and commands use them. A handle: each request takes a few of them.
#[derive(Clone)]
pub struct App {
    services: Arc<Services>,
}

impl Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}

/// What an [`App`] holds.
pub struct Services {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// People.
    pub identity: Arc<Identity>,
    /// Keys of programs.
    pub keys: Arc<Keys>,
    /// Where events of videos go.
    pub webhooks: Arc<Webhooks>,
    /// Letters.
    pub mail: Mail,
    /// Credits.
    pub ledger: Ledger,
    /// What people allow themselves to spend.
    pub spending: SpendingGuards,
    /// What prompts may not say.
    pub rules: Arc<dyn PromptRules>,
    /// People's own presets.
    pub presets: Presets,
    /// Generations.
    pub generations: Arc<Generations>,
    /// Titles, notes, favourites, collections, tags.
    pub organising: Organising,
    /// Reference pictures.
    pub pictures: Arc<Pictures>,
    /// Videos.
    pub storage: Storage,
    /// Streams.
    pub hub: Hub,
    /// What the worker of this process is made of.
    pub worker: Worker,
}

/// Parts that tests put in place of the usual ones.
#[derive(Default)]
pub struct Parts {
    /// The clock.
    pub clock: Clock,
    /// Providers beside the built-in renderer, listed before it.
    pub providers: Vec<Arc<dyn VideoProvider>>,
    /// The store; else that of the configuration.
    pub storage: Option<Storage>,
    /// The rules for prompts; else the operator's list of the configuration.
    pub rules: Option<Arc<dyn PromptRules>>,
}

impl App {
    /// Opens everything. With `migrate`, brings the database up to date first.
    ///
    /// # Errors
    /// When a part cannot be opened; the message says which.
    pub async fn open(config: Config, migrate: bool, parts: Parts) -> Result<Self> {
        // One TLS provider for the whole program; a second call would be the only error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        make_private(&config.data_dir)?;
        let db = Db::open(&config.database_url).await?;
        if migrate {
            db.migrate().await?;
        }
        let config = Arc::new(config);
        let clock = parts.clock;
        let ids = Arc::new(Ids::new(clock.clone()));
        let ledger = Ledger::new(db.clone(), clock.clone(), ids.clone());
        let identity = Identity::new(
            db.clone(),
            clock.clone(),
            ids.clone(),
            ledger.clone(),
            config.clone(),
        )?;
        let keys = Keys::new(
            db.clone(),
            clock.clone(),
            ids.clone(),
            config.api_requests_per_minute,
        );
        let presets = Presets::new(db.clone(), clock.clone(), ids.clone());
        let spending = SpendingGuards::new(db.clone(), clock.clone());
        let storage = match parts.storage {
            Some(storage) => storage,
            None => Storage::open(&config)?,
        };
        let scratch = config.data_dir.join("scratch");
        let mut makers = parts.providers;
        for configured in &config.providers {
            let provider = providers::open(configured, &config, &clock)
                .map_err(|error| Failure::broken(format!("provider {}: {error}", configured.name)))?;
            makers.push(provider);
        }
        makers.push(Arc::new(Builtin::new(&config, scratch.join("rendering"))?));
        let providers = Providers::new(makers, clock.clone());
        let hub = Hub::default();
        let pictures = pictures(&db, &clock, &ids, &storage, &config);
        let called = Arc::new(Notify::new());
        let life = Life {
            db: db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            ledger: ledger.clone(),
            hub: hub.clone(),
            work: Arc::new(Notify::new()),
            courier: called.clone(),
            mails: config.mail.is_some(),
            stops: Stops::default(),
            nudges: Nudges::default(),
        };
        let quotes = Quotes::new(secret(&db, "quotes").await?);
        let secrets = Secrets::new(secret(&db, "webhooks").await?);
        let courier = Courier::new(
            db.clone(),
            clock.clone(),
            secrets.clone(),
            config.mode,
            called.clone(),
        )?;
        let (mail, postman) = letters(&db, &clock, &ids, &config).await?;
        let organising = Organising::new(db.clone(), clock.clone(), ids.clone());
        let webhooks = Webhooks::new(db.clone(), clock.clone(), ids, secrets, config.mode, called);
        let worker = worker(&life, &providers, &storage, &config, scratch, (courier, postman));
        let rules = rules(parts.rules, &config);
        let generations = Generations::new(
            life,
            storage.clone(),
            providers,
            quotes,
            config.quote_ms,
            rules.clone(),
        );
        let services = Services {
            config,
            db,
            clock,
            identity: Arc::new(identity),
            keys: Arc::new(keys),
            webhooks: Arc::new(webhooks),
            mail,
            ledger,
            spending,
            rules,
            presets,
            generations: Arc::new(generations),
            organising,
            pictures: Arc::new(pictures),
            storage,
            hub,
            worker,
        };
        Ok(Self {
            services: Arc::new(services),
        })
    }
}

/// Who wants letters, and who sends them where there is a mail server.
fn pictures(db: &Db, clock: &Clock, ids: &Arc<Ids>, storage: &Storage, config: &Config) -> Pictures {
    let data_dir = config.data_dir.clone();
    Pictures::new(db.clone(), clock.clone(), ids.clone(), storage.clone(), data_dir)
}

/// The rules for prompts: those of the configuration, unless a test has its own.
fn rules(own: Option<Arc<dyn PromptRules>>, config: &Config) -> Arc<dyn PromptRules> {
    own.unwrap_or_else(|| Arc::new(Forbidden::new(&config.forbidden)))
}

async fn letters(db: &Db, clock: &Clock, ids: &Arc<Ids>, config: &Config) -> Result<(Mail, Option<Postman>)> {
    let links = Links::new(secret(db, "letters").await?);
    let postman = Postman::new(db.clone(), clock.clone(), links.clone(), config)?;
    let (db, clock, ids) = (db.clone(), clock.clone(), ids.clone());
    Ok((Mail::new(db, clock, ids, links, postman.is_some()), postman))
}

/// One of the server's own secrets, the same in every process.
async fn secret(db: &Db, name: &str) -> Result<Vec<u8>> {
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh).map_err(|error| Failure::broken(format!("no randomness: {error}")))?;
    people::secret(db, name, &fresh).await
}

impl App {
    /// While the server runs, until it is told to stop: the providers look after themselves, what one process learns of
    /// them all processes know, and nudges of other processes come here.
    pub fn tend(&self, stop: &CancellationToken) {
        let until_stopped = |work: Pin<Box<dyn Future<Output = ()> + Send>>| {
            let stop = stop.clone();
            tokio::spawn(async move {
                tokio::select! {
                    () = work => {}
                    () = stop.cancelled() => {}
                }
            });
        };
        for provider in self.worker.providers.iter() {
            let provider = provider.clone();
            until_stopped(Box::pin(async move { provider.tend().await }));
        }
        let providers = self.worker.providers.clone();
        until_stopped(Box::pin(health::share(
            providers,
            self.db.clone(),
            self.clock.clone(),
        )));
        // It takes a connection to the database for itself.
        if self.worker.providers.iter().any(|provider| provider.calls_back()) {
            let nudges = self.worker.life.nudges.clone();
            until_stopped(Box::pin(nudges.relay(self.db.clone())));
        }
    }
}

/// Makes a folder that only this user can look into. One that is there stays as its owner made it.
fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn worker(
    life: &Life,
    providers: &Providers,
    storage: &Storage,
    config: &Config,
    scratch: PathBuf,
    (courier, postman): (Courier, Option<Postman>),
) -> Worker {
    Worker {
        life: life.clone(),
        providers: providers.clone(),
        storage: storage.clone(),
        scratch,
        most_bytes: config.max_video_bytes,
        per_user: config.per_user,
        lease: config.lease,
        name: format!("{}-{}", std::process::id(), life.clock.now()),
        alive_at: Arc::new(AtomicI64::new(0)),
        courier,
        postman,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_new_data_folder_is_private_and_an_old_one_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |folder: &Path| std::fs::metadata(folder).unwrap().permissions().mode() & 0o777;
        let new = folder.path().join("a/data");
        make_private(&new).unwrap();
        assert_eq!(mode(&new), 0o700);
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o750)).unwrap();
        make_private(&new).unwrap();
        assert_eq!(mode(&new), 0o750);
    }
}
