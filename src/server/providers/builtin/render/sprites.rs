//! Small bright things drawn straight onto a frame: dots, discs, streaks, bars.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "places are clamped to the frame before they become indices, levels to a byte"
)]

use std::ops::Range;

use super::color::Yuv;
use super::frame::{Frame, Size};
use super::lanes::{LANES, Lanes, Real};
use super::skyline::Skyline;

/// A paint: a colour and how much of it covers what is there, `0.0..=1.0`.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    pub color: Yuv,
    pub alpha: f32,
}

impl Paint {
    pub(super) fn new(color: Yuv, alpha: f32) -> Self {
        Self { color, alpha }
    }
}

/// A soft round dot: full in the middle, nothing at `radius`. All measures in pixels.
pub(super) fn dot(frame: &mut Frame, x: f32, y: f32, radius: f32, paint: Paint, behind: Option<&Skyline>) {
    let radius = radius.max(0.8);
    if hidden(x, y, behind) {
        return;
    }
    let slope = 1.0 / (radius * radius);
    stamp(frame, x, y, radius, paint, move |square| {
        let rest = (1.0 - square * slope).max(0.0);
        rest * rest
    });
}

/// A round disc with a smooth edge.
pub(super) fn disc(frame: &mut Frame, x: f32, y: f32, radius: f32, paint: Paint, behind: Option<&Skyline>) {
    let Some(behind) = behind.filter(|edge| y + radius + 1.0 > edge.highest()) else {
        stamp(frame, x, y, radius + 1.0, paint, move |square| {
            (radius + 0.5 - square.sqrt()).clamp(0.0, 1.0)
        });
        return;
    };
    let rows = (y - radius - 1.0).max(0.0) as usize..((y + radius + 2.0).max(0.0) as usize).min(frame.size.h);
    let (w, half) = (frame.size.w, frame.size.w / 2);
    for row in rows {
        let from = (x - radius - 1.0).max(0.0) as usize;
        let to = ((x + radius + 2.0).max(0.0) as usize).min(w);
        for column in from..to {
            let (dx, dy) = (column as f32 + 0.5 - x, row as f32 + 0.5 - y);
            let edge = (behind.row_at(column as f32) - row as f32).clamp(0.0, 1.0);
            let cover = (radius + 0.5 - (dx * dx + dy * dy).sqrt()).clamp(0.0, 1.0) * edge * paint.alpha;
            if cover > 0.0 {
                lean(&mut frame.y[row * w + column], paint.color.y, cover);
                if row % 2 == 0 && column % 2 == 0 {
                    let at = row / 2 * half + column / 2;
                    lean(&mut frame.u[at], paint.color.u, cover);
                    lean(&mut frame.v[at], paint.color.v, cover);
                }
            }
        }
    }
}

/// A thin, nearly upright streak from `(x, y)` down by `(dx, dy)`, brightest at its lower end.
pub(super) fn streak(frame: &mut Frame, x: f32, y: f32, dx: f32, dy: f32, paint: Paint) {
    let (w, half) = (frame.size.w, frame.size.w / 2);
    let (from, to) = (
        y.max(0.0) as usize,
        ((y + dy).max(0.0) as usize).min(frame.size.h),
    );
    for row in from..to {
        let along = (row as f32 + 0.5 - y) / dy;
        let place = x + dx * along;
        if place < 1.0 || place >= w as f32 - 1.0 {
            continue;
        }
        let (column, part) = (place as usize, place.fract());
        let alpha = paint.alpha * along.clamp(0.0, 1.0);
        lean(
            &mut frame.y[row * w + column],
            paint.color.y,
            alpha * (1.0 - part),
        );
        lean(&mut frame.y[row * w + column + 1], paint.color.y, alpha * part);
        if row % 2 == 0 {
            let at = row / 2 * half + (column / 2).min(half - 1);
            lean(&mut frame.u[at], paint.color.u, alpha * 0.5);
            lean(&mut frame.v[at], paint.color.v, alpha * 0.5);
        }
    }
}

/// An upright bar with its corner at `(x, y)`, smooth at its left and right edges.
pub(super) fn bar(frame: &mut Frame, x: f32, y: f32, width: f32, height: f32, paint: Paint) {
    for (mut plane, level) in planes(frame, paint) {
        let columns = plane.span(x, x + width, plane.w);
        for row in plane.span(y, y + height, plane.h) {
            let tall = overlap(row as f32 * plane.pixel, y, height) * paint.alpha;
            plane.blend(row, columns.clone(), level, |column| {
                overlap(column, x, width) * tall
            });
        }
    }
}

/// How much of the pixel starting at `pixel` lies in `from..from + length`.
fn overlap<N: Real>(pixel: N, from: f32, length: f32) -> N {
    let end = (pixel + 1.0.into()).min(from + length);
    (end - pixel.max(from)).clamp(0.0, 1.0)
}

fn hidden(x: f32, y: f32, behind: Option<&Skyline>) -> bool {
    behind.is_some_and(|skyline| y >= skyline.row_at(x) - 1.0)
}

/// Blends `paint` around `(x, y)` by a cover that depends on the squared distance, and is nothing beyond `reach`.
fn stamp(frame: &mut Frame, x: f32, y: f32, reach: f32, paint: Paint, cover: impl Fn(Lanes) -> Lanes + Copy) {
    for (mut plane, level) in planes(frame, paint) {
        let middle = plane.pixel * 0.5;
        for row in plane.span(y - reach, y + reach, plane.h) {
            let dy = row as f32 * plane.pixel + middle - y;
            let half = (reach * reach - dy * dy).max(0.0).sqrt();
            let columns = plane.span(x - half, x + half, plane.w);
            plane.blend(row, columns, level, |column| {
                let dx = column + (middle - x);
                cover(dx * dx + dy * dy) * paint.alpha
            });
        }
    }
}

/// One plane of a frame being drawn on.
struct Plane<'a> {
    levels: &'a mut [u8],
    w: usize,
    h: usize,
    /// How many pixels of the frame one of its own is wide.
    pixel: f32,
}

/// The planes of a frame, and the level that a paint has in each.
fn planes(frame: &mut Frame, paint: Paint) -> [(Plane<'_>, f32); 3] {
    let Size { w, h } = frame.size;
    let plane = |levels, shift: usize, pixel| Plane {
        levels,
        w: w >> shift,
        h: h >> shift,
        pixel,
    };
    [
        (plane(&mut frame.y, 0, 1.0), paint.color.y),
        (plane(&mut frame.u, 1, 2.0), paint.color.u),
        (plane(&mut frame.v, 1, 2.0), paint.color.v),
    ]
}

impl Plane<'_> {
    /// The rows or columns from one place of the frame to another, out of `count`.
    fn span(&self, from: f32, to: f32, count: usize) -> Range<usize> {
        let from = (from / self.pixel).max(0.0) as usize;
        let to = (to / self.pixel + 1.0).max(0.0) as usize;
        from.min(count)..to.min(count)
    }

    /// Moves the levels of some columns towards `level`, by a cover that depends on the place where a column begins.
    /// Whole eights are worked on; the cover of those too many must be nothing.
    #[inline]
    fn blend(&mut self, row: usize, columns: Range<usize>, level: f32, cover: impl Fn(Lanes) -> Lanes) {
        let count = columns.len().next_multiple_of(LANES);
        let from = columns.start.min(self.w.saturating_sub(count));
        let run = &mut self.levels[row * self.w + from..row * self.w + (from + count).min(self.w)];
        let mut place = Lanes::run(from as f32 * self.pixel, self.pixel);
        let (eights, rest) = run.as_chunks_mut();
        for eight in eights {
            lean_eight(eight, level, cover(place));
            place = place + LANES as f32 * self.pixel;
        }
        if !rest.is_empty() {
            let mut eight = [0; LANES];
            eight[..rest.len()].copy_from_slice(rest);
            lean_eight(&mut eight, level, cover(place));
            rest.copy_from_slice(&eight[..rest.len()]);
        }
    }
}

/// `lean` for eight levels.
#[inline]
fn lean_eight(values: &mut [u8; LANES], target: f32, amount: Lanes) {
    let mut now = [0.0; LANES];
    for (now, value) in now.iter_mut().zip(&*values) {
        *now = f32::from(*value);
    }
    let now = Lanes::from(now);
    let levels = (now + (target - now) * amount).levels();
    for (value, level) in values.iter_mut().zip(levels) {
        *value = level.clamp(0, 255) as u8;
    }
}

/// Moves a level towards `target` by `amount`.
#[inline]
fn lean(value: &mut u8, target: f32, amount: f32) {
    let now = f32::from(*value);
    *value = (now + (target - now) * amount).nearest().clamp(0.0, 255.0) as i32 as u8;
}
