//! `kill -9` while a program creates: the request comes again, and there is one video for it.

use crate::{
    crash::Server,
    sdk::{make_key, make_person},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::Client;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// How often the server is killed.
const KILLS: u32 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_was_cut_off_by_a_kill_makes_one_video_when_it_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path(), None);
    let client = crate::support::client()
        .timeout(Duration::from_mins(1))
        .build()
        .unwrap();
    server.start(&client).await;
    make_person(&server);
    let key = make_key(&server, &[]);
    let seed = rand::rng().random_range(0..u64::MAX);
    eprintln!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut made = BTreeMap::new();
    for round in 0..KILLS {
        let (sent, address, key_sent) = (client.clone(), server.address.clone(), key.clone());
        let first = tokio::spawn(async move { create(&sent, &address, &key_sent, round).await });
        tokio::time::sleep(Duration::from_micros(random.random_range(0..6_000))).await;
        server.kill();
        let first = first.await.unwrap();
        server.start(&client).await;
        let again = create(&client, &server.address, &key, round)
            .await
            .expect("an answer");
        assert!(
            first.is_none_or(|first| first == again),
            "round {round}, seed {seed}"
        );
        made.insert(round, again);
    }
    for (round, id) in &made {
        assert_eq!(
            create(&client, &server.address, &key, *round).await.as_ref(),
            Some(id)
        );
    }
    let request = client
        .get(format!("{}/v1/videos?limit=100", server.address))
        .bearer_auth(&key);
    let list: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(list["data"].as_array().unwrap().len(), made.len(), "seed {seed}");
    let audit = server.command(&["audit"]).output().unwrap();
    assert!(
        audit.status.success(),
        "{}",
        String::from_utf8_lossy(&audit.stdout)
    );
}

async fn create(client: &Client, address: &str, key: &str, round: u32) -> Option<String> {
    let request = client
        .post(format!("{address}/v1/videos"))
        .bearer_auth(key)
        .header("idempotency-key", format!("round {round}"));
    let body = json!({ "prompt": format!("storm {round}"), "seconds": "1" });
    let video: Value = request.json(&body).send().await.ok()?.json().await.ok()?;
    Some(video["id"].as_str()?.to_owned())
}
