//! `wasm-bindgen --target web --out-dir DIR --out-name NAME [OPTION…] FILE`: the part of the program of that name which
//! `scripts/build-site` and cargo-leptos use. Options are written as `--name value` or `--name=value`.

use std::error::Error;
use std::path::PathBuf;

use wasm_bindgen_cli_support::Bindgen;

/// Of wasm-bindgen, from the lock file.
const VERSION: &str = env!("WASM_BINDGEN_VERSION");

fn main() -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    bindgen.web(true)?.omit_default_module_path(false);
    let mut out_dir = PathBuf::from(".");

    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let (name, mut value) = match arg.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (arg.as_str(), None),
        };
        let mut value = || {
            value
                .take()
                .or_else(|| args.next())
                .ok_or(format!("{name} needs a value"))
        };
        match name {
            "--version" => {
                println!("wasm-bindgen {VERSION}");
                return Ok(());
            }
            "--target" => {
                let target = value()?;
                if target != "web" {
                    return Err(format!("only --target web is built in, not {target}").into());
                }
            }
            "--out-dir" => out_dir = value()?.into(),
            "--out-name" => drop(bindgen.out_name(&value()?)),
            "--no-typescript" => {} // it never does
            "--no-demangle" => drop(bindgen.demangle(false)),
            "--keep-lld-exports" => drop(bindgen.keep_lld_exports(true)),
            "--debug" => drop(bindgen.debug(true)),
            "--keep-debug" => drop(bindgen.keep_debug(true)),
            _ if name.starts_with('-') => return Err(format!("unknown option {name}").into()),
            _ => drop(bindgen.input_path(&arg)),
        }
    }

    Ok(bindgen.generate(out_dir)?)
}
