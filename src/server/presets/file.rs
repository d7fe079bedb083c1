//! Presets as a file: `{"format": "aisora.presets", "version": 1, "presets": [{"name", "kind", "text"}, …]}`.

use crate::language::t;
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
    let nothing = |why: String| [&why, " ", t!("Nothing was imported.")].concat();
    // Editors of some systems write a mark before the text.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.is_empty() {
        return Err(t!("Choose a file that was exported here.").into());
    }
    let file: Value = serde_json::from_slice(bytes).map_err(|error| {
        nothing(t!(
            "This is no JSON that can be read (line {n}).",
            n = error.line()
        ))
    })?;
    if file["format"] != FORMAT {
        return Err(nothing(t!(
            "This file has no presets of AiSora: its “format” is not “{format}”.",
            format = FORMAT
        )));
    }
    if file["version"].as_u64() != Some(VERSION) {
        return Err(nothing(t!(
            "This file has version {version}; version {known} can be read here.",
            version = short(&file["version"].to_string()),
            known = VERSION
        )));
    }
    let Some(entries) = file["presets"].as_array() else {
        return Err(nothing(t!("This file has no list of “presets”.").into()));
    };
    if entries.len() > MOST {
        return Err(nothing(t!(
            "This file has {n} presets; at most {most} fit.",
            n = entries.len(),
            most = MOST
        )));
    }
    let mut forms = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate() {
        let number = place + 1;
        let entry: Entry = serde_json::from_value(entry.clone()).map_err(|_| {
            nothing(t!(
                "Preset {number} needs a “name” and a “text”, and nothing but a “kind” beside.",
                number = number
            ))
        })?;
        let form = PresetForm {
            name: entry.name,
            kind: entry.kind,
            text: entry.text,
        };
        let form = check(&form).map_err(|errors| {
            let first = errors.first().map_or("", |first| first.message.as_str());
            nothing(t!(
                "Preset {number} (“{name}”): {why}",
                number = number,
                name = short(&form.name),
                why = first
            ))
        })?;
        forms.push(form);
    }
    Ok(forms)
}

/// What is said of a name that two presets have.
pub fn twice(name: &str) -> String {
    t!(
        "“{name}” is there already, with other words. Rename one of the two. Nothing was imported.",
        name = short(name)
    )
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().filter(|sign| !sign.is_control()).take(40).collect();
    if text.chars().count() > 40 {
        short.push('…');
    }
    short
}
