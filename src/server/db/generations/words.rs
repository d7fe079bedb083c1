//! The rules of the search: which signs are the same, where words begin, and what a person who searches means.
//!
//! Every word that was typed must occur, as the beginning of a word; what stands in quotes must occur just so. Case, accents
//! and punctuation do not matter. Scripts that put no spaces between words are found anywhere. Nothing is an operator.

mod pieces;

pub use pieces::{Piece, pieces};
use std::collections::BTreeSet;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use uuid::Uuid;

/// The longest word that the index holds, in characters: of a longer one it knows the beginning.
const LONGEST: usize = 64;
/// With how many words the index is asked: more of them narrow nothing down any more.
const ASKED: usize = 8;

/// What a sign is to a search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Part of a word.
    Letter,
    /// Part of a text without spaces.
    Unspaced,
    /// A word of its own: an emoji, an arrow.
    Picture,
    /// Between words.
    Gap,
}

const fn kind_of_script(sign: char) -> Option<Kind> {
    Some(match sign {
        '\u{30a0}' | '\u{30fb}' => Kind::Gap,
        // Thai, Lao, Burmese, Khmer, Chinese with Bopomofo, Japanese.
        '\u{0e00}'..='\u{0eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{312f}'
        | '\u{31a0}'..='\u{31bf}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => Kind::Unspaced,
        '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' => Kind::Picture,
        _ => return None,
    })
}

fn kind(sign: char) -> Kind {
    kind_of_script(sign).unwrap_or_else(|| {
        if sign.is_alphanumeric() || is_combining_mark(sign) {
            Kind::Letter
        } else {
            Kind::Gap
        }
    })
}

/// Signs that change nothing about a word: accents of Latin, Greek and Cyrillic, the points of Hebrew and Arabic, and what
/// only joins or shapes. (Marks of Indian scripts are vowels, and those of Japanese other sounds.)
const fn is_trimming(sign: char) -> bool {
    matches!(sign,
        '\u{00ad}' | '\u{0300}'..='\u{036f}' | '\u{0591}'..='\u{05bd}' | '\u{05bf}' | '\u{05c1}'..='\u{05c2}'
        | '\u{05c4}'..='\u{05c5}' | '\u{05c7}' | '\u{0640}' | '\u{064b}'..='\u{065f}' | '\u{0670}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{200b}'..='\u{200f}' | '\u{20d0}'..='\u{20ff}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

/// Letters that people without the keyboard for them write differently.
const fn plain(sign: char) -> Option<&'static str> {
    Some(match sign {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

/// A text as a search sees it: its words with one space between, before and after them. Nothing when there is no word.
pub fn fold(text: &str) -> String {
    let mut bare = String::with_capacity(text.len() + 2);
    let signs = text.nfkd().filter(|sign| !is_trimming(*sign));
    for sign in signs
        .flat_map(char::to_lowercase)
        .filter(|sign| !is_trimming(*sign))
    {
        match plain(sign) {
            Some(signs) => bare.push_str(signs),
            None => bare.push(sign),
        }
    }
    let mut folded = String::with_capacity(bare.len() + 2);
    let mut before = Kind::Gap;
    for sign in bare.nfc() {
        let kind = kind(sign);
        let begins = kind != Kind::Gap && (kind != before || kind == Kind::Picture);
        if begins {
            folded.push(' ');
        }
        if kind != Kind::Gap {
            folded.push(sign);
        }
        before = kind;
    }
    if !folded.is_empty() {
        folded.push(' ');
    }
    folded
}

/// What a video is sorted by where titles count: the beginning of its folded title, or prompt.
#[must_use]
pub fn sort_key(title: &str, prompt: &str) -> String {
    let name = if title.is_empty() { prompt } else { title };
    // The beginning is enough to fold: nothing folds to less than a quarter of its signs that anybody would sort by.
    let beginning: String = name.chars().take(240).collect();
    fold(&beginning).chars().skip(1).take(60).collect()
}

fn is_unspaced(word: &str) -> bool {
    word.chars()
        .next()
        .is_some_and(|sign| kind(sign) == Kind::Unspaced)
}

/// The beginning of a word, as far as the index knows it.
fn known(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// Each two neighbours of a text without spaces.
fn pairs(run: &str) -> impl Iterator<Item = String> {
    run.chars()
        .zip(run.chars().skip(1))
        .map(|(one, next)| String::from_iter([one, next]))
}

/// Two words side by side, as one entry: a phrase is found by its pairs, also where each of its words is frequent. No word
/// holds the sign between them, and both engines take it for a letter.
fn couple(word: &str, next: &str) -> String {
    known(word) + "·" + &known(next)
}

/// The mark of a person before each word in the index. Others may have the same one; only few have.
fn mark(user: Uuid) -> String {
    let [.., a, b, c] = user.into_bytes();
    format!("{a:02x}{b:02x}{c:02x}")
}

/// What the index holds of a person's folded texts, which two spaces part.
pub fn entries(user: Uuid, folded: &str) -> Vec<String> {
    let mut entries = BTreeSet::new();
    for text in folded.split("  ") {
        let mut before = None;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if is_unspaced(word) {
                entries.extend(pairs(word));
                // The last sign has no neighbour, and is looked for alone as well.
                entries.extend(word.chars().next_back().map(String::from));
                before = None;
            } else {
                entries.insert(known(word));
                entries.extend(before.map(|before| couple(before, word)));
                before = Some(word);
            }
        }
    }
    let mark = mark(user);
    entries.iter().map(|entry| mark.clone() + entry).collect()
}

/// A word or a pair that the index is asked for, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    word: String,
    is_beginning: bool,
}

/// What a person searches for, understood.
#[derive(Debug, Default)]
pub struct Search {
    /// Patterns for `LIKE`, all of which a folded prompt fits. They hold no sign that would need an escape.
    pub patterns: Vec<String>,
    entries: BTreeSet<Entry>,
}

impl Search {
    /// Understands what was typed; there is nothing that it does not.
    #[must_use]
    pub fn read(typed: &str) -> Self {
        let mut search = Self::default();
        let mut pieces = typed.split(['"', '“', '”', '„', '«', '»']).enumerate().peekable();
        while let Some((n, piece)) = pieces.next() {
            let folded = fold(piece);
            if n % 2 == 0 {
                for word in folded.split(' ').filter(|word| !word.is_empty()) {
                    search.add(&[word], false);
                }
            } else {
                let words: Vec<_> = folded.split(' ').filter(|word| !word.is_empty()).collect();
                // Without its second quote the last word is still being typed.
                search.add(&words, pieces.peek().is_some());
            }
        }
        search
    }

    fn add(&mut self, words: &[&str], is_whole: bool) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return;
        };
        let before = if is_unspaced(first) { "%" } else { "% " };
        let after = if is_whole && !is_unspaced(last) { " %" } else { "%" };
        let pattern = format!("{before}{}{after}", words.join(" "));
        if !self.patterns.contains(&pattern) {
            self.patterns.push(pattern);
        }
        for (n, word) in words.iter().enumerate() {
            let is_beginning = !is_whole && n + 1 == words.len();
            if !is_unspaced(word) {
                let spaced = |n: usize| words.get(n).filter(|word| !is_unspaced(word));
                let word = match n.checked_sub(1).and_then(spaced) {
                    Some(before) => couple(before, word),
                    // The pair that it begins tells it as well.
                    None if spaced(n + 1).is_some() => continue,
                    None => known(word),
                };
                self.entries.insert(Entry { word, is_beginning });
            } else if word.chars().nth(1).is_some() {
                let pairs = pairs(word).map(|word| Entry {
                    word,
                    is_beginning: false,
                });
                self.entries.extend(pairs);
            } else {
                let word = (*word).to_owned();
                let is_beginning = true;
                self.entries.insert(Entry { word, is_beginning });
            }
        }
    }

    /// What the index is asked for: the longest words, which few prompts have, and single letters only when there is
    /// nothing else. The patterns decide; the index only has to leave out nothing that fits them.
    fn asked(&self) -> Vec<&Entry> {
        let mut asked: Vec<_> = self.entries.iter().collect();
        asked.sort_by_key(|entry| std::cmp::Reverse(entry.word.chars().count()));
        let telling = asked.iter().filter(|entry| entry.word.len() > 1).count();
        asked.truncate(telling.clamp(1, ASKED));
        asked
    }

    /// The question to SQLite's FTS5.
    #[must_use]
    pub fn for_sqlite(&self, user: Uuid) -> String {
        let mark = mark(user);
        let asked = self.asked().into_iter().map(|entry| {
            let star = if entry.is_beginning { " *" } else { "" };
            format!("\"{mark}{}\"{star}", entry.word)
        });
        asked.collect::<Vec<_>>().join(" AND ")
    }

    /// The question to PostgreSQL, a `tsquery`.
    #[must_use]
    pub fn for_postgres(&self, user: Uuid) -> String {
        let mark = mark(user);
        let asked = self.asked().into_iter().map(|entry| {
            let star = if entry.is_beginning { ":*" } else { "" };
            format!("'{mark}{}'{star}", entry.word)
        });
        asked.collect::<Vec<_>>().join(" & ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_matter() {
        for (text, folded) in [
            ("A paper-boat, at dusk!", " a paper boat at dusk "),
            ("Élan über ÆRØ straße", " elan uber aero strasse "),
            ("cafe\u{301} İstanbul", " cafe istanbul "),
            ("Чёрный ЙОГУРТ", " черныи иогурт "),
            ("ΟΔΟΣ οδός", " οδοσ οδοσ "),
            ("l'eau 100% fog_1", " l eau 100 fog 1 "),
            ("東京タワーでsunset", " 東京タワーで sunset "),
            ("がか", " がか "),
            ("ＡＢＣ ﬁn", " abc fin "),
            ("한국의 밤", " 한국의 밤 "),
            ("हिन्दी", " हिन्दी "),
            ("fog🚀👩\u{200d}🚀 ❤\u{fe0f}", " fog 🚀 👩 🚀 ❤ "),
            ("… !? \"'` ", ""),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn what_is_folded_stays_as_it_is() {
        for text in [
            "Élan \"ÆRØ\" 東京タワー 🚀",
            "İ ẞ ς ﷺ ㍿ ½ ℌ Ⅷ",
            "e\u{301}\u{200d}x",
        ] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }

    #[test]
    fn words_are_beginnings_and_phrases_are_whole() {
        let patterns = |typed| Search::read(typed).patterns;
        assert_eq!(patterns("Fog paper fog"), ["% fog%", "% paper%"]);
        assert_eq!(patterns("\"paper boat\" fo"), ["% paper boat %", "% fo%"]);
        assert_eq!(patterns("„paper bo"), ["% paper bo%"]);
        assert_eq!(patterns("東京 x京"), ["%東京%", "% x%", "%京%"]);
        assert_eq!(patterns("\"\" * - % _ ! ()"), [""; 0]);
        assert_eq!(
            patterns("NEAR(a OR b*) -c"),
            ["% near%", "% a%", "% or%", "% b%", "% c%"]
        );
    }

    #[test]
    fn the_index_is_asked_for_few_telling_words_and_pairs_under_the_mark_of_the_person() {
        let user = Uuid::from_u128(0xabc_def);
        let search = Search::read("a boat \"on fire\" 東京塔 '");
        assert_eq!(
            search.for_sqlite(user),
            r#""abcdefon·fire" AND "abcdefboat" * AND "abcdef京塔" AND "abcdef東京""#
        );
        assert_eq!(
            Search::read("\"a boat x on 東京 fi").for_postgres(user),
            "'abcdefa·boat' & 'abcdefboat·x' & 'abcdefx·on' & 'abcdeffi':* & 'abcdef東京'"
        );
        assert_eq!(Search::read("a").for_postgres(user), "'abcdefa':*");
        let many: Vec<String> = (100..150).map(|n| format!("word{n}")).collect();
        assert_eq!(
            Search::read(&many.join(" "))
                .for_postgres(user)
                .matches('&')
                .count(),
            7
        );
        assert_eq!(
            entries(user, &(fold("東京塔 boat boat") + &fold("a title"))),
            ["a", "a·title", "boat", "boat·boat", "title", "京塔", "塔", "東京"]
                .map(|entry| format!("abcdef{entry}"))
        );
    }
}
