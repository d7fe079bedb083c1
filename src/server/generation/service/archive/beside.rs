//! What stands beside a video in an archive: its name and its JSON file.

use crate::server::db::{generations::GenerationRow, organising::Belongings};
use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

/// Most bytes of a title or prompt in a file's name.
const WORDS: usize = 100;

/// What stands in the JSON file beside a video.
#[derive(Serialize)]
pub struct Sheet<'a> {
    id: Uuid,
    file: &'a str,
    bytes: i64,
    title: &'a str,
    prompt: &'a str,
    note: &'a str,
    tags: &'a [String],
    collections: &'a [String],
    favourite: bool,
    model: &'a str,
    model_id: &'a str,
    provider: &'a str,
    size: String,
    seconds: i64,
    seed: i64,
    caption: bool,
    created_at: String,
    started_at: Option<String>,
    finished_at: String,
    credits_charged: i64,
    remixed_from: Option<Uuid>,
}

/// The sheet of a video, whose file has this name, with what its person wrote to it.
pub fn sheet<'a>(row: &'a GenerationRow, file: &'a str, belongings: &'a Belongings) -> Sheet<'a> {
    Sheet {
        id: row.id,
        file,
        bytes: row.media_bytes.unwrap_or_default(),
        title: &row.title,
        prompt: &row.prompt,
        note: &belongings.note,
        tags: &belongings.tags,
        collections: &belongings.collections,
        favourite: row.favourite,
        model: &row.model_label,
        model_id: &row.model,
        provider: &row.provider,
        size: format!("{}x{}", row.width, row.height),
        seconds: row.seconds,
        seed: row.seed,
        caption: row.caption,
        created_at: time(row.created_at),
        started_at: row.started_at.map(time),
        finished_at: time(row.finished_at.unwrap_or(row.created_at)),
        credits_charged: row.credits,
        remixed_from: row.remixed_from,
    }
}

fn time(at: i64) -> String {
    DateTime::from_timestamp_millis(at)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `2026-11-25-a-paper-boat-1f2e3d4c`: letters, digits and hyphens of any script, after a date, so that no system has a
/// meaning of its own for it. No two are equal, also where case makes no difference.
pub fn stem(row: &GenerationRow, taken: &mut HashSet<String>) -> String {
    let date = &time(row.created_at)[..10];
    let mut words = String::new();
    for word in row
        .name()
        .nfc()
        .collect::<String>()
        .to_lowercase()
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let room = WORDS.saturating_sub(words.len());
        // A first word that is too long is cut (some scripts write without spaces); of the others, whole ones stand there.
        if word.len() > room && !words.is_empty() {
            break;
        }
        words.push_str(&word[..word.floor_char_boundary(room)]);
        words.push('-');
    }
    let id = row.id.simple().to_string();
    let short = format!("{date}-{words}{}", &id[24..]);
    let stem = if taken.contains(&short) {
        format!("{date}-{words}{id}")
    } else {
        short
    };
    taken.insert(stem.clone());
    stem
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn row(prompt: &str, id: u128) -> GenerationRow {
        GenerationRow {
            id: Uuid::from_u128(id),
            prompt: prompt.into(),
            media_prefix: Some("x".into()),
            media_etag: Some("e".into()),
            media_bytes: Some(5),
            created_at: 1_795_442_531_000,
            finished_at: Some(1_795_442_531_000),
            ..GenerationRow::default()
        }
    }

    #[test]
    fn names_are_safe_unique_and_readable() {
        let mut taken = HashSet::new();
        let mut name = |prompt: &str, id| stem(&row(prompt, id), &mut taken);
        assert_eq!(
            name("A paper boat, at DUSK!", 0x1F2E_3D4C),
            "2026-11-23-a-paper-boat-at-dusk-1f2e3d4c"
        );
        assert_eq!(name("../../etc/passwd", 2), "2026-11-23-etc-passwd-00000002");
        let titled = GenerationRow {
            title: "Dusk, the second".into(),
            ..row("a paper boat", 8)
        };
        assert_eq!(
            stem(&titled, &mut HashSet::new()),
            "2026-11-23-dusk-the-second-00000008"
        );
        assert_eq!(name("CON", 3), "2026-11-23-con-00000003");
        assert_eq!(name("\u{202E}\u{0} 🎬 ", 4), "2026-11-23-00000004");
        assert_eq!(name("Größe 北京", 5), "2026-11-23-größe-北京-00000005");
        let same = (1_u128 << 64) + 5;
        assert!(name("Größe 北京", same).ends_with("-00000000000000010000000000000005"));
        let long = name(&"long ".repeat(2_000), 6);
        assert!(long.len() < 130, "{long}");
        let one = name(&"北".repeat(5_000), 7);
        assert!(one.len() < 130 && one.contains("北北北"), "{one}");
    }
}
