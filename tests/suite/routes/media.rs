//! Films and their pictures: in ranges, to their owner.

use super::{create, finished};
use crate::support::{Engine, WebServer, sample_video};
use reqwest::Method;

crate::on_both_engines!(
    media_is_served_to_its_owner_in_ranges,
    a_tile_has_a_small_picture_or_the_poster_in_its_place,
);

async fn media_is_served_to_its_owner_in_ranges(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    create(&browser, "ein Böötchen im \"Regen\"").await;
    let id = finished(&browser).await;
    let path = format!("/media/{id}/video.mp4");
    let whole = browser.get(&path).await;
    assert_eq!(whole.status(), 200);
    let etag = whole.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(whole.headers()["content-type"], "video/mp4");
    assert!(
        whole.headers()["cache-control"]
            .to_str()
            .unwrap()
            .starts_with("private")
    );
    assert_eq!(whole.bytes().await.unwrap(), sample_video());
    let with = async |name: &'static str, value: String| {
        browser
            .send(browser.request(Method::GET, &path).header(name, value))
            .await
    };
    let part = with("range", "bytes=4-11".into()).await;
    assert_eq!(part.status(), 206);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 4-11/{}", sample_video().len())
    );
    assert_eq!(part.bytes().await.unwrap(), sample_video()[4..12]);
    let beyond = with("range", format!("bytes={}-", sample_video().len())).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(
        beyond.headers()["content-range"],
        format!("bytes */{}", sample_video().len())
    );
    assert_eq!(with("range", "bytes=junk".into()).await.status(), 200);
    assert_eq!(with("if-none-match", etag.clone()).await.status(), 304);
    let head = browser.send(browser.request(Method::HEAD, &path)).await;
    assert_eq!(head.headers()["content-length"], sample_video().len().to_string());
    assert!(head.bytes().await.unwrap().is_empty());
    let head = browser
        .send(browser.request(Method::HEAD, &path).header("range", "bytes=0-1"))
        .await;
    assert_eq!(head.status(), 200, "a range is for GET alone");
    assert_eq!(head.headers()["content-length"], sample_video().len().to_string());
    let old = browser
        .send(
            browser
                .request(Method::GET, &path)
                .header("range", "bytes=0-1")
                .header("if-range", "\"old\""),
        )
        .await;
    assert_eq!(old.status(), 200);
    let download = browser.get(&format!("{path}?download")).await;
    let name = download.headers()["content-disposition"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        name.contains("filename=\"ein-b-tchen-im-regen-128x72-1s.mp4\""),
        "{name}"
    );
    assert!(
        name.contains("filename*=UTF-8''ein-b%C3%B6%C3%B6tchen-im-regen"),
        "{name}"
    );
    let poster = browser.get(&format!("/media/{id}/poster.jpg")).await;
    assert_eq!(poster.headers()["content-type"], "image/jpeg");
    assert_eq!(browser.get(&format!("/media/{id}/strip.jpg")).await.status(), 200);
    for odd in ["../video.mp4", "..%2Fvideo.mp4", "video.mp4%00", "other"] {
        assert_eq!(
            browser.get(&format!("/media/{id}/{odd}")).await.status(),
            404,
            "{odd}"
        );
    }
}

async fn a_tile_has_a_small_picture_or_the_poster_in_its_place(engine: Engine) {
    let mut server = WebServer::start(engine).await;
    server.test.work();
    let browser = server.signed_up("ada@example.org").await;
    create(&browser, "a boat").await;
    let id = finished(&browser).await;
    let poster = browser.get(&format!("/media/{id}/poster.jpg")).await;
    let poster = poster.bytes().await.unwrap();
    let tile = async || {
        let tile = browser.get(&format!("/media/{id}/tile.jpg")).await;
        assert_eq!(tile.headers()["content-type"], "image/jpeg");
        (tile.headers()["etag"].clone(), tile.bytes().await.unwrap())
    };
    let (small, _) = tile().await;
    // As it was stored before there were small ones.
    let mut folders = vec![server.test.folder.path().join("data/videos")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.ends_with("tile.jpg") {
                std::fs::remove_file(entry).unwrap();
            }
        }
    }
    let (large, instead) = tile().await;
    assert_eq!(instead, poster, "the poster in its place");
    assert_ne!(
        small, large,
        "a browser that kept one does not take it for the other"
    );
}
