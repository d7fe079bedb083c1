//! Reading the prompt: which family of scene it asks for, at what hour, in which mood.

use super::chance::{Chance, hash};
use super::color::Rgb;
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
            brief.turn = chance.range(-180.0, 180.0);
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

/// A table row: the meaning, then the words, where a trailing `*` matches any ending.
type Table<T> = &'static [(T, &'static str)];

fn find<T: Copy>(table: Table<T>, word: &str) -> Option<T> {
    table
        .iter()
        .find(|(_, entries)| entries.split_ascii_whitespace().any(|entry| matches(entry, word)))
        .map(|(meaning, _)| *meaning)
}

fn matches(entry: &str, word: &str) -> bool {
    entry
        .strip_suffix('*')
        .map_or(entry == word, |stem| word.starts_with(stem))
}

const FAMILIES: Table<(Family, u32)> = &[
    (
        (Family::Sea, 3),
        "sea seas ocean* wave waves surf* beach* coast* shore* harbor harbour lagoon tide* whale* dolphin* meer see strand welle* ozean* ufer kuste insel* mar oceano olas playa costa mer plage vague* cote ile island* sail* boat* ship*",
    ),
    (
        (Family::Sea, 2),
        "water underwater lake* river* fish* coral* reef* wasser agua eau lago lac fluss rio riviere",
    ),
    (
        (Family::Fire, 3),
        "fire* flame* ember* bonfire* campfire* lava volcan* inferno burning blaze* furnace phoenix dragon* feuer flamme* glut vulkan fuego llama* brasas volcan feu flammes braise*",
    ),
    (
        (Family::Fire, 2),
        "candle* hearth torch* forge spark* explosion* kerze* vela bougie* funken chispa*",
    ),
    (
        (Family::City, 3),
        "city cities neon skyline skyscraper* downtown cyberpunk metropolis urban tokyo shibuya manhattan york london paris berlin hong kong stadt* ciudad* ville",
    ),
    (
        (Family::City, 2),
        "street* traffic taxi car cars building* rooftop* subway bar club alley* robot* android* highway strasse* gasse calle* rue coche* voiture* auto architecture",
    ),
    (
        (Family::Forest, 3),
        "forest* wood woods jungle* rainforest tree trees pine* redwood* grove* wald* baum baume bosque* selva arbol* foret* arbre* jungle",
    ),
    (
        (Family::Forest, 2),
        "leaf leaves deer fox wolf wolves bear owl* fern* moss* meadow* garden* flower* blossom* mist misty fog* hiking park nebel niebla brume wiese jardin* blume* flor flores fleur* cat cats dog dogs horse* bird*",
    ),
    (
        (Family::Aurora, 3),
        "aurora* borealis northern lights polarlicht* nordlicht* boreal* boreale* starry starlit stars",
    ),
    (
        (Family::Aurora, 2),
        "night* midnight moon* nacht mitternacht noche medianoche luna nuit minuit lune mond firefl*",
    ),
    (
        (Family::Desert, 3),
        "desert* dune* sahara* oasis camel* canyon* mesa wuste* dunen desierto* duna* arena savanna* cactus mars",
    ),
    (
        (Family::Desert, 2),
        "sand sandy sands sable western cowboy* egypt* pyramid* prairie* steppe*",
    ),
    (
        (Family::Snow, 3),
        "snow* mountain* alps alpine glacier* everest himalaya* summit peak peaks ski* blizzard* schnee* berg berge gebirge alpen gletscher nieve montana* cumbre neige montagne*",
    ),
    (
        (Family::Snow, 2),
        "winter* ice icy frost* frozen arctic hill hills cliff* eis kalt hielo invierno hiver glace valley*",
    ),
    (
        (Family::Rain, 3),
        "rain rains rainy raining rainfall raindrop* drizzle* downpour monsoon umbrella* puddle* regen* lluvia* llover pluie*",
    ),
    (
        (Family::Rain, 2),
        "thunder* lightning wet melanchol* lonely window gewitter tormenta orage",
    ),
    (
        (Family::Space, 3),
        "space galaxy galaxies galactic nebula* cosmos cosmic planet* astronaut* spaceship* rocket* starship* universe interstellar orbit* comet* supernova asteroid* weltraum weltall galaxie* raumschiff* espacio galaxia* nebulosa* cohete* espace cosmonaut* etoile* estrellas sterne",
    ),
    (
        (Family::Space, 2),
        "star stellar alien* satellite* telescope* ufo jupiter saturn venus eclipse stern estrella",
    ),
];

const HOURS: Table<Hour> = &[
    (
        Hour::Dawn,
        "dawn sunrise morning* daybreak morgen* sonnenaufgang amanecer aurore aube manana matin",
    ),
    (
        Hour::Dusk,
        "dusk sunset* evening twilight golden abend* dammerung sonnenuntergang atardecer ocaso crepuscul* soir coucher",
    ),
    (
        Hour::Night,
        "night* midnight moon* dark darkness nacht* mitternacht noche* medianoche nuit* minuit starry neon",
    ),
    (
        Hour::Day,
        "day daylight noon midday sunny bright tag mittag sonnig dia mediodia soleado jour midi ensoleille summer sommer verano ete",
    ),
];

const WEATHERS: Table<Weather> = &[
    (
        Weather::Rain,
        "rain rains rainy raining rainfall drizzle downpour monsoon regen regnerisch lluvia lluvioso pluie pluvieux",
    ),
    (
        Weather::Snow,
        "snow snowy snowing snowfall snowflake* blizzard schnee schneit nieve nevando neige",
    ),
];

const ENERGIES: Table<f32> = &[
    (
        1.0,
        "storm* tempest* hurricane* wild furious raging violent sturm* tormenta* tempete* orage* apocalyp* chaos blizzard*",
    ),
    (
        0.5,
        "windy fast rush* dramatic epic dynamic action wind* schnell rapido rapide viento vent race racing chase",
    ),
    (
        -0.8,
        "calm* quiet* still serene peaceful gentle soft slow* tranquil* dreamy ruhig* still* sanft* tranquilo calma sereno suave calme doux paisible zen meditat*",
    ),
];

const TINTS: Table<(u32, f32)> = &[
    (
        (0x00f2_b544, 0.42),
        "gold golden amber honey gold* dorado or dore oro",
    ),
    ((0x00e0_4434, 0.40), "red crimson scarlet ruby rot* rojo* rouge*"),
    ((0x00f0_7f2e, 0.38), "orange copper naranja kupfer cobre"),
    ((0x00f2_8cb4, 0.42), "pink rose rosa sakura cherry magenta"),
    (
        (0x009a_62e0, 0.42),
        "purple violet lavender lila* morado violett* mauve purpur*",
    ),
    (
        (0x003f_7de0, 0.40),
        "blue azure cobalt sapphire indigo blau* azul* bleu*",
    ),
    ((0x002f_c4c0, 0.40), "teal turquoise cyan aqua turkis turquesa"),
    ((0x0046_b45c, 0.40), "green emerald jade grun* verde* vert verte"),
    ((0x00b8_8a62, 0.55), "sepia vintage retro nostalgi* old"),
];

const FINISHES: Table<(f32, f32)> = &[
    (
        (0.72, 0.16),
        "pastel* soft dreamy delicate powder zart* suave tendre",
    ),
    (
        (0.28, 0.0),
        "monochrome noir grey gray gris grau greyscale grayscale",
    ),
    (
        (1.3, 0.0),
        "vivid vibrant colorful colourful neon psychedelic bunt colorido colore",
    ),
    (
        (0.85, 0.05),
        "faded foggy misty hazy haze mist fog nebel niebla brume",
    ),
];

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

    #[test]
    fn words_choose_the_family_in_four_languages() {
        let of = |prompt: &str| Brief::read(prompt, 1).family;
        assert_eq!(of("A stormy OCEAN under clouds"), Family::Sea);
        assert_eq!(of("ein stilles Meer am Abend"), Family::Sea);
        assert_eq!(of("el desierto y las dunas"), Family::Desert);
        assert_eq!(of("une forêt en automne"), Family::Forest);
        assert_eq!(of("Der Weltraum"), Family::Space);
        assert_eq!(of("an idea without a place"), Family::Silk);
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
