//! People's own presets: kept, shared as a link, carried as JSON; and the prompts that they wrote last.

mod file;

use super::{
    clock::{Clock, Ids},
    db::{
        Db, Tx,
        generations::words::fold,
        presets::{self as sql, PresetRow},
    },
    error::{Failure, Result},
    identity::base64_url,
};
use crate::language::t;
use crate::model::{
    error::{AppError, Code},
    ids::{PresetId, UserId},
    presets::{MOST, NAME_MAX, Preset, PresetForm, check},
};
use std::sync::Arc;

/// How many prompts the composer walks back through.
const RECENT: usize = 50;

/// The service.
pub struct Presets {
    db: Db,
    clock: Clock,
    ids: Arc<Ids>,
}

/// How an import went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// So many are new.
    pub added: usize,
    /// So many were there already, word for word.
    pub known: usize,
}

impl Presets {
    /// The service over a database.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, ids: Arc<Ids>) -> Self {
        Self { db, clock, ids }
    }

    /// A person's presets by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, user: UserId) -> Result<Vec<Preset>> {
        let rows = sql::list(&self.db, user.0).await?;
        Ok(rows.into_iter().map(preset).collect())
    }

    /// Keeps a preset.
    ///
    /// # Errors
    /// `invalid` with fields: also when there is one of this name, or too many.
    pub async fn create(&self, user: UserId, form: &PresetForm) -> Result<Preset> {
        let form = check(form).map_err(AppError::invalid)?;
        let mut tx = self.db.begin().await?;
        if sql::list_in(&mut tx, user.0).await?.len() >= MOST {
            return Err(AppError::field(Code::Invalid, "name", too_many()).into());
        }
        let row = self.row(self.ids.preset(), form);
        if !sql::add(&mut tx, user.0, &row, &key(&row.name)).await? {
            return Err(taken());
        }
        tx.commit().await?;
        Ok(preset(row))
    }

    /// Changes a preset.
    ///
    /// # Errors
    /// `not_found`; `invalid` with fields.
    pub async fn edit(&self, user: UserId, id: PresetId, form: &PresetForm) -> Result<()> {
        let form = check(form).map_err(AppError::invalid)?;
        let row = self.row(id, form);
        let key = key(&row.name);
        let mut tx = self.db.begin().await?;
        if sql::is_taken(&mut tx, user.0, &key, id.0).await? {
            return Err(taken());
        }
        let changed = sql::update(&mut tx, user.0, &row, &key).await?;
        theirs(tx, changed).await
    }

    /// Forgets a preset, and the link to it.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn delete(&self, user: UserId, id: PresetId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let deleted = sql::delete(&mut tx, user.0, id.0).await?;
        theirs(tx, deleted).await
    }

    /// Makes a link to a preset; the one that there is stays.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn share(&self, user: UserId, id: PresetId) -> Result<()> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Failure::broken(format!("no randomness: {error}")))?;
        let token = base64_url(&random);
        let mut tx = self.db.begin().await?;
        let shared = sql::share(&mut tx, user.0, id.0, Some(&token)).await?;
        theirs(tx, shared).await
    }

    /// Ends a link for good.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn unshare(&self, user: UserId, id: PresetId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let ended = sql::share(&mut tx, user.0, id.0, None).await?;
        theirs(tx, ended).await
    }

    /// What is behind a link: name, kind and text, and nothing of the person whose it is.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn shared(&self, token: &str) -> Result<PresetForm> {
        let row = sql::shared(&self.db, token).await?;
        row.map(form).ok_or_else(|| AppError::not_found().into())
    }

    /// Adds what is behind a link to a person's own presets, under a name that is free. What they have already they keep.
    ///
    /// # Errors
    /// `not_found`; `invalid` when there are too many.
    pub async fn adopt(&self, user: UserId, token: &str) -> Result<()> {
        let mut form = self.shared(token).await?;
        let mine = self.list(user).await?;
        if mine
            .iter()
            .any(|mine| mine.text == form.text && mine.kind == form.kind)
        {
            return Ok(());
        }
        let name = form.name.clone();
        for number in 2.. {
            let wanted = key(&form.name);
            if !mine.iter().any(|mine| key(&mine.name) == wanted) {
                break;
            }
            let room = name.chars().take(NAME_MAX - 4).collect::<String>();
            form.name = format!("{room} {number}");
        }
        self.create(user, &form).await.map(drop)
    }

    /// All of a person's presets as a file.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn export(&self, user: UserId) -> Result<String> {
        let rows = sql::list(&self.db, user.0).await?;
        file::write(rows.into_iter().map(form).collect())
    }

    /// Takes over everything in a file, or nothing.
    ///
    /// # Errors
    /// `invalid` at the field `file`, with a sentence that names what does not fit.
    pub async fn import(&self, user: UserId, bytes: &[u8]) -> Result<Imported> {
        let wrong = |words| Failure::from(AppError::field(Code::Invalid, "file", words));
        let forms = file::read(bytes).map_err(wrong)?;
        let mut tx = self.db.begin().await?;
        let mine = sql::list_in(&mut tx, user.0).await?;
        let mut mine: Vec<PresetForm> = mine.into_iter().map(form).collect();
        let mut imported = Imported { added: 0, known: 0 };
        for form in forms {
            let wanted = key(&form.name);
            match mine.iter().find(|mine| key(&mine.name) == wanted) {
                Some(there) if there.text == form.text && there.kind == form.kind => imported.known += 1,
                Some(_) => return Err(wrong(file::twice(&form.name))),
                None if mine.len() >= MOST => {
                    return Err(wrong([&too_many(), " ", t!("Nothing was imported.")].concat()));
                }
                None => {
                    let row = self.row(self.ids.preset(), form.clone());
                    if !sql::add(&mut tx, user.0, &row, &wanted).await? {
                        return Err(wrong(file::twice(&form.name)));
                    }
                    mine.push(form);
                    imported.added += 1;
                }
            }
        }
        tx.commit().await?;
        Ok(imported)
    }

    /// The prompts that a person wrote last, the newest first, each once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recent(&self, user: UserId) -> Result<Vec<String>> {
        let mut recent: Vec<String> = Vec::new();
        for (prompt,) in sql::prompts(&self.db, user.0).await? {
            if recent.len() < RECENT && !recent.contains(&prompt) {
                recent.push(prompt);
            }
        }
        Ok(recent)
    }

    fn row(&self, id: PresetId, form: PresetForm) -> PresetRow {
        PresetRow {
            id: id.0,
            name: form.name,
            kind: form.kind,
            text: form.text,
            share_token: None,
            updated_at: self.clock.now(),
        }
    }
}

async fn theirs(tx: Tx, done: bool) -> Result<()> {
    if done {
        tx.commit().await
    } else {
        Err(AppError::not_found().into())
    }
}

fn taken() -> Failure {
    AppError::field(
        Code::Invalid,
        "name",
        t!("There is one of this name already. Choose another name."),
    )
    .into()
}

fn too_many() -> String {
    t!(
        "At most {most} presets fit. Delete one that is not needed any more.",
        most = MOST
    )
}

/// Names that look the same are the same. A name without any word (an emoji that the search does not know) is itself.
fn key(name: &str) -> String {
    let folded = fold(name);
    if folded.is_empty() {
        name.to_lowercase()
    } else {
        folded.trim().to_owned()
    }
}

fn form(row: PresetRow) -> PresetForm {
    PresetForm {
        name: row.name,
        kind: row.kind,
        text: row.text,
    }
}

fn preset(row: PresetRow) -> Preset {
    Preset {
        id: PresetId(row.id),
        name: row.name,
        kind: row.kind,
        text: row.text,
        share: row.share_token,
        updated_at: row.updated_at,
    }
}
