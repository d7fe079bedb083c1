//! The abstract default: folds of silk in slow light.

use super::super::color::{Palette, Rgb, Yuv};
use super::super::frame::{Field, Frame, Layer};
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
            folds: chance.range(0.8, 1.4),
            lean: chance.range(-0.9, 0.9),
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
        let (folds, lean, seed) = (self.folds, self.lean, self.seed);
        let time = shot.time * self.set.pace;
        let (pan, zoom) = (self.set.pan(shot.time), self.set.zoom(shot.time));
        self.cloth.paint_all(|y| {
            let y = y / zoom;
            move |_, x| {
                let x = x / zoom + pan;
                let warp = noise.at(x * 0.16 + seed, y * 0.16 + time * 0.006);
                let twist = noise.at(x * 0.22 - time * 0.008 + warp * 0.3, y * 0.2 + seed + warp * 0.35);
                let phase = (x * 0.5 + y * lean) * 0.26 + warp * folds + twist * 0.64 + time * 0.035;
                let light = 0.5 + 0.34 * sine(phase) + 0.24 * (twist - 0.5) + 0.12 * (warp - 0.5);
                let edge = (0.5 + 0.5 * sine(phase + 0.4) * sine(phase + 0.25).abs()).max(0.0);
                palette
                    .at(light * 0.82 + 0.04)
                    .add(sheen, edge * edge * edge * edge * 0.22)
            }
        });
        self.set.composer.compose(frame, &[Layer::all(&self.cloth)]);
        self.overlay.draw(frame, shot.time);
    }
}
