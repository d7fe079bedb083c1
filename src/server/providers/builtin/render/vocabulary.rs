//! The words the renderer knows, in English with some German, Spanish and French; lower case, without accents.

use super::words::{Family, Hour, Weather};

/// A table row: the meaning, then the words, where a trailing `*` matches any ending.
pub(super) type Table<T> = &'static [(T, &'static str)];

/// The meaning of the first row that knows the word.
pub(super) fn find<T: Copy>(table: Table<T>, word: &str) -> Option<T> {
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

pub(super) const FAMILIES: Table<(Family, u32)> = &[
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
        (Family::Aurora, 4),
        "aurora* borealis northern polarlicht* nordlicht* boreal* boreale*",
    ),
    ((Family::Aurora, 2), "starry starlit stars"),
    (
        (Family::Aurora, 1),
        "lights night* midnight moon* nacht mitternacht noche medianoche luna nuit minuit lune mond firefl*",
    ),
    (
        (Family::Desert, 3),
        "desert* dune* sahara* oasis camel* canyon* mesa wuste* dunen desierto* duna* arena savanna* cactus mars",
    ),
    (
        (Family::Desert, 2),
        "sand sandy sands sable western cowboy* egypt* pyramid* prairie* steppe*",
    ),
    ((Family::Snow, 2), "snowy snowing snowfall snowflake*"),
    (
        (Family::Snow, 3),
        "snow* mountain* alps alpine glacier* everest himalaya* summit peak peaks ski* blizzard* schnee* berg berge gebirge alpen gletscher nieve montana* cumbre neige montagne*",
    ),
    (
        (Family::Snow, 2),
        "winter* ice icy frost* frozen arctic hill hills cliff* eis kalt hielo invierno hiver glace valley*",
    ),
    ((Family::Rain, 2), "rainy raining regnerisch lluvioso pluvieux"),
    (
        (Family::Rain, 3),
        "rain rains rainfall raindrop* drizzle* downpour monsoon umbrella* puddle* regen* lluvia* llover pluie*",
    ),
    (
        (Family::Rain, 2),
        "thunder* lightning wet nass* melanchol* lonely einsam* window gewitter tormenta orage",
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

pub(super) const HOURS: Table<Hour> = &[
    (
        Hour::Dawn,
        "dawn sunrise morning* daybreak morgen* sonnenaufgang amanecer aurore aube manana matin",
    ),
    (
        Hour::Dusk,
        "dusk sunset* evening twilight abend* dammerung sonnenuntergang atardecer ocaso crepuscul* soir coucher",
    ),
    (
        Hour::Night,
        "night* midnight moon* dark darkness nacht* mitternacht noche* medianoche nuit* minuit starry neon",
    ),
    (
        Hour::Day,
        "day daylight noon midday sunny bright tag tageslicht mittag sonnig dia mediodia soleado jour midi ensoleille summer sommer verano ete",
    ),
];

pub(super) const WEATHERS: Table<Weather> = &[
    (
        Weather::Rain,
        "rain rains rainy raining rainfall drizzle downpour monsoon regen regnerisch lluvia lluvioso pluie pluvieux",
    ),
    (
        Weather::Snow,
        "snow snowy snowing snowfall snowflake* blizzard schnee schneit nieve nevando neige",
    ),
];

pub(super) const ENERGIES: Table<f32> = &[
    (
        1.0,
        "storm* tempest* hurricane* wild furious raging violent sturm* tormenta* tempete* orage* apocalyp* chaos blizzard*",
    ),
    (
        0.5,
        "windy fast rush* dramatic epic episch* dynamic action wind* schnell rapido rapide viento vent race racing chase",
    ),
    (
        -0.8,
        "calm* quiet* still serene peaceful gentle soft slow* tranquil* dreamy ruhig* still* sanft* weich* langsam* vertraumt* tranquilo calma sereno suave calme doux paisible zen meditat*",
    ),
];

pub(super) const TINTS: Table<(u32, f32)> = &[
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
    (
        (0x00b8_8a62, 0.55),
        "sepia vintage retro nostalgi* old alter alte alten altes altem",
    ),
];

pub(super) const FINISHES: Table<(f32, f32)> = &[
    (
        (0.72, 0.16),
        "pastel* soft dreamy delicate powder zart* weich* vertraumt* suave tendre",
    ),
    (
        (0.28, 0.0),
        "monochrome noir grey gray gris grau greyscale grayscale",
    ),
    (
        (1.3, 0.0),
        "vivid vibrant colorful colourful neon psychedelic bunt kraftig* colorido colore",
    ),
    (
        (0.85, 0.05),
        "faded foggy misty hazy haze mist fog verblasst* nebel niebla brume",
    ),
];
