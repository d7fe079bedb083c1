//! What the protocol lacks: which models there are, what a video would cost, what there is to spend.

use super::{door::Program, fields::Fields};
use crate::server::{error::ErrorResponse, router::Web};
use axum::{Json, extract::State};
use serde_json::{Value, json};

/// `GET /v1/models`, the default first. `created` has no meaning here and is 0, because clients want a number.
pub async fn models(State(web): State<Web>, Program(_): Program) -> Json<Value> {
    let catalogue = web.app.generations.catalogue();
    let data: Vec<_> = catalogue
        .models
        .into_iter()
        .map(|model| {
            json!({
                "id": model.id,
                "object": "model",
                "created": 0,
                "owned_by": "aisora",
                "label": model.label,
                "note": model.note,
                "sizes": model.sizes,
                "seconds": model.seconds,
                "default_seconds": model.default_seconds,
                "input_reference": model.input_reference,
                "extends_to": model.extends_to,
            })
        })
        .collect();
    Json(json!({ "object": "list", "data": data }))
}

/// `POST /v1/videos/quote`, also for an extension, whose `seconds` are those of all of it. `usual_seconds` is how long such a video usually takes, null before there is history.
pub async fn quote(
    State(web): State<Web>,
    Program(caller): Program,
    fields: Fields,
) -> Result<Json<Value>, ErrorResponse> {
    let generations = &web.app.generations;
    let (quote, seconds) = if let Some(of) = fields.video()? {
        let seconds = fields.seconds()?;
        generations
            .price_extension(caller.user, of, seconds.as_deref())
            .await?
    } else {
        let quote = generations.price(caller.user, &fields.wish()?).await?;
        let seconds = quote.choices.seconds;
        (quote, seconds)
    };
    let available = web.app.ledger.balance(caller.user).await?.available;
    Ok(Json(json!({
        "object": "video.quote",
        "model": quote.choices.model,
        "size": quote.choices.size,
        "seconds": seconds.to_string(),
        "credits": quote.credits,
        "available": available,
        "usual_seconds": quote.estimate.map(|estimate| (estimate.p50_ms + 999) / 1_000),
    })))
}

/// `GET /v1/credits`
pub async fn credits(State(web): State<Web>, Program(caller): Program) -> Result<Json<Value>, ErrorResponse> {
    let balance = web.app.ledger.balance(caller.user).await?;
    let spent = web.app.keys.spent(caller.key).await?;
    Ok(Json(json!({
        "object": "credits",
        "available": balance.available,
        "held": balance.held,
        "key": { "spent_this_month": spent, "monthly_cap": caller.monthly_cap },
    })))
}
