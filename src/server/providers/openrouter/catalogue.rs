//! OpenRouter's list of video models, `GET /videos/models`, as offers with prices (OpenRouterTeam/typescript-sdk,
//! `src/models/videomodel.ts`). What cannot be offered honestly is left out, with the reason.

use super::price::{ONE, Prices, up};
use crate::{
    model::{
        catalogue::{Model, Size, SizeOffer},
        credits::Credits,
    },
    server::{
        config::providers::OpenRouterConfig,
        providers::{Extends, Offer},
    },
};
use serde_json::{Map, Value};

/// Chosen at first, where a model has it.
const FIRST: [Size; 2] = [Size::new(1280, 720), Size::new(720, 1280)];
/// The shortest length that is chosen at first, in seconds.
const FIRST_SECONDS: u32 = 4;
/// The longest note on a model, in letters.
const MOST_NOTE: usize = 160;
/// The most models of a list, and the most credits for a second.
const MOST_MODELS: usize = 500;
const MOST_CREDITS: i128 = 1_000_000;

/// Models that are not offered, each with the reason.
pub type LeftOut = Vec<(String, String)>;

/// A model of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub offer: Offer,
    /// Whether it takes a seed.
    pub seed: bool,
    /// What is sent for sound; nothing where the model knows no choice.
    pub audio: Option<bool>,
    /// The sizes that it knows by a resolution and a shape; a model that knows sizes in pixels has none.
    pub shapes: Vec<Shape>,
}

/// A size in OpenRouter's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub size: Size,
    /// `720p`, as the list writes it.
    pub resolution: String,
    /// `16:9`.
    pub ratio: String,
}

/// What the list offers, in its order or in that of the configuration, and what was left out and why.
pub fn offers(list: &Value, config: &OpenRouterConfig) -> Option<(Vec<Listed>, LeftOut)> {
    let models = list["data"].as_array()?;
    let (mut listed, mut left_out) = (Vec::<Listed>::new(), Vec::new());
    for model in models.iter().take(MOST_MODELS) {
        let id = model["id"].as_str().unwrap_or_default();
        let wanted = config.only.is_empty() || config.only.iter().any(|only| only == id);
        if !wanted || listed.iter().any(|listed| listed.offer.model.id == id) {
            continue;
        }
        match one(id, model, config) {
            Ok(one) => listed.push(one),
            Err(why) => left_out.push((id.to_owned(), why)),
        }
    }
    for only in &config.only {
        if !models.iter().any(|model| model["id"] == only.as_str()) {
            left_out.push((only.clone(), "it is not on the list".into()));
        }
    }
    listed.sort_by_key(|listed| config.only.iter().position(|only| *only == listed.offer.model.id));
    Some((listed, left_out))
}

fn one(id: &str, model: &Value, config: &OpenRouterConfig) -> Result<Listed, String> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
    if id.is_empty() || id.len() > 100 || !id.bytes().all(known) {
        return Err("its name is not usable".into());
    }
    let seconds = seconds(&model["supported_durations"]);
    let shortest = *seconds.first().ok_or("it has no lengths")?;
    let none = Map::new();
    let prices = Prices::read(model["pricing_skus"].as_object().unwrap_or(&none))
        .map_err(|name| format!("nobody here can read the price `{name}`"))?;
    let first_frame = texts(&model["supported_frame_images"]).any(|frame| frame == "first_frame");
    // A price for each second has no place for the price of a picture.
    let pictures = first_frame && !prices.picture_costs;
    let can_be_heard = model["generate_audio"].as_bool();
    let audio = can_be_heard.map(|can| can && config.audio);
    let resolutions: Vec<_> = texts(&model["supported_resolutions"])
        .map(ToOwned::to_owned)
        .collect();
    let mut sizes: Vec<_> = texts(&model["supported_sizes"])
        .filter_map(|size| size.parse().ok())
        .collect();
    let mut shapes = Vec::new();
    if sizes.is_empty() {
        shapes = made_of(&resolutions, &model["supported_aspect_ratios"]);
        sizes = shapes.iter().map(|shape| shape.size).collect();
    }
    let mut priced: Vec<SizeOffer> = Vec::new();
    for size in sizes {
        let resolution = resolution(size, &resolutions).map(str::to_ascii_lowercase);
        let second = prices.second(size, resolution.as_deref(), audio, pictures, shortest);
        if let Some(credits) = second.and_then(|second| credits(second, config))
            && priced.iter().all(|offer| offer.size != size)
        {
            priced.push(SizeOffer {
                size,
                credits_per_second: credits,
            });
        }
    }
    if priced.is_empty() {
        return Err("it has no size with a price for each second".into());
    }
    priced.sort_by_key(|offer| {
        FIRST
            .iter()
            .position(|first| *first == offer.size)
            .unwrap_or(FIRST.len())
    });
    let default_seconds = seconds.iter().find(|length| **length >= FIRST_SECONDS);
    Ok(Listed {
        seed: model["seed"] == true,
        audio: audio.filter(|_| can_be_heard == Some(true)),
        shapes,
        offer: Offer {
            deadline: config.deadline,
            available_until: None,
            successor: None,
            extends: Extends::File,
            model: Model {
                id: id.to_owned(),
                label: model["name"]
                    .as_str()
                    .filter(|name| !name.is_empty())
                    .unwrap_or(id)
                    .into(),
                note: note(model["description"].as_str().unwrap_or_default()),
                sizes: priced,
                default_seconds: *default_seconds.or(seconds.last()).unwrap_or(&shortest),
                seconds,
                doing: None,
                input_reference: pictures,
                extends_to: 0,
            },
        },
    })
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn seconds(list: &Value) -> Vec<u32> {
    let lengths = list.as_array().into_iter().flatten();
    let lengths = lengths.filter_map(|length| u32::try_from(length.as_u64()?).ok());
    let mut lengths: Vec<_> = lengths.filter(|length| (1..=600).contains(length)).collect();
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

/// The shorter side of a resolution, in pixels, as OpenRouter's own sizes have it. `1K` is not among them.
fn side(resolution: &str) -> Option<u32> {
    match resolution {
        "2K" => Some(1_440),
        "4K" => Some(2_160),
        other => other.strip_suffix('p')?.parse().ok(),
    }
}

/// Every resolution in every shape: 480p and 16:9 are 854x480.
fn made_of(resolutions: &[String], ratios: &Value) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for resolution in resolutions {
        for ratio in texts(ratios) {
            if let Some(size) = side(resolution).and_then(|short| shaped(short, ratio)) {
                shapes.push(Shape {
                    size,
                    resolution: resolution.clone(),
                    ratio: ratio.to_owned(),
                });
            }
        }
    }
    shapes
}

/// The size with a shorter side and a shape, in even pixels.
fn shaped(short: u32, ratio: &str) -> Option<Size> {
    let (across, down) = ratio.split_once(':')?;
    let part = |text: &str| text.parse().ok().filter(|part| (1..=64).contains(part));
    let (across, down): (u32, u32) = (part(across)?, part(down)?);
    let long = short.checked_mul(across.max(down))?.div_ceil(across.min(down));
    let long = long.next_multiple_of(2);
    let size = if across >= down {
        Size::new(long, short)
    } else {
        Size::new(short, long)
    };
    // Within the bounds of every size.
    size.to_string().parse().ok()
}

/// Which of a model's resolutions a size belongs to: by its shorter side, else by its area, as models reckon that keep
/// the area for every shape.
pub fn resolution(size: Size, resolutions: &[String]) -> Option<&str> {
    let short = size.width.min(size.height);
    let exact = resolutions.iter().find(|name| side(name) == Some(short));
    let area = f64::from(size.width) * f64::from(size.height);
    let distance = |name: &String| {
        let side = f64::from(side(name)?);
        Some((area / (side * side * 16.0 / 9.0)).ln().abs())
    };
    let near = resolutions
        .iter()
        .filter_map(|name| Some((name, distance(name)?)))
        .min_by(|(_, one), (_, other)| one.total_cmp(other))
        .map(|(name, _)| name);
    exact.or(near).map(String::as_str)
}

/// Dollars for a second as credits with the operator's margin, rounded up.
fn credits(second: i128, config: &OpenRouterConfig) -> Option<Credits> {
    let with_margin = second * i128::from(100 + config.margin) * i128::from(config.credits_per_usd);
    let credits = up(with_margin, 100 * ONE);
    let credits = (1..=MOST_CREDITS).contains(&credits).then_some(credits)?;
    i64::try_from(credits).ok().map(Credits)
}

/// The first sentence of a description.
fn note(description: &str) -> String {
    let line = description.lines().next().unwrap_or_default().trim();
    let sentence = line.split_inclusive(". ").next().unwrap_or_default().trim();
    if sentence.chars().count() <= MOST_NOTE {
        return sentence.to_owned();
    }
    let short: String = sentence.chars().take(MOST_NOTE - 1).collect();
    format!("{}…", short.trim_end())
}

#[cfg(test)]
mod tests;
