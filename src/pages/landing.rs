//! `/`: what this is, shown rather than told.

use crate::components::dynamic::awaited;
use crate::components::language::LanguageSwitch;
use crate::components::person::Who;
use crate::components::time::duration;
use crate::language::{key, t, text};
use crate::model::credits::Credits;
use leptos::prelude::*;
use leptos_meta::{Link, Title};

const SHOWN: [(&str, &str); 4] = [
    (
        "1",
        key!("First light over a glass sea, one lantern boat, low fog"),
    ),
    (
        "2",
        key!("Neon rain on a night market, slow push-in, steam rising"),
    ),
    (
        "3",
        key!("Embers over a pine forest at midnight, wind in the branches"),
    ),
    ("4", key!("A paper boat crossing a storm drain at dusk")),
];

/// The start.
#[component]
pub fn Landing() -> impl IntoView {
    view! {
        <Title text="" />
        // The largest picture of the first screen: known before the film's element is.
        <Link rel="preload" as_="image" href=["/showcase/", SHOWN[0].0, ".jpg"].concat() fetchpriority="high" />
        <div class="landing">
            <Hero />
            <Steps />
            <More />
            <Host />
        </div>
        <footer class="foot">
            <p>{t!("AiSora is free software, MIT or Apache 2.0. No tracking, nothing loaded from elsewhere.")}</p>
            <LanguageSwitch />
        </footer>
    }
    .into_any()
}

#[component]
fn Shown(place: usize) -> impl IntoView {
    let (name, words) = SHOWN.get(place).copied().unwrap_or(SHOWN[0]);
    view! {
        <div class="shown">
            <video
                data-in-view
                src=["/showcase/", name, ".mp4"].concat()
                poster=["/showcase/", name, ".jpg"].concat()
                width="1280"
                height="720"
                aria-label=text(words)
                muted
                loop
                playsinline
                preload="none"
            ></video>
        </div>
    }
}

#[component]
fn Hero() -> impl IntoView {
    let way = awaited(
        || ().into_any(),
        || async {
            let (address, words) = match Who::is_there().await {
                Some(_) => ("/create", t!("Open the studio")),
                None => ("/sign-up", t!("Create your first video")),
            };
            view! { <a class="button primary large" href=address>{words}</a> }.into_any()
        },
    );
    view! {
        <section class="hero">
            <div class="hero-words">
                <h1>{t!("Type a shot.")} " " <br /> {t!("Watch it come to light.")}</h1>
                <p>
                    {t!("You see the price before anything starts. You pay only for a video that plays. And what was made is yours.")}
                </p>
                <div class="acts">
                    {way}
                </div>
            </div>
            <div>
                <Shown place=0 />
                <p class="hint hero-hint">{t!("Drawn from the words in the picture by the preview renderer, in a few seconds.")}</p>
            </div>
        </section>
    }
}

#[component]
fn Steps() -> impl IntoView {
    view! {
        <section class="steps" aria-labelledby="steps-head">
            <h2 id="steps-head">{t!("From words to a video, with nothing hidden")}</h2>
            <ol>
                <li>
                    <div class="step-picture" aria-hidden="true">
                        <p class="mock-prompt">{t!("A paper boat crossing a storm drain at dusk")}</p>
                        <p><span class="button primary small">{t!("Create")} " " <span class="go-price">{t!("for {credits}", credits = Credits(40).in_words())}</span></span></p>
                    </div>
                    <h3>{t!("The price first")}</h3>
                    <p>{t!("It stands on the button and it is frozen: what you saw is what it costs.")}</p>
                </li>
                <li>
                    <div class="step-picture" aria-hidden="true">
                        <p class="making-state"><span>{t!("Rendering")}</span><b>"62 %"</b></p>
                        <progress max="100" value="62"></progress>
                        <p class="making-times">{duration(12_000)} " · " {t!("about {time} left", time = duration(8_000))}</p>
                    </div>
                    <h3>{t!("Watch it being made")}</h3>
                    <p>{t!("Real progress and your place in line. Close the tab: it goes on, and it is there when you come back.")}</p>
                </li>
                <li>
                    <div class="step-picture" aria-hidden="true">
                        <p class="making-state"><span>{t!("The model did not answer")}</span></p>
                        <p class="not-made-money"><svg class="icon" aria-hidden="true"><use href="#icon-check"></use></svg>{t!("Not charged")}</p>
                    </div>
                    <h3>{t!("No video, no charge")}</h3>
                    <p>{t!("Failed, blocked or cancelled: the credits are back with you, and the statement shows every line.")}</p>
                </li>
            </ol>
        </section>
    }
}

#[component]
fn More() -> impl IntoView {
    view! {
        <section class="gallery" aria-labelledby="gallery-head">
            <h2 id="gallery-head">{t!("Made here")}</h2>
            <p class="hint">
                {t!("By the preview renderer that every installation has. It is not an AI model; it draws from your words at once, \
                 so that you can try everything before you connect a model.")}
            </p>
            <div class="gallery-row">
                <Shown place=1 />
                <Shown place=2 />
                <Shown place=3 />
            </div>
        </section>
    }
}

#[component]
fn Host() -> impl IntoView {
    view! {
        <section class="promises" aria-labelledby="promises-head">
            <h2 id="promises-head">{t!("Yours, and nobody else's")}</h2>
            <ul>
                <li><svg class="icon" aria-hidden="true"><use href="#icon-lock"></use></svg><div><h3>{t!("Private by default")}</h3><p>{t!("Only you see what you make.")}</p></div></li>
                <li><svg class="icon" aria-hidden="true"><use href="#icon-download"></use></svg><div><h3>{t!("Kept, not rented")}</h3><p>{t!("Videos are stored here and do not expire. Download them as MP4.")}</p></div></li>
                <li><svg class="icon" aria-hidden="true"><use href="#icon-trash"></use></svg><div><h3>{t!("Gone when you say so")}</h3><p>{t!("Delete a video, and it can be taken back for 30 days. Then, or at once, its file and its prompt are gone.")}</p></div></li>
                <li>
                    <svg class="icon" aria-hidden="true"><use href="#icon-server"></use></svg>
                    <div>
                        <h3>{t!("Run it yourself")}</h3>
                        <p>{t!("One program, for one person or for the public. Clone it, then:")}</p>
                        <pre><code>"make run"</code></pre>
                    </div>
                </li>
            </ul>
        </section>
    }
}
