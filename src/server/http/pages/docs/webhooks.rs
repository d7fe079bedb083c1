//! Webhooks on the page of the API: what is sent, and how a program checks that it comes from here.

use super::{example, list, table};
use leptos::prelude::*;

/// What each address does.
const ADDRESSES: [(&str, &str); 9] = [
    (
        "POST /v1/webhook_endpoints",
        "Add one: url, and perhaps events. The answer has the secret, this once",
    ),
    ("GET /v1/webhook_endpoints", "Your endpoints"),
    (
        "GET /v1/webhook_endpoints/{id}",
        "One of them: on, or off and why",
    ),
    (
        "DELETE /v1/webhook_endpoints/{id}",
        "Remove it with its deliveries",
    ),
    ("POST /v1/webhook_endpoints/{id}/test", "Send a test event, once"),
    (
        "POST /v1/webhook_endpoints/{id}/rotate_secret",
        "A new secret; the old one signs too for a day",
    ),
    (
        "POST /v1/webhook_endpoints/{id}/enable",
        "Turn on what was turned off",
    ),
    (
        "GET /v1/webhook_endpoints/{id}/deliveries",
        "How each delivery went, page by page: limit, after",
    ),
    (
        "POST /v1/webhook_endpoints/{id}/deliveries/{delivery}/resend",
        "Send an event again: the same id, the same body",
    ),
];

/// Facts that the examples do not show.
const RULES: [&str; 8] = [
    "Answer 2xx within ten seconds, and work on the event afterwards. Redirects are not followed.",
    "Any other answer, or none, is tried again: after 5 s, 5 min, 30 min, 2 h, 5 h, 8 h and 8 h, or later if Retry-After says so. \
     After a day the event is given up; you can send it again for 30 days.",
    "An event may come twice, and events may overtake each other: webhook-id is the same on every try, so remember the ids.",
    "410 Gone turns the endpoint off at once. So do five days in which every try failed.",
    "video.completed tells of a video that is ready; video.failed of one that failed, was blocked or was cancelled: error.code \
     says which.",
    "Events carry no prompt. Ask for the video with a key when you need it.",
    "The signature is that of Standard Webhooks (v1, HMAC-SHA256), so its libraries and the official OpenAI clients check it too. \
     For a day after a new secret the header has two signatures; one that fits is enough.",
    "Addresses are https and public, at most ten for each person.",
];

const EVENT: &str = r#"POST /hooks HTTP/1.1
content-type: application/json
webhook-id: evt_0193…
webhook-timestamp: 1795442531
webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=

{"id":"evt_0193…","object":"event","created_at":1795442531,"type":"video.completed",
 "data":{"id":"video_0193…","object":"video","status":"completed","model":"builtin","size":"1280x720",
         "seconds":"4","created_at":1795442519,"completed_at":1795442531,"error":null}}"#;

const PYTHON: &str = r#"import base64, hashlib, hmac, time

def is_genuine(secret, headers, body):  # body: the bytes as they came
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(right, one) for one in headers["webhook-signature"].split())"#;

const NODE: &str = r"import { createHmac, timingSafeEqual } from 'node:crypto';

export function isGenuine(secret, headers, body) { // body: the bytes as they came
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': given } = headers;
  if (Math.abs(Date.now() / 1000 - Number(at)) > 300) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const right = Buffer.from('v1,' + createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64'));
  return given.split(' ').some((one) => one.length === right.length && timingSafeEqual(Buffer.from(one), right));
}";

/// The part about webhooks.
pub fn section() -> AnyView {
    view! {
        <section class="sheet">
            <h2 id="webhooks">"Webhooks"</h2>
            <p>
                "Instead of asking, be told: add an endpoint, and a signed event is posted to it when a video has ended. "
                <a href="/account/webhooks">"Add an endpoint"</a>
            </p>
            <pre tabindex="0"><code>{EVENT}</code></pre>
            <ul class="rules">{list(&RULES)}</ul>
            <div class="table-frame" role="region" aria-labelledby="webhooks" tabindex="0">
                <table class="statement"><tbody>{table(&ADDRESSES)}</tbody></table>
            </div>
        </section>
        {example("Check an event in Python", PYTHON)}
        {example("Check an event in Node", NODE)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };

    /// The signature of `{"test": 2432232314}` under this secret, after the specification's own example.
    const CHECK: [&str; 4] = [
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ];

    /// What a program that was given on its standard input says; nothing when the language is not installed.
    fn run(language: &str, arguments: &[&str], program: &str) -> Option<String> {
        let mut child = Command::new(language)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(program.as_bytes()).ok()?;
        let output = child.wait_with_output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    #[test]
    fn the_examples_accept_what_is_genuine_and_nothing_else() {
        let [secret, id, at, signature] = CHECK;
        let headers = format!(
            r#"{{"webhook-id": "{id}", "webhook-timestamp": "{at}", "webhook-signature": "v1,AAAA {signature}"}}"#
        );
        let (good, bad) = (r#"{"test": 2432232314}"#, r#"{"test": 2432232315}"#);
        let python = format!(
            "{PYTHON}\ntime.time = lambda: {at} + 299\nh = {headers}\n\
             print(is_genuine('{secret}', h, b'{good}'), is_genuine('{secret}', h, b'{bad}'))\n\
             time.time = lambda: {at} + 301\nprint(is_genuine('{secret}', h, b'{good}'))\n"
        );
        let node = format!(
            "{NODE}\nDate.now = () => ({at} + 299) * 1000\nconst h = {headers}\n\
             console.log(isGenuine('{secret}', h, Buffer.from('{good}')), isGenuine('{secret}', h, Buffer.from('{bad}')))\n\
             Date.now = () => ({at} + 301) * 1000\nconsole.log(isGenuine('{secret}', h, Buffer.from('{good}')))\n"
        );
        for (language, arguments, program, said) in [
            ("python3", &["-"][..], python, "True False\nFalse"),
            (
                "node",
                &["--input-type=module", "-"][..],
                node,
                "true false\nfalse",
            ),
        ] {
            match run(language, arguments, &program) {
                Some(output) => assert_eq!(output, said, "{language}"),
                None => eprintln!("NOT RUN: {language} is not installed"),
            }
        }
    }
}
