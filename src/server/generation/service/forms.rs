//! From the catalogue or a row to a form, and the row that a new one starts from.

use crate::language::t;
use crate::model::{
    catalogue::Catalogue,
    composition::{Choices, ComposerForm, moved},
    ids::{GenerationId, PictureId},
};
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
/// What was extended to a length that its model does not make at once is as long as what was added.
pub fn again(row: &GenerationRow, catalogue: &Catalogue) -> ComposerForm {
    let whole = u32::try_from(row.seconds).ok();
    let at_once = catalogue
        .model(&row.model)
        .is_none_or(|model| whole.is_some_and(|whole| model.seconds.contains(&whole)));
    let seconds = row.added_seconds.filter(|_| !at_once).unwrap_or(row.seconds);
    ComposerForm {
        prompt: row.prompt.clone(),
        model: row.model.clone(),
        size: size(row).to_string(),
        seconds: seconds.to_string(),
        takes: "1".into(),
        seed: row.seed.to_string(),
        caption: if row.caption { "on".into() } else { String::new() },
        input_reference: row.picture_id.map(|id| id.to_string()).unwrap_or_default(),
        from: GenerationId(row.id).to_string(),
        ..ComposerForm::default()
    }
}

/// A form that starts from a picture, with a seed that is chosen anew. A model that takes none gives way to the first one
/// that does; then with a sentence that says so.
pub fn with_picture(
    form: ComposerForm,
    picture: PictureId,
    catalogue: &Catalogue,
) -> (ComposerForm, Option<String>) {
    let form = ComposerForm {
        input_reference: picture.to_string(),
        seed: String::new(),
        ..form
    };
    if catalogue
        .model(&form.model)
        .is_some_and(|model| model.input_reference)
    {
        return (form, None);
    }
    let other = catalogue.models.iter().find(|model| model.input_reference);
    match other.and_then(|model| Some((model, moved(&form, model)?))) {
        Some((model, form)) => {
            let words = t!(
                "{model} starts from pictures. It is chosen here.",
                model = model.label
            );
            (form, Some(words))
        }
        None => (form, None),
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
        derived_by: None,
        picture_id: None,
        model: String::new(),
        model_label: String::new(),
        provider: String::new(),
        prompt: String::new(),
        width: 0,
        height: 0,
        seconds: 0,
        added_seconds: None,
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
        media_rate: None,
        media_sound: None,
        created_at: 0,
        started_at: None,
        finished_at: None,
        trashed_at: None,
        title: String::new(),
        favourite: false,
    }
}
