//! The index of a film: its tracks, and where their samples lie.

use std::fs::File;

use super::boxes::{Bytes, Kind, Layout};
use super::fragments;
use super::h264::Parameters;
use super::{Codec, MediaError, VideoFacts};

/// Samples in one track; a day at 60 frames a second has about five million.
const MOST_SAMPLES: u64 = 6_000_000;
/// Key frames remembered; stills need eight.
const MOST_KEYS: usize = 100_000;
/// Longer films than a day are not believed.
const LONGEST_MS: u64 = 24 * 3_600_000;
/// Samples after the last key frame that are remembered: at 60 frames a second, more than a minute.
const MOST_TAIL: usize = 5_000;
/// Samples of a film that are remembered to be copied: two minutes at 60 frames a second.
const MOST_COPIED: usize = 7_200;
/// Frame rates that are believed, in frames for each 1,000 seconds.
const RATES: std::ops::RangeInclusive<u64> = 1_000..=240_000;
/// The largest side of a picture that is believed.
const LARGEST_SIDE: u16 = 16_384;

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

/// What the samples of one track add up to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub samples: u64,
    /// In units of the track's timescale.
    pub duration: u64,
    pub keys: Vec<Key>,
    /// From the last key frame on. One more than `MOST_TAIL` means: too many.
    tail: Vec<Key>,
    /// One more than `MOST_COPIED` means: too many.
    all: Vec<(Key, bool)>,
}

impl Tally {
    /// Counts one sample, after checking that it lies inside the file.
    pub(super) fn add(&mut self, key: Key, sync: bool, duration: u32, length: u64) -> Result<(), MediaError> {
        let end = key.offset.checked_add(key.size).ok_or(BROKEN)?;
        if end > length {
            return Err(MediaError::Truncated);
        }
        self.samples += 1;
        if self.samples > MOST_SAMPLES {
            return Err(BROKEN);
        }
        self.duration = self.duration.saturating_add(u64::from(duration));
        if sync && key.size > 0 && self.keys.len() < MOST_KEYS {
            self.keys.push(key);
        }
        if sync {
            self.tail.clear();
        }
        if key.size > 0 && self.tail.len() <= MOST_TAIL {
            self.tail.push(key);
        }
        if self.all.len() <= MOST_COPIED {
            self.all.push((key, sync));
        }
        Ok(())
    }

    /// Frames for each 1,000 seconds.
    fn rate(&self, duration_ms: u64) -> Option<u64> {
        let rate = (self.samples * 1_000_000).checked_div(duration_ms)?;
        Some(rate).filter(|rate| RATES.contains(rate))
    }

    fn into_tail(self) -> Vec<Key> {
        if self.tail.len() > MOST_TAIL {
            return Vec::new();
        }
        self.tail
    }
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
        let few = tally.all.len() <= MOST_COPIED;
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
            samples: if few { tally.all.clone() } else { Vec::new() },
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

/// `stsz`: the size of each sample.
struct Sizes<'a> {
    common: u32,
    left: u64,
    table: Bytes<'a>,
}

impl<'a> Sizes<'a> {
    fn read(stbl: Bytes<'a>) -> Option<Self> {
        let mut table = stbl.find(*b"stsz")?;
        table.full()?;
        let common = table.u32()?;
        let left = u64::from(table.u32()?);
        (common > 0 || left <= (table.0.len() / 4) as u64).then_some(Self { common, left, table })
    }

    fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        if self.common > 0 {
            Some(u64::from(self.common))
        } else {
            self.table.u32().map(u64::from)
        }
    }
}

/// `stco` or `co64`: where each chunk begins.
struct Offsets<'a> {
    wide: bool,
    table: Bytes<'a>,
}

impl<'a> Offsets<'a> {
    fn read(stbl: Bytes<'a>) -> Option<Self> {
        let (wide, mut table) = match stbl.find(*b"stco") {
            Some(table) => (false, table),
            None => (true, stbl.find(*b"co64")?),
        };
        table.take(8)?;
        Some(Self { wide, table })
    }

    fn next(&mut self) -> Option<u64> {
        self.table.long(u8::from(self.wide))
    }
}

/// `stsc`: how many samples each chunk holds.
struct Chunks<'a> {
    table: Bytes<'a>,
    chunk: u32,
    samples: u32,
    following: Option<(u32, u32)>,
}

impl<'a> Chunks<'a> {
    fn read(stbl: Bytes<'a>) -> Option<Self> {
        let mut table = stbl.find(*b"stsc")?;
        table.take(8)?;
        let mut chunks = Self {
            table,
            chunk: 0,
            samples: 0,
            following: None,
        };
        chunks.advance();
        chunks
            .following
            .is_some_and(|(first, _)| first == 1)
            .then_some(chunks)
    }

    fn advance(&mut self) {
        self.following = (|| {
            let run = (self.table.u32()?, self.table.u32()?);
            self.table.u32()?;
            Some(run)
        })();
    }

    fn next(&mut self) -> Option<u32> {
        self.chunk = self.chunk.checked_add(1)?;
        if let Some((first, samples)) = self.following
            && first <= self.chunk
        {
            self.samples = samples;
            self.advance();
        }
        Some(self.samples)
    }
}

/// `stts`: how long each sample is shown. Samples past its end last no time.
struct Times<'a> {
    table: Bytes<'a>,
    left: u32,
    delta: u32,
}

impl<'a> Times<'a> {
    fn read(stbl: Bytes<'a>) -> Option<Self> {
        let mut table = stbl.find(*b"stts")?;
        table.take(8)?;
        Some(Self {
            table,
            left: 0,
            delta: 0,
        })
    }

    fn next(&mut self) -> u32 {
        while self.left == 0 {
            let (Some(left), Some(delta)) = (self.table.u32(), self.table.u32()) else {
                return 0;
            };
            (self.left, self.delta) = (left, delta);
        }
        self.left -= 1;
        self.delta
    }
}

/// `stss`: which samples are key frames; without the box all of them are.
struct Syncs<'a> {
    table: Option<Bytes<'a>>,
    sample: u32,
    following: Option<u32>,
}

impl<'a> Syncs<'a> {
    fn read(stbl: Bytes<'a>) -> Self {
        let mut table = stbl.find(*b"stss");
        if let Some(table) = &mut table {
            table.take(8);
        }
        let following = table.as_mut().and_then(Bytes::u32);
        Self {
            table,
            sample: 0,
            following,
        }
    }

    fn next(&mut self) -> bool {
        self.sample = self.sample.saturating_add(1);
        let Some(table) = &mut self.table else { return true };
        let hit = self.following == Some(self.sample);
        while self.following.is_some_and(|next| next <= self.sample) {
            self.following = table.u32();
        }
        hit
    }
}

/// The first sample description of a video track.
struct Entry {
    codec: Codec,
    width: u16,
    height: u16,
    parameters: Option<Parameters>,
}

impl Entry {
    fn read(track: &Track<'_>) -> Result<Self, MediaError> {
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
