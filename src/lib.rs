//! AiSora: an AI video studio that anyone can run for the public.
//!
//! Both builds: [`language`] (what is said in which language), [`model`] (plain data and rules), [`api`] (server functions), [`components`], [`pages`], [`app`].
//! The server alone (`ssr`): [`server`]. The browser alone (`hydrate`): [`browser`] and [`hydrate`].
#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod browser;
pub mod components;
pub mod language;
pub mod model;
pub mod pages;

#[cfg(feature = "ssr")]
pub mod server;

/// Wakes up the page that the server rendered. `words` are those of its language: nothing for English.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate(words: wasm_bindgen::JsValue) {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
    }));
    browser::learn(words);
    leptos::mount::hydrate_body(app::App);
}
