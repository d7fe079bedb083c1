//! Pages of the library, and of the statement.

use super::Generations;
use crate::language::t;
use crate::model::{
    credits::Statement,
    error::{AppError, Code},
    generation::{LIBRARY_PAGE, LibraryPage, LibraryQuery},
    ids::{GenerationId, PostingId, UserId},
    library::{AT_ONCE, Matching, Sort, day},
};
use crate::server::{
    db::generations::{
        self,
        search::Way,
        view::{Place, View},
    },
    error::Result,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

impl Generations {
    /// A page of the library.
    ///
    /// # Errors
    /// `invalid` when the search is longer than any prompt needs.
    pub async fn library(&self, user: UserId, query: &LibraryQuery) -> Result<LibraryPage> {
        let view = view(user, query)?;
        let mut rows =
            generations::view::page(&self.life.db, &view, i64::from(LIBRARY_PAGE) + 1, Way::Quickest).await?;
        let more = rows.len() > LIBRARY_PAGE as usize;
        rows.truncate(LIBRARY_PAGE as usize);
        let last = rows.last().filter(|_| more);
        let next = last.map(|row| Place::of(row, view.sort).written(view.sort));
        Ok(LibraryPage {
            cards: self.cards(user, rows).await?,
            next,
        })
    }

    /// The ids of what the library shows for a query, from its beginning: as many as can be chosen at once.
    ///
    /// # Errors
    /// `invalid` when the search is longer than any prompt needs.
    pub async fn matching(&self, user: UserId, query: &LibraryQuery) -> Result<Matching> {
        let whole = View {
            after: None,
            ..view(user, query)?
        };
        let one_more = i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX);
        let mut rows = generations::view::page(&self.life.db, &whole, one_more, Way::Quickest).await?;
        let more = rows.len() > AT_ONCE;
        rows.truncate(AT_ONCE);
        let ids = rows.iter().map(|row| GenerationId(row.id)).collect();
        Ok(Matching { ids, more })
    }

    /// A page of the statement, each line with the prompt that it belongs to.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn statement(&self, user: UserId, after: Option<PostingId>) -> Result<Statement> {
        let mut statement = self.life.ledger.statement(user, after).await?;
        let ids: BTreeSet<_> = statement
            .lines
            .iter()
            .filter_map(|line| line.generation)
            .map(|id| id.0)
            .collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let names = generations::names(&self.life.db, user.0, &ids).await?;
        let names: HashMap<Uuid, String> = names.into_iter().collect();
        for line in &mut statement.lines {
            line.name = line.generation.and_then(|id| names.get(&id.0).cloned());
            line.generation = line.generation.filter(|_| line.name.is_some());
        }
        Ok(statement)
    }
}

/// What an address asks for. Words that mean nothing, and such as no column could hold, are passed over.
fn view(user: UserId, query: &LibraryQuery) -> Result<View, AppError> {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let word = |word: &str| {
        let word = word.trim();
        (!word.is_empty() && !word.contains('\0')).then(|| word.to_owned())
    };
    let search = query.search.trim();
    if search.contains('\0') {
        return Err(AppError::field(
            Code::Invalid,
            "search",
            t!("This cannot be searched for."),
        ));
    }
    if search.chars().count() > 200 {
        return Err(AppError::field(
            Code::Invalid,
            "search",
            t!("Search for at most 200 characters."),
        ));
    }
    let sort = Sort::parse(&query.sort);
    Ok(View {
        user: user.0,
        search: search.to_owned(),
        show: query.show.clone(),
        model: word(&query.model),
        shape: query.shape.clone(),
        from: day(query.from.trim()),
        until: day(query.to.trim()).map(|last| last + DAY),
        favourite: !query.favourite.trim().is_empty(),
        collection: query.collection.trim().parse().ok(),
        tag: word(&query.tag).map(|tag| tag.to_lowercase()),
        sort,
        after: query.after.as_deref().and_then(|after| Place::read(after, sort)),
    })
}
