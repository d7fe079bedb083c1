//! People's own presets.

use super::wire::Wire;
use crate::model::{
    error::AppError,
    presets::{Preset, PresetForm},
};
use leptos::prelude::*;

/// The person's presets by name.
///
/// # Errors
/// `sign_in_needed`.
#[server(name = GetPresets, prefix = "/api", endpoint = "presets/list", protocol = Wire)]
pub async fn presets() -> Result<Vec<Preset>, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.presets.list(person.id).await?)
}

/// What is behind the link to somebody's preset.
///
/// # Errors
/// `sign_in_needed`; `not_found`.
#[server(name = GetSharedPreset, prefix = "/api", endpoint = "presets/shared", protocol = Wire)]
pub async fn shared_preset(token: String) -> Result<PresetForm, AppError> {
    let context = crate::server::web::context()?;
    context.person()?;
    Ok(context.app.presets.shared(&token).await?)
}
