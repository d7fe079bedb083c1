//! The command line. Every command's help is written for somebody who sees it for the first time.

mod generate;
mod key;
mod provider;
mod serve;
mod user;

use super::{
    audit,
    clock::Clock,
    config::{Config, providers::ProviderConfig},
    error::Failure,
    state::{App, Parts},
};
use clap::{Parser, Subcommand};
use std::{io::Write as _, path::PathBuf, process::ExitCode, time::Duration};
use tracing_subscriber::EnvFilter;

/// AiSora: an AI video studio that anyone can run for the public.
#[derive(Debug, Parser)]
#[command(name = "aisora", version, about, after_help = HELP)]
struct Arguments {
    /// The configuration file [default: `$AISORA_CONFIG`, else `aisora.toml` if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const HELP: &str = "Start with `aisora serve` and open http://127.0.0.1:3000. Without any configuration everything lives \
in the folder `data`: an SQLite database and the videos. `aisora config` lists every setting, its value and its variable.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the studio: the web and a worker in one process
    Serve {
        /// Address and port to listen on, like 127.0.0.1:8080
        #[arg(long)]
        bind: Option<String>,
        /// Only serve the web; `aisora worker` makes the videos elsewhere
        #[arg(long)]
        no_worker: bool,
        /// Do not bring the database up to date first
        #[arg(long)]
        no_migrate: bool,
    },
    /// Make videos without serving the web
    Worker,
    /// Have a running server make a video, and save it
    Generate(Box<generate::Generate>),
    /// Bring the database up to date
    Migrate,
    /// Create people, give them credits, look at their balance
    #[command(subcommand)]
    User(user::User),
    /// Look at the servers that make videos
    #[command(subcommand)]
    Provider(provider::Provider),
    /// Make, list and revoke the keys that programs work with
    #[command(subcommand)]
    Key(key::Key),
    /// Check that every credit is accounted for; exits with 1 and a line for each breach
    Audit,
    /// Show every setting: its value, where it came from, what it is for
    Config,
}

/// What a command ends with when it fails.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Config(#[from] super::config::ConfigError),
    #[error("{0}")]
    Failed(#[from] Failure),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Said(String),
}

/// How long work on other threads (a password's hash, a read from the disk) may hold up the end.
const LEAVE: Duration = Duration::from_millis(500);

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    small_pages();
    run_to_end(run(arguments())).unwrap_or_else(|error| {
        let _ = writeln!(std::io::stderr(), "aisora: {error}");
        ExitCode::FAILURE
    })
}

/// What was typed. `cargo leptos watch` starts the program with nothing, and means that it should serve.
fn arguments() -> Arguments {
    if std::env::var_os("LEPTOS_WATCH").is_some() && std::env::args_os().len() == 1 {
        return Arguments::parse_from(["aisora", "serve"]);
    }
    Arguments::parse()
}

/// Keeps the kernel from handing out memory in pages of 2 MB, as many systems do unasked: of the two buffers of 8 kB that a
/// connection has, only the first bytes are ever touched. (That the allocator does not ask for it is a feature of its own
/// in Cargo.toml.)
fn small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Runs a command to its end. What it has left on other threads is not waited for without an end.
fn run_to_end<T>(command: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_timeout(LEAVE);
    outcome
}

fn start_logging() {
    let filter =
        EnvFilter::try_from_env("AISORA_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,hyper=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}

async fn run(arguments: Arguments) -> Result<ExitCode, CliError> {
    let environment = |name: &str| std::env::var(name).ok();
    let load = |bind: Option<&str>| Config::load(arguments.config.as_deref(), &environment, bind);
    match arguments.command {
        Command::Serve {
            bind,
            no_worker,
            no_migrate,
        } => {
            let config = load(bind.as_deref())?;
            start_logging();
            serve::serve(config, !no_worker, !no_migrate).await?;
        }
        Command::Worker => {
            let config = load(None)?;
            start_logging();
            serve::worker(config).await?;
        }
        // A client: it has nothing to do with the configuration and the database of this machine.
        Command::Generate(wish) => return Ok(generate::run(&wish).await),
        Command::Migrate => {
            let app = open(load(None)?).await?;
            say(&format!("The {} database is up to date.", app.db.engine()))?;
            app.db.close().await;
        }
        Command::User(command) => user::run(command, &open(load(None)?).await?).await?,
        Command::Provider(command) => return provider::run(command, load(None)?).await,
        Command::Key(command) => key::run(command, &open(load(None)?).await?).await?,
        Command::Audit => return audit(&open(load(None)?).await?).await,
        Command::Config => explain(&load(None)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens the services for a command that runs against the database.
async fn open(config: Config) -> Result<App, CliError> {
    Ok(App::open(
        config,
        true,
        Parts {
            clock: Clock::System,
            ..Parts::default()
        },
    )
    .await?)
}

fn explain(config: &Config) -> Result<(), CliError> {
    for (setting, value, origin) in config.explain() {
        say(&format!(
            "{} = \"{value}\"  # {origin}; {} ({})",
            setting.key, setting.about, setting.environment
        ))?;
    }
    for line in config.providers.iter().flat_map(ProviderConfig::explain) {
        say(&line)?;
    }
    Ok(())
}

async fn audit(app: &App) -> Result<ExitCode, CliError> {
    let breaches = audit::audit(&app.db, &app.storage).await?;
    for breach in &breaches {
        say(breach)?;
    }
    if breaches.is_empty() {
        say("Every credit is accounted for.")?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// Prints a line; a closed pipe is no reason to panic.
fn say(line: &str) -> Result<(), CliError> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::mpsc, time::Instant};

    #[test]
    fn the_end_does_not_wait_for_work_that_nobody_wants() {
        let began = Instant::now();
        let (finish, told) = mpsc::channel::<()>();
        let command = async move {
            tokio::task::spawn_blocking(move || told.recv_timeout(Duration::from_secs(30)));
            Ok(7)
        };
        assert_eq!(run_to_end(command).unwrap(), 7);
        assert!(began.elapsed() < Duration::from_secs(10));
        drop(finish);
    }
}
