//! Draws the still of each preset in `public/composing/presets.json` with the built-in renderer, beside that file.

use aisora::server::{
    media,
    providers::builtin::render::{RenderSpec, render},
};
use image::imageops::FilterType;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use serde::Deserialize;
use std::{error::Error, ops::ControlFlow, path::Path};

#[derive(Deserialize)]
struct List {
    presets: Vec<Preset>,
}

#[derive(Deserialize)]
struct Preset {
    id: String,
    scene: String,
}

/// Pixels of a still.
const SIZE: (u16, u16) = (240, 136);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("public/composing");
    let list: List = serde_json::from_slice(&std::fs::read(folder.join("presets.json"))?)?;
    let film = std::env::temp_dir().join(format!("aisora-preset-{}.mp4", std::process::id()));
    for (seed, preset) in (1..).zip(&list.presets) {
        let spec = RenderSpec {
            prompt: preset.scene.clone(),
            seed,
            width: 960,
            height: 544,
            seconds: 2,
            caption: false,
        };
        render(&spec, &film, &mut |_, _| ControlFlow::Continue(()))?;
        let stills = media::stills(&film, &media::inspect(&film)?)?.ok_or("a film without a still")?;
        let still = image::load_from_memory(&stills.poster_jpeg)?
            .resize_exact(SIZE.0.into(), SIZE.1.into(), FilterType::Lanczos3)
            .to_rgb8();
        let mut encoder = Encoder::new_file(folder.join(format!("{}.jpg", preset.id)), 78)?;
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.set_optimized_huffman_tables(true);
        encoder.encode(still.as_raw(), SIZE.0, SIZE.1, ColorType::Rgb)?;
    }
    std::fs::remove_file(&film)?;
    Ok(())
}
