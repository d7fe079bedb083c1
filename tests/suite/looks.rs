//! The look's own rules, read off `style/`: colours are roles, and the words on them can be read (WCAG AAA).

use std::path::Path;

/// A colour in OKLCH: lightness 0 to 1, chroma, hue in degrees.
type Oklch = [f64; 3];

fn sheet(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("style").join(name);
    std::fs::read_to_string(path).expect("a style sheet")
}

/// Both values of a role, light and dark.
fn role(tokens: &str, name: &str) -> [Oklch; 2] {
    let start = format!("--{name}: light-dark(");
    let (_, rest) = tokens
        .split_once(&start)
        .unwrap_or_else(|| panic!("the role {name}"));
    let colours: Vec<_> = rest.split("oklch(").skip(1).take(2).map(oklch).collect();
    colours.try_into().expect("a light and a dark value")
}

/// Reads `97.3% .004 var(--hue))…`.
fn oklch(text: &str) -> Oklch {
    let text = text.replace("var(--hue)", "290");
    let (inside, _) = text.split_once(')').expect("a whole colour");
    let mut numbers = inside.split_whitespace().map(|number| {
        let number: f64 = number.trim_end_matches('%').parse().expect("a number");
        number
    });
    let mut next = || numbers.next().expect("three numbers");
    [next() / 100.0, next(), next()]
}

/// Relative luminance (WCAG 2) after Björn Ottosson's `OKLab`, cut to what sRGB shows.
fn luminance([lightness, chroma, hue]: Oklch) -> f64 {
    let (green_red, blue_yellow) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let cone = |one: f64, other: f64| (lightness + one * green_red + other * blue_yellow).powi(3);
    let long = cone(0.396_337_777_4, 0.215_803_757_3);
    let medium = cone(-0.105_561_345_8, -0.063_854_172_8);
    let short = cone(-0.089_484_177_5, -1.291_485_548);
    let red = 4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short;
    let green = -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short;
    let blue = -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short;
    0.2126 * red.clamp(0.0, 1.0) + 0.7152 * green.clamp(0.0, 1.0) + 0.0722 * blue.clamp(0.0, 1.0)
}

fn contrast(one: Oklch, other: Oklch) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    (one / other).max(other / one)
}

#[test]
fn words_have_seven_to_one_and_edges_three_to_one_in_both_themes() {
    let tokens = sheet("tokens.css");
    let white: Oklch = [1.0, 0.0, 0.0];
    assert!(
        (contrast(white, [0.0, 0.0, 0.0]) - 21.0).abs() < 0.01,
        "white on black"
    );
    let surfaces = ["room", "wall", "shelf", "shelf-2"];
    let mut poor = Vec::new();
    let mut look = |above: &str, below: &str, least: f64| {
        let (words, surface) = (role(&tokens, above), role(&tokens, below));
        for (theme, at) in [("light", 0), ("dark", 1)] {
            let found = contrast(words[at], surface[at]);
            if found < least {
                poor.push(format!("{above} on {below}, {theme}: {found:.2}, not {least}"));
            }
        }
    };
    for surface in surfaces {
        for words in ["ink", "ink-2", "ink-3", "good", "bad"] {
            look(words, surface, 7.0);
        }
        for edge in ["line-2", "signal"] {
            look(edge, surface, 3.0);
        }
    }
    for face in ["signal-face", "signal-up"] {
        look("signal-ink", face, 7.0);
    }
    assert!(poor.is_empty(), "{poor:#?}");
}

#[test]
fn colours_stand_in_the_roles_and_nowhere_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("style");
    let mut raw = Vec::new();
    for file in std::fs::read_dir(folder).expect("the style sheets") {
        let name = file.expect("a file").file_name().into_string().expect("a name");
        if name == "tokens.css" {
            continue;
        }
        for (at, line) in sheet(&name).lines().enumerate() {
            let is_hash = line
                .split('#')
                .skip(1)
                .any(|after| after.chars().take(3).filter(char::is_ascii_hexdigit).count() == 3);
            let named = ["oklch(", "oklab(", "rgb(", "rgba(", "hsl(", ": white", ": black"];
            if is_hash || named.iter().any(|raw| line.contains(raw)) {
                raw.push(format!("{name}:{}: {line}", at + 1));
            }
        }
    }
    assert!(raw.is_empty(), "{raw:#?}");
}
