//! The configuration as a whole.

use super::*;
use crate::model::credits::Credits;

pub fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    std::fs::write(&path, file).unwrap();
    let find = |name: &str| {
        environment
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    };
    Config::load(Some(&path), &find, None)
}

#[test]
fn defaults_are_for_development_on_this_machine() {
    let config = load("", &[]).unwrap();
    assert_eq!(config.bind.to_string(), "127.0.0.1:3000");
    assert_eq!(config.welcome_credits, Credits(200));
    assert_eq!(config.database_url, "sqlite://data/aisora.db");
    assert!(!config.secure_cookies());
}

#[test]
fn the_environment_wins_over_the_file_and_both_are_told() {
    let config = load(
        "data_dir = \"d\"\n[credits]\nwelcome = 7\n",
        &[("AISORA_DATA_DIR", "e")],
    )
    .unwrap();
    assert_eq!(
        (config.data_dir.as_path(), config.welcome_credits),
        (Path::new("e"), Credits(7))
    );
    let origin = config
        .explain()
        .find(|(setting, ..)| setting.key == "data_dir")
        .unwrap()
        .2
        .to_string();
    assert_eq!(origin, "AISORA_DATA_DIR");
}

#[test]
fn mistakes_are_named_with_key_and_origin() {
    assert!(
        load("colour = 1", &[])
            .unwrap_err()
            .to_string()
            .contains("no setting `colour`")
    );
    let error = load("", &[("AISORA_WORKER_PER_USER", "many")])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("worker.per_user") && error.contains("AISORA_WORKER_PER_USER"),
        "{error}"
    );
    assert!(load("[builtin]\ncredits_per_second = \"1280x720=0\"", &[]).is_err());
}

#[test]
fn secrets_are_masked() {
    let config = load(
        "[s3]\nsecret_key = \"hush\"",
        &[("AISORA_DATABASE_URL", "postgres://u:pw@h/d")],
    )
    .unwrap();
    let all: String = config.explain().map(|(_, value, _)| value).collect();
    assert!(!all.contains("hush") && !all.contains("pw"), "{all}");
    assert!(all.contains("postgres://********@h/d"));
}

#[test]
fn secrets_are_masked_whatever_they_look_like() {
    let token = [("AISORA_METRICS_TOKEN", "any://thing")];
    let config = load("[s3]\nendpoint = \"https://key:hush@h\"", &token).unwrap();
    let all: String = config.explain().map(|(_, value, _)| value).collect();
    assert!(!all.contains("hush") && !all.contains("thing"), "{all}");
}

#[test]
fn an_untold_proxy_is_warned_about() {
    let production = "mode = \"production\"\npublic_url = \"https://v.example.org\"\n";
    let warning = |more: &str| load(&format!("{production}{more}"), &[]).unwrap().warning();
    assert!(warning("").unwrap().contains("AISORA_TRUSTED_PROXIES"));
    assert_eq!(warning("trusted_proxies = \"127.0.0.1\""), None);
    assert_eq!(warning("bind = \"0.0.0.0:80\""), None);
    assert_eq!(load("", &[]).unwrap().warning(), None);
}
