//! Picking the moments: a poster from the early key frames, a strip from evenly spaced ones.

use std::fs::File;

use openh264::OpenH264API;
use openh264::decoder::{Decoder, DecoderConfig, Flush};

use super::boxes::read_at;
use super::h264::Parameters;
use super::index::{Key, Movie};
use super::picture::Picture;
use super::{MediaError, POSTER_SIDE, STRIP_SIDE, Stills, TILE_SIDE};

const STRIP: usize = 8;
/// The largest side that is decoded; beyond it a frame would need too much memory.
const LARGEST_SIDE: u32 = 4_096;
/// The largest frame that is read, in bytes.
const LARGEST_KEY: u64 = 16 << 20;
/// The most pixels that are decoded to come to the last frame: twenty seconds of 1920x1080 at 60 frames a second.
const MOST_PIXELS: u64 = 1_920 * 1_080 * 1_200;
/// A later frame must be this much more interesting than an earlier one to become the poster.
const PATIENCE: f32 = 0.9;

pub(super) fn take(file: &mut File, movie: &Movie) -> Result<Option<Stills>, MediaError> {
    let Some(parameters) = movie
        .parameters
        .as_ref()
        .filter(|parameters| parameters.decodable())
    else {
        return Ok(None);
    };
    if movie.facts.width.max(movie.facts.height) > LARGEST_SIDE {
        return Ok(None);
    }
    let mut frames = Vec::new();
    for key in spread(&movie.keys) {
        if let Some(picture) = decode(file, parameters, key, STRIP_SIDE as usize)? {
            frames.push((key, picture));
        }
    }
    let Some(best) = most_interesting(&frames) else {
        return Ok(None);
    };
    let mut best = |side: u32| decode(file, parameters, best, side as usize);
    let (Some(poster), Some(tile)) = (best(POSTER_SIDE)?, best(TILE_SIDE)?) else {
        return Ok(None);
    };
    let pictures: Vec<Picture> = frames.into_iter().map(|(_, picture)| picture).collect();
    let Some(strip) = Picture::side_by_side(&pictures) else {
        return Ok(None);
    };
    let count = strip.width / pictures[0].width.max(1);
    Ok(Some(Stills {
        poster_jpeg: poster.jpeg()?,
        tile_jpeg: tile.jpeg()?,
        strip_jpeg: strip.jpeg()?,
        strip_frames: u32::try_from(count).map_err(|_| MediaError::Stills)?,
    }))
}

/// The last frame that a player shows, in full size. `None` when it cannot be decoded here.
pub(super) fn last(file: &mut File, movie: &Movie) -> Result<Option<Picture>, MediaError> {
    let known = movie.parameters.as_ref();
    let Some(parameters) = known.filter(|parameters| parameters.decodable()) else {
        return Ok(None);
    };
    let longest = movie.facts.width.max(movie.facts.height);
    let pixels = u64::from(movie.facts.width) * u64::from(movie.facts.height);
    let too_large = movie.tail.iter().any(|sample| sample.size > LARGEST_KEY);
    if longest > LARGEST_SIDE || too_large || pixels * movie.tail.len() as u64 > MOST_PIXELS {
        return Ok(None);
    }
    // Without flushing: frames come in the order in which they are shown, and the last of them is in the buffer at the end.
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    let Ok(mut decoder) = Decoder::with_api_config(OpenH264API::from_source(), config) else {
        return Ok(None);
    };
    let (mut shown, last) = (None, movie.tail.len().saturating_sub(1));
    for (place, sample) in movie.tail.iter().enumerate() {
        let Some(bytes) = parameters.annex_b(&read_at(file, sample.offset, sample.size)?) else {
            continue;
        };
        let Ok(frame) = decoder.decode(&bytes) else {
            return Ok(None);
        };
        // Where no frames overtake each other, the last one comes at once; else it waits for its turn.
        if let (Some(frame), true) = (frame, place == last) {
            shown = Picture::scaled(&frame, longest as usize);
        }
    }
    let waiting = decoder.flush_remaining().unwrap_or_default();
    let late = waiting.last();
    let late = late.and_then(|frame| Picture::scaled(frame, longest as usize));
    Ok(late.or(shown))
}

/// At most eight key frames, evenly spaced, the first and the last among them.
fn spread(keys: &[Key]) -> Vec<Key> {
    let count = keys.len().min(STRIP);
    (0..count)
        .map(|index| keys[index * (keys.len() - 1) / (count - 1).max(1)])
        .collect()
}

/// The frame for the poster, from the first half of the film.
fn most_interesting(frames: &[(Key, Picture)]) -> Option<Key> {
    let early = frames.len().div_ceil(2).max(2).min(frames.len());
    let mut best: Option<(f32, Key)> = None;
    for (key, picture) in &frames[..early] {
        let interest = picture.interest();
        if best.is_none_or(|(known, _)| interest * PATIENCE > known) {
            best = Some((interest, *key));
        }
    }
    best.map(|(_, key)| key)
}

/// Decodes one key frame on its own; `None` when it does not give a picture.
fn decode(
    file: &mut File,
    parameters: &Parameters,
    key: Key,
    longest: usize,
) -> Result<Option<Picture>, MediaError> {
    if key.size > LARGEST_KEY {
        return Ok(None);
    }
    // A sound index over bytes that are no pictures: no player shows them.
    let bytes = parameters
        .annex_b(&read_at(file, key.offset, key.size)?)
        .ok_or(MediaError::NotAVideo("Its pictures cannot be read."))?;
    let config = DecoderConfig::new().flush_after_decode(Flush::Flush);
    let Ok(mut decoder) = Decoder::with_api_config(OpenH264API::from_source(), config) else {
        return Ok(None);
    };
    // A frame that this decoder cannot show is left out: the stills are a help, and players know more flavours.
    let Ok(Some(frame)) = decoder.decode(&bytes) else {
        return Ok(None);
    };
    Ok(Picture::scaled(&frame, longest))
}
