//! A starry night: curtains of northern light over dark ridges and a still lake.

use super::super::color::{Palette, Yuv, ramp};
use super::super::field::Field;
use super::super::frame::{Frame, Layer};
use super::super::lanes::{Lanes, Real};
use super::super::mirror::Mirror;
use super::super::skyline::{Profile, Skyline};
use super::super::words::Brief;
use super::weather::{Overlay, Stars};
use super::{Scene, Set, Shot};

const CURTAINS: usize = 3;

/// One curtain of light: where its lower edge hangs and how it sways.
struct Curtain {
    base: f32,
    tall: f32,
    seed: f32,
    low: Yuv,
    high: Yuv,
    strength: f32,
}

pub(super) struct Aurora {
    set: Set,
    sky: Palette,
    curtains: Vec<Curtain>,
    stars: Stars,
    back: Field,
    hills: Vec<(Profile, Field, Skyline, Yuv, f32)>,
    shore: f32,
    lake: Option<Mirror>,
    ground: Field,
    bank: Skyline,
    water: Yuv,
    overlay: Overlay,
}

const LIGHTS: [[u32; 2]; 4] = [
    [0x3c_f5a2, 0x7a_3fd0],
    [0x58_f0c8, 0x3a_6af0],
    [0x7c_f26a, 0xd0_4a9e],
    [0x4a_e0ff, 0x9a_4af0],
];

impl Aurora {
    #[expect(clippy::cast_precision_loss, reason = "a handful of curtains")]
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let (_, down) = set.size.reach();
        let [low, high] = chance.pick(&LIGHTS).map(|code| brief.hex(code));
        let curtains = (0..CURTAINS)
            .map(|index| Curtain {
                base: (-0.22 + 0.2 * index as f32 + chance.range(-0.1, 0.1)) * down,
                tall: chance.range(0.28, 0.5) * down.max(0.6),
                seed: chance.unit() * 9.0,
                low: low.yuv(),
                high: high.yuv(),
                strength: chance.range(1.1, 1.5) - 0.2 * index as f32,
            })
            .collect();
        let lake = chance.odds(0.7);
        let shore = if lake { 0.5 * down } else { 1.1 * down };
        let tones = [brief.hex(0x0b_1a2c), brief.hex(0x03_080f)];
        let hills = [0.0_f32, 1.0]
            .into_iter()
            .map(|near| {
                let seed = chance.unit() * 9.0;
                let (soft, rough) = (&set.soft, &set.rough);
                let tall = (0.36 - 0.2 * near) * down;
                let profile = Profile::new(4.0, 8192, |x| {
                    let crag = 1.0 - rough.signed(x / 2.0, seed).abs();
                    let needle = rough.at(x * 9.0, seed + 0.3) * 0.03 * near;
                    tall * (0.2 + 0.6 * soft.at(x / 4.0, seed) + 0.25 * crag * crag) + needle
                });
                let tone = tones[0].mix(tones[1], near).yuv();
                (
                    profile,
                    Field::new(set.size, 4),
                    Skyline::new(set.size),
                    tone,
                    near,
                )
            })
            .collect();
        Self {
            sky: Palette::new(
                &[0x02_0510, 0x05_0e22, 0x0a_1c38, 0x12_3048, 0x1c_4656].map(|code| brief.hex(code)),
            ),
            curtains,
            stars: Stars::new(&mut chance, 620, 0.85),
            back: Field::new(set.size, 4),
            hills,
            shore,
            lake: lake.then_some(Mirror {
                line: shore,
                strength: 0.66,
                waver: 0.006,
                smear: 0.03,
            }),
            ground: Field::new(set.size, 4),
            bank: Skyline::new(set.size),
            water: brief.hex(0x02_0a14).yuv(),
            overlay: Overlay::new(brief, &mut chance),
            set,
        }
    }

    fn paint_sky(&self, field: &mut Field, time: f32) {
        let (_, down) = self.set.size.reach();
        let time = time * self.set.pace;
        let pan = self.set.pan(time) * 0.3;
        let folds: Vec<Vec<Fold>> = self
            .curtains
            .iter()
            .map(|curtain| curtain.folds(&self.set, field, pan, time))
            .collect();
        let (sky, curtains, bottom) = (&self.sky, &self.curtains, self.shore.min(down));
        field.paint(0.0, self.set.size.row(bottom), |y| {
            let base = sky.at((y + down) / (bottom + down));
            let folds = &folds;
            move |eight, _| {
                let mut color = base.lanes();
                for (curtain, folds) in curtains.iter().zip(folds) {
                    let fold = &folds[eight];
                    let up = fold.edge - y;
                    let foot = ramp(-0.05, 0.03, up);
                    let rise = (up * fold.scale).max(0.0);
                    let fade = 1.0 / (1.0 + rise * rise * 3.2);
                    let light = foot * fade * fade * fold.light;
                    let tone = curtain.low.lanes().mix(curtain.high, (rise * 0.8).min(1.0));
                    color = color.add(tone, light);
                }
                color.shoulder()
            }
        });
    }
}

/// One curtain over eight columns.
struct Fold {
    edge: Lanes,
    /// One over its height.
    scale: Lanes,
    light: Lanes,
}

impl Curtain {
    fn folds(&self, set: &Set, field: &Field, pan: f32, time: f32) -> Vec<Fold> {
        let (soft, rough) = (&set.soft, &set.rough);
        let wave = soft.across(self.seed + time * 0.010);
        let fold = soft.across(self.seed + 0.37 + time * 0.014);
        let rays = rough.across(self.seed + time * 0.03);
        let fine = rough.across(self.seed + 0.6 + time * 0.05);
        let patch = soft.across(0.2 + time * 0.012);
        field.columns(|x| {
            let x = x + pan;
            let wave = wave.signed(x * 0.2 + time * 0.006);
            let fold = fold.signed(x * 0.55 - time * 0.012);
            let rays = rays.at(x * 0.8 + fold * 0.12 + time * 0.01);
            let fine = fine.at(x * 2.3 + fold * 0.2);
            let patch = 0.3 + 0.7 * ramp(0.28, 0.66, patch.at(x * 0.16 + self.seed));
            Fold {
                edge: self.base + 0.22 * wave + 0.05 * fold,
                scale: 1.0 / (self.tall * (0.45 + 0.75 * rays)),
                light: self.strength * patch * (0.25 + 0.6 * rays + 0.35 * fine * rays),
            }
        })
    }
}

impl Scene for Aurora {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (time, size) = (shot.time, self.set.size);
        let mut back = std::mem::take(&mut self.back);
        back.tween(shot, 4, |field, time| self.paint_sky(field, time));
        self.back = back;
        let (pan, zoom, shore) = (self.set.pan(time), self.set.zoom(time), self.shore);
        for (profile, field, edge, tone, near) in &mut self.hills {
            let grow = 1.0 + (zoom - 1.0) * (0.3 + *near);
            let shift = pan * (0.3 + 0.9 * *near);
            let scale = 1.0 / grow;
            edge.trace(|x| shore - profile.over(x * scale + shift) * grow);
            let tone = *tone;
            field.paint_flat(edge.highest(), size.row(9.0), |_| tone);
        }
        let water = self.water;
        self.bank.level(shore);
        self.ground.paint_flat(size.row(shore), size.row(9.0), |_| water);
        let mut layers = vec![Layer::all(&self.back)];
        layers.extend(
            self.hills
                .iter()
                .map(|(_, field, edge, ..)| Layer::below(field, edge)),
        );
        if self.lake.is_some() {
            layers.push(Layer::below(&self.ground, &self.bank));
        }
        self.set.composer.compose(frame, &layers);
        self.stars
            .draw(frame, time, (-pan * 0.12, 1.0), Some(&self.hills[0].2));
        if let Some(lake) = self.lake {
            lake.draw(frame, time);
        }
        self.overlay.draw(frame, time);
    }
}
