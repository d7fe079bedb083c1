//! What changes in a view, in a few types.
//!
//! A view that holds a closure has the closure's own type, and with each such type comes a copy of the machinery around
//! it: in the browser, kilobytes for every "percent". Boxed into one of these types, all share one copy.

use crate::model::ids::GenerationId;
use leptos::prelude::*;
use std::{future::Future, pin::Pin};

/// A text that changes.
pub type Text = Box<dyn FnMut() -> String + Send>;
/// Something that is the case or not: `hidden`, `class:…`, `checked`.
pub type Flag = Box<dyn FnMut() -> bool + Send>;
/// An attribute with one of a few values, or without one: `aria-…`.
pub type Word = Box<dyn FnMut() -> Option<&'static str> + Send>;
/// A part of a view that changes its shape.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;

/// A text that changes.
pub fn text<W: Into<String>>(words: impl Fn() -> W + Send + 'static) -> Text {
    Box::new(move || words().into())
}

/// Something that is the case or not.
pub fn flag(case: impl Fn() -> bool + Send + 'static) -> Flag {
    Box::new(case)
}

/// An attribute with one of a few values, or without one.
pub fn word(value: impl Fn() -> Option<&'static str> + Send + 'static) -> Word {
    Box::new(value)
}

/// A part of a view that changes its shape.
pub fn part(view: impl Fn() -> AnyView + Send + 'static) -> Part {
    Box::new(view)
}

/// A part of a view that is there or not.
pub fn maybe<V: IntoAny>(view: impl Fn() -> Option<V> + Send + 'static) -> Part {
    Box::new(move || match view() {
        Some(view) => view.into_any(),
        None => ().into_any(),
    })
}

/// One of many parts of a view that come and go.
pub struct Item {
    id: GenerationId,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Item {
    /// What shows a generation; made when it comes.
    pub fn new(id: GenerationId, view: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        let view = Box::new(view);
        Self { id, view }
    }
}

/// Parts of a view that come and go; each stays while its generation does.
pub fn each(items: impl Fn() -> Vec<Item> + Send + 'static) -> AnyView {
    let items: Box<dyn Fn() -> Vec<Item> + Send> = Box::new(items);
    view! { <For each=items key=|item| item.id children=|item| (item.view)() /> }.into_any()
}

/// What handles an event.
pub fn on<E: 'static>(handle: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(handle)
}

/// A value that is worked out again when what it reads changes, and told further when it differs.
pub fn memo<T: PartialEq + Send + Sync + 'static>(work: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    type Work<T> = Box<dyn Fn(Option<&T>) -> T + Send + Sync>;
    let work: Work<T> = Box::new(move |_| work());
    Memo::new(work)
}

/// Something that is done in the browser, and again when what it reads changes.
pub fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// Shows a view once what it waits for is there; the fallback only the first time.
pub fn awaited<F>(fallback: fn() -> AnyView, view: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = AnyView> + Send + 'static,
{
    type Coming = Pin<Box<dyn Future<Output = AnyView> + Send>>;
    fn shown(fallback: fn() -> AnyView, view: Box<dyn Fn() -> Coming + Send + Sync>) -> AnyView {
        let coming = move || Suspend::new(view());
        view! { <Transition fallback=fallback>{coming}</Transition> }.into_any()
    }
    shown(fallback, Box::new(move || Box::pin(view())))
}

/// The fallback of a whole page.
#[must_use]
pub fn waiting() -> AnyView {
    view! { <div class="wait-room" aria-busy="true"></div> }.into_any()
}
