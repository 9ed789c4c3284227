// Thousands of malformed messages to a running Worker: over Streamable HTTP with a session and without
// one, and over HTTP+SSE. Each is answered with an error of JSON-RPC or a refusal of HTTP; none ends in
// a 500, a panic or silence. (What each of them is answered is for runtime/core/tests/mcp/mutations.)
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { listen } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { REQUESTS, REVISIONS } from "./lib/requests.mjs";
import { Session } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const PER_REVISION = 600;
const AT_ONCE = 8;
const ERRORS = [-32700, -32600, -32601, -32602, -32002, -32020, -32021, -32022];
const META = "io.modelcontextprotocol/";

/** Numbers that look random and are the same in every run (mulberry32). */
function random(seed) {
  return (limit) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** Whole messages of a revision. */
function messages(revision) {
  const of = (method, params) => ({ jsonrpc: "2.0", id: 1, method, params });
  const all = REQUESTS.map(([method, params = {}]) => of(method, params));
  if (revision !== mcp.MODERN) {
    return [...all, of("ping"), of("logging/setLevel", { level: "info" }), of("initialize", { protocolVersion: revision, capabilities: {}, clientInfo: { name: "x", version: "1" } }), { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }];
  }
  const _meta = { [`${META}protocolVersion`]: revision, [`${META}clientCapabilities`]: {} };
  return [...all, of("server/discover", {}), of("tasks/get", { taskId: "x" })].map((message) => ({ ...message, params: { ...message.params, _meta } }));
}

const STRANGE = [null, true, -1, 1.5, 1e308, "", "x", "\u{202e}\0", "__proto__", "../../etc", [], {}, [[]], { a: { b: [] } }, "x".repeat(2000)];

/** The message with one to three things wrong with it. */
function damaged(message, next) {
  let whole = structuredClone(message);
  for (let i = 0; i <= next(3); i += 1) {
    let place = whole;
    for (;;) {
      const keys = place && typeof place === "object" ? Object.keys(place) : [];
      if (keys.length === 0) break;
      const key = keys[next(keys.length)];
      if (next(2) === 0 && place[key] && typeof place[key] === "object") {
        place = place[key];
        continue;
      }
      const kind = next(4);
      if (kind === 0) delete place[key];
      else if (kind === 1) place[`${key}x`] = place[key];
      else place[key] = STRANGE[next(STRANGE.length)];
      break;
    }
  }
  if (next(15) === 0) whole = [whole, STRANGE[next(STRANGE.length)]];
  let text = JSON.stringify(whole) ?? "";
  const kind = next(12);
  if (kind === 0) text = text.slice(0, next(text.length + 1));
  else if (kind === 1) text = text.replace("{", '{"method":"tools/list",');
  else if (kind === 2) text = `${"[".repeat(next(200))}${text}`;
  else if (kind === 3) text = text.replace(":", ":1e999,\"y\":");
  return text;
}

describe("malformed messages", { skip: lacksBuild("everything") }, () => {
  let stage, token, tokenOfSse;
  before(async () => {
    stage = await openStage({ build: buildOf("everything"), worker: DEBUG_BUILD, mixesIds: true });
    const [first, second] = await Promise.all([undefined, { resource: `${stage.origin}/sse` }].map((changes) =>
      signIn(stage, { browser: stage.browser(), email: VISITOR, changes })));
    [token, tokenOfSse] = [first.access_token, second.access_token];
  });
  after(() => stage?.close());

  /** Sends the bodies, some at once. */
  async function bombard(bodies, send) {
    const waiting = [...bodies];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let body; (body = waiting.pop()) !== undefined;) await send(body);
    }));
  }

  function judge(answer, body) {
    const told = () => `${answer.status} ${answer.text.slice(0, 200)} to ${body.slice(0, 300)}`;
    assert.ok([200, 202, 400, 404].includes(answer.status), told());
    if (!answer.headers.get("content-type")?.startsWith("application/json")) return;
    for (const { error } of [answer.json()].flat()) if (error) assert.ok(ERRORS.includes(error.code), told());
  }

  const bodiesOf = (revision, seed) => {
    const [next, whole] = [random(seed), messages(revision)];
    return Array.from({ length: PER_REVISION }, () => damaged(whole[next(whole.length)], next));
  };

  for (const [index, revision] of REVISIONS.entries()) {
    test(`of ${revision} without a session`, { timeout: 120_000 }, async () => {
      await bombard(bodiesOf(revision, index), async (body) => {
        let named = {};
        try {
          const { method, params } = JSON.parse(body);
          named = { "mcp-method": method, "mcp-name": params?.name ?? params?.uri ?? params?.taskId };
        } catch { /* not JSON, and so without a name */ }
        const fit = Object.entries(named).filter(([, value]) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value));
        const headers = { "mcp-protocol-version": revision, ...(revision === mcp.MODERN ? Object.fromEntries(fit) : {}) };
        judge(await mcp.post(stage.origin, token, body, { headers }), body);
      });
    });
  }

  test("in a session, which goes on", { timeout: 120_000 }, async () => {
    const session = await Session.begin(stage.origin, token);
    await bombard(bodiesOf(session.revision, 77), async (body) => judge(await mcp.post(stage.origin, token, body, { headers: session.headers() }), body));
    assert.equal((await session.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 200);
    await session.end();
  });

  test("over HTTP+SSE, whose session goes on", { timeout: 120_000 }, async () => {
    const stream = await listen(`${stage.origin}/sse`, { headers: { authorization: `Bearer ${tokenOfSse}` } });
    const path = (await stream.next()).data;
    await bombard(bodiesOf("2024-11-05", 99), async (body) => judge(await mcp.post(stage.origin, tokenOfSse, body, { path }), body));
    await mcp.post(stage.origin, tokenOfSse, { jsonrpc: "2.0", id: "last", method: "ping" }, { path });
    let message;
    do message = JSON.parse((await stream.next()).data); while (message.id !== "last");
    assert.deepEqual(message.result, {});
    stream.close();
  });

  test("that are too much are refused: nesting, values, messages at once, bytes", async () => {
    const call = (value) => JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "about", arguments: { value } } });
    const deep = (levels) => JSON.parse("[".repeat(levels) + "]".repeat(levels));
    const code = async (body, revision = "2025-06-18") => {
      const answer = await mcp.post(stage.origin, token, body, { headers: { "mcp-protocol-version": revision } });
      return [answer.status, answer.status === 413 ? undefined : answer.json().error?.code];
    };
    assert.deepEqual(await code(call(deep(100))), [400, -32700]);
    assert.deepEqual(await code(call(Array(100_001).fill(0))), [400, -32700]);
    assert.deepEqual(await code(JSON.stringify(Array(33).fill({ jsonrpc: "2.0", id: 1, method: "ping" })), "2025-03-26"), [400, -32600]);
    assert.deepEqual((await code(call("x".repeat(5_000_000))))[0], 413);
    assert.deepEqual(await code(JSON.stringify({ jsonrpc: "2.0", id: "x".repeat(257), method: "ping" })), [400, -32600]);
  });
});
