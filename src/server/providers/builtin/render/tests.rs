//! The renderer as a whole, at sizes small enough for a debug build.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::*;

fn spec(prompt: &str) -> RenderSpec {
    RenderSpec {
        prompt: prompt.to_owned(),
        seed: 7,
        width: 128,
        height: 72,
        seconds: 1,
        caption: true,
    }
}

fn film(spec: &RenderSpec) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("film.mp4");
    render(spec, &path, &mut |_, _| ControlFlow::Continue(())).expect("the film renders");
    fs::read(&path).expect("the film is there")
}

/// What ffprobe says of the only stream, as `field=value` lines.
fn probe(path: &Path, fields: &str) -> String {
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-count_frames",
            "-select_streams",
            "v:0",
            "-of",
            "default=nw=1",
            "-show_entries",
        ])
        .arg(format!("stream={fields}"))
        .arg(path)
        .output()
        .expect("ffprobe is on the path");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

const FAMILIES: [&str; 10] = [
    "sea",
    "campfire",
    "neon city",
    "forest",
    "aurora",
    "desert",
    "snowy mountains",
    "rain",
    "nebula in space",
    "an idea",
];

#[test]
fn the_same_spec_gives_the_same_bytes_in_every_family() {
    for prompt in FAMILIES {
        assert!(film(&spec(prompt)) == film(&spec(prompt)), "{prompt}");
    }
}

#[test]
fn prompt_seed_and_caption_each_change_the_film() {
    let base = spec("waves at dusk");
    let others = [
        RenderSpec {
            prompt: "waves at dawn".to_owned(),
            ..base.clone()
        },
        RenderSpec {
            prompt: "waves at dusk!".to_owned(),
            ..base.clone()
        },
        RenderSpec {
            seed: 8,
            ..base.clone()
        },
        RenderSpec {
            caption: false,
            ..base.clone()
        },
    ];
    let bytes = film(&base);
    for other in others {
        assert!(bytes != film(&other), "{other:?}");
    }
}

#[test]
fn ffprobe_and_ffmpeg_agree_with_the_spec() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("film.mp4");
    for (width, height, seconds) in [(128, 72, 2), (72, 128, 1), (96, 96, 1), (66, 130, 1), (64, 64, 1)] {
        let spec = RenderSpec {
            width,
            height,
            seconds,
            ..spec("rain over the sea")
        };
        render(&spec, &path, &mut |_, _| ControlFlow::Continue(())).expect("the film renders");
        let said = probe(
            &path,
            "codec_name,width,height,pix_fmt,avg_frame_rate,nb_read_frames,color_space,color_range,duration",
        );
        let frames = seconds * FRAME_RATE;
        let expected = format!(
            "codec_name=h264\nwidth={width}\nheight={height}\npix_fmt=yuv420p\ncolor_range=tv\ncolor_space=bt709\n\
             avg_frame_rate=24/1\nduration={seconds}.000000\nnb_read_frames={frames}"
        );
        assert_eq!(said, expected);
        let decoded = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-i"])
            .arg(&path)
            .args(["-f", "null", "-"])
            .output();
        let decoded = decoded.expect("ffmpeg is on the path");
        assert!(
            decoded.status.success() && decoded.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&decoded.stderr)
        );
    }
}

#[test]
fn the_index_stands_before_the_pictures() {
    let bytes = film(&spec("forest"));
    let place = |kind: &[u8]| bytes.windows(4).position(|window| window == kind);
    assert!(place(b"moov") < place(b"mdat"));
}

/// The slow check of the sizes people choose; everything about them but the picture count is as above. In a process of
/// its own, because the peak of this one is that of all the tests.
#[test]
fn every_offered_size_renders_and_encodes_in_little_memory() {
    const ALONE: &str = "AISORA_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let (_, module) = module_path!().split_once("::").expect("inside the crate");
        let name = format!("{module}::every_offered_size_renders_and_encodes_in_little_memory");
        let program = std::env::current_exe().expect("this program");
        let alone = Command::new(program)
            .args(["--exact", &name])
            .env(ALONE, "1")
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&alone.stdout).into_owned();
        assert!(alone.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    for (width, height) in [(1280, 720), (720, 1280), (1024, 1024), (1920, 1080)] {
        let mut reel = Reel::new(&RenderSpec {
            width,
            height,
            ..spec("city in the rain")
        })
        .expect("the size is offered");
        let frame = reel.frame(0);
        assert_eq!(frame.y.len(), (width * height) as usize);
        assert!(
            frame.y.iter().all(|&level| (16..=235).contains(&level)),
            "limited range"
        );
        let size = frame.size;
        let mut packet = Vec::new();
        let mut coder = film::Coder::new(24).expect("an encoder");
        let key = coder.encode((&frame.y, &frame.u, &frame.v), size, 0, &mut packet);
        assert!(key.expect("the frame encodes") && !packet.is_empty());
    }
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells the peak");
    let peak = status.lines().find_map(|line| {
        line.strip_prefix("VmHWM:")?
            .trim()
            .strip_suffix(" kB")?
            .parse::<u64>()
            .ok()
    });
    assert!(peak.expect("a peak") < 200_000, "{peak:?} kB");
}

#[test]
fn breaking_cancels_at_the_next_frame() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut calls = Vec::new();
    let result = render(
        &spec("sea"),
        &folder.path().join("film.mp4"),
        &mut |done, total| {
            calls.push((done, total));
            if done == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    assert!(matches!(result, Err(RenderError::Cancelled)));
    assert_eq!(calls, [(1, 24), (2, 24), (3, 24)]);
}

#[test]
fn no_prompt_panics() {
    let long = "a very long prompt ".repeat(1_700);
    let prompts = [
        "",
        " ",
        "\u{0}\u{1}\u{7f}\n\t",
        "🌊🔥🏙️👩‍👩‍👧",
        "مدينة تحت المطر",
        "e\u{301}\u{301}\u{301}\u{489}",
        "\u{202e}abc\u{2066}",
        "\u{fffd}\u{ffff}",
        &long,
    ];
    for prompt in prompts {
        let mut reel = Reel::new(&spec(prompt)).expect("any prompt renders");
        for index in [0, 1, 23] {
            reel.frame(index);
        }
    }
}

#[test]
fn sizes_and_lengths_outside_the_limits_are_refused() {
    for (width, height, seconds) in [
        (127, 72, 1),
        (62, 72, 1),
        (1922, 72, 1),
        (128, 0, 1),
        (128, 72, 0),
        (128, 72, 21),
    ] {
        let result = Reel::new(&RenderSpec {
            width,
            height,
            seconds,
            ..spec("sea")
        });
        assert!(
            matches!(result, Err(RenderError::Unsupported(_))),
            "{width}x{height} {seconds} s"
        );
    }
}

#[test]
fn an_unwritable_place_is_an_io_error() {
    let result = render(&spec("sea"), Path::new("/nonexistent/film.mp4"), &mut |_, _| {
        ControlFlow::Continue(())
    });
    assert!(matches!(result, Err(RenderError::Io(_))));
}

/// The forest leaves out most of what nearer trees hide, and its trees move most.
#[test]
fn nothing_is_shown_that_was_not_painted() {
    let spec = RenderSpec {
        width: 1280,
        height: 720,
        seed: 1,
        caption: false,
        ..spec("storm in the forest")
    };
    let mut reel = Reel::new(&spec).expect("renders");
    for index in 0..18 {
        let frame = reel.frame(index);
        // Samples that no shader has set are zero, and no colour has so little chroma.
        let chroma = frame.u.iter().chain(&frame.v).min();
        assert!(chroma >= Some(&16), "frame {index}: {chroma:?}");
    }
}

#[test]
fn families_look_different() {
    let pictures: Vec<Vec<u8>> = FAMILIES
        .iter()
        .map(|prompt| {
            let mut reel = Reel::new(&RenderSpec {
                caption: false,
                ..spec(prompt)
            })
            .expect("renders");
            reel.frame(12).y.clone()
        })
        .collect();
    for (index, one) in pictures.iter().enumerate() {
        for other in &pictures[index + 1..] {
            let gap: u64 = one
                .iter()
                .zip(other)
                .map(|(&a, &b)| u64::from(a.abs_diff(b)))
                .sum();
            assert!(gap / one.len() as u64 >= 6, "two families differ by only {gap}");
        }
    }
}

/// The decoded frames of a film.
fn decoded(path: &Path) -> Vec<Vec<u8>> {
    use crate::server::media::Copied;
    use openh264::formats::YUVSource as _;
    let mut film = Copied::open(path).expect("a film").expect("of ours");
    let mut decoder = openh264::decoder::Decoder::new().expect("a decoder");
    let mut frames = Vec::new();
    while let Some((picture, _)) = film.next_picture().expect("a picture") {
        let frame = decoder.decode(&picture).expect("it decodes").expect("a frame");
        let (width, height) = frame.dimensions();
        let (stride, _, _) = frame.strides();
        let rows = frame.y().chunks(stride).take(height);
        frames.push(rows.flat_map(|row| row[..width].to_vec()).collect());
    }
    frames
}

/// Renders a film, and another one that goes on from it with other words or the same.
fn extended(prompt: &str, then: &str, seconds: (u32, u32)) -> [Vec<Vec<u8>>; 2] {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let [one, two] = ["one.mp4", "two.mp4"].map(|name| folder.path().join(name));
    let first = RenderSpec {
        seconds: seconds.0,
        ..spec(prompt)
    };
    let on = |_, _| ControlFlow::Continue(());
    render(&first, &one, &mut { on }).expect("the film renders");
    let more = RenderSpec {
        prompt: then.to_owned(),
        seconds: seconds.1,
        ..first
    };
    let start = Start {
        film: one.clone(),
        prompt: prompt.to_owned(),
        seconds: seconds.0,
    };
    let mut told = Vec::new();
    extend(&more, &start, &two, &mut |done, total| {
        told.push((done, total));
        ControlFlow::Continue(())
    })
    .expect("it goes on");
    let frames = seconds.1 * FRAME_RATE;
    assert_eq!(
        told.last(),
        Some(&(frames, frames)),
        "only what is added is counted"
    );
    let said = probe(&two, "nb_read_frames,duration,avg_frame_rate");
    let total = seconds.0 + seconds.1;
    let expected = format!(
        "avg_frame_rate=24/1\nduration={total}.000000\nnb_read_frames={}",
        total * FRAME_RATE
    );
    assert_eq!(said, expected);
    [decoded(&one), decoded(&two)]
}

/// How far apart two frames are, on average.
fn gap(one: &[u8], other: &[u8]) -> u64 {
    let sum: u64 = one
        .iter()
        .zip(other)
        .map(|(&a, &b)| u64::from(a.abs_diff(b)))
        .sum();
    sum / one.len() as u64
}

#[test]
fn an_extension_begins_with_every_frame_of_the_original_and_goes_on_moving() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for prompt in FAMILIES {
        let [original, longer] = extended(prompt, prompt, (2, 1));
        assert!(
            original == longer[..original.len()],
            "{prompt}: the original is in it as it is"
        );
        // Key frames come every two seconds, so that a film of that length in one go is the very same.
        let path = folder.path().join("whole.mp4");
        let whole = RenderSpec {
            seconds: 3,
            ..spec(prompt)
        };
        render(&whole, &path, &mut |_, _| ControlFlow::Continue(())).expect("the film renders");
        assert!(
            decoded(&path) == longer,
            "{prompt}: as if it had been drawn in one go"
        );
    }
}

#[test]
fn other_words_cross_over_to_their_scene_at_the_seam() {
    let [original, longer] = extended("waves at noon", "a campfire at night", (1, 2));
    assert!(original == longer[..24]);
    let step = |at: usize| gap(&longer[at - 1], &longer[at]);
    let jump = gap(&longer[23], &longer[47]);
    assert!(jump > 20, "it ends up elsewhere: {jump}");
    let steps: Vec<_> = (24..48).map(step).collect();
    assert!(steps.iter().all(|step| *step < jump / 4), "no cut: {steps:?}");
    // What comes after the seam can be gone on from as well, and then nothing crosses over.
    let [_, again] = extended("a campfire at night", "a campfire at night", (1, 1));
    assert_eq!(again.len(), 48);
}

#[test]
fn nothing_goes_on_from_a_film_that_is_not_ours() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let [mine, theirs, out] = ["mine.mp4", "theirs.mp4", "out.mp4"].map(|name| folder.path().join(name));
    render(&spec("sea"), &mine, &mut |_, _| ControlFlow::Continue(())).expect("the film renders");
    let made = Command::new("ffmpeg")
        .args([
            "-y",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=128x72:rate=24:duration=1",
        ])
        .args(["-c:v", "libx264", "-pix_fmt", "yuv420p"])
        .arg(&theirs)
        .status();
    assert!(made.is_ok_and(|made| made.success()), "ffmpeg makes a film");
    let longer = RenderSpec {
        width: 72,
        height: 128,
        ..spec("sea")
    };
    for (film, seconds, spec) in [
        (&theirs, 1, spec("sea")),
        (&mine, 2, spec("sea")),
        (&mine, 1, longer),
    ] {
        let start = Start {
            film: film.clone(),
            prompt: "sea".into(),
            seconds,
        };
        let result = extend(&spec, &start, &out, &mut |_, _| ControlFlow::Continue(()));
        assert!(matches!(result, Err(RenderError::Unsupported(_))), "{result:?}");
    }
}
