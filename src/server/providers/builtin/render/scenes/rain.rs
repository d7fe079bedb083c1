//! Rain at the window of an evening: lights out of focus, falling streaks, a wet ground below.

use super::super::color::{Palette, Yuv, ramp};
use super::super::field::Field;
use super::super::frame::{Frame, Layer};
use super::super::mirror::Mirror;
use super::super::noise::sine;
use super::super::skyline::Skyline;
use super::super::sprites::{Paint, disc, dot};
use super::super::words::{Brief, Hour};
use super::weather::Rainfall;
use super::{Scene, Set, Shot};

/// A light out of focus.
struct Lamp {
    x: f32,
    y: f32,
    near: f32,
    color: Yuv,
    phase: f32,
}

pub(super) struct Rain {
    set: Set,
    sky: Palette,
    mist: Yuv,
    lamps: Vec<Lamp>,
    fall: Rainfall,
    splashes: Vec<(f32, f32, f32)>,
    back: Field,
    ground: Field,
    edge: Skyline,
    street: f32,
    wet: Yuv,
}

const LAMPS: [[u32; 4]; 3] = [
    [0xff_b45c, 0xff_7a4a, 0x5c_b8ff, 0xff_e3b0],
    [0xff_5c7c, 0x6a_8cff, 0xff_c46a, 0x4a_e0d0],
    [0xf2_d08a, 0x8a_d0ff, 0xe0_7a9a, 0x9a_e06a],
];

impl Rain {
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let (_, down) = set.size.reach();
        let stops: [u32; 4] = match brief.hour {
            Some(Hour::Day) => [0x3c_4854, 0x5a_6873, 0x82_8f96, 0x9c_a5a6],
            Some(Hour::Dawn) => [0x2c_3448, 0x54_546a, 0x8c_7a84, 0xb8_9c94],
            Some(Hour::Dusk) => [0x0e_1022, 0x20_1c38, 0x40_2c4c, 0x6a_4454],
            _ => [0x06_0b16, 0x0d_1828, 0x18_2a3e, 0x26_3c50],
        };
        let colors = chance.pick(&LAMPS).map(|code| brief.hex(code));
        let street = chance.range(0.38, 0.55) * down;
        let lamps = (0..38)
            .map(|_| {
                let near = chance.unit();
                Lamp {
                    x: chance.unit(),
                    y: street - (0.03 + chance.unit() * chance.unit() * 0.9) * (street + down * 0.7),
                    near,
                    color: chance.pick(&colors).yuv(),
                    phase: chance.unit(),
                }
            })
            .collect();
        Self {
            sky: Palette::new(&stops.map(|code| brief.hex(code))),
            mist: brief.hex(0x6f_8496).yuv(),
            lamps,
            fall: Rainfall::new(brief, &mut chance, 170),
            splashes: (0..40)
                .map(|_| (chance.unit(), chance.unit(), chance.unit()))
                .collect(),
            back: Field::new(set.size, 4),
            ground: Field::new(set.size, 4),
            edge: Skyline::new(set.size),
            street,
            wet: brief
                .hex(if brief.hour == Some(Hour::Day) {
                    0x4a_5459
                } else {
                    0x05_090f
                })
                .yuv(),
            set,
        }
    }

    fn draw_lamps(&self, frame: &mut Frame, time: f32) {
        let size = frame.size;
        let (across, _) = size.reach();
        for lamp in &self.lamps {
            let wide = 2.4 * across;
            let place = (lamp.x + self.set.pan(time) * (0.2 + 0.9 * lamp.near) / wide).rem_euclid(1.0);
            let (x, y) = (size.column((place - 0.5) * wide), size.row(lamp.y));
            let radius = (0.012 + 0.040 * lamp.near * lamp.near) * size.unit();
            let breath = 0.85 + 0.15 * sine(time * (0.08 + 0.1 * lamp.near) + lamp.phase);
            let alpha = (0.85 - 0.42 * lamp.near) * breath;
            dot(
                frame,
                x,
                y,
                radius * 2.1,
                Paint::new(lamp.color, alpha * 0.36),
                Some(&self.edge),
            );
            disc(
                frame,
                x,
                y,
                radius,
                Paint::new(lamp.color, alpha),
                Some(&self.edge),
            );
        }
    }

    fn draw_splashes(&self, frame: &mut Frame, time: f32) {
        let size = frame.size;
        let (_, down) = size.reach();
        for &(x, y, own) in &self.splashes {
            let turns = time * (1.1 + 0.5 * own) * self.set.pace + own * 7.0;
            let (age, turn) = (turns.fract(), turns.floor());
            let depth = (y + turn * 0.618_034).fract();
            let px = ((x + turn * 0.381_966).fract()) * size.column(size.reach().0);
            let py = size.row(self.street + depth * (down - self.street));
            let radius = (0.002 + 0.006 * age) * (0.5 + depth) * size.unit();
            dot(
                frame,
                px,
                py,
                radius,
                Paint::new(self.mist, 0.5 * (1.0 - age)),
                None,
            );
        }
    }
}

impl Scene for Rain {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (time, size, street) = (shot.time, self.set.size, self.street);
        let (_, down) = size.reach();
        let (sky, soft, mist) = (&self.sky, &self.set.soft, self.mist);
        self.back.tween(shot, 4, |field, time| {
            field.paint(0.0, size.row(street), |y| {
                let base = sky.at((y + down) / (street + down));
                let low = ramp(0.45, 0.0, street - y) * 0.30;
                let (sheet, from) = (soft.across(y * 0.10 - time * 0.07), y * 0.06 + time * 0.012);
                move |_, x| {
                    let sheet = sheet.at(x * 0.24 + from);
                    base.lanes().mix(mist, (sheet - 0.42) * 0.34 + low * sheet)
                }
            });
        });
        let wet = self.wet;
        self.edge.level(street);
        self.ground.paint_flat(size.row(street), size.row(9.0), |_| wet);
        self.set.composer.compose(
            frame,
            &[Layer::all(&self.back), Layer::below(&self.ground, &self.edge)],
        );
        self.draw_lamps(frame, time);
        Mirror {
            line: street,
            strength: 0.88,
            waver: 0.016,
            smear: 0.16,
        }
        .draw(frame, time);
        self.draw_splashes(frame, time);
        self.fall.draw(frame, time);
    }
}
