//! `aisora generate`: a program like any other. It asks a running server over `/v1`, with a key, and needs neither the
//! database nor a configuration.

mod meter;
mod server;
mod target;
mod trouble;
mod work;

use crate::server::{
    config::providers::Secret,
    generation::pictures::{FIELD as INPUT_REFERENCE, FILE_MAX},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use serde_json::{Value, json};
use server::Server;
use std::{fmt::Write as _, io::Write as _, path::PathBuf, process::ExitCode};
use trouble::{Exit, Trouble};
use work::Work;

/// Where a server is usually found.
const USUAL_SERVER: &str = "http://127.0.0.1:3000";

const HELP: &str = "\
The key comes from --key or, better, from AISORA_API_KEY, which the list of processes does not show. Make one at \
/account/keys or with `aisora key create`. The price is told and agreed to before anything starts. Ctrl-C leaves the work \
running; `--resume` goes on with it.

On stdout: the name of the file, or with --json one object with id, status, credits, file, seconds_taken and, when it did \
not work out, error (code, message, param).

Exit codes:
  0    the video is in the file
  1    the video failed, was blocked or was cancelled; nothing was charged
  2    wrong use, a field that does not fit, a file in the way, or nobody agreed to the price
  3    more than --max-credits, too few credits, or the key's cap for the month
  4    there is no key, or it is refused
  5    the server cannot be reached, or does not answer as it should
  130  Ctrl-C";

/// What to make, where, and for how much.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Generate {
    /// What should be seen
    #[arg(required_unless_present = "resume")]
    prompt: Option<String>,
    /// The model's id [default: the server's first]
    #[arg(long, value_name = "M")]
    model: Option<String>,
    /// Width and height in pixels, like 1280x720 [default: the model's first]
    #[arg(long)]
    size: Option<String>,
    /// The length [default: the model's]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seconds: Option<String>,
    /// The same seed makes the same video, where the model can [default: any]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<String>,
    /// Write the prompt into the picture, where the model can
    #[arg(long)]
    caption: bool,
    /// A picture that the video starts from, where the model can: JPEG, PNG or WebP
    #[arg(long, value_name = "FILE")]
    input_reference: Option<PathBuf>,
    /// A file, or a folder to put it into [default: as the server names it, here]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    /// Where the server is [default: `$AISORA_SERVER`, else `http://127.0.0.1:3000`]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The API key [default: `$AISORA_API_KEY`]
    #[arg(long)]
    key: Option<Secret>,
    /// Do not start what costs more
    #[arg(long, value_name = "N")]
    max_credits: Option<u32>,
    /// Do not ask before credits are spent
    #[arg(short, long)]
    yes: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Wait for a video that was started before, and fetch it
    #[arg(long, value_name = "ID",
        conflicts_with_all = ["prompt", "model", "size", "seconds", "seed", "caption", "input_reference", "max_credits"])]
    resume: Option<String>,
}

impl Generate {
    /// The server that is meant, with the key for it.
    fn server(&self) -> Result<Server, Trouble> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let address = self.server.clone().or_else(|| set("AISORA_SERVER"));
        let key = self
            .key
            .clone()
            .or_else(|| set("AISORA_API_KEY").map(Secret::from));
        Server::new(
            address.as_deref().unwrap_or(USUAL_SERVER),
            key.unwrap_or_default(),
        )
    }

    /// The fields of a request: what is left out is for the server to choose.
    fn fields(&self) -> Value {
        let mut fields = json!({ "prompt": self.prompt, "caption": self.caption });
        let given = [
            ("model", &self.model),
            ("size", &self.size),
            ("seconds", &self.seconds),
            ("seed", &self.seed),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                fields[name] = json!(value);
            }
        }
        fields
    }

    /// The picture inside an address, as the API takes it.
    fn picture(&self) -> Result<Option<Value>, Trouble> {
        let Some(file) = &self.input_reference else {
            return Ok(None);
        };
        let wrong = |message: String| Trouble::new(Exit::Wrong, "picture", message).at(INPUT_REFERENCE);
        let bytes = std::fs::read(file)
            .map_err(|error| wrong(format!("{} cannot be read: {error}.", file.display())))?;
        if bytes.len() > FILE_MAX {
            return Err(wrong(format!("{} is larger than 20 MB.", file.display())));
        }
        // What it is, the server sees by its bytes.
        let text = STANDARD.encode(bytes);
        Ok(Some(
            json!({ "image_url": format!("data:application/octet-stream;base64,{text}") }),
        ))
    }

    /// The command that goes on with a video. The key is never part of it.
    fn resume_command(&self, id: &str) -> String {
        let mut command = format!("aisora generate --resume {}", quoted(id));
        if let Some(output) = &self.output {
            let _ = write!(command, " -o {}", quoted(&output.display().to_string()));
        }
        if let Some(server) = &self.server {
            let _ = write!(command, " --server {}", quoted(server));
        }
        command
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:".contains(sign);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Makes a video, or goes on with one, until it is in a file, does not work out, or Ctrl-C is pressed.
pub async fn run(wish: &Generate) -> ExitCode {
    let mut work = Work::new(wish);
    let outcome = tokio::select! {
        outcome = work.run() => Some(outcome),
        _ = tokio::signal::ctrl_c() => None,
    };
    work.meter.clear();
    let outcome = outcome.unwrap_or_else(|| Err(interrupted(&work)));
    tell(wish, &work, &outcome);
    match outcome {
        Ok(_) => ExitCode::SUCCESS,
        Err(trouble) => trouble.exit.into(),
    }
}

fn interrupted(work: &Work) -> Trouble {
    let message = match (&work.video, work.ordered) {
        (Some(_), _) => "Stopped waiting; the work goes on.",
        (None, true) => "Stopped in the middle of starting: look into your library whether it goes on.",
        (None, false) => "Stopped before anything was started.",
    };
    Trouble::new(Exit::Interrupted, "interrupted", message)
}

/// The outcome, for people on stderr and for scripts on stdout. A closed pipe changes nothing.
fn tell(wish: &Generate, work: &Work, outcome: &Result<PathBuf, Trouble>) {
    if wish.json {
        let _ = writeln!(std::io::stdout(), "{}", object(work, outcome));
    }
    match outcome {
        Ok(file) if !wish.json => {
            let _ = writeln!(std::io::stdout(), "{}", file.display());
        }
        Ok(_) => {}
        Err(trouble) => {
            let mut words = format!("aisora: {}", trouble.message);
            // What has failed cannot be resumed; everything else is still there to be fetched.
            if let Some(video) = work.video.as_ref().filter(|_| trouble.exit != Exit::NotMade) {
                let _ = write!(words, "\nGo on with: {}", wish.resume_command(&video.id));
            }
            let _ = writeln!(std::io::stderr(), "{words}");
        }
    }
}

fn object(work: &Work, outcome: &Result<PathBuf, Trouble>) -> Value {
    let video = work.video.as_ref();
    let file = outcome.as_ref().ok().map(|file| file.display().to_string());
    let mut object = json!({
        "id": video.map(|video| &video.id),
        "status": video.map(|video| &video.status),
        "credits": video.and_then(|video| video.credits),
        "file": file,
        "seconds_taken": video.and_then(|video| video.seconds_taken),
    });
    if let Err(trouble) = outcome {
        object["error"] = json!({ "code": trouble.code, "message": trouble.message, "param": trouble.param });
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_a_shell_needs_it() {
        assert_eq!(quoted("films/boat.mp4"), "films/boat.mp4");
        assert_eq!(quoted("my boat.mp4"), "'my boat.mp4'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
