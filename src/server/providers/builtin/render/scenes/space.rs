//! Deep space: two veils of nebula in parallax, stars, and now and then the limb of a planet.

use super::super::color::{Palette, Rgb, Yuv, ramp};
use super::super::field::Field;
use super::super::frame::{Frame, Layer};
use super::super::lanes::Real;
use super::super::skyline::Skyline;
use super::super::words::Brief;
use super::weather::Stars;
use super::{Scene, Set, Shot};

/// The planet below: a great circle rising into the frame.
struct Planet {
    middle: (f32, f32),
    radius: f32,
    day: Yuv,
    night: Yuv,
    cloud: Yuv,
    air: Yuv,
    field: Field,
    edge: Skyline,
}

pub(super) struct Space {
    set: Set,
    veil: Palette,
    second: Yuv,
    core: Yuv,
    heart: (f32, f32),
    seed: f32,
    slant: f32,
    back: Field,
    stars: Stars,
    planet: Option<Planet>,
}

const VEILS: [[u32; 6]; 4] = [
    [0x02_020a, 0x0b_0a26, 0x2c_1750, 0x7a_2a7c, 0xd8_5c8a, 0xff_d2b8],
    [0x01_040a, 0x04_1528, 0x0a_3a5c, 0x1e_7a94, 0x6c_c8c4, 0xe8_fff0],
    [0x04_0206, 0x1c_0a1c, 0x4c_1630, 0x9c_3438, 0xe8_8a4c, 0xff_e8b4],
    [0x02_0308, 0x0c_1030, 0x24_2c74, 0x4c_5cc4, 0x9c_a4f4, 0xf4_ecff],
];
const SECONDS: [u32; 4] = [0x2e_6ad8, 0xd8_5a90, 0x5a_3ac8, 0xe0_6a9a];

impl Space {
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let (across, down) = set.size.reach();
        let stops = chance.pick(&VEILS).map(|code| brief.hex(code));
        let planet = chance
            .odds(0.45)
            .then(|| Planet::new(brief, &set, (stops[4], stops[5])));
        Self {
            veil: Palette::new(&stops),
            second: brief.hex(chance.pick(&SECONDS)).yuv(),
            core: stops[5].yuv(),
            heart: (chance.range(-0.5, 0.5) * across, chance.range(-0.45, 0.1) * down),
            seed: chance.unit() * 7.0,
            slant: chance.range(-0.8, 0.8),
            back: Field::new(set.size, 4),
            stars: Stars::new(&mut chance, 520, 1.0),
            planet,
            set,
        }
    }
}

impl Space {
    fn paint_sky(&self, field: &mut Field, time: f32) {
        let (veil, second, core) = (&self.veil, self.second, self.core);
        let (soft, rough, heart) = (&self.set.soft, &self.set.rough, self.heart);
        let (seed, slant) = (self.seed, self.slant);
        let (pan, zoom) = (self.set.pan(time), zoom(time));
        let flow = time * self.set.pace * 0.006;
        let limb = self.planet.as_ref().map(|planet| (planet.limb(time), planet.air));
        field.paint_all(|y| {
            let (v, scale) = (y / zoom, 1.0 / zoom);
            let (warp, dust) = (
                soft.across(v * 0.2 + flow),
                soft.across(v * 0.42 + seed + flow * 1.6),
            );
            move |_, x| {
                let u = x * scale + pan * 0.5;
                let warp = warp.at(u * 0.2 + seed);
                let band = (v - heart.1 - (u - heart.0) * (slant * 0.6) + (warp - 0.5) * 0.9).abs();
                let gas = rough.over(u * 0.26 + warp * 0.45 + seed, warp * 0.3 + (v * 0.26 - flow));
                let dust = dust.at(u * 0.42 - warp * 0.3);
                let body = 1.0 / (1.0 + band * band * 7.0);
                let far = (u - heart.0) * (u - heart.0) + (v - heart.1) * (v - heart.1);
                let glow = 0.03 / (0.03 + far);
                let light =
                    (gas * 1.25 - 0.28) * (0.22 + 0.78 * body) + glow * 0.28 - ramp(0.55, 0.85, dust) * 0.26;
                let mut color = veil
                    .over(light * 0.95)
                    .add(second, body * (1.0 - gas) * dust * 0.34)
                    .add(core, glow * glow * 0.4);
                if let Some(((mx, my, radius), air)) = limb {
                    let high = (((x - mx) * (x - mx) + (y - my) * (y - my)).sqrt() - radius).max(0.0);
                    color = color.add(
                        air,
                        0.42 / (1.0 + high * high * 900.0 + high * 18.0)
                            * ramp(0.6, -0.5, (x - mx) * (1.0 / radius)),
                    );
                }
                color.shoulder()
            }
        });
    }
}

impl Planet {
    fn new(brief: &Brief, set: &Set, (bright, pale): (Rgb, Rgb)) -> Self {
        let mut chance = brief.chance(3);
        let (_, down) = set.size.reach();
        let radius = chance.range(1.1, 1.9);
        let top = chance.range(0.3, 0.55) * down;
        Self {
            middle: (chance.range(-0.35, 0.35), top + radius),
            radius,
            day: bright.mix(brief.hex(0x3a_6aa8), 0.6).yuv(),
            night: brief.hex(0x02_0408).yuv(),
            cloud: pale.yuv(),
            air: pale.mix(brief.hex(0x7a_c0ff), 0.6).yuv(),
            field: Field::new(set.size, 4),
            edge: Skyline::new(set.size),
        }
    }

    fn limb(&self, time: f32) -> (f32, f32, f32) {
        (self.middle.0, self.middle.1 - 0.006 * time, self.radius)
    }

    fn draw(&mut self, set: &Set, shot: Shot) {
        let (mx, my, radius) = self.limb(shot.time);
        self.edge.trace(|x| {
            let aside = x - mx;
            my - (radius * radius - aside * aside).max(0.0).sqrt()
        });
        let from = self.edge.highest() - 8.0;
        let mut field = std::mem::take(&mut self.field);
        field.tween(shot, 4, |field, time| self.paint(field, set, (from, time)));
        self.field = field;
    }

    fn paint(&self, field: &mut Field, set: &Set, (from, time): (f32, f32)) {
        let (mx, my, radius) = self.limb(time);
        let (day, night, cloud, air) = (self.day, self.night, self.cloud, self.air);
        let noise = &set.rough;
        let spin = time * 0.006;
        field.paint(from, set.size.row(9.0), |y| {
            let drop = y - my;
            move |_, x| {
                let aside = x - mx;
                let far = (aside * aside + drop * drop).sqrt();
                let deep = (radius - far).max(0.0);
                // Towards the limb the surface turns away and its pattern crowds.
                let turn = 1.0 / (0.18 + deep);
                let swirl = noise.over(aside * 0.45 + spin + turn * 0.02, turn * 0.35 + aside * 0.1);
                let light = ramp(0.95, -0.15, aside * (1.2 / radius) + deep * 2.3);
                let rim = 1.0 / (1.0 + deep * deep * 2_600.0);
                night
                    .lanes()
                    .mix(day, light)
                    .mix(cloud, ramp(0.5, 0.85, swirl) * light * 0.75)
                    .add(air, rim * (0.25 + 0.75 * light))
            }
        });
    }
}

impl Scene for Space {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let mut back = std::mem::take(&mut self.back);
        back.tween(shot, 4, |field, time| self.paint_sky(field, time));
        self.back = back;
        if let Some(planet) = &mut self.planet {
            planet.draw(&self.set, shot);
        }
        let mut layers = vec![Layer::all(&self.back)];
        layers.extend(
            self.planet
                .iter()
                .map(|planet| Layer::below(&planet.field, &planet.edge)),
        );
        self.set.composer.compose(frame, &layers);
        let (pan, zoom) = (self.set.pan(shot.time), zoom(shot.time));
        self.stars.draw(
            frame,
            shot.time,
            (-pan, zoom),
            self.planet.as_ref().map(|planet| &planet.edge),
        );
    }
}

/// The push into space is faster than on the ground.
fn zoom(time: f32) -> f32 {
    1.0 + 0.02 * time
}
