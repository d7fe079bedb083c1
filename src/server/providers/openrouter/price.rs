//! What a second costs, read from the price list of a model: `pricing_skus`, names and decimal numbers. Every model's
//! maker has its own names; those that OpenRouter's list had in 2026 are known. A name that nobody here knows could be a
//! part of the price, so such a model has none.

use crate::model::catalogue::Size;
use serde_json::{Map, Value};

/// Amounts are whole numbers of 10⁻¹² US dollars: a token costs a few millionths.
pub const ONE: i128 = 1_000_000_000_000;
/// Frames in a second of the models that are priced by the token: `width × height × frames / 1024` tokens, 24 frames a
/// second (as the makers of Seedance reckon, the only such models; fal's price page for Seedance 2.5 has the same formula).
const FRAMES: i128 = 24;

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Per {
    Second,
    Token,
}

/// One line that counts for a video made from a text or from a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    per: Per,
    amount: i128,
    /// `text_to_video` or `image_to_video`, where it is for one of them only.
    mode: Option<String>,
    /// With or without sound, where it is for one of them only.
    audio: Option<bool>,
    /// `720p`, where it is for that only.
    resolution: Option<String>,
}

/// A whole price list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    lines: Vec<Line>,
    /// The least that a video costs.
    least: i128,
    /// Whether a reference picture costs something by itself.
    pub picture_costs: bool,
}

impl Prices {
    /// Reads a list.
    ///
    /// # Errors
    /// The name that nobody knows, or whose number is none.
    pub fn read(skus: &Map<String, Value>) -> Result<Self, String> {
        let mut prices = Self::default();
        for (name, value) in skus {
            let amount = value.as_str().and_then(amount).ok_or_else(|| name.clone())?;
            let plain = name.to_ascii_lowercase().replace('-', "_");
            match plain.as_str() {
                "minimum_cents_per_generation" => prices.least = amount / 100,
                "cents_per_image_input" | "reference_images" => prices.picture_costs |= amount > 0,
                // For videos that go on from a video, which nobody here can order.
                _ if plain.contains("video_continuation") || plain.contains("video_input") => {}
                _ => prices
                    .lines
                    .push(line(&plain, amount).ok_or_else(|| name.clone())?),
            }
        }
        Ok(prices)
    }

    /// What a second of a size costs at most, whether it is made from a text or (`pictures`) from a picture. The shortest
    /// video pays for what a video costs at least.
    pub fn second(
        &self,
        size: Size,
        resolution: Option<&str>,
        audio: Option<bool>,
        pictures: bool,
        shortest: u32,
    ) -> Option<i128> {
        let modes = ["text_to_video", "image_to_video"];
        let modes = if pictures { &modes[..] } else { &modes[..1] };
        let mut dearest = 0;
        for mode in modes {
            let line = self.best(mode, resolution, audio)?;
            dearest = dearest.max(match line.per {
                Per::Second => line.amount,
                Per::Token => {
                    let pixels = i128::from(size.width) * i128::from(size.height);
                    up(line.amount * pixels * FRAMES, 1_024)
                }
            });
        }
        Some(dearest.max(up(self.least, i128::from(shortest.max(1))))).filter(|second| *second > 0)
    }

    /// The line that says most exactly what is asked; of several the dearest.
    fn best(&self, mode: &str, resolution: Option<&str>, audio: Option<bool>) -> Option<&Line> {
        let fits = |line: &&Line| {
            let mode = line.mode.as_deref().is_none_or(|own| own == mode);
            let size = line.resolution.is_none() || line.resolution.as_deref() == resolution;
            let sound = line.audio.is_none() || audio.is_none() || line.audio == audio;
            mode && size && sound
        };
        let exact = |line: &Line| u8::from(line.resolution.is_some()) * 2 + u8::from(line.mode.is_some());
        self.lines
            .iter()
            .filter(fits)
            .max_by_key(|line| (exact(line), line.amount))
    }
}

/// `text_to_video_duration_seconds_1080p`, `duration_seconds_with_audio_4k`, `cents_per_second_output`, …
fn line(name: &str, amount: i128) -> Option<Line> {
    const STEMS: [(&str, Per, i128); 5] = [
        ("duration_seconds", Per::Second, 1),
        ("per_video_second", Per::Second, 1),
        ("cents_per_video_output_second", Per::Second, 100),
        ("cents_per_second_output", Per::Second, 100),
        ("video_tokens", Per::Token, 1),
    ];
    let mut mode = None;
    let mut rest = name;
    for word in ["text_to_video", "image_to_video"] {
        if let Some(end) = rest.strip_prefix(word).and_then(|end| end.strip_prefix('_')) {
            (mode, rest) = (Some(word.to_owned()), end);
        }
    }
    let (end, per, parts) = STEMS
        .iter()
        .find_map(|(stem, per, parts)| Some((rest.strip_prefix(stem)?, *per, *parts)))?;
    let (mut audio, mut resolution) = (None, None);
    let words = end
        .replace("without_audio", "silent")
        .replace("with_audio", "sound");
    for word in words.split('_').filter(|word| !word.is_empty()) {
        match word {
            "silent" => audio = Some(false),
            "sound" => audio = Some(true),
            _ if is_resolution(word) && resolution.is_none() => resolution = Some(word.to_owned()),
            _ => return None,
        }
    }
    Some(Line {
        per,
        amount: up(amount, parts),
        mode,
        audio,
        resolution,
    })
}

/// `720p` or `4k`.
fn is_resolution(word: &str) -> bool {
    let digits = word.strip_suffix(['p', 'k']);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A decimal number, never a rounded one: digits beyond the last place count as one more.
fn amount(text: &str) -> Option<i128> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (kept, beyond) = part.split_at(part.len().min(12));
    if whole.is_empty() || !digits(whole) || !digits(kept) || !beyond.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part: i128 = format!("{kept:0<12}").parse().ok()?;
    let more = i128::from(beyond.bytes().any(|byte| byte != b'0'));
    Some(whole.parse::<i128>().ok()? * ONE + part + more)
}

/// Divided, and rounded up.
pub const fn up(amount: i128, by: i128) -> i128 {
    (amount + by - 1) / by
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Micro-dollars for a second.
    fn second(skus: &Value, resolution: &str, audio: Option<bool>, pictures: bool) -> Option<i128> {
        let prices = Prices::read(skus.as_object().unwrap()).unwrap();
        let second = prices.second(Size::new(1280, 720), Some(resolution), audio, pictures, 4);
        second.map(|second| up(second, ONE / 1_000_000))
    }

    #[test]
    fn every_form_of_the_list_is_read() {
        let veo = json!({
            "duration_seconds_with_audio": "0.40", "duration_seconds_without_audio": "0.20",
            "duration_seconds_with_audio_720p": "0.30", "duration_seconds_with_audio_4k": "0.60",
        });
        assert_eq!(second(&veo, "720p", Some(true), false), Some(300_000));
        assert_eq!(second(&veo, "1080p", Some(true), false), Some(400_000));
        assert_eq!(second(&veo, "4k", Some(true), false), Some(600_000));
        assert_eq!(second(&veo, "720p", Some(false), false), Some(200_000));
        assert_eq!(
            second(&veo, "1080p", None, false),
            Some(400_000),
            "the dearer one"
        );
        let grok =
            json!({"cents_per_video_output_second_480p": "2", "cents_per_video_output_second_720p": "3.5"});
        assert_eq!(second(&grok, "720p", None, false), Some(35_000));
        assert_eq!(second(&grok, "1080p", None, false), None);
        let flux = json!({
            "cents_per_second_output": "17", "cents_per_second_output_1080p": "29",
            "cents_per_second_video_continuation_720p": "41",
        });
        assert_eq!(second(&flux, "720p", None, false), Some(170_000));
        let kling = json!({
            "text_to_video_duration_seconds_720p": "0.084", "image_to_video_duration_seconds_720p": "0.1",
        });
        assert_eq!(second(&kling, "720p", None, false), Some(84_000));
        assert_eq!(second(&kling, "720p", None, true), Some(100_000));
        let documented = json!({"per-video-second": "0.50", "per-video-second-1080p": "0.75"});
        assert_eq!(second(&documented, "1080p", None, false), Some(750_000));
    }

    #[test]
    fn tokens_are_counted_by_pixels_and_frames() {
        // 1280 × 720 × 24 / 1024 = 21,600 tokens.
        let seedance = json!({
            "video_tokens": "0.000007", "video_tokens_without_audio": "0.0000025",
            "video_tokens_1080p_with_video_input": "0.0000047",
        });
        assert_eq!(
            second(&seedance, "720p", Some(false), false),
            Some(151_200),
            "the line for all counts"
        );
        let silent =
            json!({"video_tokens_with_audio": "0.000007", "video_tokens_without_audio": "0.0000025"});
        assert_eq!(second(&silent, "720p", Some(false), false), Some(54_000));
    }

    #[test]
    fn the_shortest_video_pays_the_least_price() {
        let skus = json!({"duration_seconds": "0.10", "minimum_cents_per_generation": "56"});
        assert_eq!(second(&skus, "720p", None, false), Some(140_000));
    }

    #[test]
    fn what_cannot_be_read_is_no_price() {
        for skus in [
            json!({"cents_per_megapixel_second_precise": "7.5"}),
            json!({"duration_seconds": "free"}),
            json!({"duration_seconds": 0.1}),
            json!({"duration_seconds": "-1"}),
            json!({"duration_seconds_720p_turbo": "1"}),
            json!({"generate": "1", "duration_seconds": "1"}),
        ] {
            assert!(Prices::read(skus.as_object().unwrap()).is_err(), "{skus}");
        }
        let none = Prices::read(json!({"cents_per_image_input": "2"}).as_object().unwrap()).unwrap();
        assert!(none.picture_costs);
        assert_eq!(none.second(Size::new(1280, 720), None, None, false, 4), None);
    }

    #[test]
    fn amounts_are_exact_and_never_rounded_down() {
        assert_eq!(amount("0.0000047"), Some(4_700_000));
        assert_eq!(amount("12"), Some(12 * ONE));
        assert_eq!(amount("0.0000000000001"), Some(1));
        for bad in ["", ".", ".5", "1e-6", "-1", "1.2.3", "٣", "9999999999999"] {
            assert_eq!(amount(bad), None, "{bad}");
        }
    }
}
