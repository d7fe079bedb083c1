//! The boxes of an MP4 (ISO/IEC 14496-12): at the top of a file, and inside one that is in memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::MediaError;

/// Boxes at the top level; a fragmented film has two per second or so.
const MOST_BOXES: usize = 50_000;
/// Bytes of index held in memory at once; an hour of video needs about two million.
const MOST_INDEX: u64 = 32 << 20;

pub(super) type Kind = [u8; 4];

/// Where the parts of a file lie, in bytes.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub moov: Option<(u64, Vec<u8>)>,
    /// Where each fragment box starts, and its payload.
    pub moofs: Vec<(u64, Vec<u8>)>,
    pub first_mdat: Option<u64>,
    pub length: u64,
}

impl Layout {
    /// Walks the top-level boxes and takes the index boxes into memory.
    pub(super) fn read(file: &mut File) -> Result<Self, MediaError> {
        let length = file.seek(SeekFrom::End(0))?;
        if length == 0 {
            return Err(MediaError::Empty);
        }
        let mut layout = Self {
            length,
            ..Self::default()
        };
        let (mut at, mut held) = (0_u64, 0_u64);
        for count in 0.. {
            if at == length {
                return Ok(layout);
            }
            if count == MOST_BOXES {
                return Err(MediaError::NotAVideo(
                    "The file has too many parts to be a video.",
                ));
            }
            let (kind, start, size) = header(file, at, length)?;
            if at == 0 && !begins_a_film(kind) {
                return Err(MediaError::NotAVideo("The file is not an MP4 video."));
            }
            let end = at
                .checked_add(size)
                .filter(|end| *end <= length)
                .ok_or(MediaError::Truncated)?;
            match &kind {
                b"moov" | b"moof" => {
                    held += size;
                    if held > MOST_INDEX {
                        return Err(MediaError::NotAVideo("The index of the video is too large."));
                    }
                    let payload = read_at(file, at + start, size - start)?;
                    if &kind == b"moof" {
                        layout.moofs.push((at, payload));
                    } else if layout.moov.is_none() {
                        layout.moov = Some((at, payload));
                    }
                }
                b"mdat" => layout.first_mdat = layout.first_mdat.or(Some(at)),
                _ => {}
            }
            at = end;
        }
        Ok(layout)
    }
}

/// The kind, header length and whole length of the box at `at`.
fn header(file: &mut File, at: u64, length: u64) -> Result<(Kind, u64, u64), MediaError> {
    let left = length - at;
    if left < 8 {
        return Err(if at == 0 {
            MediaError::NotAVideo("The file is not an MP4 video.")
        } else {
            MediaError::Truncated
        });
    }
    let bytes = read_at(file, at, left.min(16))?;
    let mut reader = Bytes(&bytes);
    let short = reader.u32().ok_or(MediaError::Truncated)?;
    let kind = reader.kind().ok_or(MediaError::Truncated)?;
    let (head, size) = match short {
        0 => (8, left),
        1 => (16, reader.u64().ok_or(MediaError::Truncated)?),
        short => (8, u64::from(short)),
    };
    if size < head {
        return Err(MediaError::NotAVideo("The file is not a sound MP4 video."));
    }
    Ok((kind, head, size))
}

fn begins_a_film(kind: Kind) -> bool {
    matches!(
        &kind,
        b"ftyp" | b"styp" | b"moov" | b"mdat" | b"free" | b"skip" | b"wide"
    )
}

/// Reads `count` bytes, which the caller has checked against the file and a limit.
pub(super) fn read_at(file: &mut File, at: u64, count: u64) -> Result<Vec<u8>, MediaError> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == count {
        Ok(bytes)
    } else {
        Err(MediaError::Truncated)
    }
}

/// A forward reader that gives `None` at the end instead of panicking.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn kind(&mut self) -> Option<Kind> {
        self.array()
    }

    /// The version and flags that begin a full box.
    pub(super) fn full(&mut self) -> Option<(u8, u32)> {
        self.u32()
            .map(|word| ((word >> 24).to_be_bytes()[3], word & 0x00ff_ffff))
    }

    /// A 64-bit value in version 1 of a box, a 32-bit one before.
    pub(super) fn long(&mut self, version: u8) -> Option<u64> {
        if version == 1 {
            self.u64()
        } else {
            self.u32().map(u64::from)
        }
    }

    /// The next box inside this payload; `None` at the end or when what follows is no whole box.
    pub(super) fn next_box(&mut self) -> Option<(Kind, Bytes<'a>)> {
        let before = *self;
        let short = self.u32()?;
        let kind = self.kind()?;
        let payload = match short {
            0 => self.0.len(),
            1 => usize::try_from(self.u64()?.checked_sub(16)?).ok()?,
            short => usize::try_from(short.checked_sub(8)?).ok()?,
        };
        let Some(bytes) = self.take(payload) else {
            *self = before;
            return None;
        };
        Some((kind, Bytes(bytes)))
    }

    /// The first box of a kind directly inside this payload.
    pub(super) fn find(self, wanted: Kind) -> Option<Bytes<'a>> {
        self.all()
            .find(|(kind, _)| *kind == wanted)
            .map(|(_, payload)| payload)
    }

    /// The payload at the end of a path of boxes.
    pub(super) fn path(self, kinds: &[Kind]) -> Option<Bytes<'a>> {
        kinds.iter().try_fold(self, |bytes, kind| bytes.find(*kind))
    }

    /// The boxes directly inside this payload.
    pub(super) fn all(mut self) -> impl Iterator<Item = (Kind, Bytes<'a>)> {
        std::iter::from_fn(move || self.next_box())
    }
}
