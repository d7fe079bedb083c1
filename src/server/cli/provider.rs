//! `aisora provider …`

mod health;

use super::{CliError, open, say};
use crate::server::{
    config::{
        Config,
        providers::{Kind, ModelConfig, OpenAiVideosConfig, ProviderConfig},
    },
    providers::{check as hosted, openai_videos},
};
use chrono::DateTime;
use clap::Subcommand;
use std::process::ExitCode;

/// What can be asked about the servers of the configuration.
#[derive(Debug, Subcommand)]
pub enum Provider {
    /// List the configured servers with their models and prices
    List,
    /// Ask a configured server what it can do, and print the configuration that fits; creates no video
    Check {
        /// Its name in the configuration
        name: String,
    },
    /// Tell how each server has been doing: what worked, what failed last, how long videos took, who is paused
    Health {
        /// Print an array
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of the commands.
pub async fn run(command: Provider, config: Config) -> Result<ExitCode, CliError> {
    match command {
        Provider::List => list(&config),
        Provider::Check { name } => check(&config, &name).await,
        Provider::Health { json } => {
            health::health(&open(config).await?, json).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list(config: &Config) -> Result<ExitCode, CliError> {
    for provider in &config.providers {
        let kind = match &provider.kind {
            Kind::OpenAiVideos(ways) => format!("openai_videos, {}", ways.preset.as_str()),
            other => other.as_str().to_owned(),
        };
        say(&format!(
            "{} ({kind}, {} at once) {}",
            provider.name, provider.concurrency, provider.base_url
        ))?;
        for model in &provider.models {
            say(&format!("  {}", in_a_line(model)))?;
        }
        if let Kind::OpenRouter(own) = &provider.kind {
            let models = if own.only.is_empty() {
                "every model of its list".to_owned()
            } else {
                own.only.join(", ")
            };
            say(&format!(
                "  {models}, at its prices + {} %; `aisora provider check {}` reads them",
                own.margin, provider.name
            ))?;
        }
    }
    say("builtin (the built-in renderer)")?;
    Ok(ExitCode::SUCCESS)
}

/// `wan: 4, 8 s; 1280x720 = 30; until 2027-03-31, then wan-3`.
fn in_a_line(config: &ModelConfig) -> String {
    let mut line = hosted::in_a_line(&config.model);
    // The end is the first moment of the day after.
    if let Some(last) = config
        .available_until
        .and_then(|end| DateTime::from_timestamp_millis(end - 1))
    {
        line.extend(["; until ", &last.date_naive().to_string()]);
    }
    if let Some(successor) = &config.successor {
        line.extend([", then ", successor]);
    }
    line
}

async fn check(config: &Config, name: &str) -> Result<ExitCode, CliError> {
    let provider = find(config, name)?;
    let good = if let Kind::OpenAiVideos(ways) = &provider.kind {
        check_openai_videos(provider, ways).await?
    } else {
        let lines = hosted::check(provider, config).await;
        let lines = lines.map_err(|error| CliError::Said(error.to_string()))?;
        tell(&lines)?;
        lines.iter().all(|(good, _)| *good)
    };
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(lines: &[(bool, String)]) -> Result<(), CliError> {
    for (good, line) in lines {
        say(&format!("{} {line}", if *good { "ok  " } else { "bad " }))?;
    }
    Ok(())
}

async fn check_openai_videos(provider: &ProviderConfig, ways: &OpenAiVideosConfig) -> Result<bool, CliError> {
    let report = openai_videos::probe(provider)
        .await
        .map_err(|error| CliError::Said(error.to_string()))?;
    tell(&report.lines)?;
    match report.looks_like {
        Some(preset) if preset != ways.preset => say(&format!(
            "bad  it looks like {}, but the preset is {}",
            preset.as_str(),
            ways.preset.as_str()
        ))?,
        _ => {}
    }
    if report.answers {
        let fits = openai_videos::fitting(provider, ways, &report);
        say(&format!("\nThe configuration that fits:\n\n{fits}"))?;
    }
    Ok(report.is_good())
}

fn find<'a>(config: &'a Config, name: &str) -> Result<&'a ProviderConfig, CliError> {
    let found = config.providers.iter().find(|provider| provider.name == name);
    found.ok_or_else(|| {
        let names: Vec<_> = config
            .providers
            .iter()
            .map(|provider| provider.name.as_str())
            .collect();
        let names = if names.is_empty() {
            "none; add a table [providers.NAME] to the configuration file".into()
        } else {
            names.join(", ")
        };
        CliError::Said(format!("There is no provider `{name}`. There are: {names}."))
    })
}
