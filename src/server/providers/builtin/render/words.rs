//! Reading the prompt: which family of scene it asks for, at what hour, in which mood.

use super::chance::{Chance, hash};
use super::color::Rgb;
use super::vocabulary::{ENERGIES, FAMILIES, FINISHES, HOURS, TINTS, WEATHERS, find};
use unicode_normalization::UnicodeNormalization;

/// How many characters of a prompt are read for its words; the hash still covers all of it.
const READ: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Sea,
    Fire,
    City,
    Forest,
    Aurora,
    Desert,
    Snow,
    Rain,
    Space,
    Silk,
}

impl Family {
    /// How coarsely the encoder may round (H.264 QP): slow gradients need care, busy pictures hide it.
    pub(super) fn quantizer(self) -> u8 {
        match self {
            Self::Silk | Self::Desert => 19,
            Self::Sea | Self::Aurora | Self::Space => 20,
            Self::Snow => 22,
            Self::Forest | Self::City => 23,
            Self::Rain => 24,
            Self::Fire => 25,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hour {
    Dawn,
    Day,
    Dusk,
    Night,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    Clear,
    Rain,
    Snow,
}

/// What a prompt asks for, as far as this renderer understands it.
#[derive(Clone, Debug)]
pub(super) struct Brief {
    pub family: Family,
    pub hour: Option<Hour>,
    pub weather: Weather,
    /// `-1.0` calm, `0.0` as usual, `1.0` storm.
    pub energy: f32,
    /// Degrees by which every hue turns; small, and given by the hash.
    turn: f32,
    saturation: f32,
    lift: f32,
    tint: Option<(Rgb, f32)>,
    seed: u64,
}

impl Brief {
    pub(super) fn read(prompt: &str, seed: u64) -> Self {
        let hash = hash(prompt, seed);
        let words = words(prompt);
        let mut chance = Chance::new(hash);
        let mut brief = Self {
            family: family(&words),
            hour: None,
            weather: Weather::Clear,
            energy: 0.0,
            turn: chance.range(-9.0, 9.0),
            saturation: chance.range(0.92, 1.1),
            lift: 0.0,
            tint: None,
            seed: hash,
        };
        for word in &words {
            brief.take(word);
        }
        if brief.family == Family::Silk && brief.tint.is_none() {
            brief.turn = chance.range(-24.0, 24.0);
        }
        brief
    }

    /// A generator of its own for each part of a scene.
    pub(super) fn chance(&self, part: u64) -> Chance {
        Chance::new(self.seed ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// Bends a designed colour to the mood.
    pub(super) fn grade(&self, color: Rgb) -> Rgb {
        let mut color = color.turn(self.turn).saturate(self.saturation);
        if let Some((tint, amount)) = self.tint {
            // A tint keeps the design's light and takes the hue.
            let target = tint.scale(color.luma() / tint.luma().max(0.08));
            color = color.mix(target.clamp(), amount);
        }
        if self.energy > 0.0 {
            color = color
                .saturate(1.0 - 0.35 * self.energy)
                .scale(1.0 - 0.22 * self.energy);
        }
        color.mix(Rgb(1.0, 0.98, 0.97), self.lift).clamp()
    }

    pub(super) fn hex(&self, code: u32) -> Rgb {
        self.grade(Rgb::hex(code))
    }

    fn take(&mut self, word: &str) {
        if let Some(hour) = find(HOURS, word) {
            self.hour.get_or_insert(hour);
        }
        if let Some(weather) = find(WEATHERS, word)
            && self.weather == Weather::Clear
        {
            self.weather = weather;
        }
        if let Some(energy) = find(ENERGIES, word) {
            self.energy = energy;
        }
        if let Some((code, amount)) = find(TINTS, word)
            && self.tint.is_none()
        {
            self.tint = Some((Rgb::hex(code), amount));
        }
        if let Some((saturation, lift)) = find(FINISHES, word) {
            self.saturation = saturation;
            self.lift = lift;
        }
    }
}

/// Lower-case words without accents, from the first characters of the prompt.
fn words(prompt: &str) -> Vec<String> {
    let folded: String = prompt
        .chars()
        .take(READ)
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .collect();
    folded
        .to_lowercase()
        .replace('ß', "ss")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The family with the most weight among the words; of equals, the one named first; silk when none is named.
fn family(words: &[String]) -> Family {
    let mut votes: Vec<(Family, u32)> = Vec::new();
    for word in words {
        if let Some((family, weight)) = find(FAMILIES, word) {
            match votes.iter_mut().find(|(known, _)| *known == family) {
                Some((_, sum)) => *sum += weight,
                None => votes.push((family, weight)),
            }
        }
    }
    let most = votes.iter().map(|(_, weight)| *weight).max().unwrap_or(0);
    votes
        .into_iter()
        .find(|(_, weight)| *weight == most)
        .map_or(Family::Silk, |(family, _)| family)
}

/// The prompt as one clean line: no control characters, no runs of spaces, composed accents.
pub(super) fn clean(prompt: &str) -> String {
    let mut line = String::new();
    for c in prompt.chars().take(READ).nfc() {
        if c.is_whitespace() || c.is_control() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the words of a text ask for, whatever its hash adds.
    fn asked(text: &str) -> String {
        let words = words(text);
        let finish = words.iter().rev().find_map(|word| find(FINISHES, word));
        let Brief {
            family,
            hour,
            weather,
            energy,
            tint,
            ..
        } = Brief::read(text, 1);
        format!("{family:?} {hour:?} {weather:?} {energy} {tint:?} {finish:?}")
    }

    #[test]
    fn the_presets_of_the_studio_ask_for_the_same_in_german_and_a_camera_for_no_place() {
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        let presets = read(include_str!("../../../../../public/composing/presets.json"));
        let german = read(include_str!("../../../../../public/words/de.json"));
        for preset in presets["presets"].as_array().expect("presets") {
            let text = preset["text"].as_str().expect("a text");
            assert_eq!(
                asked(text),
                asked(german[text].as_str().expect("its German")),
                "{text}"
            );
            if preset["kind"] == "camera" {
                assert_eq!(Brief::read(text, 1).family, Family::Silk, "{text}");
            }
        }
    }

    #[test]
    fn words_choose_the_family_in_four_languages() {
        let of = |prompt: &str| Brief::read(prompt, 1).family;
        assert_eq!(of("A stormy OCEAN under clouds"), Family::Sea);
        assert_eq!(of("ein stilles Meer am Abend"), Family::Sea);
        assert_eq!(of("el desierto y las dunas"), Family::Desert);
        assert_eq!(of("une forêt en automne"), Family::Forest);
        assert_eq!(of("Der Weltraum"), Family::Space);
        assert_eq!(of("an idea without a place"), Family::Silk);
        assert_eq!(
            of("a desert under a starry midnight sky"),
            Family::Desert,
            "an hour is no place"
        );
        assert_eq!(
            of("a snowy forest at night"),
            Family::Forest,
            "weather is no place either"
        );
        assert_eq!(of(""), Family::Silk);
    }

    #[test]
    fn mood_words_set_hour_weather_and_energy() {
        let brief = Brief::read("neon city at dusk in the rain, calm", 1);
        assert_eq!((brief.family, brief.weather), (Family::City, Weather::Rain));
        assert_eq!(
            brief.hour,
            Some(Hour::Night),
            "the first hour named wins, and neon shines at night"
        );
        assert!(brief.energy < 0.0);
    }

    #[test]
    fn cleaning_makes_one_composed_line() {
        assert_eq!(clean("  a\u{0}b\r\n\tc  e\u{301} "), "a b c \u{e9}");
        assert_eq!(clean("\u{7}\n"), "");
    }
}
