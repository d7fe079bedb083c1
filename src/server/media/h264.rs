//! Making an H.264 sample from an MP4 decodable: lengths become start codes, parameter sets go first.

use super::boxes::Bytes;

const START: [u8; 4] = [0, 0, 0, 1];
/// Profiles whose pictures are 8-bit 4:2:0, which is what the decoder can do: Baseline, Main, Extended, High.
const PROFILES: [u8; 4] = [66, 77, 88, 100];

/// `avcC` (ISO/IEC 14496-15): the parameter sets, and how wide the length before each unit is.
#[derive(Debug)]
pub(super) struct Parameters {
    width: usize,
    profile: u8,
    /// The sets as Annex B.
    sets: Vec<u8>,
}

impl Parameters {
    pub(super) fn read(mut config: Bytes<'_>) -> Option<Self> {
        config.u8()?;
        let profile = config.u8()?;
        config.take(2)?;
        let width = usize::from(config.u8()? & 3) + 1;
        let mut sets = Vec::new();
        for mask in [0x1f, 0xff] {
            for _ in 0..config.u8()? & mask {
                let length = config.u16()?;
                sets.extend(START);
                sets.extend(config.take(usize::from(length))?);
            }
        }
        Some(Self { width, profile, sets })
    }

    pub(super) fn decodable(&self) -> bool {
        PROFILES.contains(&self.profile)
    }

    /// The parameter sets as Annex B.
    pub(super) fn sets(&self) -> &[u8] {
        &self.sets
    }

    /// The sample as Annex B, led by the parameter sets; `None` when its lengths do not add up or no picture is in it.
    pub(super) fn annex_b(&self, sample: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(self.sets.len() + sample.len() + 64);
        out.extend(&self.sets);
        self.append(sample, &mut out).then_some(out)
    }

    /// The sample as Annex B and nothing else.
    pub(super) fn bare(&self, sample: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(sample.len() + 64);
        self.append(sample, &mut out).then_some(out)
    }

    /// False when the lengths do not add up or no picture is in the sample.
    fn append(&self, sample: &[u8], out: &mut Vec<u8>) -> bool {
        let mut rest = Bytes(sample);
        let mut picture = false;
        while !rest.0.is_empty() {
            let Some(length) = rest.take(self.width) else {
                return false;
            };
            let length = length
                .iter()
                .fold(0_usize, |length, &byte| (length << 8) | usize::from(byte));
            let Some(unit) = rest.take(length) else {
                return false;
            };
            if let Some(header) = unit.first() {
                // Types 1 to 5 are slices of a picture (ITU-T H.264, table 7-1).
                picture |= (1..=5).contains(&(header & 0x1f));
                out.extend(START);
                out.extend(unit);
            }
        }
        picture
    }
}
