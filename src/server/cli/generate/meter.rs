//! How far it is, on stderr: a line that is drawn again and again on a terminal, a line for each new state elsewhere.

use super::server::Video;
use crate::model::generation::State;
use std::{
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// The bar, in signs.
const BAR: usize = 24;
/// The line, in signs: it is overwritten with as many, and must not wrap.
const LINE: usize = 79;
/// In place of the bar.
const AWAY: &str = "The server does not answer; trying again…";

/// What is shown of the work.
pub struct Meter {
    is_terminal: bool,
    began: Instant,
    /// How long such a video usually takes.
    usual: Option<Duration>,
    said: &'static str,
}

impl Meter {
    /// A meter that runs from now on.
    pub fn new() -> Self {
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            began: Instant::now(),
            usual: None,
            said: "",
        }
    }

    /// Runs anew: the work begins now.
    pub fn begin(&mut self, usual: Option<Duration>) {
        self.began = Instant::now();
        self.usual = usual;
    }

    /// Says something that stays.
    pub fn say(&mut self, line: &str) {
        self.clear();
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    /// Shows how far a video is.
    pub fn show(&mut self, video: &Video) {
        let words = in_words(&video.status);
        let line = line(words, video.progress, self.began.elapsed(), self.usual);
        self.draw(words, &line);
    }

    /// Shows that nobody answers just now.
    pub fn show_away(&mut self) {
        self.draw(AWAY, &format!("{AWAY}  {}", clock(self.began.elapsed())));
    }

    fn draw(&mut self, words: &'static str, line: &str) {
        if self.is_terminal {
            let mut stderr = std::io::stderr();
            let _ = write!(stderr, "\r{line:<LINE$}");
            let _ = stderr.flush();
        } else if self.said != words {
            let _ = writeln!(std::io::stderr(), "{words}");
        }
        self.said = words;
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.is_terminal && !self.said.is_empty() {
            let _ = write!(std::io::stderr(), "\r{:LINE$}\r", "");
        }
        self.said = "";
    }
}

fn in_words(status: &str) -> &'static str {
    match status {
        "queued" => State::Queued.in_words(),
        "completed" => "Fetching the video",
        _ => State::Running.in_words(),
    }
}

/// `Rendering        [#########---------------]  38 %  0:12, about 0:20 left`
fn line(words: &str, progress: i64, elapsed: Duration, usual: Option<Duration>) -> String {
    let percent = usize::try_from(progress).unwrap_or_default().min(100);
    let full = BAR * percent / 100;
    let (full, empty) = ("#".repeat(full), "-".repeat(BAR - full));
    let left = usual
        .and_then(|usual| usual.checked_sub(elapsed))
        .map(|left| format!(", about {} left", clock(left)))
        .unwrap_or_default();
    format!(
        "{words:<18} [{full}{empty}] {percent:>3} %  {}{left}",
        clock(elapsed)
    )
}

/// `1:05`
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_state_percent_time_and_what_is_left() {
        let seconds = Duration::from_secs;
        assert_eq!(
            line("Rendering", 50, seconds(65), Some(seconds(90))),
            "Rendering          [############------------]  50 %  1:05, about 0:25 left"
        );
        let over = line("Rendering", 990, seconds(100), Some(seconds(90)));
        assert!(over.ends_with("[########################] 100 %  1:40"), "{over}");
        assert!(line("Fetching the video", 100, seconds(5_999), Some(seconds(9_999))).len() <= LINE);
    }
}
