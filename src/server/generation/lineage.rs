//! The family of a video, from rows to the tree that people see, in bounds.

use super::{cards::small, life::known};
use crate::model::{
    generation::State,
    ids::GenerationId,
    lineage::{DerivedBy, Family, Kin},
};
use crate::server::{
    db::{
        Db,
        generations::{
            GenerationRow,
            lineage::{self as sql, KinRow, PARENTS},
        },
    },
    error::Result,
};
use std::collections::HashMap;
use uuid::Uuid;

/// How many generations are shown above a video, and below it.
const UP: usize = 6;
const DOWN: usize = 3;

/// Where a new generation comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The person's own generation.
    pub from: GenerationId,
    /// How.
    pub how: DerivedBy,
}

/// The origin that a form names. What is not the person's own is no origin.
///
/// # Errors
/// When the database does not answer.
pub async fn origin(db: &Db, user: Uuid, from: &str, how: &str) -> Result<Option<Origin>> {
    let Ok(from) = from.parse::<GenerationId>() else {
        return Ok(None);
    };
    let Some(row) = sql::one(db, user, from.0).await? else {
        return Ok(None);
    };
    let how = if row.state == State::Succeeded.as_str() {
        DerivedBy::parse(how).unwrap_or(DerivedBy::Remix)
    } else {
        DerivedBy::Retry
    };
    Ok(Some(Origin { from, how }))
}

/// The takes of a video, counted from 1: an order of several prompts has numbered them through, and some may be gone.
///
/// # Errors
/// When the database does not answer.
pub async fn takes(db: &Db, row: &GenerationRow) -> Result<Vec<KinRow>> {
    let mut takes = sql::takes(db, row).await?;
    for (take, number) in takes.iter_mut().zip(1..) {
        take.take = number;
    }
    Ok(takes)
}

/// The family of a video, which has these takes.
///
/// # Errors
/// When the database does not answer.
pub async fn family(db: &Db, row: &GenerationRow, takes: Vec<KinRow>) -> Result<Family> {
    let user = row.user_id;
    let below = descendants(db, user, row.id).await?;
    let mut roots = takes
        .into_iter()
        .map(|take| {
            let children = if take.id == row.id { Some(&below) } else { None };
            kin(take, children)
        })
        .collect::<Result<Vec<_>>>()?;
    let (mut next, mut count) = (row.remixed_from, 0);
    while let (Some(id), true) = (next, count < UP) {
        let Some(above) = sql::one(db, user, id).await? else {
            break;
        };
        (next, count) = (above.remixed_from, count + 1);
        let mut parent = kin(above, None)?;
        let shown = roots.iter().filter(|kin| !kin.deleted).count();
        parent.more = parent
            .more
            .saturating_sub(u32::try_from(shown).unwrap_or(u32::MAX));
        parent.children = roots;
        roots = vec![parent];
    }
    let earlier = next.is_some() && count == UP;
    Ok(Family { roots, earlier })
}

/// What came from a video, by what it came from.
async fn descendants(db: &Db, user: Uuid, id: Uuid) -> Result<HashMap<Uuid, Vec<KinRow>>> {
    let mut found = HashMap::<Uuid, Vec<KinRow>>::new();
    let mut parents = vec![id];
    for _ in 0..DOWN {
        let rows = sql::children(db, user, &parents).await?;
        // A deleted one is worth its place while something came from it.
        let rows = rows
            .into_iter()
            .filter(|row| row.deleted_at.is_none() || row.offspring > 0);
        let rows: Vec<_> = rows.collect();
        parents = rows
            .iter()
            .filter(|row| row.offspring > 0)
            .map(|row| row.id)
            .collect();
        parents.truncate(PARENTS);
        for row in rows {
            found
                .entry(row.remixed_from.unwrap_or_default())
                .or_default()
                .push(row);
        }
        if parents.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn kin(row: KinRow, below: Option<&HashMap<Uuid, Vec<KinRow>>>) -> Result<Kin> {
    let rows = below
        .and_then(|below| below.get(&row.id))
        .cloned()
        .unwrap_or_default();
    let children = rows
        .into_iter()
        .map(|child| kin(child, below))
        .collect::<Result<Vec<_>>>()?;
    let shown = children.iter().filter(|child| !child.deleted).count();
    let deleted = row.deleted_at.is_some();
    Ok(Kin {
        id: GenerationId(row.id),
        name: row.name,
        take: small(row.take),
        state: known(&row.state)?,
        derived_by: row
            .remixed_from
            .and(row.derived_by.as_deref())
            .and_then(DerivedBy::parse),
        poster: row.media_stills && !deleted,
        deleted,
        more: small(row.offspring).saturating_sub(u32::try_from(shown).unwrap_or(u32::MAX)),
        children,
    })
}
