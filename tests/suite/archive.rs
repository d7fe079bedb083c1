//! Many videos in one archive, opened by somebody else's program: whole, and put together from parts.

use crate::{
    storage::S3,
    support::{Browser, Engine, PATIENCE, Setup, WebServer, sample_video},
};
use aisora::model::{generation::State, ids::UserId, library::AboutChange};
use aisora::server::{
    clock::Clock,
    zip::{Entry, Layout},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::{
    io::{Seek as _, SeekFrom, Write as _},
    ops::Range,
    path::Path,
    process::Command,
    time::Duration,
};

crate::on_both_engines!(
    an_archive_is_what_others_can_open,
    what_a_person_wrote_to_a_video_leaves_with_it,
    parts_of_it_make_the_whole,
    a_long_choice_has_a_short_address_for_a_day,
    only_own_finished_videos_are_in_it,
    what_an_older_version_stored_is_read_once,
    an_archive_that_cannot_be_whole_is_broken_off,
    who_leaves_in_the_middle_ends_the_reading,
);

/// What Python's own reader finds in an archive: names with their contents, all checks made.
fn opened(file: &Path) -> Vec<(String, Vec<u8>)> {
    let script = "import sys, zipfile, json, base64\n\
        z = zipfile.ZipFile(sys.argv[1])\n\
        assert z.testzip() is None\n\
        print(json.dumps([[i.filename, base64.b16encode(z.read(i)).decode()] for i in z.infolist()]))";
    let out = Command::new("python3")
        .args(["-c", script])
        .arg(file)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let found: Vec<(String, String)> = serde_json::from_slice(&out.stdout).unwrap();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    let bytes = |hex: String| hex.as_bytes().chunks(2).map(byte).collect();
    found.into_iter().map(|(name, hex)| (name, bytes(hex))).collect()
}

fn open_bytes(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    opened(file.path())
}

struct Studio {
    server: WebServer,
    browser: Browser,
    person: UserId,
}

impl Studio {
    async fn with(engine: Engine, setup: Setup, prompts: &[&str]) -> Self {
        let mut server = WebServer::with(engine, setup).await;
        server.test.work();
        let browser = server.signed_up("ada@example.org").await;
        let person = server.test.app.identity.find("ada@example.org").await.unwrap();
        for prompt in prompts {
            let id = server.test.create(person, prompt, 1).await[0].id;
            server.test.ended(person, id).await;
        }
        Self {
            server,
            browser,
            person,
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.browser.request(Method::GET, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.browser.send(request).await
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

async fn whole(studio: &Studio, path: &str) -> Vec<u8> {
    let answer = studio.get(path, &[]).await;
    assert_eq!(answer.status(), 200);
    let length: usize = header(&answer, "content-length").parse().unwrap();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(bytes.len(), length);
    bytes.into()
}

async fn an_archive_is_what_others_can_open(engine: Engine) {
    let prompts = ["A paper boat: ../../storm", "grün 北京 🎬", "CON"];
    let studio = Studio::with(engine, Setup::default(), &prompts).await;
    let answer = studio.get("/library/download?all=1", &[]).await;
    assert_eq!(header(&answer, "content-type"), "application/zip");
    assert_eq!(header(&answer, "accept-ranges"), "bytes");
    assert_eq!(
        header(&answer, "content-disposition"),
        "attachment; filename=\"aisora-3-videos.zip\""
    );
    let bytes = answer.bytes().await.unwrap();
    let files = open_bytes(&bytes);
    assert_eq!(files.len(), 6);
    for (pair, prompt) in files.chunks(2).zip(prompts.iter().rev()) {
        let [(video, film), (sheet, json)] = pair else {
            panic!("a video without its sheet");
        };
        assert_eq!(video.strip_suffix(".mp4"), sheet.strip_suffix(".json"));
        assert!(!video.contains(['/', '\\']) && video.starts_with("20"), "{video}");
        assert_eq!(film, sample_video());
        let json: Value = serde_json::from_slice(json).unwrap();
        assert_eq!(
            (&json["prompt"], &json["file"]),
            (&Value::from(*prompt), &Value::from(video.as_str()))
        );
        assert_eq!(
            (&json["credits_charged"], &json["size"]),
            (&Value::from(10), &Value::from("128x72"))
        );
        assert!(json["finished_at"].as_str().unwrap().ends_with('Z'));
    }
    // Another reader, where there is one.
    let file = tempfile::Builder::new().suffix(".zip").tempfile().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    if let Ok(out) = Command::new("unzip").arg("-t").arg(file.path()).output() {
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(
            out.status.success() && said.contains("No errors detected"),
            "{said}"
        );
    }
    // The library's own query decides what "all" is.
    let one = open_bytes(&whole(&studio, "/library/download?all=1&search=paper&show=ready").await);
    assert!(
        one.len() == 2 && one[0].0.contains("a-paper-boat-storm"),
        "{:?}",
        one[0].0
    );
    assert_eq!(
        studio
            .get("/library/download?all=1&search=nothing", &[])
            .await
            .status(),
        404
    );
}

/// Puts an archive together from parts that are cut at random places.
async fn in_parts(studio: &Studio, path: &str, expected: &[u8], borders: Range<usize>) {
    let answer = studio.get(path, &[]).await;
    let etag = header(&answer, "etag").to_owned();
    drop(answer);
    let mut random = StdRng::seed_from_u64(11);
    let (mut together, mut parts) = (Vec::new(), 0);
    while together.len() < expected.len() {
        let from = together.len();
        let to = from + random.random_range(1..=expected.len() / 12);
        let range = format!("bytes={from}-{}", to - 1);
        let answer = studio.get(path, &[("range", &range), ("if-range", &etag)]).await;
        assert_eq!(answer.status(), 206);
        let last = to.min(expected.len()) - 1;
        assert_eq!(
            header(&answer, "content-range"),
            format!("bytes {from}-{last}/{}", expected.len())
        );
        together.extend(answer.bytes().await.unwrap());
        parts += 1;
    }
    assert!(parts > 12 && together == expected, "{parts} parts");
    // Every border of the first hundred bytes, and the very end.
    for from in borders {
        let answer = studio
            .get(path, &[("range", &format!("bytes={from}-{}", from + 60))])
            .await;
        assert_eq!(answer.bytes().await.unwrap(), expected[from..=from + 60]);
    }
    let answer = studio.get(path, &[("range", "bytes=-1")]).await;
    assert_eq!(answer.bytes().await.unwrap(), expected[expected.len() - 1..]);
}

async fn what_a_person_wrote_to_a_video_leaves_with_it(engine: Engine) {
    let studio = Studio::with(engine, Setup::default(), &["a paper boat", "a storm"]).await;
    let app = &studio.server.test.app;
    let cards = app.generations.snapshot(studio.person).await.unwrap().cards;
    let boat = cards
        .iter()
        .find(|card| card.prompt == "a paper boat")
        .unwrap()
        .id;
    let mut collections = Vec::new();
    for name in ["Zürich", "Films"] {
        collections.push(app.organising.collection(studio.person, name).await.unwrap());
    }
    let change = AboutChange {
        title: "Überfahrt, zweiter Versuch".into(),
        note: "for Ayşe\nsecond line".into(),
        tags: vec!["night".into(), "fog".into()],
        favourite: true,
        collections,
    };
    app.organising
        .write(studio.person, boat, change, "")
        .await
        .unwrap();
    let files = open_bytes(&whole(&studio, "/library/download?all=1").await);
    let named = |word: &str| {
        files
            .iter()
            .find(|(name, _)| name.contains(word) && name.strip_suffix(".json").is_some())
    };
    let sheet: Value =
        serde_json::from_slice(&named("überfahrt-zweiter-versuch").expect("its title names it").1).unwrap();
    let expected = json!({
        "prompt": "a paper boat",
        "title": "Überfahrt, zweiter Versuch",
        "note": "for Ayşe\nsecond line",
        "tags": ["fog", "night"],
        "collections": ["Films", "Zürich"],
        "favourite": true,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&sheet[key], value, "{key}");
    }
    let bare: Value = serde_json::from_slice(&named("a-storm").expect("its prompt names it").1).unwrap();
    assert_eq!(
        (&bare["title"], &bare["tags"], &bare["favourite"]),
        (&json!(""), &json!([]), &json!(false))
    );
    let answer = studio
        .get(&format!("/media/{boat}/video.mp4?download"), &[])
        .await;
    assert!(
        header(&answer, "content-disposition").contains("versuch"),
        "{answer:?}"
    );
}

async fn parts_of_it_make_the_whole(engine: Engine) {
    let studio = Studio::with(engine, Setup::default(), &["one", "two", "three"]).await;
    let path = "/library/download?all=1";
    let expected = whole(&studio, path).await;
    assert_eq!(whole(&studio, path).await, expected, "the same bytes each time");
    in_parts(&studio, path, &expected, 0..100).await;
    let answer = studio
        .get(path, &[("range", "bytes=0-9"), ("if-range", "\"old\"")])
        .await;
    assert_eq!(
        (answer.status().as_u16(), answer.bytes().await.unwrap().len()),
        (200, expected.len())
    );
    let answer = studio.get(path, &[("range", "bytes=999999999-")]).await;
    assert_eq!(answer.status(), 416);
    assert_eq!(
        header(&answer, "content-range"),
        format!("bytes */{}", expected.len())
    );
    let head = studio
        .browser
        .send(studio.browser.request(Method::HEAD, path))
        .await;
    assert_eq!(header(&head, "content-length"), expected.len().to_string());
    let etag = header(&head, "etag").to_owned();
    assert_eq!(studio.get(path, &[("if-none-match", &etag)]).await.status(), 304);
    // One less is another archive: what was begun is not gone on with.
    let app = &studio.server.test.app;
    let newest = app.generations.snapshot(studio.person).await.unwrap().cards[0].id;
    app.generations.trash(studio.person, &[newest]).await.unwrap();
    let answer = studio
        .get(path, &[("range", "bytes=9-"), ("if-range", &etag)])
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(open_bytes(&answer.bytes().await.unwrap()).len(), 4);
    // By its id it can still be had until it is gone for good.
    assert_eq!(
        open_bytes(&whole(&studio, &format!("/library/download?ids={newest}")).await).len(),
        2
    );
}

async fn a_long_choice_has_a_short_address_for_a_day(engine: Engine) {
    let clock = Clock::manual(1_800_000_000_000);
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::default()
    };
    let studio = Studio::with(engine, setup, &["one", "two"]).await;
    let answer = studio
        .browser
        .post_form("/library/download", &[("all", "1")])
        .await;
    assert_eq!(answer.status(), 303);
    let path = header(&answer, "location").to_owned();
    assert!(
        path.starts_with("/library/download/") && path.len() < 60,
        "{path}"
    );
    let expected = whole(&studio, &path).await;
    // What comes later does not change it.
    let id = studio.server.test.create(studio.person, "three", 1).await[0].id;
    studio.server.test.ended(studio.person, id).await;
    assert_eq!(whole(&studio, &path).await, expected);
    in_parts(&studio, &path, &expected, 0..100).await;
    let eve = studio.server.signed_up("eve@example.org").await;
    assert_eq!(eve.get(&path).await.status(), 404, "somebody else's");
    assert_eq!(eve.get("/library/download/none").await.status(), 404);
    clock.advance(86_400_000);
    assert_eq!(studio.browser.get(&path).await.status(), 404, "a day later");
    aisora::server::generation::service::archive::sweep(&studio.server.test.app.worker.life)
        .await
        .unwrap();
    // Many ids in one form.
    let ids: Vec<String> = (0..1_999_u128)
        .map(|n| uuid::Uuid::from_u128(n).to_string())
        .collect();
    let many = format!("{},{id}", ids.join(","));
    let answer = studio
        .browser
        .post_form("/library/download", &[("ids", &many)])
        .await;
    assert_eq!(answer.status(), 303);
    let files = open_bytes(&whole(&studio, header(&answer, "location")).await);
    assert!(files.len() == 2 && files[0].0.contains("three"));
    let too_many = format!("{many},{}", uuid::Uuid::from_u128(5_000));
    assert_eq!(
        studio
            .browser
            .post_form("/library/download", &[("ids", &too_many)])
            .await
            .status(),
        422
    );
}

async fn only_own_finished_videos_are_in_it(engine: Engine) {
    let studio = Studio::with(engine, Setup::default(), &["mine", "fail after 99"]).await;
    let test = &studio.server.test;
    let cards = test.app.generations.snapshot(studio.person).await.unwrap().cards;
    let ids: Vec<String> = cards.iter().map(|card| card.id.to_string()).collect();
    let made = cards.iter().filter(|card| card.state == State::Succeeded).count();
    let files = open_bytes(&whole(&studio, &format!("/library/download?ids={}", ids.join(","))).await);
    assert_eq!(files.len(), 2 * made);
    let eve = studio.server.signed_up("eve@example.org").await;
    for query in [
        format!("ids={}", ids.join("&ids=")),
        "ids=01890000-0000-7000-8000-000000000000".into(),
        "ids=../secret".into(),
        "ids=".into(),
        "all=1".into(),
        String::new(),
    ] {
        let path = format!("/library/download?{query}");
        assert_eq!(eve.get(&path).await.status(), 404, "{query}");
    }
    let nobody = studio.server.browser();
    assert_eq!(
        nobody.get("/library/download?all=1").await.status(),
        303,
        "to the door"
    );
    assert_eq!(
        nobody
            .post_form("/library/download", &[("all", "1")])
            .await
            .status(),
        401
    );
}

async fn what_an_older_version_stored_is_read_once(engine: Engine) {
    let studio = Studio::with(engine, Setup::default(), &["one", "two"]).await;
    let path = "/library/download?all=1";
    let expected = whole(&studio, path).await;
    let test = &studio.server.test;
    test.raw("UPDATE generations SET media_crc32 = NULL").await;
    // The directory alone needs both.
    let tail = studio.get(path, &[("range", "bytes=-200")]).await;
    assert_eq!(tail.bytes().await.unwrap(), expected[expected.len() - 200..]);
    test.raw("UPDATE generations SET media_crc32 = media_crc32 + 1 WHERE media_crc32 IS NOT NULL")
        .await;
    let changed = whole(&studio, path).await;
    assert_ne!(
        changed, expected,
        "it was written down, and is not worked out again"
    );
    test.raw("UPDATE generations SET media_crc32 = NULL").await;
    assert_eq!(whole(&studio, path).await, expected);
}

async fn an_archive_that_cannot_be_whole_is_broken_off(engine: Engine) {
    let studio = Studio::with(engine, Setup::default(), &["one", "two"]).await;
    let test = &studio.server.test;
    let id = test.app.generations.snapshot(studio.person).await.unwrap().cards[0].id;
    let row = test.app.generations.media(studio.person, id).await.unwrap();
    let name = format!("{}/video.mp4", row.media_prefix.unwrap());
    test.app
        .storage
        .put(&name, sample_video()[..500].to_vec())
        .await
        .unwrap();
    let request = studio.browser.request(Method::GET, "/library/download?all=1");
    // The connection may break before the head of the answer was sent, or in its middle.
    let read = async { request.send().await?.error_for_status()?.bytes().await };
    let error = read
        .await
        .expect_err("a file that is too short is not passed off as whole");
    assert!(!error.is_status(), "{error}");
}

async fn who_leaves_in_the_middle_ends_the_reading(engine: Engine) {
    let studio = Studio::with(engine, Setup::default(), &["one"]).await;
    let test = &studio.server.test;
    let id = test.app.generations.snapshot(studio.person).await.unwrap().cards[0].id;
    let row = test.app.generations.media(studio.person, id).await.unwrap();
    let name = format!("{}/video.mp4", row.media_prefix.unwrap());
    // More than the buffers of a connection hold.
    test.app.storage.put(&name, vec![7; 67_108_864]).await.unwrap();
    test.raw("UPDATE generations SET media_bytes = 67108864").await;
    let is_open = || {
        let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        let files = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        files
            .into_iter()
            .any(|file| file.to_string_lossy().ends_with(&name))
    };
    assert!(!is_open());
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();

    let mut answer = studio.get("/library/download?all=1", &[]).await;
    let mut read = 0;
    while read < 1 << 20 {
        read += answer.chunk().await.unwrap().unwrap().len();
    }
    assert!(is_open(), "it is being sent");
    drop(answer);
    tokio::time::timeout(PATIENCE, async {
        while is_open() || tasks() > before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the file is closed, and nothing of it goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_is_read_from_s3_too() {
    let folder = tempfile::tempdir().unwrap();
    let Some(s3) = S3::start(folder.path()).await else {
        return;
    };
    let studio = Studio::with(Engine::Sqlite, s3.setup(), &["one", "two"]).await;
    let expected = whole(&studio, "/library/download?all=1").await;
    assert_eq!(open_bytes(&expected).len(), 4);
    // The emulator answers `bytes=0-0` with all there is, which is taken for what it is: a store that does not keep to ranges.
    in_parts(&studio, "/library/download?all=1", &expected, 0..0).await;
}

/// Nine gigabytes, most of them holes: where numbers do not fit, others find them in their wide fields.
#[test]
fn an_archive_beyond_four_gigabytes_can_be_opened() {
    let entry = |name: &str, length| Entry {
        name: name.into(),
        length,
        modified: 1_795_442_531_000,
    };
    let last = b"the last one";
    let layout = Layout::new(vec![
        entry("first.bin", 4 << 30),
        entry("second.bin", (1 << 32) - 2),
        entry("last.txt", last.len() as u64),
    ]);
    let mut file = tempfile::tempfile().unwrap();
    let mut at = 0;
    for (part, within) in layout.parts(&(0..layout.length())) {
        use aisora::server::zip::Part;
        let bytes = match part {
            Part::Header(n) => layout.header(n, crc32(n, last)),
            Part::Record(n) => layout.record(n, crc32(n, last)),
            Part::End => layout.end(),
            Part::File(2) => last.to_vec(),
            Part::File(_) => Vec::new(),
        };
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&bytes).unwrap();
        at += within.end;
    }
    let script = "import zipfile\n\
        z = zipfile.ZipFile('/dev/stdin')\n\
        print([(i.filename, i.file_size, i.date_time[:3]) for i in z.infolist()])\n\
        print(z.read('last.txt'))\n\
        z.open('second.bin').read(9)";
    file.seek(SeekFrom::Start(0)).unwrap();
    let out = Command::new("python3")
        .args(["-c", script])
        .stdin(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(
        said.contains("('first.bin', 4294967296, (2026, 11, 23)), ('second.bin', 4294967294, "),
        "{said}"
    );
    assert!(said.contains("b'the last one'"), "{said}");
}

/// That of the last file; those of the others are not looked at.
fn crc32(n: usize, last: &[u8]) -> u32 {
    if n < 2 {
        return 0;
    }
    !last.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}
