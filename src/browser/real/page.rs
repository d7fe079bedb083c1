//! The page itself: address, theme, focus, dialogs, fields.

use crate::model::composition::ComposerForm;
use leptos::ev;
use leptos::prelude::document;
use leptos::prelude::window;
use leptos::web_sys::HtmlFormElement;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{FormData, HtmlElement, HtmlTextAreaElement, RequestInit, RequestRedirect};

/// Calls back when the tab comes into sight or goes out of it, and when its person is back, as long as the page lives.
pub fn on_page_shown(turned: impl Fn(bool) + 'static) {
    let turned = Closure::<dyn Fn()>::new(move || turned(!document().hidden()));
    let _ = document().add_event_listener_with_callback("visibilitychange", turned.as_ref().unchecked_ref());
    let _ = window().add_event_listener_with_callback("aisora:back", turned.as_ref().unchecked_ref());
    turned.forget();
}

/// Whether the tab is in sight.
#[must_use]
pub fn is_page_shown() -> bool {
    !document().hidden()
}

/// Tells the modules of the page (`public/js`), by an event at the window.
pub fn tell(name: &str, detail: &JsValue) {
    let init = web_sys::CustomEventInit::new();
    init.set_detail(detail);
    if let Ok(event) = web_sys::CustomEvent::new_with_event_init_dict(name, &init) {
        let _ = window().dispatch_event(&event);
    }
}

/// Tells the modules of the page that a composer is awake.
pub fn tell_of_composer() {
    tell("aisora:composer", &JsValue::NULL);
}

/// Tells the modules of the page that nobody is signed in any more: they cover it.
pub fn tell_signed_out() {
    tell("aisora:person", &JsValue::from_str(""));
}

/// Goes to an address by a full load.
pub fn go(address: &str) {
    let _ = window().location().assign(address);
}

/// The address of the page without the origin.
#[must_use]
pub fn here() -> String {
    let location = window().location();
    let mut here = location.pathname().unwrap_or_default();
    here.push_str(&location.search().unwrap_or_default());
    here
}

/// The theme that the document was given, if any.
#[must_use]
pub fn theme() -> Option<String> {
    document().document_element()?.get_attribute("data-theme")
}

/// Changes the theme at once (`dark`, `light`, `auto`) and has the server remember it.
pub fn choose_theme(theme: &'static str) {
    if let Some(root) = document().document_element() {
        let _ = if theme == "auto" {
            root.remove_attribute("data-theme")
        } else {
            root.set_attribute("data-theme", theme)
        };
    }
    let request = RequestInit::new();
    request.set_method("POST");
    // The answer is a redirect for browsers without JavaScript; nobody needs to follow it.
    request.set_redirect(RequestRedirect::Manual);
    if let Ok(body) = web_sys::UrlSearchParams::new() {
        body.append("theme", theme);
        body.append("next", "/");
        request.set_body(&body);
    }
    let asked = window().fetch_with_str_and_init("/theme", &request);
    // Without a line it holds for this page alone.
    leptos::task::spawn_local(async move { drop(asked.await) });
}

/// Reads the composer's fields as they stand in the page.
#[must_use]
pub fn read_composer(form: &HtmlFormElement) -> ComposerForm {
    let Ok(data) = FormData::new_with_form(form) else {
        return ComposerForm::default();
    };
    let field = |name: &str| data.get(name).as_string().unwrap_or_default();
    ComposerForm {
        prompt: field("prompt"),
        model: field("model"),
        size: field("size"),
        seconds: field("seconds"),
        takes: field("takes"),
        seed: field("seed"),
        caption: field("caption"),
        lines: field("lines"),
        also: field("also"),
        input_reference: field("input_reference"),
        quote: field("quote"),
        from: field("from"),
        derived_by: field("derived_by"),
    }
}

/// Whether a form is sent by a button that has a name.
#[must_use]
pub fn has_name(event: &ev::SubmitEvent) -> bool {
    event
        .submitter()
        .is_some_and(|button| button.has_attribute("name"))
}

fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Moves the focus to an element by its id, without scrolling when `still`.
pub fn focus(id: &str, still: bool) {
    if let Some(element) = by_id::<HtmlElement>(id) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(still);
        let _ = element.focus_with_options(&options);
    }
}

/// Selects the text of a field by its id.
pub fn select_text(id: &str) {
    if let Some(field) = by_id::<HtmlTextAreaElement>(id) {
        field.select();
    }
}

/// Puts a text into a field, as if it had been typed.
pub fn fill(id: &str, text: &str) {
    if let Some(field) = by_id::<HtmlTextAreaElement>(id) {
        field.set_value(text);
        let options = web_sys::EventInit::new();
        options.set_bubbles(true);
        if let Ok(event) = web_sys::Event::new_with_event_init_dict("input", &options) {
            let _ = field.dispatch_event(&event);
        }
    }
}

/// Writes an answer of one type down.
pub type Pen = fn(&(dyn std::any::Any + Send + Sync)) -> String;

/// The browser writes no answers down, and carries nothing that could.
#[must_use]
pub fn pen<T>() -> Pen {
    |_| String::new()
}

/// The text inside a new text area.
#[must_use]
pub fn text_of_area(text: &str) -> String {
    text.into()
}

/// Scrolls to the upper edge of the page.
pub fn to_top() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Whether an element with this id has the focus.
#[must_use]
pub fn has_focus(id: &str) -> bool {
    document()
        .active_element()
        .is_some_and(|element| element.id() == id)
}

/// A text that this tab remembers until it is closed.
#[must_use]
pub fn remembered(key: &str) -> Option<String> {
    window()
        .session_storage()
        .ok()
        .flatten()?
        .get_item(key)
        .ok()
        .flatten()
}

/// Has this tab remember a text until it is closed; an empty one is forgotten.
pub fn remember(key: &str, text: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = if text.is_empty() {
            storage.remove_item(key)
        } else {
            storage.set_item(key, text)
        };
    }
}
