//! What a video track says of itself.

use super::{BROKEN, Track};
use crate::server::media::{Codec, MediaError, boxes::Kind, h264::Parameters};

/// The largest side of a picture that is believed.
const LARGEST_SIDE: u16 = 16_384;

/// The first sample description of a video track.
pub(super) struct Entry {
    pub(super) codec: Codec,
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) parameters: Option<Parameters>,
}

impl Entry {
    pub(super) fn read(track: &Track<'_>) -> Result<Self, MediaError> {
        let mut stsd = track.tables.find(*b"stsd").ok_or(BROKEN)?;
        stsd.take(8).ok_or(BROKEN)?;
        let (kind, mut entry) = stsd.next_box().ok_or(BROKEN)?;
        let codec = match &kind {
            b"avc1" | b"avc3" => Codec::H264,
            b"hvc1" | b"hev1" => Codec::Hevc,
            b"av01" => Codec::Av1,
            b"vp09" => Codec::Vp9,
            other => return Err(MediaError::UnsupportedCodec(printable(*other))),
        };
        // A visual sample entry has 24 bytes before its size and 50 after.
        entry.take(24).ok_or(BROKEN)?;
        let (width, height) = (entry.u16().ok_or(BROKEN)?, entry.u16().ok_or(BROKEN)?);
        if width == 0 || height == 0 || width > LARGEST_SIDE || height > LARGEST_SIDE {
            return Err(MediaError::NotAVideo("The video has no plausible size."));
        }
        entry.take(50).ok_or(BROKEN)?;
        let parameters = match codec {
            Codec::H264 => Some(entry.find(*b"avcC").and_then(Parameters::read).ok_or(BROKEN)?),
            _ => None,
        };
        Ok(Self {
            codec,
            width,
            height,
            parameters,
        })
    }
}

fn printable(kind: Kind) -> String {
    kind.iter()
        .map(|&byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte)
            } else {
                '?'
            }
        })
        .collect()
}
