//! The tables of a track (`stbl`), read one sample after another.

use crate::server::media::boxes::Bytes;

/// `stsz`: the size of each sample.
pub(super) struct Sizes<'a> {
    common: u32,
    pub(super) left: u64,
    table: Bytes<'a>,
}

impl<'a> Sizes<'a> {
    pub(super) fn read(stbl: Bytes<'a>) -> Option<Self> {
        let mut table = stbl.find(*b"stsz")?;
        table.full()?;
        let common = table.u32()?;
        let left = u64::from(table.u32()?);
        (common > 0 || left <= (table.0.len() / 4) as u64).then_some(Self { common, left, table })
    }

    pub(super) fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        if self.common > 0 {
            Some(u64::from(self.common))
        } else {
            self.table.u32().map(u64::from)
        }
    }
}

/// `stco` or `co64`: where each chunk begins.
pub(super) struct Offsets<'a> {
    wide: bool,
    table: Bytes<'a>,
}

impl<'a> Offsets<'a> {
    pub(super) fn read(stbl: Bytes<'a>) -> Option<Self> {
        let (wide, mut table) = match stbl.find(*b"stco") {
            Some(table) => (false, table),
            None => (true, stbl.find(*b"co64")?),
        };
        table.take(8)?;
        Some(Self { wide, table })
    }

    pub(super) fn next(&mut self) -> Option<u64> {
        self.table.long(u8::from(self.wide))
    }
}

/// `stsc`: how many samples each chunk holds.
pub(super) struct Chunks<'a> {
    table: Bytes<'a>,
    chunk: u32,
    samples: u32,
    following: Option<(u32, u32)>,
}

impl<'a> Chunks<'a> {
    pub(super) fn read(stbl: Bytes<'a>) -> Option<Self> {
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

    pub(super) fn next(&mut self) -> Option<u32> {
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
pub(super) struct Times<'a> {
    table: Bytes<'a>,
    left: u32,
    delta: u32,
}

impl<'a> Times<'a> {
    pub(super) fn read(stbl: Bytes<'a>) -> Option<Self> {
        let mut table = stbl.find(*b"stts")?;
        table.take(8)?;
        Some(Self {
            table,
            left: 0,
            delta: 0,
        })
    }

    pub(super) fn next(&mut self) -> u32 {
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
pub(super) struct Syncs<'a> {
    table: Option<Bytes<'a>>,
    sample: u32,
    following: Option<u32>,
}

impl<'a> Syncs<'a> {
    pub(super) fn read(stbl: Bytes<'a>) -> Self {
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

    pub(super) fn next(&mut self) -> bool {
        self.sample = self.sample.saturating_add(1);
        let Some(table) = &mut self.table else { return true };
        let hit = self.following == Some(self.sample);
        while self.following.is_some_and(|next| next <= self.sample) {
            self.following = table.u32();
        }
        hit
    }
}
