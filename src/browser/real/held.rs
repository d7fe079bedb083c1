//! What handles stand for.

use gloo_timers::callback::{Interval, Timeout};
use std::cell::RefCell;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventSource, MessageEvent};

/// What lives as long as its handle.
pub enum Held {
    /// Cancelled when dropped.
    Once(#[expect(dead_code, reason = "held for its drop")] Timeout),
    /// Cancelled when dropped.
    Often(#[expect(dead_code, reason = "held for its drop")] Interval),
    /// Closed when dropped.
    Stream {
        source: EventSource,
        _event: Closure<dyn Fn(MessageEvent)>,
        _open: Closure<dyn Fn(Event)>,
        _error: Closure<dyn Fn(Event)>,
    },
}

impl Drop for Held {
    fn drop(&mut self) {
        match self {
            Self::Stream { source, .. } => source.close(),
            Self::Once(_) | Self::Often(_) => {}
        }
    }
}

#[derive(Default)]
struct Shelf {
    last: u32,
    held: Vec<(u32, Held)>,
}

thread_local! {
    static SHELF: RefCell<Shelf> = RefCell::default();
}

/// Keeps something until its number is let go.
pub fn keep(what: Held) -> u32 {
    SHELF.with_borrow_mut(|shelf| {
        shelf.last += 1;
        shelf.held.push((shelf.last, what));
        shelf.last
    })
}

fn let_go(number: u32) {
    // Dropped outside of the borrow: a drop may run code that keeps something new.
    let gone = SHELF.with_borrow_mut(|shelf| {
        let place = shelf.held.iter().position(|(held, _)| *held == number)?;
        Some(shelf.held.swap_remove(place))
    });
    drop(gone);
}

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(pub(super) u32);

        impl Drop for $name {
            fn drop(&mut self) {
                let_go(self.0);
            }
        }
    };
}

handle!(
    /// A timer that is cancelled when it is dropped.
    Timer
);
handle!(
    /// An event stream that is closed when it is dropped.
    Stream
);
