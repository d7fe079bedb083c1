//! Load over plain HTTP/1.1: connections that stay open, the next request when the answer is there.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// How many connections ask at once.
const CONNECTIONS: usize = 32;

/// One answer's body as it came over the wire.
pub async fn fetch(address: &str, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("read");
    let start = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("headers")
        + 4;
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer[..start])
    );
    answer.split_off(start)
}

/// Answers a second. Each connection asks for one of the things, in turn.
pub async fn load(address: &str, requests: &[String], time: Duration) -> f64 {
    let until = Instant::now() + time;
    let count = Arc::new(AtomicU32::new(0));
    let mut tasks = Vec::new();
    for request in requests.iter().cycle().take(CONNECTIONS) {
        let (address, request, count) = (address.to_owned(), request.clone(), count.clone());
        tasks.push(tokio::spawn(async move {
            let mut stream =
                BufReader::with_capacity(1 << 16, TcpStream::connect(address).await.expect("connected"));
            while Instant::now() < until {
                stream
                    .get_mut()
                    .write_all(request.as_bytes())
                    .await
                    .expect("sent");
                answer(&mut stream).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    for task in tasks {
        task.await.expect("a client");
    }
    f64::from(count.load(Ordering::Relaxed)) / time.as_secs_f64()
}

/// Reads one answer to its end, with a length or in pieces.
async fn answer(stream: &mut BufReader<TcpStream>) {
    let (mut line, mut length, mut pieces) = (String::new(), 0, false);
    stream.read_line(&mut line).await.expect("a status");
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    loop {
        line.clear();
        stream.read_line(&mut line).await.expect("a header");
        let lower = line.to_ascii_lowercase();
        if let Some(text) = lower.strip_prefix("content-length:") {
            length = text.trim().parse().expect("a length");
        }
        pieces |= lower.starts_with("transfer-encoding: chunked");
        if line == "\r\n" {
            break;
        }
        assert!(!line.is_empty(), "the server hung up");
    }
    let mut body = Vec::new();
    while pieces {
        line.clear();
        stream.read_line(&mut line).await.expect("a piece");
        let size = usize::from_str_radix(line.trim(), 16).expect("a size");
        body.resize(size + 2, 0);
        stream.read_exact(&mut body).await.expect("a piece");
        pieces = size > 0;
    }
    body.resize(length, 0);
    stream.read_exact(&mut body).await.expect("a body");
}
