//! What a person makes of their library: titles, notes, favourites, collections, tags. Nobody else ever sees any of it.

use super::{
    clock::{Clock, Ids},
    db::{Db, Tx, organising as sql},
    error::{Failure, Result},
};
use crate::language::t;
use crate::model::{
    error::{AppError, Code},
    ids::{CollectionId, GenerationId, UserId},
    library::{self, AT_ONCE, About, AboutChange, Collection, MOST_COLLECTIONS, MOST_TAGS, Shelf, Shelves},
};
use std::sync::Arc;

/// How many tags are offered to filter by.
const TAGS_SHOWN: i64 = 200;

/// The service.
pub struct Organising {
    db: Db,
    clock: Clock,
    ids: Arc<Ids>,
}

/// Something that is done to many videos at once.
pub enum Act {
    /// Marks them, or takes the mark away.
    Favourite(bool),
    /// Puts them into a collection.
    Collect(CollectionId),
    /// Takes them out of a collection.
    Uncollect(CollectionId),
    /// Takes those that are in the first collection out of it, and puts them into the other one.
    Move(CollectionId, CollectionId),
    /// Gives them tags.
    Tag(Vec<String>),
    /// Takes tags away.
    Untag(Vec<String>),
}

impl Act {
    /// The collections it changes, in the order in which everybody takes hold of them.
    fn collections(&self) -> Vec<CollectionId> {
        let mut collections = match self {
            Self::Collect(one) | Self::Uncollect(one) => vec![*one],
            Self::Move(from, to) => vec![*from, *to],
            Self::Favourite(_) | Self::Tag(_) | Self::Untag(_) => Vec::new(),
        };
        collections.sort_unstable();
        collections
    }
}

impl Organising {
    /// The service over a database.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, ids: Arc<Ids>) -> Self {
        Self { db, clock, ids }
    }

    /// What a person can filter by.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn shelves(&self, user: UserId) -> Result<Shelves> {
        Ok(Shelves {
            collections: self.collections(user).await?,
            tags: sql::tags(&self.db, user.0, TAGS_SHOWN).await?,
            models: sql::models(&self.db, user.0).await?,
        })
    }

    async fn collections(&self, user: UserId) -> Result<Vec<Collection>> {
        let rows = sql::collections(&self.db, user.0).await?;
        let collections = rows.into_iter().map(|row| Collection {
            id: CollectionId(row.id),
            name: row.name,
            videos: u32::try_from(row.videos).unwrap_or_default(),
        });
        Ok(collections.collect())
    }

    /// What a person wrote to one of their videos.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn about(&self, user: UserId, id: GenerationId) -> Result<About> {
        let written = sql::written(&self.db, user.0, id.0).await?;
        let written = written.ok_or_else(AppError::not_found)?;
        let holding = sql::collections_of(&self.db, id.0).await?;
        let shelves = self.collections(user).await?.into_iter().map(|collection| Shelf {
            holds: holding.contains(&collection.id.0),
            id: collection.id,
            name: collection.name,
        });
        Ok(About {
            title: written.title,
            note: written.note,
            favourite: written.favourite,
            tags: sql::tags_of(&self.db, id.0).await?,
            collections: shelves.collect(),
        })
    }

    /// Writes it anew. A name brings a new collection (or means the one that has it), which the video comes into.
    ///
    /// # Errors
    /// `not_found`; `invalid` with fields.
    pub async fn write(
        &self,
        user: UserId,
        id: GenerationId,
        mut about: AboutChange,
        new_collection: &str,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !sql::take_hold(&mut tx, user.0, id.0).await? {
            return Err(AppError::not_found().into());
        }
        if !new_collection.trim().is_empty() {
            let named = self
                .named(&mut tx, user, new_collection)
                .await
                .map_err(|failure| at(failure, "new_collection"))?;
            about.collections.push(named);
        }
        sql::write(&mut tx, user.0, id.0, &about).await?;
        tx.commit().await
    }

    /// Does something to many videos. Those that are not there (any more) are passed over; answers how many were.
    ///
    /// # Errors
    /// `not_found` for a collection that is not theirs, or when none of the videos is there; `invalid` when nothing or too much was chosen, or a video would
    /// have too many tags: then nothing of it is done.
    pub async fn act(&self, user: UserId, ids: &[GenerationId], act: &Act) -> Result<usize> {
        if ids.is_empty() {
            return Err(AppError::field(Code::Invalid, "ids", t!("Select at least one video first.")).into());
        }
        if ids.len() > AT_ONCE {
            let message = t!("Select at most {most} videos at once.", most = AT_ONCE);
            return Err(AppError::field(Code::Invalid, "ids", message).into());
        }
        let mut tx = self.db.begin().await?;
        for collection in act.collections() {
            if !sql::take_hold_of_collection(&mut tx, user.0, collection.0).await? {
                return Err(AppError::not_found().into());
            }
        }
        let mut done = 0;
        for id in ids {
            if sql::take_hold(&mut tx, user.0, id.0).await? {
                act_on(&mut tx, user, *id, act).await?;
                done += 1;
            }
        }
        if done == 0 {
            return Err(AppError::not_found().into());
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Makes a collection, or finds the one that has this name already.
    ///
    /// # Errors
    /// `invalid`: the name, or there are too many.
    pub async fn collection(&self, user: UserId, name: &str) -> Result<CollectionId> {
        let mut tx = self.db.begin().await?;
        let id = self.named(&mut tx, user, name).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn named(&self, tx: &mut Tx, user: UserId, name: &str) -> Result<CollectionId> {
        let name = library::collection_name(name).map_err(name_error)?;
        let key = sql::key(&name);
        if let Some(id) = sql::named(tx, user.0, &key).await? {
            return Ok(CollectionId(id));
        }
        let count = sql::count_collections(tx, user.0).await?;
        if usize::try_from(count).is_ok_and(|count| count >= MOST_COLLECTIONS) {
            return Err(name_error(t!("You have {n} collections, the most there can be.", n = count)).into());
        }
        let id = self.ids.uuid();
        if sql::add_collection(tx, user.0, id, &name, self.clock.now()).await? {
            return Ok(CollectionId(id));
        }
        // Somebody with the same account was first.
        let first = sql::named(tx, user.0, &key).await?;
        first
            .map(CollectionId)
            .ok_or_else(|| Failure::broken("a collection that is there and is not"))
    }

    /// Whether a collection is there, and theirs.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn require(&self, user: UserId, id: CollectionId) -> Result<()> {
        if sql::has_collection(&self.db, user.0, id.0).await? {
            return Ok(());
        }
        Err(AppError::not_found().into())
    }

    /// Gives a collection another name.
    ///
    /// # Errors
    /// `not_found`; `invalid`: the name, or another one has it.
    pub async fn rename(&self, user: UserId, id: CollectionId, name: &str) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !sql::take_hold_of_collection(&mut tx, user.0, id.0).await? {
            return Err(AppError::not_found().into());
        }
        let name = library::collection_name(name).map_err(name_error)?;
        if !sql::rename_collection(&mut tx, user.0, id.0, &name).await? {
            return Err(name_error(t!("Another collection has this name.").into()).into());
        }
        tx.commit().await
    }

    /// Removes a collection. Its videos stay.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn remove(&self, user: UserId, id: CollectionId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        if !sql::remove_collection(&mut tx, user.0, id.0).await? {
            return Err(AppError::not_found().into());
        }
        tx.commit().await
    }
}

async fn act_on(tx: &mut Tx, user: UserId, id: GenerationId, act: &Act) -> Result<()> {
    match act {
        Act::Favourite(favourite) => sql::set_favourite(tx, id.0, *favourite).await,
        Act::Collect(collection) => sql::collect(tx, user.0, collection.0, id.0).await,
        Act::Uncollect(collection) => sql::uncollect(tx, collection.0, id.0).await.map(drop),
        Act::Move(from, to) => {
            if sql::uncollect(tx, from.0, id.0).await? {
                sql::collect(tx, user.0, to.0, id.0).await?;
            }
            Ok(())
        }
        Act::Tag(tags) => {
            for tag in tags {
                sql::add_tag(tx, user.0, id.0, tag).await?;
            }
            let count = sql::count_tags(tx, id.0).await?;
            if usize::try_from(count).is_ok_and(|count| count > MOST_TAGS) {
                let message = t!(
                    "A video may have at most {most} tags, and one of these would have {n}.",
                    most = MOST_TAGS,
                    n = count
                );
                return Err(AppError::field(Code::Invalid, "tag", message).into());
            }
            super::db::generations::search::renew(tx, id.0).await
        }
        Act::Untag(tags) => {
            for tag in tags {
                sql::remove_tag(tx, id.0, tag).await?;
            }
            super::db::generations::search::renew(tx, id.0).await
        }
    }
}

fn name_error(message: String) -> AppError {
    AppError::field(Code::Invalid, "name", message)
}

/// The same error at another field.
fn at(failure: Failure, field: &str) -> Failure {
    match failure {
        Failure::App(mut error) => {
            for place in &mut error.fields {
                field.clone_into(&mut place.field);
            }
            error.into()
        }
        other => other,
    }
}
