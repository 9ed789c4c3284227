// Each decision of a policy is one line of the audit trail, and none is two.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { watch } from "./lib/audit.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Session, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

// Longer than any line takes, so that one too many is seen.
const SETTLED_MS = 400;

/** The decisions that come of what is done: event and name, in alphabetical order. */
async function decided(stage, count, act) {
  const { events, result } = await watch(stage, count, async () => {
    const result = await act();
    await sleep(SETTLED_MS);
    return result;
  });
  const names = events.filter(({ event }) => /_(allowed|denied)$/.test(event)).map(({ event, tool }) => `${event} ${tool ?? "-"}`);
  return { names: names.sort(), result };
}

describe("a decision", { skip: lacksBuild("everything") }, () => {
  let stage, token;
  before(async () => {
    stage = await openStage({ build: buildOf("everything"), worker: DEBUG_BUILD });
    token = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
  });
  after(() => stage?.close());

  const PROMPT = { name: "test_prompt_with_arguments", arguments: { arg1: "a", arg2: "b" } };
  const COMPLETION = { ref: { type: "ref/prompt", name: PROMPT.name }, argument: { name: "arg1", value: "pa" } };
  for (const [what, method, params, told] of [
    ["of a tool", "tools/call", { name: "test_simple_text", arguments: {} }, ["tool_allowed test_simple_text"]],
    ["of a tool that is not there", "tools/call", { name: "nothing", arguments: {} }, ["tool_denied -"]],
    ["of a prompt", "prompts/get", PROMPT, ["prompt_allowed test_prompt_with_arguments"]],
    ["of a resource", "resources/read", { uri: "test://static-text" }, ["resource_allowed static_text"]],
    ["of a completion", "completion/complete", COMPLETION, ["prompt_allowed test_prompt_with_arguments"]],
  ]) {
    for (const [era, ask] of [["modern", mcp.modern], ["legacy", mcp.legacy]]) {
      test(`${what} is one line, ${era}`, async () => {
        const { names } = await decided(stage, 1, () => ask(stage.origin, token, method, params));
        assert.deepEqual(names, told);
      });
    }
  }

  test("of what a list shows is none", async () => {
    const lists = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"];
    const { names } = await decided(stage, 0, () => Promise.all(lists.map((method) => mcp.legacy(stage.origin, token, method, {}))));
    assert.deepEqual(names, []);
  });

  test("of each call of a batch is one line", async () => {
    const call = (id, name) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: {} } });
    const batch = [call(1, "test_simple_text"), call(2, "nothing"), call(3, "test_image_content")];
    const { names } = await decided(stage, 3, () => mcp.post(stage.origin, token, batch, { headers: { "mcp-protocol-version": "2025-03-26" } }));
    assert.deepEqual(names, ["tool_allowed test_image_content", "tool_allowed test_simple_text", "tool_denied -"]);
  });

  test("in a session is one line, and for each call of a batch there", async () => {
    const session = await Session.begin(stage.origin, token);
    const single = await decided(stage, 1, async () => rest(await session.call("test_simple_text")));
    assert.deepEqual(single.names, ["tool_allowed test_simple_text"]);
    await session.end();
    const older = await Session.begin(stage.origin, token, { revision: "2025-03-26" });
    const call = (id, name) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: {} } });
    const several = await decided(stage, 2, () => older.post([call(1, "test_simple_text"), call(2, "nothing")]));
    assert.deepEqual(several.names, ["tool_allowed test_simple_text", "tool_denied -"]);
    await older.end();
  });
});

describe("a decision about a task", { skip: lacksBuild("durable") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-decisions-"));
  let stage, token;
  before(async () => {
    stage = await openStage({ build: buildOf("durable"), persist, worker: DEBUG_BUILD });
    token = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  const EXTENSION = "io.modelcontextprotocol/tasks";
  async function ask(method, params) {
    const headers = params.taskId === undefined ? {} : { "mcp-name": params.taskId };
    const meta = { "io.modelcontextprotocol/clientCapabilities": { extensions: { [EXTENSION]: {} }, elicitation: {} } };
    return mcp.message(await mcp.modern(stage.origin, token, method, params, { headers, meta })).result;
  }

  test("is one line when it is made, and none for each look at it", async () => {
    const made = await decided(stage, 1, () => ask("tools/call", { name: "work", arguments: { milliseconds: 50, label: "one" } }));
    assert.deepEqual(made.names, ["tool_allowed work"]);
    const seen = await decided(stage, 0, async () => {
      for (let look = 0; look < 3; look += 1) assert.ok((await ask("tasks/get", { taskId: made.result.taskId })).status);
    });
    assert.deepEqual(seen.names, []);
  });

  test("is one more line for each run after a restart", { timeout: 60_000 }, async () => {
    const made = await ask("tools/call", { name: "work", arguments: { milliseconds: 2_500, label: "again" } });
    await sleep(500);
    await stage.restart({});
    const { names } = await decided(stage, 1, async () => {
      for (const end = Date.now() + 30_000; (await ask("tasks/get", { taskId: made.taskId })).status !== "completed"; await sleep(200)) {
        assert.ok(Date.now() < end, "it came to its end");
      }
    });
    assert.deepEqual(names, ["tool_allowed work"]);
  });
});
