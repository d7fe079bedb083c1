//! Small bright things drawn straight onto a frame: dots, discs, streaks, bars.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "places are clamped to the frame before they become indices, levels to a byte"
)]

use super::color::Yuv;
use super::frame::Frame;
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
    stamp(frame, x, y, radius, paint, move |square| {
        let rest = 1.0 - square / (radius * radius);
        rest * rest
    });
}

/// A round disc with a smooth edge.
pub(super) fn disc(frame: &mut Frame, x: f32, y: f32, radius: f32, paint: Paint, behind: Option<&Skyline>) {
    let Some(behind) = behind else {
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
    let (w, h, half) = (frame.size.w, frame.size.h, frame.size.w / 2);
    let columns = x.max(0.0) as usize..((x + width).ceil().max(0.0) as usize).min(w);
    let rows = y.max(0.0) as usize..((y + height).ceil().max(0.0) as usize).min(h);
    for row in rows {
        let tall = overlap(row as f32, y, height) * paint.alpha;
        for column in columns.clone() {
            let cover = tall * overlap(column as f32, x, width);
            lean(&mut frame.y[row * w + column], paint.color.y, cover);
            if row % 2 == 0 && column % 2 == 0 {
                let at = (row / 2 * half + column / 2).min(frame.u.len() - 1);
                lean(&mut frame.u[at], paint.color.u, cover);
                lean(&mut frame.v[at], paint.color.v, cover);
            }
        }
    }
}

/// How much of the pixel starting at `pixel` lies in `from..from + length`.
fn overlap(pixel: f32, from: f32, length: f32) -> f32 {
    ((pixel + 1.0).min(from + length) - pixel.max(from)).clamp(0.0, 1.0)
}

fn hidden(x: f32, y: f32, behind: Option<&Skyline>) -> bool {
    behind.is_some_and(|skyline| y >= skyline.row_at(x) - 1.0)
}

/// Blends `paint` around `(x, y)` by a cover that depends on the squared distance.
fn stamp(frame: &mut Frame, x: f32, y: f32, reach: f32, paint: Paint, cover: impl Fn(f32) -> f32 + Copy) {
    let (w, h) = (frame.size.w, frame.size.h);
    stamp_plane(
        &mut frame.y,
        (w, h),
        1.0,
        (x, y, reach),
        (paint.color.y, paint.alpha),
        cover,
    );
    stamp_plane(
        &mut frame.u,
        (w / 2, h / 2),
        2.0,
        (x, y, reach),
        (paint.color.u, paint.alpha),
        cover,
    );
    stamp_plane(
        &mut frame.v,
        (w / 2, h / 2),
        2.0,
        (x, y, reach),
        (paint.color.v, paint.alpha),
        cover,
    );
}

fn stamp_plane(
    plane: &mut [u8],
    (w, h): (usize, usize),
    pixel: f32,
    (x, y, reach): (f32, f32, f32),
    (level, alpha): (f32, f32),
    cover: impl Fn(f32) -> f32,
) {
    let span = |middle: f32, count: usize| {
        let from = ((middle - reach) / pixel).max(0.0) as usize;
        let to = ((middle + reach) / pixel + 1.0).max(0.0) as usize;
        from.min(count)..to.min(count)
    };
    let columns = span(x, w);
    for row in span(y, h) {
        let dy = (row as f32 + 0.5) * pixel - y;
        for (value, column) in plane[row * w..][columns.clone()].iter_mut().zip(columns.clone()) {
            let dx = (column as f32 + 0.5) * pixel - x;
            let square = dx * dx + dy * dy;
            if square < reach * reach {
                lean(value, level, alpha * cover(square));
            }
        }
    }
}

/// Moves a level towards `target` by `amount`.
#[inline]
fn lean(value: &mut u8, target: f32, amount: f32) {
    let now = f32::from(*value);
    *value = (now + (target - now) * amount + 0.5) as u8;
}
