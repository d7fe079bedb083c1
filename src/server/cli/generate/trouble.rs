//! What goes wrong for somebody at a terminal: a sentence, a code for scripts, and what the program ends with.

use std::process::ExitCode;

/// What the program ends with when there is no video. The help of the command lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The video failed, was blocked or was cancelled.
    NotMade = 1,
    /// Something has to be asked differently.
    Wrong = 2,
    /// It costs too much.
    Money = 3,
    /// There is no key, or it is refused.
    Key = 4,
    /// The server cannot be reached, or does not answer as it should.
    Server = 5,
    /// Ctrl-C, as shells count it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why there is no video.
#[derive(Debug)]
pub struct Trouble {
    pub exit: Exit,
    /// For scripts: a word of the API, or one of the command's own.
    pub code: String,
    /// For people: whole sentences.
    pub message: String,
    /// The field that it belongs to, if any.
    pub param: Option<String>,
}

impl Trouble {
    pub fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code: code.into(),
            message: message.into(),
            param: None,
        }
    }

    /// With the field that it belongs to.
    pub fn at(self, param: &str) -> Self {
        Self {
            param: Some(param.into()),
            ..self
        }
    }
}

/// Words of others as one line without control characters: a terminal obeys those.
pub fn plain(words: &str) -> String {
    words
        .chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign })
        .collect()
}
