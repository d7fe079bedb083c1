//! Presets as a file: `{"format": "aisora.presets", "version": 1, "presets": [{"name", "kind", "text"}, …]}`.

use crate::model::presets::{MOST, PresetForm, check};
use crate::server::error::{Failure, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const FORMAT: &str = "aisora.presets";
const VERSION: u64 = 1;

#[derive(Serialize)]
struct File {
    format: &'static str,
    version: u64,
    presets: Vec<PresetForm>,
}

/// What a preset in a file may have, and no more: a field that nobody reads here would be lost in silence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    kind: String,
    text: String,
}

/// The file of some presets.
pub fn write(presets: Vec<PresetForm>) -> Result<String> {
    let file = File {
        format: FORMAT,
        version: VERSION,
        presets,
    };
    serde_json::to_string_pretty(&file).map_err(|error| Failure::broken(error.to_string()))
}

/// The presets in a file, each as a form would be read; or a sentence about the first that does not fit.
pub fn read(bytes: &[u8]) -> std::result::Result<Vec<PresetForm>, String> {
    const NOTHING: &str = "Nothing was imported.";
    if bytes.is_empty() {
        return Err("Choose a file that was exported here.".into());
    }
    let file: Value = serde_json::from_slice(bytes).map_err(|error| {
        format!(
            "This is no JSON that can be read (line {}). {NOTHING}",
            error.line()
        )
    })?;
    if file["format"] != FORMAT {
        return Err(format!(
            "This file has no presets of AiSora: its “format” is not “{FORMAT}”. {NOTHING}"
        ));
    }
    if file["version"].as_u64() != Some(VERSION) {
        return Err(format!(
            "This file has version {}; version {VERSION} can be read here. {NOTHING}",
            short(&file["version"].to_string())
        ));
    }
    let Some(entries) = file["presets"].as_array() else {
        return Err(format!("This file has no list of “presets”. {NOTHING}"));
    };
    if entries.len() > MOST {
        return Err(format!(
            "This file has {} presets; at most {MOST} fit. {NOTHING}",
            entries.len()
        ));
    }
    let mut forms = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate() {
        let number = place + 1;
        let entry: Entry = serde_json::from_value(entry.clone()).map_err(|_| {
            format!("Preset {number} needs a “name” and a “text”, and nothing but a “kind” beside. {NOTHING}")
        })?;
        let form = PresetForm {
            name: entry.name,
            kind: entry.kind,
            text: entry.text,
        };
        let form = check(&form).map_err(|errors| {
            let first = errors.first().map_or("", |first| first.message.as_str());
            format!("Preset {number} (“{}”): {first} {NOTHING}", short(&form.name))
        })?;
        forms.push(form);
    }
    Ok(forms)
}

/// What is said of a name that two presets have.
pub fn twice(name: &str) -> String {
    format!(
        "“{}” is there already, with other words. Rename one of the two. Nothing was imported.",
        short(name)
    )
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().filter(|sign| !sign.is_control()).take(40).collect();
    if text.chars().count() > 40 {
        short.push('…');
    }
    short
}
