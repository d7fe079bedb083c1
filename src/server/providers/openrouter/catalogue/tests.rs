use super::*;
use serde_json::json;
use std::time::Duration;

fn config(margin: u32, only: &[&str]) -> OpenRouterConfig {
    OpenRouterConfig {
        credits_per_usd: 100,
        margin,
        only: only.iter().map(|id| (*id).to_owned()).collect(),
        audio: true,
        deadline: Duration::from_mins(15),
        webhook_secret: crate::server::config::providers::Secret::default(),
    }
}

/// In the form of the list of August 2026.
fn list() -> Value {
    json!({"data": [
        {
            "id": "google/veo-3.1", "canonical_slug": "google/veo-3.1", "name": "Google: Veo 3.1", "created": 1_764_000_000,
            "description": "A model of Google. It has sound.", "generate_audio": true, "seed": true,
            "supported_durations": [8, 4, 6], "supported_resolutions": ["720p", "1080p"],
            "supported_aspect_ratios": ["9:16", "16:9"], "supported_frame_images": ["first_frame", "last_frame"],
            "supported_sizes": null, "allowed_passthrough_parameters": [], "creativity": null, "upscale_factor": null,
            "pricing_skus": {"duration_seconds_with_audio": "0.40", "duration_seconds_without_audio": "0.20"},
        },
        {
            "id": "x-ai/grok-imagine-video", "name": "Grok", "generate_audio": null, "seed": null,
            "supported_durations": [1, 6], "supported_resolutions": ["480p", "720p"], "supported_aspect_ratios": null,
            "supported_frame_images": ["first_frame"], "supported_sizes": ["854x480", "1280x720", "640x640"],
            "pricing_skus": {
                "cents_per_image_input": "1", "cents_per_video_output_second_480p": "2",
                "cents_per_video_output_second_720p": "3",
            },
        },
        {
            "id": "acme/upscaler", "name": "Upscaler", "supported_durations": null, "supported_sizes": null,
            "pricing_skus": {"cents_per_megapixel_second": "7.5"},
        },
        {
            "id": "acme/strange", "name": "Strange", "supported_durations": [5], "supported_sizes": ["1280x720"],
            "pricing_skus": {"duration_seconds": "0.1", "per_banana": "1"},
        },
    ]})
}

fn shown(listed: &Listed) -> Vec<String> {
    let sizes = &listed.offer.model.sizes;
    sizes
        .iter()
        .map(|offer| format!("{} = {}", offer.size, offer.credits_per_second.0))
        .collect()
}

#[test]
fn the_list_becomes_offers_with_prices() {
    let (listed, left_out) = offers(&list(), &config(25, &[])).unwrap();
    let [veo, grok] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(
        shown(veo),
        [
            "1280x720 = 50",
            "720x1280 = 50",
            "1080x1920 = 50",
            "1920x1080 = 50"
        ],
        "40 cents and a quarter"
    );
    let model = &veo.offer.model;
    assert_eq!((&model.seconds[..], model.default_seconds), (&[4, 6, 8][..], 4));
    assert_eq!(
        (model.label.as_str(), model.note.as_str()),
        ("Google: Veo 3.1", "A model of Google.")
    );
    assert_eq!(
        (model.input_reference, veo.seed, veo.audio, veo.shapes.len()),
        (true, true, Some(true), 4)
    );
    assert_eq!(
        shown(grok),
        ["1280x720 = 4", "854x480 = 3", "640x640 = 3"],
        "3.75 and 2.5 credits, rounded up"
    );
    let model = &grok.offer.model;
    assert_eq!((model.default_seconds, model.input_reference), (6, false));
    assert_eq!((grok.seed, grok.audio, grok.shapes.len()), (false, None, 0));
    let why: Vec<_> = left_out.iter().map(|(id, why)| format!("{id}: {why}")).collect();
    assert_eq!(
        why,
        [
            "acme/upscaler: it has no lengths",
            "acme/strange: nobody here can read the price `per_banana`"
        ]
    );
}

#[test]
fn only_what_the_operator_allows_is_offered_in_that_order_and_without_sound_if_so() {
    let only = ["x-ai/grok-imagine-video", "google/veo-3.1", "acme/gone"];
    let mut config = config(0, &only);
    config.audio = false;
    let (listed, left_out) = offers(&list(), &config).unwrap();
    let ids: Vec<_> = listed
        .iter()
        .map(|listed| listed.offer.model.id.as_str())
        .collect();
    assert_eq!(ids, only[..2]);
    assert_eq!(shown(&listed[1])[0], "1280x720 = 20");
    assert_eq!(listed[1].audio, Some(false));
    assert_eq!(left_out, [("acme/gone".into(), "it is not on the list".into())]);
}

#[test]
fn what_is_no_list_is_none() {
    for none in [
        json!(null),
        json!({"data": {}}),
        json!([]),
        json!({"error": "no"}),
    ] {
        assert!(offers(&none, &config(0, &[])).is_none(), "{none}");
    }
}

#[test]
fn sizes_are_those_of_openrouter() {
    let resolutions = ["480p", "768p", "4K", "1K"].map(ToOwned::to_owned);
    let sizes = made_of(&resolutions, &json!(["16:9", "9:21", "1:1", "x", "0:1"]));
    let sizes: Vec<_> = sizes.iter().map(|shape| shape.size.to_string()).collect();
    assert_eq!(
        sizes,
        [
            "854x480",
            "480x1120",
            "480x480",
            "1366x768",
            "768x1792",
            "768x768",
            "3840x2160",
            "2160x5040",
            "2160x2160"
        ]
    );
}

#[test]
fn a_size_belongs_to_the_resolution_of_its_side_or_its_area() {
    let resolutions = ["480p", "720p", "1080p"].map(ToOwned::to_owned);
    for (size, wanted) in [
        ("1280x720", "720p"),
        ("1080x1080", "1080p"),
        ("640x640", "480p"),
        ("834x1112", "720p"),
        ("960x960", "720p"),
        ("1440x1440", "1080p"),
        ("992x432", "480p"),
    ] {
        let found = resolution(size.parse().unwrap(), &resolutions);
        assert_eq!(found, Some(wanted), "{size}");
    }
    assert_eq!(resolution(Size::new(1280, 720), &[]), None);
}
