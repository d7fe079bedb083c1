//! An order in a model's own words: which parameters it has, and how they are written, says the configuration.

use super::Order;
use crate::server::config::providers::{Extra, ModelConfig, SecondsAs};
use serde_json::{Map, Value, json};

/// The object that the model takes.
#[must_use]
pub fn input(order: &Order, config: &ModelConfig) -> Value {
    let names = &config.input;
    let seconds = match names.seconds_as {
        SecondsAs::Number => json!(order.seconds),
        SecondsAs::Text => json!(order.seconds.to_string()),
        SecondsAs::TextWithS => json!(format!("{}s", order.seconds)),
    };
    let size = order.size;
    let mut fields = Map::new();
    for (name, value) in &config.extra {
        let value = match value {
            Extra::Fixed(value) => value.clone(),
            Extra::Seed => json!(order.seed),
        };
        fields.insert(name.clone(), value);
    }
    let picture = order.picture.as_ref().map(|picture| json!(picture.data_url()));
    let own = [
        (&names.prompt, Some(json!(order.prompt))),
        (&names.seconds, Some(seconds)),
        (&names.aspect_ratio, Some(json!(size.shape()))),
        (
            &names.resolution,
            Some(json!(format!("{}p", size.width.min(size.height)))),
        ),
        (&names.size, Some(json!(size.to_string()))),
        (&names.width, Some(json!(size.width))),
        (&names.height, Some(json!(size.height))),
        (&names.seed, Some(json!(order.seed))),
        (&names.picture, picture),
    ];
    for (name, value) in own {
        if let (false, Some(value)) = (name.is_empty(), value) {
            fields.insert(name.clone(), value);
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::catalogue::{Model, Size},
        server::{config::providers::Input, providers::Picture},
    };
    use bytes::Bytes;
    use std::time::Duration;

    fn config(input: Input) -> ModelConfig {
        ModelConfig {
            model: Model {
                id: "ours".into(),
                label: String::new(),
                note: String::new(),
                sizes: Vec::new(),
                seconds: vec![5],
                default_seconds: 5,
                doing: None,
                input_reference: true,
                extends_to: 0,
            },
            remote: "theirs".into(),
            deadline: Duration::from_mins(1),
            available_until: None,
            successor: None,
            extra: vec![("negative_prompt".into(), Extra::Fixed(json!("text")))],
            input,
        }
    }

    fn order() -> Order {
        Order {
            reference: uuid::Uuid::nil(),
            claim: 1,
            model: "ours".into(),
            prompt: "a boat".into(),
            size: Size::new(720, 1280),
            seconds: 5,
            seed: 7,
            caption: false,
            picture: None,
            original: None,
        }
    }

    #[test]
    fn a_model_gets_only_the_parameters_that_it_has_by_the_names_that_it_has_for_them() {
        let names = Input {
            prompt: "text".into(),
            seconds: "duration".into(),
            aspect_ratio: "ratio".into(),
            picture: "first_frame".into(),
            ..Input::default()
        };
        let mut order = order();
        assert_eq!(
            input(&order, &config(names.clone())),
            json!({"text": "a boat", "duration": 5, "ratio": "9:16", "negative_prompt": "text"})
        );
        order.picture = Some(Picture(Bytes::from_static(b"jpeg")));
        let with_picture = input(&order, &config(names));
        assert_eq!(with_picture["first_frame"], "data:image/jpeg;base64,anBlZw==");
    }

    #[test]
    fn sizes_and_lengths_are_written_as_the_model_wants_them() {
        let names = Input {
            prompt: "prompt".into(),
            seconds: "length".into(),
            seconds_as: SecondsAs::TextWithS,
            resolution: "resolution".into(),
            size: "size".into(),
            width: "w".into(),
            height: "h".into(),
            seed: "seed".into(),
            ..Input::default()
        };
        assert_eq!(
            input(&order(), &config(names)),
            json!({
                "prompt": "a boat", "length": "5s", "resolution": "720p", "size": "720x1280", "w": 720, "h": 1280,
                "seed": 7, "negative_prompt": "text",
            })
        );
    }
}
