//! Every server starts from a picture in its own way.

use super::Studio;
use crate::support::{Engine, PRESETS, SIZE};
use aisora::model::{composition::ComposerForm, generation::State};

crate::on_both_engines!(every_server_starts_from_a_picture,);

async fn every_server_starts_from_a_picture(engine: Engine) {
    for preset in PRESETS {
        let studio = Studio::open(engine, preset, "input_reference = true").await;
        let gpu = studio.test.app.worker.providers.get("gpu").expect("configured");
        let seen = gpu.thumbnail("video_1").await;
        assert_eq!(
            seen.is_some(),
            preset == "openai",
            "{preset}: a video is no picture of it"
        );
        let (test, person) = (&studio.test, studio.person);
        let kept = test
            .app
            .pictures
            .keep(person, picture(300, 100))
            .await
            .expect("kept");
        let folder = test
            .folder
            .path()
            .join(format!("data/videos/generations/{}", kept.id));
        assert!(folder.exists());
        let form = ComposerForm {
            input_reference: kept.id.to_string(),
            ..studio.form("a boat").await
        };
        let cards = test.app.generations.create(person, &form).await.expect("created");
        // A form without JavaScript brings the file again: the same one is no other order, another one is.
        let pictures = [(picture(300, 100), true), (picture(301, 100), false)];
        for (file, same) in pictures {
            let again = test.app.pictures.keep(person, file).await.expect("kept");
            let pressed = ComposerForm {
                input_reference: again.id.to_string(),
                ..form.clone()
            };
            let pressed = test.app.generations.create(person, &pressed).await;
            let ids = pressed.map(|cards| cards.iter().map(|card| card.id).collect::<Vec<_>>());
            assert_eq!(ids.is_ok_and(|ids| ids == [cards[0].id]), same, "{preset}");
        }
        let card = test.ended(person, cards[0].id).await;
        let order = studio.server.seen().orders.remove(0);
        assert_eq!(
            card.state,
            State::Succeeded,
            "{preset}: {:?} {order:?}",
            card.reason
        );
        let field = if preset == "tensorrt-llm" {
            "image_reference"
        } else {
            "input_reference"
        };
        assert_eq!(order[field]["width"], SIZE.width, "{preset}: {order:?}");
        // The same again begins with the same picture; the picture stays until the last of them is gone.
        let again = test
            .app
            .generations
            .studio(person, Some(card.id), None)
            .await
            .unwrap();
        assert_eq!(again.form.input_reference, form.input_reference);
        let mut second = again.form;
        second.quote = again.quote.unwrap().token;
        let second = test
            .app
            .generations
            .create(person, &second)
            .await
            .unwrap()
            .remove(0);
        test.ended(person, second.id).await;
        test.app.generations.delete(person, card.id).await.unwrap();
        test.app
            .pictures
            .read(person, kept.id)
            .await
            .expect("another one begins with it");
        test.app.generations.delete(person, second.id).await.unwrap();
        assert!(test.app.pictures.read(person, kept.id).await.is_err());
        test.until("the file is gone", async || !folder.exists()).await;
        test.audit().await;
    }
}

/// A picture of so many pixels, as PNG.
fn picture(width: u32, height: u32) -> bytes::Bytes {
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        if (x + y) % 2 == 0 {
            image::Rgb([9, 90, 200])
        } else {
            image::Rgb([200, 90, 9])
        }
    });
    picture
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("written");
    png.into_inner().into()
}
