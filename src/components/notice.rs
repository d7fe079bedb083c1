//! What just happened, said politely at the edge of the page, with a way to undo it. After a form the server writes it into
//! the page; `public/js/notice.js` lets it go after ten seconds.

use leptos::prelude::*;

/// The place itself, once in the document.
#[component]
pub fn NoticePlace() -> impl IntoView {
    view! { <output class="notice" role="status" inner_html=carried::written()></output> }
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
