//! Eight numbers at a time: what shaders and edges compute in, because eight neighbours cost little more than one.
//!
//! This is plain SSE2 on x86-64, so that the program starts on any such processor and draws the same on all of them.

use std::ops::{Add, Div, Mul, Neg, Sub};

use wide::{f32x8, i16x8};

/// How many.
pub(super) const LANES: usize = 8;
/// At 1.5 * 2^23 the last bit of a float counts ones: adding this rounds.
const ONES: f32 = 12_582_912.0;

/// Eight numbers.
#[derive(Clone, Copy)]
pub(super) struct Lanes(f32x8);

/// One number or eight.
pub(super) trait Real:
    Copy
    + From<f32>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    fn abs(self) -> Self;
    fn max(self, least: f32) -> Self;
    fn min(self, most: f32) -> Self;

    fn clamp(self, least: f32, most: f32) -> Self {
        self.max(least).min(most)
    }

    /// The nearest whole number, for magnitudes up to 2^22; beyond that it is some number or other.
    fn nearest(self) -> Self {
        (self + ONES.into()) - ONES.into()
    }
}

impl Real for f32 {
    #[inline]
    fn abs(self) -> Self {
        self.abs()
    }

    #[inline]
    fn max(self, least: f32) -> Self {
        self.max(least)
    }

    #[inline]
    fn min(self, most: f32) -> Self {
        self.min(most)
    }
}

impl Real for Lanes {
    #[inline]
    fn abs(self) -> Self {
        Self(self.0.abs())
    }

    #[inline]
    fn max(self, least: f32) -> Self {
        Self(self.0.fast_max(f32x8::splat(least)))
    }

    #[inline]
    fn min(self, most: f32) -> Self {
        Self(self.0.fast_min(f32x8::splat(most)))
    }
}

impl Lanes {
    /// `from`, `from + pace`, and so on.
    #[inline]
    pub(super) fn run(from: f32, pace: f32) -> Self {
        let steps = f32x8::new([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        Self(steps * f32x8::splat(pace) + f32x8::splat(from))
    }

    #[inline]
    pub(super) fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }

    /// The floor of each, of which the lower 22 bits are good, and the rest above it, up to and with 1.0.
    #[inline]
    pub(super) fn split(self) -> ([u32; LANES], Self) {
        let shifted = self - 0.5 + ONES;
        let part = self - (shifted - ONES);
        (shifted.0.to_bits().to_array(), part)
    }

    /// The nearest whole numbers, kept within the range of their type.
    #[inline]
    pub(super) fn levels(self) -> [i16; LANES] {
        i16x8::from_i32x8_saturate(self.0.fast_round_int()).to_array()
    }
}

/// Looks up a pair of numbers for each of eight places.
#[inline]
pub(super) fn gather(places: [u32; LANES], pair: impl Fn(usize) -> (f32, f32)) -> (Lanes, Lanes) {
    let [mut one, mut other] = [[0.0; LANES]; 2];
    for ((one, other), place) in one.iter_mut().zip(&mut other).zip(places) {
        (*one, *other) = pair(place as usize);
    }
    (one.into(), other.into())
}

impl From<f32> for Lanes {
    #[inline]
    fn from(value: f32) -> Self {
        Self(f32x8::splat(value))
    }
}

impl From<[f32; LANES]> for Lanes {
    #[inline]
    fn from(values: [f32; LANES]) -> Self {
        Self(f32x8::new(values))
    }
}

impl Neg for Lanes {
    type Output = Self;

    #[inline]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

macro_rules! arithmetic {
    ($($trait:ident $name:ident),*) => {$(
        impl $trait for Lanes {
            type Output = Self;

            #[inline]
            fn $name(self, other: Self) -> Self {
                Self($trait::$name(self.0, other.0))
            }
        }

        impl $trait<f32> for Lanes {
            type Output = Self;

            #[inline]
            fn $name(self, other: f32) -> Self {
                Self($trait::$name(self.0, f32x8::splat(other)))
            }
        }

        impl $trait<Lanes> for f32 {
            type Output = Lanes;

            #[inline]
            fn $name(self, other: Lanes) -> Lanes {
                Lanes($trait::$name(f32x8::splat(self), other.0))
            }
        }
    )*};
}

arithmetic!(Add add, Sub sub, Mul mul, Div div);
