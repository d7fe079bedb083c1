//! Going on where a film of ours ends. Its pictures are taken over as they are, compressed; drawing starts behind them, and
//! goes on moving, because a scene draws the frame of any moment. Other words cross over to their scene at the seam.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::film::Film;
use super::frame::Frame;
use super::{FRAME_RATE, Reel, RenderError, RenderSpec};
use crate::server::media::{Copied, MediaError};

/// How many frames the old scene takes to give way to a new one: one second, the shortest film there is.
const CROSS: u32 = FRAME_RATE;

/// The film that is gone on from.
#[derive(Clone, Debug)]
pub struct Start {
    /// The file, as this renderer made it.
    pub film: PathBuf,
    /// The prompt of its end.
    pub prompt: String,
    /// Its length.
    pub seconds: u32,
}

/// Renders a film that begins with all of another one and goes on for `spec.seconds`. Frames are counted from the seam.
///
/// # Errors
/// As `render`; `Unsupported` also when the other film is none of ours in this size.
pub fn extend(
    spec: &RenderSpec,
    from: &Start,
    out: &Path,
    on_frame: &mut dyn FnMut(u32, u32) -> ControlFlow<()>,
) -> Result<(), RenderError> {
    let mut reel = Reel::new(spec)?;
    let mut before = open(spec, from)?;
    let sets = before.sets().to_vec();
    let mut film = Film::create(out, (spec.width, spec.height), reel.quantizer)?;
    while let Some((picture, key)) = before.next_picture()? {
        film.push_packet(&picture, key)?;
    }
    let seam = from.seconds * FRAME_RATE;
    let mut old = if spec.prompt == from.prompt {
        None
    } else {
        reel.caption_from = seam;
        let spec = RenderSpec {
            prompt: from.prompt.clone(),
            ..spec.clone()
        };
        Some(Reel::new(&spec)?)
    };
    for index in 0..reel.total {
        reel.frame(seam + index);
        if let Some(old) = old.as_mut().filter(|_| index < CROSS) {
            mix(&mut reel.frame, old.frame(seam + index), index + 1);
        }
        film.push(&reel.frame)?;
        if index == 0 && !film.last_packet().starts_with(&sets) {
            return Err(foreign());
        }
        if on_frame(index + 1, reel.total).is_break() {
            return Err(RenderError::Cancelled);
        }
    }
    film.finish()
}

fn open(spec: &RenderSpec, from: &Start) -> Result<Copied, RenderError> {
    let copied = Copied::open(&from.film)?.ok_or_else(foreign)?;
    let facts = &copied.facts;
    let is_ours = (facts.width, facts.height) == (spec.width, spec.height)
        && facts.rate == Some(u64::from(FRAME_RATE) * 1_000)
        && !facts.has_audio
        && u32::try_from(copied.left()) == Ok(from.seconds * FRAME_RATE);
    is_ours.then_some(copied).ok_or_else(foreign)
}

fn foreign() -> RenderError {
    RenderError::Unsupported("going on from a film that was not drawn here in this size".to_owned())
}

impl From<MediaError> for RenderError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Io(error) => Self::Io(error),
            other => Self::Unsupported(other.to_string()),
        }
    }
}

/// Moves a frame back towards the old one: at the first of `CROSS` frames it is nearly the old one.
fn mix(new: &mut Frame, old: &Frame, step: u32) {
    let share = u16::try_from(step * 256 / (CROSS + 1)).unwrap_or(256);
    for (new, old) in [(&mut new.y, &old.y), (&mut new.u, &old.u), (&mut new.v, &old.v)] {
        for (new, old) in new.iter_mut().zip(old) {
            let level = (u16::from(*new) * share + u16::from(*old) * (256 - share)) >> 8;
            *new = u8::try_from(level).unwrap_or(u8::MAX);
        }
    }
}
