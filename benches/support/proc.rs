//! What Linux tells of the program's process.

use super::program::Program;

/// A file of its folder in `/proc`.
pub fn proc(program: &Program, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{}/{file}", program.child.id())).expect("Linux")
}
