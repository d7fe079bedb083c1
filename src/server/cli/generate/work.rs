//! The way from a prompt to a file: price, consent, order, wait, fetch.

use super::{
    Generate,
    meter::{Meter, clock},
    server::{Quote, Server, Video},
    target::Target,
    trouble::{Exit, Trouble},
};
use crate::{model::credits::Credits, server::generation::pictures::FIELD as INPUT_REFERENCE};
use serde_json::json;
use std::{
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How often the line is drawn while nothing new is known.
const TICK: Duration = Duration::from_secs(1);

/// What has been reached; it outlives being stopped.
pub struct Work<'a> {
    wish: &'a Generate,
    pub meter: Meter,
    /// An order was sent, whatever has become of it.
    pub ordered: bool,
    /// As it was seen last.
    pub video: Option<Video>,
}

impl<'a> Work<'a> {
    pub fn new(wish: &'a Generate) -> Self {
        Self {
            wish,
            meter: Meter::new(),
            ordered: false,
            video: None,
        }
    }

    /// Does what was wished for. The file's name, once the video is in it.
    pub async fn run(&mut self) -> Result<PathBuf, Trouble> {
        let mut server = self.wish.server()?;
        let target = Target::find(self.wish.output.as_deref(), self.wish.force)?;
        let video = match &self.wish.resume {
            Some(id) => server.video(id).await?,
            None => self.order(&mut server).await?,
        };
        let id = video.id.clone();
        self.video = Some(video);
        self.wait(&mut server, &id).await?;
        let part = target.part()?;
        let names = self.hear(server.away(), server.names(&id)).await?;
        server.fetch(&id, part.path()).await?;
        let file = target.keep(part, &names)?;
        self.say_ready();
        Ok(file)
    }

    /// Starts a video whose price was agreed to.
    async fn order(&mut self, server: &mut Server) -> Result<Video, Trouble> {
        let mut fields = self.wish.fields();
        let picture = self.wish.picture()?;
        let quote = server.quote(&fields).await?;
        affordable(&quote, self.wish.max_credits)?;
        if !self.wish.yes {
            agree(&quote).await?;
        }
        // Nobody pays more than what was agreed to, whatever has happened to the price since.
        fields["max_credits"] = json!(quote.credits);
        if let Some(picture) = picture {
            fields[INPUT_REFERENCE] = picture;
        }
        self.ordered = true;
        self.meter.begin(quote.usual);
        let name = format!("{:032x}", rand::random::<u128>());
        let video = self.hear(server.away(), server.create(&fields, &name)).await?;
        let held = Credits(quote.credits).in_words();
        self.meter.say(&format!("Started {}, {held} on hold.", video.id));
        Ok(video)
    }

    /// Until the video is there to be fetched.
    async fn wait(&mut self, server: &mut Server, id: &str) -> Result<(), Trouble> {
        while let Some(video) = &self.video {
            self.meter.show(video);
            match video.status.as_str() {
                "completed" => break,
                "failed" => return Err(not_made(video)),
                _ => {}
            }
            let again = Instant::now() + video.pause;
            while let Some(left) = again.checked_duration_since(Instant::now()) {
                self.meter.show(video);
                tokio::time::sleep(left.min(TICK)).await;
            }
            let seen = self.hear(server.away(), server.video(id)).await;
            self.video = Some(seen.map_err(or_deleted)?);
        }
        Ok(())
    }

    /// Waits for an answer. The line goes on meanwhile, and says so when the server is away.
    async fn hear<T>(&mut self, mut away: watch::Receiver<bool>, answer: impl Future<Output = T>) -> T {
        tokio::pin!(answer);
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return answer,
                _ = tokio::time::timeout(TICK, away.changed()) => {}
            }
            match &self.video {
                _ if *away.borrow_and_update() => self.meter.show_away(),
                Some(video) => self.meter.show(video),
                None => {}
            }
        }
    }

    fn say_ready(&mut self) {
        let Some(video) = &self.video else { return };
        let seconds = video
            .seconds_taken
            .and_then(|seconds| u64::try_from(seconds).ok());
        let after = seconds.map(|seconds| format!(" after {}", clock(Duration::from_secs(seconds))));
        let credits = video
            .credits
            .map(|credits| format!(", {} charged", Credits(credits).in_words()));
        let line = format!(
            "Ready{}{}.",
            after.unwrap_or_default(),
            credits.unwrap_or_default()
        );
        self.meter.say(&line);
    }
}

/// Whether it may cost that much and there is that much.
fn affordable(quote: &Quote, most: Option<u32>) -> Result<(), Trouble> {
    let price = Credits(quote.credits).in_words();
    if most.is_some_and(|most| quote.credits > i64::from(most)) {
        let message = format!("It costs {price}, which is more than --max-credits. Nothing was started.");
        return Err(Trouble::new(Exit::Money, "too_expensive", message).at("max_credits"));
    }
    if let Some(available) = quote.available.filter(|available| *available < quote.credits) {
        let message = format!(
            "It costs {price}, and there are {} to spend. Nothing was started.",
            Credits(available).in_words()
        );
        return Err(Trouble::new(Exit::Money, "insufficient_credits", message));
    }
    Ok(())
}

/// Asks whoever sits at the terminal.
async fn agree(quote: &Quote) -> Result<(), Trouble> {
    let price = Credits(quote.credits).in_words();
    if !std::io::stdin().is_terminal() {
        let message = format!("It costs {price}, and there is no terminal to ask on. Say --yes to agree.");
        return Err(Trouble::new(Exit::Wrong, "not_agreed", message).at("yes"));
    }
    let usual = quote
        .usual
        .map(|usual| format!(" (it usually takes {})", clock(usual)));
    let usual = usual.unwrap_or_default();
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "Create for {price}{usual}? [y/N] ");
    let _ = stderr.flush();
    let typed = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let typed = typed.await.ok().and_then(Result::ok).unwrap_or_default();
    match typed.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Trouble::new(Exit::Wrong, "not_agreed", "Nothing was started.")),
    }
}

fn not_made(video: &Video) -> Trouble {
    let (code, message) = video.error.clone().unwrap_or_default();
    let message = format!("The video was not made. {message} Nothing was charged.");
    Trouble::new(Exit::NotMade, &code, message)
}

/// What was there a moment ago and is not there any more was deleted.
fn or_deleted(trouble: Trouble) -> Trouble {
    if trouble.code == "not_found" {
        Trouble::new(
            Exit::NotMade,
            "deleted",
            "The video was deleted before it could be fetched.",
        )
    } else {
        trouble
    }
}
