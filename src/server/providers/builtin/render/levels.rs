//! Sixteen levels at a time: what tiles are composed in, eight to one SSE2 register.
//!
//! The columns of a tile are kept by their place between two coarse samples: first those on a sample, then those one
//! pixel further right, and so on. So each stretch of sixteen is computed alike, and they are interleaved only at the
//! end, as bytes.

use std::ops::{Add, Shl, Shr, Sub};

use wide::{i16x8, u8x16};

/// How many.
pub(super) const LEVELS: usize = 16;

/// Sixteen levels with six fractional bits, or shares of them.
#[derive(Clone, Copy)]
pub(super) struct Levels([i16x8; 2]);

impl Levels {
    pub(super) const ZERO: Self = Self([i16x8::ZERO; 2]);

    /// Sixteen times the same.
    #[inline]
    pub(super) fn all(level: i16) -> Self {
        Self([i16x8::splat(level); 2])
    }

    #[inline]
    pub(super) fn read(list: &[i16; LEVELS]) -> Self {
        let ([low, high], _) = list.as_chunks() else {
            return Self::ZERO;
        };
        Self([i16x8::new(*low), i16x8::new(*high)])
    }

    #[inline]
    pub(super) fn to_array(self) -> [i16; LEVELS] {
        let mut list = [0; LEVELS];
        for (out, half) in list.as_chunks_mut().0.iter_mut().zip(self.0) {
            *out = half.to_array();
        }
        list
    }

    #[inline]
    fn zip(self, other: Self, each: impl Fn(i16x8, i16x8) -> i16x8) -> Self {
        Self([each(self.0[0], other.0[0]), each(self.0[1], other.0[1])])
    }

    #[inline]
    pub(super) fn max(self, other: Self) -> Self {
        self.zip(other, i16x8::max)
    }

    #[inline]
    pub(super) fn min(self, other: Self) -> Self {
        self.zip(other, i16x8::min)
    }

    /// The highest of all.
    #[inline]
    pub(super) fn most(self) -> i16 {
        self.0[0].max(self.0[1]).reduce_max()
    }

    /// The lowest of all.
    #[inline]
    pub(super) fn least(self) -> i16 {
        self.0[0].min(self.0[1]).reduce_min()
    }

    /// Moved towards other levels by their shares, of which 32768 would be all the way.
    #[inline]
    pub(super) fn moved(self, to: Self, share: Self) -> Self {
        // The doubled difference fits: levels stay below 2^14.
        self + ((to - self) << 1).zip(share, i16x8::mul_keep_high)
    }

    /// The levels one, two and three quarters of the way to others.
    #[inline]
    pub(super) fn quarters(self, to: Self) -> [Self; 3] {
        let way = to - self;
        [self + (way >> 2), self + (way >> 1), to - (way >> 2)]
    }

    /// Rounded down to bytes.
    #[inline]
    fn bytes(self) -> u8x16 {
        let [low, high] = (self >> 6).0;
        u8x16::narrow_i16x8(low, high)
    }
}

/// The bytes of 64 columns, given by their place between samples.
#[inline]
pub(super) fn weave4([a, b, c, d]: [Levels; 4]) -> [[u8; LEVELS]; 4] {
    let (a, b, c, d) = (a.bytes(), b.bytes(), c.bytes(), d.bytes());
    let (even, odd) = ([low(a, c), high(a, c)], [low(b, d), high(b, d)]);
    [
        low(even[0], odd[0]).to_array(),
        high(even[0], odd[0]).to_array(),
        low(even[1], odd[1]).to_array(),
        high(even[1], odd[1]).to_array(),
    ]
}

/// The bytes of 32 columns, given by their place between samples.
#[inline]
pub(super) fn weave2([a, b]: [Levels; 2]) -> [[u8; LEVELS]; 2] {
    let (a, b) = (a.bytes(), b.bytes());
    [low(a, b).to_array(), high(a, b).to_array()]
}

#[inline]
fn low(a: u8x16, b: u8x16) -> u8x16 {
    u8x16::unpack_low(a, b)
}

#[inline]
fn high(a: u8x16, b: u8x16) -> u8x16 {
    u8x16::unpack_high(a, b)
}

impl Add for Levels {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        self.zip(other, Add::add)
    }
}

impl Sub for Levels {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        self.zip(other, Sub::sub)
    }
}

impl Shl<u32> for Levels {
    type Output = Self;

    #[inline]
    fn shl(self, bits: u32) -> Self {
        Self([self.0[0] << bits, self.0[1] << bits])
    }
}

impl Shr<u32> for Levels {
    type Output = Self;

    #[inline]
    fn shr(self, bits: u32) -> Self {
        Self([self.0[0] >> bits, self.0[1] >> bits])
    }
}
