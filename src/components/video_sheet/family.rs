//! Where a video came from and what came from it: a small tree of lists.

use crate::components::words::page;
use crate::language::{t, tn};
use crate::model::generation::State;
use crate::model::ids::GenerationId;
use crate::model::lineage::{Family as Kinship, Kin};
use leptos::prelude::*;

/// The family; nothing when the video is alone.
#[component]
pub fn Family(
    family: Kinship,
    /// Whose page it is.
    of: GenerationId,
    /// Whether that one can be compared with others.
    ready: bool,
) -> impl IntoView {
    if family.is_alone() {
        return ().into_any();
    }
    let whose = Whose { of, ready };
    let head = ["family-", &of.to_string()].concat();
    let first = family.roots.first().map(|kin| kin.id);
    let earlier =
        family.earlier.then_some(first).flatten().map(|first| {
            view! { <p class="hint"><a href=page(first)>{t!("Earlier ones")}</a></p> }.into_any()
        });
    view! {
        <section class="family" aria-labelledby=head>
            <h2 id=head.clone()>{t!("Where it comes from, and what came of it")}</h2>
            {earlier}
            {whose.list(family.roots, None)}
        </section>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Whose {
    of: GenerationId,
    ready: bool,
}

impl Whose {
    fn list(self, kin: Vec<Kin>, more: Option<AnyView>) -> AnyView {
        // Which take it is says something only where there is more than one.
        let several = kin.iter().any(|kin| kin.take > 1);
        let items = kin.into_iter().map(|kin| self.item(kin, several)).collect_view();
        view! { <ul>{items} {more}</ul> }.into_any()
    }

    fn item(self, kin: Kin, several: bool) -> AnyView {
        let more = (kin.more > 0).then(|| {
            let words = if kin.children.is_empty() {
                tn!(kin.more, "1 came from it", "{n} came from it")
            } else {
                t!("and {n} more", n = kin.more)
            };
            view! { <li class="kin-more"><a href=page(kin.id)>{words}</a></li> }.into_any()
        });
        let own = self.shown(&kin, several);
        let below = if kin.children.is_empty() && more.is_none() {
            ().into_any()
        } else {
            self.list(kin.children, more)
        };
        view! { <li>{own} {below}</li> }.into_any()
    }

    fn shown(self, kin: &Kin, several: bool) -> AnyView {
        let here = kin.id == self.of;
        let how = how(kin, several);
        if kin.deleted {
            let how = [&how, " · ", t!("Deleted")].concat();
            return view! { <div class="kin kin-gone"><span class="kin-still"></span><span class="kin-how">{how}</span></div> }
                .into_any();
        }
        let still = kin.poster.then(|| {
            let src = ["/media/", &kin.id.to_string(), "/tile.jpg"].concat();
            view! { <img src=src alt="" loading="lazy" decoding="async" /> }.into_any()
        });
        let compare = (!here && self.ready && kin.state == State::Succeeded).then(|| {
            let to = [&page(self.of), "/compare/", &kin.id.to_string()].concat();
            let with = t!("with {how}: {prompt}", how = how, prompt = kin.name);
            view! { <a class="kin-compare" href=to rel="external">{t!("Compare")}<span class="unseen">" " {with}</span></a> }.into_any()
        });
        view! {
            <div class="kin" class:kin-here=here>
                <a href=page(kin.id) aria-current=here.then_some("true")>
                    <span class="kin-still">{still}</span>
                    <span class="kin-how">{how} {state(kin, here)}</span>
                    <span class="kin-words" dir="auto">{kin.name.clone()}</span>
                </a>
                {compare}
            </div>
        }
        .into_any()
    }
}

/// How it came about; the first of all just began.
fn how(kin: &Kin, several: bool) -> String {
    let how = kin.derived_by.map_or_else(|| t!("First"), |how| how.in_words());
    if several {
        return t!("{how}, take {n}", how = how, n = kin.take);
    }
    how.into()
}

fn state(kin: &Kin, here: bool) -> String {
    let mut words = String::new();
    if here {
        words.push_str(" · ");
        words.push_str(t!("This one"));
    }
    if kin.state != State::Succeeded {
        words.push_str(" · ");
        words.push_str(kin.state.in_words());
    }
    words
}
