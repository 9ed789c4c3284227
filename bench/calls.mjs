// What a request costs: CPU time of the whole workerd process, latency, and throughput, with the
// Worker as built for release behind OAuth.
//
//   node bench/calls.mjs [--requests 2000] [--json FILE]
//
// TOOLGATE_BUILD names another build directory. Compare figures of one run with each other; those
// of different runs or machines say little. The load comes from this same machine.
import { readFileSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connections, listen, send } from "../tests/e2e/lib/http.mjs";
import { EMPLOYEE, VISITOR } from "../tests/e2e/lib/idp.mjs";
import { LEGACY, MODERN } from "../tests/e2e/lib/mcp.mjs";
import { newClient, refresh, signIn } from "../tests/e2e/lib/oauth.mjs";
import { cpuMs } from "../tests/e2e/lib/process.mjs";
import { openStage } from "../tests/e2e/lib/stage.mjs";
import { BUILD, startWorker } from "../tests/e2e/lib/worker.mjs";
import { Load } from "./load.mjs";
import { table } from "./table.mjs";

const CONNECTIONS = 16;
const OPEN_STREAMS = 100;
const SIGN_INS = 30;

const { values } = parseArgs({ options: { requests: { type: "string", default: "2000" }, json: { type: "string" } } });
const requests = Number(values.requests);
if (!Number.isInteger(requests) || requests < CONNECTIONS) throw new Error("--requests must be a number of at least 16");

connections.agent = new Agent({ keepAlive: true });
const stage = await openStage();
try {
  const report = await measure();
  console.log(table(report));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  if (connections.agent) connections.agent.destroy();
  await stage.close();
}

async function measure() {
  const { origin } = stage;
  const session = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
  const load = new Load(origin, stage.worker.pids, session.access_token);
  const add = legacy("tools/call", { name: "add", arguments: { a: 23, b: 19 } });
  const rows = [];
  const row = async (name, request, options) => rows.push({ name, ...(await load.run(request, { requests, ...options })) });
  await load.run(add, { requests: Math.min(requests, 1000), connections: CONNECTIONS });
  await row("tools/call add, 16 at once", add, { connections: CONNECTIONS });
  await row("tools/call add (2026-07-28), 16 at once", modern("tools/call", { name: "add", arguments: { a: 23, b: 19 } }), { connections: CONNECTIONS });
  await row("tools/call add, one after another", add, { connections: 1 });
  await row("tools/list, 16 at once", legacy("tools/list"), { connections: CONNECTIONS });
  await row("initialize, 16 at once", legacy("initialize", { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: "bench", version: "1" } }), { connections: CONNECTIONS });
  await row("401 without a token, 16 at once", { ...add, anonymous: true, expect: 401 }, { connections: CONNECTIONS });
  await row("authorization server metadata, 16 at once", { method: "GET", path: "/.well-known/oauth-authorization-server", anonymous: true }, { connections: CONNECTIONS });
  rows.push(await steps("whole sign-in (registration to token)", SIGN_INS, () => signIn(stage, { browser: stage.browser(), email: VISITOR })));
  rows.push(await refreshes());
  rows.push(await floor(add));
  return { build: BUILD, wasmBytes: readFileSync(`${BUILD}/index_bg.wasm`).length, rows, sseKiB: await streams() };
}

async function floor(request) {
  const worker = await startWorker({ build: fileURLToPath(new URL("floor", import.meta.url)) });
  try {
    const load = new Load(worker.origin, worker.pids, "");
    await load.run(request, { requests: Math.min(requests, 1000), connections: CONNECTIONS });
    return { name: "a one-line Worker, 16 at once", ...(await load.run(request, { requests, connections: CONNECTIONS })) };
  } finally {
    await worker.stop();
  }
}

function legacy(method, params) {
  return { method: "POST", path: "/mcp", headers: { "mcp-protocol-version": LEGACY }, body: { jsonrpc: "2.0", id: 1, method, params } };
}

function modern(method, params) {
  const meta = { "io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {} };
  return {
    method: "POST",
    path: "/mcp",
    headers: { "mcp-protocol-version": MODERN, "mcp-method": method, "mcp-name": params.name },
    body: { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta } },
  };
}

function cpu() {
  return stage.worker.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
}

/** Runs an asynchronous step again and again, one after another. */
async function steps(name, count, step) {
  await step();
  const times = [];
  const before = cpu();
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { name, requests: count, cpuMs: (cpu() - before) / count, p50: times[count >> 1], p99: times[Math.floor(count * 0.99)] };
}

async function refreshes() {
  const client = await newClient(stage.origin);
  let { refresh_token: token } = await signIn(stage, { browser: stage.browser(), client, email: VISITOR });
  // Fewer than a grant may send in a minute.
  return steps("refresh", 100, async () => {
    const answer = await refresh(stage, client, token);
    if (answer.status !== 200) throw new Error(`refresh answered ${answer.status}: ${answer.text}`);
    token = answer.json().refresh_token;
  });
}

/** Memory of one open HTTP+SSE session, in KiB: how workerd grows with a hundred of them. */
async function streams() {
  const changes = { resource: `${stage.origin}/sse` };
  const { access_token: token } = await signIn(stage, { browser: stage.browser(), email: VISITOR, changes });
  connections.agent = false;
  const open = () => listen(`${stage.origin}/sse`, { headers: { authorization: `Bearer ${token}` } });
  const first = await Promise.all(Array.from({ length: 10 }, open));
  const before = rssKiB();
  const more = await Promise.all(Array.from({ length: OPEN_STREAMS }, open));
  await Promise.all(more.map((stream) => stream.next()));
  await send(`${stage.origin}/health`);
  const grown = rssKiB() - before;
  for (const stream of [...first, ...more]) stream.close();
  return grown / OPEN_STREAMS;
}

function rssKiB() {
  return stage.worker.pids.reduce((sum, pid) =>
    sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]), 0);
}
