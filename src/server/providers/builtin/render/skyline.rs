//! Skylines: the crisp upper edge of a layer, one height per quarter pixel column.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "rows stay within a few thousand pixels, table places are wrapped to the table"
)]

use super::compose::{BAND, BLOCK, Line};
use super::field::COARSE;
use super::frame::Size;
use super::lanes::{LANES, Lanes, Real, gather};
use super::levels::{LEVELS, Levels};

/// Heights per pixel column, for smooth edges.
const PARTS: usize = 4;
/// Fractional bits of a row.
const FINE_BITS: u32 = 4;
const FINE: f32 = 16.0;

/// A repeating run of heights in scene units.
pub(super) struct Profile {
    heights: Vec<f32>,
    /// Table places per scene unit.
    scale: f32,
    /// The greatest height.
    pub peak: f32,
}

impl Profile {
    /// Samples `height` over a run of `span` scene units; `samples` must be a power of two.
    pub(super) fn new(span: f32, samples: usize, height: impl Fn(f32) -> f32) -> Self {
        Self::from_heights(
            span,
            (0..samples)
                .map(|i| height(i as f32 / samples as f32 * span))
                .collect(),
        )
    }

    /// As `new`, from heights already sampled.
    pub(super) fn from_heights(span: f32, heights: Vec<f32>) -> Self {
        debug_assert!(heights.len().is_power_of_two(), "places are wrapped with a mask");
        Self {
            scale: heights.len() as f32 / span,
            peak: heights.iter().copied().fold(f32::MIN, f32::max),
            heights,
        }
    }

    /// Its slopes, rise over run, measured across `width` units.
    pub(super) fn slopes(&self, width: f32) -> Self {
        let count = self.heights.len();
        let reach = ((width * self.scale * 0.5) as usize).clamp(1, count / 2);
        let run = 2.0 * reach as f32 / self.scale;
        let slope = |place: usize| {
            let (from, to) = (place + count - reach, place + reach);
            (self.heights[to % count] - self.heights[from % count]) / run
        };
        Self::from_heights(count as f32 / self.scale, (0..count).map(slope).collect())
    }

    /// The heights at eight places; the run repeats.
    #[inline]
    pub(super) fn over(&self, x: Lanes) -> Lanes {
        let (place, part) = (x * self.scale).split();
        let mask = self.heights.len() - 1;
        let (here, next) = gather(place, |place| {
            (self.heights[place & mask], self.heights[(place + 1) & mask])
        });
        here + (next - here) * part
    }
}

/// The upper edge of a layer in one frame.
pub(super) struct Skyline {
    size: Size,
    /// The rows of the edge in each block of columns, ordered as `levels` tells, in each quarter of the columns.
    blocks: Vec<[[[i16; LEVELS]; COARSE]; PARTS]>,
    /// The highest and the lowest row of the edge in each block.
    spans: Vec<(i16, i16)>,
}

impl Skyline {
    pub(super) fn new(size: Size) -> Self {
        let blocks = size.w.div_ceil(BLOCK);
        Self {
            size,
            blocks: vec![[[[0; LEVELS]; COARSE]; PARTS]; blocks],
            spans: vec![(0, 0); blocks],
        }
    }

    /// Sets the edge: `edge` maps a scene `x` to the scene `y` of the edge there.
    pub(super) fn trace(&mut self, edge: impl Fn(Lanes) -> Lanes) {
        let (unit, middle) = (self.size.unit(), self.size.h as f32 * 0.5);
        let (pitch, limit) = (1.0 / unit, self.size.h as f32 + 8.0);
        for (block, (parts, span)) in self.blocks.iter_mut().zip(&mut self.spans).enumerate() {
            let (mut high, mut low) = (Levels::all(i16::MAX), Levels::all(i16::MIN));
            for (part, places) in parts.iter_mut().enumerate() {
                for (place, rows) in places.iter_mut().enumerate() {
                    let left = (block * BLOCK + place) as f32 + (part as f32 + 0.5) / PARTS as f32
                        - self.size.w as f32 * 0.5;
                    for (index, rows) in rows.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
                        let column = left + (index * LANES * COARSE) as f32;
                        let y = edge(Lanes::run(column * pitch, pitch * COARSE as f32)) * unit + middle;
                        *rows = (y.clamp(-8.0, limit) * FINE).levels();
                    }
                    (high, low) = (high.min(Levels::read(rows)), low.max(Levels::read(rows)));
                }
            }
            *span = (high.least(), low.most());
        }
    }

    /// Sets a level edge at the scene `y`.
    pub(super) fn level(&mut self, y: f32) {
        let row = (self.size.row(y).clamp(-8.0, self.size.h as f32 + 8.0) * FINE) as i16;
        self.blocks.fill([[[row; LEVELS]; COARSE]; PARTS]);
        self.spans.fill((row, row));
    }

    /// Raises a line, a pixel row for the columns by each coarse sample, to the lowest part of the edge there where
    /// that is higher.
    pub(super) fn raise(&self, tops: &mut [i16]) {
        for (tops, parts) in tops.as_chunks_mut::<LEVELS>().0.iter_mut().zip(&self.blocks) {
            let rows = parts.as_flattened().iter().map(Levels::read);
            let lowest = rows.fold(Levels::all(i16::MIN), Levels::max) >> FINE_BITS;
            *tops = Levels::read(tops).min(lowest).to_array();
        }
    }

    /// The pixel row of the highest point.
    pub(super) fn highest(&self) -> f32 {
        let high = self.spans.iter().map(|&(high, _)| high).min();
        f32::from(high.unwrap_or(0)) / FINE
    }

    /// The pixel row of the edge at a pixel column; beyond the frame, that of the nearest column.
    pub(super) fn row_at(&self, column: f32) -> f32 {
        let column = (column.max(0.0) as usize).min(self.size.w - 1);
        let block = &self.blocks[column / BLOCK][PARTS / 2];
        f32::from(block[column % COARSE][column % BLOCK / COARSE]) / FINE
    }

    /// Whether a whole tile lies below the edge.
    pub(super) fn covers(&self, band: usize, block: usize) -> bool {
        ((band * BAND) as i16) << FINE_BITS >= self.spans[block].1
    }

    /// Whether any part of a tile lies below the edge.
    pub(super) fn reaches(&self, band: usize, block: usize) -> bool {
        (((band + 1) * BAND) as i16) << FINE_BITS > self.spans[block].0
    }

    /// The covered share of each pixel of a line of a block, 32767 being all of it.
    #[inline]
    pub(super) fn coverage(&self, line: usize, block: usize) -> Line {
        let bottom = Levels::all(((line + 1) << FINE_BITS) as i16);
        let parts = &self.blocks[block];
        let mut cover = [Levels::ZERO; COARSE];
        for (place, cover) in cover.iter_mut().enumerate() {
            let part = |part: usize| {
                let below = bottom - Levels::read(&parts[part][place]);
                below.max(Levels::ZERO).min(Levels::all(1 << FINE_BITS))
            };
            let sum = part(0) + part(1) + part(2) + part(3);
            // 64 parts wrap to -32768 and one less is 32767; fewer parts are exact.
            *cover = (sum << 9) - (sum >> 6);
        }
        cover
    }
}
