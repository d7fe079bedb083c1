//! What prompts may not say here. Asked before anything is held, at every door: pages, forms, programs.

use super::{db::generations::words::fold, error::Result};
use crate::language::t;
use crate::model::error::{AppError, Code};
use async_trait::async_trait;

/// Rules for prompts. Another kind of rules (a service that is asked, say) takes the place of the operator's list here.
#[async_trait]
pub trait PromptRules: Send + Sync {
    /// Whether there is any rule: without one, nobody needs to ask.
    fn any(&self) -> bool;

    /// The person's own words that break a rule, as they typed them; none when the prompt may be made.
    ///
    /// # Errors
    /// When it cannot be told.
    async fn trips(&self, prompt: &str) -> Result<Vec<String>>;
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

    async fn trips(&self, prompt: &str) -> Result<Vec<String>> {
        let folded = fold(prompt);
        let mut found = Vec::new();
        let broken = self.0.iter().filter(|phrase| folded.contains(*phrase));
        for phrase in broken.take(TOLD) {
            found.extend(as_typed(prompt, phrase));
        }
        // As the person wrote them; the order of the list is the operator's.
        found.sort();
        let mut told: Vec<String> = Vec::new();
        for (_, words) in found {
            if !told.contains(&words) {
                told.push(words);
            }
        }
        Ok(told)
    }
}

/// So many phrases are told at once.
const TOLD: usize = 8;

/// Refuses prompts that break a rule.
///
/// # Errors
/// `prompt_refused` at the field `prompt`.
pub async fn obey(rules: &dyn PromptRules, prompts: &[String]) -> Result<()> {
    if !rules.any() {
        return Ok(());
    }
    for prompt in prompts {
        let words = rules.trips(prompt).await?;
        if !words.is_empty() {
            let message = [&sentence(&words), " ", t!("Nothing was charged.")].concat();
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

/// Where a folded phrase stands in a prompt, in the prompt's own words with their place: of each, the shortest run.
fn as_typed(prompt: &str, phrase: &str) -> Vec<(usize, String)> {
    // A word that is only punctuation counts for nothing, so that a run may be a little longer than the phrase.
    let most = phrase.split_whitespace().count() + 4;
    let typed: Vec<_> = prompt.split_whitespace().collect();
    let has = |from: usize, to: usize| fold(&typed[from..=to].join(" ")).contains(phrase);
    let last = phrase.split_whitespace().last().unwrap_or_default();
    let (mut found, mut after) = (Vec::new(), 0);
    for to in 0..typed.len() {
        // Cheap, and true of few words.
        if !fold(typed[to]).contains(last) {
            continue;
        }
        let mut from = after.max((to + 1).saturating_sub(most));
        if from > to || !has(from, to) {
            continue;
        }
        while from < to && has(from + 1, to) {
            from += 1;
        }
        let words = typed[from..=to].join(" ");
        let bare = words.trim_matches(|sign: char| !sign.is_alphanumeric());
        // A picture has no letters.
        found.push((from, if bare.is_empty() { words } else { bare.to_owned() }));
        after = to + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn trips(list: &[&str], prompt: &str) -> Vec<String> {
        let list: Vec<_> = list.iter().map(ToString::to_string).collect();
        Forbidden::new(&list).trips(prompt).await.unwrap()
    }

    #[tokio::test]
    async fn case_and_accents_do_not_matter_and_words_match_whole() {
        assert_eq!(trips(&["Crème"], "a CREME brulee").await, ["CREME"]);
        assert_eq!(trips(&["creme"], "eine “Crème”, bitte").await, ["Crème"]);
        assert_eq!(trips(&["💣"], "a bomb 💣!").await, ["💣!"]);
        assert!(trips(&["ass"], "the class passes").await.is_empty());
        assert_eq!(trips(&["straße"], "in the STRASSE now").await, ["STRASSE"]);
        assert_eq!(trips(&["bad"], "a b\u{200b}ad idea").await, ["b\u{200b}ad"]);
        assert_eq!(trips(&["قارب"], "هنا قارب ورقي").await, ["قارب"]);
        assert_eq!(trips(&["禁止"], "这里禁止吸烟").await, ["这里禁止吸烟"]);
    }

    #[tokio::test]
    async fn phrases_are_found_across_spaces_and_lines_and_told_in_the_persons_own_words() {
        let list = ["blue car", "boat"];
        let prompt = "A Blue\n- car, then a boat, a BLUE car; a boat";
        assert_eq!(trips(&list, prompt).await, ["Blue - car", "boat", "BLUE car"]);
        assert!(trips(&list, "a car, blue").await.is_empty());
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
