//! From the catalogue or a row to a form.

use crate::language::t;
use crate::model::{
    catalogue::Catalogue,
    composition::{Choices, ComposerForm, moved},
    ids::{GenerationId, PictureId},
};
use crate::server::{db::generations::GenerationRow, generation::cards::size};

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
                "{model} was chosen, because it starts from pictures.",
                model = model.label
            );
            (form, Some(words))
        }
        None => (form, None),
    }
}
