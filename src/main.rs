//! The program: hands over to `server::cli`.

fn main() -> std::process::ExitCode {
    aisora::server::cli::main()
}
