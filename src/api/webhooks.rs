//! Webhook endpoints and their deliveries, for the pages that show them. Changing them are plain form posts.

use super::wire::Wire;
use crate::model::{
    error::AppError,
    ids::{DeliveryId, EndpointId},
    webhooks::{Endpoint, EndpointPage},
};
use leptos::prelude::*;

/// The person's webhook endpoints.
///
/// # Errors
/// `sign_in_needed`.
#[server(name = GetEndpoints, prefix = "/api", endpoint = "webhooks/endpoints", protocol = Wire)]
pub async fn endpoints() -> Result<Vec<Endpoint>, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.webhooks.list(person.id).await?)
}

/// One of them with its deliveries, newest first, after (older than) one.
///
/// # Errors
/// `sign_in_needed`; `not_found` when it is not theirs.
#[server(name = GetEndpoint, prefix = "/api", endpoint = "webhooks/endpoint", protocol = Wire)]
pub async fn endpoint(id: EndpointId, after: Option<DeliveryId>) -> Result<EndpointPage, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.webhooks.page(person.id, id, after).await?)
}
