//! An order as the server wants it written: only what every server knows, and what the operator allows for the model.

use super::presets::{KNOWN_EXTRAS, Quirks};
use crate::server::{
    config::providers::{Extra, Wire},
    providers::{Order, Original, Picture},
};
use reqwest::multipart::{Form, Part};
use serde_json::{Map, Value, json};
use std::{path::Path, sync::Arc};
use tempfile::TempPath;

/// A body that can be sent again.
#[derive(Clone, Debug)]
pub enum Body {
    /// One object.
    Json(Value),
    /// Fields of `multipart/form-data`, and the picture with its field's name.
    Form(Vec<(String, String)>, Option<(&'static str, Picture)>),
    /// Fields of `multipart/form-data`, and the video of the field `video`.
    Upload(Vec<(String, String)>, Arc<TempPath>),
}

impl Body {
    /// The order, for the model by its name there.
    #[must_use]
    pub fn of(order: &Order, remote: &str, extra: &[(String, Extra)], wire: Wire, quirks: Quirks) -> Self {
        let multipart = wire == Wire::Multipart || (wire == Wire::Auto && order.picture.is_some());
        let seconds = if quirks.number_seconds && !multipart {
            json!(order.seconds)
        } else {
            json!(order.seconds.to_string())
        };
        let mut fields = Map::new();
        fields.insert("prompt".into(), json!(order.prompt));
        fields.insert("model".into(), json!(remote));
        fields.insert("seconds".into(), seconds);
        fields.insert("size".into(), json!(order.size.to_string()));
        let mut others = Map::new();
        for (name, value) in extra {
            let value = match value {
                Extra::Fixed(value) => value.clone(),
                Extra::Seed => json!(order.seed),
            };
            let apart = quirks.extra_params && !KNOWN_EXTRAS.contains(&name.as_str());
            let place = if apart { &mut others } else { &mut fields };
            place.insert(name.clone(), value);
        }
        if !others.is_empty() {
            fields.insert("extra_params".into(), json!(Value::Object(others).to_string()));
        }
        if multipart {
            let fields = fields.into_iter().map(|(name, value)| (name, text(value)));
            let picture = order.picture.clone();
            return Self::Form(
                fields.collect(),
                picture.map(|picture| (quirks.picture_field, picture)),
            );
        }
        if let Some(picture) = &order.picture {
            let image = json!({ "image_url": picture.data_url() });
            fields.insert(quirks.picture_field.into(), image);
        }
        Self::Json(Value::Object(fields))
    }
}

/// What is asked of `/videos/extensions`: three fields, of which the last is a file or the id of a video that is there.
#[must_use]
pub fn extension(order: &Order, original: &Original) -> Body {
    let seconds = order.seconds.to_string();
    match &original.file {
        Some(file) => {
            let fields = [("prompt", order.prompt.clone()), ("seconds", seconds)];
            let fields = fields.map(|(name, value)| (name.to_owned(), value));
            Body::Upload(fields.into(), file.clone())
        }
        None => Body::Json(json!({
            "prompt": order.prompt,
            "seconds": seconds,
            "video": { "id": original.job },
        })),
    }
}

/// A form with a video, read while it is sent.
///
/// # Errors
/// When the file is not there.
pub async fn upload(fields: &[(String, String)], video: &Path) -> std::io::Result<Form> {
    let part = Part::file(video).await?.file_name("original.mp4");
    let part = part.mime_str("video/mp4").map_err(std::io::Error::other)?;
    Ok(form(fields, None).part("video", part))
}

/// A form of the fields.
#[must_use]
pub fn form(fields: &[(String, String)], picture: Option<&(&'static str, Picture)>) -> Form {
    let form = fields.iter().fold(Form::new(), |form, (name, value)| {
        form.text(name.clone(), value.clone())
    });
    let Some((name, Picture(bytes))) = picture else {
        return form;
    };
    let part = Part::stream_with_length(bytes.clone(), bytes.len() as u64).file_name(Picture::FILE_NAME);
    match part.mime_str(Picture::TYPE) {
        Ok(part) => form.part(*name, part),
        Err(_) => form,
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::presets::quirks, *};
    use crate::{model::catalogue::Size, server::config::providers::Preset};

    fn order() -> Order {
        Order {
            reference: uuid::Uuid::nil(),
            claim: 1,
            model: "ours".into(),
            prompt: "a boat".into(),
            size: Size::new(1280, 720),
            seconds: 4,
            seed: 7,
            caption: false,
            picture: None,
            original: None,
        }
    }

    fn body(preset: Preset, extra: &[(&str, Extra)]) -> Body {
        let extra: Vec<_> = extra
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let quirks = quirks(preset);
        Body::of(&order(), "theirs", &extra, quirks.wire, quirks)
    }

    fn written(body: Body) -> Value {
        let Body::Json(value) = body else { panic!("JSON") };
        value
    }

    #[test]
    fn an_extension_names_what_is_there_or_brings_the_file() {
        let original = Original {
            prompt: "before".into(),
            seconds: 8,
            job: "video_1".into(),
            file: None,
        };
        let by_id = json!({"prompt": "a boat", "seconds": "4", "video": {"id": "video_1"}});
        assert_eq!(written(extension(&order(), &original)), by_id);
        let file = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let original = Original {
            file: Some(Arc::new(file)),
            ..original
        };
        let Body::Upload(fields, _) = extension(&order(), &original) else {
            panic!("a form with a file")
        };
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(fields, [("prompt", "a boat"), ("seconds", "4")]);
    }

    #[test]
    fn only_four_fields_are_sent_unless_more_are_allowed() {
        let plain = json!({"prompt": "a boat", "model": "theirs", "seconds": "4", "size": "1280x720"});
        assert_eq!(written(body(Preset::Openai, &[])), plain);
        let mut with_seed = plain;
        with_seed["seed"] = json!(7);
        assert_eq!(
            written(body(Preset::Litellm, &[("seed", Extra::Seed)])),
            with_seed
        );
    }

    #[test]
    fn the_length_is_a_number_where_the_server_wants_one() {
        for preset in [Preset::Sglang, Preset::TensorrtLlm] {
            let Body::Json(body) = body(preset, &[]) else {
                panic!("JSON")
            };
            assert_eq!(body["seconds"], json!(4));
        }
    }

    #[test]
    fn a_picture_goes_as_a_file_unless_the_operator_wants_json() {
        let order = Order {
            picture: Some(Picture(b"jpeg".as_slice().into())),
            ..order()
        };
        let quirks = quirks(Preset::TensorrtLlm);
        let Body::Form(fields, Some((name, picture))) = Body::of(&order, "theirs", &[], Wire::Auto, quirks)
        else {
            panic!("a form with a file")
        };
        assert_eq!((name, &picture.0[..]), ("image_reference", &b"jpeg"[..]));
        assert!(fields.contains(&("seconds".into(), "4".into())));
        let Body::Json(json) = Body::of(
            &order,
            "theirs",
            &[],
            Wire::Json,
            super::super::presets::quirks(Preset::Openai),
        ) else {
            panic!("JSON")
        };
        assert_eq!(
            json["input_reference"]["image_url"],
            "data:image/jpeg;base64,anBlZw=="
        );
    }

    #[test]
    fn vllm_omni_takes_a_form_with_unknown_parameters_apart() {
        let extra = [("seed", Extra::Seed), ("flow_shift", Extra::Fixed(json!(5.0)))];
        let Body::Form(fields, None) = body(Preset::VllmOmni, &extra) else {
            panic!("a form")
        };
        let field = |name: &str| {
            fields
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!((field("seconds"), field("seed")), (Some("4"), Some("7")));
        assert_eq!(field("extra_params"), Some("{\"flow_shift\":5.0}"));
    }
}
