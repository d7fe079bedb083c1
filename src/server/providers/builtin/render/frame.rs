//! One picture: a full-size yuv420p frame, composed from coarse colour fields and crisp skylines.
//!
//! A scene paints its colours on a coarse grid, where a costly shader is affordable, and gives each layer a crisp
//! edge. `Composer` then walks the frame once, row by row, in buffers that stay in the first-level cache.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixel arithmetic: sizes are at most 1920 and levels at most 255 with six fractional bits"
)]

use super::chance::Chance;
use super::field::{COARSE, Field};
use super::noise::dither_tile;
use super::skyline::Skyline;

/// The size of a film, and the unit scenes measure in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub w: usize,
    pub h: usize,
}

impl Size {
    /// Pixels per scene unit: the shorter side is one unit long.
    pub(super) fn unit(self) -> f32 {
        self.w.min(self.h) as f32
    }

    /// Half the width and half the height in scene units; the origin is the middle of the frame.
    pub(super) fn reach(self) -> (f32, f32) {
        (
            self.w as f32 * 0.5 / self.unit(),
            self.h as f32 * 0.5 / self.unit(),
        )
    }

    /// The pixel row of a scene `y`.
    pub(super) fn row(self, y: f32) -> f32 {
        y * self.unit() + self.h as f32 * 0.5
    }

    /// The pixel column of a scene `x`.
    pub(super) fn column(self, x: f32) -> f32 {
        x * self.unit() + self.w as f32 * 0.5
    }
}

/// A planar yuv420p picture with tight strides.
pub(super) struct Frame {
    pub size: Size,
    pub y: Vec<u8>,
    pub u: Vec<u8>,
    pub v: Vec<u8>,
}

impl Frame {
    pub(super) fn new(size: Size) -> Self {
        let chroma = size.w / 2 * (size.h / 2);
        Self {
            size,
            y: vec![16; size.w * size.h],
            u: vec![128; chroma],
            v: vec![128; chroma],
        }
    }
}

/// One layer: a colour field that covers everything, or everything below a skyline.
pub(super) struct Layer<'a> {
    pub field: &'a Field,
    pub top: Option<&'a Skyline>,
}

impl<'a> Layer<'a> {
    pub(super) fn all(field: &'a Field) -> Self {
        Self { field, top: None }
    }

    pub(super) fn below(field: &'a Field, top: &'a Skyline) -> Self {
        Self {
            field,
            top: Some(top),
        }
    }

    fn covers(&self, line: usize) -> bool {
        self.top.is_none_or(|top| top.covers(line))
    }

    fn reaches(&self, line: usize) -> bool {
        self.top.is_none_or(|top| top.reaches(line))
    }
}

/// Row buffers and the dither pattern of one film.
pub(super) struct Composer {
    dither: Vec<i16>,
    coarse: Vec<i16>,
    fine: Vec<i16>,
    y: Vec<i16>,
    u: Vec<i16>,
    v: Vec<i16>,
    cover: Vec<i16>,
    half_cover: Vec<i16>,
}

impl Composer {
    pub(super) fn new(size: Size, chance: &mut Chance) -> Self {
        let row = || vec![0_i16; size.w.div_ceil(COARSE) * COARSE];
        Self {
            dither: dither_tile(chance),
            coarse: vec![0; size.w.div_ceil(COARSE) + 1],
            fine: row(),
            y: row(),
            u: row(),
            v: row(),
            cover: vec![0; size.w],
            half_cover: vec![0; size.w / 2],
        }
    }

    /// Draws the layers, back to front, onto the frame. The first layer must cover everything.
    pub(super) fn compose(&mut self, frame: &mut Frame, layers: &[Layer<'_>]) {
        let (w, half) = (frame.size.w, frame.size.w / 2);
        for line in 0..frame.size.h {
            let back = layers.iter().rposition(|layer| layer.covers(line)).unwrap_or(0);
            let chroma = line % 2 == 0;
            for (depth, layer) in layers
                .iter()
                .enumerate()
                .skip(back)
                .filter(|(_, layer)| layer.reaches(line))
            {
                match layer.top.filter(|top| depth > back && !top.covers(line)) {
                    Some(top) => self.blend(layer.field, top, line, chroma),
                    None => self.lay(layer.field, line, chroma),
                }
            }
            let dither = &self.dither[(line % 64) * 64..][..64];
            finish(&self.y[..w], &mut frame.y[line * w..][..w], dither);
            if chroma {
                let at = line / 2 * half;
                finish(&self.u[..half], &mut frame.u[at..][..half], dither);
                finish(&self.v[..half], &mut frame.v[at..][..half], dither);
            }
        }
    }

    fn lay(&mut self, field: &Field, line: usize, chroma: bool) {
        field.blend_rows(&field.planes.y, line, &mut self.coarse);
        spread4(&self.coarse, &mut self.y);
        if chroma {
            field.blend_rows(&field.planes.u, line, &mut self.coarse);
            spread2(&self.coarse, &mut self.u);
            field.blend_rows(&field.planes.v, line, &mut self.coarse);
            spread2(&self.coarse, &mut self.v);
        }
    }

    fn blend(&mut self, field: &Field, top: &Skyline, line: usize, chroma: bool) {
        top.coverage(line, &mut self.cover);
        field.blend_rows(&field.planes.y, line, &mut self.coarse);
        spread4(&self.coarse, &mut self.fine);
        mix_rows(&mut self.y, &self.fine, &self.cover);
        if chroma {
            for (half, pair) in self.half_cover.iter_mut().zip(self.cover.as_chunks::<2>().0) {
                *half = (pair[0] >> 1) + (pair[1] >> 1);
            }
            field.blend_rows(&field.planes.u, line, &mut self.coarse);
            spread2(&self.coarse, &mut self.fine);
            mix_rows(&mut self.u, &self.fine, &self.half_cover);
            field.blend_rows(&field.planes.v, line, &mut self.coarse);
            spread2(&self.coarse, &mut self.fine);
            mix_rows(&mut self.v, &self.fine, &self.half_cover);
        }
    }
}

/// Each coarse sample becomes four columns.
fn spread4(coarse: &[i16], out: &mut [i16]) {
    for ((out, &a), &b) in out
        .as_chunks_mut::<4>()
        .0
        .iter_mut()
        .zip(coarse)
        .zip(&coarse[1..])
    {
        let quarter = (b - a) >> 2;
        *out = [a, a + quarter, a + ((b - a) >> 1), b - quarter];
    }
}

/// Each coarse sample becomes two chroma columns.
fn spread2(coarse: &[i16], out: &mut [i16]) {
    for ((out, &a), &b) in out
        .as_chunks_mut::<2>()
        .0
        .iter_mut()
        .zip(coarse)
        .zip(&coarse[1..])
    {
        *out = [a, a + ((b - a) >> 1)];
    }
}

/// Moves each level towards `over` by its cover, where 32767 is all the way.
fn mix_rows(under: &mut [i16], over: &[i16], cover: &[i16]) {
    for ((under, &over), &cover) in under.iter_mut().zip(over).zip(cover) {
        // The doubled difference fits: levels stay below 2^14.
        let gap = (over - *under) << 1;
        *under += ((i32::from(gap) * i32::from(cover)) >> 16) as i16;
    }
}

/// Rounds a row to bytes through the dither pattern, which keeps slow gradients free of bands.
fn finish(row: &[i16], out: &mut [u8], dither: &[i16]) {
    for (out, row) in out.chunks_mut(64).zip(row.chunks(64)) {
        for ((out, &level), &dither) in out.iter_mut().zip(row).zip(dither) {
            *out = ((level + dither + 32) >> 6).clamp(0, 255) as u8;
        }
    }
}
