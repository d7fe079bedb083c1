//! `/docs/api`: how programs make videos here. Read and never changed by a script, so that browsers need not carry it.

mod webhooks;

use super::framed::framed;
use crate::app::ShellData;
use leptos::prelude::*;
use leptos_meta::Title;

/// What each address does.
const ADDRESSES: [(&str, &str); 11] = [
    (
        "POST /v1/videos",
        "Create a video: prompt, and perhaps model, size, seconds, seed, caption, input_reference, max_credits",
    ),
    (
        "GET /v1/videos/{id}",
        "How far it is: queued, in_progress, completed or failed",
    ),
    (
        "GET /v1/videos",
        "Your videos, page by page: limit, order (asc, desc), after",
    ),
    (
        "GET /v1/videos/{id}/content",
        "The file: variant is video, thumbnail or spritesheet; ranges work",
    ),
    (
        "POST /v1/videos/{id}/remix",
        "The same model, size and length with another prompt",
    ),
    (
        "POST /v1/videos/extensions",
        "A longer video that begins with all of another one: prompt, video {id}, seconds to add, max_credits",
    ),
    (
        "POST /v1/videos/{id}/cancel",
        "Stop work that goes on; it costs nothing",
    ),
    (
        "DELETE /v1/videos/{id}",
        "Delete a video that has ended, at once and for good: programs have no trash",
    ),
    (
        "POST /v1/videos/quote",
        "What a video (or with video {id} an extension) would cost, in credits, and how long it usually takes, in usual_seconds (null before there is history)",
    ),
    ("GET /v1/models", "What can be chosen, and prices"),
    ("GET /v1/credits", "What there is to spend"),
];

/// Facts that the examples do not show.
const RULES: [&str; 8] = [
    "Credits are held when a video is created, and charged when it is there; whatever fails costs nothing. \
     X-AiSora-Credits tells which.",
    "max_credits refuses a video that would cost more, before anything is held.",
    "Where a model takes one (input_reference in /v1/models), a video starts from a picture: send input_reference as a file of a \
     form, or as {\"image_url\"} with an https or data address. JPEG, PNG and WebP of up to 20 MB are cut to the size of the video.",
    "Where a model can (extends_to in /v1/models is the longest), a completed video is extended: send its id as {\"video\": {\"id\"}}. \
     You pay for the seconds that are added; seconds of the new video are those of all of it. The original stays. Files are not \
     taken: in Python, client.post(\"/videos/extensions\", body={…}, cast_to=type(video)) sends an id.",
    "With an Idempotency-Key, a request that comes again within a day gets the same video. Another request under the same key is \
     refused with 409.",
    "Refusals are {\"error\": {\"message\", \"type\", \"param\", \"code\"}}: 400 names the field in param (code moderation_blocked: the \
     prompt says what this server's rules do not allow), 401 is about the key, 402 \
     about credits, the key's cap for the month or what you allow for one job or a day at /account/spending (code spending_guard), 403 about its scopes.",
    "429 comes with Retry-After; the x-ratelimit headers tell how many requests are left.",
    "While a video is being made, openai-poll-after-ms tells when it is worth to ask again.",
];

/// The page, with examples for this server's address.
pub fn page(data: ShellData, address: &str) -> impl IntoView + use<> {
    let address = address.to_owned();
    framed(data, Box::new(move || reference(&address)))
}

fn reference(address: &str) -> AnyView {
    let addresses = table(&ADDRESSES);
    let rules = list(&RULES);
    view! {
        <Title text="API" />
        <div class="page narrow docs" lang="en">
            <header class="page-head"><h1>"API"</h1></header>
            <p>
                "Programs make videos over the Videos protocol, which the official OpenAI clients speak: give them this server's \
                 address and a key of yours. "
                <a href="/account/keys">"Make a key"</a> " · " <a href="/v1/openapi.json">"OpenAPI 3.1"</a>
            </p>
            {example("curl", curl(address))}
            {example("Python", python(address))}
            {example("Node", node(address))}
            <section class="sheet">
                <h2 id="addresses">"Addresses"</h2>
                <div class="table-frame" role="region" aria-labelledby="addresses" tabindex="0">
                    <table class="statement"><tbody>{addresses}</tbody></table>
                </div>
            </section>
            <section class="sheet">
                <h2>"Good to know"</h2>
                <ul class="rules">{rules}</ul>
            </section>
            {webhooks::section()}
        </div>
    }
    .into_any()
}

fn table(addresses: &[(&'static str, &'static str)]) -> Vec<AnyView> {
    let line = |(address, words): &(&'static str, &'static str)| {
        let (address, words) = (*address, *words);
        view! { <tr><td><code>{address}</code></td><td>{words}</td></tr> }.into_any()
    };
    addresses.iter().map(line).collect()
}

fn list(rules: &[&'static str]) -> Vec<AnyView> {
    let line = |rule: &&'static str| {
        let rule = *rule;
        view! { <li>{rule}</li> }.into_any()
    };
    rules.iter().map(line).collect()
}

fn example(name: &'static str, text: impl Into<String>) -> AnyView {
    let text: String = text.into();
    view! {
        <section class="sheet">
            <h2>{name}</h2>
            <pre tabindex="0"><code>{text}</code></pre>
        </section>
    }
    .into_any()
}

fn curl(address: &str) -> String {
    format!(
        r#"export KEY=aisora_sk_…
curl {address}/v1/videos -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
  -d '{{"prompt": "a paper boat in the rain", "max_credits": 100}}'
curl {address}/v1/videos/video_… -H "Authorization: Bearer $KEY"
curl {address}/v1/videos/video_…/content -H "Authorization: Bearer $KEY" -o boat.mp4"#
    )
}

fn python(address: &str) -> String {
    format!(
        r#"from openai import OpenAI

client = OpenAI(base_url="{address}/v1", api_key="aisora_sk_…")
video = client.videos.create_and_poll(prompt="a paper boat in the rain")
if video.status == "completed":
    client.videos.download_content(video.id).write_to_file("boat.mp4")
else:
    print(video.error.message)"#
    )
}

fn node(address: &str) -> String {
    format!(
        r"import {{ writeFile }} from 'node:fs/promises';
import OpenAI from 'openai';

const client = new OpenAI({{ baseURL: '{address}/v1', apiKey: 'aisora_sk_…' }});
let video = await client.videos.create({{ prompt: 'a paper boat in the rain' }});
while (video.status === 'queued' || video.status === 'in_progress') {{
  await new Promise((done) => setTimeout(done, 2000));
  video = await client.videos.retrieve(video.id);
}}
const file = await client.videos.downloadContent(video.id);
await writeFile('boat.mp4', Buffer.from(await file.arrayBuffer()));"
    )
}
