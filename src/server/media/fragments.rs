//! Fragmented films: samples that are listed in `moof` boxes along the file.

use super::MediaError;
use super::boxes::{Bytes, Layout};
use super::index::{Key, Tally};

const BROKEN: MediaError = MediaError::NotAVideo("A fragment of the video is damaged.");
/// Set in a sample's flags when it is no key frame.
const NOT_SYNC: u32 = 0x0001_0000;

/// What a sample is when its run does not say.
#[derive(Clone, Copy, Default)]
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// Adds the samples of one track in all fragments.
pub(super) fn count(id: u32, moov: Bytes<'_>, layout: &Layout, tally: &mut Tally) -> Result<(), MediaError> {
    let defaults = track_defaults(id, moov).unwrap_or_default();
    for (start, moof) in &layout.moofs {
        for (_, traf) in Bytes(moof).all().filter(|(kind, _)| kind == b"traf") {
            count_fragment(id, traf, (*start, layout.length), defaults, tally)?;
        }
    }
    Ok(())
}

/// `trex` of the track.
fn track_defaults(id: u32, moov: Bytes<'_>) -> Option<Defaults> {
    moov.find(*b"mvex")?
        .all()
        .filter(|(kind, _)| kind == b"trex")
        .find_map(|(_, mut trex)| {
            trex.full()?;
            if trex.u32()? != id {
                return None;
            }
            trex.u32()?;
            Some(Defaults {
                duration: trex.u32()?,
                size: trex.u32()?,
                flags: trex.u32()?,
            })
        })
}

fn count_fragment(
    id: u32,
    traf: Bytes<'_>,
    (start, length): (u64, u64),
    defaults: Defaults,
    tally: &mut Tally,
) -> Result<(), MediaError> {
    let (track, base, defaults) = traf
        .find(*b"tfhd")
        .and_then(|tfhd| fragment_header(tfhd, start, defaults))
        .ok_or(BROKEN)?;
    if track != id {
        return Ok(());
    }
    let mut offset = base;
    for (_, run) in traf.all().filter(|(kind, _)| kind == b"trun") {
        offset = count_run(run, (base, offset), length, defaults, tally)?;
    }
    Ok(())
}

/// `tfhd`: the track, the offset its runs count from, and its defaults.
fn fragment_header(mut tfhd: Bytes<'_>, start: u64, mut defaults: Defaults) -> Option<(u32, u64, Defaults)> {
    let (_, flags) = tfhd.full()?;
    let track = tfhd.u32()?;
    let base = if flags & 0x01 != 0 { tfhd.u64()? } else { start };
    if flags & 0x02 != 0 {
        tfhd.u32()?;
    }
    for (bit, value) in [
        (0x08, &mut defaults.duration),
        (0x10, &mut defaults.size),
        (0x20, &mut defaults.flags),
    ] {
        if flags & bit != 0 {
            *value = tfhd.u32()?;
        }
    }
    Some((track, base, defaults))
}

/// `trun`: a run of samples; gives the offset behind the last one.
fn count_run(
    mut run: Bytes<'_>,
    (base, mut offset): (u64, u64),
    length: u64,
    defaults: Defaults,
    tally: &mut Tally,
) -> Result<u64, MediaError> {
    let (_, flags) = run.full().ok_or(BROKEN)?;
    let samples = run.u32().ok_or(BROKEN)?;
    if flags & 0x01 != 0 {
        let relative = i64::from(run.u32().ok_or(BROKEN)?.cast_signed());
        offset = base.checked_add_signed(relative).ok_or(BROKEN)?;
    }
    let first = if flags & 0x04 != 0 {
        Some(run.u32().ok_or(BROKEN)?)
    } else {
        None
    };
    let mut part = |bit: u32, default: u32| {
        if flags & bit != 0 {
            run.u32().ok_or(BROKEN)
        } else {
            Ok(default)
        }
    };
    for index in 0..samples {
        let duration = part(0x100, defaults.duration)?;
        let size = u64::from(part(0x200, defaults.size)?);
        let own = part(
            0x400,
            if index == 0 {
                first.unwrap_or(defaults.flags)
            } else {
                defaults.flags
            },
        )?;
        part(0x800, 0)?;
        tally.add(Key { offset, size }, own & NOT_SYNC == 0, duration, length)?;
        offset = offset.checked_add(size).ok_or(BROKEN)?;
    }
    Ok(offset)
}
