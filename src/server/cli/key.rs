//! `aisora key …`

use super::{CliError, say};
use crate::{
    model::{
        credits::Credits,
        ids::KeyId,
        keys::{ApiKey, KeyForm, Scope},
    },
    server::state::App,
};
use clap::Subcommand;
use serde_json::json;

/// What can be done with programs' keys from the command line.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key for a program; it is shown once
    Create {
        /// Whose credits it spends
        #[arg(long)]
        email: String,
        /// What to recognise it by
        #[arg(long)]
        name: String,
        /// What it may do: create, read, or both with a comma between
        #[arg(long, value_delimiter = ',', default_value = "create,read", value_parser = scope)]
        scopes: Vec<Scope>,
        /// How many credits it may spend in a calendar month (UTC)
        #[arg(long)]
        monthly_cap: Option<i64>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// List a person's keys
    List {
        /// Whose
        #[arg(long)]
        email: String,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// End a key at once
    Revoke {
        /// Which, as `aisora key list` tells it
        #[arg(long)]
        id: KeyId,
    },
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::parse(word).ok_or_else(|| "there are the scopes `create` and `read`".into())
}

/// Runs one of the commands.
pub async fn run(command: Key, app: &App) -> Result<(), CliError> {
    match command {
        Key::Create {
            email,
            name,
            scopes,
            monthly_cap,
            json,
        } => {
            let on = |scope| {
                if scopes.contains(&scope) {
                    "on".to_owned()
                } else {
                    String::new()
                }
            };
            let form = KeyForm {
                name,
                create: on(Scope::Create),
                read: on(Scope::Read),
                monthly_cap: monthly_cap.map(|cap| cap.to_string()).unwrap_or_default(),
            };
            let person = app.identity.find(&email).await?;
            let made = app.keys.create(person, &form).await?;
            if json {
                say(&json!({ "id": made.id, "key": made.key }).to_string())
            } else {
                say(&format!("{}\nKeep it safe: it is not shown again.", made.key))
            }
        }
        Key::List { email, json } => {
            let person = app.identity.find(&email).await?;
            let keys = app.keys.list(person).await?;
            if json {
                return say(&json!(keys).to_string());
            }
            for key in &keys {
                say(&line(key))?;
            }
            Ok(())
        }
        Key::Revoke { id } => {
            let owner = app.keys.owner(id).await?;
            app.keys.revoke(owner, id).await?;
            say("Revoked.")
        }
    }
}

fn line(key: &ApiKey) -> String {
    let cap = key.monthly_cap.map_or_else(
        || format!("{} this month", key.spent.in_words()),
        |Credits(cap)| format!("{} of {cap} credits this month", key.spent),
    );
    let ended = if key.revoked_at.is_some() { ", revoked" } else { "" };
    format!(
        "{}  {}…  {}  ({}; {cap}{ended})",
        key.id,
        key.prefix,
        key.name,
        Scope::join(&key.scopes)
    )
}
