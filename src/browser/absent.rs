//! The browser's functions where there is no browser.

use crate::language::Language;
use crate::model::{composition::ComposerForm, error::AppError};
use leptos::ev;
use leptos::web_sys::HtmlFormElement;

/// A timer that is cancelled when it is dropped.
pub struct Timer;

/// An event stream that is closed when it is dropped.
pub struct Stream;

/// Watches whether an element is in view until it is dropped.
pub struct Sight;

/// The browser's clock, in unix milliseconds.
#[must_use]
pub const fn now_ms() -> i64 {
    0
}

/// How far the person's local time is ahead of UTC at a moment, in milliseconds.
#[must_use]
pub const fn zone_offset_ms(_at: i64) -> i64 {
    0
}

/// The page's language.
#[must_use]
pub fn language() -> Language {
    Language::default()
}

/// A text in the page's language.
#[must_use]
pub const fn translated(key: &'static str) -> &'static str {
    key
}

/// Tells the modules of the page that a composer is awake.
pub const fn tell_of_composer() {}

/// Tells the modules of the page that nobody is signed in any more.
pub const fn tell_signed_out() {}

/// Whether a form is sent by a button that has a name.
#[must_use]
pub const fn has_name(_event: &ev::SubmitEvent) -> bool {
    false
}

/// Runs something once, so many milliseconds from now.
pub fn after(_ms: u32, _run: impl FnOnce() + 'static) -> Timer {
    Timer
}

/// Runs something every so many milliseconds.
pub fn every(_ms: u32, _run: impl Fn() + 'static) -> Timer {
    Timer
}

/// Opens the event stream. `on_error` is told whether the browser has given up.
pub fn open_stream(
    _url: &str,
    _on_event: impl Fn(String) + 'static,
    _on_open: impl Fn() + 'static,
    _on_error: impl Fn(bool) + 'static,
) -> Option<Stream> {
    None
}

/// Calls back when the tab comes into sight or goes out of it, as long as the page lives.
pub fn on_page_shown(_turned: impl Fn(bool) + 'static) {}

/// Whether the tab is in sight.
#[must_use]
pub const fn is_page_shown() -> bool {
    true
}

/// Goes to an address by a full load.
pub const fn go(_address: &str) {}

/// The address of the page without the origin.
#[must_use]
pub const fn here() -> String {
    String::new()
}

/// The theme that the document was given, if any.
#[must_use]
pub const fn theme() -> Option<String> {
    None
}

/// Changes the theme at once (`dark`, `light`, `auto`) and has the server remember it.
pub const fn choose_theme(_theme: &'static str) {}

/// Reads the composer's fields as they stand in the page.
#[must_use]
pub fn read_composer(_form: &HtmlFormElement) -> ComposerForm {
    ComposerForm::default()
}

/// Moves the focus to an element by its id, without scrolling when `still`.
pub const fn focus(_id: &str, _still: bool) {}

/// Selects the text of a field by its id.
pub const fn select_text(_id: &str) {}

/// Puts a text into a field, as if it had been typed.
pub const fn fill(_id: &str, _text: &str) {}

/// Scrolls to the upper edge of the page.
pub const fn to_top() {}

/// Whether an element with this id has the focus.
#[must_use]
pub const fn has_focus(_id: &str) -> bool {
    false
}

/// A text that this tab remembers until it is closed.
#[must_use]
pub const fn remembered(_key: &str) -> Option<String> {
    None
}

/// Has this tab remember a text until it is closed; an empty one is forgotten.
pub const fn remember(_key: &str, _text: &str) {}

/// Posts JSON to the server and reads its answer.
///
/// # Errors
/// Always: the server does not call itself.
pub async fn post<T>(_path: &str, _body: &str) -> Result<T, AppError> {
    Err(AppError::unreachable())
}

/// Reads a text; nothing when it is not what the type says.
#[must_use]
pub fn read<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// Writes an answer of one type down.
pub type Pen = fn(&(dyn std::any::Any + Send + Sync)) -> String;

/// Writes answers of a type down as JSON.
#[must_use]
pub fn pen<T: serde::Serialize + 'static>() -> Pen {
    |answer| {
        let written = answer
            .downcast_ref::<T>()
            .and_then(|answer| serde_json::to_string(answer).ok());
        written.unwrap_or_default()
    }
}

/// The text inside a new text area. Leptos writes it into the page as it is.
#[must_use]
pub fn text_of_area(text: &str) -> String {
    html_escape::encode_text(text).into_owned()
}
