//! Towers of a city: their outline, windows and signs.

use super::super::chance::Chance;
use super::super::color::{Rgb, ramp};
use super::super::frame::Frame;
use super::super::noise::sine;
use super::super::sprites::{Paint, bar, dot};

/// How wide a row of towers is before it repeats, in scene units.
pub(super) const SPAN: f32 = 4.0;

/// A lit window or sign: its place in the row's world, its size, its light.
pub(super) struct Light {
    pub x: f32,
    pub up: f32,
    pub width: f32,
    pub height: f32,
    paint: Paint,
    phase: f32,
    sign: bool,
}

impl Light {
    pub(super) fn draw(&self, frame: &mut Frame, (x, y, width, height): (f32, f32, f32, f32), time: f32) {
        let beat = sine(time * 0.31 + self.phase);
        if !self.sign {
            // A few windows go out and come on again.
            let on = if self.phase > 0.93 {
                ramp(-0.2, 0.2, beat)
            } else {
                1.0
            };
            bar(
                frame,
                x,
                y,
                width,
                height,
                Paint::new(self.paint.color, self.paint.alpha * on),
            );
            return;
        }
        let buzz = 0.9 + 0.1 * sine(time * 2.3 + self.phase * 9.0);
        let (middle, reach) = (x + width * 0.5, (height * 0.85).max(width));
        dot(
            frame,
            middle,
            y + height * 0.5,
            reach,
            Paint::new(self.paint.color, 0.34 * buzz),
            None,
        );
        bar(
            frame,
            x,
            y,
            width,
            height,
            Paint::new(self.paint.color, self.paint.alpha * buzz),
        );
    }
}

/// The towers of a block while they are being put up.
pub(super) struct Towers {
    pub heights: Vec<f32>,
    pub lights: Vec<Light>,
    pub near: f32,
    pub neon: [Rgb; 4],
    pub lit: f32,
    pub warm: Rgb,
    pub cool: Rgb,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places run from 0 to the span, counts are small"
)]
impl Towers {
    /// Puts up one tower at `x` and gives the distance to the next.
    pub(super) fn raise(&mut self, chance: &mut Chance, x: f32, room: f32) -> f32 {
        let near = self.near;
        let width = chance.range(0.07, 0.15) * (0.7 + 0.9 * near);
        let tall =
            room * (0.30 + 0.52 * chance.unit() * chance.unit() + 0.1 * (1.0 - near)) * (1.0 - 0.28 * near);
        self.fill(x, width, tall);
        if chance.odds(0.35) {
            // A set-back upper part, sometimes a mast.
            self.fill(x + width * 0.22, width * 0.56, tall * 1.1);
            if chance.odds(0.5) {
                self.fill(x + width * 0.49, 0.004, tall * 1.24);
            }
        }
        self.light(chance, x, width, tall);
        width * chance.range(0.8, 1.25)
    }

    fn fill(&mut self, x: f32, width: f32, tall: f32) {
        let count = self.heights.len();
        let scale = count as f32 / SPAN;
        for index in (x * scale) as usize..((x + width) * scale).ceil() as usize {
            let height = &mut self.heights[index % count];
            *height = height.max(tall);
        }
    }

    fn light(&mut self, chance: &mut Chance, x: f32, width: f32, tall: f32) {
        let pitch = 0.013 + 0.011 * self.near;
        let (columns, rows) = (
            ((width * 0.86) / pitch) as usize,
            (tall * 0.92 / (pitch * 1.35)) as usize,
        );
        let lit = self.lit * chance.range(0.35, 1.1);
        let tone = if chance.odds(0.7) { self.warm } else { self.cool };
        for row in 1..rows {
            for column in 0..columns {
                if !chance.odds(lit) || self.lights.len() > 1_400 {
                    continue;
                }
                let color = if chance.odds(0.06) {
                    chance.pick(&self.neon)
                } else {
                    tone.scale(chance.range(0.6, 1.0))
                };
                self.lights.push(Light {
                    x: x + width * 0.09 + column as f32 * pitch,
                    up: row as f32 * pitch * 1.35 + pitch,
                    width: pitch * 0.52,
                    height: pitch * 0.66,
                    paint: Paint::new(color.yuv(), 0.5 + 0.4 * self.near),
                    phase: chance.unit(),
                    sign: false,
                });
            }
        }
        if chance.odds(0.16 + 0.3 * self.near) {
            let height = tall * chance.range(0.16, 0.34);
            let up = tall * chance.range(0.5, 0.9);
            let color = chance.pick(&self.neon).mix(Rgb(1.0, 1.0, 1.0), 0.18).yuv();
            let (x, width) = (x + width * chance.range(0.1, 0.7), 0.008 + 0.01 * self.near);
            self.lights.push(Light {
                x,
                up,
                width,
                height,
                paint: Paint::new(color, 0.92),
                phase: chance.unit(),
                sign: true,
            });
        }
    }
}
