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

const SIZE: usize = 256;
const MASK: i32 = SIZE as i32 - 1;

/// A 256x256 tile of fractal value noise in about `0.0..=1.0`.
pub(super) struct Noise(Vec<f32>);

impl Noise {
    /// `first` is the number of lattice cells per tile side in the coarsest octave (a power of two).
    pub(super) fn new(chance: &mut Chance, first: usize, octaves: u32, gain: f32) -> Self {
        let mut sum = vec![0.0_f32; SIZE * SIZE];
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
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        let span = (high - low).max(1e-6);
        for value in &mut sum {
            *value = (*value - low) / span;
        }
        Self(sum)
    }

    /// Bilinear lookup; the whole tile spans `0.0..1.0` in both directions and repeats.
    #[inline]
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        // Fixed point: an arithmetic shift floors negatives for free, where `floor` would be a library call.
        let (fx, fy) = ((x * 65536.0) as i32, (y * 65536.0) as i32);
        let (x0, y0) = (((fx >> 8) & MASK) as usize, (((fy >> 8) & MASK) as usize) * SIZE);
        let (x1, y1) = ((x0 + 1) & (SIZE - 1), (y0 + SIZE) & (SIZE * SIZE - 1));
        let (px, py) = (
            (fx & 255) as f32 * (1.0 / 256.0),
            (fy & 255) as f32 * (1.0 / 256.0),
        );
        let tile = &self.0[..SIZE * SIZE];
        let top = tile[y0 + x0] + (tile[y0 + x1] - tile[y0 + x0]) * px;
        let bottom = tile[y1 + x0] + (tile[y1 + x1] - tile[y1 + x0]) * px;
        top + (bottom - top) * py
    }

    /// `at`, recentred to about `-1.0..=1.0`.
    #[inline]
    pub(super) fn signed(&self, x: f32, y: f32) -> f32 {
        self.at(x, y) * 2.0 - 1.0
    }
}

fn add_octave(sum: &mut [f32], cells: usize, weight: f32, chance: &mut Chance) {
    let lattice: Vec<f32> = (0..cells * cells).map(|_| chance.unit()).collect();
    let step = SIZE / cells;
    for y in 0..SIZE {
        let (cy, py) = (y / step, smooth((y % step) as f32 / step as f32));
        let (row0, row1) = (cy * cells, ((cy + 1) % cells) * cells);
        for x in 0..SIZE {
            let (cx, px) = (x / step, smooth((x % step) as f32 / step as f32));
            let next = (cx + 1) % cells;
            let top = lattice[row0 + cx] + (lattice[row0 + next] - lattice[row0 + cx]) * px;
            let bottom = lattice[row1 + cx] + (lattice[row1 + next] - lattice[row1 + cx]) * px;
            sum[y * SIZE + x] += (top + (bottom - top) * py) * weight;
        }
    }
}

const TILE: usize = 64;

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
pub(super) fn sine(turns: f32) -> f32 {
    // Floor by way of a cast: far cheaper than the library call on plain x86-64.
    let whole = (turns + 16_384.0) as i32 as f32 - 16_384.0;
    let part = (turns - whole) * 2.0 - 1.0;
    let curve = 4.0 * part * (part.abs() - 1.0);
    curve * (0.775 + 0.225 * curve.abs())
}
