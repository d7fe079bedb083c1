//! The file: TOML, its tables flattened to keys with dots.

use super::{ConfigError, Origin, settings::SETTINGS, values::Texts};
use std::path::Path;

/// Fills the values; what stands in `[providers]` is handed back as it is.
pub fn read(path: &Path, values: &mut Texts) -> Result<Option<toml::Value>, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        ConfigError(format!(
            "The configuration file {} cannot be read: {error}",
            path.display()
        ))
    })?;
    let mut table: toml::Table = text.parse().map_err(|error| {
        ConfigError(format!(
            "The configuration file {} is not TOML: {error}",
            path.display()
        ))
    })?;
    let providers = table.remove("providers");
    for (key, value) in flatten("", &table) {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            let known = SETTINGS
                .iter()
                .map(|setting| setting.key)
                .collect::<Vec<_>>()
                .join(", ");
            return Err(ConfigError(format!(
                "{}: there is no setting `{key}`. There are: {known}",
                path.display()
            )));
        };
        values.insert(setting.key, (value, Origin::File(path.to_owned())));
    }
    Ok(providers)
}

/// `[credits] welcome = 5` becomes `credits.welcome`; a list becomes a text with commas.
fn flatten(prefix: &str, table: &toml::Table) -> Vec<(String, String)> {
    let mut flat = Vec::new();
    for (key, value) in table {
        let key = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            toml::Value::Table(table) => flat.extend(flatten(&key, table)),
            toml::Value::Array(items) => {
                flat.push((key, items.iter().map(plain).collect::<Vec<_>>().join(",")));
            }
            other => flat.push((key, plain(other))),
        }
    }
    flat
}

fn plain(value: &toml::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}
