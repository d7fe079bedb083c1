use super::{
    FILE_MAX,
    pixels::{Crop, clean, decode, encode},
};
use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

/// Red on the left, blue on the right.
fn flag(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([250, 0, 0])
        } else {
            Rgb([0, 0, 250])
        }
    })
}

fn jpeg(picture: RgbImage) -> Vec<u8> {
    encode(&picture.into()).unwrap()
}

/// The same JPEG as a camera writes it: lying on its side, with the place where it was taken.
fn from_a_camera(jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    // Orientation 6: the right side is up.
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"GPS 52.5200 N 13.4050 E");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_picture_is_turned_upright_and_keeps_nothing_but_its_pixels() {
    let (cleaned, width, height) = clean(&from_a_camera(&jpeg(flag(200, 100))), Crop::WHOLE).unwrap();
    assert_eq!((width, height), (100, 200));
    let seen = decode(&cleaned).unwrap().to_rgb8();
    let (top, bottom) = (seen.get_pixel(50, 20).0, seen.get_pixel(50, 180).0);
    assert!(top[0] > 200 && bottom[2] > 200, "{top:?} {bottom:?}");
    let has = |what: &[u8]| cleaned.windows(what.len()).any(|part| part == what);
    assert!(!has(b"GPS") && !has(b"Exif"));
}

#[test]
fn what_cameras_put_behind_a_picture_does_not_matter() {
    let mut moving = from_a_camera(&jpeg(flag(200, 100)));
    moving.extend(b"\0\0\0\x18ftypmp42\xff\xda\xff");
    assert!(clean(&moving, Crop::WHOLE).is_ok());
    // Nor do a few bytes between its segments.
    let plain = jpeg(flag(200, 100));
    let behind = 4 + usize::from(u16::from_be_bytes([plain[4], plain[5]]));
    let stuffed = [&plain[..behind], &[0, 0, 0, 0], &plain[behind..]].concat();
    clean(&stuffed, Crop::WHOLE).unwrap();
}

#[test]
fn what_is_transparent_becomes_white() {
    let mut png = Vec::new();
    let picture = RgbaImage::from_pixel(80, 80, Rgba([0, 0, 0, 0]));
    picture
        .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
        .unwrap();
    let (cleaned, ..) = clean(&png, Crop::WHOLE).unwrap();
    let pixel = decode(&cleaned).unwrap().to_rgb8().get_pixel(40, 40).0;
    assert!(pixel.iter().all(|level| *level > 250), "{pixel:?}");
}

#[test]
fn large_ones_are_scaled_down() {
    let (_, width, height) = clean(&jpeg(flag(6_000, 3_000)), Crop::WHOLE).unwrap();
    assert_eq!((width, height), (4_096, 2_048));
}

#[test]
fn what_is_no_picture_gets_a_sentence() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let whole = jpeg(flag(200, 100));
    // A PNG that says it has a hundred megapixels, and hardly any bytes.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x27\x10\0\0\x27\x10\x08\x02\0\0\0".to_vec();
    bomb.extend(crc(&bomb[12..]));
    bomb.extend(b"\0\0\0\x02IDAT\x78\x9c\0\0\0\0");
    for (file, says) in [
        (&b""[..], "empty"),
        (b"hello", "no picture"),
        (svg, "no picture"),
        (b"GIF89a\x01\x00\x01\x00", "no picture"),
        (b"%PDF-1.7", "no picture"),
        (&whole[..whole.len() / 20], "damaged"),
        (&whole[..whole.len() / 2], "end of the picture is missing"),
        (&whole[..whole.len() - 2], "end of the picture is missing"),
        (&bomb, "50 million"),
        (&jpeg(flag(63, 200)), "at least 64"),
    ] {
        let words = clean(file, Crop::WHOLE).unwrap_err();
        assert!(words.contains(says), "{words}, not {says}");
    }
    assert!(
        clean(&vec![0xff; FILE_MAX + 1], Crop::WHOLE)
            .unwrap_err()
            .contains("20 MB")
    );
}

/// The checksum of a PNG's chunk.
fn crc(bytes: &[u8]) -> [u8; 4] {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    (!crc).to_be_bytes()
}

#[test]
fn a_piece_is_cut_where_it_is_wanted() {
    let crop = |text: &str| text.parse::<Crop>();
    let picture = jpeg(flag(400, 200));
    let (_, width, height) = clean(&picture, crop("250, 0,500,1000").unwrap()).unwrap();
    assert_eq!((width, height), (200, 200));
    let (_, width, height) = clean(&picture, crop("0,0,1000,1000").unwrap()).unwrap();
    assert_eq!((width, height), (400, 200));
    let words = clean(&picture, crop("0,0,100,1000").unwrap()).unwrap_err();
    assert!(words.starts_with("This piece has 40 × 200 pixels."), "{words}");
    for bad in [
        "",
        "1,2,3",
        "0,0,0,1000",
        "1,0,1000,1000",
        "0,1,1000,1000",
        "-1,0,5,5",
        "a,b,c,d",
        "0,0,1,4294967295",
        "0,0,1000,1000,0",
    ] {
        assert!(crop(bad).is_err(), "{bad}");
    }
}
