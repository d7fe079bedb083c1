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
    let Kind::OpenAiVideos(ways) = &agate.kind else {
        panic!("{agate:?}")
    };
    assert_eq!((ways.preset, ways.wire), (Preset::Openai, None));
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

const HOSTED: &str = r#"
[or]
kind = "openrouter"
key = "sk-or"
credits_per_usd = 100
margin = 25
only = ["google/veo-3.1"]
audio = false
webhook_secret = "sk-hook"

[fal]
kind = "fal"
key_env = "GPU_KEY"
[[fal.models]]
id = "kling"
remote = "fal-ai/kling/text-to-video"
picture_remote = "fal-ai/kling/image-to-video"
input_reference = true
sizes = { "1280x720" = 30 }
seconds = [5, 10]
input = { resolution = "resolution", seed = "seed" }
extra = { negative_prompt = "text" }

[rep]
kind = "replicate"
key = "r8_x"
webhook_secret = "whsec_c2VjcmV0"
[[rep.models]]
id = "wan"
remote = "wan-video/wan-2.5-t2v"
sizes = { "1280x720" = 30 }
seconds = [5]
input = { aspect_ratio = "", size = "size", seconds_as = "text-with-s" }
"#;

#[test]
fn the_hosted_catalogues_need_little_more_than_a_key() {
    let read = load(HOSTED).unwrap();
    let [or, fal, rep] = &read[..] else {
        panic!("{read:?}")
    };
    let bases: Vec<_> = read.iter().map(|one| one.base_url.as_str()).collect();
    assert_eq!(
        bases,
        [
            "https://openrouter.ai/api/v1",
            "https://queue.fal.run/",
            "https://api.replicate.com/v1"
        ]
    );
    let Kind::OpenRouter(own) = &or.kind else {
        panic!("{or:?}")
    };
    assert_eq!((own.credits_per_usd, own.margin, own.audio), (100, 25, false));
    assert!(or.models.is_empty());
    let kling = &fal.models[0].input;
    assert_eq!(
        (kling.seconds.as_str(), kling.seconds_as, kling.picture.as_str()),
        ("duration", SecondsAs::Text, "image_url")
    );
    assert_eq!(
        kling.picture_remote.as_deref(),
        Some("fal-ai/kling/image-to-video")
    );
    let wan = &rep.models[0].input;
    assert_eq!(
        (wan.aspect_ratio.as_str(), wan.size.as_str(), wan.seconds_as),
        ("", "size", SecondsAs::TextWithS)
    );
    let lines: Vec<_> = read.iter().flat_map(ProviderConfig::explain).collect();
    let all = format!("{read:?}{lines:?}");
    for secret in ["sk-or", "sk-hook", "sk-secret", "r8_x", "c2VjcmV0"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[test]
fn mistakes_in_hosted_catalogues_are_named_by_their_path() {
    for (instead_of, mistake, told) in [
        (
            "kind = \"fal\"",
            "kind = \"fall\"",
            "`providers.fal.kind` must be one of openai_videos, openrouter, fal",
        ),
        ("credits_per_usd = 100", "", "`providers.or.credits_per_usd`"),
        (
            "margin = 25",
            "margin = -1",
            "`providers.or.margin` must be a whole number from 0 to 1000",
        ),
        ("[\"google/veo-3.1\"]", "[1]", "`providers.or.only`"),
        ("audio = false", "models = []", "`providers.or.models`"),
        (
            "resolution = \"resolution\"",
            "resolution = 1",
            "`providers.fal.models[0].input.resolution`",
        ),
        (
            "seed = \"seed\"",
            "sed = \"seed\"",
            "`providers.fal.models[0].input.sed`",
        ),
        (
            "seed = \"seed\"",
            "picture = \"\"",
            "`providers.fal.models[0].input.picture`",
        ),
        (
            "negative_prompt",
            "duration",
            "`providers.fal.models[0].extra.duration`",
        ),
        (
            "text-with-s",
            "roman",
            "`providers.rep.models[0].input.seconds_as` must be one of number, text",
        ),
        (
            "kind = \"replicate\"",
            "kind = \"replicate\"\npreset = \"openai\"",
            "`providers.rep.preset`",
        ),
        (
            "key = \"r8_x\"",
            "key = \"r8_x\"\nbase_url = \"http://api.example.org\"",
            "https address",
        ),
        (
            "kind = \"fal\"",
            "kind = \"fal\"\njwks_url = \"http://keys.example.org/\"",
            "`providers.fal.jwks_url`",
        ),
    ] {
        let told_of = load(&HOSTED.replacen(instead_of, mistake, 1)).unwrap_err();
        assert!(told_of.contains(told), "{mistake}: {told_of}");
    }
}

#[test]
fn only_servers_that_extend_are_told_to() {
    let of = |kind: &str, more: &str| {
        let text = format!(
            "[one]\n{kind}\n[[one.models]]\nid = \"m\"\nsizes = {{ \"640x360\" = 5 }}\nseconds = [4]\n{more}"
        );
        load(&text).map(|read| read[0].models[0].model.extends_to)
    };
    let server = |preset: &str| {
        format!("kind = \"openai_videos\"\npreset = \"{preset}\"\nbase_url = \"http://one.lan/v1\"")
    };
    assert_eq!(of(&server("openai"), "").unwrap(), 0, "off unless it is said");
    for preset in ["openai", "litellm", "aisora"] {
        assert_eq!(of(&server(preset), "extends = true").unwrap(), 120);
    }
    let shorter = of(&server("openai"), "extends = true\nextends_to = 30");
    assert_eq!(shorter.unwrap(), 30);
    let replicate = "kind = \"replicate\"\nkey = \"r8\"".to_owned();
    let others = ["sglang", "vllm-omni", "tensorrt-llm", "new-api"].map(server);
    for kind in others.into_iter().chain([replicate]) {
        let told = of(&kind, "extends = true").unwrap_err();
        assert!(
            told.contains("`providers.one.models[0].extends`"),
            "{kind}: {told}"
        );
    }
    let told = of(&server("openai"), "extends_to = 30").unwrap_err();
    assert!(told.contains("`providers.one.models[0].extends_to`"), "{told}");
}
