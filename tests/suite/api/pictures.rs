//! Videos that start from a picture, over `/v1`, and pictures at the studio's own door.

use super::{Program, parts, patient, refusal, told, whole};
use crate::{
    on_both_engines,
    support::{Engine, Play, SIZE, Setup, WebServer},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, Response};
use serde_json::{Value, json};

on_both_engines!(
    a_program_gives_a_picture_in_every_way,
    what_is_no_picture_is_refused_by_name,
    pictures_belong_to_their_person,
    pictures_that_are_never_used_go,
);

/// A provider that starts from pictures.
fn play() -> Play {
    Play::default().offering(|offer| offer.model.input_reference = true)
}

fn setup(play: &Play) -> Setup {
    Setup {
        play: Some(play.clone()),
        ..patient()
    }
}

/// A picture of so many pixels.
fn png(width: u32, height: u32, level: u8) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([level, 20, 200]));
    picture
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("written");
    png.into_inner()
}

fn data(png: &[u8]) -> Value {
    json!({ "image_url": format!("data:image/png;base64,{}", STANDARD.encode(png)) })
}

async fn send(program: &Program, repeat: &str, picture: &[u8]) -> Response {
    let (kind, body) = parts(&[("prompt", b"a boat"), ("input_reference", picture)]);
    let request = program
        .request(Method::POST, "/videos")
        .header("content-type", kind)
        .header("idempotency-key", repeat);
    request.body(body).send().await.expect("an answer")
}

async fn a_program_gives_a_picture_in_every_way(engine: Engine) {
    let play = play();
    let mut server = WebServer::with(engine, setup(&play)).await;
    server.test.work();
    let program = Program::of(&server).await;
    let (status, video) = told(send(&program, "one", &png(300, 100, 1)).await).await;
    assert_eq!(status, 200, "{video}");
    program.ended(video["id"].as_str().unwrap()).await;
    let mut body = whole();
    body["input_reference"] = data(&png(100, 300, 1));
    let (status, second) = told(program.post("/videos", &body).await).await;
    assert_eq!(status, 200, "{second}");
    program.ended(second["id"].as_str().unwrap()).await;
    for order in play.orders.lock().unwrap().iter() {
        let picture = order.picture.clone().expect("a picture");
        let picture = image::load_from_memory(&picture.0).expect("a JPEG");
        assert_eq!((picture.width(), picture.height()), (SIZE.width, SIZE.height));
    }
    assert_eq!(play.orders.lock().unwrap().len(), 2);
    // The same request again; and another picture under the same key.
    let (status, again) = told(send(&program, "one", &png(300, 100, 1)).await).await;
    assert_eq!((status, &again["id"]), (200, &video["id"]));
    let other = refusal(send(&program, "one", &png(300, 100, 2)).await).await;
    assert_eq!((other.0, other.2), (409, json!("Idempotency-Key")));
    assert_eq!(program.count().await, 2);
    // Another version starts from the same picture.
    let path = format!("/videos/{}/remix", video["id"].as_str().unwrap());
    let (status, remix) = told(program.post(&path, &json!({ "prompt": "at night" })).await).await;
    assert_eq!(status, 200, "{remix}");
    program.ended(remix["id"].as_str().unwrap()).await;
    assert!(play.orders.lock().unwrap()[2].picture.is_some());
    server.test.audit().await;
}

async fn what_is_no_picture_is_refused_by_name(engine: Engine) {
    let play = play();
    let server = WebServer::with(engine, setup(&play)).await;
    let program = Program::of(&server).await;
    let refused = (400, "invalid_value".to_owned(), json!("input_reference"));
    for wrong in [
        json!("x"),
        json!(7),
        json!([]),
        json!({}),
        json!({ "image_url": 7 }),
        json!({ "image_url": "" }),
        json!({ "image_url": "data:image/png;base64,%%%" }),
        json!({ "image_url": "data:image/png,abc" }),
        json!({ "image_url": "ftp://a.example/b.png" }),
        json!({ "image_url": "http://example.org/b.png" }),
        // Private addresses, in digits and by name.
        json!({ "image_url": "https://127.0.0.1/b.png" }),
        json!({ "image_url": "https://[::1]/b.png" }),
        json!({ "image_url": "https://169.254.169.254/latest/meta-data" }),
        json!({ "image_url": "https://localhost/b.png" }),
        json!({ "file_id": "file-1" }),
        data(b"hello"),
        data(&png(300, 100, 1)[..60]),
        data(&png(10, 10, 1)),
    ] {
        let mut body = whole();
        body["input_reference"] = wrong.clone();
        let answer = refusal(program.post("/videos", &body).await).await;
        assert_eq!(answer, refused, "{wrong}");
    }
    assert_eq!(refusal(send(&program, "a", b"<svg/>").await).await, refused);
    let huge = vec![0xff; 21 << 20];
    assert_eq!(refusal(send(&program, "b", &huge).await).await, refused);
    // What else is wrong is told before anything is fetched.
    let body = json!({ "prompt": "", "input_reference": { "image_url": "https://127.0.0.1/b.png" } });
    assert_eq!(refusal(program.post("/videos", &body).await).await.2, "prompt");
    // A model that starts from words alone.
    let mut body = whole();
    (body["model"], body["input_reference"]) = (json!("builtin"), data(&png(300, 100, 1)));
    body["seconds"] = json!(4);
    assert_eq!(refusal(program.post("/videos", &body).await).await, refused);
    assert_eq!(
        (program.count().await, server.test.balance(program.user).await),
        (0, (200, 0))
    );
}

async fn pictures_belong_to_their_person(engine: Engine) {
    let server = WebServer::with(engine, setup(&play())).await;
    let (mine, other) = (
        server.signed_up("a@example.org").await,
        server.signed_up("b@example.org").await,
    );
    let kept = mine.post_bytes("/pictures", png(300, 100, 1)).await;
    assert_eq!(kept.status(), 201);
    let kept: Value = kept.json().await.unwrap();
    assert_eq!((&kept["width"], &kept["height"]), (&json!(300), &json!(100)));
    let path = format!("/pictures/{}", kept["id"].as_str().unwrap());
    let shown = mine.get(&path).await;
    assert_eq!(
        (shown.status().as_u16(), &shown.headers()["content-type"]),
        (200, &"image/jpeg".parse().unwrap())
    );
    assert!(
        shown.headers()["cache-control"]
            .to_str()
            .unwrap()
            .starts_with("private")
    );
    let nobody = server.browser();
    for browser in [&other, &nobody] {
        assert_eq!(browser.get(&path).await.status(), 404);
    }
    assert_eq!(mine.get("/pictures/x").await.status(), 404);
    assert_eq!(
        nobody.post_bytes("/pictures", png(300, 100, 1)).await.status(),
        401
    );
    let refused = mine.post_bytes("/pictures", b"GIF89a".to_vec()).await;
    assert_eq!(refused.status(), 422);
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["error"]["fields"][0]["field"], "input_reference");
    // Somebody else's picture starts no video.
    let user = server.test.person().await;
    let mut form = server.test.form(user, "a boat", 1).await;
    form.input_reference = kept["id"].as_str().unwrap().into();
    let refused = server.test.app.generations.create(user, &form).await.unwrap_err();
    assert!(refused.to_string().contains("picture"), "{refused}");
    assert_eq!(server.test.balance(user).await, (200, 0));
}

async fn pictures_that_are_never_used_go(engine: Engine) {
    let server = WebServer::with(engine, setup(&play())).await;
    let (test, user) = (&server.test, server.test.person().await);
    let used = test
        .app
        .pictures
        .keep(user, png(300, 100, 1).into())
        .await
        .unwrap();
    let unused = test
        .app
        .pictures
        .keep(user, png(300, 100, 2).into())
        .await
        .unwrap();
    let mut form = test.form(user, "a boat", 1).await;
    form.input_reference = used.id.to_string();
    test.app.generations.create(user, &form).await.expect("created");
    test.raw("UPDATE pictures SET created_at = created_at - 90000000")
        .await;
    let now = test.app.clock.now();
    aisora::server::generation::pictures::sweep(&test.app.db, now)
        .await
        .unwrap();
    test.app.pictures.read(user, used.id).await.expect("it is used");
    assert!(test.app.pictures.read(user, unused.id).await.is_err());
}
