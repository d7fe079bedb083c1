//! A fact: its name and its value, one line of a list.

use leptos::prelude::*;

/// One line of a `<dl class="facts">`.
pub fn fact(name: &'static str, value: String) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}
