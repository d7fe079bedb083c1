//! The balance and the statement.

use super::wire::Wire;
use crate::model::{credits::Statement, error::AppError, ids::PostingId, spending::Spending};
use leptos::prelude::*;

/// The balance and one page of the statement, newest first, after the given line.
///
/// # Errors
/// `sign_in_needed`.
#[server(name = GetStatement, prefix = "/api", endpoint = "credits/statement", protocol = Wire)]
pub async fn statement(after: Option<PostingId>) -> Result<Statement, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.generations.statement(person.id, after).await?)
}

/// The person's spending guards, and what today has cost so far.
///
/// # Errors
/// `sign_in_needed`.
#[server(name = GetSpending, prefix = "/api", endpoint = "credits/spending", protocol = Wire)]
pub async fn spending() -> Result<Spending, AppError> {
    let context = crate::server::web::context()?;
    let person = context.person()?;
    Ok(context.app.spending.of(person.id).await?)
}
