//! Coarse colour fields: where the costly shading happens, on few samples and few frames.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "sizes are at most 1920 and levels at most 255 with six fractional bits"
)]

use std::ops::Range;

use super::color::Yuv;
use super::frame::Size;
use super::scenes::Shot;
use super::skyline::Skyline;

/// Fractional bits of a level inside fields and rows.
const FINE: f32 = 64.0;
/// Full-size pixels per coarse sample, horizontally.
pub(super) const COARSE: usize = 4;
/// How far an edge may move, in pixels, before hidden samples are shaded again.
const MARGIN: usize = 12;

/// A coarse colour field: one sample every 4 columns and every `step` rows.
#[derive(Default)]
pub(super) struct Field {
    size: Size,
    step: usize,
    pub columns: usize,
    pub planes: Planes,
    /// Fields painted for two frames a little apart, between which `tween` blends.
    keys: [(Option<u32>, Planes); 2],
    /// The coarse rows painted so far; the others are never seen.
    painted: Range<usize>,
}

/// The samples of a field, one plane for each part of a colour.
#[derive(Clone, Default)]
pub(super) struct Planes {
    pub y: Vec<i16>,
    pub u: Vec<i16>,
    pub v: Vec<i16>,
}

impl Planes {
    fn new(samples: usize) -> Self {
        Self {
            y: vec![0; samples],
            u: vec![0; samples],
            v: vec![0; samples],
        }
    }

    /// Becomes the blend of two others over a run of samples; `part` runs from 0 to 256.
    fn blend(&mut self, from: &Self, to: &Self, part: i32, run: Range<usize>) {
        let lists = [
            (&mut self.y, &from.y, &to.y),
            (&mut self.u, &from.u, &to.u),
            (&mut self.v, &from.v, &to.v),
        ];
        for (out, from, to) in lists {
            for ((out, &a), &b) in out[run.clone()]
                .iter_mut()
                .zip(&from[run.clone()])
                .zip(&to[run.clone()])
            {
                *out = a + ((i32::from(b - a) * part) >> 8) as i16;
            }
        }
    }
}

impl Field {
    /// `step` is 1, 2 or 4: how many rows share one coarse row.
    pub(super) fn new(size: Size, step: usize) -> Self {
        let columns = size.w.div_ceil(COARSE) + 1;
        let samples = columns * (size.h.div_ceil(step) + 1);
        Self {
            size,
            step,
            columns,
            planes: Planes::new(samples),
            keys: Default::default(),
            painted: 0..0,
        }
    }

    /// Slow colours need no new shading for every frame: `paint` is called for every `every`-th one only, with that
    /// frame's time, and the field becomes the blend for this one.
    pub(super) fn tween(&mut self, shot: Shot, every: u32, mut paint: impl FnMut(&mut Self, f32)) {
        let base = shot.frame / every * every;
        for frame in [base, base + every] {
            if self.keys.iter().any(|(known, _)| *known == Some(frame)) {
                continue;
            }
            let stale = usize::from(self.keys[0].0 == Some(base));
            let samples = self.planes.y.len();
            let key = std::mem::take(&mut self.keys[stale].1);
            let key = if key.y.is_empty() {
                Planes::new(samples)
            } else {
                key
            };
            let planes = std::mem::replace(&mut self.planes, key);
            paint(self, Shot::new(frame).time);
            self.keys[stale] = (Some(frame), std::mem::replace(&mut self.planes, planes));
        }
        let order = usize::from(self.keys[0].0 != Some(base));
        let part = ((shot.frame - base) * 256 / every) as i32;
        let run = self.painted.start * self.columns..self.painted.end * self.columns;
        self.planes
            .blend(&self.keys[order].1, &self.keys[1 - order].1, part, run);
    }

    /// The scene `x` of a coarse column.
    pub(super) fn x(&self, column: usize) -> f32 {
        ((column * COARSE) as f32 - self.size.w as f32 * 0.5) / self.size.unit()
    }

    /// Paints the rows from pixel row `from` to `to`: `row` is called with each coarse row's scene `y` and gives the
    /// shader of that row, which is called with each coarse column and its scene `x`.
    pub(super) fn paint<R: FnMut(usize, f32) -> Yuv>(
        &mut self,
        from: f32,
        to: f32,
        mut row: impl FnMut(f32) -> R,
    ) {
        for line in self.lines(from, to) {
            let (y, left, pace) = (self.y(line), self.x(0), self.x(1) - self.x(0));
            let mut shade = row(y);
            for (column, sample) in self.samples(line).enumerate() {
                sample.set(shade(column, left + column as f32 * pace));
            }
        }
    }

    /// As `paint`, down to a floor: what nearer layers hide is not shaded.
    pub(super) fn paint_above<R: FnMut(usize, f32) -> Yuv>(
        &mut self,
        from: f32,
        floor: &Floor,
        mut row: impl FnMut(f32) -> R,
    ) {
        for line in self.lines(from - MARGIN as f32, floor.lowest) {
            let (y, left, pace) = (self.y(line), self.x(0), self.x(1) - self.x(0));
            let top = (line.saturating_sub(1) * self.step) as f32;
            let mut shade = row(y);
            for ((column, sample), &hidden) in self.samples(line).enumerate().zip(&floor.rows) {
                if top < hidden {
                    sample.set(shade(column, left + column as f32 * pace));
                }
            }
        }
    }

    /// The coarse rows that pixel rows `from` to `to` are made of, noted as painted.
    fn lines(&mut self, from: f32, to: f32) -> Range<usize> {
        let rows = self.planes.y.len() / self.columns;
        let first = ((from.max(0.0) as usize) / self.step).min(rows);
        let last = ((to.max(0.0) as usize) / self.step + 2).clamp(first, rows);
        self.painted = if self.painted.is_empty() {
            first..last
        } else {
            self.painted.start.min(first)..self.painted.end.max(last)
        };
        first..last
    }

    /// The scene `y` of a coarse row.
    fn y(&self, line: usize) -> f32 {
        ((line * self.step) as f32 - self.size.h as f32 * 0.5) / self.size.unit()
    }

    fn samples(&mut self, line: usize) -> impl Iterator<Item = Sample<'_>> {
        let span = line * self.columns..(line + 1) * self.columns;
        let Planes { y, u, v } = &mut self.planes;
        let planes = y[span.clone()]
            .iter_mut()
            .zip(&mut u[span.clone()])
            .zip(&mut v[span]);
        planes.map(|((y, u), v)| Sample { y, u, v })
    }

    /// Paints the whole frame.
    pub(super) fn paint_all<R: FnMut(usize, f32) -> Yuv>(&mut self, row: impl FnMut(f32) -> R) {
        self.paint(0.0, self.size.h as f32, row);
    }

    /// Blends the two coarse rows around pixel row `line` of one plane into `out`.
    pub(super) fn blend_rows(&self, plane: &[i16], line: usize, out: &mut [i16]) {
        let (index, part) = (line / self.step, (line % self.step) as i16);
        let above = &plane[index * self.columns..][..self.columns];
        if part == 0 {
            out.copy_from_slice(above);
            return;
        }
        let below = &plane[(index + 1) * self.columns..][..self.columns];
        let weight = part * (32_i16 / self.step as i16);
        for ((out, &a), &b) in out.iter_mut().zip(above).zip(below) {
            *out = a + ((i32::from(b - a) * i32::from(weight)) >> 5) as i16;
        }
    }
}

/// One coarse sample of a field.
struct Sample<'a> {
    y: &'a mut i16,
    u: &'a mut i16,
    v: &'a mut i16,
}

impl Sample<'_> {
    #[inline]
    fn set(self, color: Yuv) {
        *self.y = (color.y.min(235.0) * FINE) as i16;
        *self.u = (color.u * FINE) as i16;
        *self.v = (color.v * FINE) as i16;
    }
}

/// Where nearer layers begin to hide a field: a pixel row for each coarse column.
#[derive(Clone)]
pub(super) struct Floor {
    rows: Vec<f32>,
    lowest: f32,
}

impl Floor {
    /// For each layer, back to front, the floor that the layers in front of it make.
    pub(super) fn of<'a>(size: Size, edges: impl DoubleEndedIterator<Item = &'a Skyline>) -> Vec<Self> {
        let mut tops = vec![size.h as f32 + 8.0; size.w];
        let mut floors: Vec<Self> = edges
            .rev()
            .map(|edge| {
                let floor = Self::below(&tops);
                for (column, top) in tops.iter_mut().enumerate() {
                    *top = top.min(edge.lowest_in(column));
                }
                floor
            })
            .collect();
        floors.reverse();
        floors
    }

    /// A coarse sample colours the pixels up to four columns away, and is hidden where all of them are. The margins are
    /// for layers that move between two painted frames.
    fn below(tops: &[f32]) -> Self {
        let rows: Vec<f32> = (0..=tops.len().div_ceil(COARSE))
            .map(|column| {
                let (from, to) = (
                    (column * COARSE).saturating_sub(MARGIN),
                    (column * COARSE + MARGIN).min(tops.len()),
                );
                tops[from.min(to - 1)..to]
                    .iter()
                    .copied()
                    .fold(f32::MIN, f32::max)
                    + MARGIN as f32
            })
            .collect();
        let lowest = rows.iter().copied().fold(f32::MIN, f32::max);
        Self { rows, lowest }
    }
}
