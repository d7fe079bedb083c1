//! The built-in preview renderer: a mood film drawn from the words of a prompt. Not an AI model.
//!
//! Pure and synchronous: the same spec gives the same bytes, and nothing here reads a clock or a random source.
//! A film costs one thread and under 100 MB. The path through the files: `words` reads the prompt into a brief,
//! `scenes` builds the scene it asks for, each frame is put together in `compose` out of coarse colour fields, skylines and
//! sprites, `caption` goes on top, and `film` encodes and muxes;
//! `extend` goes on from a film that is there.

mod caption;
mod chance;
mod color;
mod compose;
mod extend;
mod field;
mod film;
mod frame;
mod lanes;
mod levels;
mod mirror;
mod noise;
mod scenes;
mod skyline;
mod sprites;
mod vocabulary;
mod words;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::Path;

use caption::Caption;
pub use extend::{Start, extend};
use film::Film;
use frame::{Frame, Size};
use scenes::{Scene, Shot};
use words::Brief;

/// Frames per second of every film.
pub const FRAME_RATE: u32 = 24;
/// The sides a film may have, in pixels; both must be even.
const SIDES: std::ops::RangeInclusive<u32> = 64..=1920;
/// How long a film may be, in seconds.
const SECONDS: std::ops::RangeInclusive<u32> = 1..=20;

/// What to render.
#[derive(Clone, Debug)]
pub struct RenderSpec {
    pub prompt: String,
    /// Another seed gives another layout of the same scene.
    pub seed: u64,
    /// In pixels, even, 64 to 1920.
    pub width: u32,
    /// In pixels, even, 64 to 1920.
    pub height: u32,
    /// 1 to 20.
    pub seconds: u32,
    /// Whether the prompt is shown at the lower left.
    pub caption: bool,
}

/// Why there is no film.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the render was cancelled")]
    Cancelled,
    #[error("the film could not be written: {0}")]
    Io(#[from] std::io::Error),
    #[error("the film could not be encoded: {0}")]
    Encoder(String),
    #[error("this film cannot be rendered: {0}")]
    Unsupported(String),
}

impl From<openh264::Error> for RenderError {
    fn from(error: openh264::Error) -> Self {
        Self::Encoder(error.to_string())
    }
}

/// Renders to a file that the caller moves into place. `on_frame(done, total)` is called after every frame; `Break`
/// cancels, and what was written so far is of no use.
///
/// # Errors
/// `Unsupported` for a size or length outside the limits, `Cancelled` after a `Break`, `Io` and `Encoder` otherwise.
pub fn render(
    spec: &RenderSpec,
    out: &Path,
    on_frame: &mut dyn FnMut(u32, u32) -> ControlFlow<()>,
) -> Result<(), RenderError> {
    let mut reel = Reel::new(spec)?;
    let mut film = Film::create(out, (spec.width, spec.height), reel.quantizer)?;
    for index in 0..reel.total {
        film.push(reel.frame(index))?;
        if on_frame(index + 1, reel.total).is_break() {
            return Err(RenderError::Cancelled);
        }
    }
    film.finish()
}

/// The pictures of one film, drawn one after the other.
struct Reel {
    scene: Box<dyn Scene>,
    caption: Option<Caption>,
    /// The frame from which on the caption appears.
    caption_from: u32,
    frame: Frame,
    total: u32,
    quantizer: u8,
}

impl Reel {
    fn new(spec: &RenderSpec) -> Result<Self, RenderError> {
        let size = size_of(spec)?;
        let brief = Brief::read(&spec.prompt, spec.seed);
        Ok(Self {
            scene: scenes::build(&brief, size),
            caption: if spec.caption {
                Caption::new(&spec.prompt, size)
            } else {
                None
            },
            caption_from: 0,
            frame: Frame::new(size),
            total: spec.seconds * FRAME_RATE,
            quantizer: brief.family.quantizer(),
        })
    }

    fn frame(&mut self, index: u32) -> &Frame {
        let shot = Shot::new(index);
        self.scene.draw(shot, &mut self.frame);
        if let Some(caption) = &self.caption {
            let shown = Shot::new(index.saturating_sub(self.caption_from));
            caption.draw(&mut self.frame, shown.time);
        }
        &self.frame
    }
}

fn size_of(spec: &RenderSpec) -> Result<Size, RenderError> {
    for side in [spec.width, spec.height] {
        if !SIDES.contains(&side) || side % 2 != 0 {
            return Err(RenderError::Unsupported(format!(
                "a side of {side} pixels (even, 64 to 1920)"
            )));
        }
    }
    if !SECONDS.contains(&spec.seconds) {
        return Err(RenderError::Unsupported(format!(
            "{} seconds (1 to 20)",
            spec.seconds
        )));
    }
    let side =
        |pixels: u32| usize::try_from(pixels).map_err(|_| RenderError::Unsupported("this size".to_owned()));
    Ok(Size {
        w: side(spec.width)?,
        h: side(spec.height)?,
    })
}

/// The three planes of a picture: luma, then the two chroma planes at half the size.
#[doc(hidden)]
pub type Planes = [Vec<u8>; 3];

/// For the benchmark: draws all frames of a spec, and keeps them when asked to.
///
/// # Errors
/// As `render`.
#[doc(hidden)]
pub fn draw_only(spec: &RenderSpec, keep: bool) -> Result<Vec<Planes>, RenderError> {
    let mut reel = Reel::new(spec)?;
    let mut kept = Vec::new();
    for index in 0..reel.total {
        let frame = reel.frame(index);
        if keep {
            kept.push([frame.y.clone(), frame.u.clone(), frame.v.clone()]);
        }
    }
    Ok(kept)
}

/// For the benchmark: encodes ready frames with the renderer's settings; gives the compressed size in bytes.
///
/// # Errors
/// As `render`.
#[doc(hidden)]
pub fn encode_only(spec: &RenderSpec, frames: &[Planes]) -> Result<usize, RenderError> {
    let size = size_of(spec)?;
    let mut coder = film::Coder::new(Brief::read(&spec.prompt, spec.seed).family.quantizer())?;
    let mut packet = Vec::new();
    let mut bytes = 0;
    for (index, [y, u, v]) in (0..).zip(frames) {
        coder.encode((y, u, v), size, index, &mut packet)?;
        bytes += packet.len();
    }
    Ok(bytes)
}
