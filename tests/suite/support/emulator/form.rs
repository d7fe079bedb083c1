//! The fields of a form, read by hand.

use serde_json::{Map, Value};

/// Every field is a text; panics at what is not a form.
pub fn fields(boundary: &str, body: &[u8]) -> Map<String, Value> {
    let mark = format!("--{boundary}");
    let body = std::str::from_utf8(body).expect("text");
    let parts = body.split(&mark).filter(|part| part.starts_with("\r\n"));
    parts
        .map(|part| {
            let (head, value) = part
                .trim_start()
                .split_once("\r\n\r\n")
                .expect("a head and a value");
            let name = head.split("name=\"").nth(1).expect("a name");
            let name = name.split('"').next().expect("a name");
            let value = value.strip_suffix("\r\n").expect("the end of a part");
            (name.to_owned(), Value::from(value))
        })
        .collect()
}
