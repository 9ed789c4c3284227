// A tool that panics or traps costs its own call and nothing else: not the next request, not what
// others have open, not what is stored.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { listen } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Session, nextMessage, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const FAILED = { code: -32603, message: "The call failed" };
const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);
const progressOf = (messages) => messages.filter(({ method }) => method === "notifications/progress").map(({ params }) => params.progress);

describe("a tool that panics", { skip: lacksBuild("faults") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-panic-"));
  let stage, employee, visitor, visitorAtSse;
  before(async () => {
    stage = await openStage({ build: buildOf("faults"), persist, worker: DEBUG_BUILD, panics: true });
    const changes = { resource: `${stage.origin}/sse` };
    const accounts = [{ email: EMPLOYEE }, { email: VISITOR }, { email: VISITOR, changes }];
    [employee, visitor, visitorAtSse] = await Promise.all(accounts.map(async (account) =>
      (await signIn(stage, { browser: stage.browser(), ...account })).access_token));
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  const calls = (token, name, args = {}) => ({
    legacy: () => mcp.legacy(stage.origin, token, "tools/call", { name, arguments: args }),
    modern: () => mcp.modern(stage.origin, token, "tools/call", { name, arguments: args }),
  });
  const call = async (name, args) => mcp.message(await calls(employee, name, args).legacy());
  const count = async () => Number((await call("count")).result.content[0].text);

  test("answers an error that tells nothing of the inside, in every era", async () => {
    for (const [era, send] of Object.entries(calls(employee, "panic_later", { milliseconds: 1 }))) {
      const answer = await send();
      assert.equal(answer.status, 200, `${era}: ${answer.text}`);
      assert.deepEqual(mcp.message(answer).error, FAILED, era);
      assert.doesNotMatch(answer.text, /hunter2|panick|lib\.rs/);
    }
    assert.ok(stage.worker.log.some((line) => line.includes("hunter2")), "the server's log has the words");
  });

  test("leaves the instance as it was: the next call goes on counting", async () => {
    const first = await count();
    for (const [name, args] of [["panic_at_once"], ["panic_deep", { depth: 200 }], ["panic_later", { milliseconds: 5 }]]) {
      assert.deepEqual((await call(name, args)).error, FAILED, name);
    }
    assert.equal(await count(), first + 1);
  });

  test("costs nobody else's call, a hundred times at once", async () => {
    const first = await count();
    const answers = await Promise.all(upTo(100).map((n) => (n % 2 ? call("panic_later", { milliseconds: n }) : call("sleep", { milliseconds: n }))));
    for (const [index, answer] of answers.entries()) {
      if ((index + 1) % 2) assert.deepEqual(answer.error, FAILED);
      else assert.equal(answer.result.content[0].text, "slept");
    }
    assert.equal(await count(), first + 1);
  });

  test("costs its own message of a batch", async () => {
    const message = (id, name, args = {}) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });
    const answer = await mcp.post(stage.origin, employee, [message(1, "panic_at_once"), message(2, "sleep", { milliseconds: 1 })], { headers: { "mcp-protocol-version": "2025-03-26" } });
    const byId = Object.fromEntries(answer.json().map((one) => [one.id, one]));
    assert.deepEqual(byId[1].error, FAILED);
    assert.equal(byId[2].result.content[0].text, "slept");
  });

  test("is silent for nobody: streams of others go on, of every kind", async () => {
    const streamed = await openStreamed(visitor, "steps", { count: 12, milliseconds: 50 });
    const session = await Session.begin(stage.origin, visitor);
    const inSession = await session.call("steps", { count: 12, milliseconds: 50 });
    const sse = await listen(`${stage.origin}/sse`, { headers: { authorization: `Bearer ${visitorAtSse}` } });
    const path = (await sse.next()).data;
    for (let i = 0; i < 5; i += 1) assert.deepEqual((await call("panic_later", { milliseconds: 40 })).error, FAILED);
    for (const stream of [streamed, inSession]) {
      const messages = await rest(stream);
      assert.deepEqual(progressOf(messages), upTo(12));
      assert.equal(messages.at(-1).result.content[0].text, "12");
    }
    await mcp.post(stage.origin, visitorAtSse, { jsonrpc: "2.0", id: 7, method: "ping" }, { path });
    assert.equal((await nextMessage(sse)).id, 7);
    sse.close();
    await session.end();
  });

  /** Calls a tool in the manner of 2026-07-28, with a stream for its progress. */
  function openStreamed(token, name, args) {
    const meta = { protocolVersion: mcp.MODERN, clientCapabilities: {}, clientInfo: { name: "tests", version: "1" } };
    const _meta = Object.fromEntries(Object.entries(meta).map(([key, value]) => [`io.modelcontextprotocol/${key}`, value]));
    return listen(`${stage.origin}/mcp`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json, text/event-stream", "mcp-protocol-version": mcp.MODERN, "mcp-method": "tools/call", "mcp-name": name },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args, _meta: { ..._meta, progressToken: "p" } } }),
    });
  }

  test("in a session is answered there, and the session and its calls go on", async () => {
    const session = await Session.begin(stage.origin, employee);
    const other = await session.call("steps", { count: 6, milliseconds: 40 });
    const answer = await session.post({ jsonrpc: "2.0", id: 50, method: "tools/call", params: { name: "panic_later", arguments: { milliseconds: 20 } } });
    assert.deepEqual([answer.json().id, answer.json().error], [50, FAILED]);
    assert.deepEqual(progressOf(await rest(other)), upTo(6));
    assert.equal((await session.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 200);
    await session.end();
  });

  test("after its stream has begun is answered on the stream", async () => {
    const session = await Session.begin(stage.origin, employee);
    for (const stream of [await openStreamed(employee, "panic_after_progress"), await session.call("panic_after_progress")]) {
      const messages = await rest(stream);
      assert.deepEqual(progressOf(messages), [1]);
      assert.deepEqual(messages.at(-1).error, FAILED);
    }
    await session.end();
  });

  test("when it is dropped does no harm either", async () => {
    const first = await count();
    assert.equal((await call("panic_when_dropped")).error.message, "The call took too long");
    assert.equal(await count(), first + 1);
  });

  test("as a task fails the task", async () => {
    const meta = { "io.modelcontextprotocol/clientCapabilities": { extensions: { "io.modelcontextprotocol/tasks": {} } } };
    const created = mcp.message(await mcp.modern(stage.origin, employee, "tools/call", { name: "panic_as_task", arguments: {} }, { meta })).result;
    assert.equal(created.resultType, "task");
    let task = created;
    for (let i = 0; i < 50 && task.status === "working"; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const headers = { "mcp-name": created.taskId };
      task = mcp.message(await mcp.modern(stage.origin, employee, "tasks/get", { taskId: created.taskId }, { meta, headers })).result;
    }
    assert.equal(task.status, "failed");
    assert.deepEqual(task.error, FAILED);
  });

  test("for want of stack is answered too, and a new instance serves whoever comes next", async () => {
    for (const name of ["overflow", "overflow_thin"]) {
      const answer = await call(name);
      assert.deepEqual(answer.error, FAILED, name);
      assert.equal((await call("sleep", { milliseconds: 1 })).result.content[0].text, "slept");
    }
  });

  test("for want of stack ends what others have open, so that nobody waits in vain", async () => {
    const session = await Session.begin(stage.origin, visitor);
    const inSession = await session.call("steps", { count: 50, milliseconds: 50 });
    const { id } = await inSession.next();
    const streamed = await openStreamed(visitor, "steps", { count: 50, milliseconds: 50 });
    assert.equal((await nextMessage(streamed)).method, "notifications/progress");
    const sse = await listen(`${stage.origin}/sse`, { headers: { authorization: `Bearer ${visitorAtSse}` } });
    await sse.next();
    const waiting = mcp.legacy(stage.origin, visitor, "tools/call", { name: "sleep", arguments: { milliseconds: 2000 } });
    assert.deepEqual((await call("overflow")).error, FAILED);
    const began = performance.now();
    await Promise.all([streamed, inSession, sse].map(rest));
    assert.equal((await waiting).status, 503, "a call of another is answered");
    assert.ok(performance.now() - began < 1500, "at once");
    const resumed = await rest(await session.get(id));
    assert.equal(resumed.at(-1).error.code, -32603);
    assert.equal((await call("sleep", { milliseconds: 1 })).result.content[0].text, "slept");
    await session.end();
  });

  test("with large arguments again and again does not use up the memory", { timeout: 120_000 }, async () => {
    const text = "x".repeat(3_000_000);
    for (let i = 0; i < 60; i += 1) assert.deepEqual((await call("panic_with", { text })).error, FAILED, `call ${i}`);
    assert.equal((await call("sleep", { milliseconds: 1 })).result.content[0].text, "slept");
  });

  test("loses nothing that is stored: a session of before is there after a new instance", async () => {
    const session = await Session.begin(stage.origin, employee);
    const done = await rest(await session.call("steps", { count: 2, milliseconds: 1 }));
    await session.post({ jsonrpc: "2.0", id: 51, method: "tools/call", params: { name: "overflow", arguments: {} } });
    assert.equal((await session.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 200);
    assert.deepEqual(await rest(await session.get(done[0].eventId)), done.slice(1));
    await session.end();
  });
});
