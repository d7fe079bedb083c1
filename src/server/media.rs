//! Checking video files that came from elsewhere, and taking stills from them.
//!
//! The bytes are hostile until shown otherwise: nothing here panics on them, memory stays bounded by the limits below,
//! and time by the number of entries in an index of limited size. The path through the files: `boxes` finds the boxes
//! of an MP4, `index` reads the tracks and `fragments` the moving ones, `h264` makes a key frame decodable, `picture`
//! scales and compresses it, `stills` picks the moments, and
//! `copy` gives the compressed pictures to who puts them into another film.
//!
//! No parser crate is used for the container: those at hand index tables unchecked or allocate what a file claims, and
//! the dozen boxes needed here are few.

mod boxes;
mod copy;
mod fragments;
mod h264;
mod index;
mod picture;
mod stills;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::Path;

pub use copy::Copied;
use index::Movie;

/// Which codec a video track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    H264,
    Hevc,
    Av1,
    Vp9,
}

/// What is known of a file that passed `inspect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoFacts {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    pub duration_ms: u64,
    /// Frames in 1,000 seconds, on average; `None` where that is no plausible rate.
    pub rate: Option<u64>,
    pub codec: Codec,
    /// Whether a player can start before it has the whole file.
    pub fast_start: bool,
    pub has_audio: bool,
    /// The size of the file.
    pub bytes: u64,
}

/// What is wrong with a file. Every message is one short sentence that may be shown to people.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("The file is empty.")]
    Empty,
    /// Holds the reason, a full sentence.
    #[error("{0}")]
    NotAVideo(&'static str),
    #[error("The video is cut off.")]
    Truncated,
    /// Holds the codec's four-letter name.
    #[error("The video uses a codec that is not supported ({0}).")]
    UnsupportedCodec(String),
    #[error("The still pictures could not be made.")]
    Stills,
    #[error("The file could not be read.")]
    Io(#[from] std::io::Error),
}

/// Checks the structure of an MP4: its boxes, that every sample lies inside the file, a video track with a size and a
/// length. Only the index is read, never the pictures.
///
/// # Errors
/// Every `MediaError` but `Stills`.
pub fn inspect(path: &Path) -> Result<VideoFacts, MediaError> {
    Ok(Movie::read(&mut File::open(path)?)?.facts)
}

/// The longest side of a poster, of the same picture for a wall of tiles, and of a frame of a strip, in pixels.
pub const POSTER_SIDE: u32 = 1_280;
pub const TILE_SIDE: u32 = 480;
pub const STRIP_SIDE: u32 = 320;

/// Still pictures of a video, as JPEG.
#[derive(Clone, Debug)]
pub struct Stills {
    /// One good-looking early frame.
    pub poster_jpeg: Vec<u8>,
    /// The same, small: a wall shows dozens.
    pub tile_jpeg: Vec<u8>,
    /// Frames side by side in order.
    pub strip_jpeg: Vec<u8>,
    /// How many frames the strip holds: 8, or fewer when the video has fewer key frames.
    pub strip_frames: u32,
}

/// Takes a poster and a preview strip. Decodes key frames only; `None` when the codec, or this flavour of it, cannot be
/// decoded here.
///
/// # Errors
/// As `inspect`, and `Stills` when a decoded picture cannot be compressed.
pub fn stills(path: &Path, facts: &VideoFacts) -> Result<Option<Stills>, MediaError> {
    if facts.codec != Codec::H264 {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let movie = Movie::read(&mut file)?;
    stills::take(&mut file, &movie)
}

/// The last frame of a video, in full size; `None` when the codec, or this flavour of it, cannot be decoded here. Blocking.
///
/// # Errors
/// As `inspect`.
pub fn last_frame(file: &mut File) -> Result<Option<image::RgbImage>, MediaError> {
    let movie = Movie::read(file)?;
    Ok(stills::last(file, &movie)?.and_then(picture::Picture::into_image))
}
