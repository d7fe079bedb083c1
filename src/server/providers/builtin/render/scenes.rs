//! The scene families and what they share.

mod aurora;
mod city;
mod desert;
mod fire;
mod forest;
mod rain;
mod sea;
mod silk;
mod sky;
mod snow;
mod space;
mod towers;
mod weather;

use super::FRAME_RATE;
use super::chance::Chance;
use super::compose::Composer;
use super::frame::{Frame, Size};
use super::noise::Noise;
use super::words::{Brief, Family, Hour};

/// The moment being drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shot {
    /// Counted from 0.
    pub frame: u32,
    /// Seconds since the start.
    pub time: f32,
}

impl Shot {
    #[expect(clippy::cast_precision_loss, reason = "a film has at most 1,440 frames")]
    pub(super) fn new(frame: u32) -> Self {
        Self {
            frame,
            time: frame as f32 / FRAME_RATE as f32,
        }
    }
}

/// A scene draws the frame of any moment; it covers the whole frame each time.
pub(super) trait Scene {
    fn draw(&mut self, shot: Shot, frame: &mut Frame);
}

pub(super) fn build(brief: &Brief, size: Size) -> Box<dyn Scene> {
    let set = Set::new(brief, size);
    match brief.family {
        Family::Sea => Box::new(sea::Sea::new(brief, set)),
        Family::Fire => Box::new(fire::Fire::new(brief, set)),
        Family::City => Box::new(city::City::new(brief, set)),
        Family::Forest => Box::new(forest::Forest::new(brief, set)),
        Family::Aurora => Box::new(aurora::Aurora::new(brief, set)),
        Family::Desert => Box::new(desert::Desert::new(brief, set)),
        Family::Snow => Box::new(snow::Snow::new(brief, set)),
        Family::Rain => Box::new(rain::Rain::new(brief, set)),
        Family::Space => Box::new(space::Space::new(brief, set)),
        Family::Silk => Box::new(silk::Silk::new(brief, set)),
    }
}

/// What every scene needs: the size, noise, a camera and a composer.
struct Set {
    size: Size,
    /// Soft noise, from 4 cells per tile.
    soft: Noise,
    /// Detailed noise, from 8 cells per tile.
    rough: Noise,
    composer: Composer,
    /// Which way the camera drifts, and how fast, in units a second.
    drift: f32,
    /// How much faster than usual things move.
    pace: f32,
}

impl Set {
    fn new(brief: &Brief, size: Size) -> Self {
        let mut chance = brief.chance(1);
        let way = if chance.odds(0.5) { 1.0 } else { -1.0 };
        Self {
            size,
            soft: Noise::new(&mut chance, 4, 4, 0.45),
            rough: Noise::new(&mut chance, 8, 5, 0.55),
            composer: Composer::new(&mut chance),
            drift: way * chance.range(0.018, 0.03),
            pace: 1.0 + 0.6 * brief.energy,
        }
    }

    /// How far the camera has moved sideways.
    fn pan(&self, time: f32) -> f32 {
        self.drift * (time + 0.6 * (time * 0.5).sin())
    }

    /// How far the camera has pushed in: 1.0 at the start, a little more each second.
    #[expect(clippy::unused_self, reason = "reads as part of the camera")]
    fn zoom(&self, time: f32) -> f32 {
        1.0 + 0.011 * time
    }
}

/// The hour a scene plays at: what the prompt says, or one of the scene's own.
fn hour_of(brief: &Brief, chance: &mut Chance, own: &[Hour]) -> Hour {
    brief.hour.unwrap_or_else(|| chance.pick(own))
}
