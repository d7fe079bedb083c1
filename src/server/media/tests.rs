//! Files that are sound, broken, and hostile.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

use super::*;
use crate::server::providers::builtin::render::{RenderSpec, render};

/// One sound film for all tests: 128x72, 5 s, three key frames.
static FILM: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("film.mp4");
    let spec = RenderSpec {
        prompt: "neon city at night".to_owned(),
        seed: 1,
        width: 128,
        height: 72,
        seconds: 5,
        caption: false,
    };
    render(&spec, &path, &mut |_, _| ControlFlow::Continue(())).expect("the film renders");
    fs::read(&path).expect("the film is there")
});

/// A file with these bytes, and the folder that keeps it.
fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("the file is written");
    (folder, path)
}

fn inspect_bytes(bytes: &[u8]) -> Result<VideoFacts, MediaError> {
    let (_folder, path) = file("film.mp4", bytes);
    inspect(&path)
}

/// What ffmpeg makes of a test picture with these arguments.
fn foreign(args: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("foreign.mp4");
    let mut command = Command::new("ffmpeg");
    command.args([
        "-v",
        "error",
        "-nostdin",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=160x90:rate=25:duration=2",
    ]);
    let output = command
        .args(args)
        .arg(&path)
        .output()
        .expect("ffmpeg is on the path");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (folder, path)
}

#[test]
fn a_sound_film_has_its_facts_whatever_its_name() {
    let (_folder, path) = file("film.txt", &FILM);
    let facts = inspect(&path).expect("the film is sound");
    let bytes = FILM.len() as u64;
    let expected = VideoFacts {
        width: 128,
        height: 72,
        duration_ms: 5_000,
        rate: Some(24_000),
        codec: Codec::H264,
        fast_start: true,
        has_audio: false,
        bytes,
    };
    assert_eq!(facts, expected);
}

#[test]
fn what_is_no_film_is_refused() {
    assert!(matches!(inspect_bytes(b""), Err(MediaError::Empty)));
    let texts: [&[u8]; 6] = [
        b"x",
        b"{\"error\":\"quota exceeded\"}",
        b"<!doctype html><html></html>",
        &[0; 4096],
        &[0xff; 999],
        b"\x1a\x45\xdf\xa3webm and so on",
    ];
    for bytes in texts {
        assert!(
            matches!(inspect_bytes(bytes), Err(MediaError::NotAVideo(_))),
            "{bytes:?}"
        );
    }
    let missing = inspect(Path::new("/nonexistent/film.mp4"));
    assert!(matches!(missing, Err(MediaError::Io(_))));
}

#[test]
fn every_cut_is_noticed() {
    for tenth in 0..1000 {
        let cut = FILM.len() * tenth / 1000;
        assert!(inspect_bytes(&FILM[..cut]).is_err(), "cut at {cut}");
    }
    for less in 1..16 {
        let result = inspect_bytes(&FILM[..FILM.len() - less]);
        assert!(matches!(result, Err(MediaError::Truncated)), "{less} bytes short");
    }
}

#[test]
fn a_film_whose_pictures_are_missing_is_cut_off() {
    // The box is whole but shorter than the index says.
    let mdat = FILM
        .windows(4)
        .position(|window| window == b"mdat")
        .expect("an mdat")
        - 4;
    let mut bytes = FILM[..mdat].to_vec();
    bytes.extend(16_u32.to_be_bytes());
    bytes.extend(b"mdat12345678");
    assert!(matches!(inspect_bytes(&bytes), Err(MediaError::Truncated)));
}

#[test]
fn messages_are_sentences() {
    let errors = [
        MediaError::Empty,
        MediaError::Truncated,
        MediaError::UnsupportedCodec("mp4v".to_owned()),
        MediaError::Stills,
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.starts_with("The ") && text.ends_with('.'), "{text}");
    }
}

#[test]
fn foreign_films_are_understood() {
    let h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "10"];
    let (_one, path) = foreign(&h264);
    let facts = inspect(&path).expect("sound");
    assert_eq!(
        (
            facts.width,
            facts.height,
            facts.duration_ms,
            facts.fast_start,
            facts.has_audio
        ),
        (160, 90, 2_000, false, false)
    );
    let pictures = stills(&path, &facts).expect("readable").expect("decodable");
    assert_eq!(pictures.strip_frames, 5);

    let audio = [
        "-f",
        "lavfi",
        "-i",
        "sine=duration=2",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-movflags",
        "+faststart",
    ];
    let (_two, path) = foreign(&audio);
    let facts = inspect(&path).expect("sound");
    assert!(facts.fast_start && facts.has_audio);

    let fragmented = [
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "10",
        "-movflags",
        "frag_keyframe+empty_moov+default_base_moof",
    ];
    let (_three, path) = foreign(&fragmented);
    let facts = inspect(&path).expect("sound");
    assert_eq!(
        (facts.width, facts.duration_ms, facts.fast_start),
        (160, 2_000, true)
    );
    assert_eq!(
        stills(&path, &facts)
            .expect("readable")
            .expect("decodable")
            .strip_frames,
        5
    );
    let bytes = fs::read(&path).expect("the film is there");
    assert!(inspect_bytes(&bytes[..bytes.len() / 2]).is_err());
}

#[test]
fn codecs_that_cannot_be_decoded_give_no_stills_and_unknown_ones_an_error() {
    for (encoder, codec) in [("libx265", Codec::Hevc), ("libvpx-vp9", Codec::Vp9)] {
        let (_folder, path) = foreign(&["-c:v", encoder, "-pix_fmt", "yuv420p"]);
        let facts = inspect(&path).expect("sound");
        assert_eq!(facts.codec, codec);
        assert!(stills(&path, &facts).expect("readable").is_none());
    }
    let (_folder, path) = foreign(&["-c:v", "mpeg4"]);
    assert!(matches!(inspect(&path), Err(MediaError::UnsupportedCodec(name)) if name == "mp4v"));
    let (_folder, path) = foreign(&["-c:v", "libx264", "-pix_fmt", "yuv444p"]);
    let facts = inspect(&path).expect("sound");
    assert!(
        stills(&path, &facts).expect("readable").is_none(),
        "the decoder does 4:2:0 only"
    );
}

/// Width and height from a JPEG's frame header.
fn jpeg_size(bytes: &[u8]) -> (u16, u16) {
    assert!(bytes.starts_with(&[0xff, 0xd8]) && bytes.ends_with(&[0xff, 0xd9]));
    let header = bytes
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .expect("a baseline frame header");
    let side = |at: usize| u16::from_be_bytes([bytes[header + at], bytes[header + at + 1]]);
    (side(7), side(5))
}

#[test]
fn stills_have_the_promised_sizes() {
    let (_folder, path) = file("film.mp4", &FILM);
    let facts = inspect(&path).expect("the film is sound");
    let pictures = stills(&path, &facts).expect("readable").expect("decodable");
    assert_eq!(pictures.strip_frames, 3, "one for each key frame");
    assert_eq!(jpeg_size(&pictures.poster_jpeg), (128, 72), "never enlarged");
    assert_eq!(jpeg_size(&pictures.strip_jpeg), (3 * 128, 72));
}

#[test]
fn large_films_are_scaled_down() {
    let (_folder, path) = foreign(&[
        "-vf",
        "scale=1920:1080",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "5",
        "-frames:v",
        "45",
    ]);
    let facts = inspect(&path).expect("sound");
    let pictures = stills(&path, &facts).expect("readable").expect("decodable");
    assert_eq!(jpeg_size(&pictures.poster_jpeg), (1280, 720));
    assert_eq!(jpeg_size(&pictures.tile_jpeg), (480, 270));
    assert_eq!(
        (jpeg_size(&pictures.strip_jpeg), pictures.strip_frames),
        ((8 * 320, 180), 8)
    );
}

/// A small generator, for the same changes in every run.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).expect("31 bits")
}

#[test]
fn flipped_bytes_never_panic() {
    let (_folder, path) = file("film.mp4", &FILM);
    let index = FILM
        .windows(4)
        .position(|window| window == b"mdat")
        .expect("an mdat")
        + 4;
    let mut state = 42;
    for round in 0..1_500 {
        let mut bytes = FILM.clone();
        // Most changes go where they hurt: into the index.
        let room = if round % 4 == 0 { bytes.len() } else { index };
        for _ in 0..=next(&mut state) % 6 {
            let at = next(&mut state) % room;
            bytes[at] = match next(&mut state) % 4 {
                0 => 0xff,
                1 => 0,
                _ => u8::try_from(next(&mut state) % 256).expect("a byte"),
            };
        }
        fs::write(&path, &bytes).expect("the file is written");
        if let Ok(facts) = inspect(&path)
            && round % 15 == 0
        {
            drop(stills(&path, &facts));
        }
    }
}

#[test]
fn an_index_that_claims_the_moon_is_refused_quickly() {
    let stsz = FILM
        .windows(4)
        .position(|window| window == b"stsz")
        .expect("an stsz")
        + 4;
    let mut bytes = FILM.clone();
    // Four billion samples of one byte each.
    bytes[stsz + 4..stsz + 8].copy_from_slice(&1_u32.to_be_bytes());
    bytes[stsz + 8..stsz + 12].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(inspect_bytes(&bytes).is_err());
}

#[test]
fn the_last_frame_is_the_one_that_players_end_with() {
    // With frames that are shown in another order than they are decoded, and with key frames along the way.
    for more in [&["-bf", "3", "-g", "250"][..], &["-bf", "0", "-g", "10"][..]] {
        let (folder, path) =
            foreign(&[&["-c:v", "libx264", "-crf", "12", "-pix_fmt", "yuv420p"], more].concat());
        let png = folder.path().join("last.png");
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-i"])
            .arg(&path)
            .args(["-vf", "select=eq(n\\,49)", "-frames:v", "1"])
            .arg(&png)
            .status();
        assert!(
            made.is_ok_and(|made| made.success()),
            "ffmpeg takes the fiftieth frame"
        );
        let expected = image::open(&png).expect("a picture").to_rgb8();
        let frame = last_frame(&mut File::open(&path).expect("there")).expect("sound");
        let frame = frame.expect("it can be decoded");
        assert_eq!(frame.dimensions(), (160, 90));
        let off: u64 = frame
            .iter()
            .zip(expected.iter())
            .map(|(is, should)| u64::from(is.abs_diff(*should)))
            .sum();
        let mean = off / (160 * 90 * 3);
        assert!(mean <= 4, "off by {mean} of 255 on average, with {more:?}");
    }
}

#[test]
fn a_last_frame_of_damaged_pictures_is_an_answer_and_no_panic() {
    let media = FILM.windows(4).position(|four| four == b"mdat").expect("a film") + 4;
    for broken in [&[0_u8; 64][..], &[0xff; 64], b"\0\0\0\x08\x65abcdefg"] {
        let mut bytes = FILM.clone();
        let end = bytes.len();
        for start in [media, media + (end - media) / 2, end - 64] {
            bytes[start..start + broken.len()].copy_from_slice(broken);
        }
        let (_folder, path) = file("film.mp4", &bytes);
        let _ = last_frame(&mut File::open(&path).expect("there"));
    }
}
