use super::*;
use crate::model::{catalogue::Size, credits::Credits};

const WHOLE: &str = r#"
[gpu]
kind = "openai_videos"
preset = "sglang"
base_url = "http://gpu.lan:8000"
key_env = "GPU_KEY"
wire = "json"
concurrency = 3
media_origins = ["http://minio.lan:9000"]

[[gpu.models]]
id = "wan"
remote = "Wan-AI/Wan2.2"
label = "Wan 2.2"
note = "An open model on our own machine."
sizes = { "1280x720" = 30, "720x1280" = 30, "480x480" = 5 }
seconds = [8, 4]
deadline_seconds = 60
available_until = 2027-03-31
successor = "wan-3"
extra = { guidance_scale = 4.5, seed = "from the order" }

[agate]
kind = "openai_videos"
base_url = "https://agate.example.org/api/v1/"
key = "sk-hush"
"#;

fn load(text: &str) -> Result<Vec<ProviderConfig>, String> {
    let table: toml::Table = text.parse().unwrap();
    let environment = |name: &str| (name == "GPU_KEY").then(|| "sk-secret".to_owned());
    read(Value::Table(table), &environment, Mode::Production).map_err(|error| error.to_string())
}

#[test]
fn tables_are_read_in_their_order() {
    let read = load(WHOLE).unwrap();
    let [gpu, agate] = &read[..] else {
        panic!("{read:?}")
    };
    assert_eq!((gpu.name.as_str(), gpu.concurrency), ("gpu", 3));
    assert_eq!(gpu.base_url.as_str(), "http://gpu.lan:8000/v1");
    assert_eq!(gpu.key.reveal(), "sk-secret");
    let wan = &gpu.models[0];
    let sizes: Vec<_> = wan
        .model
        .sizes
        .iter()
        .map(|offer| offer.size.to_string())
        .collect();
    assert_eq!(sizes, ["1280x720", "720x1280", "480x480"], "as the file has them");
    assert_eq!(wan.model.price(Size::new(480, 480), 8), Some(Credits(40)));
    assert_eq!(
        (&wan.model.seconds[..], wan.model.default_seconds),
        (&[4, 8][..], 8)
    );
    assert_eq!(
        wan.available_until,
        Some(1_806_537_600_000),
        "the last day is whole"
    );
    assert_eq!(wan.extra[1], ("seed".to_owned(), Extra::Seed));
    assert_eq!(agate.base_url.as_str(), "https://agate.example.org/api/v1");
    assert_eq!((agate.preset, agate.wire), (Preset::Openai, None));
}

#[test]
fn mistakes_are_named_by_their_path() {
    for (instead_of, mistake, told) in [
        (
            "preset = \"sglang\"",
            "presett = \"sglang\"",
            "`providers.gpu.presett`",
        ),
        ("remote =", "remoted =", "`providers.gpu.models[0].remoted`"),
        (
            "\"sglang\"",
            "\"comfy\"",
            "`providers.gpu.preset` must be one of sglang",
        ),
        ("= 5 }", "= 0 }", "`providers.gpu.models[0].sizes`"),
        ("[8, 4]", "[]", "`providers.gpu.models[0].seconds`"),
        (
            "GPU_KEY",
            "NO_KEY",
            "`providers.gpu.key_env` must be a variable that is set",
        ),
        (
            "2027-03-31",
            "\"soon\"",
            "`providers.gpu.models[0].available_until`",
        ),
        (
            "guidance_scale",
            "prompt",
            "`providers.gpu.models[0].extra.prompt`",
        ),
        (
            "http://gpu.lan:8000",
            "http://a:b@gpu.lan",
            "`providers.gpu.base_url`",
        ),
        ("[agate]", "[Agate]", "`providers.Agate`"),
        ("https://agate", "http://agate", "https address"),
        ("sk-hush", "sk hush", "`providers.agate.key`"),
        (
            "concurrency = 3",
            "concurrency = 0",
            "a whole number from 1 to 256",
        ),
    ] {
        let told_of = load(&WHOLE.replacen(instead_of, mistake, 1)).unwrap_err();
        assert!(told_of.contains(told), "{mistake}: {told_of}");
        assert!(!told_of.contains("hush"), "{told_of}");
    }
}

#[test]
fn keys_are_masked() {
    let read = load(WHOLE).unwrap();
    let lines: Vec<_> = read.iter().flat_map(ProviderConfig::explain).collect();
    let all = format!("{read:?}{lines:?}");
    assert!(!all.contains("sk-") && all.contains("********"), "{all}");
}
