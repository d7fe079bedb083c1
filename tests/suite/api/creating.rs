//! Creating: every field wrong in every way, prices and caps, and requests that come again.

use super::{Program, parts, patient, refusal, told, whole};
use crate::support::{Engine, MODEL, Setup, WebServer};
use aisora::server::clock::Clock;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines!(
    what_is_left_out_is_as_the_catalogue_offers_it,
    every_field_that_is_wrong_is_named_and_nothing_is_held,
    forms_with_parts_are_read_like_json,
    the_same_request_again_gets_the_same_video,
    doubles_at_the_same_time_make_one_video,
    a_program_spends_no_more_than_it_wants_and_has,
    a_key_spends_no_more_in_a_month_than_its_cap,
    prices_models_and_credits_are_told,
);

async fn what_is_left_out_is_as_the_catalogue_offers_it(engine: Engine) {
    let server = WebServer::start(engine).await;
    let program = Program::of(&server).await;
    let answer = program
        .post("/videos", &json!({ "prompt": " a boat ", "unknown": [1] }))
        .await;
    assert_eq!(answer.headers()["x-aisora-credits"], "held=10");
    assert!(answer.headers().contains_key("openai-poll-after-ms"));
    let (status, video) = told(answer).await;
    assert_eq!(status, 200);
    let id = video["id"].as_str().unwrap();
    assert!(id.len() == 38 && id.starts_with("video_"), "{id}");
    for (field, value) in [
        ("object", json!("video")),
        ("model", json!(MODEL)),
        ("status", json!("queued")),
        ("progress", json!(0)),
        ("completed_at", Value::Null),
        ("expires_at", Value::Null),
        ("prompt", json!("a boat")),
        ("size", json!("128x72")),
        ("seconds", json!("1")),
        ("remixed_from_video_id", Value::Null),
        ("error", Value::Null),
    ] {
        assert_eq!(video[field], value, "{field}");
    }
    let now = server.test.app.clock.now() / 1_000;
    assert!(
        (now - video["created_at"].as_i64().unwrap()).abs() < 60,
        "in seconds"
    );
    let (_, video) = told(program.post("/videos", &whole()).await).await;
    assert_eq!(video["seed"], 7);
    let (_, video) = told(
        program
            .post("/videos", &json!({ "prompt": "x", "model": null, "seconds": 1 }))
            .await,
    )
    .await;
    assert_eq!(video["seconds"], "1");
}

async fn every_field_that_is_wrong_is_named_and_nothing_is_held(engine: Engine) {
    let server = WebServer::with(engine, patient()).await;
    let program = Program::of(&server).await;
    let long = "x".repeat(32_001);
    let wrong: [(&str, Vec<Value>); 8] = [
        (
            "prompt",
            vec![
                Value::Null,
                json!(""),
                json!(" \n"),
                json!(1),
                json!([]),
                json!("\u{0}"),
                json!("a\u{7}"),
                json!(long),
            ],
        ),
        (
            "model",
            vec![json!(""), json!("sora-2"), json!(1), json!({}), json!("\u{0}")],
        ),
        (
            "size",
            vec![
                json!(""),
                json!("1x1"),
                json!("1280x720"),
                json!("128X72"),
                json!(128),
                json!(["128x72"]),
                json!("-128x72"),
            ],
        ),
        (
            "seconds",
            vec![
                json!(""),
                json!("0"),
                json!(0),
                json!("4s"),
                json!(1.5),
                json!(-1),
                json!(1e300),
                json!(true),
                json!([1]),
                json!("99999999999999999999"),
            ],
        ),
        (
            "seed",
            vec![
                json!(-1),
                json!("x"),
                json!(1.5),
                json!(2_147_483_648_i64),
                json!(true),
                json!(""),
            ],
        ),
        ("caption", vec![json!("yes"), json!(1), json!({})]),
        (
            "max_credits",
            vec![json!(-1), json!("x"), json!(1.5), json!([]), json!(9), json!(0)],
        ),
        (
            "input_reference",
            vec![
                json!({ "image_url": "https://a.example/b.png" }),
                json!("x"),
                json!(1),
            ],
        ),
    ];
    for (field, values) in wrong {
        for value in values {
            let mut body = whole();
            body[field] = value.clone();
            let answer = program.post("/videos", &body).await;
            let short: String = value.to_string().chars().take(40).collect();
            assert_eq!(
                refusal(answer).await,
                (400, "invalid_value".into(), json!(field)),
                "{field}: {short}"
            );
        }
    }
    let (status, _, param) = refusal(program.post("/videos", &json!({})).await).await;
    assert_eq!((status, param), (400, json!("prompt")));
    for key in ["", &"k".repeat(256), "k\u{fc}"] {
        let request = program.request(Method::POST, "/videos").json(&whole());
        let answer = request.header("idempotency-key", key).send().await.unwrap();
        assert_eq!(refusal(answer).await.2, "Idempotency-Key", "{key}");
    }
    assert_eq!(
        (program.count().await, server.test.balance(program.user).await),
        (0, (200, 0))
    );
    server.test.audit().await;
}

async fn forms_with_parts_are_read_like_json(engine: Engine) {
    let server = WebServer::start(engine).await;
    let program = Program::of(&server).await;
    let send = async |fields: &[(&str, &[u8])]| {
        let (kind, body) = parts(fields);
        let request = program
            .request(Method::POST, "/videos")
            .header("content-type", kind);
        request.body(body).send().await.unwrap()
    };
    let fields: [(&str, &[u8]); 6] = [
        ("prompt", "ein Böötchen".as_bytes()),
        ("model", MODEL.as_bytes()),
        ("size", b"128x72"),
        ("seconds", b"1"),
        ("seed", b"9"),
        ("caption", b"true"),
    ];
    let (status, video) = told(send(&fields).await).await;
    assert_eq!(status, 200, "{video}");
    assert_eq!(
        (&video["prompt"], &video["seed"]),
        (&json!("ein Böötchen"), &json!(9))
    );
    let picture: [(&str, &[u8]); 2] = [("prompt", b"x"), ("input_reference", &[0x89, b'P', 0xff, 0])];
    assert_eq!(refusal(send(&picture).await).await.2, "input_reference");
    assert_eq!(
        refusal(send(&[("prompt", &[0xff])]).await).await.2,
        "prompt",
        "no text"
    );
    assert_eq!(refusal(send(&[]).await).await.2, "prompt", "nothing");
    for (kind, body) in [
        ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=mark", "--mark\r\nno"),
        ("multipart/form-data; boundary=mark", ""),
    ] {
        let request = program
            .request(Method::POST, "/videos")
            .header("content-type", kind);
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(refusal(answer).await.0, 400, "{kind} {body}");
    }
    assert_eq!(program.count().await, 1);
}

async fn with_repeat(program: &Program, key: &str, body: &Value) -> (u16, Value) {
    let request = program
        .request(Method::POST, "/videos")
        .header("idempotency-key", key);
    told(request.json(body).send().await.unwrap()).await
}

async fn the_same_request_again_gets_the_same_video(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..patient()
    };
    let server = WebServer::with(engine, setup).await;
    let program = Program::of(&server).await;
    let (_, first) = with_repeat(&program, "one", &whole()).await;
    let (status, again) = with_repeat(&program, "one", &whole()).await;
    assert_eq!((status, &again), (200, &first));
    let mut other = whole();
    other["prompt"] = json!("another boat");
    let request = program
        .request(Method::POST, "/videos")
        .header("idempotency-key", "one");
    let answer = request.json(&other).send().await.unwrap();
    assert_eq!(answer.headers()["x-should-retry"], "false");
    assert_eq!(
        refusal(answer).await,
        (409, "conflict".into(), json!("Idempotency-Key"))
    );
    // The marks between parts differ from one sending to the next; the request is the same.
    let send = async |mark: &str| {
        let (_, body) = parts(&[("prompt", b"parts")]);
        let body = String::from_utf8(body)
            .unwrap()
            .replace("--mark", &format!("--{mark}"));
        let request = program
            .request(Method::POST, "/videos")
            .header("content-type", format!("multipart/form-data; boundary={mark}"))
            .header("idempotency-key", "parts");
        told(request.body(body).send().await.unwrap()).await.1["id"].clone()
    };
    assert_eq!(send("aaa").await, send("bbb").await);
    let neighbour = Program::of(&server).await;
    let (_, theirs) = with_repeat(&neighbour, "one", &whole()).await;
    assert_ne!(theirs["id"], first["id"], "keys of another person are other keys");
    assert_eq!(server.test.balance(program.user).await, (180, 20));
    clock.advance(24 * 3_600_000 - 1);
    assert_eq!(with_repeat(&program, "one", &whole()).await.1["id"], first["id"]);
    clock.advance(1);
    let (_, later) = with_repeat(&program, "one", &other).await;
    assert_ne!(later["id"], first["id"], "after a day it is a new one");
    assert_eq!(with_repeat(&program, "one", &other).await.1["id"], later["id"]);
    let id = later["id"].as_str().unwrap();
    program.post(&format!("/videos/{id}/cancel"), &json!({})).await;
    program.delete(&format!("/videos/{id}")).await;
    assert_eq!(
        with_repeat(&program, "one", &other).await.0,
        409,
        "it was deleted"
    );
    server.test.audit().await;
}

async fn doubles_at_the_same_time_make_one_video(engine: Engine) {
    let server = WebServer::with(engine, patient()).await;
    let program = Program::of(&server).await;
    for round in 0..5 {
        let key = format!("round {round}");
        let body = whole();
        let doubles = (0..8).map(|_| with_repeat(&program, &key, &body));
        let answers = join_all(doubles).await;
        let first = &answers[0].1["id"];
        for (status, video) in &answers {
            assert_eq!((*status, &video["id"]), (200, first), "{video}");
        }
    }
    assert_eq!(server.test.balance(program.user).await, (150, 50));
    // What failed may be tried again under the same key.
    let mut dear = whole();
    dear["max_credits"] = json!(1);
    assert_eq!(with_repeat(&program, "dear", &dear).await.0, 400);
    assert_eq!(with_repeat(&program, "dear", &whole()).await.0, 200);
    server.test.audit().await;
}

async fn a_program_spends_no_more_than_it_wants_and_has(engine: Engine) {
    let server = WebServer::with(engine, patient()).await;
    let program = Program::of(&server).await;
    for most in [json!(9), json!("9"), json!(0)] {
        let answer = program
            .post("/videos", &json!({ "prompt": "x", "max_credits": most }))
            .await;
        assert_eq!(
            refusal(answer).await,
            (400, "invalid_value".into(), json!("max_credits"))
        );
    }
    for most in [json!(10), json!("10"), json!(9_000_000_000_000_i64)] {
        let answer = program
            .post("/videos", &json!({ "prompt": "x", "max_credits": most }))
            .await;
        assert_eq!(answer.status(), 200, "{most}");
    }
    let body = json!({ "prompt": "x" });
    let rush = (0..30).map(|_| program.post("/videos", &body));
    let statuses = join_all(rush).await;
    let made = statuses.iter().filter(|answer| answer.status() == 200).count();
    assert_eq!(made, 17, "for the other 170 credits");
    let answer = program.post("/videos", &body).await;
    assert_eq!(
        refusal(answer).await,
        (402, "insufficient_credits".into(), Value::Null)
    );
    assert_eq!(server.test.balance(program.user).await, (0, 200));
    server.test.audit().await;
}

async fn a_key_spends_no_more_in_a_month_than_its_cap(engine: Engine) {
    // 25 November 2026.
    let clock = Clock::manual(1_795_618_800_000);
    let setup = Setup {
        clock: clock.clone(),
        ..patient()
    };
    let server = WebServer::with(engine, setup).await;
    let free = Program::of(&server).await;
    let capped = Program::with(&server, free.user, "35").await;
    let body = json!({ "prompt": "x" });
    let answers = join_all((0..6).map(|_| capped.post("/videos", &body))).await;
    let mut made = Vec::new();
    for answer in answers {
        match answer.status().as_u16() {
            200 => made.push(told(answer).await.1["id"].as_str().unwrap().to_owned()),
            _ => assert_eq!(
                refusal(answer).await,
                (402, "monthly_cap_reached".into(), Value::Null)
            ),
        }
    }
    assert_eq!(made.len(), 3);
    assert_eq!(
        server.test.balance(free.user).await,
        (170, 30),
        "what was refused holds nothing"
    );
    let (_, credits) = told(capped.get("/credits").await).await;
    assert_eq!(
        credits["key"],
        json!({ "spent_this_month": 30, "monthly_cap": 35 })
    );
    free.create("the cap is the key's own").await;
    capped
        .post(&format!("/videos/{}/cancel", made[0]), &json!({}))
        .await;
    capped.create("what was given back may be spent again").await;
    assert_eq!(capped.post("/videos", &body).await.status(), 402);
    // Into December.
    clock.advance(6 * 24 * 3_600_000);
    capped.create("a new month").await;
    server.test.audit().await;
}

async fn prices_models_and_credits_are_told(engine: Engine) {
    let server = WebServer::start(engine).await;
    let program = Program::of(&server).await;
    let (_, models) = told(program.get("/models").await).await;
    assert_eq!(
        (&models["object"], &models["data"][0]["id"]),
        (&json!("list"), &json!(MODEL))
    );
    assert_eq!(
        models["data"][0]["sizes"],
        json!([{ "size": "128x72", "credits_per_second": 10 }])
    );
    let (_, quote) = told(
        program
            .post("/videos/quote", &json!({ "model": "builtin", "seconds": 3 }))
            .await,
    )
    .await;
    assert_eq!(
        (&quote["credits"], &quote["seconds"], &quote["available"]),
        (&json!(30), &json!("3"), &json!(200))
    );
    assert_eq!(quote.get("usual_seconds"), Some(&json!(null)), "no history yet");
    let answer = program.post("/videos/quote", &json!({ "seconds": "7" })).await;
    assert_eq!(refusal(answer).await.2, "seconds");
    program.create("a boat").await;
    let (_, credits) = told(program.get("/credits").await).await;
    assert_eq!(
        (&credits["available"], &credits["held"]),
        (&json!(190), &json!(10))
    );
    assert_eq!(
        credits["key"],
        json!({ "spent_this_month": 10, "monthly_cap": null })
    );
}
