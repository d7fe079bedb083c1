//! Tileable fractal noise, made once per film and looked up many times per frame.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "table indices are masked to the tile and values stay within a few units"
)]

use super::chance::Chance;
use super::color::smooth;
use super::lanes::{Lanes, Real, gather};

const SIZE: usize = 256;
const SIDE: f32 = SIZE as f32;

/// A 256x256 tile of fractal value noise in about `0.0..=1.0`.
pub(super) struct Noise(Vec<[f32; SIZE]>);

impl Noise {
    /// `first` is the number of lattice cells per tile side in the coarsest octave (a power of two).
    pub(super) fn new(chance: &mut Chance, first: usize, octaves: u32, gain: f32) -> Self {
        let mut sum = vec![[0.0_f32; SIZE]; SIZE];
        let mut weight = 1.0;
        for octave in 0..octaves {
            let cells = first << octave;
            if cells > SIZE / 2 {
                break;
            }
            add_octave(&mut sum, cells, weight, chance);
            weight *= gain;
        }
        let (low, high) = sum
            .as_flattened()
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        let span = (high - low).max(1e-6);
        for value in sum.as_flattened_mut() {
            *value = (*value - low) / span;
        }
        Self(sum)
    }

    /// Bilinear lookup; the whole tile spans `0.0..1.0` in both directions and repeats.
    #[inline]
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let place = |v: f32| {
            let v = v * SIDE;
            let cell = (v - 0.5).nearest();
            (cell as i32 as usize % SIZE, v - cell)
        };
        let ((x0, px), (y0, py)) = (place(x), place(y));
        let (x1, y1) = ((x0 + 1) % SIZE, (y0 + 1) % SIZE);
        let (top, bottom) = (&self.0[y0], &self.0[y1]);
        let top = top[x0] + (top[x1] - top[x0]) * px;
        let bottom = bottom[x0] + (bottom[x1] - bottom[x0]) * px;
        top + (bottom - top) * py
    }

    /// `at`, recentred to about `-1.0..=1.0`.
    #[inline]
    pub(super) fn signed(&self, x: f32, y: f32) -> f32 {
        self.at(x, y) * 2.0 - 1.0
    }

    /// `at` for eight places anywhere.
    #[inline]
    pub(super) fn over(&self, x: Lanes, y: Lanes) -> Lanes {
        let ((mut places, px), (rows, py)) = ((x * SIDE).split(), (y * SIDE).split());
        for (place, row) in places.iter_mut().zip(rows) {
            *place = *place % SIZE as u32 + row % SIZE as u32 * SIZE as u32;
        }
        let line = |row: usize| {
            let (here, next) = gather(places, |place| {
                let line = &self.0[(place / SIZE + row) % SIZE];
                (line[place % SIZE], line[(place + 1) % SIZE])
            });
            here + (next - here) * px
        };
        let top = line(0);
        top + (line(1) - top) * py
    }

    /// The noise along a line of one `y`: half the lookups for the many samples of a row.
    pub(super) fn across(&self, y: f32) -> Across {
        let cell = (y * SIDE - 0.5).nearest();
        let (row, part) = (cell as i32 as usize % SIZE, y * SIDE - cell);
        let mut line = [0.0; SIZE + 1];
        let rows = self.0[row].iter().zip(&self.0[(row + 1) % SIZE]);
        for (out, (above, below)) in line.iter_mut().zip(rows) {
            *out = above + (below - above) * part;
        }
        line[SIZE] = line[0];
        Across(line)
    }
}

/// One line of a tile, and its first place again at the end.
pub(super) struct Across([f32; SIZE + 1]);

impl Across {
    #[inline]
    pub(super) fn at(&self, x: Lanes) -> Lanes {
        let (cell, part) = (x * SIDE).split();
        let (here, next) = gather(cell, |cell| (self.0[cell % SIZE], self.0[cell % SIZE + 1]));
        here + (next - here) * part
    }

    /// `at`, recentred to about `-1.0..=1.0`.
    #[inline]
    pub(super) fn signed(&self, x: Lanes) -> Lanes {
        self.at(x) * 2.0 - 1.0
    }
}

fn add_octave(sum: &mut [[f32; SIZE]], cells: usize, weight: f32, chance: &mut Chance) {
    let lattice: Vec<f32> = (0..cells * cells).map(|_| chance.unit()).collect();
    let step = SIZE / cells;
    for (y, line) in sum.iter_mut().enumerate() {
        let (cy, py) = (y / step, smooth((y % step) as f32 / step as f32));
        let (row0, row1) = (cy * cells, ((cy + 1) % cells) * cells);
        for (x, sum) in line.iter_mut().enumerate() {
            let (cx, px) = (x / step, smooth((x % step) as f32 / step as f32));
            let next = (cx + 1) % cells;
            let top = lattice[row0 + cx] + (lattice[row0 + next] - lattice[row0 + cx]) * px;
            let bottom = lattice[row1 + cx] + (lattice[row1 + next] - lattice[row1 + cx]) * px;
            *sum += (top + (bottom - top) * py) * weight;
        }
    }
}

/// The side of the dither tile.
pub(super) const TILE: usize = 64;

/// A 64x64 ordered-dither tile with little low-frequency energy: white noise, high-passed, then ranked.
/// Values run over `-32..=31`, one 8-bit level being 64.
pub(super) fn dither_tile(chance: &mut Chance) -> Vec<i16> {
    let mut values: Vec<f32> = (0..TILE * TILE).map(|_| chance.unit()).collect();
    for _ in 0..2 {
        values = high_pass(&values);
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    let mut tile = vec![0_i16; TILE * TILE];
    for (rank, index) in order.into_iter().enumerate() {
        tile[index] = (rank * 64 / (TILE * TILE)) as i16 - 32;
    }
    tile
}

fn high_pass(values: &[f32]) -> Vec<f32> {
    let at = |x: usize, y: usize| values[(y % TILE) * TILE + x % TILE];
    let mut out = Vec::with_capacity(values.len());
    for y in 0..TILE {
        for x in 0..TILE {
            let mut blur = 0.0;
            for dy in 0..5 {
                for dx in 0..5 {
                    blur += at(x + TILE + dx - 2, y + TILE + dy - 2);
                }
            }
            out.push(at(x, y) - blur / 25.0);
        }
    }
    out
}

/// A fast sine of an angle in whole turns; off by less than a thousandth.
#[inline]
pub(super) fn sine<N: Real>(turns: N) -> N {
    let part = (turns - turns.nearest()) * 2.0.into();
    let curve = part * (N::from(4.0) - part.abs() * 4.0.into());
    curve * (curve.abs() * 0.225.into() + 0.775.into())
}

#[cfg(test)]
mod tests {
    use super::super::lanes::LANES;
    use super::*;

    fn noise() -> Noise {
        Noise::new(&mut Chance::new(5), 8, 5, 0.55)
    }

    #[test]
    fn one_place_eight_places_and_a_line_give_the_same_noise() {
        let noise = noise();
        for (x, y) in [
            (0.0, 0.0),
            (0.3, 0.7),
            (-3.21, 5.4),
            (0.999, -0.001),
            (17.0, -9.5),
        ] {
            let (one, eight) = (noise.at(x, y), Lanes::run(x, 0.0));
            let scale = |value: Lanes| (value * 10_000.0).levels();
            let expected = Lanes::from(one * 10_000.0).levels();
            let gap = |list: [i16; LANES]| list.iter().zip(expected).map(|(a, b)| (a - b).abs()).max();
            assert!(gap(scale(noise.over(eight, y.into()))) <= Some(2), "{x} {y}");
            assert!(gap(scale(noise.across(y).at(eight))) <= Some(2), "{x} {y}");
        }
    }

    #[test]
    fn the_noise_repeats_and_has_no_seams() {
        let noise = noise();
        for y in [0.1, 0.6, 0.95] {
            assert!((noise.at(0.25, y) - noise.at(-1.75, y + 2.0)).abs() < 1e-3);
            assert!((noise.at(0.999_99, y) - noise.at(1.000_01, y)).abs() < 2e-2);
        }
    }

    #[test]
    fn the_fast_sine_is_a_sine() {
        for step in -400_i16..400 {
            let turns = f32::from(step) * 0.0137;
            let right = (turns * std::f32::consts::TAU).sin();
            assert!((sine(turns) - right).abs() < 2e-3, "{turns}");
        }
    }
}
