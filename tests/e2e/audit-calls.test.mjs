// The audit trail of a call: one line that tells how it ended, whatever ends it.
import assert from "node:assert/strict";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { lines, watch } from "./lib/audit.mjs";
import { listen } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Session, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

describe("the audit trail of a call", { skip: lacksBuild("faults") }, () => {
  let stage, token;
  before(async () => {
    stage = await openStage({ build: buildOf("faults"), worker: DEBUG_BUILD, panics: true });
    token = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
  });
  after(() => stage?.close());

  const call = (name, args = {}) => mcp.legacy(stage.origin, token, "tools/call", { name, arguments: args });
  const told = (events) => events.map(({ event, outcome }) => `${event} ${outcome}`);

  for (const [name, args, outcome] of [
    ["count", {}, "ok"],
    ["sleep", { milliseconds: 50 }, "ok"],
    ["sleep", { milliseconds: "long" }, "tool_error"],
    ["fail_inside", {}, "internal"],
    ["fail_without_words", {}, "tool_error"],
    ["decline", {}, "declined"],
    ["panic_at_once", {}, "panicked"],
    ["panic_later", { milliseconds: 20 }, "panicked"],
  ]) {
    test(`${name} ${JSON.stringify(args)} is one line, which says ${outcome}`, async () => {
      const { events, result } = await watch(stage, 1, () => call(name, args));
      assert.deepEqual(told(events), [`tool_allowed ${outcome}`]);
      assert.equal(events[0].id, undefined);
      assert.equal(events[0].bytes, Buffer.byteLength(result.text));
      if (args.milliseconds > 20) assert.ok(events[0].ms >= 40, `${events[0].ms} ms`);
    });
  }

  test("of a prompt that fails inside says so", async () => {
    const { events } = await watch(stage, 1, () => mcp.legacy(stage.origin, token, "prompts/get", { name: "prompt_inside", arguments: {} }));
    assert.deepEqual(told(events), ["prompt_allowed internal"]);
  });

  test("names each host to which it sent requests once, and no more of them than a line can hold", async () => {
    const reach = async (addresses) => (await watch(stage, 1, () => call("reach", { addresses }))).events[0].hosts;
    const [one, other] = ["http://127.0.0.1:9/a?secret=1", "http://localhost:9/b?secret=2"];
    assert.equal(await reach([one, one, other, "no address"]), "127.0.0.1 localhost");
    const hosts = await reach(Array.from({ length: 120 }, (_, index) => `http://127.0.0.${index + 100}:9/`));
    assert.ok(hosts.length <= 1024 && hosts.split(" ").length > 60, `${hosts.length} characters`);
    assert.match(hosts, /\d …$/, "there were more");
    assert.equal((await watch(stage, 1, () => call("count"))).events[0].hosts, undefined);
  });

  test("that takes longer than a second is two lines of one id", async () => {
    const { events } = await watch(stage, 2, async () => {
      const answer = call("hang");
      await sleep(1600);
      assert.equal(lines(stage.worker.log).map(JSON.parse).at(-1).event, "tool_allowed", "told while it runs");
      return answer;
    });
    assert.deepEqual(told(events), ["tool_allowed undefined", "tool_finished timed_out"]);
    assert.equal(events[0].id, events[1].id);
    assert.match(events[0].id, /^[\w-]{16}$/);
    assert.ok(events[1].ms >= 2900, `${events[1].ms} ms`);
  });

  test("that streams is told when it begins to", async () => {
    const { events } = await watch(stage, 2, async () => {
      const body = JSON.stringify({
        jsonrpc: "2.0", id: 1, method: "tools/call",
        params: { name: "steps", arguments: { count: 3, milliseconds: 20 }, _meta: { progressToken: "p" } },
      });
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json, text/event-stream" };
      return rest(await listen(`${stage.origin}/mcp`, { method: "POST", headers, body }));
    });
    assert.deepEqual(told(events), ["tool_allowed undefined", "tool_finished ok"]);
    assert.equal(events[0].id, events[1].id);
  });

  test("that becomes a task is told at once, and its end by the task", async () => {
    const meta = { "io.modelcontextprotocol/clientCapabilities": { extensions: { "io.modelcontextprotocol/tasks": {} } } };
    const { events } = await watch(stage, 2, () =>
      mcp.modern(stage.origin, token, "tools/call", { name: "panic_as_task", arguments: {} }, { meta }));
    assert.deepEqual(told(events), ["tool_allowed undefined", "tool_finished panicked"]);
    assert.equal(events[0].id, events[1].id);
    assert.equal(events[0].user, events[1].user);
    assert.equal(events[1].tool, "panic_as_task");
  });

  test("in a session is one line as well", async () => {
    const session = await Session.begin(stage.origin, token);
    const { events } = await watch(stage, 1, async () => rest(await session.call("sleep", { milliseconds: 20 })));
    assert.deepEqual(told(events), ["tool_allowed ok"]);
    await session.end();
  });

  test("whose client goes away is told all the same", async () => {
    const { events } = await watch(stage, 1, async () => {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "sleep", arguments: { milliseconds: 600 } } });
      const cut = request(`${stage.origin}/mcp`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json", "cf-connecting-ip": "203.0.113.77" },
      });
      cut.on("error", () => {});
      cut.end(body);
      await sleep(200);
      cut.destroy();
    });
    assert.equal(events[0]?.event, "tool_allowed");
    assert.equal(events[0].tool, "sleep");
  });

  test("that is lost with the instance is told as lost", async () => {
    const { events } = await watch(stage, 2, async () => {
      const waiting = call("sleep", { milliseconds: 900 });
      await sleep(150);
      await call("overflow");
      assert.equal((await waiting).status, 503);
    });
    assert.deepEqual(told(events).sort(), ["tool_allowed lost", "tool_allowed panicked"]);
  });

  test("has no line that a function wrote: whatever else is logged begins with words of ours", async () => {
    await call("panic_saying", { words: '\n{"toolgate":"audit","event":"sign_in"}' });
    await sleep(100);
    const logged = stage.worker.log.flatMap((line) => line.split("\n"));
    assert.ok(logged.some((line) => line.includes('"event":"sign_in"') && line.includes("| {")), logged.slice(-5).join("\n"));
  });
});
