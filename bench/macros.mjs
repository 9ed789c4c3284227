// What 200 tools add to a debug build: a server with one tool and one with 200 are built, and then again
// and again after a touch of their source, in turns. Expanding the macros and compiling what they wrote
// are in it; the dependencies are not.
//
//   node bench/macros.mjs [--tools 200] [--rounds 3] [--target wasm32-unknown-unknown]
//
// `check` is what an editor waits for, `build` what `cargo toolgate dev` does.
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run, synchronise, write } from "./lib/crate.mjs";

const { values } = parseArgs({
  options: {
    tools: { type: "string", default: "200" },
    rounds: { type: "string", default: "3" },
    target: { type: "string" },
  },
});
const [tools, rounds] = [Number(values.tools), Number(values.rounds)];
if (!(tools > 1 && rounds >= 1)) throw new Error("--tools must be more than 1, --rounds at least 1");

const crate = (name, count) => write(name, { source: "tools.rs", tools: count, notifications: false, idle: "1h" });
const folders = [crate("macros-few", 1), crate("macros-many", tools)];
folders.forEach(synchronise);

for (const command of ["check", "build"]) {
  const seconds = folders.map(() => []);
  for (const folder of folders) cargo(command, folder);
  for (let round = 0; round < rounds; round += 1) {
    folders.forEach((folder, index) => seconds[index].push(rebuild(command, folder)));
  }
  const [few, many] = seconds.map(median);
  const added = `${(many - few).toFixed(2)} s more`;
  console.log(`cargo ${command}: 1 tool ${few.toFixed(2)} s, ${tools} tools ${many.toFixed(2)} s, ${added} (medians of ${rounds})`);
}

/** Seconds that cargo takes once the source is newer than what was made of it. */
function rebuild(command, folder) {
  const now = new Date();
  utimesSync(join(folder, "src/lib.rs"), now, now);
  const start = performance.now();
  cargo(command, folder);
  return (performance.now() - start) / 1000;
}

function cargo(command, folder) {
  run("cargo", [command, "--quiet", ...(values.target ? ["--target", values.target] : [])], folder);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
