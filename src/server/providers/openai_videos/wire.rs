//! What servers answer, read leniently: whatever they add, leave out or call by another name.

use crate::{
    model::generation::Reason,
    server::providers::{JobStatus, ProviderError, without_prompt},
};
use serde_json::Value;

/// Codes and types of a safety system.
const BLOCKS: [&str; 4] = [
    "sentinel_block",
    "moderation_blocked",
    "content_policy_violation",
    "moderation_details",
];
/// How gateways name it who put the whole answer of the server behind them into their message, as LiteLLM does.
const BLOCK_BEHIND: &str = "ContentPolicyViolationError";
/// What is kept of a server's own words, in characters.
const MOST_WORDS: usize = 500;

/// The job's id there, if the answer has a usable one.
#[must_use]
pub fn id(video: &Value) -> Option<String> {
    let id = video.get("id").or_else(|| video.get("task_id"))?;
    let id = match id {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    // It becomes a part of a path and a text in the database.
    let usable =
        (1..=4096).contains(&id.len()) && id != "." && id != ".." && !id.chars().any(char::is_control);
    usable.then_some(id)
}

/// How far the job is.
#[must_use]
pub fn status(video: &Value) -> JobStatus {
    let word = video.get("status").and_then(Value::as_str).unwrap_or_default();
    match plain(word).as_str() {
        "queued" | "pending" | "submitted" | "not_start" | "preparing" | "queueing" | "starting"
        | "created" | "unknown" | "throttled" | "in_queue" => JobStatus::Queued,
        "in_progress" | "processing" | "running" | "generating" | "postprocessing" | "dreaming"
        | "cancelling" => JobStatus::Running(progress(video.get("progress"))),
        "completed" | "complete" | "succeeded" | "succeed" | "success" | "done" | "finished" => {
            JobStatus::Done
        }
        "failed" | "fail" | "failure" | "error" | "expired" => failed(video),
        "cancelled" | "canceled" | "aborted" | "deleted" => {
            JobStatus::Ended(Reason::ProviderFailed, format!("it is {word} there"))
        }
        _ => JobStatus::Unknown(word.to_owned()),
    }
}

fn plain(word: &str) -> String {
    word.trim().to_ascii_lowercase().replace(['-', ' '], "_")
}

fn failed(video: &Value) -> JobStatus {
    match Fault::read(video) {
        Some(fault) => JobStatus::Ended(fault.reason(Reason::ProviderFailed), fault.to_string()),
        None => JobStatus::Ended(Reason::ProviderFailed, "it failed without a word".into()),
    }
}

/// Percent, from a whole number, a fraction, or a text of one. Nothing is no progress.
fn progress(value: Option<&Value>) -> u32 {
    let number = match value {
        Some(Value::Number(number)) => {
            return match number.as_u64() {
                Some(percent) => u32::try_from(percent.min(100)).unwrap_or(100),
                None => percent(number.as_f64().unwrap_or_default()),
            };
        }
        Some(Value::String(text)) => text.trim(),
        _ => return 0,
    };
    match number.strip_suffix('%') {
        Some(number) => whole(number.trim().parse().unwrap_or_default()),
        None if number.contains('.') => percent(number.parse().unwrap_or_default()),
        None => whole(number.parse().unwrap_or_default()),
    }
}

/// Numbers with a point up to 1 are shares of the whole.
fn percent(number: f64) -> u32 {
    whole(if number <= 1.0 { number * 100.0 } else { number })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100, and what is not a number becomes 0"
)]
fn whole(percent: f64) -> u32 {
    percent.clamp(0.0, 100.0).round() as u32
}

/// What a server says when something is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    code: String,
    message: String,
    categories: Vec<String>,
    blocked: bool,
}

impl Fault {
    /// `{"error": …}` as an object or a text, FastAPI's `{"detail": …}` as a text, a list or an object, or the fields
    /// without anything around them.
    #[must_use]
    pub fn read(answer: &Value) -> Option<Self> {
        let present = |key: &str| answer.get(key).filter(|value| !value.is_null());
        if let Some(error) = present("error") {
            return Some(Self::of(error));
        }
        if let Some(detail) = present("detail") {
            return Some(match detail.get("error") {
                Some(error) => Self::of(error),
                None => Self::of(detail),
            });
        }
        present("message").map(|_| Self::of(answer))
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::String(message) => Self::new(String::new(), message.clone()),
            Value::Array(list) => {
                let lines: Vec<_> = list.iter().map(validation).collect();
                Self::new(String::new(), lines.join("; "))
            }
            Value::Object(_) => Self::object(value),
            other => Self::new(String::new(), other.to_string()),
        }
    }

    fn new(code: String, message: String) -> Self {
        let behind = message.contains(BLOCK_BEHIND) || BLOCKS.iter().any(|word| message.contains(word));
        Self {
            blocked: behind || BLOCKS.contains(&code.as_str()),
            code,
            message,
            categories: Vec::new(),
        }
    }

    fn object(error: &Value) -> Self {
        let code = word(error.get("code"));
        let kind = word(error.get("type"));
        let message = [error.get("message"), error.get("msg")]
            .into_iter()
            .map(word)
            .find(|message| !message.is_empty())
            .unwrap_or_default();
        let details = error.get("moderation_details");
        let mut fault = Self::new(if code.is_empty() { kind.clone() } else { code }, message);
        fault.blocked |= BLOCKS.contains(&kind.as_str()) || details.is_some_and(|details| !details.is_null());
        let listed = details.and_then(|details| details.get("categories"));
        fault.categories = categories(listed.or_else(|| error.get("category")));
        fault
    }

    /// Blocked by a safety system, or what it is otherwise.
    #[must_use]
    pub fn reason(&self, otherwise: Reason) -> Reason {
        if self.blocked {
            Reason::ProviderBlocked
        } else {
            otherwise
        }
    }

    /// The same words without the prompt, which some servers repeat and no log may hold.
    pub fn hide(&mut self, prompt: &str) {
        self.message = without_prompt(&self.message, prompt);
    }

    /// As the end of an order.
    #[must_use]
    pub fn refusal(&self) -> ProviderError {
        ProviderError::Refused(self.reason(Reason::ProviderRefused), self.to_string())
    }
}

impl std::fmt::Display for Fault {
    /// `code (category, category): message`, for the operator.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut words = self.code.clone();
        if !self.categories.is_empty() {
            words.extend([" (", &self.categories.join(", "), ")"]);
        }
        if !words.is_empty() && !self.message.is_empty() {
            words += ": ";
        }
        words += &self.message;
        let short: String = words
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .take(MOST_WORDS)
            .collect();
        f.write_str(short.trim_start())
    }
}

/// Whether these are the words of a safety system that answers as if the server had failed.
#[must_use]
pub fn is_guardrail(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.contains("guardrail") || words.contains("safety check")
}

fn word(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A list of names, an object of switches, or one name.
fn categories(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(Into::into).collect(),
        Some(Value::Object(switches)) => switches
            .iter()
            .filter(|(_, on)| on.as_bool() == Some(true))
            .map(|(name, _)| name.clone())
            .collect(),
        _ => Vec::new(),
    }
}

/// One line of FastAPI's list: where and what. Its `input` would carry the prompt into the log.
fn validation(line: &Value) -> String {
    let place: Vec<_> = line
        .get("loc")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|part| word(Some(part)))
        .collect();
    let what = match line {
        Value::String(text) => text.clone(),
        _ => word(line.get("msg")),
    };
    format!("{}: {what}", place.join("."))
}

#[cfg(test)]
mod tests;
