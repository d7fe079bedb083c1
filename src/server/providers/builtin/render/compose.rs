//! Composing: coarse colour fields and crisp skylines become one full-size picture.
//!
//! A scene paints its colours on a coarse grid, where a costly shader is affordable, and gives each layer a crisp
//! edge. `Composer` then walks the frame once, tile by tile. Most tiles lie in a single layer, so that a pixel is
//! seldom worked on more than once.

use super::chance::Chance;
use super::field::{COARSE, Field, Run};
use super::frame::{Frame, Layer};
use super::levels::{LEVELS, Levels, weave2, weave4};
use super::noise::{TILE, dither_tile};
use super::skyline::Skyline;

/// Columns of a tile.
pub(super) const BLOCK: usize = 64;
/// Lines of a tile.
pub(super) const BAND: usize = 4;

/// One line of a tile, its columns ordered as `levels` tells; and one line of its chroma.
pub(super) type Line = [Levels; COARSE];
type HalfLine = [Levels; COARSE / 2];

/// The levels of a tile.
struct Tile {
    y: [Line; BAND],
    u: [HalfLine; BAND / 2],
    v: [HalfLine; BAND / 2],
}

/// The dither pattern of one film, and tiles to work in.
pub(super) struct Composer {
    /// A line of a tile for each line of the pattern.
    dither: Vec<Line>,
    /// The same for the chroma of even and of odd blocks.
    half_dither: Vec<[HalfLine; 2]>,
    tile: Tile,
    over: Tile,
}

impl Composer {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let tile = dither_tile(chance);
        // Half a level more, because the bytes are rounded down.
        let levels = |line: usize, from: usize, step: usize| {
            let columns = |sample: usize| tile[line * TILE + from + sample * step] + 32;
            Levels::read(&std::array::from_fn(columns))
        };
        let line = |line| std::array::from_fn(|place| levels(line, place, COARSE));
        let half =
            |line, block: usize| std::array::from_fn(|place| levels(line, block * TILE / 2 + place, 2));
        Self {
            dither: (0..TILE).map(line).collect(),
            half_dither: (0..TILE).map(|line| [half(line, 0), half(line, 1)]).collect(),
            tile: Tile::new(),
            over: Tile::new(),
        }
    }

    /// Draws the layers, back to front, onto the frame. The first layer must cover everything.
    pub(super) fn compose(&mut self, frame: &mut Frame, layers: &[Layer<'_>]) {
        for band in 0..frame.size.h.div_ceil(BAND) {
            for block in 0..frame.size.w.div_ceil(BLOCK) {
                let covers = |layer: &Layer<'_>| layer.top.is_none_or(|top| top.covers(band, block));
                let back = layers.iter().rposition(covers).unwrap_or(0);
                self.tile.lay(layers[back].field, band, block);
                for layer in &layers[back + 1..] {
                    if let Some(top) = layer.top.filter(|top| top.reaches(band, block)) {
                        self.over.lay(layer.field, band, block);
                        self.tile.blend(&self.over, top, band, block);
                    }
                }
                self.finish(frame, band, block);
            }
        }
    }

    /// Rounds a tile to bytes through the dither pattern, which keeps slow gradients free of bands.
    fn finish(&self, frame: &mut Frame, band: usize, block: usize) {
        let (w, half) = (frame.size.w, frame.size.w / 2);
        let (left, right) = (block * BLOCK, ((block + 1) * BLOCK).min(w));
        let bottom = frame.size.h.min((band + 1) * BAND);
        for (line, levels) in (band * BAND..bottom).zip(&self.tile.y) {
            let levels = plus(levels, &self.dither[line % TILE]);
            write(&weave4(levels), &mut frame.y[line * w + left..line * w + right]);
        }
        for (index, line) in (band * BAND..bottom).step_by(2).enumerate() {
            let dither = &self.half_dither[line % TILE][block % 2];
            let run = line / 2 * half + left / 2..line / 2 * half + right / 2;
            write(
                &weave2(plus(&self.tile.u[index], dither)),
                &mut frame.u[run.clone()],
            );
            write(&weave2(plus(&self.tile.v[index], dither)), &mut frame.v[run]);
        }
    }
}

#[inline]
fn plus<const N: usize>(levels: &[Levels; N], dither: &[Levels; N]) -> [Levels; N] {
    let mut sum = *levels;
    for (sum, dither) in sum.iter_mut().zip(dither) {
        *sum = *sum + *dither;
    }
    sum
}

/// Writes the bytes of a line; at the right edge of the frame fewer of them.
#[inline]
fn write<const N: usize>(bytes: &[[u8; LEVELS]; N], out: &mut [u8]) {
    match out.as_chunks_mut().0.first_chunk_mut() {
        Some(whole) => *whole = *bytes,
        None => write_part(bytes.as_flattened(), out),
    }
}

/// Apart from `write`, or the compiler would make one slow copy of any length out of both.
#[cold]
#[inline(never)]
fn write_part(bytes: &[u8], out: &mut [u8]) {
    out.copy_from_slice(&bytes[..out.len()]);
}

impl Tile {
    fn new() -> Self {
        Self {
            y: [[Levels::ZERO; COARSE]; BAND],
            u: [[Levels::ZERO; COARSE / 2]; BAND / 2],
            v: [[Levels::ZERO; COARSE / 2]; BAND / 2],
        }
    }

    /// Covers the tile with a field.
    fn lay(&mut self, field: &Field, band: usize, block: usize) {
        field.lines(0, band, block, |line, run| self.y[line] = spread4(run));
        for (plane, out) in [(1, &mut self.u), (2, &mut self.v)] {
            field.lines(plane, band, block, |line, run| {
                if line % 2 == 0 {
                    out[line / 2] = spread2(run);
                }
            });
        }
    }

    /// Lays another tile over this one, below a skyline.
    fn blend(&mut self, over: &Self, top: &Skyline, band: usize, block: usize) {
        for index in 0..BAND {
            let cover = top.coverage(band * BAND + index, block);
            mix(&mut self.y[index], &over.y[index], &cover);
            if index % 2 == 0 {
                // A chroma column is two columns wide.
                let half = [
                    (cover[0] >> 1) + (cover[1] >> 1),
                    (cover[2] >> 1) + (cover[3] >> 1),
                ];
                mix(&mut self.u[index / 2], &over.u[index / 2], &half);
                mix(&mut self.v[index / 2], &over.v[index / 2], &half);
            }
        }
    }
}

/// Each coarse sample becomes four columns.
#[inline]
fn spread4(run: Run) -> Line {
    let [one, two, three] = run.here.quarters(run.next);
    [run.here, one, two, three]
}

/// Each coarse sample becomes two chroma columns.
#[inline]
fn spread2(run: Run) -> HalfLine {
    let [_, half, _] = run.here.quarters(run.next);
    [run.here, half]
}

/// Moves levels towards others by their cover.
#[inline]
fn mix<const N: usize>(under: &mut [Levels; N], over: &[Levels; N], cover: &[Levels; N]) {
    for ((under, over), cover) in under.iter_mut().zip(over).zip(cover) {
        *under = under.moved(*over, *cover);
    }
}

#[cfg(test)]
mod tests {
    use super::super::color::Yuv;
    use super::super::frame::Size;
    use super::*;

    fn flat(size: Size, step: usize, y: f32) -> Field {
        let mut field = Field::new(size, step);
        field.paint_all(|_| {
            move |_, _| {
                Yuv {
                    y,
                    u: 100.0,
                    v: 150.0,
                }
                .lanes()
            }
        });
        field
    }

    #[test]
    fn one_colour_fills_frames_of_any_size() {
        for (w, h) in [(64, 64), (66, 130), (126, 62), (128, 72), (1280, 6)] {
            for step in [2, 4] {
                let size = Size { w, h };
                let mut frame = Frame::new(size);
                Composer::new(&mut Chance::new(1))
                    .compose(&mut frame, &[Layer::all(&flat(size, step, 90.0))]);
                assert!(frame.y.iter().all(|level| *level == 90), "{size:?}");
                assert!(frame.u.iter().all(|level| *level == 100), "{size:?}");
                assert!(frame.v.iter().all(|level| *level == 150), "{size:?}");
            }
        }
    }

    #[test]
    fn an_edge_covers_what_lies_below_it_and_half_of_the_row_it_halves() {
        let size = Size { w: 66, h: 64 };
        let (back, front) = (flat(size, 4, 40.0), flat(size, 4, 200.0));
        let mut edge = Skyline::new(size);
        // One unit is 64 pixels, counted from the middle.
        edge.trace(|_| (9.5 / 64.0).into());
        let mut frame = Frame::new(size);
        Composer::new(&mut Chance::new(1))
            .compose(&mut frame, &[Layer::all(&back), Layer::below(&front, &edge)]);
        for (row, levels) in frame.y.chunks(size.w).enumerate() {
            let expected = match row {
                ..41 => 40..=40,
                41 => 118..=122,
                _ => 199..=200,
            };
            assert!(
                levels.iter().all(|level| expected.contains(level)),
                "row {row}: {levels:?}"
            );
        }
    }
}
