// From saving a file to the new code answering, with `cargo toolgate dev` on a copy of examples/access.
//
//   cargo build --package cargo-toolgate && node bench/dev.mjs [--rounds 5] [--port 9150] [--json FILE]
//
// Each round changes what the tool `add` gives, and calls it until it gives the new sum, all with the
// access token of before the first change. CPU is that of cargo, wasm-bindgen and esbuild.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { signInAt, startDev, sum } from "../tests/e2e/lib/dev.mjs";

const TICKS_PER_SECOND = 100;
const PATIENCE_MS = 120_000;
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, port: { type: "string", default: "9150" }, json: { type: "string" } },
});

/** Seconds of CPU of the processes that this one started and that have ended. */
function cpuOfChildren(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

const dev = await startDev(Number(values.port));
const rounds = [];
try {
  const token = await signInAt(dev);
  let body = "a + b";
  for (let round = 1; round <= Number(values.rounds); round++) {
    const next = `a + b + ${round}.0`;
    const [before, from, saved] = [cpuOfChildren(dev.pid), dev.lines.length, Date.now()];
    dev.edit("src/lib.rs", `    ${body}\n`, `    ${next}\n`);
    body = next;
    while ((await sum(dev, token, 1, 1)) !== String(2 + round)) {
      if (Date.now() - saved > PATIENCE_MS) throw new Error(dev.lines.join("\n"));
      await sleep(20);
    }
    const answered = (Date.now() - saved) / 1000;
    const said = await dev.said(/^the server is up to date/, from);
    rounds.push({ answered, cpu: cpuOfChildren(dev.pid) - before, said });
    console.log(`${answered.toFixed(2)} s to the answer, CPU ${rounds.at(-1).cpu.toFixed(2)} s; ${said}`);
  }
} finally {
  await dev.stop();
}
const sorted = rounds.map(({ answered }) => answered).sort((a, b) => a - b);
console.log(`median ${sorted[Math.floor(sorted.length / 2)].toFixed(2)} s, slowest ${sorted.at(-1).toFixed(2)} s`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(rounds, null, 2)}\n`);
