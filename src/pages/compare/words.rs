//! Which words differ in two prompts.

use crate::language::t;
use leptos::prelude::*;
use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// Two long prompts that have little in common are not looked at any closer after this.
const PATIENCE: Duration = Duration::from_millis(200);

/// Both texts, with what only one of them has marked.
pub fn side_by_side(one: &str, other: &str) -> (AnyView, AnyView) {
    let (left, right) = parts(one, other);
    (marked(left), marked(right))
}

/// Pieces of a text, and whether only this one has them.
type Parts = Vec<(bool, String)>;

fn parts(one: &str, other: &str) -> (Parts, Parts) {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_words(one, other);
    let (mut left, mut right) = (Parts::new(), Parts::new());
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                add(&mut left, false, change.value());
                add(&mut right, false, change.value());
            }
            ChangeTag::Delete => add(&mut left, true, change.value()),
            ChangeTag::Insert => add(&mut right, true, change.value()),
        }
    }
    (left, right)
}

fn add(parts: &mut Parts, only: bool, piece: &str) {
    match parts.last_mut() {
        Some((same, text)) if *same == only => text.push_str(piece),
        _ => parts.push((only, piece.to_owned())),
    }
}

fn marked(parts: Parts) -> AnyView {
    let only_here = [" ", t!("only here:"), " "].concat();
    parts
        .into_iter()
        .map(|(only, text)| {
            if only && !text.trim().is_empty() {
                view! { <mark><span class="unseen">{only_here.clone()}</span>{text}</mark> }.into_any()
            } else {
                text.into_any()
            }
        })
        .collect_view()
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_only_one_has_are_told_apart() {
        let (left, right) = parts("a red boat at dusk", "a blue boat at dusk, rain");
        let only = |parts: &Parts| -> Vec<String> {
            let only = parts.iter().filter(|(only, _)| *only);
            only.map(|(_, text)| text.trim().to_owned()).collect()
        };
        let whole = |parts: &Parts| parts.iter().map(|(_, text)| text.as_str()).collect::<String>();
        assert_eq!(only(&left), ["red", "dusk"]);
        assert_eq!(only(&right), ["blue", "dusk, rain"]);
        assert_eq!(whole(&left), "a red boat at dusk");
        assert_eq!(whole(&right), "a blue boat at dusk, rain");
    }
}
