//! Open water under a sky: swell in perspective, a path of glints below the sun, now and then an island.

use super::super::color::{Palette, Yuv, ramp};
use super::super::field::Field;
use super::super::frame::{Frame, Layer};
use super::super::lanes::Real;
use super::super::skyline::{Profile, Skyline};
use super::super::words::{Brief, Hour};
use super::sky::Sky;
use super::weather::{Overlay, Stars};
use super::{Scene, Set, Shot, hour_of};

pub(super) struct Sea {
    set: Set,
    sky: Sky,
    water: Palette,
    crest: Yuv,
    foam: Yuv,
    swell: f32,
    back: Field,
    land: Field,
    front: Field,
    edge: Skyline,
    coast: Skyline,
    island: Profile,
    island_light: (Yuv, Yuv),
    stars: Option<Stars>,
    overlay: Overlay,
}

impl Sea {
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let hour = hour_of(brief, &mut chance, &[Hour::Dusk, Hour::Dawn, Hour::Day]);
        let horizon = chance.range(-0.06, 0.1) * set.size.reach().1 * 2.0;
        let sky = Sky::new(brief, &set, hour, horizon, &mut chance);
        let (deep, mid, far) = match hour {
            Hour::Dawn => (0x1d_3a5c, 0x4d_6c8e, 0xe0_a898),
            Hour::Day => (0x0a_3f63, 0x14_6c93, 0x7d_bdd6),
            Hour::Dusk => (0x12_1434, 0x43_2a5c, 0xd9_6a55),
            Hour::Night => (0x02_0610, 0x06_1428, 0x1f_3f60),
        };
        let far = brief.hex(far);
        let shift = chance.unit() * 9.0;
        let tall = if chance.odds(0.6) {
            chance.range(0.03, 0.1)
        } else {
            0.0
        };
        let hills = &set.rough;
        let island = Profile::new(4.0, 4096, |x| {
            let rise =
                ramp(0.55, 0.85, set.soft.at(x / 4.0, shift)) * (0.6 + 0.5 * hills.at(x / 4.0, shift + 0.3));
            rise * tall + (hills.at(x / 2.0, shift) - 0.5) * 0.01 * rise - 0.004
        });
        let shore = far.mix(brief.hex(deep), 0.55);
        Self {
            water: Palette::new(&[
                far,
                brief.hex(mid).mix(far, 0.3),
                brief.hex(mid),
                brief.hex(deep),
                brief.hex(deep).scale(0.8),
            ]),
            crest: far.mix(brief.hex(mid), 0.25).yuv(),
            foam: far.mix(brief.hex(0xff_ffff), 0.6).yuv(),
            swell: 1.0 + 0.8 * brief.energy.max(-0.5),
            back: Field::new(set.size, 4),
            land: Field::new(set.size, 4),
            front: Field::new(set.size, 2),
            edge: Skyline::new(set.size),
            coast: Skyline::new(set.size),
            island,
            island_light: (shore.yuv(), shore.mix(far, 0.5).yuv()),
            stars: (hour == Hour::Night).then(|| Stars::new(&mut chance, 260, 0.6)),
            overlay: Overlay::new(brief, &mut chance),
            sky,
            set,
        }
    }

    /// Where the sky meets the water; it breathes with the swell.
    fn horizon(&self, time: f32) -> f32 {
        self.sky.horizon + 0.004 * self.swell * (time * 0.7).sin()
    }

    fn paint_water(&self, field: &mut Field, time: f32) {
        let horizon = self.horizon(time);
        let (water, noise, sky) = (&self.water, &self.set.rough, &self.sky);
        let (crest, foam, swell) = (self.crest, self.foam, self.swell);
        let pan = self.set.pan(time);
        let speed = time * self.set.pace;
        let depth = self.set.size.reach().1 - horizon;
        field.paint(self.set.size.row(horizon) - 4.0, self.set.size.row(9.0), |y| {
            let below = (y - horizon).max(0.0);
            let base = water.at(below / depth);
            let far = 0.22 / (below + 0.035);
            let calm = ramp(0.0, 0.11, below);
            let path = 0.05 + 0.42 * below;
            let glint =
                if sky.hour == Hour::Day { 0.5 } else { 1.0 } * (0.35 + 0.65 * ramp(0.9, 0.1, below / depth));
            let storm = (swell - 1.0).max(0.0);
            let one = noise.across(far * 1.15 + speed * 0.022);
            let two = noise.across(far * 1.71 - speed * 0.017);
            let (one_from, two_from) = (speed * 0.011, 0.4 - speed * 0.014);
            move |_, x| {
                let wide = (x + pan) * (far * 0.62);
                let one = one.at(wide + one_from);
                let two = two.at(wide * 1.37 + two_from);
                let height = (one + two - 1.0) * (calm * swell);
                let aside = (x - sky.sun.0) * (1.0 / path);
                let lane = 1.0 / (1.0 + aside * aside);
                let spark = ramp(-0.04, 0.34, height + 0.16 * (1.0 - calm)) * lane * lane * glint;
                let cap = ramp(0.35, 1.25, height) * storm;
                base.lanes()
                    .mix(crest, (height * 0.9).clamp(-0.4, 0.75))
                    .mix(foam, cap * 0.55)
                    .add(sky.glow, spark * 0.95)
            }
        });
    }
}

impl Scene for Sea {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (time, size) = (shot.time, self.set.size);
        let horizon = self.horizon(time);
        let pan = self.set.pan(time) * 0.25;
        self.edge.level(horizon);
        let island = &self.island;
        self.coast.trace(|x| horizon - island.over(x + pan));
        let (sky, noise) = (&self.sky, &self.set.soft);
        self.back.tween(shot, 6, |field, time| {
            field.paint(0.0, size.row(horizon) + 4.0, |y| sky.row(noise, time, y));
        });
        let (dark, light) = self.island_light;
        self.land
            .paint_flat(self.coast.highest(), size.row(horizon), |y| {
                light.mix(dark, ramp(0.0, 0.09, horizon - y))
            });
        let mut front = std::mem::take(&mut self.front);
        front.tween(shot, 2, |field, time| self.paint_water(field, time));
        self.front = front;
        let layers = [
            Layer::all(&self.back),
            Layer::below(&self.land, &self.coast),
            Layer::below(&self.front, &self.edge),
        ];
        self.set.composer.compose(frame, &layers);
        if let Some(stars) = &self.stars {
            stars.draw(frame, time, (-pan * 0.1, 1.0), Some(&self.coast));
        }
        self.sky.draw_sun(frame, Some(&self.coast), 0.0);
        self.overlay.draw(frame, time);
    }
}
