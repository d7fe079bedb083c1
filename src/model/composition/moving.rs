//! A form that moves on to another model: what fits stays, what does not becomes the nearest that does.

use super::{ComposerForm, batch};
use crate::language::t;
use crate::model::catalogue::{Catalogue, Model, Size};

/// The same form for the successor of a retired model: what fits stays, what does not becomes the nearest that does.
/// With it, what changed, in sentences. Nothing when the model is not retired or has no successor.
#[must_use]
pub fn succeed(form: &ComposerForm, catalogue: &Catalogue) -> Option<(ComposerForm, Vec<String>)> {
    let retired = catalogue.retired(&form.model)?;
    let model = catalogue.model(retired.successor.as_deref()?)?;
    let mut changed = vec![t!(
        "{successor} took the place of {model}.",
        successor = model.label,
        model = retired.model.label,
    )];
    let moved = moved(form, model)?;
    let size = moved.size.parse::<Size>().ok()?;
    if form.size.parse().ok() != Some(size) {
        changed.push(instead(t!("The size is {size} now", size = size), &form.size));
    }
    let seconds = moved.seconds.parse::<u32>().ok()?;
    let wanted = form.seconds.trim().parse::<u32>().ok();
    if wanted != Some(seconds) {
        let before = wanted.map(|wanted| format!("{wanted} s")).unwrap_or_default();
        changed.push(instead(t!("The length is {n} s now", n = seconds), &before));
    }
    let has_picture = !form.input_reference.is_empty();
    let input_reference = if model.input_reference {
        form.input_reference.clone()
    } else {
        String::new()
    };
    if has_picture && input_reference.is_empty() {
        changed.push(t!("It does not start from a picture.").into());
    }
    if let Some(price) = model.price(size, seconds) {
        changed.push(t!("One take costs {credits}.", credits = price.in_words()));
    }
    let form = ComposerForm {
        input_reference,
        ..moved
    };
    Some((form, changed))
}

/// The same form for another model: size and length become the nearest that it makes. Nothing when it makes none.
#[must_use]
pub fn moved(form: &ComposerForm, model: &Model) -> Option<ComposerForm> {
    let wanted = form.size.parse::<Size>().ok();
    let size = wanted
        .filter(|size| model.offer(*size).is_some())
        .or_else(|| nearest_size(wanted?, model))
        .or_else(|| Some(model.sizes.first()?.size))?;
    let wanted = form.seconds.trim().parse::<u32>().ok();
    let near = |wanted| batch::nearest_seconds(wanted, model);
    let seconds = wanted.and_then(near).unwrap_or(model.default_seconds);
    Some(ComposerForm {
        model: model.id.clone(),
        size: size.to_string(),
        seconds: seconds.to_string(),
        also: Some(form.also.clone())
            .filter(|also| *also != model.id)
            .unwrap_or_default(),
        quote: String::new(),
        ..form.clone()
    })
}

fn instead(now: String, before: &str) -> String {
    if before.is_empty() {
        now + "."
    } else {
        t!("{now}; it was {before}.", now = now, before = before)
    }
}

/// The size of the same shape that has the nearest number of pixels, else of the nearest shape.
pub fn nearest_size(wanted: Size, model: &Model) -> Option<Size> {
    // Shapes are compared by the cross products of their sides, in thousandths.
    let off = |size: Size| {
        let (a, b) = (
            u64::from(size.width) * u64::from(wanted.height),
            u64::from(size.height) * u64::from(wanted.width),
        );
        (a.max(b) * 1_000 / a.min(b).max(1)).saturating_sub(1_000)
    };
    let pixels = |size: Size| u64::from(size.width) * u64::from(size.height);
    model
        .sizes
        .iter()
        .map(|offer| offer.size)
        .min_by_key(|size| (off(*size), pixels(*size).abs_diff(pixels(wanted))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        catalogue::{Retired, SizeOffer},
        composition::{
            check,
            checks::tests::{catalogue, form},
        },
        credits::Credits,
    };

    #[test]
    fn a_successor_takes_over_what_fits_and_says_what_changed() {
        let mut catalogue = catalogue();
        catalogue.models[0].sizes = [Size::new(1024, 1024), Size::new(1920, 1080), Size::new(720, 1280)]
            .map(|size| SizeOffer {
                size,
                credits_per_second: Credits(10),
            })
            .to_vec();
        catalogue.models[0].seconds = vec![5, 10];
        catalogue.retired = vec![Retired {
            model: Model {
                id: "old".into(),
                label: "Old".into(),
                ..catalogue.models[0].clone()
            },
            successor: Some("m".into()),
        }];
        let old = ComposerForm {
            model: "old".into(),
            seconds: "8".into(),
            seed: "7".into(),
            ..form()
        };
        let (new, changed) = succeed(&old, &catalogue).unwrap();
        assert_eq!(
            (&*new.prompt, &*new.model, &*new.size, &*new.seconds, &*new.seed),
            (" a boat ", "m", "1920x1080", "10", "7")
        );
        assert_eq!(
            changed,
            [
                "M took the place of Old.",
                "The size is 1920x1080 now; it was 1280x720.",
                "The length is 10 s now; it was 8 s.",
                "One take costs 100 credits.",
            ]
        );
        assert!(check(&new, &catalogue).is_ok());
        assert_eq!(succeed(&form(), &catalogue), None, "it is not retired");
    }
}
