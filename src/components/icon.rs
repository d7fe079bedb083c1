//! Icons, all from one sprite that stands in every document, so that they are there with the first picture of a page.

use leptos::prelude::*;

/// The sprite: a `symbol` for each icon, with an id that begins with `icon-`.
pub const SPRITE: &str = include_str!("icons.svg");

/// A picture from the sprite. It never speaks: the words beside it, or the button's label, do.
#[component]
pub fn Icon(
    /// The symbol's id in the sprite, without `icon-`.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=address(name)></use>
        </svg>
    }
}

fn address(name: &str) -> String {
    let mut address = String::from("#icon-");
    address.push_str(name);
    address
}

#[cfg(test)]
mod tests {
    use super::SPRITE;
    use std::path::Path;

    /// The names behind a sign, up to the next quotation mark or backslash.
    fn named<'a>(source: &'a str, sign: &str) -> Vec<&'a str> {
        let names = source.split(sign).skip(1);
        let names = names.filter_map(|rest| rest.split(['"', '\\', '`', '\'']).next());
        names
            .filter(|name| name.chars().all(|sign| sign.is_ascii_lowercase() || sign == '-'))
            .collect()
    }

    fn look(folder: &Path, uses: &mut usize) {
        for entry in std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                look(&entry, uses);
                continue;
            }
            let source = std::fs::read_to_string(&entry).unwrap_or_default();
            assert!(
                !source.contains(concat!("icons.svg", "#")),
                "{}: the sprite is in the document",
                entry.display()
            );
            for name in named(&source, "Icon name=\"")
                .into_iter()
                .chain(named(&source, "#icon-"))
            {
                *uses += usize::from(!name.is_empty());
                let there = name.is_empty() || SPRITE.contains(&format!("id=\"icon-{name}\""));
                assert!(there, "{}: no icon {name}", entry.display());
            }
        }
    }

    #[test]
    fn every_icon_that_is_used_is_in_the_sprite() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut uses = 0;
        for folder in ["src", "public/js"] {
            look(&root.join(folder), &mut uses);
        }
        assert!(uses > 30, "{uses}");
    }
}
