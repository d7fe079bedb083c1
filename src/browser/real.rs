//! The browser's functions in a browser. Handles are numbers, so that they can live in signals; what they stand for stays
//! in `held`, and goes when the handle is dropped.

mod call;
mod held;
mod json;
mod page;
mod words;

pub use call::post;
pub use held::{Stream, Timer};
pub use json::read;
pub use page::*;
pub use words::{language, learn, translated};

use gloo_timers::callback::{Interval, Timeout};
use held::Held;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

/// The browser's clock, in unix milliseconds.
#[must_use]
pub fn now_ms() -> i64 {
    whole(js_sys::Date::now())
}

/// How far the person's local time is ahead of UTC at a moment, in milliseconds.
#[must_use]
pub fn zone_offset_ms(at: i64) -> i64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of real dates fit into 53 bits"
    )]
    let moment = js_sys::Date::new(&JsValue::from_f64(at as f64));
    -whole(moment.get_timezone_offset()) * 60_000
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the browser counts whole milliseconds and minutes"
)]
fn whole(number: f64) -> i64 {
    number as i64
}

/// Runs something once, so many milliseconds from now.
pub fn after(ms: u32, run: impl FnOnce() + 'static) -> Timer {
    Timer(held::keep(Held::Once(Timeout::new(ms, run))))
}

/// Runs something every so many milliseconds.
pub fn every(ms: u32, run: impl Fn() + 'static) -> Timer {
    Timer(held::keep(Held::Often(Interval::new(ms, run))))
}

/// Opens the event stream. `on_event` gets each event's text, that of `reset` too. `on_error` is told whether the browser has given up.
pub fn open_stream(
    url: &str,
    on_event: impl Fn(String) + 'static,
    on_open: impl Fn() + 'static,
    on_error: impl Fn(bool) + 'static,
) -> Option<Stream> {
    let source = EventSource::new(url).ok()?;
    let state = source.clone();
    let event = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            page::tell("aisora:event", &event.data());
            on_event(text);
        }
    });
    let open = Closure::<dyn Fn(Event)>::new(move |_| on_open());
    let error = Closure::<dyn Fn(Event)>::new(move |_| on_error(state.ready_state() == EventSource::CLOSED));
    for name in ["generation", "reset"] {
        source
            .add_event_listener_with_callback(name, event.as_ref().unchecked_ref())
            .ok()?;
    }
    source.set_onopen(Some(open.as_ref().unchecked_ref()));
    source.set_onerror(Some(error.as_ref().unchecked_ref()));
    Some(Stream(held::keep(Held::Stream {
        source,
        _event: event,
        _open: open,
        _error: error,
    })))
}
