//! `GET /v1/openapi.json`: every address of the API in OpenAPI 3.1, made beside the handlers. A test reads the table of
//! routes and misses none.

mod orders;
mod webhooks;

use crate::{
    model::{
        catalogue::Catalogue,
        protocol::{EVENT, VIDEO},
    },
    server::router::Web,
};
use axum::{Json, extract::State};
use serde_json::{Value, json};

/// The document, for this server.
pub async fn openapi(State(web): State<Web>) -> Json<Value> {
    Json(document(
        &web.app.config.public_url,
        &web.app.generations.catalogue(),
    ))
}

fn document(public_url: &str, catalogue: &Catalogue) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "AiSora",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The Videos protocol, as the official OpenAI clients speak it, with prices, credits and cancelling.",
        },
        "servers": [{ "url": format!("{public_url}/v1") }],
        "security": [{ "key": [] }],
        "paths": paths(),
        "webhooks": webhooks::events(),
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer", "description": "A key from /account/keys" } },
            "schemas": schemas(catalogue),
        },
    })
}

fn paths() -> Value {
    let mut paths = of_videos();
    if let (Some(all), Value::Object(more)) = (paths.as_object_mut(), webhooks::paths()) {
        all.extend(more);
    }
    paths
}

fn of_videos() -> Value {
    json!({
        "/models": { "get": operation("listModels", "Every model that can be chosen, the default first", &[], None, "Models", &[]) },
        "/credits": { "get": operation("getCredits", "What there is to spend", &[], None, "Credits", &[]) },
        "/videos": {
            "get": operation("listVideos", "Your videos, page by page", &[LIMIT, ORDER, AFTER], None, "Videos", &[400]),
            "post": operation("createVideo", "Create a video", &[REPEAT], Some("NewVideo"), "Video", &[400, 402, 409, 413, 415]),
        },
        "/videos/quote": {
            "post": operation("quoteVideo", "What a video would cost; nothing is held", &[], Some("Priced"), "Quote", &[400, 404, 409, 413, 415]),
        },
        "/videos/extensions": {
            "post": operation("extendVideo", "A longer video that begins with all of another one; what is added is what it costs", &[REPEAT], Some("Extension"), "Video", &[400, 402, 404, 409, 413, 415]),
        },
        "/videos/{id}": {
            "get": operation("retrieveVideo", "How far a video is", &[ID], None, "Video", &[404]),
            "delete": operation("deleteVideo", "Delete a video that has ended, at once and for good (the trash of the library is for people)", &[ID], None, "Deleted", &[404, 409]),
        },
        "/videos/{id}/content": { "get": content() },
        "/videos/{id}/remix": {
            "post": operation("remixVideo", "The same model, size and length with another prompt", &[ID, REPEAT], Some("Remix"), "Video", &[400, 402, 404, 409, 413, 415]),
        },
        "/videos/{id}/cancel": {
            "post": operation("cancelVideo", "Stop work that goes on; it costs nothing", &[ID], None, "Video", &[404, 409]),
        },
        "/openapi.json": {
            "get": {
                "operationId": "openapi",
                "summary": "This document",
                "security": [],
                "responses": { "200": { "description": "OpenAPI 3.1", "content": { "application/json": {} } } },
            },
        },
    })
}

/// A parameter: where it stands, its name, whether it must be there, how the id that it wants begins.
struct Parameter(&'static str, &'static str, bool, &'static str);

const ID: Parameter = Parameter("path", "id", true, "");
const DELIVERY: Parameter = Parameter("path", "delivery", true, "");
const LIMIT: Parameter = Parameter("query", "limit", false, "");
const ORDER: Parameter = Parameter("query", "order", false, "");
const AFTER: Parameter = Parameter("query", "after", false, VIDEO);
const AFTER_EVENT: Parameter = Parameter("query", "after", false, EVENT);
const VARIANT: Parameter = Parameter("query", "variant", false, "");
const REPEAT: Parameter = Parameter("header", "Idempotency-Key", false, "");

impl Parameter {
    fn document(&self) -> Value {
        let schema = match self.1 {
            "id" | "delivery" => json!({ "type": "string" }),
            // What lists give as `last_id`.
            "after" => json!({ "type": "string", "pattern": format!("^({}[0-9a-f]{{32}})?$", self.3) }),
            "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 }),
            "order" => json!({ "enum": ["asc", "desc"], "default": "desc" }),
            "variant" => json!({ "enum": ["video", "thumbnail", "spritesheet"], "default": "video" }),
            _ => json!({ "type": "string", "minLength": 1, "maxLength": 255 }),
        };
        json!({ "in": self.0, "name": self.1, "required": self.2, "schema": schema })
    }
}

fn operation(
    id: &str,
    summary: &str,
    parameters: &[Parameter],
    body: Option<&str>,
    answer: &str,
    refusals: &[u16],
) -> Value {
    let parameters: Vec<_> = parameters.iter().map(Parameter::document).collect();
    let ok = json!({ "description": summary, "headers": headers(), "content": json_of(answer) });
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters,
        "responses": responses(&ok, refusals),
    });
    if let Some(body) = body {
        // Only a form brings a file.
        let form = if body == "NewVideo" { "NewVideoForm" } else { body };
        operation["requestBody"] = json!({
            "required": true,
            "content": {
                "application/json": { "schema": reference(body) },
                "multipart/form-data": { "schema": reference(form) },
            },
        });
    }
    operation
}

fn content() -> Value {
    let file = json!({ "schema": { "type": "string", "format": "binary" } });
    let whole = json!({
        "description": "The file; in parts when a Range is asked for",
        "content": { "video/mp4": file, "image/jpeg": file },
    });
    let mut responses = responses(&whole, &[400, 404, 409]);
    responses["206"] = whole;
    responses["304"] = json!({ "description": "As you have it" });
    responses["416"] = json!({ "description": "There is no such part" });
    json!({
        "operationId": "downloadVideo",
        "summary": "The video, a still of it, or eight frames side by side",
        "parameters": [ID.document(), VARIANT.document()],
        "responses": responses,
    })
}

/// What every answer may be, and the refusals of this one.
fn responses(ok: &Value, refusals: &[u16]) -> Value {
    let mut responses = json!({ "200": ok });
    for status in refusals.iter().chain(&[401, 403, 429, 500, 503]) {
        let description = match status {
            400 => {
                "A field does not fit: `param` says which. `moderation_blocked`: the prompt breaks a rule of this server"
            }
            401 => "No key, or one that does not work",
            402 => {
                "`insufficient_credits`, `monthly_cap_reached` (the key's cap) or `spending_guard` (what the person allows for one video or a day)"
            }
            403 => "The key lacks the scope",
            404 => "There is nothing under this id, or it is not yours",
            409 => "Its state does not allow it, or the Idempotency-Key was used for another request",
            413 => "The body is too large",
            415 => "Neither JSON nor a form with parts",
            429 => "Too many requests: wait as `Retry-After` says",
            503 => "The database does not answer right now",
            _ => "Our mistake",
        };
        responses[status.to_string()] = json!({ "description": description, "content": json_of("Error") });
    }
    responses
}

fn headers() -> Value {
    let number = json!({ "type": "integer" });
    json!({
        "x-ratelimit-limit-requests": { "schema": number },
        "x-ratelimit-remaining-requests": { "schema": number },
        "x-ratelimit-reset-requests": { "schema": { "type": "string" } },
        "openai-poll-after-ms": { "schema": number, "description": "While it goes on: when to ask again" },
        "x-aisora-credits": { "schema": { "type": "string" }, "description": "`held=40`, `charged=40` or `charged=0`" },
    })
}

fn json_of(schema: &str) -> Value {
    json!({ "application/json": { "schema": reference(schema) } })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// An object with all of its properties.
fn object(properties: &Value) -> Value {
    let required: Vec<_> = properties
        .as_object()
        .into_iter()
        .flat_map(|properties| properties.keys().cloned())
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn list_of(schema: &str) -> Value {
    json!({ "type": "array", "items": reference(schema) })
}

fn schemas(catalogue: &Catalogue) -> Value {
    let mut schemas = of_answers();
    for more in [webhooks::schemas(), orders::schemas(catalogue)] {
        if let (Some(all), Value::Object(more)) = (schemas.as_object_mut(), more) {
            all.extend(more);
        }
    }
    schemas
}

fn of_answers() -> Value {
    let text = json!({ "type": "string" });
    let credits = json!({ "type": "integer", "minimum": 0 });
    let perhaps = json!({ "type": ["string", "null"] });
    json!({
        "Video": object(&json!({
            "id": text, "object": { "const": "video" }, "model": text,
            "status": { "enum": ["queued", "in_progress", "completed", "failed"] },
            "progress": { "type": "integer", "minimum": 0, "maximum": 100 },
            "created_at": { "type": "integer" }, "completed_at": { "type": ["integer", "null"] },
            "expires_at": { "type": ["integer", "null"] }, "prompt": text, "size": text, "seconds": text,
            "remixed_from_video_id": perhaps, "seed": { "type": "integer" },
            "error": { "anyOf": [object(&json!({ "code": text, "message": text })), { "type": "null" }] },
        })),
        "Videos": object(&json!({
            "object": { "const": "list" }, "data": list_of("Video"), "first_id": perhaps, "last_id": perhaps,
            "has_more": { "type": "boolean" },
        })),
        "Deleted": object(&json!({ "id": text, "object": { "const": "video.deleted" }, "deleted": { "const": true } })),
        "Quote": object(&json!({
            "object": { "const": "video.quote" }, "model": text, "size": text, "seconds": text,
            "credits": credits, "available": credits, "usual_seconds": {
                "type": ["integer", "null"],
                "description": "How long such a video usually takes, from the start of its making to its end; null before there is history.",
            },
        })),
        "Credits": object(&json!({
            "object": { "const": "credits" }, "available": credits, "held": credits,
            "key": object(&json!({ "spent_this_month": credits, "monthly_cap": { "type": ["integer", "null"] } })),
        })),
        "Model": object(&json!({
            "id": text, "object": { "const": "model" }, "created": { "type": "integer" }, "owned_by": text,
            "label": text, "note": text, "default_seconds": { "type": "integer" }, "input_reference": { "type": "boolean" },
            "extends_to": { "type": "integer", "minimum": 0, "description": "The longest video that extending makes, in seconds; 0 where the model extends none" },
            "seconds": { "type": "array", "items": { "type": "integer" } },
            "sizes": { "type": "array", "items": object(&json!({ "size": text, "credits_per_second": credits })) },
        })),
        "Models": object(&json!({ "object": { "const": "list" }, "data": list_of("Model") })),
        "Error": object(&json!({ "error": object(&json!({
            "message": text, "type": text, "param": perhaps, "code": text,
        })) })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// `get /videos` and the others in the table of routes, read from its text.
    fn routes() -> BTreeSet<String> {
        let table = include_str!("../videos_api.rs");
        let mut routes = BTreeSet::new();
        for line in table.split(".route(").skip(1) {
            let line = line.split("\n        .").next().unwrap();
            let Some(path) = line.split('"').nth(1).and_then(|path| path.strip_prefix("/v1/")) else {
                continue;
            };
            for method in ["get", "post", "put", "patch", "delete"] {
                if line.contains(&format!("{method}(")) {
                    routes.insert(format!("{method} /{path}"));
                }
            }
        }
        routes
    }

    #[test]
    fn every_route_is_documented_and_nothing_else() {
        let mut documented = BTreeSet::new();
        for (path, methods) in paths().as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                documented.insert(format!("{method} {path}"));
            }
        }
        assert!(routes().contains("delete /videos/{id}"));
        assert_eq!(documented, routes());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document("https://v.example.org", &Catalogue::default());
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let named: Vec<_> = text
            .split("#/components/schemas/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert!(named.iter().all(|name| schemas.contains_key(*name)));
        assert!(schemas.keys().all(|name| named.contains(&name.as_str())));
    }
}
