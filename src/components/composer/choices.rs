//! Model, shape, length, takes; and seed and caption behind one more step.

use super::Composer;
use crate::components::dynamic::{flag, maybe, memo, part, text, word};
use crate::components::icon::Icon;
use crate::components::words;
use crate::language::{t, tn};
use crate::model::catalogue::{Model, Size};
use crate::model::composition::{SEED_MAX, TAKES_MAX};
use leptos::prelude::*;

/// The chosen model, while its id does not change.
fn model(composer: Composer) -> Memo<Option<Model>> {
    memo(move || {
        composer.form.with(|form| {
            composer
                .catalogue
                .with_value(|catalogue| catalogue.known(&form.model).cloned())
        })
    })
}

#[component]
pub fn Models(composer: Composer) -> impl IntoView {
    let start = composer.form.with_untracked(|form| form.model.clone());
    let models = composer
        .catalogue
        .with_value(|catalogue| catalogue.models.clone());
    let note = model(composer);
    // A retired model of an older video stands in the list as long as it is the chosen one.
    let retired = composer
        .catalogue
        .with_value(|catalogue| catalogue.retired(&start).cloned());
    let options = models
        .into_iter()
        .map(|model| (model.id, model.label))
        .chain(retired.map(|retired| {
            (
                retired.model.id,
                t!("{model} (retired)", model = retired.model.label),
            )
        }))
        .map(|(id, label)| {
            view! { <option value=id.clone() selected=id == start>{label}</option> }.into_any()
        })
        .collect_view();
    let successor = move || {
        composer.form.with(|form| {
            composer.catalogue.with_value(|catalogue| {
                let successor = catalogue.retired(&form.model)?.successor.as_deref()?;
                Some(catalogue.model(successor)?.label.clone())
            })
        })
    };
    view! {
        <div class="choice choice-model" title=text(move || note.get().map(|model| model.note).unwrap_or_default())>
            <label class="unseen" for="model">{t!("Model")}</label>
            <select id="model" name="model" aria-describedby="model-note model-error">{options}</select>
            <p class="unseen" id="model-note">{text(move || note.get().map(|model| model.note).unwrap_or_default())}</p>
            {maybe(move || {
                successor().map(|label| view! { <button class="button small" name="use" value="successor">{t!("Use {model}", model = label)}</button> })
            })}
        </div>
    }
}

/// The picture to start from, where the model takes one. `public/js/picture.js` uploads what is chosen, dropped or pasted;
/// without it the file goes with the form.
#[component]
pub fn Picture(composer: Composer) -> impl IntoView {
    let model = model(composer);
    let id = composer.form.with_untracked(|form| form.input_reference.clone());
    let none = id.is_empty();
    let shown = (!none).then(|| ["/pictures/", &id].concat());
    let needless = move || {
        let takes_none = model.with(|model| model.as_ref().is_none_or(|model| !model.input_reference));
        takes_none && composer.form.with(|form| form.input_reference.is_empty())
    };
    let somebody_takes_one = composer
        .catalogue
        .with_value(|catalogue| catalogue.models.iter().any(|model| model.input_reference));
    if none && !somebody_takes_one {
        return ().into_any();
    }
    view! {
        <div class="choice picture" class:has-picture=!none class:idle=flag(needless)>
            <label class="picture-choose">
                <Icon name="picture" />
                <span>{t!("Picture")}</span>
                <input
                    id="picture"
                    type="file"
                    name="picture_file"
                    accept="image/jpeg,image/png,image/webp"
                    aria-describedby="picture-error"
                />
            </label>
            <img class="picture-shown" src=shown alt=t!("The picture it starts from") width="40" height="40" />
            <button type="button" class="picture-crop needs-script" aria-label=t!("Choose what of the picture is used")>
                <Icon name="crop" />
            </button>
            <button class="picture-out" name="use" value="no-picture" aria-label=t!("Take the picture out")>"×"</button>
            <input type="hidden" name="input_reference" value=id />
        </div>
    }
    .into_any()
}

#[component]
pub fn Sizes(composer: Composer) -> impl IntoView {
    let model = model(composer);
    let sizes = part(move || {
        let chosen = composer.form.with_untracked(|form| form.size.clone());
        let offers = model.get().map(|model| model.sizes).unwrap_or_default();
        offers
            .into_iter()
            .map(|offer| shape(composer, offer.size, &chosen))
            .collect_view()
            .into_any()
    });
    view! {
        <fieldset class="choice shapes">
            <legend class="unseen">{t!("Shape")}</legend>
            {sizes}
        </fieldset>
    }
}

fn shape(composer: Composer, size: Size, chosen: &str) -> AnyView {
    let value = size.to_string();
    let at_first = value == chosen;
    let same = value.clone();
    let now = flag(move || composer.form.with(|form| form.size == same));
    // Drawn in its true proportions, 18 units on the longest side.
    let longest = size.width.max(size.height).max(1);
    let (width, height) = (size.width * 18 / longest, size.height * 18 / longest);
    view! {
        <label class="shape" title=words::pixels(size)>
            <input type="radio" name="size" value=value checked=at_first prop:checked=now />
            <svg viewBox="0 0 22 22" aria-hidden="true">
                <rect x=((22 - width) / 2).to_string() y=((22 - height) / 2).to_string() width=width.to_string() height=height.to_string() rx="2" />
            </svg>
            <span>
                {size.shape()}
                <small>{words::pixels(size)}</small>
            </span>
        </label>
    }
    .into_any()
}

#[component]
pub fn Lengths(composer: Composer) -> impl IntoView {
    let model = model(composer);
    let options = part(move || {
        let chosen = composer.form.with_untracked(|form| form.seconds.clone());
        let lengths = model.get().map(|model| model.seconds).unwrap_or_default();
        lengths
            .into_iter()
            .map(|seconds| {
                let value = seconds.to_string();
                let at_first = value == chosen;
                let words = tn!(seconds, "1 second", "{n} seconds");
                view! { <option value=value selected=at_first>{words}</option> }.into_any()
            })
            .collect_view()
            .into_any()
    });
    view! {
        <div class="choice">
            <label class="unseen" for="seconds">{t!("Length")}</label>
            <select id="seconds" name="seconds" aria-describedby="seconds-error">{options}</select>
        </div>
    }
}

#[component]
pub fn Takes(composer: Composer) -> impl IntoView {
    let chosen = composer.form.with_untracked(|form| form.takes.clone());
    let takes = (1..=TAKES_MAX)
        .map(|take| {
            let value = take.to_string();
            let at_first = value == chosen;
            view! {
                <label class="take">
                    <input type="radio" name="takes" value=value.clone() checked=at_first />
                    <span>{value} " " <span class="unseen">{if take == 1 { t!("take") } else { t!("takes") }}</span></span>
                </label>
            }
            .into_any()
        })
        .collect_view();
    view! {
        // No legend: browsers do not agree on where it stands in a row.
        <div class="choice takes" role="group" aria-label=t!("Takes")>
            <span class="takes-head" aria-hidden="true">{t!("Takes")}</span>
            {takes}
        </div>
    }
}

/// A second model, to compare.
#[component]
fn Also(composer: Composer) -> impl IntoView {
    let first = memo(move || composer.form.with(|form| form.model.clone()));
    let models = composer.catalogue.with_value(|catalogue| {
        let named = |model: &Model| (model.id.clone(), model.label.clone());
        catalogue.models.iter().map(named).collect::<Vec<_>>()
    });
    if models.len() < 2 {
        return ().into_any();
    }
    let options = part(move || {
        let chosen = composer.form.with_untracked(|form| form.also.clone());
        let first = first.get();
        let others = models.iter().filter(|(id, _)| *id != first);
        let option = |(id, label): &(String, String)| {
            view! { <option value=id.clone() selected=*id == chosen>{label.clone()}</option> }.into_any()
        };
        others.map(option).collect_view().into_any()
    });
    view! {
        <div class="field">
            <label for="also">{t!("And also on")}</label>
            <select id="also" name="also" aria-describedby="also-hint">
                <option value="">{t!("No second model")}</option>
                {options}
            </select>
            <p class="hint" id="also-hint">
                {text(move || compared(composer).unwrap_or_else(|| t!("The same prompt on two models, side by side.").into()))}
            </p>
        </div>
    }
    .into_any()
}

/// What the second model makes where it differs, and what each costs.
fn compared(composer: Composer) -> Option<String> {
    let choices = composer.choices.get()?;
    let also = choices.also.as_ref()?;
    composer.catalogue.with_value(|catalogue| {
        let (first, second) = (catalogue.model(&choices.model)?, catalogue.model(&also.model)?);
        let times = choices.takes * choices.prompts;
        let of_first = choices.price_each(catalogue)?.checked_mul(times)?;
        let of_second = choices.price_also(catalogue)?.checked_mul(times)?;
        let mut words = String::new();
        if (also.size, also.seconds) != (choices.size, choices.seconds) {
            words = t!(
                "{model} makes {size}, {length}, the nearest it can.",
                model = second.label,
                size = also.size,
                length = words::seconds(also.seconds)
            );
            words.push(' ');
        }
        let sum = of_first.checked_add(of_second)?.in_words();
        words += &t!(
            "{first}: {price}, {second}: {other}, together {sum}.",
            first = first.label,
            price = of_first,
            second = second.label,
            other = of_second,
            sum = sum
        );
        Some(words)
    })
}

#[component]
pub fn More(composer: Composer) -> impl IntoView {
    let (seed, caption) = composer
        .form
        .with_untracked(|form| (form.seed.clone(), form.caption == "on"));
    let wrong = move || composer.error("seed");
    let set = move || {
        composer
            .form
            .with(|form| !form.seed.trim().is_empty() || !form.also.is_empty())
    };
    view! {
        <details class="choice more" open=composer.errors.with_untracked(|errors| errors.iter().any(|error| error.field == "seed"))>
            <summary>
                <Icon name="sliders" />
                {t!("More")}
                <span class="dot" hidden=flag(move || !set())></span>
            </summary>
            <div class="more-panel">
                <Also composer />
                <div class="field">
                    <label for="seed">{t!("Seed")}</label>
                    <input
                        id="seed"
                        name="seed"
                        inputmode="numeric"
                        autocomplete="off"
                        value=seed
                        placeholder=t!("Chosen for you")
                        aria-invalid=word(move || wrong().map(|_| "true"))
                        aria-describedby="seed-hint seed-error"
                    />
                    <p class="hint" id="seed-hint">{t!("The same seed and words give the same video. 0 to {most}", most = SEED_MAX)}</p>
                    <p class="field-error" id="seed-error">{maybe(wrong)}</p>
                </div>
                <label class="switch">
                    <input type="checkbox" name="caption" value="on" checked=caption />
                    <span>{t!("Write the prompt into the picture, small")}</span>
                </label>
            </div>
        </details>
    }
}
