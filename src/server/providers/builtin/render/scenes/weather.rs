//! What falls or hangs in the air in front of a scene: rain, snow, stars.
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

use std::f32::consts::TAU;

use super::super::chance::Chance;
use super::super::color::{Rgb, Yuv};
use super::super::frame::{Frame, Size};
use super::super::skyline::Skyline;
use super::super::sprites::{Paint, dot, streak};
use super::super::words::{Brief, Weather};

/// Rain or snow over a scene, or nothing.
pub(super) enum Overlay {
    Clear,
    Rain(Rainfall),
    Snow(Snowfall),
}

impl Overlay {
    pub(super) fn new(brief: &Brief, chance: &mut Chance) -> Self {
        match brief.weather {
            Weather::Clear => Self::Clear,
            Weather::Rain => Self::Rain(Rainfall::new(brief, chance, 130)),
            Weather::Snow => Self::Snow(Snowfall::new(brief, chance, 170)),
        }
    }

    pub(super) fn draw(&self, frame: &mut Frame, time: f32) {
        match self {
            Self::Clear => {}
            Self::Rain(rain) => rain.draw(frame, time),
            Self::Snow(snow) => snow.draw(frame, time),
        }
    }
}

/// One falling thing: where it starts, how near it is (`0.0..=1.0`), and its own phase.
struct Flake {
    x: f32,
    y: f32,
    near: f32,
    phase: f32,
}

fn flakes(chance: &mut Chance, count: usize) -> Vec<Flake> {
    // Most are far: the square keeps the near ones few.
    (0..count)
        .map(|_| Flake {
            x: chance.unit(),
            y: chance.unit(),
            near: chance.unit() * chance.unit(),
            phase: chance.range(0.0, TAU),
        })
        .collect()
}

/// A place that wraps around a span a little wider than the frame.
fn wrapped(place: f32, span: f32) -> f32 {
    (place.rem_euclid(1.0) * 1.2 - 0.1) * span
}

pub(super) struct Rainfall {
    drops: Vec<Flake>,
    color: Yuv,
    slant: f32,
    pace: f32,
}

impl Rainfall {
    pub(super) fn new(brief: &Brief, chance: &mut Chance, count: usize) -> Self {
        Self {
            drops: flakes(chance, count),
            color: brief.hex(0xc9_d8e8).yuv(),
            slant: chance.range(-0.1, 0.1) - 0.16 * brief.energy.max(0.0),
            pace: 1.0 + 0.35 * brief.energy,
        }
    }

    pub(super) fn draw(&self, frame: &mut Frame, time: f32) {
        let Size { w, h } = frame.size;
        let (w, h, unit) = (w as f32, h as f32, frame.size.unit());
        for drop in &self.drops {
            let fall = (0.9 + 1.5 * drop.near) * self.pace * unit / h;
            let length = (0.045 + 0.13 * drop.near) * unit;
            let turns = drop.y + time * fall;
            // Each time a drop comes round it falls somewhere else.
            let x = wrapped(
                drop.x + turns.floor() * 0.381_966 + self.slant * turns.fract() * h / w,
                w,
            );
            let y = (turns.fract() * 1.3 - 0.2) * h;
            streak(
                frame,
                x,
                y,
                self.slant * length,
                length,
                Paint::new(self.color, 0.13 + 0.3 * drop.near),
            );
        }
    }
}

pub(super) struct Snowfall {
    flakes: Vec<Flake>,
    color: Yuv,
    wind: f32,
    pace: f32,
}

impl Snowfall {
    pub(super) fn new(brief: &Brief, chance: &mut Chance, count: usize) -> Self {
        let wind = chance.range(-0.05, 0.05);
        Self {
            flakes: flakes(chance, if brief.energy > 0.0 { count * 2 } else { count }),
            color: Rgb::hex(0xf4_f8ff).yuv(),
            wind: wind + wind.signum() * 0.16 * brief.energy.max(0.0),
            pace: 1.0 + 0.5 * brief.energy,
        }
    }

    pub(super) fn draw(&self, frame: &mut Frame, time: f32) {
        let Size { w, h } = frame.size;
        let (w, h, unit) = (w as f32, h as f32, frame.size.unit());
        for flake in &self.flakes {
            let near = 0.25 + flake.near;
            let sway = (time * (0.6 + flake.near) + flake.phase).sin() * 0.018 * near;
            let x = wrapped(flake.x + (time * self.wind * near + sway) * unit / w, w);
            let y = wrapped(
                flake.y + time * self.pace * (0.05 + 0.13 * flake.near) * unit / h,
                h,
            );
            let radius = (0.0022 + 0.0075 * flake.near * flake.near.sqrt()) * unit;
            dot(
                frame,
                x,
                y,
                radius,
                Paint::new(self.color, (0.75 - 0.35 * flake.near).max(0.2)),
                None,
            );
        }
    }
}

/// Stars that twinkle and drift slowly.
pub(super) struct Stars {
    lights: Vec<Flake>,
    colors: [Yuv; 3],
    /// How far down they reach, as a share of the frame's height.
    depth: f32,
}

impl Stars {
    pub(super) fn new(chance: &mut Chance, count: usize, depth: f32) -> Self {
        let colors = [
            Rgb::hex(0xff_ffff).yuv(),
            Rgb::hex(0xcf_e0ff).yuv(),
            Rgb::hex(0xff_e9cf).yuv(),
        ];
        Self {
            lights: flakes(chance, count),
            colors,
            depth,
        }
    }

    /// `shift` moves the nearest ones most, in scene units; `zoom` pushes in.
    pub(super) fn draw(
        &self,
        frame: &mut Frame,
        time: f32,
        (shift, zoom): (f32, f32),
        behind: Option<&Skyline>,
    ) {
        let size = frame.size;
        let (w, h, unit) = (size.w as f32, size.h as f32, size.unit());
        for (index, star) in self.lights.iter().enumerate() {
            let grow = 1.0 + (zoom - 1.0) * (0.4 + star.near);
            let x = wrapped(star.x + shift * (0.4 + star.near) * unit / w, w);
            let x = (x - w * 0.5) * grow + w * 0.5;
            let y = (star.y * self.depth * h - h * 0.5) * grow + h * 0.5;
            let fade = (1.0 - star.y).min(0.35) / 0.35;
            let twinkle = 0.82 + 0.18 * (time * (1.0 + 2.0 * star.near) + star.phase).sin();
            let alpha =
                (0.3 + 0.7 * star.near) * fade.max(if self.depth >= 1.0 { 1.0 } else { 0.0 }) * twinkle;
            let radius = (0.0013 + 0.0024 * star.near * star.near) * unit;
            let paint = Paint::new(self.colors[index % 3], alpha);
            dot(frame, x, y, radius.max(0.9), paint, behind);
            if star.near > 0.6 {
                dot(
                    frame,
                    x,
                    y,
                    radius * 4.5,
                    Paint::new(paint.color, alpha * 0.18),
                    behind,
                );
            }
        }
    }
}
