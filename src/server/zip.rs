//! Archives of files that are stored as they are (APPNOTE.TXT 6.3.10): where each byte of one stands is known before any
//! file is read, so that an archive can be sent piece by piece and gone on with anywhere. No file is compressed: videos are.
//!
//! ZIP64 is used where a number does not fit, names are UTF-8, and times are told in UTC by an extended timestamp.

use chrono::{DateTime, Datelike as _, Timelike as _};
use std::ops::Range;

/// From this on, a number stands in its ZIP64 field.
const WIDE: u64 = 0xFFFF_FFFF;
/// The same of the number of entries.
const MANY: usize = 0xFFFF;
/// Bit 11: the name is UTF-8.
const UTF8: u16 = 1 << 11;
/// Made on Unix, by version 4.5 of the specification.
const MADE_BY: u16 = (3 << 8) | 0x2D;
/// A regular file that its owner may write.
const MODE: u32 = 0o100_644 << 16;

/// A file in an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, without a folder.
    pub name: String,
    /// Bytes.
    pub length: u64,
    /// Unix milliseconds.
    pub modified: i64,
}

/// A part of an archive; the number is the entry's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What stands before a file.
    Header(usize),
    /// The file.
    File(usize),
    /// Its line in the directory at the end.
    Record(usize),
    /// The end of the directory.
    End,
}

/// Where everything stands.
#[derive(Clone, Debug)]
pub struct Layout {
    entries: Vec<Entry>,
    /// Where each header begins.
    offsets: Vec<u64>,
    /// Where the directory begins, and how long it is.
    directory: (u64, u64),
}

impl Layout {
    /// The layout of files in this order.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut offsets = Vec::with_capacity(entries.len());
        let mut at = 0;
        for entry in &entries {
            offsets.push(at);
            at += header_length(entry) + entry.length;
        }
        let mut layout = Self {
            entries,
            offsets,
            directory: (at, 0),
        };
        layout.directory.1 = (0..layout.entries.len())
            .map(|n| layout.length_of(Part::Record(n)))
            .sum();
        layout
    }

    /// The length of the whole archive in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.directory.0 + self.directory.1 + self.length_of(Part::End)
    }

    /// The parts that a range of the archive touches, each with the range inside of it.
    #[must_use]
    pub fn parts(&self, range: &Range<u64>) -> Vec<(Part, Range<u64>)> {
        let files = (0..self.entries.len()).flat_map(|n| [Part::Header(n), Part::File(n)]);
        let records = (0..self.entries.len()).map(Part::Record);
        let all = files.chain(records).chain([Part::End]);
        let (mut at, mut touched) = (0, Vec::new());
        for part in all {
            let length = self.length_of(part);
            let from = range.start.clamp(at, at + length) - at;
            let to = range.end.clamp(at, at + length) - at;
            if from < to {
                touched.push((part, from..to));
            }
            at += length;
        }
        touched
    }

    fn length_of(&self, part: Part) -> u64 {
        match part {
            Part::Header(n) => header_length(&self.entries[n]),
            Part::File(n) => self.entries[n].length,
            Part::Record(n) => 46 + name_length(&self.entries[n]) + STAMP + wide_length(&self.wide(n)),
            Part::End => 22 + if self.is_wide() { 56 + 20 } else { 0 },
        }
    }

    /// What of an entry stands in its ZIP64 field in the directory, in the order of the specification.
    fn wide(&self, n: usize) -> Vec<u64> {
        let (length, offset) = (self.entries[n].length, self.offsets[n]);
        let mut wide = Vec::new();
        if length >= WIDE {
            wide.extend([length, length]);
        }
        if offset >= WIDE {
            wide.push(offset);
        }
        wide
    }

    fn is_wide(&self) -> bool {
        self.entries.len() >= MANY || self.directory.0 >= WIDE || self.directory.1 >= WIDE
    }

    /// What stands before a file.
    #[must_use]
    pub fn header(&self, n: usize, crc32: u32) -> Vec<u8> {
        let entry = &self.entries[n];
        let wide = wide_in_header(entry);
        let mut out = Vec::new();
        put(&mut out, &[0x50, 0x4B, 3, 4]);
        put_facts(&mut out, entry, crc32, !wide.is_empty());
        put(&mut out, &short(STAMP + wide_length(&wide)).to_le_bytes());
        put(&mut out, entry.name.as_bytes());
        put_extras(&mut out, entry, &wide);
        out
    }

    /// The line of a file in the directory.
    #[must_use]
    pub fn record(&self, n: usize, crc32: u32) -> Vec<u8> {
        let (entry, wide) = (&self.entries[n], self.wide(n));
        let mut out = Vec::new();
        put(&mut out, &[0x50, 0x4B, 1, 2]);
        put(&mut out, &MADE_BY.to_le_bytes());
        put_facts(&mut out, entry, crc32, !wide.is_empty());
        put(&mut out, &short(STAMP + wide_length(&wide)).to_le_bytes());
        // No comment, the first disk, no hints.
        put(&mut out, &[0; 6]);
        put(&mut out, &MODE.to_le_bytes());
        put(&mut out, &long(self.offsets[n]).to_le_bytes());
        put(&mut out, entry.name.as_bytes());
        put_extras(&mut out, entry, &wide);
        out
    }

    /// The end of the directory.
    #[must_use]
    pub fn end(&self) -> Vec<u8> {
        let (at, length) = self.directory;
        let count = self.entries.len();
        let mut out = Vec::new();
        if self.is_wide() {
            put(&mut out, &[0x50, 0x4B, 6, 6]);
            put(&mut out, &44_u64.to_le_bytes());
            put(&mut out, &MADE_BY.to_le_bytes());
            put(&mut out, &45_u16.to_le_bytes());
            put(&mut out, &[0; 8]);
            for number in [count as u64, count as u64, length, at] {
                put(&mut out, &number.to_le_bytes());
            }
            put(&mut out, &[0x50, 0x4B, 6, 7, 0, 0, 0, 0]);
            put(&mut out, &(at + length).to_le_bytes());
            put(&mut out, &1_u32.to_le_bytes());
        }
        put(&mut out, &[0x50, 0x4B, 5, 6, 0, 0, 0, 0]);
        for _ in 0..2 {
            put(&mut out, &short(count as u64).to_le_bytes());
        }
        put(&mut out, &long(length).to_le_bytes());
        put(&mut out, &long(at).to_le_bytes());
        put(&mut out, &[0; 2]);
        out
    }
}

/// The length of the extended timestamp.
const STAMP: u64 = 9;

fn header_length(entry: &Entry) -> u64 {
    30 + name_length(entry) + STAMP + wide_length(&wide_in_header(entry))
}

const fn name_length(entry: &Entry) -> u64 {
    entry.name.len() as u64
}

const fn wide_length(wide: &[u64]) -> u64 {
    if wide.is_empty() {
        0
    } else {
        4 + 8 * wide.len() as u64
    }
}

fn wide_in_header(entry: &Entry) -> Vec<u64> {
    if entry.length >= WIDE {
        vec![entry.length; 2]
    } else {
        Vec::new()
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}

/// A number in a field of four bytes; all ones where it stands elsewhere.
fn long(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The same in a field of two bytes.
fn short(number: u64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// What header and directory say of a file alike.
fn put_facts(out: &mut Vec<u8>, entry: &Entry, crc32: u32, wide: bool) {
    let needed: u16 = if wide { 45 } else { 20 };
    let (date, time) = dos(entry.modified);
    // Stored as it is.
    for number in [needed, UTF8, 0, time, date] {
        put(out, &number.to_le_bytes());
    }
    for number in [crc32, long(entry.length), long(entry.length)] {
        put(out, &number.to_le_bytes());
    }
    put(out, &short(name_length(entry)).to_le_bytes());
}

fn put_extras(out: &mut Vec<u8>, entry: &Entry, wide: &[u64]) {
    if !wide.is_empty() {
        put(out, &1_u16.to_le_bytes());
        put(out, &short(8 * wide.len() as u64).to_le_bytes());
        for number in wide {
            put(out, &number.to_le_bytes());
        }
    }
    put(out, &[b'U', b'T', 5, 0, 1]);
    let seconds = i32::try_from(entry.modified.div_euclid(1_000)).unwrap_or_default();
    put(out, &seconds.to_le_bytes());
}

/// Date and time as DOS wrote them, in UTC: the extended timestamp says it better.
fn dos(modified: i64) -> (u16, u16) {
    let at = DateTime::from_timestamp_millis(modified).unwrap_or_default();
    let year = u32::try_from(at.year() - 1980).unwrap_or_default().min(127);
    let date = (year << 9) | (at.month() << 5) | at.day();
    let time = (at.hour() << 11) | (at.minute() << 5) | (at.second() / 2);
    (short(date.into()), short(time.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(lengths: &[u64]) -> Layout {
        let entry = |(n, length): (usize, &u64)| Entry {
            name: format!("é{n}.mp4"),
            length: *length,
            modified: 1_795_442_531_000,
        };
        Layout::new(lengths.iter().enumerate().map(entry).collect())
    }

    #[test]
    fn every_part_is_as_long_as_it_was_said() {
        for lengths in [&[][..], &[0, 5, 70_000], &[WIDE - 1, WIDE, 3, WIDE * 2, 9]] {
            let layout = layout(lengths);
            for n in 0..lengths.len() {
                assert_eq!(
                    layout.header(n, 7).len() as u64,
                    layout.length_of(Part::Header(n))
                );
                assert_eq!(
                    layout.record(n, 7).len() as u64,
                    layout.length_of(Part::Record(n))
                );
            }
            assert_eq!(layout.end().len() as u64, layout.length_of(Part::End));
            let whole = layout.parts(&(0..layout.length()));
            let sum: u64 = whole.iter().map(|(_, range)| range.end - range.start).sum();
            assert_eq!(sum, layout.length());
        }
    }

    #[test]
    fn a_range_touches_only_its_parts() {
        let layout = layout(&[10, 20]);
        let header = layout.length_of(Part::Header(0));
        assert_eq!(layout.parts(&(header + 3..header + 5)), [(Part::File(0), 3..5)]);
        assert_eq!(
            layout.parts(&(header + 9..header + 11)),
            [(Part::File(0), 9..10), (Part::Header(1), 0..1)]
        );
        assert_eq!(
            layout.parts(&(layout.length() - 1..layout.length())),
            [(Part::End, 21..22)]
        );
    }

    #[test]
    fn large_numbers_stand_in_their_wide_fields() {
        let layout = layout(&[WIDE + 5, 3]);
        let record = layout.record(1, 7);
        assert_eq!(record[42..46], [0xFF; 4], "the offset does not fit");
        let extra = 46 + "é1.mp4".len();
        assert_eq!(record[extra..extra + 4], [1, 0, 8, 0]);
        let offset = u64::from_le_bytes(record[extra + 4..extra + 12].try_into().unwrap());
        assert_eq!(offset, layout.offsets[1]);
        assert_eq!(layout.end()[..4], [0x50, 0x4B, 6, 6]);
        assert_eq!(layout.end().len(), 98);
    }
}
