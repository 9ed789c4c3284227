//! What a deployment uploads, and how large it may be.

use std::path::Path;
use std::process::Command;

use cargo_toolgate::step::Step;
use cargo_toolgate::tools::Tools;
use cargo_toolgate::{Doing, Error, Result};

use crate::run::run;

/// The most that `examples/access` may weigh, compressed: what it does now. 300 is the aim. A Worker on the
/// free plan may weigh 3 MiB, and what is loaded is started cold in every place.
const LARGEST_KIB: u64 = 394;

/// Prints `[name, bytes, bytes after gzip -9]` for each code file of the folder in its argument.
const MEASURE: &str = "
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
const folder = process.argv[1];
const files = readdirSync(folder).filter((file) => /\\.(js|mjs|wasm)$/.test(file));
const sizes = files.map((file) => {
  const bytes = readFileSync(`${folder}/${file}`);
  return [file.endsWith('wasm') ? 'wasm' : 'js', bytes.length, gzipSync(bytes, { level: 9 }).length];
});
console.log(JSON.stringify(sizes));
";

/// Adds the sizes up; says them, and fails when they are too large.
pub(crate) fn check(step: &mut Step, tools: &Tools, bundle: &Path) -> Result<String> {
    let mut command = Command::new("node");
    command.args(["--input-type=module", "-e", MEASURE]).arg(bundle).envs(tools.environment());
    let output = run(step, "size", &mut command)?;
    let sizes: Vec<(String, u64, u64)> =
        serde_json::from_str(&output).doing(|| "measure the bundle".to_owned())?;
    let sum = |kind: &str| -> u64 {
        sizes.iter().filter(|(file, ..)| file == kind).map(|(.., compressed)| compressed).sum()
    };
    let (wasm, js) = (sum("wasm"), sum("js"));
    if wasm == 0 || js == 0 {
        return Err(Error::new(format!("{} holds no Worker", bundle.display())));
    }
    let said = format!(
        "{} gzip = wasm {} + js {}; limit {LARGEST_KIB} KiB",
        kib(wasm + js),
        kib(wasm),
        kib(js)
    );
    if wasm + js > LARGEST_KIB * 1024 { Err(Error::new(said)) } else { Ok(said) }
}

fn kib(bytes: u64) -> String {
    let tenths = bytes * 10 / 1024;
    format!("{}.{} KiB", tenths / 10, tenths % 10)
}
