//! A city at night: towers with lit windows, neon, traffic, and a wet street that doubles it all.

use super::super::chance::Chance;
use super::super::color::{Rgb, Yuv, ramp};
use super::super::field::Field;
use super::super::frame::{Frame, Layer, Size};
use super::super::mirror::Mirror;
use super::super::skyline::{Profile, Skyline};
use super::super::sprites::{Paint, dot};
use super::super::words::{Brief, Hour};
use super::sky::Sky;
use super::towers::{Light, SPAN, Towers};
use super::weather::{Overlay, Stars};
use super::{Scene, Set, Shot};

/// One row of towers.
struct Block {
    towers: Profile,
    lights: Vec<Light>,
    near: f32,
    body: Yuv,
    haze: Yuv,
    field: Field,
    edge: Skyline,
}

struct Car {
    phase: f32,
    speed: f32,
    lane: f32,
}

pub(super) struct City {
    set: Set,
    sky: Sky,
    street: f32,
    back: Field,
    ground: Field,
    shore: Skyline,
    blocks: Vec<Block>,
    cars: Vec<Car>,
    head: Yuv,
    tail: Yuv,
    glows: [Yuv; 2],
    wet: Yuv,
    stars: Option<Stars>,
    overlay: Overlay,
}

const BLOCKS: usize = 3;
const NEONS: [[u32; 4]; 4] = [
    [0xff_2e88, 0x22_d8ff, 0x9b_5cff, 0xff_b347],
    [0x00_f0c8, 0xff_4f6d, 0x4a_7dff, 0xff_e066],
    [0xff_6a2b, 0x36_c9ff, 0xff_3fb4, 0xb8_ff5a],
    [0x7d_5cff, 0xff_5aa8, 0x2e_e6d6, 0xff_9a4d],
];

impl City {
    #[expect(clippy::cast_precision_loss, reason = "a handful of blocks")]
    pub(super) fn new(brief: &Brief, set: Set) -> Self {
        let mut chance = brief.chance(2);
        let hour = brief.hour.unwrap_or(Hour::Night);
        let (_, down) = set.size.reach();
        let street = chance.range(0.34, 0.5) * down;
        let sky = Sky::new(brief, &set, hour, street, &mut chance);
        let neon = chance.pick(&NEONS).map(|code| brief.hex(code));
        let blocks = (0..BLOCKS)
            .map(|index| {
                Block::new(
                    &set,
                    brief,
                    &mut chance,
                    index as f32 / (BLOCKS - 1) as f32,
                    (hour, street, neon),
                )
            })
            .collect();
        Self {
            street,
            back: Field::new(set.size, 4),
            ground: Field::new(set.size, 4),
            shore: Skyline::new(set.size),
            blocks,
            cars: (0..16)
                .map(|_| Car {
                    phase: chance.unit(),
                    speed: chance.range(0.05, 0.12) * if chance.odds(0.5) { 1.0 } else { -1.0 },
                    lane: chance.unit(),
                })
                .collect(),
            head: brief.hex(0xff_f2d8).yuv(),
            tail: brief.hex(0xff_3a30).yuv(),
            glows: [neon[0].yuv(), neon[1].yuv()],
            wet: brief
                .hex(if hour == Hour::Day { 0x5a_6470 } else { 0x05_070e })
                .yuv(),
            stars: (hour == Hour::Night && set.size.h > 200).then(|| Stars::new(&mut chance, 90, 0.35)),
            overlay: Overlay::new(brief, &mut chance),
            sky,
            set,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a frame is at most 1920 pixels wide")]
    fn draw_lights(&self, frame: &mut Frame, time: f32) {
        let size = frame.size;
        for (index, block) in self.blocks.iter().enumerate() {
            let (shift, grow) = block.camera(&self.set, time);
            let front = &self.blocks[index + 1..];
            for light in &block.lights {
                // Each world place shows at most once on screen.
                let world = (light.x - shift + SPAN * 0.5).rem_euclid(SPAN) - SPAN * 0.5;
                let (x, y) = (size.column(world * grow), size.row(self.street - light.up * grow));
                let (width, height) = (
                    light.width * grow * size.unit(),
                    light.height * grow * size.unit(),
                );
                let out = x + width < 0.0 || x > size.w as f32 - 1.0 || y < 0.0;
                let hidden = front.iter().any(|near| {
                    [x, x + width]
                        .into_iter()
                        .any(|x| near.edge.row_at(x) < y + height)
                });
                if out || hidden {
                    continue;
                }
                light.draw(frame, (x, y, width, height), time);
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a frame is at most 1920 pixels wide")]
    fn draw_cars(&self, frame: &mut Frame, time: f32) {
        let size = frame.size;
        for car in &self.cars {
            let across = size.w as f32 * 1.2;
            let x = (car.phase + time * car.speed * self.set.pace * size.unit() / across).rem_euclid(1.0)
                * across
                - size.w as f32 * 0.1;
            let y = size.row(self.street) - (0.004 + 0.012 * car.lane) * size.unit();
            let color = if car.speed > 0.0 { self.head } else { self.tail };
            let unit = size.unit();
            dot(frame, x, y, 0.02 * unit, Paint::new(color, 0.28), None);
            dot(frame, x, y, 0.0042 * unit, Paint::new(color, 0.95), None);
            dot(
                frame,
                x + 0.011 * unit,
                y,
                0.0042 * unit,
                Paint::new(color, 0.95),
                None,
            );
        }
    }
}

impl Block {
    fn new(
        set: &Set,
        brief: &Brief,
        chance: &mut Chance,
        near: f32,
        (hour, street, neon): (Hour, f32, [Rgb; 4]),
    ) -> Self {
        let down = set.size.reach().1;
        let (body, haze) = match hour {
            Hour::Night => (0x07_0a16, 0x2a_2f52),
            Hour::Dusk => (0x1a_1230, 0x9a_4f66),
            Hour::Dawn => (0x2a_2c48, 0xc8_9a98),
            Hour::Day => (0x3c_4a5c, 0xa9_bccb),
        };
        let (body, haze) = (brief.hex(body), brief.hex(haze));
        let mut towers = Towers {
            heights: vec![0.0; 8192],
            lights: Vec::new(),
            near,
            neon,
            lit: if hour == Hour::Day { 0.12 } else { 0.42 },
            warm: brief.hex(0xff_d08a),
            cool: brief.hex(0xbf_dcff),
        };
        let room = street + down;
        let mut x = 0.0;
        while x < SPAN {
            x += towers.raise(chance, x, room);
        }
        Self {
            towers: Profile::from_heights(SPAN, towers.heights),
            lights: towers.lights,
            near,
            body: body.mix(haze, (1.0 - near) * 0.5).yuv(),
            haze: haze.mix(neon[0], 0.25).yuv(),
            field: Field::new(set.size, 4),
            edge: Skyline::new(set.size),
        }
    }

    fn camera(&self, set: &Set, time: f32) -> (f32, f32) {
        let grow = 1.0 + (set.zoom(time) - 1.0) * (0.3 + 1.2 * self.near);
        (set.pan(time) * (0.3 + 1.5 * self.near), grow)
    }

    fn paint(&mut self, street: f32, size: Size) {
        let (body, haze, near) = (self.body, self.haze, self.near);
        self.field.paint_flat(self.edge.highest(), size.row(street), |y| {
            let low = ramp(0.5, -0.02, street - y) * (0.5 - 0.32 * near);
            body.mix(haze, low)
        });
    }
}

impl Scene for City {
    fn draw(&mut self, shot: Shot, frame: &mut Frame) {
        let (time, size, street) = (shot.time, self.set.size, self.street);
        let (sky, soft, glows) = (&self.sky, &self.set.soft, self.glows);
        let night = if sky.hour == Hour::Day { 0.0 } else { 0.36 };
        self.back.tween(shot, 6, |field, time| {
            let blend = soft.across(0.4 + time * 0.003);
            field.paint(0.0, size.row(street), |y| {
                let shade = sky.row(soft, time, y);
                let (blend, low) = (&blend, ramp(0.55, 0.0, street - y) * night);
                move |eight, x| {
                    let blend = blend.at(x * 0.18 + 0.6);
                    shade(eight, x)
                        .add(glows[0], low * blend)
                        .add(glows[1], low * (1.0 - blend) * 0.7)
                        .shoulder()
                }
            });
        });
        for block in &mut self.blocks {
            let (shift, grow) = block.camera(&self.set, time);
            let towers = &block.towers;
            let scale = 1.0 / grow;
            block
                .edge
                .trace(|x| street - towers.over(x * scale + shift) * grow);
            block.paint(street, size);
        }
        let wet = self.wet;
        self.shore.level(street);
        self.ground.paint_flat(size.row(street), size.row(9.0), |_| wet);
        let mut layers = vec![Layer::all(&self.back)];
        layers.extend(
            self.blocks
                .iter()
                .map(|block| Layer::below(&block.field, &block.edge)),
        );
        layers.push(Layer::below(&self.ground, &self.shore));
        self.set.composer.compose(frame, &layers);
        if let Some(stars) = &self.stars {
            stars.draw(frame, time, (0.0, 1.0), Some(&self.blocks[0].edge));
        }
        self.draw_lights(frame, time);
        self.draw_cars(frame, time);
        Mirror {
            line: street,
            strength: 0.62,
            waver: 0.012,
            smear: 0.09,
        }
        .draw(frame, time);
        self.overlay.draw(frame, time);
    }
}
