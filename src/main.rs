//! The program: reads its arguments and hands over to `server::cli`.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    aisora::server::cli::main().await
}
