//! Webhooks in the document: the addresses of endpoints, and the events that are sent to them.

use super::{AFTER_EVENT, DELIVERY, ID, LIMIT, list_of, object, operation, reference};
use crate::model::webhooks::{EventKind, OffReason, Progress};
use serde_json::{Value, json};

/// The addresses.
pub fn paths() -> Value {
    let endpoint = "WebhookEndpoint";
    json!({
        "/webhook_endpoints": {
            "get": operation("listWebhookEndpoints", "Your endpoints, newest first", &[], None, "WebhookEndpoints", &[]),
            "post": operation("createWebhookEndpoint", "Add an endpoint; its secret is in this answer only", &[], Some("NewWebhookEndpoint"), "WebhookEndpointWithSecret", &[400, 413, 415]),
        },
        "/webhook_endpoints/{id}": {
            "get": operation("retrieveWebhookEndpoint", "One endpoint: on, or off and why", &[ID], None, endpoint, &[404]),
            "delete": operation("deleteWebhookEndpoint", "Remove an endpoint with its deliveries", &[ID], None, "WebhookEndpointDeleted", &[404]),
        },
        "/webhook_endpoints/{id}/enable": {
            "post": operation("enableWebhookEndpoint", "Turn on an endpoint that was turned off", &[ID], None, endpoint, &[404]),
        },
        "/webhook_endpoints/{id}/rotate_secret": {
            "post": operation("rotateWebhookSecret", "A new secret; the one before signs too for a day", &[ID], None, "WebhookEndpointWithSecret", &[404]),
        },
        "/webhook_endpoints/{id}/test": {
            "post": operation("testWebhookEndpoint", "Send a test event, once", &[ID], None, "WebhookDelivery", &[404, 409]),
        },
        "/webhook_endpoints/{id}/deliveries": {
            "get": operation("listWebhookDeliveries", "How each delivery of the last 30 days went, newest first", &[ID, LIMIT, AFTER_EVENT], None, "WebhookDeliveries", &[400, 404]),
        },
        "/webhook_endpoints/{id}/deliveries/{delivery}/resend": {
            "post": operation("resendWebhookDelivery", "Send an event again: the same id, the same body", &[ID, DELIVERY], None, "WebhookDelivery", &[404, 409]),
        },
    })
}

/// The events.
pub fn events() -> Value {
    let event = |summary: &str, schema: &str| {
        let header = |name: &str| json!({ "in": "header", "name": name, "required": true, "schema": { "type": "string" } });
        json!({ "post": {
            "summary": summary,
            "description": "Signed after Standard Webhooks. Any 2xx takes it; everything else is tried again for a day.",
            "security": [],
            "parameters": [header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")],
            "requestBody": { "required": true, "content": { "application/json": { "schema": reference(schema) } } },
            "responses": { "2XX": { "description": "Taken" }, "410": { "description": "Send no more: the endpoint is turned off" } },
        } })
    };
    json!({
        EventKind::Completed.as_str(): event("A video is ready", "VideoEvent"),
        EventKind::Failed.as_str(): event("A video failed, was blocked or was cancelled", "VideoEvent"),
        EventKind::Test.as_str(): event("Somebody tries the endpoint out", "TestEvent"),
    })
}

/// What they are made of.
pub fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let perhaps = json!({ "type": ["string", "null"] });
    let at = json!({ "type": "integer" });
    let perhaps_at = json!({ "type": ["integer", "null"] });
    let trouble = json!({ "anyOf": [object(&json!({ "code": text, "message": text })), { "type": "null" }] });
    let kinds = EventKind::CHOICES.map(EventKind::as_str);
    let every = [EventKind::Completed, EventKind::Failed, EventKind::Test].map(EventKind::as_str);
    let states = [Progress::Waiting(0), Progress::Delivered(0), Progress::GivenUp(0)].map(Progress::as_str);
    let endpoint = json!({
        "id": text, "object": { "const": "webhook_endpoint" }, "url": text,
        "events": { "type": "array", "items": { "enum": kinds } },
        "created_at": at, "enabled": { "type": "boolean" }, "disabled_at": perhaps_at,
        "disabled_reason": { "enum": [OffReason::Gone.as_str(), OffReason::Failing.as_str(), null] },
        "old_secret_until": perhaps_at,
    });
    let mut with_secret = endpoint.clone();
    with_secret["secret"] = json!({ "type": "string", "pattern": "^whsec_" });
    let list = |of: &str| {
        object(&json!({
            "object": { "const": "list" }, "data": list_of(of), "first_id": perhaps, "last_id": perhaps,
            "has_more": { "type": "boolean" },
        }))
    };
    let event = |kinds: &[&str], data: &Value| {
        object(&json!({
            "id": text, "object": { "const": "event" }, "created_at": at, "type": { "enum": kinds }, "data": data,
        }))
    };
    json!({
        "NewWebhookEndpoint": {
            "type": "object", "required": ["url"],
            "properties": { "url": { "type": "string", "format": "uri", "maxLength": 2_000 }, "events": { "anyOf": [endpoint["events"], { "type": "null" }] } },
        },
        "WebhookEndpoint": object(&endpoint),
        "WebhookEndpointWithSecret": object(&with_secret),
        "WebhookEndpoints": list("WebhookEndpoint"),
        "WebhookEndpointDeleted": object(&json!({
            "id": text, "object": { "const": "webhook_endpoint.deleted" }, "deleted": { "const": true },
        })),
        "WebhookDelivery": object(&json!({
            "id": text, "object": { "const": "webhook_delivery" }, "type": { "enum": every }, "video_id": perhaps,
            "status": { "enum": states }, "attempts": at, "last_status": perhaps_at, "last_error": trouble,
            "created_at": at, "next_attempt_at": perhaps_at, "delivered_at": perhaps_at, "failed_at": perhaps_at,
        })),
        "WebhookDeliveries": list("WebhookDelivery"),
        "VideoEvent": event(&kinds, &object(&json!({
            "id": text, "object": { "const": "video" }, "status": { "enum": ["completed", "failed"] }, "model": text,
            "size": text, "seconds": text, "created_at": at, "completed_at": at, "error": trouble,
        }))),
        "TestEvent": event(&[EventKind::Test.as_str()], &object(&json!({
            "id": text, "object": { "const": "webhook_endpoint" },
        }))),
    })
}
