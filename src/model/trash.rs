//! The trash: what lies there, and what moving, restoring and deleting came to.

use super::{
    catalogue::Size,
    error::{AppError, Code},
    generation::State,
    ids::GenerationId,
};
use crate::language::{language, t, tn};
use serde::{Deserialize, Serialize};

/// How long a video lies in the trash before it is gone for good, in days.
pub const KEPT_DAYS: i64 = 30;
/// The same in milliseconds.
pub const KEPT_MS: i64 = KEPT_DAYS * 86_400_000;

/// How many videos a page of the trash has.
pub const TRASH_PAGE: usize = 48;

/// A video in the trash, on its own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InTrash {
    /// When it is gone for good, in unix milliseconds.
    pub gone_at: i64,
    /// In how many days that is, rounded up.
    pub days: i64,
}

impl InTrash {
    /// What was moved there at a time, seen now; both in unix milliseconds.
    #[must_use]
    pub const fn since(trashed_at: i64, now: i64) -> Self {
        let gone_at = trashed_at + KEPT_MS;
        let left = if gone_at > now { gone_at - now } else { 0 };
        Self {
            gone_at,
            days: (left + 86_399_999) / 86_400_000,
        }
    }

    /// `in 30 days`, `within a day`.
    #[must_use]
    pub fn in_words(self) -> String {
        match self.days {
            0 | 1 => t!("within a day").into(),
            days => t!("in {n} days", n = days),
        }
    }
}

/// What moving, restoring or deleting many came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The videos that it worked out for.
    pub ids: Vec<GenerationId>,
    /// How large they are together, in bytes.
    pub bytes: i64,
    /// When they were moved to the trash, in unix milliseconds: what undoing it is told.
    pub at: i64,
    /// The videos that it did not work out for, and why.
    pub left: Vec<Left>,
}

/// A video that stayed as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Left {
    /// Which one.
    pub id: GenerationId,
    /// Why.
    pub why: AppError,
}

/// One video in the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trashed {
    /// Its id.
    pub id: GenerationId,
    /// The beginning of its title, or of what was asked for where it has none.
    pub name: String,
    /// Pixels.
    pub size: Size,
    /// Length in seconds.
    pub seconds: u32,
    /// How it ended.
    pub state: State,
    /// Whether there is a poster.
    pub poster: bool,
    /// Size of its file in bytes; 0 without one.
    pub bytes: i64,
    /// When it is gone for good.
    pub gone: InTrash,
}

/// What the trash is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrashQuery {
    /// Continue after this place, as [`TrashPage::next`] told it.
    pub after: String,
}

/// One page of the trash, newest deletion first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrashPage {
    /// The videos.
    pub videos: Vec<Trashed>,
    /// Give this as `after` to go on.
    #[serde(default)]
    pub next: Option<String>,
    /// How many lie in the whole trash.
    pub count: i64,
    /// How large they are together, in bytes.
    pub bytes: i64,
}

/// What happened to videos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// They were moved to the trash.
    Trashed,
    /// They are back in the library.
    Restored,
    /// They are gone for good.
    Deleted,
    /// What was written to one of them is kept.
    Saved,
}

/// What the next page tells after a form: numbers only, so that nobody else's words can ever stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub what: What,
    /// To how many videos.
    pub count: u32,
    /// How large they are together, in bytes.
    pub bytes: i64,
    /// How many stayed because they are still being made.
    pub busy: u32,
    /// How many stayed because they are not there (any more).
    pub missing: u32,
    /// When they were moved to the trash, in unix milliseconds.
    pub at: i64,
}

impl Notice {
    /// The notice of a result.
    #[must_use]
    pub fn of(what: What, moved: &Moved) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let missing = moved
            .left
            .iter()
            .filter(|left| left.why.code == Code::NotFound)
            .count();
        Self {
            what,
            count: count(moved.ids.len()),
            bytes: moved.bytes,
            busy: count(moved.left.len() - missing),
            missing: count(missing),
            at: moved.at,
        }
    }

    /// What was written to a video is kept.
    #[must_use]
    pub const fn saved() -> Self {
        Self {
            what: What::Saved,
            count: 1,
            bytes: 0,
            busy: 0,
            missing: 0,
            at: 0,
        }
    }

    /// `3 videos are in the trash. That frees 41.2 MB in 30 days.`
    #[must_use]
    pub fn in_words(self) -> String {
        let mut words = Vec::new();
        if self.count > 0 {
            let (n, size) = (self.count, bytes(self.bytes));
            words.push(match self.what {
                What::Trashed => tn!(n, "1 video is in the trash.", "{n} videos are in the trash."),
                What::Restored => tn!(
                    n,
                    "1 video is back in your library.",
                    "{n} videos are back in your library."
                ),
                What::Deleted => tn!(n, "1 video is gone for good.", "{n} videos are gone for good."),
                What::Saved => t!("Saved").into(),
            });
            match self.what {
                What::Trashed if self.bytes > 0 => {
                    words.push(t!("That frees {size} in 30 days.", size = size));
                }
                What::Deleted if self.bytes > 0 => words.push(t!("That freed {size}.", size = size)),
                _ => {}
            }
        }
        if self.busy > 0 {
            words.push(tn!(
                self.busy,
                "1 video is still being made: cancel first, then delete.",
                "{n} videos are still being made: cancel first, then delete."
            ));
        }
        if self.missing > 0 {
            words.push(tn!(
                self.missing,
                "1 video is not there any more.",
                "{n} videos are not there any more."
            ));
        }
        words.join(" ")
    }
}

/// `820 kB`, `41.2 MB`, `1.5 GB`: powers of ten, as shops count them.
#[must_use]
pub fn bytes(bytes: i64) -> String {
    let (unit, name) = match bytes {
        ..100_000 => return ((bytes + 999) / 1_000).to_string() + " kB",
        100_000..1_000_000_000 => (1_000_000, " MB"),
        _ => (1_000_000_000, " GB"),
    };
    let tenth = bytes / (unit / 10) % 10;
    format!("{}{}{tenth}{name}", bytes / unit, language().decimal())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(what: What, count: u32, bytes: i64) -> Notice {
        Notice {
            what,
            count,
            bytes,
            busy: 0,
            missing: 0,
            at: 5,
        }
    }

    #[test]
    fn notices_say_what_happened_and_what_did_not() {
        assert_eq!(
            notice(What::Trashed, 3, 41_200_000).in_words(),
            "3 videos are in the trash. That frees 41.2 MB in 30 days."
        );
        let busy = Notice {
            busy: 1,
            ..notice(What::Trashed, 1, 0)
        };
        assert_eq!(
            busy.in_words(),
            "1 video is in the trash. 1 video is still being made: cancel first, then delete."
        );
        let missing = Notice {
            missing: 2,
            ..notice(What::Restored, 0, 7)
        };
        assert_eq!(missing.in_words(), "2 videos are not there any more.");
        assert_eq!(
            notice(What::Deleted, 1, 1_540_000_000).in_words(),
            "1 video is gone for good. That freed 1.5 GB."
        );
    }

    #[test]
    fn days_are_counted_up_until_none_is_left() {
        let days = |passed: i64| InTrash::since(0, passed).days;
        assert_eq!(
            [0, 1, 86_400_000, KEPT_MS - 1, KEPT_MS, KEPT_MS + 9].map(days),
            [30, 30, 29, 1, 0, 0]
        );
        assert_eq!(InTrash::since(0, 0).in_words(), "in 30 days");
        assert_eq!(InTrash::since(0, KEPT_MS - 5).in_words(), "within a day");
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        assert_eq!(
            [0, 1, 99_999, 100_000, 41_250_000].map(bytes),
            ["0 kB", "1 kB", "100 kB", "0.1 MB", "41.2 MB"]
        );
    }
}
