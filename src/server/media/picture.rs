//! A decoded picture: scaled down, judged, compressed.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "sides are at most 16384 pixels and levels are clamped to a byte"
)]

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use openh264::formats::YUVSource;

use super::MediaError;

const QUALITY: u8 = 82;

/// An RGB picture with tight rows.
pub(super) struct Picture {
    pub width: usize,
    pub height: usize,
    rgb: Vec<u8>,
}

/// One plane of a decoded frame.
struct Plane<'a> {
    bytes: &'a [u8],
    stride: usize,
    width: usize,
    height: usize,
}

impl Picture {
    /// Scales a decoded frame so that its longest side is at most `longest`; `None` when its planes do not fit its size.
    pub(super) fn scaled(frame: &impl YUVSource, longest: usize) -> Option<Self> {
        let (wide, tall) = frame.dimensions();
        let strides = frame.strides();
        let scale = (longest as f32 / wide.max(tall).max(1) as f32).min(1.0);
        let side = |pixels: usize| ((pixels as f32 * scale).round() as usize).clamp(1, longest);
        let (width, height) = (side(wide), side(tall));
        let luma = Plane::new(frame.y(), strides.0, wide, tall)?.scaled(width, height);
        let blue = Plane::new(frame.u(), strides.1, wide / 2, tall / 2)?.scaled(width, height);
        let red = Plane::new(frame.v(), strides.2, wide / 2, tall / 2)?.scaled(width, height);
        // Large pictures are BT.709 and small ones BT.601 when nothing is said, as players assume as well.
        let [rv, gu, gv, bu] = if wide.max(tall) >= 1024 {
            [1.7927, 0.2132, 0.5329, 2.1124]
        } else {
            [1.5960, 0.3918, 0.8130, 2.0172]
        };
        let mut rgb = Vec::with_capacity(width * height * 3);
        for ((luma, blue), red) in luma.into_iter().zip(blue).zip(red) {
            let (light, blue, red) = ((luma - 16.0) * 1.1644, blue - 128.0, red - 128.0);
            rgb.extend(
                [light + rv * red, light - gu * blue - gv * red, light + bu * blue]
                    .map(|level| (level + 0.5) as u8),
            );
        }
        Some(Self { width, height, rgb })
    }

    /// How much there is to see: contrast, less when the picture is nearly black or white.
    pub(super) fn interest(&self) -> f32 {
        let count = (self.rgb.len() / 3).max(1) as f32;
        let luma = |pixel: &[u8; 3]| {
            0.2126 * f32::from(pixel[0]) + 0.7152 * f32::from(pixel[1]) + 0.0722 * f32::from(pixel[2])
        };
        let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
        for pixel in self.rgb.as_chunks::<3>().0 {
            let value = f64::from(luma(pixel));
            sum += value;
            squares += value * value;
        }
        let mean = sum / f64::from(count);
        let spread = (squares / f64::from(count) - mean * mean).max(0.0).sqrt();
        let light = (mean / 40.0).min((255.0 - mean) / 30.0).clamp(0.0, 1.0);
        (spread * (0.25 + 0.75 * light)) as f32
    }

    /// As the `image` crate has it.
    pub(super) fn into_image(self) -> Option<image::RgbImage> {
        let side = |pixels: usize| u32::try_from(pixels).ok();
        image::RgbImage::from_raw(side(self.width)?, side(self.height)?, self.rgb)
    }

    /// The pictures side by side; all have the size of the first.
    pub(super) fn side_by_side(pictures: &[Self]) -> Option<Self> {
        let first = pictures.first()?;
        let (width, height) = (first.width, first.height);
        let alike: Vec<&Self> = pictures
            .iter()
            .filter(|picture| (picture.width, picture.height) == (width, height))
            .collect();
        let mut rgb = Vec::with_capacity(first.rgb.len() * alike.len());
        for row in 0..height {
            for picture in &alike {
                rgb.extend(&picture.rgb[row * width * 3..][..width * 3]);
            }
        }
        Some(Self {
            width: width * alike.len(),
            height,
            rgb,
        })
    }

    pub(super) fn jpeg(&self) -> Result<Vec<u8>, MediaError> {
        let side = |pixels: usize| u16::try_from(pixels).map_err(|_| MediaError::Stills);
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.set_optimized_huffman_tables(true);
        encoder
            .encode(&self.rgb, side(self.width)?, side(self.height)?, ColorType::Rgb)
            .map_err(|_| MediaError::Stills)?;
        Ok(bytes)
    }
}

impl<'a> Plane<'a> {
    fn new(bytes: &'a [u8], stride: usize, width: usize, height: usize) -> Option<Self> {
        let needed = stride.checked_mul(height.checked_sub(1)?)?.checked_add(width)?;
        (width > 0 && stride >= width && bytes.len() >= needed).then_some(Self {
            bytes,
            stride,
            width,
            height,
        })
    }

    /// Averages the area under each new pixel, first along rows, then down columns.
    fn scaled(&self, width: usize, height: usize) -> Vec<f32> {
        let columns = spans(self.width, width);
        let mut out = vec![0.0_f32; width * height];
        let mut line = vec![0.0_f32; width];
        for (row, (from, weights)) in spans(self.height, height).into_iter().enumerate() {
            let target = &mut out[row * width..][..width];
            for (step, weight) in weights.into_iter().enumerate() {
                let source = &self.bytes[(from + step) * self.stride..][..self.width];
                for (value, (from, weights)) in line.iter_mut().zip(&columns) {
                    *value = source[*from..]
                        .iter()
                        .zip(weights)
                        .map(|(&level, weight)| f32::from(level) * weight)
                        .sum();
                }
                for (target, value) in target.iter_mut().zip(&line) {
                    *target += value * weight;
                }
            }
        }
        out
    }
}

/// For each of `to` new pixels: the first of `from` old ones under it and the share of each. When there are fewer old
/// ones than new, the two nearest are mixed.
fn spans(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let ratio = from as f32 / to as f32;
    let reach = ratio.max(1.0);
    (0..to)
        .map(|index| {
            let middle = (index as f32 + 0.5) * ratio;
            let (low, high) = (
                (middle - reach * 0.5).max(0.0),
                (middle + reach * 0.5).min(from as f32),
            );
            let first = (low as usize).min(from - 1);
            let last = (high.ceil() as usize).clamp(first + 1, from);
            let shares: Vec<f32> = (first..last)
                .map(|old| ((old as f32 + 1.0).min(high) - (old as f32).max(low)).max(0.0))
                .collect();
            let sum: f32 = shares.iter().sum::<f32>().max(1e-6);
            (first, shares.into_iter().map(|share| share / sum).collect())
        })
        .collect()
}
