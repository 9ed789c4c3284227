// Calls that do not end: the time limit of mcp.toml, and cancellation in the manner of each revision.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { listen } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Session, nextMessage, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

// `[limits] tool_timeout` of tests/faults/mcp.toml.
const LIMIT_MS = 3000;
const TOO_LONG = { code: -32603, message: "The call took too long" };

describe("a call that does not end", { skip: lacksBuild("faults") }, () => {
  let stage, token;
  before(async () => {
    stage = await openStage({ build: buildOf("faults"), worker: DEBUG_BUILD });
    token = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
  });
  after(() => stage?.close());

  const call = async (name, args = {}) => mcp.message(await mcp.legacy(stage.origin, token, "tools/call", { name, arguments: args }));
  /** How many calls were cancelled, and how many futures of `hang` were dropped. */
  const ends = async () => (await call("ends")).result.content[0].text.split(" ").map(Number);
  async function until(check) {
    for (let i = 0; i < 40 && !(await check()); i += 1) await sleep(50);
    return check();
  }
  const streamed = (revision, name, args = {}) => listen(`${stage.origin}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": revision,
      ...(revision === mcp.MODERN ? { "mcp-method": "tools/call", "mcp-name": name } : {}),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: {
        name,
        arguments: args,
        _meta: {
          progressToken: "p",
          ...(revision === mcp.MODERN ? { "io.modelcontextprotocol/protocolVersion": revision, "io.modelcontextprotocol/clientCapabilities": {} } : {}),
        },
      },
    }),
  });

  test("is cut at the configured time, and its future is dropped", async () => {
    const [, dropped] = await ends();
    const began = performance.now();
    const answers = await Promise.all([
      call("hang"),
      mcp.modern(stage.origin, token, "tools/call", { name: "hang", arguments: {} }).then(mcp.message),
    ]);
    const took = performance.now() - began;
    for (const answer of answers) assert.deepEqual(answer.error, TOO_LONG);
    assert.ok(took >= LIMIT_MS - 50 && took < LIMIT_MS + 2000, `after ${took} ms`);
    assert.equal((await ends())[1], dropped + 2);
  });

  test("holds nobody up", async () => {
    const hanging = call("hang");
    const began = performance.now();
    assert.equal((await call("sleep", { milliseconds: 1 })).result.content[0].text, "slept");
    assert.ok(performance.now() - began < LIMIT_MS / 2);
    await hanging;
  });

  test("in a session is cut as well, on the stream that it has", async () => {
    const session = await Session.begin(stage.origin, token);
    const stream = await session.call("until_cancelled");
    const messages = await rest(stream);
    assert.deepEqual(messages.at(-1).error, TOO_LONG);
    assert.equal((await session.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 200);
    await session.end();
  });

  test("has time of its own for each of its parts of a batch", async () => {
    const message = (id, name, args) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });
    const answer = await mcp.post(stage.origin, token, [message(1, "hang", {}), message(2, "sleep", { milliseconds: 100 })], { headers: { "mcp-protocol-version": "2025-03-26" } });
    const byId = Object.fromEntries(answer.json().map((one) => [one.id, one]));
    assert.deepEqual(byId[1].error, TOO_LONG);
    assert.equal(byId[2].result.content[0].text, "slept");
  });

  test("is cancelled in 2026-07-28 when its client closes the stream", async () => {
    const [cancelled] = await ends();
    const stream = await streamed(mcp.MODERN, "until_cancelled");
    assert.equal((await nextMessage(stream)).method, "notifications/progress");
    stream.close();
    assert.ok(await until(async () => (await ends())[0] === cancelled + 1), "the tool heard of it");
  });

  test("goes on in the revisions before when the connection is lost", async () => {
    const [cancelled] = await ends();
    const stream = await streamed("2025-06-18", "until_cancelled");
    assert.equal((await nextMessage(stream)).method, "notifications/progress");
    stream.close();
    await sleep(1000);
    assert.equal((await ends())[0], cancelled);
  });

  test("is cancelled in a session by a notification that names it, and only then", async () => {
    const [cancelled] = await ends();
    const session = await Session.begin(stage.origin, token);
    const stream = await session.call("until_cancelled");
    await nextMessage(stream);
    const cancel = (requestId) => session.post({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId } });
    assert.equal((await cancel("another")).status, 202);
    assert.equal((await cancel(String(stream.id))).status, 202, "a text is no number");
    await sleep(300);
    assert.equal((await ends())[0], cancelled);
    await cancel(stream.id);
    assert.deepEqual(await rest(stream), [], "what was cancelled is not answered");
    assert.equal((await ends())[0], cancelled + 1);
    await session.end();
  });
});
