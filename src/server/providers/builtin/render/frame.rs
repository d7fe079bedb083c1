//! One picture: its size, its planes, and the layers it is composed of.
#![expect(clippy::cast_precision_loss, reason = "sizes are at most 1920")]

use super::field::Field;
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
}
