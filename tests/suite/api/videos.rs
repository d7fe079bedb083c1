//! What becomes of videos: looking, lists, files, remixes, ends.

use super::{Program, patient, refusal, told};
use crate::support::{Engine, WebServer, sample_video};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines!(
    a_video_is_made_fetched_in_parts_and_deleted,
    lists_go_on_where_they_ended_in_both_orders,
    a_remix_keeps_everything_but_the_prompt,
    work_is_cancelled_and_failures_say_why,
    foreign_and_unknown_videos_look_the_same,
);

async fn working(engine: Engine) -> (WebServer, Program) {
    let mut server = WebServer::with(engine, patient()).await;
    server.test.work();
    let program = Program::of(&server).await;
    (server, program)
}

async fn a_video_is_made_fetched_in_parts_and_deleted(engine: Engine) {
    let (server, program) = working(engine).await;
    let id = program.create("a boat").await;
    let video = program.ended(&id).await;
    assert_eq!(
        (&video["status"], &video["progress"], &video["error"]),
        (&json!("completed"), &json!(100), &Value::Null)
    );
    assert!(video["completed_at"].as_i64() >= video["created_at"].as_i64());
    let path = format!("/videos/{id}");
    let answer = program.get(&path).await;
    assert_eq!(answer.headers()["x-aisora-credits"], "charged=10");
    assert!(!answer.headers().contains_key("openai-poll-after-ms"));
    let content = format!("{path}/content");
    for (query, kind) in [
        ("", "video/mp4"),
        ("?variant=video", "video/mp4"),
        ("?variant=thumbnail", "image/jpeg"),
        ("?variant=spritesheet", "image/jpeg"),
    ] {
        let answer = program.get(&format!("{content}{query}")).await;
        assert_eq!(answer.status(), 200, "{query}");
        assert_eq!(answer.headers()["content-type"], kind, "{query}");
        assert_eq!(answer.headers()["vary"], "authorization");
        let length: usize = answer.headers()["content-length"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(answer.bytes().await.unwrap().len(), length, "{query}");
    }
    let with = async |name: &str, value: &str| {
        let request = program.request(Method::GET, &content).header(name, value);
        request.send().await.unwrap()
    };
    let part = with("range", "bytes=4-11").await;
    assert_eq!(part.status(), 206);
    let etag = part.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(part.bytes().await.unwrap(), sample_video()[4..12]);
    assert_eq!(with("range", "bytes=99999999-").await.status(), 416);
    assert_eq!(with("if-none-match", &etag).await.status(), 304);
    let head = program
        .request(Method::HEAD, &content)
        .header("range", "bytes=0-1");
    assert_eq!(head.send().await.unwrap().status(), 200);
    let told_wrong = refusal(program.get(&format!("{content}?variant=gif")).await).await;
    assert_eq!(told_wrong, (400, "invalid_value".into(), json!("variant")));
    let (status, deleted) = told(program.delete(&path).await).await;
    assert_eq!(
        (status, deleted),
        (
            200,
            json!({ "id": id, "object": "video.deleted", "deleted": true })
        )
    );
    for path in [&path, &content] {
        assert_eq!(refusal(program.get(path).await).await.0, 404, "{path}");
    }
    assert_eq!(refusal(program.delete(&path).await).await.0, 404);
    server
        .test
        .until("the files are gone", async || {
            aisora::server::audit::audit(&server.test.app.db, &server.test.app.storage)
                .await
                .unwrap()
                .is_empty()
        })
        .await;
}

async fn lists_go_on_where_they_ended_in_both_orders(engine: Engine) {
    let server = WebServer::with(engine, patient()).await;
    let program = Program::of(&server).await;
    let (_, empty) = told(program.get("/videos").await).await;
    assert_eq!(
        empty,
        json!({ "object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false })
    );
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(program.create(&format!("boat {n}")).await);
    }
    Program::of(&server).await.create("somebody else's").await;
    let walk = async |order: &str| {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let (_, page) = told(
                program
                    .get(&format!("/videos?limit=2&order={order}&after={after}"))
                    .await,
            )
            .await;
            let ids: Vec<_> = page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|video| video["id"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(
                (page["first_id"].as_str(), page["last_id"].as_str()),
                (ids.first().map(String::as_str), ids.last().map(String::as_str))
            );
            after.clone_from(ids.last().unwrap());
            seen.extend(ids);
            if page["has_more"] == false {
                return seen;
            }
        }
    };
    assert_eq!(walk("asc").await, made);
    made.reverse();
    assert_eq!(walk("desc").await, made);
    assert_eq!(walk("").await, made, "newest first unless asked otherwise");
    let (_, page) = told(program.get("/videos?limit=5").await).await;
    assert_eq!(page["has_more"], false);
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("order=up", "order"),
        ("after=video_1", "after"),
        ("after=%FF", "after"),
    ] {
        let told = refusal(program.get(&format!("/videos?{query}")).await).await;
        assert_eq!(told, (400, "invalid_value".into(), json!(param)), "{query}");
    }
}

async fn a_remix_keeps_everything_but_the_prompt(engine: Engine) {
    let (server, program) = working(engine).await;
    let first = program.create("a boat").await;
    program.ended(&first).await;
    let path = format!("/videos/{first}/remix");
    let again = async |prompt: &str| {
        let request = program
            .request(Method::POST, &path)
            .header("idempotency-key", "r");
        request.json(&json!({ "prompt": prompt })).send().await.unwrap()
    };
    let (status, remix) = told(again("at night").await).await;
    assert_eq!(status, 200, "{remix}");
    assert_eq!(
        (
            &remix["prompt"],
            &remix["remixed_from_video_id"],
            &remix["size"],
            &remix["seconds"]
        ),
        (&json!("at night"), &json!(first), &json!("128x72"), &json!("1"))
    );
    assert_eq!(told(again("at night").await).await.1["id"], remix["id"]);
    assert_eq!(again("at dawn").await.status(), 409);
    let told_wrong = refusal(program.post(&path, &json!({ "prompt": "" })).await).await;
    assert_eq!(told_wrong, (400, "invalid_value".into(), json!("prompt")));
    let answer = program
        .post(&path, &json!({ "prompt": "x", "max_credits": 1 }))
        .await;
    assert_eq!(refusal(answer).await.2, "max_credits");
    let failed = program.create("refuse").await;
    program.ended(&failed).await;
    let answer = program
        .post(&format!("/videos/{failed}/remix"), &json!({ "prompt": "x" }))
        .await;
    assert_eq!(refusal(answer).await.0, 409, "there is nothing to remix");
    program.delete(&format!("/videos/{first}")).await;
    assert_eq!(
        told(again("at night").await).await.1["id"],
        remix["id"],
        "also when the first is gone"
    );
    assert_eq!(program.post(&path, &json!({ "prompt": "x" })).await.status(), 404);
    program.ended(remix["id"].as_str().unwrap()).await;
    assert_eq!(server.test.balance(program.user).await, (180, 0));
}

async fn work_is_cancelled_and_failures_say_why(engine: Engine) {
    let (server, program) = working(engine).await;
    let id = program.create("never").await;
    let path = format!("/videos/{id}");
    let answer = program.delete(&path).await;
    assert_eq!(answer.headers()["x-should-retry"], "false");
    assert_eq!(
        refusal(answer).await,
        (409, "conflict".into(), Value::Null),
        "it goes on"
    );
    assert_eq!(
        refusal(program.get(&format!("{path}/content")).await).await.0,
        409
    );
    let answer = program.post(&format!("{path}/cancel"), &json!({})).await;
    let charged = answer.headers().get("x-aisora-credits").cloned();
    let (status, video) = told(answer).await;
    assert_eq!(
        (status, &video["status"], &video["error"]["code"]),
        (200, &json!("failed"), &json!("cancelled")),
        "{video}"
    );
    assert_eq!(charged.expect("what it cost"), "charged=0");
    assert_eq!(
        program.post(&format!("{path}/cancel"), &json!({})).await.status(),
        409
    );
    assert_eq!(program.delete(&path).await.status(), 200);
    for (prompt, code) in [
        ("refuse", "provider_refused"),
        ("block", "moderation_blocked"),
        ("fail after 99", "provider_failed"),
        ("not a video", "bad_video"),
    ] {
        let id = program.create(prompt).await;
        let video = program.ended(&id).await;
        assert_eq!(
            (&video["status"], &video["error"]["code"]),
            (&json!("failed"), &json!(code)),
            "{prompt}"
        );
        let message = video["error"]["message"].as_str().unwrap();
        assert!(!message.contains("node 7") && message.len() > 10, "{message}");
    }
    assert_eq!(server.test.balance(program.user).await, (200, 0));
}

async fn foreign_and_unknown_videos_look_the_same(engine: Engine) {
    let (server, owner) = working(engine).await;
    let foreign = owner.create("mine alone").await;
    owner.ended(&foreign).await;
    let other = Program::of(&server).await;
    let unknown = "video_01890000000070008000000000000000";
    let body = json!({ "prompt": "x" });
    let answers = async |id: &str| {
        let path = format!("/videos/{id}");
        [
            other.get(&path).await,
            other.get(&format!("{path}/content")).await,
            other.get(&format!("{path}/content?variant=thumbnail")).await,
            other.post(&format!("{path}/remix"), &body).await,
            other.post(&format!("{path}/cancel"), &json!({})).await,
            other.delete(&path).await,
        ]
    };
    let mut all = Vec::new();
    for id in [
        foreign.as_str(),
        unknown,
        "video_",
        "none",
        "01890000-0000-7000-8000-000000000000",
    ] {
        let mut told_all = Vec::new();
        for answer in answers(id).await {
            let told = told(answer).await;
            assert_eq!(told.0, 404, "{id}");
            told_all.push(told);
        }
        all.push(told_all);
    }
    assert!(all.iter().all(|told| *told == all[0]));
    let (_, list) = told(other.get(&format!("/videos?order=asc&after={foreign}")).await).await;
    assert_eq!(list["data"], json!([]));
    assert_eq!(owner.video(&foreign).await["status"], "completed");
}
