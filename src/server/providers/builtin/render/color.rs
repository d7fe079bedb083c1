//! Colour: design in RGB, draw in BT.709 limited-range YUV.

use super::lanes::{Lanes, Real, gather};

/// A gamma-encoded RGB colour, each part in `0.0..=1.0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rgb(pub f32, pub f32, pub f32);

impl Rgb {
    #[expect(clippy::cast_precision_loss, reason = "each part is one byte")]
    pub(super) const fn hex(code: u32) -> Self {
        Self(
            ((code >> 16) & 0xff) as f32 / 255.0,
            ((code >> 8) & 0xff) as f32 / 255.0,
            (code & 0xff) as f32 / 255.0,
        )
    }

    pub(super) fn mix(self, other: Self, amount: f32) -> Self {
        Self(
            self.0 + (other.0 - self.0) * amount,
            self.1 + (other.1 - self.1) * amount,
            self.2 + (other.2 - self.2) * amount,
        )
    }

    pub(super) fn scale(self, factor: f32) -> Self {
        Self(self.0 * factor, self.1 * factor, self.2 * factor)
    }

    pub(super) fn luma(self) -> f32 {
        0.2126 * self.0 + 0.7152 * self.1 + 0.0722 * self.2
    }

    /// Pushes the colour away from (`> 1`) or towards (`< 1`) its own grey.
    pub(super) fn saturate(self, factor: f32) -> Self {
        let grey = self.luma();
        Self(grey, grey, grey).mix(self, factor)
    }

    /// Turns the hue by `degrees`, keeping the luma about where it was.
    pub(super) fn turn(self, degrees: f32) -> Self {
        let luma = self.luma();
        let (blueness, redness) = ((self.2 - luma) / 1.8556, (self.0 - luma) / 1.5748);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let red = luma + 1.5748 * (blueness * sin + redness * cos);
        let blue = luma + 1.8556 * (blueness * cos - redness * sin);
        Self(red, (luma - 0.2126 * red - 0.0722 * blue) / 0.7152, blue).clamp()
    }

    pub(super) fn clamp(self) -> Self {
        Self(
            self.0.clamp(0.0, 1.0),
            self.1.clamp(0.0, 1.0),
            self.2.clamp(0.0, 1.0),
        )
    }

    pub(super) fn yuv(self) -> Yuv {
        let c = self.clamp();
        let y = c.luma();
        Yuv {
            y: 16.0 + 219.0 * y,
            u: 128.0 + 224.0 * (c.2 - y) / 1.8556,
            v: 128.0 + 224.0 * (c.0 - y) / 1.5748,
        }
    }
}

/// A colour in 8-bit BT.709 limited-range levels, with fractions; or eight of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Yuv<N = f32> {
    pub y: N,
    pub u: N,
    pub v: N,
}

impl From<Yuv> for Yuv<Lanes> {
    #[inline]
    fn from(color: Yuv) -> Self {
        Self {
            y: color.y.into(),
            u: color.u.into(),
            v: color.v.into(),
        }
    }
}

impl Yuv {
    /// Eight times the same colour.
    #[inline]
    pub(super) fn lanes(self) -> Yuv<Lanes> {
        self.into()
    }
}

impl<N: Real> Yuv<N> {
    #[inline]
    pub(super) fn mix(self, other: impl Into<Self>, amount: N) -> Self {
        let other = other.into();
        Self {
            y: self.y + (other.y - self.y) * amount,
            u: self.u + (other.u - self.u) * amount,
            v: self.v + (other.v - self.v) * amount,
        }
    }

    /// Adds the light of `other` scaled by `amount`; black adds nothing.
    #[inline]
    pub(super) fn add(self, other: impl Into<Self>, amount: N) -> Self {
        let other = other.into();
        Self {
            y: self.y + (other.y - 16.0.into()) * amount,
            u: self.u + (other.u - 128.0.into()) * amount,
            v: self.v + (other.v - 128.0.into()) * amount,
        }
    }

    /// Bends light beyond a bright level towards white instead of clipping it, as film does.
    #[inline]
    pub(super) fn shoulder(self) -> Self {
        let over = (self.y - 190.0.into()).max(0.0);
        let bend = N::from(46.0) / (over + 46.0.into());
        let grey = N::from(128.0);
        Self {
            y: self.y - over + over * bend,
            u: grey + (self.u - grey) * bend,
            v: grey + (self.v - grey) * bend,
        }
    }
}

const STEPS: usize = 1024;
const LAST: f32 = 1023.0;

/// A smooth run of colours, looked up by a position in `0.0..=1.0`.
pub(super) struct Palette(Box<[Yuv; STEPS]>);

impl Palette {
    /// Spreads `stops` evenly over the run.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "indices are small and positive"
    )]
    pub(super) fn new(stops: &[Rgb]) -> Self {
        let last = stops.len() - 1;
        let mut run = Box::new([stops[0].yuv(); STEPS]);
        for (step, color) in run.iter_mut().enumerate() {
            let place = step as f32 / (STEPS - 1) as f32 * last as f32;
            let index = (place as usize).min(last.saturating_sub(1));
            let part = smooth(place - index as f32) * 0.5 + (place - index as f32) * 0.5;
            *color = stops[index].mix(stops[(index + 1).min(last)], part).yuv();
        }
        Self(run)
    }

    #[inline]
    pub(super) fn at(&self, place: f32) -> Yuv {
        let (index, _) = Lanes::from(place.clamp(0.0, 1.0) * LAST + 0.5).split();
        self.0[index[0] as usize % STEPS]
    }

    #[inline]
    pub(super) fn over(&self, place: Lanes) -> Yuv<Lanes> {
        let (index, _) = (place.clamp(0.0, 1.0) * LAST + 0.5).split();
        let color = |index: usize| self.0[index % STEPS];
        let (y, u) = gather(index, |index| (color(index).y, color(index).u));
        let (v, _) = gather(index, |index| (color(index).v, 0.0));
        Yuv { y, u, v }
    }
}

/// Hermite ease between 0 and 1.
#[inline]
pub(super) fn smooth<N: Real>(x: N) -> N {
    let x = x.clamp(0.0, 1.0);
    x * x * (N::from(3.0) - x - x)
}

/// `smooth` over the span `from..to`.
#[inline]
pub(super) fn ramp<N: Real>(from: f32, to: f32, x: N) -> N {
    smooth((x - from.into()) * (1.0 / (to - from)).into())
}
