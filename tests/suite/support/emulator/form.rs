//! The fields of a form, read by hand.

use crate::support::sample_video;
use serde_json::{Map, Value, json};

/// Every field is a text, and a file is what can be seen of it: its type and the picture's sides, or whether it is the
/// sample video. Panics at what is no
/// form, or at a file that is no picture.
pub fn fields(boundary: &str, body: &[u8]) -> Map<String, Value> {
    let mark = format!("--{boundary}");
    let mut fields = Map::new();
    for part in split(body, mark.as_bytes()) {
        let Some(part) = part.strip_prefix(b"\r\n") else {
            continue;
        };
        let mut halves = split(part, b"\r\n\r\n").into_iter();
        let head = halves.next().expect("a head");
        let value = &part[head.len() + 4..];
        let value = value.strip_suffix(b"\r\n").expect("the end of a part");
        let head = std::str::from_utf8(head).expect("text");
        let word = |before: &str| head.split(before).nth(1).and_then(|rest| rest.split('"').next());
        let name = word("name=\"").expect("a name");
        let value = if word("filename=\"").is_some() {
            let kind = head.to_lowercase();
            let kind = kind.split("content-type: ").nth(1).expect("a type");
            picture(kind.lines().next().expect("a type"), value)
        } else {
            Value::from(std::str::from_utf8(value).expect("text"))
        };
        fields.insert(name.to_owned(), value);
    }
    fields
}

fn picture(kind: &str, file: &[u8]) -> Value {
    if kind == "video/mp4" {
        return json!({ "type": kind, "is_the_sample": file == sample_video() });
    }
    let picture = image::load_from_memory(file).expect("a picture");
    json!({ "type": kind, "width": picture.width(), "height": picture.height() })
}

fn split<'a>(mut bytes: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = bytes.windows(mark.len()).position(|part| part == mark) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + mark.len()..];
    }
    parts.push(bytes);
    parts
}
