//! The abstract default: folds of silk in slow light.

use super::super::color::{Palette, Rgb, Yuv};
use super::super::field::Field;
use super::super::frame::{Frame, Layer};
use super::super::noise::sine;
use super::super::words::Brief;
use super::weather::Overlay;
use super::{Scene, Set, Shot};

pub(super) struct Silk {
    set: Set,
    palette: Palette,
    sheen: Yuv,
    folds: f32,
    lean: f32,
    seed: f32,
    cloth: Field,
    overlay: Overlay,
}

const CLOTHS: [[u32; 5]; 6] = [
    [0x0a_0f2c, 0x24_3b7a, 0x6d_5fb0, 0xe0_8fa6, 0xff_dcc0],
    [0x07_1a1f, 0x0e_4a56, 0x2f_8f8b, 0x9c_d2b4, 0xf3_efd2],
    [0x1a_0716, 0x5a_1540, 0xb0_3058, 0xf0_7d5a, 0xff_d39a],
    [0x0b_1020, 0x2c_3350, 0x6f_7896, 0xb9_b8c6, 0xf2_ebe2],
    [0x12_0a2a, 0x3b_2080, 0x7a_45d0, 0x5f_a0ff, 0xd8_f4ff],
    [0x16_0c06, 0x5c_3014, 0xa8_6a2a, 0xe0_b060, 0xff_eec4],
];

impl Silk {
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let stops: Vec<Rgb> = chance.pick(&CLOTHS).iter().map(|&code| brief.hex(code)).collect();
        Self {
            palette: Palette::new(&[stops[0], stops[1], stops[2], stops[3], stops[4]]),
            sheen: stops[4].yuv(),
            folds: chance.range(0.42, 0.7),
            lean: chance.range(0.3, 1.25) * if chance.odds(0.5) { 1.0 } else { -1.0 },
            seed: chance.unit() * 5.0,
            cloth: Field::new(set.size, 4),
            overlay: Overlay::new(brief, &mut chance),
            set,
        }
    }
}

impl Scene for Silk {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (palette, sheen, noise) = (&self.palette, self.sheen, &self.set.soft);
        let (folds, seed, (along, across)) = (self.folds, self.seed, self.lean.sin_cos());
        let (pace, set) = (self.set.pace, &self.set);
        self.cloth.tween(shot, 4, |field, time| {
            let (pan, zoom) = (set.pan(time), set.zoom(time));
            let time = time * pace;
            field.paint_all(|y| {
                let (y, scale) = (y / zoom, 1.0 / zoom);
                let wave = 0.22 * sine(y * 0.37 + time * 0.021 + seed) + seed * 1.7 + time * 0.013;
                let grain = noise.across(y * 0.21 + time * 0.004);
                let rest = y * along * folds + time * 0.03;
                move |_, x| {
                    let x = x * scale + pan;
                    let sway = sine(x * 0.31 + wave);
                    let roll =
                        sine(0.30 * sway + 0.16 * sine(x * 0.71 + (seed * 2.3 - time * 0.019)) + y * 0.43);
                    let grain = grain.at(x * 0.21 + seed);
                    let phase = x * (across * folds) + 0.42 * sway + 0.36 * roll + 0.5 * grain + rest;
                    // A broad face, a finer pleat on it, and a bright lip where the cloth turns to the light.
                    let face = 0.5 + 0.5 * sine(phase);
                    let pleat = 0.5 + 0.5 * sine(phase * 2.6 + 0.5 * roll + 0.3);
                    let lip = (0.5 + 0.5 * sine(phase + 0.08 + 0.03 * sway)) * (0.72 + 0.28 * pleat);
                    let light = 0.06
                        + 0.50 * face * (0.62 + 0.5 * grain)
                        + 0.13 * pleat * face
                        + 0.12 * (0.5 + 0.5 * sway);
                    let shine = lip * lip * lip * lip;
                    palette.over(light).add(sheen, shine * shine * 0.42).shoulder()
                }
            });
        });
        self.set.composer.compose(frame, &[Layer::all(&self.cloth)]);
        self.overlay.draw(frame, shot.time);
    }
}
