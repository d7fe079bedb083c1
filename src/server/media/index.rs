//! The index of a film: its tracks, and where their samples lie.

mod entry;
mod tables;
mod tally;

use super::{
    MediaError, VideoFacts,
    boxes::{Bytes, Kind, Layout},
    fragments,
    h264::Parameters,
};
use entry::Entry;
use std::fs::File;
use tables::{Chunks, Offsets, Sizes, Syncs, Times};
use tally::MOST_SAMPLES;
pub(super) use tally::Tally;

/// Longer films than a day are not believed.
const LONGEST_MS: u64 = 24 * 3_600_000;

const BROKEN: MediaError = MediaError::NotAVideo("The index of the video is damaged.");

/// Where a key frame lies in the file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub offset: u64,
    pub size: u64,
}

/// A file whose structure has been checked.
pub(super) struct Movie {
    pub facts: VideoFacts,
    pub keys: Vec<Key>,
    /// The last key frame and all samples after it, in the order of decoding; empty when they are too many.
    pub tail: Vec<Key>,
    /// All samples in the order of decoding, each with whether it is a key frame; empty when they are too many.
    pub samples: Vec<(Key, bool)>,
    /// For H.264 only.
    pub parameters: Option<Parameters>,
}

/// One `trak`, before its samples are counted.
pub(super) struct Track<'a> {
    pub id: u32,
    handler: Kind,
    timescale: u32,
    /// As the header claims; fragmented films say 0.
    claimed: u64,
    tables: Bytes<'a>,
}

impl Movie {
    pub(super) fn read(file: &mut File) -> Result<Self, MediaError> {
        let layout = Layout::read(file)?;
        let Some((moov_at, moov)) = &layout.moov else {
            // The index comes last in many files: without it this is most likely half of one.
            return Err(if layout.first_mdat.is_some() {
                MediaError::Truncated
            } else {
                MediaError::NotAVideo("The file holds no video.")
            });
        };
        let Some(mdat_at) = layout.first_mdat else {
            return Err(MediaError::Truncated);
        };
        let tracks: Vec<Track<'_>> = Bytes(moov)
            .all()
            .filter(|(kind, _)| kind == b"trak")
            .take(64)
            .filter_map(|(_, payload)| Track::read(payload))
            .collect();
        let video = tracks
            .iter()
            .find(|track| &track.handler == b"vide")
            .ok_or(MediaError::NotAVideo("The file has no video track."))?;
        let entry = Entry::read(video)?;
        let tally = video.tally(&layout, moov)?;
        let mut has_audio = false;
        for track in tracks.iter().filter(|track| &track.handler == b"soun") {
            has_audio |= track.tally(&layout, moov)?.samples > 0;
        }
        if tally.samples == 0 {
            return Err(MediaError::NotAVideo("The video has no pictures."));
        }
        let duration_ms = video.duration_ms(&tally)?;
        Ok(Self {
            facts: VideoFacts {
                width: u32::from(entry.width),
                height: u32::from(entry.height),
                duration_ms,
                rate: tally.rate(duration_ms),
                codec: entry.codec,
                fast_start: *moov_at < mdat_at,
                has_audio,
                bytes: layout.length,
            },
            keys: tally.keys.clone(),
            samples: tally.copied(),
            tail: tally.into_tail(),
            parameters: entry.parameters,
        })
    }
}

impl<'a> Track<'a> {
    fn read(trak: Bytes<'a>) -> Option<Self> {
        let mut tkhd = trak.find(*b"tkhd")?;
        let (version, _) = tkhd.full()?;
        tkhd.take(if version == 1 { 16 } else { 8 })?;
        let id = tkhd.u32()?;
        let mdia = trak.find(*b"mdia")?;
        let mut mdhd = mdia.find(*b"mdhd")?;
        let (version, _) = mdhd.full()?;
        mdhd.take(if version == 1 { 16 } else { 8 })?;
        let timescale = mdhd.u32()?;
        let claimed = mdhd.long(version)?;
        let mut hdlr = mdia.find(*b"hdlr")?;
        hdlr.take(8)?;
        Some(Self {
            id,
            handler: hdlr.kind()?,
            timescale,
            claimed,
            tables: mdia.path(&[*b"minf", *b"stbl"])?,
        })
    }

    fn duration_ms(&self, tally: &Tally) -> Result<u64, MediaError> {
        let units = if tally.duration > 0 {
            tally.duration
        } else {
            self.claimed
        };
        let ms = units
            .checked_mul(1_000)
            .and_then(|units| units.checked_div(u64::from(self.timescale)));
        match ms {
            Some(ms @ 1..=LONGEST_MS) => Ok(ms),
            Some(0) | None => Err(MediaError::NotAVideo("The video has no length.")),
            Some(_) => Err(BROKEN),
        }
    }

    /// Counts the samples of the index, then those of the fragments.
    fn tally(&self, layout: &Layout, moov: &[u8]) -> Result<Tally, MediaError> {
        let mut tally = Tally::default();
        self.count(&mut tally, layout.length)?;
        if !layout.moofs.is_empty() {
            fragments::count(self.id, Bytes(moov), layout, &mut tally)?;
        }
        Ok(tally)
    }

    fn count(&self, tally: &mut Tally, length: u64) -> Result<(), MediaError> {
        let mut sizes = Sizes::read(self.tables).ok_or(BROKEN)?;
        if sizes.left == 0 {
            return Ok(());
        }
        if sizes.left > MOST_SAMPLES {
            return Err(BROKEN);
        }
        let mut offsets = Offsets::read(self.tables).ok_or(BROKEN)?;
        let mut chunks = Chunks::read(self.tables).ok_or(BROKEN)?;
        let mut times = Times::read(self.tables).ok_or(BROKEN)?;
        let mut syncs = Syncs::read(self.tables);
        while sizes.left > 0 {
            let mut offset = offsets.next().ok_or(BROKEN)?;
            for _ in 0..chunks.next().ok_or(BROKEN)? {
                let Some(size) = sizes.next() else { break };
                tally.add(Key { offset, size }, syncs.next(), times.next(), length)?;
                offset = offset.checked_add(size).ok_or(BROKEN)?;
            }
        }
        Ok(())
    }
}
