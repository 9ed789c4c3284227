// Event streams of single requests, what is bounded on them, and streams on which nothing happens.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { listen } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { nextMessage, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);
const methods = (messages, method) => messages.filter((message) => message.method === method);

describe("a stream", { skip: lacksBuild("faults") }, () => {
  let stage, token, tokenOfSse;
  before(async () => {
    stage = await openStage({ build: buildOf("faults"), worker: DEBUG_BUILD });
    const [first, second] = await Promise.all([undefined, { resource: `${stage.origin}/sse` }].map((changes) =>
      signIn(stage, { browser: stage.browser(), email: EMPLOYEE, changes })));
    [token, tokenOfSse] = [first.access_token, second.access_token];
  });
  after(() => stage?.close());

  /** Calls a tool in the manner of 2026-07-28 and gives its stream. */
  function streamed(name, args, { meta = { progressToken: "p" }, headers = {} } = {}) {
    const _meta = { "io.modelcontextprotocol/protocolVersion": mcp.MODERN, "io.modelcontextprotocol/clientCapabilities": {}, ...meta };
    return listen(`${stage.origin}/mcp`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json, text/event-stream", "mcp-protocol-version": mcp.MODERN, "mcp-method": "tools/call", "mcp-name": name, ...headers },
      body: JSON.stringify({ jsonrpc: "2.0", id: "s", method: "tools/call", params: { name, arguments: args, _meta } }),
    });
  }
  const LOGS = { "io.modelcontextprotocol/logLevel": "info" };

  test("of one request has its progress and its log messages, and ends with the result", async () => {
    const stream = await streamed("steps", { count: 3, milliseconds: 5 }, { meta: { progressToken: "p", ...LOGS } });
    assert.match(stream.headers.get("content-type"), /^text\/event-stream/);
    assert.equal(stream.headers.get("x-accel-buffering"), "no");
    const messages = await rest(stream);
    assert.deepEqual(methods(messages, "notifications/progress").map(({ params }) => [params.progressToken, params.progress, params.total, params.message]), upTo(3).map((step) => ["p", step, 3, `step ${step}`]));
    assert.deepEqual(methods(messages, "notifications/message").map(({ params }) => params.data), upTo(3).map((step) => `step ${step}`));
    assert.deepEqual([messages.at(-1).id, messages.at(-1).result.content[0].text], ["s", "3"]);
    assert.equal(stream.headers.get("mcp-session-id"), null);
    assert.doesNotMatch(stream.text, /^id:/m, "2026-07-28 has nothing to resume");
  });

  test("is not opened for a caller who asked for neither, nor for one who takes JSON only", async () => {
    const quiet = await mcp.modern(stage.origin, token, "tools/call", { name: "steps", arguments: { count: 2, milliseconds: 5 } });
    assert.match(quiet.headers.get("content-type"), /^application\/json/);
    const legacy = await mcp.legacy(stage.origin, token, "tools/call", { name: "steps", arguments: { count: 2, milliseconds: 5 }, _meta: { progressToken: 1 } }, { headers: { accept: "application/json" } });
    if (legacy.status === 200) assert.match(legacy.headers.get("content-type"), /^application\/json/);
    else assert.equal(legacy.status, 406);
  });

  test("bounds what a tool says without a pause, and tells how much was left out", async () => {
    const messages = await rest(await streamed("chatter", { count: 5000 }, { meta: { progressToken: "p", ...LOGS } }));
    const logged = methods(messages, "notifications/message");
    const left = Number(/^(\d+) log messages were left out/.exec(logged.at(-1).params.data)?.[1]);
    assert.equal(logged.length - 1 + left, 5000, "each is there or counted");
    const progress = methods(messages, "notifications/progress").map(({ params }) => params.progress);
    assert.ok(progress.length <= 256 && progress.at(-1) === 4999, `${progress.length}, up to ${progress.at(-1)}`);
    assert.deepEqual(progress, [...progress].sort((a, b) => a - b));
    assert.equal(messages.at(-1).result.content[0].text, "5000");
  });

  test("waits for a slow reader, who misses nothing, and others are not held up", async () => {
    const slow = await streamed("steps", { count: 400, milliseconds: 1 }, { meta: { progressToken: "p", ...LOGS } });
    slow.request.socket.pause();
    const began = performance.now();
    await rest(await streamed("steps", { count: 3, milliseconds: 5 }));
    assert.ok(performance.now() - began < 1500);
    await sleep(1000);
    slow.request.socket.resume();
    const messages = await rest(slow);
    assert.deepEqual(methods(messages, "notifications/progress").map(({ params }) => params.progress), upTo(400));
    assert.equal(messages.at(-1).result.content[0].text, "400");
  });

  test("carries each caller's own messages only", async () => {
    const streams = await Promise.all(upTo(12).map((n) => streamed("steps", { count: n, milliseconds: 7 }, { meta: { progressToken: `of-${n}` } })));
    for (const [index, stream] of streams.entries()) {
      const messages = await rest(stream);
      assert.deepEqual([...new Set(methods(messages, "notifications/progress").map(({ params }) => params.progressToken))], [`of-${index + 1}`]);
      assert.equal(messages.at(-1).result.content[0].text, String(index + 1));
    }
  });

  test("of HTTP+SSE takes a burst of messages, and the result after them", async () => {
    const stream = await listen(`${stage.origin}/sse`, { headers: { authorization: `Bearer ${tokenOfSse}` } });
    const path = (await stream.next()).data;
    const say = (message) => mcp.post(stage.origin, tokenOfSse, { jsonrpc: "2.0", ...message }, { path });
    const params = { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: { name: "tests", version: "1" } };
    await say({ id: 0, method: "initialize", params });
    await say({ id: 1, method: "logging/setLevel", params: { level: "debug" } });
    await nextMessage(stream);
    await nextMessage(stream);
    assert.equal((await say({ id: 2, method: "tools/call", params: { name: "chatter", arguments: { count: 1000 }, _meta: { progressToken: 7 } } })).status, 202);
    const messages = [];
    do messages.push(await nextMessage(stream)); while (messages.at(-1).id !== 2);
    assert.equal(messages.at(-1).result.content[0].text, "1000");
    const progress = methods(messages, "notifications/progress").map(({ params: { progress: one } }) => one);
    assert.equal(progress.at(-1), 999);
    assert.ok(methods(messages, "notifications/message").length > 64);
    await say({ id: 3, method: "ping" });
    assert.equal((await nextMessage(stream)).id, 3, "the session goes on");
    stream.close();
  });

  test("of HTTP+SSE says something while nothing happens, and still works after it", { timeout: 60_000 }, async () => {
    const stream = await listen(`${stage.origin}/sse`, { headers: { authorization: `Bearer ${tokenOfSse}` } });
    const path = (await stream.next()).data;
    for (let i = 0; i < 60 && !/^: keep-alive$/m.test(stream.text); i += 1) await sleep(500);
    assert.match(stream.text, /^: keep-alive$/m, "a comment within 30 s");
    await mcp.post(stage.origin, tokenOfSse, { jsonrpc: "2.0", id: 9, method: "ping" }, { path });
    assert.equal((await nextMessage(stream)).id, 9);
    stream.close();
  });
});
