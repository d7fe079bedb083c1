//! A forest in layers of mist, light slanting through it.

use super::super::chance::Chance;
use super::super::color::{Rgb, Yuv, ramp};
use super::super::field::{Field, Floor};
use super::super::frame::{Frame, Layer};
use super::super::lanes::{Lanes, Real};
use super::super::noise::{Across, Noise, sine};
use super::super::skyline::{Profile, Skyline};
use super::super::sprites::{Paint, dot};
use super::super::words::{Brief, Hour};
use super::sky::Sky;
use super::weather::Overlay;
use super::{Scene, Set, Shot, hour_of};

/// One row of trees: the farther, the smaller, paler and slower.
struct Row {
    trees: Profile,
    base: f32,
    near: f32,
    body: Yuv,
    mist: Yuv,
    field: Field,
    edge: Skyline,
}

pub(super) struct Forest {
    set: Set,
    sky: Sky,
    back: Field,
    rows: Vec<Row>,
    beams: Beams,
    motes: Vec<(f32, f32, f32)>,
    mote: Yuv,
    overlay: Overlay,
}

/// Haze and tree colours by the hour.
fn colors(hour: Hour) -> (u32, u32) {
    match hour {
        Hour::Dawn => (0xf2_d3ae, 0x14_2a26),
        Hour::Day => (0xcf_e6cf, 0x10_331f),
        Hour::Dusk => (0xe3_9a6c, 0x1a_1626),
        Hour::Night => (0x2c_4f6b, 0x02_0a10),
    }
}

/// Light slanting from the sun through the mist.
struct Beams {
    sun: (f32, f32),
    color: Yuv,
    strength: f32,
}

impl Beams {
    /// Beams fan out from the sun: noise over the angle, thinning with distance.
    #[inline]
    fn row<'a>(&'a self, noise: &'a Across, time: f32, y: f32) -> impl Fn(Lanes) -> Lanes + 'a {
        let drop = y - self.sun.1;
        let turn = 0.23 / (drop.abs() + 0.35);
        move |x| {
            let aside = x - self.sun.0;
            let beam = noise.at(aside * turn + time * 0.004);
            let far = aside * aside + drop * drop;
            ramp(0.35, 0.85, beam) * self.strength / (0.55 + 2.2 * far)
                + self.strength * 0.25 / (1.0 + 14.0 * far)
        }
    }

    /// The noise that `row` wants.
    fn noise(noise: &Noise, time: f32) -> Across {
        noise.across(0.31 + time * 0.005)
    }
}

const ROWS: usize = 5;

impl Forest {
    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let hour = hour_of(brief, &mut chance, &[Hour::Dawn, Hour::Day, Hour::Dusk]);
        let down = set.size.reach().1;
        let mut sky = Sky::new(brief, &set, hour, 0.34 * down, &mut chance);
        sky.sun.1 = -chance.range(0.05, 0.3) * down;
        let (mist, body) = colors(hour);
        let (mist, body) = (brief.hex(mist), brief.hex(body));
        let rows = (0..ROWS)
            .map(|index| {
                let near = index as f32 / (ROWS - 1) as f32;
                Row::new(&set, &mut chance, near, (mist, body))
            })
            .collect();
        Self {
            back: Field::new(set.size, 4),
            rows,
            beams: Beams {
                sun: sky.sun,
                color: sky.light.mix(mist, 0.4).yuv(),
                strength: if hour == Hour::Night { 0.12 } else { 0.2 },
            },
            motes: (0..46)
                .map(|_| (chance.unit(), chance.unit(), chance.unit()))
                .collect(),
            mote: brief
                .hex(if hour == Hour::Night { 0xd8_f27a } else { 0xff_f0c8 })
                .yuv(),
            overlay: Overlay::new(brief, &mut chance),
            sky,
            set,
        }
    }

    fn draw_motes(&self, frame: &mut Frame, time: f32) {
        let size = frame.size;
        let (across, down) = size.reach();
        let night = self.sky.hour == Hour::Night;
        for &(x, y, own) in &self.motes {
            let wander = sine(time * (0.04 + 0.05 * own) + own * 7.0) * 0.05;
            let px = size.column((x - 0.5) * 2.1 * across + wander + self.set.pan(time) * own);
            let py = size.row((y * 1.3 - 0.4) * down + sine(time * 0.06 + own * 3.0) * 0.03);
            let blink = ramp(0.1, 0.9, sine(time * (0.14 + 0.2 * own) + own * 11.0));
            let alpha = if night {
                0.9 * blink
            } else {
                0.35 * (0.3 + 0.7 * blink)
            };
            let radius = (0.0016 + 0.0028 * own) * size.unit();
            dot(
                frame,
                px,
                py,
                radius * 5.0,
                Paint::new(self.mote, alpha * 0.2),
                None,
            );
            dot(frame, px, py, radius, Paint::new(self.mote, alpha), None);
        }
    }
}

impl Row {
    fn new(set: &Set, chance: &mut Chance, near: f32, (mist, body): (Rgb, Rgb)) -> Self {
        let down = set.size.reach().1;
        let tall = (0.16 + 0.62 * near * near) * down.max(0.5);
        let haze = (1.0 - near) * (1.0 - near);
        Self {
            trees: tree_line(chance, tall),
            base: (0.12 + 0.98 * near) * down,
            near,
            body: body.mix(mist, 0.03 + 0.78 * haze).yuv(),
            mist: body.mix(mist, (0.25 + 0.66 * haze).min(0.94)).yuv(),
            field: Field::new(set.size, 4),
            edge: Skyline::new(set.size),
        }
    }

    /// How far this row is shifted, and how much larger it has grown.
    fn camera(&self, pan: f32, zoom: f32) -> (f32, f32) {
        (
            pan * (0.25 + 2.0 * self.near * self.near),
            1.0 + (zoom - 1.0) * (0.3 + 1.5 * self.near),
        )
    }

    fn paint(&mut self, shot: Shot, floor: &Floor, set: &Set, beams: &Beams) {
        let mut field = std::mem::take(&mut self.field);
        field.tween(shot, 6, |field, time| {
            let (shift, grow) = self.camera(set.pan(time), set.zoom(time));
            // Higher trees may come in before the field is painted again.
            let from = set.size.row((self.base - self.trees.peak) * grow);
            self.paint_at(field, (from, floor), &set.soft, (shift, time), beams);
        });
        self.field = field;
    }

    fn paint_at(
        &self,
        field: &mut Field,
        (from, floor): (f32, &Floor),
        noise: &Noise,
        (pan, time): (f32, f32),
        beams: &Beams,
    ) {
        let (base, near, body, mist) = (self.base, self.near, self.body, self.mist);
        let reach = 0.10 + 0.28 * near;
        let across = Beams::noise(noise, time);
        field.paint_above(from, floor, |y| {
            let low = ramp(-reach, reach * 0.45, y - base + reach * 0.35);
            let drift = noise.across(y * 0.5 + near * 3.0);
            let beam = beams.row(&across, time, y);
            move |_, x| {
                let drift = drift.at((x + pan) * 0.2 + time * 0.006);
                let fog = (low * (0.55 + 0.9 * drift)).min(1.0) * (1.0 - 0.9 * near);
                body.lanes()
                    .mix(mist, fog)
                    .add(beams.color, beam(x) * (1.0 - 0.85 * near))
                    .shoulder()
            }
        });
    }
}

/// Conifers side by side, tips and ragged flanks, as one height profile.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "sample places are wrapped to the run"
)]
fn tree_line(chance: &mut Chance, tall: f32) -> Profile {
    const SAMPLES: usize = 8192;
    let span = 4.0;
    let pitch = span / SAMPLES as f32;
    let mut heights = vec![0.0_f32; SAMPLES];
    let mut x = 0.0;
    while x < span {
        let height = tall
            * (0.45
                + 0.55 * chance.unit() * (0.6 + 0.4 * chance.unit())
                + if chance.odds(0.12) { 0.2 } else { 0.0 });
        let half = height * chance.range(0.17, 0.24);
        let teeth = chance.range(9.0, 14.0);
        let middle = (x / pitch) as i64;
        let reach = (half / pitch) as i64;
        for offset in -reach..=reach {
            let aside = offset.unsigned_abs() as f32 / reach.max(1) as f32;
            // Branches: each tier juts out below and cuts in above.
            let tier = (aside * teeth + if offset < 0 { 0.37 } else { 0.0 }).fract();
            let rise = height * (1.0 - aside.powf(0.82)) + (tier - 0.35) * height * 0.07 * aside.sqrt();
            let at = (middle + offset).rem_euclid(SAMPLES as i64) as usize;
            heights[at] = heights[at].max(rise);
        }
        x += half * chance.range(0.35, 1.25);
    }
    Profile::from_heights(span, heights)
}

impl Scene for Forest {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (time, size) = (shot.time, self.set.size);
        let (sky, soft, beams) = (&self.sky, &self.set.soft, &self.beams);
        let (pan, zoom) = (self.set.pan(time), self.set.zoom(time));
        for row in &mut self.rows {
            let (shift, grow) = row.camera(pan, zoom);
            let (trees, base) = (&row.trees, row.base);
            let scale = 1.0 / grow;
            row.edge.trace(|x| (base - trees.over(x * scale + shift)) * grow);
        }
        let floors = Floor::of(size, self.rows.iter().map(|row| &row.edge));
        self.back.tween(shot, 6, |field, time| {
            let across = Beams::noise(soft, time);
            field.paint(0.0, size.row(0.4), |y| {
                let shade = sky.row(soft, time, y);
                let beam = beams.row(&across, time, y);
                move |eight, x| shade(eight, x).add(beams.color, beam(x) * 0.35).shoulder()
            });
        });
        for (row, floor) in self.rows.iter_mut().zip(&floors) {
            row.paint(shot, floor, &self.set, beams);
        }
        let mut layers = vec![Layer::all(&self.back)];
        layers.extend(self.rows.iter().map(|row| Layer::below(&row.field, &row.edge)));
        self.set.composer.compose(frame, &layers);
        if self.sky.hour != Hour::Day {
            self.sky.draw_sun(frame, Some(&self.rows[0].edge), 0.0);
        }
        self.draw_motes(frame, time);
        self.overlay.draw(frame, time);
    }
}
