//! What prompts may not say here. Asked before anything is held, at every door: pages, forms, programs.

use super::{
    db::generations::words::{Piece, fold, pieces},
    error::Result,
};
use crate::language::t;
use crate::model::error::{AppError, Code};
use async_trait::async_trait;
use std::ops::Range;

/// Rules for prompts. Another kind of rules (a service that is asked, say) takes the place of the operator's list here.
#[async_trait]
pub trait PromptRules: Send + Sync {
    /// Whether there is any rule: without one, nobody needs to ask.
    fn any(&self) -> bool;

    /// Where a rule is broken, in bytes of the prompt, by place; none when the prompt may be made.
    ///
    /// # Errors
    /// When it cannot be told.
    async fn trips(&self, prompt: &str) -> Result<Vec<Range<usize>>>;
}

/// The operator's own list of words and phrases. Case, accents and punctuation do not matter; words match whole.
#[derive(Debug, Default)]
pub struct Forbidden(Vec<String>);

impl Forbidden {
    /// The list; what has no word in it forbids nothing.
    #[must_use]
    pub fn new(list: &[String]) -> Self {
        let folded = list.iter().map(|phrase| needle(phrase));
        Self(folded.filter(|phrase| !phrase.is_empty()).collect())
    }
}

#[async_trait]
impl PromptRules for Forbidden {
    fn any(&self) -> bool {
        !self.0.is_empty()
    }

    async fn trips(&self, prompt: &str) -> Result<Vec<Range<usize>>> {
        let folded = fold(prompt);
        let broken: Vec<_> = self.0.iter().filter(|phrase| folded.contains(*phrase)).collect();
        if broken.is_empty() {
            return Ok(Vec::new());
        }
        let pieces = pieces(prompt);
        let mut found: Vec<_> = broken.iter().flat_map(|phrase| places(&pieces, phrase)).collect();
        if found.is_empty() {
            // Wherever it is, it is there.
            found.push(0..prompt.len());
        }
        found.sort_by_key(|place| (place.start, place.end));
        found.truncate(TOLD);
        Ok(found)
    }
}

/// So many places are told at once.
const TOLD: usize = 100;

/// The words at some places of a prompt, as the person typed them: each once, in one line.
#[must_use]
pub fn words_at(prompt: &str, places: &[Range<usize>]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for place in places {
        let words = prompt.get(place.clone()).unwrap_or_default();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if !told.contains(&words) {
            told.push(words);
        }
    }
    told
}

/// Refuses prompts that break a rule.
///
/// # Errors
/// `prompt_refused` at the field `prompt`.
pub async fn obey(rules: &dyn PromptRules, prompts: &[String]) -> Result<()> {
    if !rules.any() {
        return Ok(());
    }
    for prompt in prompts {
        let places = rules.trips(prompt).await?;
        if !places.is_empty() {
            let message = [
                &sentence(&words_at(prompt, &places)),
                " ",
                t!("Nothing was charged."),
            ]
            .concat();
            return Err(AppError::field(Code::PromptRefused, "prompt", message).into());
        }
    }
    Ok(())
}

/// What a person is told about their words.
#[must_use]
pub fn sentence(words: &[String]) -> String {
    let quoted: Vec<_> = words.iter().map(|words| t!("“{words}”", words = words)).collect();
    let quoted = quoted.join(", ");
    t!(
        "The rules of this studio do not allow {words}. Say it differently.",
        words = quoted
    )
}

/// A phrase as it is looked for in a folded text: whole words, but anywhere in scripts that put no spaces between them.
fn needle(phrase: &str) -> String {
    let folded = fold(phrase);
    let word = folded.trim();
    let inside = ["a", word, "a"].concat();
    let spaced = fold(&inside).trim() == inside;
    if spaced { folded } else { word.to_owned() }
}

/// Where a folded phrase stands in a text of these pieces, in bytes.
fn places(pieces: &[Piece], phrase: &str) -> Vec<Range<usize>> {
    let folded: String = pieces
        .iter()
        .map(|piece| piece.folded.as_str())
        .chain([" "])
        .collect();
    let word = phrase.trim();
    let mut ends = Vec::with_capacity(pieces.len());
    for piece in pieces {
        ends.push(ends.last().unwrap_or(&0) + piece.folded.len());
    }
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = folded.get(from..).and_then(|rest| rest.find(phrase)) {
        let begin = from + at + (phrase.len() - phrase.trim_start().len());
        let end = begin + word.len();
        let (first, last) = (
            ends.partition_point(|end| *end <= begin),
            ends.partition_point(|until| *until < end),
        );
        if let (Some(first), Some(last)) = (pieces.get(first), pieces.get(last)) {
            found.push(first.at.start..last.at.end);
        }
        // The space after a word is the space before the next one.
        from = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn trips(list: &[&str], prompt: &str) -> Vec<String> {
        let list: Vec<_> = list.iter().map(ToString::to_string).collect();
        let places = Forbidden::new(&list).trips(prompt).await.unwrap();
        words_at(prompt, &places)
    }

    #[tokio::test]
    async fn case_and_accents_do_not_matter_and_words_match_whole() {
        assert_eq!(trips(&["Crème"], "a CREME brulee").await, ["CREME"]);
        assert_eq!(trips(&["creme"], "eine “Crème”, bitte").await, ["Crème"]);
        assert_eq!(trips(&["💣"], "a bomb 💣!").await, ["💣"]);
        assert_eq!(trips(&["💣"], "a bomb💣, one bomb").await, ["💣"]);
        assert!(trips(&["ass"], "the class passes").await.is_empty());
        assert_eq!(trips(&["straße"], "in the STRASSE now").await, ["STRASSE"]);
        assert_eq!(trips(&["bad"], "a b\u{200b}ad idea").await, ["b\u{200b}ad"]);
        assert_eq!(trips(&["قارب"], "هنا قارب ورقي").await, ["قارب"]);
        assert_eq!(trips(&["禁止"], "这里禁止吸烟").await, ["禁止"]);
        assert_eq!(
            trips(&["कर"], "करो").await,
            [""; 0],
            "a vowel sign makes another word of it"
        );
        assert_eq!(
            trips(&["creme"], "(cre\u{301}me\u{301})").await,
            ["cre\u{301}me\u{301}"]
        );
        assert_eq!(trips(&["no 5"], "the № 5").await, ["№ 5"]);
    }

    #[tokio::test]
    async fn phrases_are_found_across_spaces_and_lines_and_told_in_the_persons_own_words() {
        let list = ["blue car", "boat"];
        let prompt = "A Blue\n- car, then a boat, a BLUE car; a boat";
        assert_eq!(trips(&list, prompt).await, ["Blue - car", "boat", "BLUE car"]);
        assert!(trips(&list, "a car, blue").await.is_empty());
        assert_eq!(trips(&["a b"], "a b a b").await, ["a b"]);
    }

    #[tokio::test]
    async fn every_place_is_told_by_place_and_none_is_left_out() {
        let list = ["boat", "boat at sea", "禁止"].map(String::from);
        let prompt = "Boat boat, BOAT at Sea\nboat; 禁止禁止";
        let places = Forbidden::new(&list).trips(prompt).await.unwrap();
        let told: Vec<_> = places.iter().map(|place| &prompt[place.clone()]).collect();
        assert_eq!(
            told,
            ["Boat", "boat", "BOAT", "BOAT at Sea", "boat", "禁止", "禁止"]
        );
    }

    #[tokio::test]
    async fn an_empty_list_or_one_without_words_forbids_nothing() {
        for list in [&[][..], &["", " ", "!?"][..]] {
            assert!(trips(list, "anything ! ?").await.is_empty());
            let list: Vec<_> = list.iter().map(ToString::to_string).collect();
            assert!(!Forbidden::new(&list).any());
        }
    }
}
