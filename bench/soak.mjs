// Clients that call tools in sessions of Streamable HTTP for minutes, while connections are cut and
// resumed, readers are slow, and the runtime is killed and started anew on what it had stored.
//
//   node bench/prepare.mjs soak
//   node bench/soak.mjs [--seconds 600] [--clients 200] [--users 50] [--restart-every 60] [--waves 4] [--wave 45]
//
// What must hold is said in soak/client.mjs. After it, sessions are ended or expire, and what is stored
// is counted; then waves of load without restarts tell whether memory grows from one to the next.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { post } from "../tests/e2e/lib/mcp.mjs";
import { freePorts } from "../tests/e2e/lib/ports.mjs";
import { openStage } from "../tests/e2e/lib/stage.mjs";
import { usedHeapKiB } from "../tests/e2e/lib/heap.mjs";
import { rssKiB } from "./lib/memory.mjs";
import { SERVERS, buildOf } from "./lib/servers.mjs";
import { people } from "./lib/users.mjs";
import { Client } from "./soak/client.mjs";
import { Ledger } from "./soak/ledger.mjs";
import { stored } from "./soak/stored.mjs";

// An object whose alarm is due waits a little for it; its session is over at an eighth more.
const EXPIRY_MS = Number.parseInt(SERVERS.soak.idle, 10) * 1000 * 1.125 + 10_000;
// Above it, what the Worker holds has grown from the second wave to the last: a wave opens hundreds of
// sessions and makes thousands of calls.
const GROWTH_KIB = 512;

const { values } = parseArgs({
  options: Object.fromEntries(Object.entries({ seconds: "600", clients: "200", users: "50", "restart-every": "60", waves: "4", wave: "45" })
    .map(([name, value]) => [name, { type: "string", default: value }])),
});
const [seconds, clients, users, restartEvery, waves, wave] = ["seconds", "clients", "users", "restart-every", "waves", "wave"].map((name) => Number(values[name]));
if (!(seconds >= 5 && clients >= 1 && users >= 2 && restartEvery >= 5 && waves >= 0 && wave >= 1)) throw new Error("an option is out of range");

const persist = mkdtempSync(join(tmpdir(), "toolgate-soak-"));
const stage = await openStage({ build: buildOf("soak"), persist });
const ledger = new Ledger();
try {
  const crowd = await people(stage, users);
  const before = stored(persist);
  say(`${users} people signed in; ${clients} clients for ${seconds} s, a restart every ${restartEvery} s`);
  await load(crowd, seconds, { restarts: true });
  await sleep(EXPIRY_MS);
  const after = stored(persist);
  report(before, after);
  await memory(crowd);
  happened();
} finally {
  await stage.close().catch((error) => ledger.violation("the Worker's log", error.message));
  rmSync(persist, { recursive: true, force: true });
}
finish();

async function load(crowd, duration, { restarts }) {
  const deadline = performance.now() + duration * 1000;
  const running = Array.from({ length: clients }, async (_, index) => {
    const person = crowd[index % users];
    const stranger = crowd[(index + 1) % users];
    const client = new Client({ name: `c${index}`, origin: stage.origin, person, stranger, ledger });
    // Not all at once.
    await sleep((index / clients) * Math.min(5000, duration * 200));
    await client.run(deadline);
  });
  const killer = restarts ? kill(deadline) : undefined;
  await Promise.all([...running, killer]);
}

/** Kills the runtime now and then, as if the machine had lost its power. */
async function kill(deadline) {
  while (performance.now() + restartEvery * 1000 + 2000 < deadline) {
    await sleep(restartEvery * 1000 * (0.8 + Math.random() * 0.2));
    say(`${rssKiB(stage.worker) >> 10} MiB; killing the runtime (${summary()})`);
    ledger.restarts += 1;
    ledger.disturb();
    const again = setInterval(() => ledger.disturb(), 200);
    for (const pid of stage.worker.pids) process.kill(pid, "SIGKILL");
    await stage.restart({});
    clearInterval(again);
    ledger.disturb();
  }
}

function report(before, after) {
  say(`stored rows: ${JSON.stringify(before.rows)} before, ${JSON.stringify(after.rows)} after`);
  say(`stored bytes: ${before.bytes} in ${before.files} files before, ${after.bytes} in ${after.files} files after`);
  for (const [table, rows] of Object.entries(after.rows)) {
    if (rows > (before.rows[table] ?? 0)) ledger.violation("storage has grown", `${table}: ${before.rows[table] ?? 0} rows before, ${rows} after`);
  }
}

/** The same load again and again on one runtime, each time until nothing of it is left. */
async function memory(crowd) {
  const [inspectorPort] = await freePorts(1);
  await stage.restart({ inspectorPort });
  const wake = () => post(stage.origin, crowd[0].token, { jsonrpc: "2.0", id: 1, method: "ping" });
  const sizes = [];
  for (let i = 0; i < waves; i += 1) {
    await load(crowd, wave, { restarts: false });
    await sleep(EXPIRY_MS);
    sizes.push(await usedHeapKiB(inspectorPort, wake));
    say(`after wave ${i + 1}: ${sizes[i]} KiB of heap in use, ${rssKiB(stage.worker) >> 10} MiB resident`);
  }
  // The first wave brings what a runtime needs once.
  const [second, last] = [sizes[1], sizes.at(-1)];
  if (sizes.length > 2 && last > second + GROWTH_KIB) ledger.violation("memory has grown", `${sizes.join(", ")} KiB`);
}

/** A soak in which something never happened has shown nothing of it. */
function happened() {
  const never = ["answered", "connections cut", "resumptions", "slow readers", "probes by strangers", "sessions deleted"].filter((name) => !(ledger.counts[name] > 0));
  if (ledger.restarts === 0 && seconds > restartEvery * 1.5) never.push("restarts");
  for (const name of never) ledger.violation("it never happened", name);
}

/** The errors of the Worker's log, alike ones together, the most frequent first. */
function said(log) {
  const lines = {};
  for (const line of log.filter((one) => one.startsWith("error"))) {
    const alike = line.replace(/[0-9a-f]{16,}/g, "…").slice(0, 300);
    lines[alike] = (lines[alike] ?? 0) + 1;
  }
  return Object.entries(lines).sort(([, a], [, b]) => b - a).slice(0, 10);
}

function summary() {
  return Object.entries(ledger.counts).map(([name, count]) => `${count} ${name}`).join(", ");
}

function say(text) {
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
}

function finish() {
  for (const violation of ledger.violations) console.log(`VIOLATION ${violation}`);
  for (const [line, count] of said(stage.worker.log)) console.log(`the Worker's log, ${count} times: ${line}`);
  const broken = ledger.counts.violations ?? 0;
  say(`${broken === 0 ? "PASSED" : "FAILED"}: ${ledger.restarts} restarts, ${summary()}`);
  process.exitCode = broken === 0 ? 0 : 1;
}
