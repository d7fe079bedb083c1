//! What a server can do is asked, and what is wrong with its key or its model is told.

use super::configuration;
use crate::support::{Emulator, KEY, PRESETS, REMOTE};
use aisora::server::{
    config::{Config, providers::Kind},
    providers::openai_videos::{fitting, probe},
};

#[tokio::test]
async fn a_server_can_be_asked_what_it_can_do() {
    for preset in PRESETS {
        let server = Emulator::start(preset).await;
        let config = read(&configuration(&server, "openai", ""));
        let report = probe(&config.providers[0]).await.unwrap();
        assert!(report.is_good(), "{preset}: {report:#?}");
        assert_eq!(report.models, [REMOTE], "{preset}");
        let Kind::OpenAiVideos(ways) = &config.providers[0].kind else {
            panic!("{config:?}")
        };
        let fits = fitting(&config.providers[0], ways, &report);
        assert!(
            fits.contains(&format!("preset = \"{preset}\"")),
            "{preset}: {fits}"
        );
        assert!(
            !fits.contains(KEY) && !format!("{report:?}").contains(KEY),
            "{fits}"
        );
        let uncommented = read(&fits.replace("key_env = \"GPU_KEY\"", ""));
        assert_eq!(uncommented.providers.len(), 1, "what is printed can be read");
        assert!(server.seen().orders.is_empty(), "{preset}: nothing is ordered");
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_missing_model_are_told() {
    let server = Emulator::start("openai").await;
    let file = configuration(&server, "openai", "").replace(KEY, "sk-wrong");
    let report = probe(&read(&file).providers[0]).await.unwrap();
    assert!(!report.is_good());
    let file = configuration(&server, "openai", "").replace(REMOTE, "another");
    let report = probe(&read(&file).providers[0]).await.unwrap();
    assert!(
        report
            .lines
            .iter()
            .any(|(good, line)| !good && line.contains("`another`")),
        "{report:#?}"
    );
}

fn read(file: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aisora.toml");
    std::fs::write(&path, file).unwrap();
    Config::load(Some(&path), &|_| None, None).unwrap()
}
