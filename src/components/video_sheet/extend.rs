//! Extending a video: what happens next, by how much, for how many credits. A plain form, folded in.

use crate::browser;
use crate::components::icon::Icon;
use crate::components::words;
use crate::language::t;
use crate::model::generation::{Addition, Extended, Extending, VideoPage};
use crate::model::ids::GenerationId;
use leptos::prelude::*;

/// The form, or why there is none. `typed` is the prompt of a form that came back, and `wrong` what is wrong with it.
pub fn extend(page: &VideoPage, drawn: bool, typed: Option<String>, wrong: Option<String>) -> AnyView {
    match &page.extending {
        Extending::Not(why) if why.is_empty() => ().into_any(),
        Extending::Not(why) => view! { <p class="hint cannot-extend">{why.clone()}</p> }.into_any(),
        Extending::By(additions) => form(page, additions, drawn, typed, wrong),
    }
}

fn form(
    page: &VideoPage,
    additions: &[Addition],
    drawn: bool,
    typed: Option<String>,
    wrong: Option<String>,
) -> AnyView {
    let came_back = typed.is_some();
    let prompt = typed.unwrap_or_else(|| page.card.prompt.clone());
    let options = additions.iter().map(option).collect_view();
    let hint = if drawn {
        t!(
            "With the same words the motion goes on. With other words the picture, and the caption, cross over to them within a second."
        )
    } else {
        t!("Say what happens after the last frame.")
    };
    view! {
        <details class="slip extend" id="extend" open=came_back>
            <summary><Icon name="plus" />{t!("Extend")}</summary>
            <form method="post" action=[&words::page(page.card.id), "/extend"].concat()>
                <div class="field">
                    <label for="extend-prompt">{t!("What happens next")}</label>
                    <textarea id="extend-prompt" name="prompt" rows="3" dir="auto" required autofocus=wrong.is_some() aria-invalid=wrong.is_some().then_some("true") aria-describedby="extend-error extend-hint">
                        // A first line that is empty would get lost.
                        {["\n", &browser::text_of_area(&prompt)].concat()}
                    </textarea>
                    <p class="field-error" id="extend-error">{wrong}</p>
                    <p class="hint" id="extend-hint">{hint}</p>
                </div>
                <div class="field">
                    <label for="extend-by">{t!("Extend by")}</label>
                    <select id="extend-by" name="quote">{options}</select>
                    <p class="hint">{t!("The new video begins with all of this one, which stays. Only what is added costs.")}</p>
                </div>
                <button class="button primary">{t!("Extend")}</button>
            </form>
        </details>
    }
    .into_any()
}

/// `4 s, 40 credits → 8 s in all`
fn option(addition: &Addition) -> AnyView {
    let quote = &addition.quote;
    let words = t!(
        "{n} s, {credits} → {total} s in all",
        n = quote.choices.seconds,
        credits = quote.credits.in_words(),
        total = addition.total
    );
    view! { <option value=quote.token.clone() selected=addition.first>{words}</option> }.into_any()
}

/// The line of the receipt that says what it extends, and by how much.
pub fn extended(extended: Extended) -> AnyView {
    let added = t!("{n} s added", n = extended.added);
    let of = match extended.of {
        Some(id) => view! { <a href=words::page(id)>{t!("another video")}</a> }.into_any(),
        None => t!("a deleted video").into_any(),
    };
    view! { <div><dt>{t!("Extends")}</dt><dd>{of} ", " {added}</dd></div> }.into_any()
}

/// The way back to what a failed extension should have extended.
pub fn again(of: GenerationId) -> AnyView {
    let to = [&words::page(of), "#extend"].concat();
    view! { <a class="button" href=to rel="external"><Icon name="plus" />{t!("Extend it again")}</a> }
        .into_any()
}
