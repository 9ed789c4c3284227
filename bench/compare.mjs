// CPU time per tools/call at 16 concurrent connections, beside the TypeScript stacks of Cloudflare: the
// stateless handler of `agents` and its `McpAgent`, both behind `workers-oauth-provider`. All servers run
// at once and take turns, so that a busy machine is busy for all of them.
//
//   node bench/prepare.mjs
//   (cd bench/typescript && npm ci && npm run build)
//   node bench/compare.mjs [--requests 1500] [--rounds 7] [--sessions 1000] [--only replies,tools,sessions] [--json FILE]
//
// What is counted is user and system time of the whole workerd process. Compare figures of one run with
// each other.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Cast } from "./lib/cast.mjs";
import { CONNECTIONS, Lane, MODERN } from "./lib/lane.mjs";
import { FLOOR, FLOOR_KV, growthTable, repliesTable } from "./lib/markdown.mjs";
import { REVISION, many, openSession, openStream } from "./lib/session.mjs";

const LEGACY = "2025-06-18";
const WARM_UP = 500;
const SSE = { reply: "sse", progress: true };

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "1500" },
    rounds: { type: "string", default: "7" },
    sessions: { type: "string", default: "1000" },
    only: { type: "string", default: "replies,tools,sessions" },
    json: { type: "string" },
  },
});
const [requests, rounds, sessions] = [values.requests, values.rounds, values.sessions].map(Number);
if (!(requests >= 100 && rounds >= 1 && sessions >= 1)) throw new Error("--requests must be at least 100, --rounds and --sessions at least 1");
const PARTS = { replies, tools, sessions: openSessions };

const cast = new Cast();
try {
  const report = {};
  for (const part of values.only.split(",")) {
    if (!PARTS[part]) throw new Error(`--only knows ${Object.keys(PARTS).join(", ")}`);
    const { text, figures } = await PARTS[part]();
    report[part] = figures;
    console.log(`\n${text}`);
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  await cast.close();
}

async function lane(name, server, options) {
  const { stage, token, tools, isFloor } = await cast.member(server);
  return new Lane({ name, stage, token, tools, isFloor, ...options });
}

/** Takes turns among the lanes, once without counting. */
async function measure(lanes) {
  for (const one of lanes) await one.run(WARM_UP, { isWarmUp: true });
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`round ${round + 1} of ${rounds}\r`);
    for (const one of lanes) await one.run(requests);
  }
  return Object.fromEntries(lanes.map((one) => [one.name, one.figures()]));
}

/** JSON and SSE replies with one tool. */
async function replies() {
  const session = async (server) => [await openSession((await cast.member(server)).stage.origin, (await cast.member(server)).token)];
  const figures = await measure([
    await lane("Toolgate, JSON, 2026-07-28", "toolgate-1", { revision: MODERN, reply: "json" }),
    await lane("createMcpHandler, JSON, 2026-07-28", "handler-1", { revision: MODERN, reply: "json" }),
    await lane("Toolgate, JSON, 2025-06-18", "toolgate-1", { revision: LEGACY, reply: "json" }),
    await lane("createMcpHandler, SSE (always), 2025-06-18", "handler-1", { revision: LEGACY, reply: "sse" }),
    await lane("Toolgate, SSE with progress, 2026-07-28", "toolgate-1", { revision: MODERN, ...SSE }),
    await lane("createMcpHandler, SSE with progress, 2026-07-28", "handler-1", { revision: MODERN, ...SSE }),
    await lane("Toolgate, SSE with progress, 2025-06-18", "toolgate-1", { revision: LEGACY, ...SSE }),
    await lane("createMcpHandler, SSE with progress, 2025-06-18", "handler-1", { revision: LEGACY, ...SSE }),
    await lane("Toolgate, in a session, 2025-11-25", "toolgate-sessions", { revision: REVISION, reply: "json", sessions: await session("toolgate-sessions") }),
    await lane("McpAgent, in a session (SSE always), 2025-11-25", "agent-1", { revision: REVISION, reply: "sse", sessions: await session("agent-1") }),
    await lane("Toolgate, SSE with progress in a session, 2025-11-25", "toolgate-sessions", { revision: REVISION, ...SSE, sessions: await session("toolgate-sessions") }),
    await lane("McpAgent, SSE with progress in a session, 2025-11-25", "agent-1", { revision: REVISION, ...SSE, sessions: await session("agent-1") }),
    await lane(FLOOR, "floor", { revision: LEGACY }),
    await lane(FLOOR_KV, "floor-kv", { revision: LEGACY }),
  ]);
  const title = `CPU ms per tools/call, ${CONNECTIONS} connections, median of ${rounds} rounds of ${requests}`;
  return { figures, text: repliesTable(title, figures) };
}

/** One tool, and five hundred of which the calls go round. */
async function tools() {
  const kinds = [
    ["Toolgate, JSON, 2026-07-28", "toolgate", { revision: MODERN, reply: "json" }],
    ["Toolgate, SSE with progress, 2026-07-28", "toolgate", { revision: MODERN, ...SSE }],
    ["createMcpHandler, JSON, 2026-07-28", "handler", { revision: MODERN, reply: "json" }],
    ["McpAgent, in a session, 2025-11-25", "agent", { revision: REVISION, reply: "sse" }],
  ];
  const lanes = [];
  for (const [name, server, options] of kinds) {
    for (const count of [1, 500]) {
      const { stage, token } = await cast.member(`${server}-${count}`);
      const more = server === "agent" ? { sessions: [await openSession(stage.origin, token)] } : {};
      lanes.push(await lane(`${name}/${count}`, `${server}-${count}`, { ...options, ...more }));
    }
  }
  const figures = await measure(lanes);
  const rows = kinds.map(([name]) => [name, figures[`${name}/1`], figures[`${name}/500`]]);
  return { figures, text: growthTable("CPU ms per tools/call by the number of tools", ["1", "500"], rows) };
}

/** One open session, then many, each with its stream open, of which the calls go round. */
async function openSessions() {
  const kinds = [
    ["Toolgate, in a session", "toolgate-sessions", { revision: REVISION, reply: "json" }],
    ["Toolgate, SSE with progress in a session", "toolgate-sessions", { revision: REVISION, ...SSE }],
    ["Toolgate, without a session, 2026-07-28", "toolgate-sessions", { revision: MODERN, reply: "json" }],
    ["McpAgent, in a session", "agent-1", { revision: REVISION, reply: "sse" }],
  ];
  const measured = async (count) => {
    const opened = new Map();
    for (const server of new Set(kinds.map(([, server]) => server))) opened.set(server, await openMany(server, count));
    const lanes = [];
    for (const [name, server, options] of kinds) {
      const ids = options.revision === MODERN ? [] : opened.get(server).map(({ id }) => id);
      lanes.push(await lane(name, server, { ...options, sessions: ids }));
    }
    const figures = await measure(lanes);
    for (const { stream } of [...opened.values()].flat()) stream.close();
    return figures;
  };
  const [few, all] = [await measured(1), await measured(sessions)];
  const rows = kinds.map(([name]) => [name, few[name], all[name]]);
  return { figures: { few, all }, text: growthTable("CPU ms per tools/call by the number of open sessions", ["1", String(sessions)], rows) };
}

async function openMany(server, count) {
  const { stage: { origin }, token } = await cast.member(server);
  return many(count, async () => {
    const id = await openSession(origin, token);
    return { id, stream: await openStream(origin, token, id) };
  });
}
