//! What each server wants to be different.

use crate::server::{
    config::providers::{Preset, Wire},
    providers::Extends,
};

/// How one server differs from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirks {
    /// How an order is written down.
    pub wire: Wire,
    /// Whether JSON carries the length as a number; the protocol itself has a text.
    pub number_seconds: bool,
    /// Whether it has DELETE: what is stored here need not lie there.
    pub deletes: bool,
    /// Whether parameters that it does not know by name go into one field of their own, as JSON in a text.
    pub extra_params: bool,
    /// The field of the picture that a video starts from.
    pub picture_field: &'static str,
    /// Whether its safety system answers as if the server had failed.
    pub guardrail_is_500: bool,
    /// How it gets a video that it extends, where it does.
    pub extends: Extends,
}

/// The quirks of a server.
#[must_use]
pub const fn quirks(preset: Preset) -> Quirks {
    let plain = Quirks {
        wire: Wire::Auto,
        number_seconds: false,
        deletes: true,
        extra_params: false,
        picture_field: "input_reference",
        guardrail_is_500: false,
        extends: Extends::File,
    };
    match preset {
        Preset::Openai => plain,
        Preset::Sglang => Quirks {
            number_seconds: true,
            ..plain
        },
        Preset::VllmOmni => Quirks {
            wire: Wire::Multipart,
            extra_params: true,
            ..plain
        },
        Preset::TensorrtLlm => Quirks {
            number_seconds: true,
            picture_field: "image_reference",
            guardrail_is_500: true,
            ..plain
        },
        // Its door for extensions reads JSON alone, with the id of a video that went through it.
        Preset::Litellm => Quirks {
            deletes: false,
            extends: Extends::Id,
            ..plain
        },
        Preset::NewApi => Quirks {
            deletes: false,
            ..plain
        },
        Preset::Aisora => Quirks {
            extends: Extends::Id,
            ..plain
        },
    }
}

/// Parameters that vLLM-Omni takes beside the others; every other one goes into `extra_params`.
pub const KNOWN_EXTRAS: [&str; 6] = [
    "seed",
    "negative_prompt",
    "fps",
    "num_frames",
    "num_inference_steps",
    "guidance_scale",
];
