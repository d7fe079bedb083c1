//! `aisora user …`

use super::{CliError, say};
use crate::{model::credits::Credits, server::state::App};
use clap::Subcommand;
use serde_json::json;
use std::io::{IsTerminal as _, Read as _};

/// What can be done with people from the command line.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Create an account; asks for the password
    Create {
        /// The address to sign in with
        #[arg(long)]
        email: String,
        /// Read the password from standard input instead of asking
        #[arg(long)]
        password_stdin: bool,
        /// May see /admin
        #[arg(long)]
        admin: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Give credits
    Grant {
        /// Whom
        #[arg(long)]
        email: String,
        /// How many: a whole number, 1 or more
        #[arg(long)]
        credits: i64,
        /// Why; it stands in the person's statement
        #[arg(long)]
        reason: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show what a person has
    Balance {
        /// Whose
        #[arg(long)]
        email: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of the commands.
pub async fn run(command: User, app: &App) -> Result<(), CliError> {
    let line = match command {
        User::Create {
            email,
            password_stdin,
            admin,
            json,
        } => {
            let id = app
                .identity
                .create(&email, &password(password_stdin)?, admin)
                .await?;
            let email = email.trim().to_lowercase();
            if json {
                json!({ "id": id, "email": email }).to_string()
            } else {
                format!("Created {email}.")
            }
        }
        User::Grant {
            email,
            credits,
            reason,
            json,
        } => {
            let person = app.identity.find(&email).await?;
            let mut tx = app.db.begin().await?;
            let id = app
                .ledger
                .grant(&mut tx, person, Credits(credits), &reason)
                .await?;
            tx.commit().await?;
            let words = Credits(credits).in_words();
            if json {
                json!({ "id": id, "credits": credits }).to_string()
            } else {
                format!("Granted {words} to {email}.")
            }
        }
        User::Balance { email, json } => {
            let person = app.identity.find(&email).await?;
            let balance = app.ledger.balance(person).await?;
            if json {
                json!({ "available": balance.available, "held": balance.held }).to_string()
            } else {
                format!(
                    "{} available, {} on hold.",
                    balance.available.in_words(),
                    balance.held.in_words()
                )
            }
        }
    };
    say(&line)
}

fn password(from_stdin: bool) -> Result<String, CliError> {
    if from_stdin {
        let mut text = String::new();
        std::io::stdin().take(4_096).read_to_string(&mut text)?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        return Err(CliError::Said(
            "There is no terminal to ask for the password; use --password-stdin.".into(),
        ));
    }
    Ok(rpassword::prompt_password("Password: ")?)
}
