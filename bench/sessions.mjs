// Memory of open sessions: how workerd grows with many of them, each with its stream open, and each of
// which gets one answer. Cloudflare's `McpAgent` is measured beside, on Streamable HTTP.
//
//   node bench/prepare.mjs sessions
//   (cd bench/typescript && npm ci && npm run build)
//   node bench/sessions.mjs [--sessions 1000] [--settle 10]
//
// Each kind has a runtime of its own. On HTTP+SSE (2024-11-05) answers come on the stream.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { listen } from "../tests/e2e/lib/http.mjs";
import { message, post } from "../tests/e2e/lib/mcp.mjs";
import { Cast } from "./lib/cast.mjs";
import { settledKiB } from "./lib/memory.mjs";
import { many, openSession, openStream, sessionHeaders } from "./lib/session.mjs";
import { people, peopleFor } from "./lib/users.mjs";

// Opened before, so that what every runtime needs once is not counted.
const WARM_UP = 50;

const { values } = parseArgs({ options: { sessions: { type: "string", default: "1000" }, settle: { type: "string", default: "10" } } });
const [count, settle] = [Number(values.sessions), Number(values.settle)];
if (!(count >= 1 && settle >= 1)) throw new Error("--sessions and --settle must be at least 1");

const call = (id) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "tool_000", arguments: { a: id, b: 19 } } });

const KINDS = [
  { name: "Toolgate, HTTP+SSE, stream at /sse", server: "toolgate-sessions", resource: "/sse", open: openSse, ask: askSse },
  { name: "Toolgate, Streamable HTTP, GET stream", server: "toolgate-sessions", open: openStreamable, ask: askStreamable },
  { name: "McpAgent, Streamable HTTP, GET stream", server: "agent-1", open: openStreamable, ask: askStreamable },
];
console.log(`| ${count} sessions at once | before, MiB | open, MiB | KiB each | answered, MiB | KiB each | closed, MiB |`);
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const kind of KINDS) await measure(kind);

async function measure({ name, server, resource, open, ask }) {
  const cast = new Cast();
  try {
    const { stage } = await cast.member(server);
    // A token is for one of the two addresses.
    const changes = resource && { resource: `${stage.origin}${resource}` };
    const crowd = await people(stage, peopleFor(WARM_UP + count), changes);
    const token = (index) => crowd[index % crowd.length].token;
    const first = await many(WARM_UP, (index) => open(stage.origin, token(index)));
    await many(WARM_UP, (index) => ask(stage.origin, token(index), first[index], index));
    const before = await settledKiB(stage.worker, settle);
    const sessions = await many(count, (index) => open(stage.origin, token(WARM_UP + index)));
    const opened = await settledKiB(stage.worker, settle);
    await many(count, (index) => ask(stage.origin, token(WARM_UP + index), sessions[index], index));
    const answered = await settledKiB(stage.worker, settle);
    for (const { stream } of [...first, ...sessions]) stream.close();
    await sleep(1000);
    const closed = await settledKiB(stage.worker, settle);
    const mib = (kib) => (kib / 1024).toFixed(0);
    const each = (kib) => ((kib - before) / count).toFixed(0);
    console.log(`| ${name} | ${mib(before)} | ${mib(opened)} | ${each(opened)} | ${mib(answered)} | ${each(answered)} | ${mib(closed)} |`);
  } finally {
    await cast.close();
  }
}

async function openSse(origin, token) {
  const stream = await listen(`${origin}/sse`, { headers: { authorization: `Bearer ${token}` } });
  const event = await stream.next();
  if (event?.event !== "endpoint") throw new Error(`GET /sse answered ${stream.status} and ${event?.event}`);
  return { stream, path: event.data };
}

async function askSse(origin, token, { stream, path }, id) {
  const taken = await post(origin, token, call(id), { path });
  if (taken.status !== 202) throw new Error(`POST answered ${taken.status}: ${taken.text}`);
  check(JSON.parse((await stream.next()).data), id);
}

async function openStreamable(origin, token) {
  const id = await openSession(origin, token);
  return { id, stream: await openStream(origin, token, id) };
}

async function askStreamable(origin, token, { id: session }, id) {
  const answer = await post(origin, token, call(id), { headers: sessionHeaders(session) });
  if (answer.status !== 200) throw new Error(`POST answered ${answer.status}: ${answer.text}`);
  check(message(answer), id);
}

function check(answer, id) {
  if (answer.id !== id || answer.result?.content?.[0]?.text !== String(id + 19)) throw new Error(`a wrong answer: ${JSON.stringify(answer).slice(0, 300)}`);
}
