//! Mountains in snow: ridges in blue air, the highest still in the sun, flakes drifting past.

use super::super::chance::Chance;
use super::super::color::{Rgb, Yuv, ramp, smooth};
use super::super::field::{Field, Floor};
use super::super::frame::{Frame, Layer};
use super::super::lanes::Real;
use super::super::noise::Noise;
use super::super::skyline::{Profile, Skyline};
use super::super::words::{Brief, Hour};
use super::sky::Sky;
use super::weather::{Snowfall, Stars};
use super::{Scene, Set, Shot, hour_of};

struct Ridge {
    heights: Profile,
    slopes: Profile,
    base: f32,
    near: f32,
    tall: f32,
    sunny: Yuv,
    shady: Yuv,
    rock: Yuv,
    haze: Yuv,
    field: Field,
    edge: Skyline,
}

pub(super) struct Snow {
    set: Set,
    sky: Sky,
    back: Field,
    ridges: Vec<Ridge>,
    flakes: Snowfall,
    stars: Option<Stars>,
}

/// Sunlit snow, shaded snow, rock.
fn colors(hour: Hour) -> [u32; 3] {
    match hour {
        Hour::Dawn => [0xff_cdb2, 0x6c_7ba8, 0x3b_4262],
        Hour::Day => [0xff_fcf4, 0x93_b4d8, 0x4c_5f78],
        Hour::Dusk => [0xff_a683, 0x54_5088, 0x2a_2848],
        Hour::Night => [0x93_b2d6, 0x24_3a5e, 0x0c_1830],
    }
}

const RIDGES: usize = 4;

impl Snow {
    #[expect(clippy::cast_precision_loss, reason = "a handful of ridges")]
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let hour = hour_of(brief, &mut chance, &[Hour::Dawn, Hour::Day, Hour::Dusk]);
        let down = set.size.reach().1;
        let mut sky = Sky::new(brief, &set, hour, 0.35 * down, &mut chance);
        sky.sun.1 = -chance.range(0.35, 0.7) * down;
        let tones = colors(hour).map(|code| brief.hex(code));
        let haze = Rgb::hex(match hour {
            Hour::Dawn => 0xd8_b4c0,
            Hour::Day => 0xd6_e6f2,
            Hour::Dusk => 0xb0_6a86,
            Hour::Night => 0x22_3e60,
        });
        let haze = brief.grade(haze);
        let ridges = (0..RIDGES)
            .map(|index| {
                Ridge::new(
                    &set,
                    &mut chance,
                    index as f32 / (RIDGES - 1) as f32,
                    (tones, haze),
                )
            })
            .collect();
        Self {
            back: Field::new(set.size, 4),
            ridges,
            flakes: Snowfall::new(brief, &mut chance, 190),
            stars: (hour == Hour::Night).then(|| Stars::new(&mut chance, 260, 0.6)),
            sky,
            set,
        }
    }
}

impl Ridge {
    fn new(set: &Set, chance: &mut Chance, near: f32, ([sunny, shady, rock], haze): ([Rgb; 3], Rgb)) -> Self {
        let down = set.size.reach().1;
        let tall = if near > 0.9 { 0.3 } else { 0.66 - 0.36 * near } * down;
        let far = (1.0 - near) * 0.42;
        let heights = ridge_line(&set.soft, &set.rough, chance, tall, near);
        Self {
            slopes: heights.slopes(0.075),
            heights,
            base: (0.22 + 0.72 * near) * down,
            near,
            tall,
            sunny: sunny.mix(haze, far * 0.5).yuv(),
            shady: shady.mix(haze, far).yuv(),
            rock: rock.mix(haze, far).yuv(),
            haze: haze.yuv(),
            field: Field::new(set.size, 2),
            edge: Skyline::new(set.size),
        }
    }

    /// How far this ridge is shifted, and how much larger it has grown.
    fn camera(&self, pan: f32, zoom: f32) -> (f32, f32) {
        (
            pan * (0.15 + 1.4 * self.near * self.near),
            1.0 + (zoom - 1.0) * (0.3 + 1.3 * self.near),
        )
    }

    fn paint(&mut self, shot: Shot, floor: &Floor, set: &Set, side: f32) {
        let mut field = std::mem::take(&mut self.field);
        field.tween(shot, 4, |field, time| {
            let (shift, grow) = self.camera(set.pan(time), set.zoom(time));
            // A higher peak may come in before the field is painted again.
            let from = set.size.row((self.base - self.heights.peak) * grow);
            self.paint_at(field, (from, floor), &set.rough, (shift, grow), side);
        });
        self.field = field;
    }

    fn paint_at(
        &self,
        field: &mut Field,
        (from, floor): (f32, &Floor),
        noise: &Noise,
        (shift, grow): (f32, f32),
        side: f32,
    ) {
        let Self {
            heights,
            slopes,
            base,
            near,
            tall,
            sunny,
            shady,
            rock,
            haze,
            ..
        } = self;
        let (base, near, tall, sunny, shady, rock, haze) =
            (*base, *near, *tall, *sunny, *shady, *rock, *haze);
        let scale = 1.0 / grow;
        let tops = field.columns(|x| base - heights.over(x * scale + shift));
        let smooth_snow = near > 0.9;
        field.paint_above(from, floor, |y| {
            let y = y * scale;
            let low = ramp(0.55 * tall, -0.12 * tall, base - y) * (0.5 - 0.34 * near);
            let tops = &tops;
            let (rough, detail) = (noise.across(y * 0.8), noise.across(y * 1.1 + near * 2.0));
            move |eight, x| {
                let x = x * scale + shift;
                let deep = (y - tops[eight]).max(0.0);
                let rough = rough.at(x * 0.55 + near);
                // Spurs run down and aside from the crest, each with a lit and a shaded face.
                let spur = slopes.over(x + side * deep * (0.6 + 0.9 * (rough - 0.5)));
                let detail = detail.signed(x * 1.8 - deep * (side * 1.6));
                let facing =
                    smooth(0.5 - spur * (side * 1.25) + detail * if smooth_snow { 0.12 } else { 0.34 });
                let rocky = if smooth_snow {
                    0.0.into()
                } else {
                    ramp(0.58, 0.72, rough + deep * (0.18 / tall))
                };
                shady
                    .lanes()
                    .mix(sunny, facing)
                    .mix(rock, rocky * (1.0 - 0.55 * facing))
                    .mix(haze, low.into())
            }
        });
    }
}

/// Peaks from folded noise; the nearest ridge is a soft snowfield instead.
fn ridge_line(soft: &Noise, rough: &Noise, chance: &mut Chance, tall: f32, near: f32) -> Profile {
    let (one, two) = (chance.unit() * 5.0, chance.unit() * 5.0);
    let span = 4.0;
    Profile::new(span, 8192, |x| {
        let place = x / span;
        let bulk = soft.at(place, one);
        if near > 0.9 {
            return tall * (0.05 + 0.95 * bulk);
        }
        let folded = 1.0 - soft.signed(place * 2.0, two).abs();
        let crags = 1.0 - rough.signed(place * 2.0, two + 0.5).abs();
        let grain = rough.at(place * 8.0, one + 0.25) - 0.5;
        tall * (0.12 + 0.38 * bulk + 0.38 * folded * folded + 0.16 * crags * crags + 0.045 * grain)
    })
}

impl Scene for Snow {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (time, size) = (shot.time, self.set.size);
        let (sky, soft) = (&self.sky, &self.set.soft);
        self.back.tween(shot, 6, |field, time| {
            field.paint(0.0, size.row(sky.horizon + 0.1), |y| sky.row(soft, time, y));
        });
        let (pan, zoom) = (self.set.pan(time), self.set.zoom(time));
        let lit_from = if sky.sun.0 > 0.0 { 1.0 } else { -1.0 };
        for ridge in &mut self.ridges {
            let (shift, grow) = ridge.camera(pan, zoom);
            let (heights, base) = (&ridge.heights, ridge.base);
            let scale = 1.0 / grow;
            ridge
                .edge
                .trace(|x| (base - heights.over(x * scale + shift)) * grow);
        }
        let floors = Floor::of(size, self.ridges.iter().map(|ridge| &ridge.edge));
        for (ridge, floor) in self.ridges.iter_mut().zip(&floors) {
            ridge.paint(shot, floor, &self.set, lit_from);
        }
        let mut layers = vec![Layer::all(&self.back)];
        layers.extend(
            self.ridges
                .iter()
                .map(|ridge| Layer::below(&ridge.field, &ridge.edge)),
        );
        self.set.composer.compose(frame, &layers);
        let front = Some(&self.ridges[0].edge);
        if let Some(stars) = &self.stars {
            stars.draw(frame, time, (-pan * 0.1, 1.0), front);
        }
        self.sky.draw_sun(frame, front, 0.0);
        self.flakes.draw(frame, time);
    }
}
