//! `/dev/components`: what the pages are built of, each part in all its states, for who changes the looks. In development
//! only; the browser tests photograph it in both themes and at three widths.

mod library;
mod parts;
mod video;
mod work;

use super::framed::framed;
use crate::app::ShellData;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
pub fn page(data: ShellData) -> impl IntoView + use<> {
    framed(data, Box::new(shown))
}

fn shown() -> AnyView {
    let sections = [parts::all(), work::all(), library::all(), video::all()].concat();
    let ways = sections.iter().map(|section| {
        let address = ["#", section.name].concat();
        view! { <a href=address rel="external">{section.name}</a> }.into_any()
    });
    let ways = ways.collect_view();
    let sections = sections.into_iter().map(Section::shown).collect_view();
    view! {
        <Title text="Components" />
        <div class="page components">
            <header class="page-head"><h1>"Components"</h1></header>
            <p class="hint">"What a pointer or a key does to a part is forced on it by the browser test; here, try it."</p>
            <nav class="components-ways" aria-label="Components">{ways}</nav>
            {sections}
        </div>
    }
    .into_any()
}

/// One part with its states.
#[derive(Clone)]
struct Section {
    /// Its name.
    name: &'static str,
    specimens: Vec<Specimen>,
}

impl Section {
    fn shown(self) -> AnyView {
        let specimens = self.specimens.into_iter().map(Specimen::shown).collect_view();
        view! {
            <section class="component" id=self.name aria-label=self.name>
                <h2>{self.name}</h2>
                <div class="specimens">{specimens}</div>
            </section>
        }
        .into_any()
    }
}

/// One state of a part.
#[derive(Clone)]
struct Specimen {
    state: &'static str,
    /// Makes it.
    view: fn() -> AnyView,
}

impl Specimen {
    /// States that only a pointer or a key brings are forced on the first control inside.
    fn shown(self) -> AnyView {
        let force = match self.state {
            "hover" => Some("hover"),
            "focus" => Some("focus-visible"),
            "active" => Some("active"),
            _ => None,
        };
        view! {
            <figure data-force=force>
                <figcaption>{self.state}</figcaption>
                {(self.view)()}
            </figure>
        }
        .into_any()
    }
}

/// A state, and what makes the part in it.
type State = (&'static str, fn() -> AnyView);

fn section(name: &'static str, specimens: &[State]) -> Section {
    Section {
        name,
        specimens: specimens
            .iter()
            .map(|&(state, view)| Specimen { state, view })
            .collect(),
    }
}
