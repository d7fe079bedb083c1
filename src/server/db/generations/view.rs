//! Pages of the library: which videos, in which order, from which place on.
//!
//! Filters and orders look at nothing but the columns of the index `generations_view`: the ids of a page are found in it
//! alone, and only the videos of the page itself are read.

use super::{
    CardRow,
    search::{self, Way},
};
use crate::{
    model::library::Sort,
    on_db,
    server::{db::Db, error::Result},
};
use sqlx::{AssertSqlSafe, FromRow, postgres::PgRow, sqlite::SqliteRow};
use std::fmt::Write as _;
use uuid::Uuid;

/// What is shown of a person's library.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Whose.
    pub user: Uuid,
    /// Words that were typed; empty for all.
    pub search: String,
    /// A group of states: `ready`, `making`, `not-made`, or all.
    pub show: String,
    /// The id of a model.
    pub model: Option<String>,
    /// `wide`, `tall` or `square`, or all.
    pub shape: String,
    /// Asked for at or after, in unix milliseconds.
    pub from: Option<i64>,
    /// Asked for before, in unix milliseconds.
    pub until: Option<i64>,
    /// Favourites only.
    pub favourite: bool,
    /// In a collection (of this person: it is not looked at whose it is).
    pub collection: Option<Uuid>,
    /// With a tag.
    pub tag: Option<String>,
    /// The order.
    pub sort: Sort,
    /// After this place.
    pub after: Option<Place>,
}

/// A place in an order: the last video of the page before, with what it was sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    key: Value,
    id: Uuid,
}

impl Place {
    /// Behind the video with this id, where the id alone decides.
    #[must_use]
    pub const fn behind(id: Uuid) -> Self {
        Self {
            key: Value::Number(0),
            id,
        }
    }

    /// The place of a video.
    #[must_use]
    pub fn of(row: &CardRow, sort: Sort) -> Self {
        let key = match sort {
            Sort::Newest | Sort::Oldest => Value::Number(0),
            Sort::Longest => Value::Number(row.seconds),
            Sort::Finished => Value::Number(row.finished_at.unwrap_or_default()),
            Sort::Title => Value::Text(row.title_sort.clone()),
        };
        Self { key, id: row.id }
    }

    /// Reads what [`Place::written`] wrote; nothing for what it did not.
    #[must_use]
    pub fn read(text: &str, sort: Sort) -> Option<Self> {
        let (key, id) = text.rsplit_once('.').unwrap_or(("", text));
        let key = match sort {
            Sort::Newest | Sort::Oldest => Value::Number(0),
            Sort::Longest | Sort::Finished => Value::Number(key.parse().ok()?),
            Sort::Title if key.contains('\0') => return None,
            Sort::Title => Value::Text(key.to_owned()),
        };
        let id = id.parse().ok()?;
        Some(Self { key, id })
    }

    /// For the address.
    #[must_use]
    pub fn written(&self, sort: Sort) -> String {
        match (&self.key, sort) {
            (Value::Text(key), _) => format!("{key}.{}", self.id),
            (Value::Number(key), Sort::Longest | Sort::Finished) => format!("{key}.{}", self.id),
            _ => self.id.to_string(),
        }
    }
}

/// Something that stands in for a `$n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Id(Uuid),
    Number(i64),
    Text(String),
}

/// Conditions with the values that they need.
#[derive(Debug, Default)]
pub struct Sieve {
    /// Conditions, joined with `AND`.
    pub sql: String,
    values: Vec<Value>,
}

impl Sieve {
    /// Adds a value; answers with the `$n` that it stands behind.
    pub fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// Adds a condition about a value, where `?` stands for it.
    pub fn and(&mut self, condition: &str, value: Value) {
        let n = self.bind(value);
        let _ = write!(self.sql, " AND {}", condition.replace('?', &n));
    }

    /// Runs a query that uses exactly the values in here.
    pub async fn fetch<T>(&self, db: &Db, sql: String) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        Ok(on_db!(db, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(sql));
            for value in &self.values {
                query = match value {
                    Value::Id(id) => query.bind(*id),
                    Value::Number(number) => query.bind(*number),
                    Value::Text(text) => query.bind(text.clone()),
                };
            }
            query.fetch_all(c).await
        })?)
    }
}

/// The smallest id that something made at a time has.
fn id_at(ms: i64) -> Uuid {
    let ms = u128::try_from(ms).unwrap_or_default();
    Uuid::from_u128(ms << 80)
}

impl View {
    /// What is in it, after its place.
    #[must_use]
    pub fn sieve(&self) -> Sieve {
        let mut sieve = Sieve::default();
        let user = sieve.bind(Value::Id(self.user));
        let states = match self.show.as_str() {
            "ready" => " AND state = 'succeeded'",
            "making" => " AND state IN ('queued', 'submitting', 'running', 'storing')",
            "not-made" => " AND state IN ('failed', 'blocked', 'cancelled')",
            _ => "",
        };
        let shape = match self.shape.as_str() {
            "wide" => " AND width > height",
            "tall" => " AND width < height",
            "square" => " AND width = height",
            _ => "",
        };
        let favourite = if self.favourite { " AND favourite" } else { "" };
        sieve.sql = format!(
            "user_id = {user} AND deleted_at IS NULL AND trashed_at IS NULL{states}{shape}{favourite}"
        );
        if let Some(model) = &self.model {
            sieve.and("model = ?", Value::Text(model.clone()));
        }
        self.within(&mut sieve, "id");
        if let Some(collection) = self.collection {
            let condition = "id IN (SELECT generation_id FROM collection_items WHERE collection_id = ?)";
            sieve.and(condition, Value::Id(collection));
        }
        if let Some(tag) = &self.tag {
            let condition = format!(
                "id IN (SELECT generation_id FROM generation_tags WHERE user_id = {user} AND tag = ?)"
            );
            sieve.and(&condition, Value::Text(tag.clone()));
        }
        if let Some(Place { key, id }) = self.after.as_ref().filter(|_| !self.is_by_id()) {
            let key = sieve.bind(key.clone());
            let condition = match self.sort {
                Sort::Longest => format!("(seconds, id) < ({key}, ?)"),
                Sort::Finished => format!("(COALESCE(finished_at, 0), id) < ({key}, ?)"),
                _ => format!("(title_sort, id) > ({key}, ?)"),
            };
            sieve.and(&condition, Value::Id(*id));
        }
        sieve
    }

    /// The conditions that are a range of ids, of a column with the ids of generations. Ids carry the time: days are a range
    /// of them, and so is what comes after a place where time is the order.
    pub fn within(&self, sieve: &mut Sieve, column: &str) {
        if let Some(from) = self.from {
            sieve.and(&format!("{column} >= ?"), Value::Id(id_at(from)));
        }
        if let Some(until) = self.until {
            sieve.and(&format!("{column} < ?"), Value::Id(id_at(until)));
        }
        let then = match self.sort {
            Sort::Newest => "<",
            Sort::Oldest => ">",
            _ => return,
        };
        if let Some(Place { id, .. }) = &self.after {
            sieve.and(&format!("{column} {then} ?"), Value::Id(*id));
        }
    }

    /// Its order, in SQL.
    #[must_use]
    pub const fn order(&self) -> &'static str {
        match self.sort {
            Sort::Newest => "id DESC",
            Sort::Oldest => "id",
            Sort::Longest => "seconds DESC, id DESC",
            Sort::Finished => "COALESCE(finished_at, 0) DESC, id DESC",
            Sort::Title => "title_sort, id",
        }
    }

    /// Whether the index has it in this order.
    #[must_use]
    pub const fn is_by_id(&self) -> bool {
        matches!(self.sort, Sort::Newest | Sort::Oldest)
    }
}

/// A page of a view, searched in one way or another.
pub async fn page(db: &Db, view: &View, limit: i64, way: Way) -> Result<Vec<CardRow>> {
    if !view.search.is_empty() {
        return search::find(db, view, limit, way).await;
    }
    let mut sieve = view.sieve();
    let (order, limit) = (view.order(), sieve.bind(Value::Number(limit)));
    let sql = format!(
        "SELECT {} FROM generations
         WHERE id IN (SELECT id FROM generations WHERE {} ORDER BY {order} LIMIT {limit}) ORDER BY {order}",
        card_columns!(),
        sieve.sql
    );
    sieve.fetch(db, sql).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let id = Uuid::from_u128(7);
        let text = |sort, key| Place { key, id }.written(sort);
        for (sort, key) in [
            (Sort::Newest, Value::Number(0)),
            (Sort::Oldest, Value::Number(0)),
            (Sort::Longest, Value::Number(8)),
            (Sort::Finished, Value::Number(1_795_564_800_000)),
            (Sort::Title, Value::Text("a. b .c 東".into())),
        ] {
            let place = Place { key: key.clone(), id };
            assert_eq!(Place::read(&text(sort, key), sort), Some(place), "{sort:?}");
        }
        for (sort, bad) in [
            (Sort::Newest, "x"),
            (Sort::Longest, "x.y"),
            (Sort::Finished, ""),
            (Sort::Title, "a.b"),
        ] {
            assert_eq!(Place::read(bad, sort), None);
        }
        let plain = id.to_string();
        assert_eq!(
            Place::read(&plain, Sort::Longest),
            None,
            "a place of another order"
        );
    }
}
