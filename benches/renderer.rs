//! How fast the built-in renderer is, per family and in total, on one core: frames a second, times real time, and the
//! whole time as a ratio to the encoder alone on the same frames.
//!
//! `cargo bench --bench renderer -- [width height seconds]`

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use aisora::server::providers::builtin::render::{FRAME_RATE, RenderSpec, draw_only, encode_only, render};

const PROMPTS: [(&str, &str); 10] = [
    ("sea", "waves rolling onto a quiet coast at sunset"),
    ("fire", "embers of a campfire rising into the dark"),
    ("city", "neon city street at midnight, people walking home"),
    ("forest", "a misty pine forest in the early morning"),
    ("aurora", "northern lights over a frozen lake"),
    ("desert", "endless desert dunes at dusk"),
    ("snow", "snow on high mountain peaks at dawn"),
    ("rain", "rain on the window, a lonely evening"),
    ("space", "a nebula drifting through deep space"),
    ("silk", "an idea that has no words yet"),
];

const RUNS: u32 = 3;

/// The least of a few runs: what the machine can do when nothing else runs.
fn best(runs: u32, mut run: impl FnMut()) -> Duration {
    let clock = Clock::new();
    (0..runs)
        .map(|_| {
            let start = clock.now();
            run();
            clock.now().saturating_sub(start)
        })
        .min()
        .unwrap_or_default()
}

/// The processor time of this thread where Linux tells it, so that other programs do not count; else the wall clock.
struct Clock(Instant);

impl Clock {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn now(&self) -> Duration {
        let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let spent = spent.and_then(|line| line.split_whitespace().next()?.parse().ok());
        spent.map_or_else(|| self.0.elapsed(), Duration::from_nanos)
    }
}

fn main() {
    let numbers: Vec<u32> = std::env::args()
        .skip(1)
        .filter_map(|arg| arg.parse().ok())
        .collect();
    let (width, height, seconds) = match numbers[..] {
        [width, height, seconds] => (width, height, seconds),
        _ => (1280, 720, 4),
    };
    let out = std::env::temp_dir().join(format!("renderer-bench-{}.mp4", std::process::id()));
    println!("{width}x{height}, {seconds} s, one thread");
    println!(
        "{:8} {:>8} {:>10} {:>9} {:>9} {:>9} {:>7} {:>8}",
        "family", "fps", "real time", "all ms", "draw ms", "code ms", "ratio", "kbit/s"
    );
    let (mut all, mut alone) = (Duration::ZERO, Duration::ZERO);
    let frames = f64::from(seconds * FRAME_RATE);
    for (family, prompt) in PROMPTS {
        let spec = RenderSpec {
            prompt: prompt.to_owned(),
            seed: 1,
            width,
            height,
            seconds,
            caption: true,
        };
        let kept = draw_only(&spec, true).expect("the spec is within the limits");
        let draw = best(RUNS, || {
            drop(draw_only(&spec, false).expect("the spec is within the limits"));
        });
        let mut bytes = 0;
        let code = best(RUNS, || {
            bytes = encode_only(&spec, &kept).expect("the frames encode");
        });
        let whole = best(RUNS, || {
            render(&spec, &out, &mut |_, _| ControlFlow::Continue(())).expect("the film renders");
        });
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0 / frames;
        let fps = frames / whole.as_secs_f64();
        println!(
            "{family:8} {fps:8.1} {:9.2}x {:9.2} {:9.2} {:9.2} {:7.2} {:8}",
            fps / f64::from(FRAME_RATE),
            ms(whole),
            ms(draw),
            ms(code),
            whole.as_secs_f64() / code.as_secs_f64(),
            bytes * 8 / 1_000 / usize::try_from(seconds).expect("few seconds"),
        );
        all += whole;
        alone += code;
    }
    let fps = frames * f64::from(u32::try_from(PROMPTS.len()).expect("few")) / all.as_secs_f64();
    let ratio = all.as_secs_f64() / alone.as_secs_f64();
    println!(
        "{:8} {fps:8.1} {:9.2}x {:>9} {:>9} {:>9} {ratio:7.2}",
        "total",
        fps / f64::from(FRAME_RATE),
        "",
        "",
        ""
    );
    // The scratch film is of no more use; a leftover does no harm.
    drop(std::fs::remove_file(&out));
}
