//! The bar under the player. `public/js/player.js` does what its buttons say; without it the browser's own controls stay.

use crate::components::icon::Icon;
use crate::language::t;
use crate::model::generation::VideoPage;
use leptos::prelude::*;

const SPEEDS: [&str; 7] = ["0.25", "0.5", "0.75", "1", "1.25", "1.5", "2"];

/// The bar of a video that is there.
#[component]
pub fn Bar(page: VideoPage) -> impl IntoView {
    let VideoPage {
        card,
        rate,
        sound,
        takes_picture,
        ..
    } = page;
    let speeds = SPEEDS
        .map(|speed| view! { <option value=speed selected=speed == "1">{speed} "×"</option> }.into_any());
    let sound = sound.then(|| {
        [
            press("mute", "sound", t!("Mute"), "m", Some("true")),
            press(
                "captions",
                "captions",
                t!("The prompt as captions"),
                "c",
                Some("false"),
            ),
        ]
    });
    let words: String = card.prompt.chars().take(60).collect();
    let use_frame = takes_picture.then(|| {
        view! {
            <button type="button" class="button small" data-play="use" title=t!("Start a new video from the frame that is shown")>
                <Icon name="picture" />
                <span>{t!("Use this frame")}</span>
            </button>
        }
        .into_any()
    });
    view! {
        <div
            class="player-bar needs-script"
            role="group"
            aria-label=t!("Player")
            data-video=card.id.to_string()
            data-rate=rate.to_string()
            data-words=words
        >
            {press("back", "frame-back", t!("Back one frame"), ",", None)}
            {press("on", "frame-on", t!("On one frame"), ".", None)}
            <label class="player-speed" title=t!("Speed: [ and ]")>
                <span class="unseen">{t!("Speed")}</span>
                <select data-play="speed">{speeds.into_iter().collect_view()}</select>
            </label>
            {press("loop", "loop", t!("Loop"), "r", Some("true"))}
            {sound.map(IntoIterator::into_iter).map(Iterator::collect::<Vec<_>>)}
            <p class="player-said" role="status"></p>
            {use_frame}
            {press("grab", "grab", t!("Save this frame as PNG"), "", None)}
            {press("full", "full", t!("Full screen"), "f", None)}
        </div>
    }
}

/// A button of the bar; its title names the key.
fn press(
    act: &'static str,
    icon: &'static str,
    label: &'static str,
    key: &'static str,
    pressed: Option<&'static str>,
) -> AnyView {
    let title = if key.is_empty() {
        String::from(label)
    } else {
        [label, " (", key, ")"].concat()
    };
    let key = (!key.is_empty()).then_some(key);
    view! {
        <button
            type="button"
            class="icon-button"
            data-play=act
            title=title
            aria-label=label
            aria-keyshortcuts=key
            aria-pressed=pressed
        >
            <Icon name=icon />
        </button>
    }
    .into_any()
}
