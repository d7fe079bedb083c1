//! How the live state hears from the server: the event stream, and polling with back-off while there is none.

use super::{Link, Live};
use crate::api::generation::snapshot;
use crate::browser;
use crate::model::error::Code;
use crate::model::live::LiveEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The first wait between two polls, in milliseconds.
const WAIT_FIRST: u32 = 2_000;
/// The longest wait between two polls, in milliseconds.
const WAIT_MOST: u32 = 30_000;
/// A stream that was lost has so many milliseconds to come back by itself before we ask without it.
const BACK_WITHIN: u32 = 3_000;
/// A stream that has not opened after so many milliseconds is not waited for.
const OPEN_WITHIN: u32 = 10_000;

/// What the event `reset` carries.
const RESET: &str = "{}";

/// A tab that nobody looks at gives its stream back after so many milliseconds: browsers allow six for all tabs together.
const SLEEP_AFTER: u32 = 5_000;

impl Live {
    /// Begins to listen; once for the tab.
    pub fn start(&self) {
        let started = self.inner.with_value(|inner| inner.started);
        if started {
            return;
        }
        self.inner.update_value(|inner| {
            inner.started = true;
            inner.wait = WAIT_FIRST;
        });
        let live = *self;
        browser::on_page_shown(move |shown| if shown { live.wake() } else { live.doze() });
        if !browser::is_page_shown() {
            // Opened behind another tab.
            self.fall_asleep();
        } else if self.inner.with_value(|inner| inner.seq.is_some()) {
            self.open();
        } else {
            // The stream is opened when the snapshot says where it stands.
            self.refetch();
        }
    }

    fn doze(&self) {
        let live = *self;
        let sleep = browser::after(SLEEP_AFTER, move || live.fall_asleep());
        self.inner.update_value(|inner| inner.sleep = Some(sleep));
    }

    fn fall_asleep(&self) {
        self.inner.update_value(|inner| {
            inner.asleep = true;
            inner.stream = None;
            inner.watchdog = None;
            inner.retry = None;
            inner.tick = None;
            inner.places = None;
        });
    }

    fn wake(&self) {
        let slept = self.inner.with_value(|inner| inner.asleep);
        self.inner.update_value(|inner| {
            inner.sleep = None;
            inner.asleep = false;
            inner.wait = WAIT_FIRST;
        });
        if slept {
            self.refetch();
        }
    }

    /// Fetches a fresh snapshot. Calls while one is under way are answered by one more.
    pub fn refetch(&self) {
        let busy = self.inner.with_value(|inner| inner.fetching);
        self.inner.update_value(|inner| {
            inner.fetch_again = busy;
            inner.fetching = true;
        });
        if busy {
            return;
        }
        let now = self.server_now();
        self.inner.update_value(|inner| inner.asked = now);
        let live = *self;
        spawn_local(async move {
            let answer = snapshot().await;
            live.inner.update_value(|inner| inner.fetching = false);
            match answer {
                Ok(snapshot) => {
                    live.link.set(Link::Fine);
                    let news = live.inner.with_value(|inner| inner.seq != Some(snapshot.seq));
                    if news {
                        // While something happens, polling stays quick.
                        live.inner.update_value(|inner| inner.wait = WAIT_FIRST);
                    }
                    live.adopt(snapshot);
                    let again = live.inner.with_value(|inner| inner.fetch_again);
                    if again {
                        live.refetch();
                    }
                    if live
                        .inner
                        .with_value(|inner| inner.started && !inner.asleep && inner.stream.is_none())
                    {
                        live.open();
                    }
                }
                Err(error) if error.code == Code::SignInNeeded => {
                    live.fall_asleep();
                    browser::tell_signed_out();
                }
                Err(_) => {
                    live.link.set(Link::Broken);
                    live.try_later();
                }
            }
        });
    }

    fn open(&self) {
        let live = *self;
        let seq = self.inner.with_value(|inner| inner.seq).unwrap_or_default();
        let stream = browser::open_stream(
            &format!("/events?after={seq}"),
            move |text| {
                if text == RESET {
                    live.start_afresh();
                } else if let Some(event) = browser::read::<LiveEvent>(&text) {
                    live.take(&event);
                }
            },
            move || live.opened(),
            move |given_up| live.lost(given_up),
        );
        let watchdog = browser::after(OPEN_WITHIN, move || live.poll());
        self.inner.update_value(|inner| {
            inner.stream = stream;
            inner.watchdog = Some(watchdog);
        });
    }

    /// Our place in the events is none of this server's (it was restored, or somebody else signed in): the next
    /// snapshot counts, whatever its number.
    fn start_afresh(&self) {
        self.inner.update_value(|inner| {
            inner.seq = None;
            inner.money = 0;
            inner.stream = None;
        });
        self.refetch();
    }

    fn opened(&self) {
        self.link.set(Link::Fine);
        self.inner.update_value(|inner| {
            inner.watchdog = None;
            inner.retry = None;
            inner.wait = WAIT_FIRST;
        });
    }

    /// The browser resumes a stream by itself, with the last id; when it has given up, or is at it for long, we poll.
    fn lost(&self, given_up: bool) {
        if given_up {
            self.inner.update_value(|inner| inner.stream = None);
            self.try_later();
        } else if self
            .inner
            .with_value(|inner| inner.watchdog.is_none() && inner.retry.is_none())
        {
            let live = *self;
            let watchdog = browser::after(BACK_WITHIN, move || live.poll());
            self.inner.update_value(|inner| inner.watchdog = Some(watchdog));
        }
    }

    fn try_later(&self) {
        let live = *self;
        if self.inner.with_value(|inner| inner.asleep) {
            return;
        }
        let wait = self.inner.with_value(|inner| inner.wait.max(WAIT_FIRST));
        let retry = browser::after(wait, move || live.poll());
        self.inner.update_value(|inner| {
            inner.watchdog = None;
            inner.retry = Some(retry);
            inner.wait = (wait + wait / 2).min(WAIT_MOST);
        });
    }

    /// One round without a stream. The snapshot's answer opens a new stream where there is none.
    fn poll(&self) {
        self.refetch();
        self.try_later();
    }
}
