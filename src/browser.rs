//! What only a browser has: its clock, timers, the event stream, the page itself.
//!
//! The same functions exist in both builds, so that components need no `#[cfg]`: `real` in the browser, `absent` on the
//! server, where nothing of this ever runs (effects and event handlers do not run there).

#[cfg(feature = "hydrate")]
mod real;
#[cfg(feature = "hydrate")]
pub use real::*;

#[cfg(not(feature = "hydrate"))]
mod absent;
#[cfg(not(feature = "hydrate"))]
pub use absent::*;
