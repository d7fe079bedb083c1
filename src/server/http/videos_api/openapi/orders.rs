//! What may be asked for, as this server's catalogue has it now.

use super::reference;
use crate::model::{
    catalogue::{Catalogue, Model},
    composition::{PROMPT_MAX, SEED_MAX},
};
use serde_json::{Value, json};

/// The bodies of requests for videos.
pub fn schemas(catalogue: &Catalogue) -> Value {
    let prompt = json!({ "type": "string", "minLength": 1, "maxLength": PROMPT_MAX });
    let whole = json!({ "anyOf": [
        { "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]{1,15}$" }, { "type": "null" },
    ] });
    let seed = json!({ "anyOf": [
        { "type": "integer", "minimum": 0, "maximum": SEED_MAX }, { "type": "string", "pattern": "^[0-9]{1,9}$" }, { "type": "null" },
    ] });
    let picture = json!({
        "description": "The picture that the video starts from, where the model takes one: an https or data address",
        "type": ["object", "null"], "properties": { "image_url": { "type": "string" } }, "required": ["image_url"],
    });
    let file = json!({ "description": "A JPEG, PNG or WebP file", "type": "string", "format": "binary" });
    let pictures = catalogue.models.iter().any(|model| model.input_reference);
    let new = |picture: Value| {
        let mut new = json!({
            "type": "object",
            "allOf": [reference("Choices")],
            "properties": {
                "prompt": prompt, "seed": seed, "caption": { "enum": [true, false, "true", "false", null] },
                "max_credits": whole,
            },
            "required": ["prompt"],
        });
        if pictures {
            new["properties"]["input_reference"] = picture;
        }
        new
    };
    let video = json!({
        "description": "A completed video of yours",
        "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"],
    });
    let models = catalogue.models.iter().enumerate();
    json!({
        "NewVideo": new(picture),
        "NewVideoForm": new(file),
        "Choices": {
            "type": "object",
            "anyOf": models.map(|(place, model)| choices(model, place == 0)).collect::<Vec<_>>(),
        },
        "Extension": {
            "type": "object",
            "properties": {
                "prompt": prompt, "max_credits": whole, "video": video,
                "seconds": { "anyOf": whole["anyOf"], "description": "How many are added; the model's usual length where left out" },
            },
            "required": ["prompt", "video"],
        },
        "Priced": {
            "description": "What a new video would cost, or with `video` what adding `seconds` to it would",
            "type": "object",
            "anyOf": [reference("Choices"), { "properties": { "video": video }, "required": ["video"] }],
        },
        "Remix": { "type": "object", "properties": { "prompt": prompt, "max_credits": whole }, "required": ["prompt"] },
    })
}

/// What one model makes. Who names no model gets the first.
fn choices(model: &Model, is_first: bool) -> Value {
    let mut ids = vec![json!(model.id)];
    let mut sizes: Vec<Value> = model.sizes.iter().map(|offer| json!(offer.size)).collect();
    let numbers = model.seconds.iter().map(|seconds| json!(seconds));
    let texts = model.seconds.iter().map(|seconds| json!(seconds.to_string()));
    let mut seconds: Vec<Value> = numbers.chain(texts).collect();
    for list in [&mut sizes, &mut seconds] {
        list.push(Value::Null);
    }
    if is_first {
        ids.push(Value::Null);
    }
    json!({
        "title": model.label,
        "properties": { "model": { "enum": ids }, "size": { "enum": sizes }, "seconds": { "enum": seconds } },
        "required": if is_first { json!([]) } else { json!(["model"]) },
    })
}
