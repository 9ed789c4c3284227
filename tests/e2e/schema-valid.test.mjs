// Whatever the server answers, in whatever revision, is valid by the official schema of that revision.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { LEGACY, REQUESTS } from "./lib/requests.mjs";
import { openStage } from "./lib/stage.mjs";
import { checked, problemsOf, violations } from "./lib/wire-schema.mjs";

// Without these, a tool asks nobody anything.
const NO_CAPABILITIES = {};
// Each tool is called by itself.
const READS = [
  ...REQUESTS.filter(([method]) => method !== "tools/call"),
  ["prompts/get", { name: "test_prompt_with_embedded_resource", arguments: { resourceUri: "test://x" } }],
  ["prompts/get", { name: "test_prompt_with_image" }],
  ["resources/read", { uri: "test://static-text" }],
  ["resources/read", { uri: "test://static-binary" }],
];
const FAULTS = [
  ["tools/call", { name: "no such tool" }],
  ["prompts/get", { name: "no such prompt" }],
  ["resources/read", { uri: "test://nothing" }],
  ["tools/list", { cursor: "no such cursor" }],
  ["no/such/method"],
];

describe("the validator", () => {
  const result = (value) => ({ jsonrpc: "2.0", id: 1, result: value });
  const tools = { tools: [{ name: "a", inputSchema: { type: "object" } }] };
  const cases = [
    ["a tool without a schema", "2025-06-18", result({ tools: [{ name: "a" }] }), "tools/list"],
    ["content of an unknown type", "2025-11-25", result({ content: [{ type: "smell" }] }), "tools/call"],
    ["a result without its type", "2026-07-28", result(tools), "tools/list"],
    ["a method that the revision does not have", "2024-11-05", { jsonrpc: "2.0", id: 1, method: "elicitation/create", params: {} }, undefined],
    ["progress without a token", "2025-03-26", { jsonrpc: "2.0", method: "notifications/progress", params: { progress: 1 } }, undefined],
    ["an error without a code", "2025-11-25", { jsonrpc: "2.0", id: 1, error: { message: "no" } }, "tools/list"],
    ["a task without a status", "2026-07-28", result({ resultType: "task", taskId: "t" }), "tools/call"],
    ["a picture that is not base64", "2025-06-18", result({ content: [{ type: "image", data: "not base64!", mimeType: "image/png" }] }), "tools/call"],
  ];
  for (const [what, revision, message, method] of cases) {
    test(`finds ${what}`, () => assert.notDeepEqual(problemsOf(revision, message, method), []));
  }

  test("finds nothing wrong with what is right", () => {
    for (const revision of LEGACY) assert.deepEqual(problemsOf(revision, result(tools), "tools/list"), []);
    const modern = result({ ...tools, resultType: "complete", ttlMs: 0, cacheScope: "private" });
    assert.deepEqual(problemsOf(mcp.MODERN, modern, "tools/list"), []);
  });
});

describe("the server with everything", { skip: lacksBuild("everything") }, () => {
  let stage, token;
  before(async () => {
    stage = await openStage({ build: buildOf("everything") });
    ({ access_token: token } = await signIn(stage, { browser: stage.browser(), email: VISITOR }));
  });
  after(() => stage?.close());

  const valid = () => assert.deepEqual(violations.map(({ text }) => text), []);
  const seen = (revision, what) => assert.ok(checked.get(`${revision} ${what}`) > 0, `no ${what} in ${revision}`);

  /** A session of a legacy client: a function that sends a request of it. */
  async function initialize(revision, capabilities) {
    const params = { protocolVersion: revision, capabilities, clientInfo: { name: "tests", version: "1" } };
    const answer = await mcp.post(stage.origin, token, { jsonrpc: "2.0", id: 0, method: "initialize", params });
    assert.equal(mcp.message(answer).result.protocolVersion, revision);
    const headers = { "mcp-protocol-version": revision, "mcp-session-id": answer.headers.get("mcp-session-id") ?? undefined };
    let id = 0;
    const send = (body) => mcp.post(stage.origin, token, { jsonrpc: "2.0", ...body }, { headers });
    await send({ method: "notifications/initialized" });
    return async (method, params) => {
      id += 1;
      const reply = await send({ id, method, params });
      const last = mcp.message(reply);
      assert.equal(last.id, id, reply.text);
      return last;
    };
  }

  for (const revision of LEGACY) {
    test(`answers in ${revision}`, async () => {
      const request = await initialize(revision, NO_CAPABILITIES);
      const listed = (await request("tools/list")).result.tools;
      // That one's answer is on another stream.
      const tools = listed.filter(({ name }) => name !== "test_reconnection");
      for (const [method, params] of [...READS, ["ping"], ["logging/setLevel", { level: "debug" }]]) {
        assert.ok((await request(method, params)).result, `${method} ${JSON.stringify(params)}`);
        seen(revision, method);
      }
      for (const method of ["resources/subscribe", "resources/unsubscribe"]) {
        assert.deepEqual((await request(method, { uri: "test://watched-resource" })).result, {});
      }
      for (const { name, inputSchema } of tools) {
        const answer = await request("tools/call", { name, arguments: argumentsOf(inputSchema), _meta: { progressToken: `token of ${name}` } });
        assert.ok(answer.result ?? answer.error, name);
      }
      for (const what of ["notifications/message", "notifications/progress"]) seen(revision, what);
      for (const [method, params] of FAULTS) assert.ok((await request(method, params)).error, method);
      valid();
    });
  }

  test(`answers in ${mcp.MODERN}`, async () => {
    const extensions = { "io.modelcontextprotocol/tasks": {} };
    const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {}, extensions };
    const meta = { "io.modelcontextprotocol/clientCapabilities": capabilities, "io.modelcontextprotocol/logLevel": "debug" };
    let id = 0;
    const request = async (method, params) => {
      id += 1;
      const headers = params?.taskId ? { "mcp-name": params.taskId } : {};
      const answer = await mcp.modern(stage.origin, token, method, params, { id, meta: { ...meta, progressToken: id }, headers });
      return mcp.message(answer);
    };
    const { tools } = (await request("tools/list")).result;
    for (const [method, params] of [...READS, ["server/discover"], ["prompts/get", { name: "test_input_required_result_prompt" }]]) {
      assert.ok((await request(method, params)).result, `${method} ${JSON.stringify(params)}`);
      seen(mcp.MODERN, method);
    }
    const kinds = new Set();
    for (const { name, inputSchema } of tools) {
      const args = argumentsOf(inputSchema);
      const headers = name === "test_custom_header" ? { "mcp-param-value": args.value } : {};
      const answer = await mcp.modern(stage.origin, token, "tools/call", { name, arguments: args }, { id: name, meta: { ...meta, progressToken: name }, headers });
      const { result } = mcp.message(answer);
      assert.ok(result, `${name}: ${answer.text}`);
      kinds.add(result.resultType);
      if (result.resultType !== "task") continue;
      const { taskId } = result;
      assert.ok((await request("tasks/get", { taskId })).result.status);
      assert.ok((await request("tasks/update", { taskId, inputResponses: {} })).result);
      assert.ok((await request("tasks/cancel", { taskId })).result);
      assert.ok((await request("tasks/get", { taskId })).result.status);
    }
    assert.deepEqual([...kinds].sort(), ["complete", "input_required", "task"]);
    for (const what of ["notifications/message", "notifications/progress", "tasks/get", "tasks/update", "tasks/cancel"]) seen(mcp.MODERN, what);
    for (const [method, params] of FAULTS) assert.ok((await request(method, params)).error, method);
    valid();
  });
});

/** Arguments that a schema takes: something for each that it requires. */
function argumentsOf({ properties = {}, required = [], anyOf, allOf = [] }) {
  const wanted = new Set([...required, ...(anyOf ?? allOf.flatMap((one) => one.anyOf ?? []))[0]?.required ?? []]);
  return Object.fromEntries([...wanted].map((name) => [name, { number: 0, integer: 0, boolean: true }[properties[name].type] ?? "some text"]));
}
