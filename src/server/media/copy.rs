//! The compressed pictures of a film as they are, for who goes on with it.

use std::fs::File;
use std::path::Path;

use super::boxes::read_at;
use super::h264::Parameters;
use super::index::{Key, Movie};
use super::{Codec, MediaError, VideoFacts};

/// The largest compressed picture that is copied, in bytes.
const LARGEST: u64 = 16 << 20;
const NO_PICTURE: MediaError = MediaError::NotAVideo("Its pictures cannot be read.");

/// The pictures of an H.264 film, one after the other.
pub struct Copied {
    /// What the film is.
    pub facts: VideoFacts,
    file: File,
    parameters: Parameters,
    samples: std::vec::IntoIter<(Key, bool)>,
}

impl Copied {
    /// Opens a film; `None` when it is not H.264, or has more pictures than are copied.
    ///
    /// # Errors
    /// As `inspect`.
    pub fn open(path: &Path) -> Result<Option<Self>, MediaError> {
        let mut file = File::open(path)?;
        let movie = Movie::read(&mut file)?;
        let Some(parameters) = movie.parameters.filter(|_| movie.facts.codec == Codec::H264) else {
            return Ok(None);
        };
        Ok((!movie.samples.is_empty()).then_some(Self {
            facts: movie.facts,
            file,
            parameters,
            samples: movie.samples.into_iter(),
        }))
    }

    /// Its parameter sets, as Annex B.
    #[must_use]
    pub fn sets(&self) -> &[u8] {
        self.parameters.sets()
    }

    /// How many pictures are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.samples.len()
    }

    /// The next picture as Annex B, and whether it is a key frame.
    ///
    /// # Errors
    /// When the file cannot be read, or what is there is no picture.
    pub fn next_picture(&mut self) -> Result<Option<(Vec<u8>, bool)>, MediaError> {
        let Some((sample, key)) = self.samples.next() else {
            return Ok(None);
        };
        if sample.size > LARGEST {
            return Err(NO_PICTURE);
        }
        let bytes = read_at(&mut self.file, sample.offset, sample.size)?;
        let mut picture = self.parameters.bare(&bytes).ok_or(NO_PICTURE)?;
        if key && !picture.starts_with(self.parameters.sets()) {
            picture.splice(..0, self.parameters.sets().iter().copied());
        }
        Ok(Some((picture, key)))
    }
}
