//! `aisora provider health`: how each server has been doing, whichever process worked with it.

use super::super::{CliError, say};
use crate::server::{db::durations, generation::percentiles, providers::health, state::App};
use chrono::DateTime;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Times are those of the last so many days, in milliseconds.
const LATELY: i64 = 7 * 86_400_000;

/// How long videos of one model, size and length took at one provider, in milliseconds.
type Times = BTreeMap<(String, String, String, i64), Vec<i64>>;

/// Prints it: a few lines for each provider, or an array.
pub async fn health(app: &App, as_json: bool) -> Result<(), CliError> {
    let now = app.clock.now();
    let mut times = Times::new();
    for row in durations::since(&app.db, now - LATELY).await? {
        let key = (
            row.provider,
            row.model,
            format!("{}x{}", row.width, row.height),
            row.seconds,
        );
        times.entry(key).or_default().push(row.took);
    }
    let mut all = Vec::new();
    for provider in app.worker.providers.iter() {
        let record = health::recorded(&app.db, provider.name()).await?;
        let doing = record.doing();
        let models = times.iter_mut().filter(|(key, _)| key.0 == provider.name());
        all.push(json!({
            "provider": provider.name(),
            "worked": doing.map(|doing| doing.worked),
            "of": doing.map(|doing| doing.of),
            "last_at": doing.map(|doing| doing.last_at),
            "last_error": record.last().and_then(|last| last.wrong.clone()),
            "paused_until": record.paused_until(now),
            "models": models.map(|(key, took)| model(key, took)).collect::<Vec<_>>(),
        }));
    }
    if as_json {
        return say(&Value::from(all).to_string());
    }
    for provider in &all {
        for line in in_words(provider, now) {
            say(&line)?;
        }
    }
    Ok(())
}

fn model(key: &(String, String, String, i64), took: &mut [i64]) -> Value {
    let (p50, p90) = percentiles(took).unzip();
    json!({
        "model": key.1, "size": key.2, "seconds": key.3, "of": took.len(), "p50_ms": p50, "p90_ms": p90,
    })
}

fn in_words(provider: &Value, now: i64) -> Vec<String> {
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    let name = provider["provider"].as_str().unwrap_or_default();
    let mut lines = vec![match provider["last_at"].as_i64() {
        None => format!("{name}: nothing known"),
        Some(last) => format!(
            "{name}: {} of the last {} worked, the last one at {}",
            number(&provider["worked"]),
            number(&provider["of"]),
            clock(last)
        ),
    }];
    if let Some(until) = provider["paused_until"].as_i64() {
        let seconds = (until - now) / 1_000;
        lines.push(format!(
            "  paused for another {seconds} s, until {}",
            clock(until)
        ));
    }
    if let Some(wrong) = provider["last_error"].as_str() {
        lines.push(format!("  the last one failed: {wrong}"));
    }
    for model in provider["models"].as_array().into_iter().flatten() {
        let text = |field: &str| model[field].as_str().unwrap_or_default().to_owned();
        lines.push(format!(
            "  {} {} {} s: half in {}, nine of ten in {} (of {} in 7 days)",
            text("model"),
            text("size"),
            number(&model["seconds"]),
            seconds(number(&model["p50_ms"])),
            seconds(number(&model["p90_ms"])),
            number(&model["of"]),
        ));
    }
    lines
}

/// `12.3 s`.
fn seconds(ms: i64) -> String {
    format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
}

/// A moment in UTC.
fn clock(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms)
        .map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}
