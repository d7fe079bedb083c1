//! From the catalogue or a row to a form, and the row that a new one starts from.

use crate::model::composition::{Choices, ComposerForm};
use crate::server::{db::generations::GenerationRow, generation::cards::size};
use uuid::Uuid;

/// What a catalogue offers at first.
pub fn first(choices: Option<&Choices>) -> ComposerForm {
    let Some(choices) = choices else {
        return ComposerForm::default();
    };
    ComposerForm {
        model: choices.model.clone(),
        size: choices.size.to_string(),
        seconds: choices.seconds.to_string(),
        takes: choices.takes.to_string(),
        ..ComposerForm::default()
    }
}

/// A form with everything of an earlier generation. The seed stays: the same again, unless the person changes something.
pub fn again(row: &GenerationRow) -> ComposerForm {
    ComposerForm {
        prompt: row.prompt.clone(),
        model: row.model.clone(),
        size: size(row).to_string(),
        seconds: row.seconds.to_string(),
        takes: "1".into(),
        seed: row.seed.to_string(),
        caption: if row.caption { "on".into() } else { String::new() },
        input_reference: row.picture_id.map(|id| id.to_string()).unwrap_or_default(),
        quote: String::new(),
    }
}

/// A row before anything is known.
pub fn empty() -> GenerationRow {
    GenerationRow {
        id: Uuid::nil(),
        user_id: Uuid::nil(),
        quote_id: Uuid::nil(),
        take: 0,
        remixed_from: None,
        picture_id: None,
        model: String::new(),
        model_label: String::new(),
        provider: String::new(),
        prompt: String::new(),
        width: 0,
        height: 0,
        seconds: 0,
        seed: 0,
        caption: false,
        credits: 0,
        hold_id: None,
        state: String::new(),
        progress: 0,
        fence: 0,
        reason: None,
        provider_job: None,
        refused_by: String::new(),
        deadline_at: None,
        media_prefix: None,
        media_etag: None,
        media_bytes: None,
        media_stills: false,
        created_at: 0,
        started_at: None,
        finished_at: None,
        title: String::new(),
        favourite: false,
    }
}
