//! Dunes: sharp crests, one side lit, sand smoking off the edges.

use super::super::chance::Chance;
use super::super::color::{Rgb, Yuv, ramp, smooth};
use super::super::field::{Field, Floor};
use super::super::frame::{Frame, Layer};
use super::super::lanes::Real;
use super::super::noise::{Noise, sine};
use super::super::skyline::{Profile, Skyline};
use super::super::words::{Brief, Hour};
use super::sky::Sky;
use super::weather::{Overlay, Stars};
use super::{Scene, Set, Shot, hour_of};

struct Dune {
    crest: Profile,
    slopes: Profile,
    base: f32,
    near: f32,
    lit: Yuv,
    shade: Yuv,
    dust: Yuv,
    field: Field,
    edge: Skyline,
}

pub(super) struct Desert {
    set: Set,
    sky: Sky,
    back: Field,
    dunes: Vec<Dune>,
    stars: Option<Stars>,
    overlay: Overlay,
}

fn colors(hour: Hour) -> (u32, u32) {
    match hour {
        Hour::Dawn => (0xf0_b98c, 0x6a_4a62),
        Hour::Day => (0xec_bf7e, 0xa8_6a3c),
        Hour::Dusk => (0xe8_8a4c, 0x45_1f3c),
        Hour::Night => (0x4c_6484, 0x0a_1226),
    }
}

const DUNES: usize = 4;

impl Desert {
    #[expect(clippy::cast_precision_loss, reason = "a handful of dunes")]
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let hour = hour_of(brief, &mut chance, &[Hour::Dusk, Hour::Dawn, Hour::Day]);
        let down = set.size.reach().1;
        let horizon = chance.range(0.0, 0.16) * down;
        let mut sky = Sky::new(brief, &set, hour, horizon, &mut chance);
        sky.sun.1 -= 0.05 * down;
        let (lit, shade) = colors(hour);
        let tones = (brief.hex(lit), brief.hex(shade), sky.light);
        let dunes = (0..DUNES)
            .map(|index| {
                let near = index as f32 / (DUNES - 1) as f32;
                Dune::new(&set, &mut chance, (near, horizon), tones)
            })
            .collect();
        Self {
            back: Field::new(set.size, 4),
            dunes,
            stars: (hour == Hour::Night).then(|| Stars::new(&mut chance, 300, 0.6)),
            overlay: Overlay::new(brief, &mut chance),
            sky,
            set,
        }
    }
}

impl Dune {
    fn new(
        set: &Set,
        chance: &mut Chance,
        (near, horizon): (f32, f32),
        (lit, shade, light): (Rgb, Rgb, Rgb),
    ) -> Self {
        let down = set.size.reach().1;
        let tall = (0.07 + 0.26 * near) * down;
        let haze = (1.0 - near) * 0.42;
        let air = light.mix(lit, 0.5);
        let crest = crest_line(chance, tall, near);
        Self {
            slopes: crest.slopes(0.05),
            crest,
            base: horizon + (0.03 + 0.62 * near * (0.6 + 0.4 * near)) * (down - horizon),
            near,
            lit: lit.mix(air, haze).yuv(),
            shade: shade.mix(air, haze * 1.1).yuv(),
            dust: lit.mix(light, 0.5).yuv(),
            field: Field::new(set.size, 4),
            edge: Skyline::new(set.size),
        }
    }

    /// How far this dune is shifted, and how much larger it has grown.
    fn camera(&self, pan: f32, zoom: f32) -> (f32, f32) {
        (
            pan * (0.2 + 1.5 * self.near),
            1.0 + (zoom - 1.0) * (0.2 + 1.2 * self.near),
        )
    }

    fn paint(&mut self, shot: Shot, floor: &Floor, noise: &Noise, set: &Set, side: f32) {
        let mut field = std::mem::take(&mut self.field);
        field.tween(shot, 4, |field, time| {
            let (shift, grow) = self.camera(set.pan(time), set.zoom(time));
            // A higher crest may come in before the field is painted again.
            let from = set.size.row((self.base - self.crest.peak) * grow);
            self.paint_at(
                field,
                (from, floor),
                noise,
                ((shift, grow), time * set.pace),
                side,
            );
        });
        self.field = field;
    }

    fn paint_at(
        &self,
        field: &mut Field,
        (from, floor): (f32, &Floor),
        noise: &Noise,
        ((shift, grow), time): ((f32, f32), f32),
        side: f32,
    ) {
        let (crest, slopes, near, base) = (&self.crest, &self.slopes, self.near, self.base);
        let (lit, shade, dust) = (self.lit, self.shade, self.dust);
        let soft = 0.10 + 0.25 * near;
        // The crest over each column, once per frame.
        let scale = 1.0 / grow;
        let tops = field.columns(|x| base - crest.over(x * scale + shift));
        field.paint_above(from, floor, |y| {
            let y = y * scale;
            let tops = &tops;
            let (wind, ripple) = (noise.across(y * 0.5 + near), noise.across(y * 3.4));
            let smoke = noise.across(y * 0.7);
            move |eight, x| {
                let x = x * scale + shift;
                let deep = (y - tops[eight]).max(0.0);
                // The lit side wanders off the crest as it comes down the slope.
                let wind = wind.signed(x * 0.35) * 0.05;
                let slope = slopes.over(x + side * (deep * 0.75 + wind * deep * 6.0));
                let facing = smooth(0.5 - slope * (side * 2.6));
                let ripple = ripple.at(x * 0.7 + deep * 0.4) - 0.5;
                let light = (facing * (1.0 - 0.28 * ramp(0.0, soft * 2.5, deep)) + ripple * (0.13 * near))
                    .clamp(0.0, 1.0);
                let smoke = ramp(0.03, 0.0, deep) * ramp(0.5, 0.85, smoke.at(x * 0.5 - time * 0.05)) * 0.5;
                shade.lanes().mix(lit, light).mix(dust, smoke * facing)
            }
        });
    }
}

/// Dunes lean: a long slope up to a sharp crest and a short one down.
fn crest_line(chance: &mut Chance, tall: f32, near: f32) -> Profile {
    let phases: [f32; 3] = std::array::from_fn(|_| chance.unit());
    let count = if near > 0.5 { 2.0 } else { 4.0 };
    let span = 4.0;
    Profile::new(span, 4096, |x| {
        let place = x / span * count + phases[0] + 0.14 * sine(x / span * 2.0 + phases[1]);
        let part = place.rem_euclid(1.0);
        let peak = 0.64;
        let rise = if part < peak {
            part / peak
        } else {
            (1.0 - part) / (1.0 - peak)
        };
        let arch = rise * (0.55 + 0.45 * rise);
        let roll = 0.5 + 0.5 * sine(x / span * 3.0 + phases[2]);
        tall * (arch * (0.55 + 0.45 * roll) + 0.35 * roll)
    })
}

impl Scene for Desert {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (time, size) = (shot.time, self.set.size);
        let (sky, soft, rough) = (&self.sky, &self.set.soft, &self.set.rough);
        self.back.tween(shot, 6, |field, time| {
            field.paint(0.0, size.row(sky.horizon + 0.1), |y| sky.row(soft, time, y));
        });
        let (pan, zoom) = (self.set.pan(time), self.set.zoom(time));
        let lit_from = if sky.sun.0 > 0.0 { 1.0 } else { -1.0 };
        for dune in &mut self.dunes {
            let (shift, grow) = dune.camera(pan, zoom);
            let (crest, base) = (&dune.crest, dune.base);
            let scale = 1.0 / grow;
            dune.edge.trace(|x| (base - crest.over(x * scale + shift)) * grow);
        }
        let floors = Floor::of(size, self.dunes.iter().map(|dune| &dune.edge));
        for (dune, floor) in self.dunes.iter_mut().zip(&floors) {
            dune.paint(shot, floor, rough, &self.set, lit_from);
        }
        let mut layers = vec![Layer::all(&self.back)];
        layers.extend(
            self.dunes
                .iter()
                .map(|dune| Layer::below(&dune.field, &dune.edge)),
        );
        self.set.composer.compose(frame, &layers);
        let front = Some(&self.dunes[0].edge);
        if let Some(stars) = &self.stars {
            stars.draw(frame, time, (-pan * 0.1, 1.0), front);
        }
        self.sky.draw_sun(frame, front, 0.0);
        self.overlay.draw(frame, time);
    }
}
