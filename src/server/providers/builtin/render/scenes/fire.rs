//! Fire: flames climbing out of the dark, embers carried up on the heat.
use super::super::chance::Chance;
use super::super::color::{Palette, Yuv, ramp};
use super::super::field::Field;
use super::super::frame::{Frame, Layer};
use super::super::lanes::Real;
use super::super::noise::sine;
use super::super::skyline::{Profile, Skyline};
use super::super::sprites::{Paint, dot};
use super::super::words::Brief;
use super::{Scene, Set, Shot};

struct Ember {
    x: f32,
    phase: f32,
    life: f32,
    near: f32,
    sway: f32,
}

pub(super) struct Fire {
    set: Set,
    flames: Palette,
    smoke: Yuv,
    coal: Yuv,
    glow: Yuv,
    spark: Yuv,
    air: Field,
    ground: Field,
    edge: Skyline,
    rocks: Profile,
    embers: Vec<Ember>,
    middle: f32,
}

impl Fire {
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let stops = [
            0x05_0304, 0x1a_0608, 0x4a_0d08, 0x9c_2408, 0xdc_5210, 0xfb_9a2c, 0xff_d26e, 0xff_f0c4,
        ]
        .map(|code| brief.hex(code));
        let shift = chance.unit() * 7.0;
        let rocks = Profile::new(3.0, 4096, |x| {
            let bulk = set.rough.at(x / 3.0, shift);
            0.055 + 0.11 * bulk * bulk + 0.02 * (set.rough.at(x / 1.5, shift + 0.4) - 0.5)
        });
        Self {
            flames: Palette::new(&stops),
            smoke: brief.hex(0x3a_1a1a).yuv(),
            coal: brief.hex(0x06_0405).yuv(),
            glow: brief.hex(0xff_7a26).yuv(),
            spark: brief.hex(0xff_cf7a).yuv(),
            air: Field::new(set.size, 4),
            ground: Field::new(set.size, 4),
            edge: Skyline::new(set.size),
            rocks,
            embers: (0..96).map(|_| Ember::new(&mut chance)).collect(),
            middle: chance.range(-0.22, 0.22),
            set,
        }
    }

    fn paint_air(&self, field: &mut Field, time: f32) {
        let (flames, smoke, glow) = (&self.flames, self.smoke, self.glow);
        let (soft, rough) = (&self.set.soft, &self.set.rough);
        let (across, down) = self.set.size.reach();
        let time = time * self.set.pace;
        // One over how high the flames stand over each column; the hearth is off the middle and wavers.
        let waver = soft.across(time * 0.055);
        let scales = field.columns(|x| {
            let aside = (x - self.middle * across) * (1.0 / (0.62 * across.max(0.7)));
            let waver = waver.at(x * 0.35 + 0.3);
            1.0 / ((0.30 + 0.75 / (1.0 + 1.6 * aside * aside)) * (0.62 + 0.62 * waver))
        });
        field.paint_all(|y| {
            let up = (down - y) / (2.0 * down);
            let rise = time * 0.18;
            let ambient = ramp(1.0, 0.0, up) * 0.22;
            let scales = &scales;
            let (sway, veil) = (
                soft.across(y * 0.34 + rise * 0.7),
                soft.across(y * 0.2 + rise * 0.35),
            );
            let (one, two) = (soft.across(y * 0.21 + rise), rough.across(y * 0.26 + rise * 1.5));
            move |eight, x| {
                let sway = sway.signed(x * 0.3 + 0.7);
                let lick = x * 0.42 + sway * (0.03 + 0.07 * up);
                let one = one.at(lick);
                let two = two.at(lick * 0.95 + 0.5);
                let body = 1.0 - up * scales[eight];
                let heat = body * 0.92 + (one * 0.68 + two * 0.32 - 0.5) * (0.95 + 0.5 * up);
                let veil = veil.at(x * 0.2 + 0.2);
                flames
                    .over(heat)
                    .add(smoke, (1.0 - heat.clamp(0.0, 1.0)) * veil * 0.8)
                    .add(glow, ambient.into())
            }
        });
    }

    fn draw_embers(&self, frame: &mut Frame, time: f32) {
        let size = frame.size;
        let (across, down) = size.reach();
        for ember in &self.embers {
            let age = (time * self.set.pace / ember.life + ember.phase).fract();
            let turn = (time * self.set.pace / ember.life + ember.phase).floor();
            let home = ((ember.x + turn * 0.381_966).fract() - 0.5) * 2.2 * across * 0.8;
            let swirl = sine(age * 1.3 + ember.sway) * 0.09 + sine(age * 3.1 + ember.sway * 2.0) * 0.03;
            let x = home * (0.75 + 0.35 * age) + self.middle * across * 0.4 + swirl * (0.3 + age);
            let y = down - 0.04 - age * (0.7 + 0.5 * ember.near) * 2.0 * down;
            let flicker = 0.75 + 0.25 * sine(time * (1.1 + ember.near) + ember.sway * 5.0);
            let alpha = ramp(0.0, 0.06, age) * ramp(1.0, 0.45, age) * flicker;
            let radius = (0.0024 + 0.0052 * ember.near * ember.near) * size.unit();
            let (px, py) = (size.column(x), size.row(y));
            dot(
                frame,
                px,
                py,
                radius * 3.8,
                Paint::new(self.glow, alpha * 0.22),
                None,
            );
            dot(frame, px, py, radius, Paint::new(self.spark, alpha), None);
        }
    }
}

impl Ember {
    fn new(chance: &mut Chance) -> Self {
        Self {
            x: chance.unit(),
            phase: chance.unit(),
            life: chance.range(2.8, 6.5),
            near: chance.unit(),
            sway: chance.unit(),
        }
    }
}

impl Scene for Fire {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (time, down) = (shot.time, self.set.size.reach().1);
        let pan = self.set.pan(time);
        let mut air = std::mem::take(&mut self.air);
        air.tween(shot, 2, |field, time| self.paint_air(field, time));
        self.air = air;
        let rocks = &self.rocks;
        self.edge.trace(|x| down - rocks.over(x + pan));
        let (coal, glow, rough) = (self.coal, self.glow, &self.set.rough);
        let (from, set) = (self.set.size.row(down - rocks.peak) - 8.0, &self.set);
        self.ground.tween(shot, 2, |field, time| {
            let pan = set.pan(time);
            field.paint(from, set.size.row(down), |y| {
                let low = ramp(0.2, 0.0, down - y);
                let (crack, live) = (rough.across(y * 0.9), rough.across(y * 0.4));
                move |_, x| {
                    let crack = crack.at((x + pan) * 0.9);
                    let live = 0.6 + 0.4 * live.at(x * 0.4 + time * 0.03);
                    coal.lanes()
                        .add(glow, ramp(0.62, 0.9, crack) * live * (0.25 + 0.4 * low))
                }
            });
        });
        self.set.composer.compose(
            frame,
            &[Layer::all(&self.air), Layer::below(&self.ground, &self.edge)],
        );
        self.draw_embers(frame, time);
    }
}
