// The spans of calls, as the runtime hands them to whoever records traces: a streaming tail Worker.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Session, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const MARK = "SPAN ";
const TAIL = {
  name: "tail",
  // Some attributes of the runtime's own spans are numbers that JSON does not have.
  modules: [{ type: "ESModule", path: "tail.mjs", contents: `
    const plain = (_, value) => typeof value === "bigint" ? Number(value) : value;
    export default { tailStream() { return (event) => console.log("${MARK}" + JSON.stringify([event.event, event.spanContext?.spanId], plain)); } };
  ` }],
  compatibilityDate: "2026-11-17",
};
const CALLER = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

describe("a trace", { skip: lacksBuild("faults") }, () => {
  let stage, token, echo;
  before(async () => {
    echo = createServer((request, response) => response.end(JSON.stringify(request.headers))).listen(0, "127.0.0.1");
    const worker = { ...DEBUG_BUILD, streamingTails: ["tail"] };
    stage = await openStage({ build: buildOf("faults"), worker, workers: [TAIL], panics: true });
    token = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
  });
  after(async () => {
    await stage?.close();
    echo?.close();
  });

  const call = async (name, args = {}, meta = undefined) =>
    mcp.message(await mcp.legacy(stage.origin, token, "tools/call", { name, arguments: args, _meta: meta }));

  /** The spans of ours that end while `work` runs, by their names. */
  async function spans(work) {
    const before = stage.worker.log.length;
    const result = await work();
    await sleep(500);
    const open = new Map();
    for (const line of stage.worker.log.slice(before)) {
      const at = line.indexOf(MARK);
      if (at < 0) continue;
      const [event, id] = JSON.parse(line.slice(at + MARK.length));
      if (event.type === "spanOpen") open.set(event.spanId, { name: event.name, parent: id, attributes: {} });
      const span = open.get(id);
      if (!span) continue;
      if (event.type === "attributes") for (const { name, value } of event.info) span.attributes[name] = value;
      if (event.type === "spanUpdate" && event.info.type === "status") span.status = event.info.status.code;
      if (event.type === "spanClose") span.closed = true;
    }
    const all = [...open.entries()].map(([id, span]) => ({ id, ...span }));
    const named = (name) => all.filter((span) => span.name === name);
    return { all, named, result };
  }

  test("has one span for a call, by the conventions, which names nobody and nothing of the arguments", async () => {
    const { named } = await spans(() => call("sleep", { milliseconds: 21 }));
    const [span, ...more] = named("tools/call sleep");
    assert.equal(more.length, 0);
    assert.ok(span.closed);
    assert.equal(span.status, undefined);
    const { "enduser.pseudo.id": user, "jsonrpc.request.id": id, ...rest } = span.attributes;
    assert.match(user, /^[\w-]{16}$/);
    assert.ok(id.length > 0);
    assert.deepEqual(rest, {
      "mcp.method.name": "tools/call",
      "mcp.protocol.version": mcp.LEGACY,
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "sleep",
      "network.protocol.name": "http",
      "network.transport": "tcp",
    });
    assert.ok(!JSON.stringify(span).includes(EMPLOYEE));
  });

  for (const [name, args, kind] of [
    ["sleep", { milliseconds: "long" }, "tool_error"],
    ["fail_inside", {}, "tool_error"],
    ["panic_later", { milliseconds: 20 }, "_OTHER"],
    ["hang", {}, "_OTHER"],
  ]) {
    test(`of ${name} ${JSON.stringify(args)} says ${kind}`, async () => {
      const { named } = await spans(() => call(name, args));
      const [span] = named(`tools/call ${name}`);
      assert.equal(span.attributes["error.type"], kind);
      assert.equal(span.status, "error");
      assert.ok(span.closed);
      assert.ok(!JSON.stringify(span).includes("hunter2"));
    });
  }

  test("keeps the spans of calls that run at once apart", async () => {
    const { all, named } = await spans(() =>
      Promise.all(["one", "two", "three"].map((name, index) => call("work_in_spans", { name, milliseconds: 30 + 10 * index }))));
    const calls = named("tools/call work_in_spans");
    assert.equal(calls.length, 3);
    const parentOf = (span) => all.find((other) => other.id === span.parent);
    const outer = ["one", "two", "three"].map((name) => named(name)[0]);
    assert.deepEqual(new Set(outer.map((span) => parentOf(span).name)), new Set(["tools/call work_in_spans"]));
    assert.equal(new Set(outer.map((span) => span.parent)).size, 3, "each in its own call");
    const inner = named("inner");
    assert.deepEqual(new Set(inner.map((span) => parentOf(span).name)), new Set(["one", "two", "three"]));
    assert.ok(all.filter((span) => ["one", "two", "three", "inner"].includes(span.name)).every((span) => span.closed));
  });

  test("goes on in the requests of a function, which name the span that they are sent from", async () => {
    const address = `http://127.0.0.1:${echo.address().port}/`;
    const { named, result } = await spans(() => call("trace_outside", { address }));
    const headers = JSON.parse(result.result.content[0].text);
    const [outside] = named("outside");
    assert.match(headers.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
    assert.equal(headers.traceparent.split("-")[2], outside.id);
    assert.equal(headers.tracestate, undefined);
  });

  test("names the trace of the client, which goes on to other servers, and does not join it", async () => {
    const address = `http://127.0.0.1:${echo.address().port}/`;
    const { named, result } = await spans(() => call("trace_outside", { address }, CALLER));
    const [span] = named("tools/call trace_outside");
    assert.equal(span.attributes["mcp.parent.trace_id"], "0af7651916cd43dd8448eb211c80319c");
    assert.equal(span.attributes["mcp.parent.span_id"], "b7ad6b7169203331");
    assert.ok(JSON.parse(result.result.content[0].text).traceparent.startsWith("00-0af7651916cd43dd8448eb211c80319c-"));
  });

  test("has a span for a call in a session", async () => {
    const session = await Session.begin(stage.origin, token);
    const { named } = await spans(async () => rest(await session.call("sleep", { milliseconds: 20 })));
    assert.equal(named("tools/call sleep").length, 1);
    await session.end();
  });
});

describe("without a runtime that traces, a server with traces", { skip: lacksBuild("faults") }, () => {
  test("works all the same", async () => {
    const stage = await openStage({ build: buildOf("faults"), worker: DEBUG_BUILD, panics: true });
    const token = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
    const answer = await mcp.legacy(stage.origin, token, "tools/call", { name: "work_in_spans", arguments: { name: "alone", milliseconds: 5 } });
    assert.equal((await mcp.message(answer)).result.isError, undefined);
    await stage.close();
  });
});
