//! The words of the page's language.

use crate::language::Language;
use leptos::prelude::document;
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsValue;

type Said = (&'static str, &'static str);

thread_local! {
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::English) };
    /// The catalogue, as JavaScript read it. There is no map in the wasm, and need be none.
    static WORDS: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
    /// What was said before. Texts are asked for by the same few places again and again.
    static SAID: RefCell<Vec<Said>> = const { RefCell::new(Vec::new()) };
}

/// Takes the words of the page's language, before anything is said: nothing for English.
pub fn learn(words: JsValue) {
    let tag = document()
        .document_element()
        .and_then(|root| root.get_attribute("lang"));
    let language = tag.and_then(|tag| Language::from_tag(&tag)).unwrap_or_default();
    LANGUAGE.set(language);
    WORDS.set(words);
}

/// The page's language.
#[must_use]
pub fn language() -> Language {
    LANGUAGE.get()
}

/// A text in the page's language; what is missing stays English.
#[must_use]
pub fn translated(key: &'static str) -> &'static str {
    SAID.with_borrow_mut(|said| {
        // The same place in the program is the same text, and no other.
        if let Some((_, words)) = said.iter().find(|(known, _)| std::ptr::eq(*known, key)) {
            return *words;
        }
        let words = WORDS.with_borrow(|words| js_sys::Reflect::get(words, &key.into()).ok()?.as_string());
        // For as long as the page lives, and once for each place.
        let words = words.map_or(key, |words| &*words.leak());
        said.push((key, words));
        words
    })
}
