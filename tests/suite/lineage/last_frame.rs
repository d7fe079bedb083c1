//! The last frame starts the next video.

use super::{made, with_pictures};
use crate::support::{Engine, SIZE};
use serde_json::{Value, json};

crate::on_both_engines!(the_last_frame_starts_a_video_without_a_script);

async fn the_last_frame_starts_a_video_without_a_script(engine: Engine) {
    let mut server = with_pictures(engine).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    let id = made(&browser).await;
    let page = browser.page(&format!("/v/{id}")).await;
    assert!(
        page.contains(&format!("action=\"/v/{id}/last-frame\"")),
        "the way is on the page"
    );
    let answer = browser.post_form(&format!("/v/{id}/last-frame"), &[]).await;
    assert_eq!(answer.status(), 303);
    let way = answer.headers()["location"].to_str().unwrap().to_owned();
    let picture = way
        .split("input_reference=")
        .nth(1)
        .and_then(|rest| rest.split('&').next());
    let picture = picture.expect("a picture").to_owned();
    let jpeg = browser
        .get(&format!("/pictures/{picture}"))
        .await
        .bytes()
        .await
        .unwrap();
    let jpeg = image::load_from_memory(&jpeg).expect("a JPEG");
    assert_eq!(
        (jpeg.width(), jpeg.height()),
        (SIZE.width, SIZE.height),
        "in full size"
    );
    // The composer has it all, with a model that takes pictures, in the nearest size.
    let composer = browser.page(&way).await;
    for part in [
        format!("name=\"input_reference\" value=\"{picture}\""),
        format!("name=\"from\" value=\"{id}\""),
        "name=\"derived_by\" value=\"last_frame\"".into(),
        "Mover was chosen, because it starts from pictures".into(),
    ] {
        assert!(composer.contains(&part), "{part}");
    }
    let form = [
        ("prompt", "the boat goes on"),
        ("model", "mover"),
        ("size", "128x72"),
        ("seconds", "1"),
        ("takes", "1"),
        ("input_reference", &picture),
        ("from", &id),
        ("derived_by", "last_frame"),
    ];
    let fields: Value = form
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let quote = browser.call("generation/quote", &json!({ "form": fields })).await;
    let quote: Value = quote.json().await.unwrap();
    let token = quote["token"].as_str().expect("a price");
    let answer = browser
        .post_form("/create", &[&form[..], &[("quote", token)]].concat())
        .await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let page: Value = browser
        .call("gallery/video", &json!({ "id": id }))
        .await
        .json()
        .await
        .unwrap();
    let about = page["about"].as_str().expect("HTML");
    assert!(about.contains("From the last frame"), "{about}");
    // Somebody else's picture does not come along.
    let other = server.signed_up("bob@example.org").await;
    let theirs = made(&other).await;
    let composer = other
        .page(&format!("/create?from={theirs}&input_reference={picture}"))
        .await;
    assert!(composer.contains("not there any more"));
    assert!(!composer.contains(&format!("value=\"{picture}\"")));
    server.test.stop_work().await;
    server.test.audit().await;
}
