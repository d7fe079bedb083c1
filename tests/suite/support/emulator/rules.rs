//! What each server minds, and how it answers.

use super::{Inner, Job, KEY, REMOTE, faults, form};
use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

impl Inner {
    /// Refuses everything that does not carry the key, in the server's own words.
    pub fn guard(&self, headers: &HeaderMap) -> Result<(), Box<Response>> {
        let bearer = format!("Bearer {KEY}");
        if headers
            .get("authorization")
            .is_some_and(|sent| sent == bearer.as_str())
        {
            return Ok(());
        }
        Err(Box::new(
            self.wrong(StatusCode::UNAUTHORIZED, "Incorrect API key provided"),
        ))
    }

    /// An error as this server writes it.
    pub fn wrong(&self, status: StatusCode, message: &str) -> Response {
        let body = match self.preset {
            "sglang" | "vllm-omni" | "tensorrt-llm" => json!({ "detail": message }),
            "new-api" => json!({ "code": "fail_to_fetch_task", "message": message, "data": null }),
            _ => {
                json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": null}})
            }
        };
        (status, Json(body)).into_response()
    }

    /// FastAPI's refusal of one field.
    pub fn field(name: &str, message: &str, input: &Value) -> Response {
        let detail = json!([{"type": "value_error", "loc": ["body", name], "msg": message, "input": input}]);
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            Json(json!({ "detail": detail })),
        )
            .into_response()
    }

    /// The order's fields, if they come in a shape that this server takes.
    pub fn order(&self, headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Box<Response>> {
        let kind = headers
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        if let Some(boundary) = kind.strip_prefix("multipart/form-data; boundary=") {
            let mut fields = form::fields(boundary, body);
            if self.is("sglang") && !fields.contains_key("input_reference") {
                return Err(Box::new(
                    self.wrong(StatusCode::BAD_REQUEST, "input_reference file is required"),
                ));
            }
            if self.is("tensorrt-llm") {
                if !fields.contains_key("image_reference") {
                    return Err(Box::new(Self::field(
                        "body",
                        "multipart is for image-to-video",
                        &json!(null),
                    )));
                }
                // pydantic reads numbers out of texts.
                let seconds = fields["seconds"]
                    .as_str()
                    .and_then(|text| text.parse::<f64>().ok());
                fields.insert("seconds".into(), json!(seconds));
            }
            return Ok(fields);
        }
        assert_eq!(kind, "application/json");
        if self.is("vllm-omni") {
            return Err(Box::new(Self::field("prompt", "Field required", &json!(null))));
        }
        serde_json::from_slice(body)
            .map_err(|_| Box::new(Self::field("body", "JSON decode error", &json!(null))))
    }

    /// What this server minds about the fields.
    pub fn check(&self, order: &Map<String, Value>) -> Result<(), Box<Response>> {
        let known: &[&str] = match self.preset {
            "vllm-omni" => &[
                "prompt",
                "model",
                "seconds",
                "size",
                "seed",
                "negative_prompt",
                "fps",
                "extra_params",
                "input_reference",
            ],
            "tensorrt-llm" => &[
                "prompt",
                "model",
                "seconds",
                "size",
                "seed",
                "fps",
                "guidance_scale",
                "image_reference",
            ],
            "openai" => &["prompt", "model", "seconds", "size", "input_reference"],
            _ => &[],
        };
        if let Some((name, value)) = order
            .iter()
            .find(|(name, _)| !known.is_empty() && !known.contains(&name.as_str()))
        {
            return Err(Box::new(match self.preset {
                "openai" => self.wrong(StatusCode::BAD_REQUEST, &format!("Unknown parameter: '{name}'.")),
                _ => Self::field(name, "Extra inputs are not permitted", value),
            }));
        }
        if order.get("model") != Some(&json!(REMOTE)) {
            return Err(Box::new(self.wrong(StatusCode::BAD_REQUEST, "model not found")));
        }
        let text = order["seconds"].as_str();
        let whole =
            |text: &str| text.parse::<u32>().is_ok_and(|seconds| seconds > 0) && !text.starts_with('0');
        let fits = match self.preset {
            "sglang" => order["seconds"].is_u64() || text.is_some_and(whole),
            "tensorrt-llm" => order["seconds"].is_number(),
            _ => text.is_some_and(whole),
        };
        if !fits {
            return Err(Box::new(Self::field(
                "seconds",
                "Input should be valid",
                &order["seconds"],
            )));
        }
        let size = order["size"].as_str().and_then(|size| size.split_once('x'));
        if !size.is_some_and(|(width, height)| whole(width) && whole(height)) {
            return Err(Box::new(Self::field(
                "size",
                "Input should be WxH",
                &order["size"],
            )));
        }
        let picture = order.get("input_reference").or(order.get("image_reference"));
        if let Some(picture) = picture {
            let sides = format!("{}x{}", picture["width"], picture["height"]);
            if order["size"] != json!(sides) {
                let message = "Inpaint image must match the requested width and height";
                return Err(Box::new(self.wrong(StatusCode::BAD_REQUEST, message)));
            }
            assert_eq!(picture["type"], "image/jpeg");
        }
        Ok(())
    }

    /// The fields of an extension. LiteLLM reads JSON whatever comes; only the original takes files, and only two servers
    /// have the address at all.
    pub fn extension(&self, headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Box<Response>> {
        let kind = headers
            .get("content-type")
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or_default();
        let boundary = kind.strip_prefix("multipart/form-data; boundary=");
        match (self.preset, boundary) {
            ("openai", Some(boundary)) => Ok(form::fields(boundary, body)),
            ("openai" | "litellm", _) => serde_json::from_slice(body)
                .map_err(|_| Box::new(self.wrong(StatusCode::INTERNAL_SERVER_ERROR, "unexpected character"))),
            _ => Err(Box::new(StatusCode::NOT_FOUND.into_response())),
        }
    }

    /// What is minded about them; the size of what is extended.
    pub fn check_extension(&self, order: &Map<String, Value>) -> Result<String, Box<Response>> {
        let bad = |words: &str| Err(Box::new(self.wrong(StatusCode::BAD_REQUEST, words)));
        let known = ["prompt", "seconds", "video"];
        if let Some(name) = order.keys().find(|name| !known.contains(&name.as_str())) {
            return bad(&format!("Unknown parameter: '{name}'."));
        }
        let seconds = order.get("seconds").and_then(Value::as_str);
        let seconds = seconds.and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        if !(1..=20).contains(&seconds) || order["prompt"].as_str().is_none_or(str::is_empty) {
            return bad("Invalid value");
        }
        let video = order.get("video").cloned().unwrap_or_default();
        if video["type"] == "video/mp4" {
            // What it made is what was stored, to the last byte.
            assert_eq!(video["is_the_sample"], true);
            return Ok("128x72".into());
        }
        let jobs = self.jobs();
        match video["id"].as_str().and_then(|id| jobs.get(id)) {
            Some(job) => Ok(job.size.clone()),
            None => Err(Box::new(self.wrong(StatusCode::NOT_FOUND, "Video not found"))),
        }
    }

    pub fn new_id(&self, number: usize) -> String {
        match self.preset {
            "vllm-omni" => format!("video_gen_{number:032x}"),
            "litellm" => format!(
                "video_bGl0ZWxsbTpjdXN0b21fbGxtX3Byb3ZpZGVyOm9wZW5haTttb2RlbF9pZDo7dmlkZW9faWQ6{number}=="
            ),
            "new-api" => format!("task_{number}"),
            // Ids are opaque: nobody promises that they fit into a path as they are.
            "tensorrt-llm" => format!("video/{number}?a b"),
            _ => format!("video_{number}"),
        }
    }

    /// The job as this server shows it.
    pub fn show(&self, id: &str, job: &Job) -> Value {
        let words: &[(&str, Value)] = match self.preset {
            "sglang" => &[
                ("queued", json!(0)),
                ("queued", json!(0)),
                ("completed", json!(100)),
            ],
            "tensorrt-llm" => &[
                ("queued", json!(null)),
                ("generating", json!(null)),
                ("postprocessing", json!(null)),
                ("completed", json!(null)),
            ],
            "litellm" => &[("processing", json!("50%")), ("completed", json!(100))],
            "new-api" => &[
                ("unknown", json!(0)),
                ("in_progress", json!("30%")),
                ("completed", json!("100%")),
            ],
            "vllm-omni" => &[
                ("queued", json!(0)),
                ("in_progress", json!(0.4)),
                ("completed", json!(1.0)),
            ],
            _ => &[
                ("queued", json!(0)),
                ("in_progress", json!(42)),
                ("completed", json!(100)),
            ],
        };
        let place = usize::try_from(job.polls).unwrap_or(0).min(words.len() - 1);
        let (word, progress) = &words[place];
        let mut shown = json!({
            "id": id, "object": "video", "model": REMOTE, "status": word, "progress": progress, "created_at": 1_764_000_000,
            "seconds": job.seconds, "size": job.size, "inference_time_s": 1.5, "error": null,
        });
        faults::shown(job, &mut shown);
        shown
    }

    pub fn deletes(&self) -> bool {
        !self.is("litellm") && !self.is("new-api")
    }
}
