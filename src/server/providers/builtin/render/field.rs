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
use super::compose::{BAND, BLOCK};
use super::frame::Size;
use super::lanes::{LANES, Lanes, Real};
use super::levels::{LEVELS, Levels};
use super::scenes::Shot;
use super::skyline::Skyline;

/// Fractional bits of a level inside fields and rows.
const FINE: f32 = 64.0;
/// Full-size pixels per coarse sample, horizontally.
pub(super) const COARSE: usize = 4;
/// How far an edge may rise or sink, in pixels, from when samples are found hidden to when they are shaded again.
const MARGIN: usize = 12;
/// How far it may move sideways meanwhile, in scene units: the nearest trees of the forest do, in twelve frames.
const AHEAD: f32 = 0.06;

/// The samples under one tile, and for each of them the next one to the right.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub here: Levels,
    pub next: Levels,
}

impl Run {
    #[inline]
    fn read(list: &[i16]) -> Self {
        let read = |from: usize| list[from..].first_chunk().map_or(Levels::ZERO, Levels::read);
        Self {
            here: read(0),
            next: read(1),
        }
    }

    #[inline]
    fn quarters(self, to: Self) -> [Self; 3] {
        let (here, next) = (self.here.quarters(to.here), self.next.quarters(to.next));
        let at = |index: usize| Self {
            here: here[index],
            next: next[index],
        };
        [at(0), at(1), at(2)]
    }
}

/// A coarse colour field: one sample every 4 columns and every `step` rows.
#[derive(Default)]
pub(super) struct Field {
    size: Size,
    step: usize,
    /// Samples from one coarse row to the next: whole tiles, and a few more at the right.
    stride: usize,
    /// What is seen is the first of two paintings, or what lies between them.
    paintings: [Painting; 2],
    /// The frames that `tween` painted them for.
    frames: [Option<u32>; 2],
    /// Which painting is painted on, and seen when nothing lies between.
    first: usize,
    /// How far what is seen has moved on to the other painting: 256 would be all the way.
    part: i16,
}

/// The samples of a field: luma, then the two chroma planes.
type Painting = [Vec<i16>; 3];

fn blank(samples: usize) -> Painting {
    std::array::from_fn(|_| vec![0; samples])
}

impl Field {
    /// `step` is 2 or 4: how many rows share one coarse row.
    pub(super) fn new(size: Size, step: usize) -> Self {
        let stride = size.w.div_ceil(BLOCK) * LEVELS + LANES;
        let rows = size.h.div_ceil(BAND) * BAND / step + 1;
        Self {
            size,
            step,
            stride,
            paintings: [blank(stride * rows), Painting::default()],
            frames: [None; 2],
            first: 0,
            part: 0,
        }
    }

    /// Slow colours need no new shading for every frame: `paint` is called for every `every`-th one only, with that
    /// frame's time, and the field becomes the blend for this one.
    pub(super) fn tween(&mut self, shot: Shot, every: u32, mut paint: impl FnMut(&mut Self, f32)) {
        let base = shot.frame / every * every;
        for frame in [base, base + every] {
            if self.frames.contains(&Some(frame)) {
                continue;
            }
            let stale = usize::from(self.frames[0] == Some(base));
            if self.paintings[stale][0].is_empty() {
                self.paintings[stale] = blank(self.paintings[0][0].len());
            }
            self.first = stale;
            self.frames[stale] = Some(frame);
            paint(self, Shot::new(frame).time);
        }
        self.first = usize::from(self.frames[0] != Some(base));
        self.part = ((shot.frame - base) * 256 / every) as i16;
    }

    /// Calls `each` with the four lines of one plane under a tile.
    #[inline]
    pub(super) fn lines(&self, plane: usize, band: usize, block: usize, mut each: impl FnMut(usize, Run)) {
        let first = band * (BAND / self.step);
        let above = self.run(plane, first, block);
        let below = self.run(plane, first + 1, block);
        let [one, two, three] = above.quarters(below);
        each(0, above);
        if self.step == BAND {
            each(1, one);
            each(2, two);
            each(3, three);
            return;
        }
        let [_, last, _] = below.quarters(self.run(plane, first + 2, block));
        each(1, two);
        each(2, below);
        each(3, last);
    }

    #[inline]
    fn run(&self, plane: usize, row: usize, block: usize) -> Run {
        let at = row * self.stride + block * LEVELS;
        let read = |painting: usize| Run::read(&self.paintings[painting][plane][at..=at + LEVELS]);
        let here = read(self.first);
        if self.part == 0 {
            return here;
        }
        let (there, share) = (read(1 - self.first), Levels::all(self.part * 128));
        Run {
            here: here.here.moved(there.here, share),
            next: here.next.moved(there.next, share),
        }
    }

    /// What `make` gives for the scene `x` of each eight columns.
    pub(super) fn columns<T>(&self, make: impl Fn(Lanes) -> T) -> Vec<T> {
        self.places().map(make).collect()
    }

    /// The scene `x` of the coarse columns, eight by eight.
    fn places(&self) -> impl Iterator<Item = Lanes> + use<> {
        let pace = COARSE as f32 / self.size.unit();
        let left = -0.5 * self.size.w as f32 / self.size.unit();
        (0..eights(self.size.w)).map(move |eight| Lanes::run(left + (eight * LANES) as f32 * pace, pace))
    }

    /// Paints the rows from pixel row `from` to `to`: `row` is called with each coarse row's scene `y` and gives the
    /// shader of that row, which is called with the scene `x` of eight columns, and which eight they are.
    pub(super) fn paint<R: FnMut(usize, Lanes) -> Yuv<Lanes>>(
        &mut self,
        from: f32,
        to: f32,
        mut row: impl FnMut(f32) -> R,
    ) {
        for line in self.rows(from, to) {
            let mut shade = row(self.y(line));
            for (eight, x) in self.places().enumerate() {
                self.put(line, eight, shade(eight, x));
            }
        }
    }

    /// Paints the rows from pixel row `from` to `to`, each in a colour of its own.
    pub(super) fn paint_flat(&mut self, from: f32, to: f32, row: impl Fn(f32) -> Yuv) {
        for line in self.rows(from, to) {
            let color = row(self.y(line));
            let run = line * self.stride..(line + 1) * self.stride;
            let levels = [color.y.min(235.0), color.u, color.v].map(|level| (level * FINE) as i16);
            for (plane, level) in self.paintings[self.first].iter_mut().zip(levels) {
                plane[run.clone()].fill(level);
            }
        }
    }

    /// As `paint`, down to a floor: what nearer layers hide is not shaded.
    pub(super) fn paint_above<R: FnMut(usize, Lanes) -> Yuv<Lanes>>(
        &mut self,
        from: f32,
        floor: &Floor,
        mut row: impl FnMut(f32) -> R,
    ) {
        for line in self.rows(from - MARGIN as f32, f32::from(floor.lowest)) {
            let top = (line.saturating_sub(1) * self.step) as i16;
            let mut shade = row(self.y(line));
            for ((eight, x), &hidden) in self.places().enumerate().zip(&floor.rows) {
                if top < hidden {
                    self.put(line, eight, shade(eight, x));
                }
            }
        }
    }

    /// The coarse rows that pixel rows `from` to `to` are made of.
    fn rows(&self, from: f32, to: f32) -> Range<usize> {
        let rows = self.paintings[0][0].len() / self.stride;
        let first = ((from.max(0.0) as usize) / self.step).min(rows);
        first..((to.max(0.0) as usize) / self.step + 2).clamp(first, rows)
    }

    /// The scene `y` of a coarse row.
    fn y(&self, line: usize) -> f32 {
        ((line * self.step) as f32 - self.size.h as f32 * 0.5) / self.size.unit()
    }

    #[inline]
    fn put(&mut self, line: usize, eight: usize, color: Yuv<Lanes>) {
        let at = line * self.stride + eight * LANES;
        let [y, u, v] = &mut self.paintings[self.first];
        y[at..at + LANES].copy_from_slice(&(color.y.min(235.0) * FINE).levels());
        u[at..at + LANES].copy_from_slice(&(color.u * FINE).levels());
        v[at..at + LANES].copy_from_slice(&(color.v * FINE).levels());
    }

    /// Paints the whole frame.
    pub(super) fn paint_all<R: FnMut(usize, Lanes) -> Yuv<Lanes>>(&mut self, row: impl FnMut(f32) -> R) {
        self.paint(0.0, self.size.h as f32, row);
    }
}

/// How many times eight coarse columns reach over a width in pixels.
fn eights(width: usize) -> usize {
    width.div_ceil(COARSE) / LANES + 1
}

/// Where nearer layers begin to hide a field: a pixel row for each eight coarse columns.
pub(super) struct Floor {
    rows: Vec<i16>,
    lowest: i16,
}

impl Floor {
    /// For each layer, back to front, the floor that the layers in front of it make.
    pub(super) fn of<'a>(size: Size, edges: impl DoubleEndedIterator<Item = &'a Skyline>) -> Vec<Self> {
        let mut tops = vec![size.h as i16 + 8; size.w.div_ceil(BLOCK) * LEVELS];
        let mut floors: Vec<Self> = edges
            .rev()
            .map(|edge| {
                let floor = Self::below(&tops, size);
                edge.raise(&mut tops);
                floor
            })
            .collect();
        floors.reverse();
        floors
    }

    /// A coarse sample colours the pixels up to four columns away, and is hidden where all of them are. The margins are
    /// for layers that move between two painted frames; near the sides, nobody knows what comes in. `tops` are those of
    /// the columns by each sample.
    fn below(tops: &[i16], size: Size) -> Self {
        let reach = (AHEAD * size.unit()) as usize / COARSE + 2;
        let rows: Vec<i16> = (0..eights(size.w))
            .map(|eight| {
                let around = (eight * LANES).checked_sub(reach);
                let around = around.map(|from| from..(eight + 1) * LANES + reach);
                let Some(around) = around.filter(|around| around.end <= size.w / COARSE) else {
                    return size.h as i16 + 8;
                };
                let lowest = tops[around].iter().fold(i16::MIN, |low, &top| low.max(top));
                lowest + 1 + MARGIN as i16
            })
            .collect();
        let lowest = rows.iter().copied().fold(i16::MIN, i16::max);
        Self { rows, lowest }
    }
}
