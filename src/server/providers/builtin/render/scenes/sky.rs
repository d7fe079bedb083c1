//! A sky by the hour: a gradient, a sun or moon with its glow, and drifting clouds.

use super::super::chance::Chance;
use super::super::color::{Palette, Rgb, Yuv, ramp};
use super::super::frame::Frame;
use super::super::lanes::Lanes;
use super::super::noise::Noise;
use super::super::skyline::Skyline;
use super::super::sprites::{Paint, disc};
use super::super::words::{Brief, Hour};
use super::Set;

pub(super) struct Sky {
    pub hour: Hour,
    palette: Palette,
    /// The scene `y` where the sky ends.
    pub horizon: f32,
    top: f32,
    /// Where the sun or moon stands, in scene units.
    pub sun: (f32, f32),
    pub glow: Yuv,
    /// The colour of the light itself.
    pub light: Rgb,
    disc: Yuv,
    cloud: Yuv,
    clouds: f32,
    seed: f32,
}

/// Sky stops from the zenith to the horizon, the light, and the clouds.
fn colors(hour: Hour) -> ([u32; 5], u32, u32) {
    match hour {
        Hour::Dawn => (
            [0x2c_3f74, 0x5d_6aa3, 0xb0_8fae, 0xf0_b29b, 0xff_dcae],
            0xff_e6bd,
            0xf7_c0ab,
        ),
        Hour::Day => (
            [0x1f_66b0, 0x4b_93d2, 0x86_bde6, 0xbf_def0, 0xe9_f1ec],
            0xff_f6e0,
            0xfd_fbf6,
        ),
        Hour::Dusk => (
            [0x17_1a47, 0x4a_2c6d, 0x9c_3f70, 0xe5_6c4e, 0xff_b765],
            0xff_cf87,
            0xd8_5a62,
        ),
        Hour::Night => (
            [0x03_0714, 0x07_1128, 0x0d_1f40, 0x17_3357, 0x2a_4f74],
            0xd6_e4f4,
            0x22_3a5c,
        ),
    }
}

impl Sky {
    pub(super) fn new(brief: &Brief, set: &Set, hour: Hour, horizon: f32, chance: &mut Chance) -> Self {
        let (stops, light, cloud) = colors(hour);
        let stops: Vec<Rgb> = stops.iter().map(|&code| brief.hex(code)).collect();
        let (across, up) = set.size.reach();
        let height = match hour {
            Hour::Dawn | Hour::Dusk => chance.range(0.03, 0.09),
            Hour::Day => chance.range(0.45, 0.7) * (horizon + up),
            Hour::Night => chance.range(0.4, 0.72) * (horizon + up),
        };
        let side = if chance.odds(0.5) { 1.0 } else { -1.0 };
        let light = brief.hex(light);
        Self {
            hour,
            palette: Palette::new(&stops),
            horizon,
            top: -up,
            sun: (side * chance.range(0.1, 0.42) * across, horizon - height),
            glow: light.mix(stops[3], 0.35).yuv(),
            light,
            disc: light.mix(Rgb(1.0, 1.0, 1.0), 0.7).yuv(),
            cloud: brief.hex(cloud).yuv(),
            clouds: (0.5 + 0.5 * brief.energy).clamp(0.12, 1.0),
            seed: chance.unit(),
        }
    }

    /// The shader of one row.
    pub(super) fn row<'a>(
        &'a self,
        noise: &Noise,
        time: f32,
        y: f32,
    ) -> impl Fn(usize, Lanes) -> Yuv<Lanes> + use<'a> {
        let place = ((y - self.top) / (self.horizon - self.top)).clamp(0.0, 1.0);
        let base = self.palette.at(place);
        // Clouds lie on a plane overhead, so they shrink and crowd towards the horizon.
        let depth = 0.30 / (self.horizon - y + 0.16).max(0.05);
        let veil = self.clouds * ramp(1.02, 0.8, place) * 0.85;
        let drop = y - self.sun.1;
        let (reach, strength) = match self.hour {
            Hour::Night => (0.008, 0.56),
            Hour::Dusk => (0.035, 0.56),
            Hour::Dawn | Hour::Day => (0.028, 0.36),
        };
        let (low, high) = (0.62 - 0.22 * self.clouds, 0.98 - 0.2 * self.clouds);
        let clouds = noise.across(depth * 1.4 + self.seed * 3.0 + time * 0.0016);
        let (across, along) = (depth * 0.55, time * 0.004 + self.seed);
        move |_, x| {
            let n = clouds.at(x * across + along);
            let aside = x - self.sun.0;
            let far = aside * aside * 0.7 + drop * drop;
            let shine = reach / (reach + far);
            let cloud = ramp(low, high, n) * veil;
            base.lanes()
                .mix(self.cloud, cloud)
                .add(self.glow, shine * (strength - 0.2 * cloud))
                .shoulder()
        }
    }

    /// Draws the sun or moon itself, cut off by what stands in front.
    pub(super) fn draw_sun(&self, frame: &mut Frame, front: Option<&Skyline>, shift: f32) {
        let (radius, alpha) = match self.hour {
            Hour::Dawn => (0.034, 0.9),
            Hour::Day => (0.026, 0.85),
            Hour::Dusk => (0.045, 0.95),
            Hour::Night => (0.03, 0.92),
        };
        let size = frame.size;
        let (x, y) = (size.column(self.sun.0 + shift), size.row(self.sun.1));
        disc(
            frame,
            x,
            y,
            radius * size.unit(),
            Paint::new(self.disc, alpha),
            front,
        );
    }
}
