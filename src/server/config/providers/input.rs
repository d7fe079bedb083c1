//! How a model calls its parameters, where each model has its own names: the table `input`.

use super::{ConfigError, Kind, keys::Keys};

/// The names of the parameters. An empty name: the model has no such parameter, and it is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// What should be seen.
    pub prompt: String,
    /// The length.
    pub seconds: String,
    /// How the length is written.
    pub seconds_as: SecondsAs,
    /// The shape, as `16:9`.
    pub aspect_ratio: String,
    /// The shorter side, as `720p`.
    pub resolution: String,
    /// The size, as `1280x720`.
    pub size: String,
    /// Pixels across.
    pub width: String,
    /// Pixels down.
    pub height: String,
    /// The seed.
    pub seed: String,
    /// The picture that the video starts from, as a data URI.
    pub picture: String,
    /// The model's name there for orders with a picture, where that is another one.
    pub picture_remote: Option<String>,
}

/// How a length of five seconds is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondsAs {
    /// `5`.
    #[default]
    Number,
    /// `"5"`.
    Text,
    /// `"5s"`.
    TextWithS,
}

impl SecondsAs {
    const ALL: [(&'static str, Self); 3] = [
        ("number", Self::Number),
        ("text", Self::Text),
        ("text-with-s", Self::TextWithS),
    ];
}

impl Input {
    /// Reads the table, and `picture_remote` beside it. A server of the Videos protocol has neither.
    ///
    /// # Errors
    /// A sentence that names the key by its path.
    pub fn read(keys: &mut Keys, kind: &Kind, with_picture: bool) -> Result<Self, ConfigError> {
        // fal's models know a length as a text mostly, Replicate's as a number.
        let (picture, seconds_as) = match kind {
            Kind::Fal(_) => ("image_url", SecondsAs::Text),
            Kind::Replicate(_) => ("image", SecondsAs::Number),
            Kind::OpenAiVideos(_) | Kind::OpenRouter(_) => return Ok(Self::default()),
        };
        let picture_remote = match kind {
            Kind::Fal(_) => keys.text("picture_remote")?,
            _ => None,
        };
        let mut table = keys.inner("input")?;
        let mut name = |key, usual: &str| -> Result<String, ConfigError> {
            Ok(table.text(key)?.unwrap_or_else(|| usual.to_owned()))
        };
        let mut read = Self {
            prompt: name("prompt", "prompt")?,
            seconds: name("seconds", "duration")?,
            aspect_ratio: name("aspect_ratio", "aspect_ratio")?,
            resolution: name("resolution", "")?,
            size: name("size", "")?,
            width: name("width", "")?,
            height: name("height", "")?,
            seed: name("seed", "")?,
            picture: name("picture", picture)?,
            picture_remote,
            seconds_as,
        };
        if let Some(chosen) = table.one_of("seconds_as", &SecondsAs::ALL)? {
            read.seconds_as = chosen;
        }
        if read.prompt.is_empty() {
            return Err(table.wrong("prompt", "the name of a parameter"));
        }
        if with_picture && read.picture.is_empty() {
            return Err(table.wrong("picture", "the name of a parameter, or `input_reference` false"));
        }
        table.end()?;
        Ok(read)
    }

    /// The names that the adapter fills by itself.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let names = [
            &self.prompt,
            &self.seconds,
            &self.aspect_ratio,
            &self.resolution,
            &self.size,
            &self.width,
            &self.height,
            &self.seed,
            &self.picture,
        ];
        let names = names.into_iter().map(String::as_str);
        names.filter(|name| !name.is_empty()).collect()
    }
}
