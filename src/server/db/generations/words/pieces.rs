//! Where in a text the words stand that a search sees.

use super::{Kind, fold, is_trimming, kind};
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// A piece of a text that a search sees as one.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
    /// As a search sees it: all pieces, one after the other, are what [`fold`] makes of the text, but for the last space.
    pub folded: String,
}

/// The pieces of a text: words, and single signs where no spaces part them, with the accents that they carry.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut before = Kind::Gap;
    for (at, sign) in text.char_indices() {
        let end = at + sign.len_utf8();
        let joins = is_trimming(sign) || is_combining_mark(sign);
        let kind = match kind(sign) {
            _ if is_trimming(sign) && before != Kind::Gap => before,
            // `№` is a sign, and is read as letters.
            Kind::Gap if !fold(sign.encode_utf8(&mut [0; 4])).is_empty() => Kind::Letter,
            kind => kind,
        };
        match cuts.last_mut() {
            Some(last)
                if before != Kind::Gap && (joins || (kind, before) == (Kind::Letter, Kind::Letter)) =>
            {
                last.end = end;
            }
            _ if kind == Kind::Gap => {}
            _ => cuts.push(at..end),
        }
        before = kind;
    }
    let mut pieces: Vec<Piece> = Vec::with_capacity(cuts.len());
    for at in cuts {
        let folded = fold(&text[at.clone()]);
        let follows = pieces.last().is_some_and(|last| {
            let (last_sign, first) = (last.folded.chars().last(), folded.trim().chars().next());
            let is_unspaced = |sign: Option<char>| sign.is_some_and(|sign| kind(sign) == Kind::Unspaced);
            last.at.end == at.start && is_unspaced(last_sign) && is_unspaced(first)
        });
        let (word, space) = (folded.trim(), if follows { "" } else { " " });
        if !word.is_empty() {
            pieces.push(Piece {
                at,
                folded: [space, word].concat(),
            });
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_text_are_what_a_search_sees_in_it() {
        let signs: Vec<char> = "aZé1ß \n-'№½ﬁｶカか禁กคा💣←ا"
            .chars()
            .chain("\u{301}\u{3099}\u{e31}\u{fe0f}\u{200b}".chars())
            .collect();
        let mut texts = vec![String::new()];
        for _ in 0..3 {
            let longer = texts
                .iter()
                .flat_map(|text| signs.iter().map(move |sign| format!("{text}{sign}")));
            texts = longer.chain(texts.clone()).collect();
            texts.sort();
            texts.dedup();
        }
        for text in texts {
            let pieces = pieces(&text);
            let mut seen: String = pieces.iter().map(|piece| piece.folded.as_str()).collect();
            if !pieces.is_empty() {
                seen.push(' ');
            }
            assert_eq!(seen, fold(&text), "{text:?} in {pieces:?}");
        }
    }
}
