//! What just happened, said politely at the edge of the page, with a way to undo it. After a form the server writes it into
//! the page; in the browser a page says it with [`Notices::say`]. `public/js/notice.js` lets it go after ten seconds.

use super::dynamic::{maybe, on};
use crate::language::t;
use crate::model::ids::GenerationId;
use leptos::prelude::*;
use std::sync::Arc;

/// Undoes what happened.
type Undo = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Said {
    words: String,
    undo: Option<(GenerationId, Undo)>,
}

/// Where pages say what just happened.
#[derive(Clone, Copy)]
pub struct Notices(RwSignal<Option<Said>>);

impl Notices {
    /// A place that every component below shares.
    pub fn provide() {
        provide_context(Self(RwSignal::new(None)));
    }

    /// The place of this tab.
    #[must_use]
    pub fn here() -> Self {
        expect_context()
    }

    /// Says something.
    pub fn say(self, words: String) {
        self.0.set(Some(Said { words, undo: None }));
    }

    /// Says something that can be undone. The focus goes to the video's tile when that brings it back.
    pub fn offer_undo(self, words: String, id: GenerationId, undo: impl Fn() + Send + Sync + 'static) {
        let undo = Some((id, Arc::new(undo) as Undo));
        self.0.set(Some(Said { words, undo }));
    }
}

/// The place itself, once in the document.
#[component]
pub fn NoticePlace() -> impl IntoView {
    let notices = Notices::here();
    view! {
        <output class="notice" role="status" inner_html=carried::written()></output>
        <output class="notice" role="status">{maybe(move || notices.0.get().map(|said| shown(notices, said)))}</output>
    }
}

fn shown(notices: Notices, said: Said) -> AnyView {
    let undo = said.undo.map(|(id, undo)| {
        let press = move |_| {
            notices.0.set(None);
            undo();
        };
        view! { <button type="button" class="button small" data-undo=id.to_string() on:click=on(press)>{t!("Undo")}</button> }.into_any()
    });
    view! {
        <p>{said.words}</p>
        {undo}
    }
    .into_any()
}

#[cfg(feature = "ssr")]
mod carried {
    use crate::language::t;
    use crate::model::trash::{Notice, What};
    use crate::server::http::notice;
    use html_escape::{encode_double_quoted_attribute, encode_text};

    /// What the request brought along, as it stands in the page.
    pub fn written() -> String {
        let Some((notice, here)) = notice::take() else {
            return String::new();
        };
        let words = notice.in_words();
        if words.is_empty() {
            return words;
        }
        format!("<p>{}</p>{}", encode_text(&words), undo(&notice, &here))
    }

    fn undo(notice: &Notice, here: &str) -> String {
        if notice.what != What::Trashed || notice.count == 0 {
            return String::new();
        }
        format!(
            "<form method=\"post\" action=\"/library/restore\"><input type=\"hidden\" name=\"batch\" value=\"{}\">\
             <input type=\"hidden\" name=\"next\" value=\"{}\"><button class=\"button small\">{}</button></form>",
            notice.at,
            encode_double_quoted_attribute(here),
            t!("Undo")
        )
    }
}

#[cfg(not(feature = "ssr"))]
mod carried {
    /// The server has written it; what stands there stays.
    pub const fn written() -> String {
        String::new()
    }
}
