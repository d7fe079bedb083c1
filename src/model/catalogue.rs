//! The catalogue: which models there are, what they can make, and what that costs.

use super::credits::Credits;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// Width and height of a video in pixels. Written `1280x720` everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Size {
    /// A size in pixels.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// The shape in the field's words: `16:9`, `9:16`, `1:1`, or the reduced ratio.
    #[must_use]
    pub fn shape(self) -> String {
        let divisor = gcd(self.width, self.height).max(1);
        format!("{}:{}", self.width / divisor, self.height / divisor)
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// The text is not a size.
#[derive(Debug, thiserror::Error)]
#[error("not a size; write it like 1280x720")]
pub struct NotASize;

impl FromStr for Size {
    type Err = NotASize;

    fn from_str(text: &str) -> Result<Self, NotASize> {
        let (width, height) = text.split_once('x').ok_or(NotASize)?;
        let side = |text: &str| {
            text.parse::<u32>()
                .ok()
                .filter(|side| (16..=8192).contains(side))
                .ok_or(NotASize)
        };
        Ok(Self::new(side(width)?, side(height)?))
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// One size that a model can make, and its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeOffer {
    /// The size.
    pub size: Size,
    /// Credits for each second of video.
    pub credits_per_second: Credits,
}

/// The most seconds that one extension adds.
pub const ADDED_MAX: u32 = 20;

/// A model that people can choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its name for programs, unique in the catalogue.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// One line that says what it is, honestly.
    pub note: String,
    /// Sizes with prices, the default first.
    pub sizes: Vec<SizeOffer>,
    /// Lengths it can make, in seconds, ascending.
    pub seconds: Vec<u32>,
    /// The length that is chosen at first, in seconds.
    pub default_seconds: u32,
    /// Whether a video can start from a reference picture.
    #[serde(default)]
    pub input_reference: bool,
    /// The longest video that it makes by extending, in seconds; 0 where it extends none.
    #[serde(default)]
    pub extends_to: u32,
    /// How its provider has been doing, where it depends on one.
    #[serde(default)]
    pub doing: Option<Doing>,
}

/// How the last orders at a provider ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doing {
    /// So many of the last `of` worked.
    pub worked: u32,
    /// How many were counted.
    pub of: u32,
    /// When the last one ended, in unix milliseconds.
    pub last_at: i64,
}

/// A model that was offered once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// As it was offered.
    pub model: Model,
    /// The id of the model to use instead, if there is one on offer.
    pub successor: Option<String>,
}

impl Model {
    /// The offer for a size.
    #[must_use]
    pub fn offer(&self, size: Size) -> Option<&SizeOffer> {
        self.sizes.iter().find(|offer| offer.size == size)
    }

    /// What one take costs, or nothing if the model cannot make it.
    #[must_use]
    pub fn price(&self, size: Size, seconds: u32) -> Option<Credits> {
        self.seconds.binary_search(&seconds).ok()?;
        self.offer(size)?.credits_per_second.checked_mul(seconds)
    }

    /// The lengths that can be added to a video of so many seconds.
    pub fn additions(&self, before: u32) -> impl Iterator<Item = u32> {
        let room = self.extends_to.saturating_sub(before).min(ADDED_MAX);
        self.seconds
            .iter()
            .copied()
            .filter(move |seconds| *seconds <= room)
    }
}

/// Every model that can be chosen now, the default first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The models.
    pub models: Vec<Model>,
    /// Those that were offered before, so that they are known by name.
    #[serde(default)]
    pub retired: Vec<Retired>,
}

impl Catalogue {
    /// A model by its id.
    #[must_use]
    pub fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    /// A model that was offered once, by its id.
    #[must_use]
    pub fn retired(&self, id: &str) -> Option<&Retired> {
        self.retired.iter().find(|retired| retired.model.id == id)
    }

    /// A model by its id, also one that is not offered any more.
    #[must_use]
    pub fn known(&self, id: &str) -> Option<&Model> {
        self.model(id)
            .or_else(|| self.retired(id).map(|retired| &retired.model))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_added_stays_within_the_whole_and_within_twenty_seconds() {
        let model = |extends_to| Model {
            id: "m".into(),
            label: "M".into(),
            note: String::new(),
            sizes: Vec::new(),
            seconds: vec![4, 8, 12, 30],
            default_seconds: 4,
            input_reference: false,
            extends_to,
            doing: None,
        };
        let added = |extends_to, before| model(extends_to).additions(before).collect::<Vec<_>>();
        assert_eq!(added(120, 4), [4, 8, 12]);
        assert_eq!(added(120, 110), [4, 8]);
        assert_eq!(added(120, 117), [0; 0]);
        assert_eq!(added(0, 4), [0; 0], "it extends none");
        assert_eq!(added(60, 4_000), [0; 0]);
    }

    #[test]
    fn a_size_reads_what_it_writes() {
        let size: Size = "1280x720".parse().unwrap();
        assert_eq!(size, Size::new(1280, 720));
        assert_eq!(size.shape(), "16:9");
        for bad in [
            "",
            "x",
            "1280",
            "1280x",
            "-1x5",
            "1280x720x3",
            "99999999999x1",
            "8x8",
        ] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }
}
