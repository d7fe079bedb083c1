//! Extending through other servers: those of the Videos protocol, by file or by id, and another AiSora.

use super::{additions, extend, why_not};
use crate::support::{Emulator, Engine, KEY, LENGTH, REMOTE, SIZE, Setup, TestApp, WebServer};
use aisora::model::{
    composition::ComposerForm,
    generation::{Charge, Reason, State},
    ids::{GenerationId, UserId},
    keys::KeyForm,
};
use aisora::server::db::generations;
use serde_json::json;

crate::on_both_engines!(
    a_server_of_the_protocol_extends_by_file_or_by_id,
    an_aisora_extends_through_another_one,
);

fn provider(preset: &str, address: &str, key: &str, remote: &str) -> String {
    format!(
        r#"
[providers.gpu]
kind = "openai_videos"
preset = "{preset}"
base_url = "{address}/v1"
key = "{key}"
[[providers.gpu.models]]
id = "remote"
remote = "{remote}"
sizes = {{ "{SIZE}" = 10 }}
seconds = [{LENGTH}]
deadline_seconds = 240
extends = true
"#
    )
}

async fn studio(engine: Engine, file: String) -> (TestApp, UserId) {
    let setup = Setup {
        file: Some(file),
        ..Setup::default()
    };
    let mut test = TestApp::with(engine, setup).await;
    test.work();
    let person = test.person().await;
    (test, person)
}

async fn made(test: &TestApp, person: UserId, prompt: &str) -> GenerationId {
    let mut form = ComposerForm {
        prompt: prompt.into(),
        model: "remote".into(),
        size: SIZE.to_string(),
        seconds: LENGTH.to_string(),
        takes: "1".into(),
        ..ComposerForm::default()
    };
    form.quote = test
        .app
        .generations
        .quote(person, &form)
        .await
        .expect("a quote")
        .token;
    let cards = test.app.generations.create(person, &form).await.expect("created");
    let card = test.ended(person, cards[0].id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    card.id
}

async fn a_server_of_the_protocol_extends_by_file_or_by_id(engine: Engine) {
    for preset in ["openai", "litellm"] {
        let server = Emulator::start(preset).await;
        let address = format!("http://{}", server.address);
        let (mut test, person) = studio(engine, provider(preset, &address, KEY, REMOTE)).await;
        let id = made(&test, person, "a boat").await;
        let longer = extend(&test, person, id, "it sails on", 1)
            .await
            .expect("created");
        let card = test.ended(person, longer.id).await;
        assert_eq!(card.state, State::Succeeded, "{preset}: {:?}", card.reason);
        assert_eq!(
            (card.seconds, test.balance(person).await),
            (2, (180, 0)),
            "{preset}"
        );
        let order = server.seen().orders.remove(1);
        assert_eq!(order["prompt"], "it sails on", "{preset}");
        assert_eq!(order["seconds"], "1", "{preset}: what is added");
        assert_eq!(
            order["video"]["type"] == "video/mp4",
            preset == "openai",
            "{order:?}"
        );
        assert_eq!(order.len(), 3, "{preset}: {order:?}");
        for (prompt, state, reason) in [
            ("refuse", State::Failed, Reason::ProviderRefused),
            ("no such address", State::Failed, Reason::ProviderRefused),
            ("block at the door", State::Blocked, Reason::ProviderBlocked),
            ("crash at the door", State::Failed, Reason::ProviderUnreachable),
        ] {
            let made = extend(&test, person, id, prompt, 1).await.expect("created");
            let card = test.ended(person, made.id).await;
            assert_eq!(
                (card.state, card.reason),
                (state, Some(reason)),
                "{preset}: {prompt}"
            );
            assert_eq!(card.charge, Charge::NotCharged);
        }
        // It forgot its jobs: who extends by file does not mind, who extends by id says so.
        server.restart();
        let made = extend(&test, person, id, "and on", 1).await.expect("created");
        let card = test.ended(person, made.id).await;
        let gone = (preset == "litellm").then_some(Reason::OriginalNotKept);
        assert_eq!(card.reason, gone, "{preset}");
        if gone.is_some() {
            let why = why_not(&test, person, id).await;
            assert!(why.contains("what its server made and still has"), "{why}");
            test.app
                .generations
                .delete(person, made.id)
                .await
                .expect("deleted");
            assert_eq!(
                additions(&test, person, id).await[0].total,
                2,
                "it may be there again"
            );
        }
        test.stop_work().await;
        test.audit().await;
    }
}

async fn an_aisora_extends_through_another_one(engine: Engine) {
    let mut upstream = WebServer::start(engine).await;
    let operator = upstream.test.person().await;
    let key = KeyForm {
        name: "downstream".into(),
        create: "on".into(),
        read: "on".into(),
        monthly_cap: String::new(),
    };
    let key = upstream
        .test
        .app
        .keys
        .create(operator, &key)
        .await
        .expect("a key")
        .key;
    upstream.test.work();
    let file = provider("aisora", &upstream.address, &key, "builtin");
    let (mut test, person) = studio(engine, file).await;
    let id = made(&test, person, "a calm sea").await;
    let longer = extend(&test, person, id, "a calm sea", 1).await.expect("created");
    let card = test.ended(person, longer.id).await;
    assert_eq!(card.state, State::Succeeded, "{:?}", card.reason);
    assert_eq!(card.seconds, 2);
    let (before, after) = (
        super::pictures(&test, person, id).await,
        super::pictures(&test, person, longer.id).await,
    );
    assert!(before == after[..24], "what comes back begins with the original");
    assert_eq!(upstream.test.balance(operator).await, (180, 0));
    let again = extend(&test, person, longer.id, "a campfire", 1)
        .await
        .expect("created");
    assert_eq!(test.ended(person, again.id).await.seconds, 3);
    // What is deleted here is deleted there.
    let there = async || {
        let list = generations::list(&upstream.test.app.db, operator.0, None, false, 10).await;
        list.expect("a list").len()
    };
    assert_eq!(there().await, 3);
    test.app.generations.delete(person, id).await.expect("deleted");
    test.until("it is gone there too", async || there().await == 2)
        .await;
    // What somebody else made of the same model is not there to be named.
    test.raw("UPDATE generations SET provider = 'play' WHERE seconds = 3")
        .await;
    let why = why_not(&test, person, again.id).await;
    assert!(why.contains("what its server made and still has"), "{why}");
    assert_eq!(json!(test.balance(person).await), json!([170, 0]));
    test.stop_work().await;
    upstream.test.stop_work().await;
    for test in [&test, &upstream.test] {
        test.audit().await;
    }
}
