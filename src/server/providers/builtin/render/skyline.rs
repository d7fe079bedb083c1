//! Skylines: the crisp upper edge of a layer, one height per quarter pixel column.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "rows stay within a few thousand pixels, table places are wrapped to the table"
)]

use super::frame::Size;

/// Heights per pixel column, for smooth edges.
const PARTS: usize = 4;
/// Fractional bits of a row.
const FINE: f32 = 16.0;

/// A repeating run of heights in scene units.
pub(super) struct Profile {
    heights: Vec<f32>,
    /// Table places per scene unit, with eight fractional bits.
    scale: f32,
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
            scale: heights.len() as f32 / span * 256.0,
            heights,
        }
    }

    /// The height at a place; the run repeats.
    #[inline]
    pub(super) fn at(&self, x: f32) -> f32 {
        let fixed = (x * self.scale) as i32;
        let mask = self.heights.len() - 1;
        let index = (fixed >> 8) as usize & mask;
        let (here, next) = (self.heights[index], self.heights[(index + 1) & mask]);
        here + (next - here) * ((fixed & 255) as f32 * (1.0 / 256.0))
    }

    /// Rise over run, measured across `width` units.
    pub(super) fn slope(&self, x: f32, width: f32) -> f32 {
        (self.at(x + width * 0.5) - self.at(x - width * 0.5)) / width
    }
}

/// The upper edge of a layer in one frame.
pub(super) struct Skyline {
    size: Size,
    rows: [Vec<i16>; PARTS],
    high: i16,
    low: i16,
}

impl Skyline {
    pub(super) fn new(size: Size) -> Self {
        Self {
            size,
            rows: std::array::from_fn(|_| vec![0; size.w]),
            high: 0,
            low: 0,
        }
    }

    /// Sets the edge: `row` maps a scene `x` to the scene `y` of the edge there.
    pub(super) fn trace(&mut self, mut edge: impl FnMut(f32) -> f32) {
        let unit = self.size.unit();
        let limit = self.size.h as f32 + 8.0;
        (self.high, self.low) = (i16::MAX, i16::MIN);
        for (part, rows) in self.rows.iter_mut().enumerate() {
            let shift = (part as f32 + 0.5) / PARTS as f32 - self.size.w as f32 * 0.5;
            for (column, row) in rows.iter_mut().enumerate() {
                let y = edge((column as f32 + shift) / unit) * unit + self.size.h as f32 * 0.5;
                *row = (y.clamp(-8.0, limit) * FINE) as i16;
                self.high = self.high.min(*row);
                self.low = self.low.max(*row);
            }
        }
    }

    /// The pixel row of the lowest part of the edge in one pixel column.
    pub(super) fn lowest_in(&self, column: usize) -> f32 {
        let low = self
            .rows
            .iter()
            .map(|rows| rows[column])
            .max()
            .unwrap_or(self.low);
        f32::from(low) / FINE
    }

    /// The pixel row of the highest point.
    pub(super) fn highest(&self) -> f32 {
        f32::from(self.high) / FINE
    }

    /// The pixel row of the edge at a pixel column; beyond the frame, that of the nearest column.
    pub(super) fn row_at(&self, column: f32) -> f32 {
        let index = (column.max(0.0) as usize).min(self.size.w - 1);
        f32::from(self.rows[PARTS / 2][index]) / FINE
    }

    /// Whether the whole line lies below the edge.
    pub(super) fn covers(&self, line: usize) -> bool {
        line as f32 * FINE >= f32::from(self.low)
    }

    /// Whether any part of the line lies below the edge.
    pub(super) fn reaches(&self, line: usize) -> bool {
        (line + 1) as f32 * FINE > f32::from(self.high)
    }

    /// The covered share of each pixel of a line, 32767 being all of it.
    pub(super) fn coverage(&self, line: usize, out: &mut [i16]) {
        let bottom = ((line + 1) * 16) as i16;
        let [a, b, c, d] = &self.rows;
        for ((((out, &a), &b), &c), &d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            let part = |row: i16| (bottom - row).clamp(0, 16);
            let sum = part(a) + part(b) + part(c) + part(d);
            // 64 parts wrap to -32768 and one less is 32767; fewer parts are exact.
            *out = (sum << 9).wrapping_sub(sum >> 6);
        }
    }
}
