//! What people give is decoded, turned upright, and stripped of everything but its pixels.

use super::{FILE_MAX, TOO_LARGE};
use crate::language::{t, text};
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, imageops::FilterType,
};
use std::{io::Cursor, str::FromStr};

/// The most pixels, and the shortest and longest side.
const PIXELS_MAX: u64 = 50_000_000;
const SIDE_MIN: u32 = 64;
const SIDE_MAX: u32 = 20_000;
/// Kept pictures are scaled down to this longest side: no model here makes larger videos.
const KEPT_SIDE: u32 = 4_096;
/// The quality of our own JPEGs: models look at it, not only people.
const QUALITY: u8 = 93;

/// A JPEG with its sides, or a sentence that says why there is none.
pub(super) type Made = std::result::Result<(Vec<u8>, u32, u32), String>;

/// A piece of a picture: left, top, width and height in thousandths of its sides. Written `100,0,800,1000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop([u32; 4]);

impl Crop {
    pub(super) const WHOLE: Self = Self([0, 0, 1_000, 1_000]);

    fn of(self, picture: DynamicImage) -> std::result::Result<DynamicImage, String> {
        if self == Self::WHOLE {
            return Ok(picture);
        }
        let [x, y, width, height] = self.0;
        let (across, down) = (picture.width(), picture.height());
        // A side has at most 4,096 pixels, so that a thousandfold fits.
        let (left, top) = (x * across / 1_000, y * down / 1_000);
        let (width, height) = (
            (x + width) * across / 1_000 - left,
            (y + height) * down / 1_000 - top,
        );
        if width.min(height) < SIDE_MIN {
            return Err(t!(
                "This piece has {width} × {height} pixels. Choose one with at least {least} on each side.",
                width = width,
                height = height,
                least = SIDE_MIN
            ));
        }
        Ok(picture.crop_imm(left, top, width, height))
    }
}

impl FromStr for Crop {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        let wrong = || t!("The piece of the picture was not understood. Choose it again.");
        let numbers: Option<Vec<u32>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
        let numbers: [u32; 4] = numbers
            .and_then(|numbers| numbers.try_into().ok())
            .ok_or_else(wrong)?;
        let within =
            |from: u32, length: u32| length > 0 && from.checked_add(length).is_some_and(|end| end <= 1_000);
        let [x, y, width, height] = numbers;
        (within(x, width) && within(y, height))
            .then_some(Self(numbers))
            .ok_or_else(wrong)
    }
}

/// A JPEG of the picture's pixels and of nothing else, with its sides.
pub(super) fn clean(file: &[u8], crop: Crop) -> Made {
    let mut picture = crop.of(decode(file)?)?;
    if picture.width().max(picture.height()) > KEPT_SIDE {
        picture = picture.resize(KEPT_SIDE, KEPT_SIDE, FilterType::CatmullRom);
    }
    Ok((encode(&picture)?, picture.width(), picture.height()))
}

/// The upright picture, or a sentence that says what to do.
pub(super) fn decode(file: &[u8]) -> std::result::Result<DynamicImage, String> {
    let use_kinds = |what: &str| format!("{what} {}", t!("Use a JPEG, PNG or WebP picture."));
    if file.is_empty() {
        return Err(use_kinds(t!("The file is empty.")));
    }
    if file.len() > FILE_MAX {
        return Err(text(TOO_LARGE).into());
    }
    // What it is, is told by its bytes; what somebody calls it does not count.
    let kind = image::guess_format(file).ok();
    let kind = kind.filter(|kind| matches!(kind, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP));
    let Some(kind) = kind else {
        return Err(use_kinds(t!("This is no picture that can be read here.")));
    };
    let unreadable = |error: ImageError| match error {
        ImageError::Limits(_) => t!("The picture is too large to be read. Use a smaller one.").to_owned(),
        _ => use_kinds(t!("The picture is damaged.")),
    };
    let mut reader = ImageReader::with_format(Cursor::new(file), kind);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(PIXELS_MAX * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(t!(
            "The picture has {width} × {height} pixels, more than 50 million. Use a smaller one.",
            width = width,
            height = height,
        ));
    }
    if width.min(height) < SIDE_MIN {
        return Err(t!(
            "The picture has {width} × {height} pixels. Use one with at least {least} on each side.",
            width = width,
            height = height,
            least = SIDE_MIN,
        ));
    }
    if kind == ImageFormat::Jpeg && !is_whole(file) {
        return Err(t!("The end of the picture is missing. Save or download it again.").into());
    }
    let upright = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(upright);
    Ok(picture)
}

/// Whether a JPEG has its end. The decoder paints what is missing grey. Whatever follows on the end (cameras put a film there)
/// does not count.
fn is_whole(jpeg: &[u8]) -> bool {
    const SCAN: u8 = 0xda;
    let mut at = 2;
    while let Some(&[0xff, mark, high, low]) = jpeg.get(at..at + 4) {
        if mark == SCAN {
            // Inside of a scan, a byte of ones has a zero behind it.
            return jpeg[at..].windows(2).any(|pair| pair == [0xff, 0xd9]);
        }
        // Segments may have filling before them.
        at += if mark == 0xff {
            1
        } else {
            2 + usize::from(u16::from_be_bytes([high, low]))
        };
    }
    // Something between the segments: the decoder has found its way past it.
    true
}

pub(super) fn encode(picture: &DynamicImage) -> std::result::Result<Vec<u8>, String> {
    let side = |side: u32| u16::try_from(side).map_err(|error| error.to_string());
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let rgb = over_white(picture);
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    let encoded = encoder.encode(&rgb, width, height, jpeg_encoder::ColorType::Rgb);
    encoded.map_err(|error| error.to_string())?;
    Ok(jpeg)
}

/// What is transparent shows white, as on paper.
fn over_white(picture: &DynamicImage) -> Vec<u8> {
    if !picture.color().has_alpha() {
        return picture.to_rgb8().into_raw();
    }
    let mix = |level: u8, alpha: u8| {
        let (level, alpha) = (u32::from(level), u32::from(alpha));
        u8::try_from((level * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    let rgba = picture.to_rgba8();
    rgba.pixels()
        .flat_map(|pixel| {
            let [red, green, blue, alpha] = pixel.0;
            [red, green, blue].map(|level| mix(level, alpha))
        })
        .collect()
}
