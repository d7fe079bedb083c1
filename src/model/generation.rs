//! A generation as people see it: its states and reasons, its card, its page, and the library.

mod card;
mod page;
mod state;

pub use super::library::{LIBRARY_PAGE, LibraryPage, LibraryQuery};
pub use card::{Card, Charge, Estimate};
pub use page::{Addition, Extended, Extending, HistoryLine, TakeLink, VideoPage, VideoPosting, VideoSheet};
pub use state::{Reason, State};
