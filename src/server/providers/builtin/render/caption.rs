//! The caption: the prompt in small letters at the lower left, drawn once and blended onto every frame.
//!
//! The bundled font covers Latin, Greek and Cyrillic. Emoji and other signs it lacks are left out. Scripts that need
//! shaping, reordering or another font (Arabic, Hebrew, Indic, Thai, Chinese, Japanese, Korean…) cannot be drawn well
//! here: a prompt with more than a few such letters goes without a caption.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "glyph places are clamped to the caption's mask"
)]

use ab_glyph::{Font, FontRef, PxScale, ScaleFont};

use super::color::smooth;
use super::frame::{Frame, Size};
use super::words::clean;

const FONT: &[u8] = include_bytes!("font/inter-medium-subset.otf");
const LINES: usize = 2;
/// When the caption starts to appear and how long that takes, in seconds.
const FADE: (f32, f32) = (0.35, 0.9);
const INK: u16 = 226;

/// A drawn caption: how much ink and how much shade each pixel of its box gets.
pub(super) struct Caption {
    left: usize,
    top: usize,
    width: usize,
    ink: Vec<u8>,
    shade: Vec<u8>,
}

impl Caption {
    /// Draws the prompt, or gives `None` when there is nothing this font can show well.
    pub(super) fn new(prompt: &str, size: Size) -> Option<Self> {
        let font = FontRef::try_from_slice(FONT).ok()?;
        let text = drawable(&font, prompt)?;
        let height = (size.unit() * 0.031).clamp(9.0, 40.0);
        let margin = (size.unit() * 0.05).max(4.0);
        let room = (size.w as f32 - 2.0 * margin).min(height * 34.0);
        let lines = wrap(&font, &text, height, room);
        let (width, line) = ((room + height) as usize & !1, (height * 1.32) as usize);
        let pad = (height * 0.5) as usize;
        let tall = (line * lines.len() + 2 * pad) & !1;
        let left = (margin as usize).saturating_sub(pad) & !1;
        let top = size
            .h
            .saturating_sub(tall + (margin as usize).saturating_sub(pad))
            & !1;
        let (width, tall) = (width.min(size.w - left), tall.min(size.h - top));
        let mut ink = vec![0_u8; width * tall];
        for (index, text) in lines.iter().enumerate() {
            let baseline = pad as f32 + index as f32 * line as f32 + height * 0.95;
            draw_line(&font, text, height, (pad as f32, baseline), (&mut ink, width));
        }
        let shade = blur(&ink, width, (height * 0.34).max(2.0) as usize);
        Some(Self {
            left,
            top,
            width,
            ink,
            shade,
        })
    }

    /// Blends the caption onto a frame at `time` seconds.
    pub(super) fn draw(&self, frame: &mut Frame, time: f32) {
        let fade = smooth((time - FADE.0) / FADE.1);
        if fade <= 0.0 {
            return;
        }
        let (w, half, fade) = (frame.size.w, frame.size.w / 2, (fade * 256.0) as u16);
        for (row, (ink, shade)) in self
            .ink
            .chunks(self.width)
            .zip(self.shade.chunks(self.width))
            .enumerate()
        {
            let at = (self.top + row) * w + self.left;
            for ((level, &ink), &shade) in frame.y[at..].iter_mut().zip(ink).zip(shade) {
                // Shares of 65536, so that whole vectors go through one multiplication.
                let (shade, ink) = (
                    u16::from(shade) * (fade * 3 / 4),
                    u16::from(ink) * (fade - fade / 256),
                );
                let light = u16::from(level.saturating_sub(16));
                let dark = light - share(light, shade) + 16;
                *level = (dark - share(dark, ink) + share(INK, ink)) as u8;
            }
            if row % 2 == 0 {
                // The box begins at an even row, so its even rows are the chroma rows.
                let at = (self.top / 2 + row / 2) * half + self.left / 2;
                let run = at..at + self.width / 2;
                let planes = frame.u[run.clone()].iter_mut().zip(&mut frame.v[run]);
                for (((u, v), ink), shade) in planes.zip(ink.chunks(2)).zip(shade.chunks(2)) {
                    let most = i32::from(ink[0]).max(i32::from(shade[0]) * 3 / 4) * i32::from(fade);
                    for level in [u, v] {
                        let grey = 128 - i32::from(*level);
                        *level = (i32::from(*level) + ((grey * most) >> 16)) as u8;
                    }
                }
            }
        }
    }
}

/// `level * part / 65536`.
#[inline]
fn share(level: u16, part: u16) -> u16 {
    ((u32::from(level) * u32::from(part)) >> 16) as u16
}

/// The prompt without signs the font lacks, or `None` when too few letters of it would be left.
fn drawable(font: &FontRef<'_>, prompt: &str) -> Option<String> {
    let line = clean(prompt);
    let has = |c: char| font.glyph_id(c).0 != 0;
    let (mut letters, mut lost) = (0_usize, 0_usize);
    for c in line.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        lost += usize::from(!has(c));
    }
    let kept: String = line.chars().filter(|&c| c == ' ' || has(c)).collect();
    let text = kept.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    (lost * 10 <= letters && !text.is_empty()).then_some(text)
}

/// Breaks at spaces (or anywhere in an overlong word) into at most two lines, the last with an ellipsis when cut.
fn wrap(font: &FontRef<'_>, text: &str, height: f32, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && lines.len() < LINES {
        let fit = fitting(font, rest, height, room);
        if fit == rest.len() {
            lines.push(rest.to_owned());
            return lines;
        }
        if lines.len() + 1 == LINES {
            let cut = fitting(font, rest, height, room - height);
            lines.push(format!(
                "{}…",
                rest[..cut].trim_end_matches([' ', ',', '.', ';', ':'])
            ));
            return lines;
        }
        let cut = if rest[fit..].starts_with(' ') {
            fit
        } else {
            rest[..fit].rfind(' ').unwrap_or(fit)
        };
        lines.push(rest[..cut].to_owned());
        rest = rest[cut..].trim_start();
    }
    lines
}

/// How many bytes of the text fit into `room`; at least one character.
fn fitting(font: &FontRef<'_>, text: &str, height: f32, room: f32) -> usize {
    let scaled = font.as_scaled(PxScale::from(height));
    let mut x = 0.0;
    for (index, c) in text.char_indices() {
        x += scaled.h_advance(font.glyph_id(c));
        if x > room && index > 0 {
            return index;
        }
    }
    text.len()
}

fn draw_line(
    font: &FontRef<'_>,
    text: &str,
    height: f32,
    (left, baseline): (f32, f32),
    (ink, width): (&mut [u8], usize),
) {
    let scale = PxScale::from(height);
    let scaled = font.as_scaled(scale);
    let rows = ink.len() / width.max(1);
    let mut x = left;
    for c in text.chars() {
        let id = font.glyph_id(c);
        let glyph = id.with_scale_and_position(scale, ab_glyph::point(x, baseline));
        x += scaled.h_advance(id);
        let Some(outline) = font.outline_glyph(glyph) else {
            continue;
        };
        let corner = outline.px_bounds().min;
        outline.draw(|dx, dy, cover| {
            let (column, row) = (corner.x + dx as f32, corner.y + dy as f32);
            if column >= 0.0 && row >= 0.0 && (column as usize) < width && (row as usize) < rows {
                let pixel = &mut ink[row as usize * width + column as usize];
                *pixel = pixel.saturating_add((cover.clamp(0.0, 1.0) * 235.0) as u8);
            }
        });
    }
}

/// Two box blurs each way, strengthened: a soft shade under the letters.
fn blur(ink: &[u8], width: usize, radius: usize) -> Vec<u8> {
    let rows = ink.len() / width.max(1);
    let mut soft: Vec<f32> = ink.iter().map(|&v| f32::from(v)).collect();
    for _ in 0..2 {
        for row in soft.chunks_mut(width) {
            box_blur(row, radius);
        }
        for column in 0..width {
            let mut line: Vec<f32> = (0..rows).map(|row| soft[row * width + column]).collect();
            box_blur(&mut line, radius);
            for (row, value) in line.into_iter().enumerate() {
                soft[row * width + column] = value;
            }
        }
    }
    soft.into_iter().map(|v| (v * 3.4).min(255.0) as u8).collect()
}

fn box_blur(line: &mut [f32], radius: usize) {
    let source = line.to_vec();
    let count = (2 * radius + 1) as f32;
    let at = |index: usize| {
        index
            .checked_sub(radius)
            .and_then(|index| source.get(index))
            .copied()
            .unwrap_or(0.0)
    };
    let mut sum: f32 = (0..2 * radius).map(at).sum();
    for (index, value) in line.iter_mut().enumerate() {
        sum += at(index + 2 * radius);
        *value = sum / count;
        sum -= at(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HD: Size = Size { w: 1280, h: 720 };

    fn lines_of(text: &str) -> Vec<String> {
        let font = FontRef::try_from_slice(FONT).expect("the bundled font is sound");
        wrap(&font, text, 22.0, 600.0)
    }

    #[test]
    fn a_long_prompt_becomes_two_lines_with_an_ellipsis() {
        let lines = lines_of(&"words upon words ".repeat(2_000));
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && !lines[0].ends_with('…'));
        assert_eq!(lines_of("short"), ["short"]);
    }

    #[test]
    fn latin_greek_and_cyrillic_are_drawn_and_emoji_are_skipped() {
        for prompt in [
            "Ein Fuß im Meer",
            "Η θάλασσα τη νύχτα",
            "Ночной город под дождём",
            "Việt Nam",
            "a whale 🐋 at dusk ✨",
        ] {
            let caption = Caption::new(prompt, HD).expect(prompt);
            assert!(caption.ink.iter().any(|&v| v > 200), "{prompt}");
        }
    }

    #[test]
    fn scripts_the_font_cannot_draw_go_without_a_caption() {
        for prompt in [
            "",
            "   ",
            "🐋🐋",
            "שקיעה מעל הים",
            "غروب الشمس",
            "夜の海",
            "समुद्र",
            "\u{301}\u{301}",
        ] {
            assert!(Caption::new(prompt, HD).is_none(), "{prompt:?}");
        }
    }

    #[test]
    fn tiny_frames_hold_their_caption() {
        for (w, h) in [(64, 64), (64, 1920), (1920, 64), (66, 130)] {
            let size = Size { w, h };
            let mut frame = Frame::new(size);
            if let Some(caption) = Caption::new("a caption that is far too long for so small a picture", size)
            {
                caption.draw(&mut frame, 5.0);
            }
        }
    }
}
