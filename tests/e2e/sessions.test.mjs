// Sessions of Streamable HTTP (MCP 2025-03-26 to 2025-11-25): the official SDK, and what the
// specification says of `Mcp-Session-Id`.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema, LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { cannotMoveClock } from "./lib/clock.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { refresh, signIn } from "./lib/oauth.mjs";
import { contents } from "./lib/persisted.mjs";
import { Session, nextMessage, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";
import { BUILD } from "./lib/worker.mjs";


describe("a session", { skip: lacksBuild("faults") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-sessions-"));
  let stage;
  let employee;
  let visitor;
  before(async () => {
    stage = await openStage({ build: buildOf("faults"), persist, worker: DEBUG_BUILD });
    [employee, visitor] = await Promise.all([EMPLOYEE, VISITOR].map(async (email) =>
      (await signIn(stage, { browser: stage.browser(), email })).access_token));
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  const begin = (token = employee, options = {}) => Session.begin(stage.origin, token, options);
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  /** How many objects have rows, and how many rows there are, besides those of grants. */
  const stored = () => Object.entries(contents(persist).rows)
    .map(([name, rows]) => [name, rows.filter(([table]) => ["session", "stream", "event", "listening"].includes(table))])
    .filter(([, rows]) => rows.length > 0);
  async function settled(count) {
    for (let i = 0; i < 30 && stored().length !== count; i += 1) await sleep(100);
    return stored();
  }

  test("begins with an id that is visible ASCII, of its own, and cannot be guessed", async () => {
    const sessions = await Promise.all([begin(), begin()]);
    for (const { id } of sessions) assert.match(id, /^[\x21-\x7e]{22,}$/);
    assert.notEqual(sessions[0].id, sessions[1].id);
    for (const session of sessions) assert.equal((await session.post(ping)).status, 200);
    for (const session of sessions) assert.equal((await session.end()).status, 200);
  });

  test("answers in JSON where a call says nothing before its result", async () => {
    const session = await begin();
    const answer = await session.post({ jsonrpc: "2.0", id: 5, method: "tools/call", params: { name: "count", arguments: {} } });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers.get("content-type"), /^application\/json/);
    assert.equal(answer.json().id, 5);
    await session.end();
  });

  test("takes notifications and strange responses with 202 and no body", async () => {
    const session = await begin();
    for (const message of [
      { jsonrpc: "2.0", method: "notifications/roots/list_changed" },
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } },
      { jsonrpc: "2.0", id: "nobody-asked", result: {} },
      { jsonrpc: "2.0", id: 7, error: { code: -1, message: "no" } },
    ]) {
      const answer = await session.post(message);
      assert.deepEqual([answer.status, answer.text], [202, ""]);
    }
    await session.end();
  });

  test("that was ended is answered 404, and leaves no row", async () => {
    await settled(0);
    const session = await begin();
    assert.equal((await settled(1)).length, 1, "a session is stored");
    assert.equal((await session.end()).status, 200);
    for (const answer of [await session.post(ping), await session.get(), await session.end()]) assert.equal(answer.status, 404);
    assert.deepEqual(await settled(0), []);
  });

  test("has nothing at rest that tells who it is, or what was said in it", async () => {
    const session = await begin(employee, { capabilities: { roots: {} } });
    await rest(await session.call("steps", { count: 2, milliseconds: 1 }));
    const kept = () => stored().flatMap(([, rows]) => rows);
    for (let i = 0; i < 30 && !kept().some(([table]) => table === "event"); i += 1) await sleep(100);
    const events = kept().filter(([table]) => table === "event");
    assert.ok(events.length > 0, "its events are there");
    const text = JSON.stringify(kept());
    for (const said of [EMPLOYEE, "Erin", "jsonrpc", "progress", "roots", "2025-11-25"]) assert.ok(!text.includes(said), said);
    await session.end();
  });

  test("that never was is answered 404 and makes no object", async () => {
    const real = await begin();
    const { names } = contents(persist);
    for (const id of ["a", "0".repeat(64), real.id.slice(0, -2), `${real.id}A`, "x".repeat(2000), "' OR 1=1", "~"]) {
      const bogus = new Session(stage.origin, employee, "2025-11-25", id);
      assert.equal((await bogus.post(ping)).status, 404, id);
      assert.equal((await bogus.get()).status, 404, id);
      assert.equal((await bogus.end()).status, 404, id);
    }
    assert.deepEqual(contents(persist).names, names);
    assert.equal((await real.post(ping)).status, 200);
    await real.end();
  });

  test("of another person is answered 404, whatever is tried", async () => {
    const mine = await begin();
    const stolen = new Session(stage.origin, visitor, mine.revision, mine.id);
    for (const answer of [await stolen.post(ping), await stolen.get(), await stolen.get("1-0"), await stolen.end()]) {
      assert.equal(answer.status, 404);
    }
    assert.equal((await mine.post(ping)).status, 200, "the owner's goes on");
    await mine.end();
  });

  test("of a page has what browsers need, on every kind of answer", async () => {
    const page = { origin: stage.origin };
    const session = await begin();
    const answers = [
      await session.post(ping, page),
      await session.post({ jsonrpc: "2.0", method: "notifications/initialized" }, page),
      await session.post({ jsonrpc: "2.0", id: 5, method: "tools/call", params: { name: "steps", arguments: { count: 2, milliseconds: 1 }, _meta: { progressToken: 1 } } }, page),
      await session.get(undefined, page),
    ];
    assert.deepEqual(answers.map(({ status }) => status), [200, 202, 200, 405]);
    for (const { headers } of answers) {
      assert.equal(headers.get("access-control-allow-origin"), stage.origin);
      assert.match(headers.get("access-control-expose-headers"), /mcp-session-id/i);
    }
    assert.equal((await session.post(ping, { origin: "https://evil.example" })).status, 403);
    await session.end();
  });

  test("of before is no hindrance to a client that begins anew", async () => {
    const old = await begin();
    await old.end();
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "tests", version: "1" } };
    const answer = await old.post({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    assert.equal(answer.status, 200, answer.text);
    const anew = new Session(stage.origin, employee, "2025-11-25", answer.headers.get("mcp-session-id"));
    assert.notEqual(anew.id, old.id);
    assert.equal((await anew.post(ping)).status, 200);
    await anew.end();
  });

  test("is no credential", async () => {
    const session = await begin();
    session.token = "garbage";
    assert.equal((await session.post(ping)).status, 401);
    assert.equal((await session.get()).status, 401);
    assert.equal((await session.end()).status, 401);
  });

  test("keeps to the revision it negotiated, and refuses one that is not spoken", async () => {
    const session = await begin();
    assert.equal((await session.post(ping, { "mcp-protocol-version": "1999-01-01" })).status, 400);
    assert.equal((await session.post(ping, { "mcp-protocol-version": undefined })).status, 200, "known from the session");
    const batch = await session.post([ping], { "mcp-protocol-version": "2025-03-26" });
    assert.equal(batch.json().error.code, -32600, "what was negotiated has no batches");
    await session.end();
  });

  test("is no condition: requests without an id are served, and 2026-07-28 does not look at it", async () => {
    assert.equal((await mcp.legacy(stage.origin, employee, "tools/list")).status, 200);
    const answer = await mcp.modern(stage.origin, employee, "tools/list", {}, { headers: { "mcp-session-id": "bogus" } });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get("mcp-session-id"), null);
  });

  test("has no stream for notifications where the server has none", async () => {
    const session = await begin();
    assert.equal((await session.get()).status, 405);
    await session.end();
  });

  test("asks on the stream of the call, and takes the answer from another POST", async () => {
    const session = await begin(employee, { capabilities: { elicitation: {} } });
    const stream = await session.call("order", { item: "nails" });
    assert.match(stream.headers.get("content-type"), /^text\/event-stream/);
    const first = await nextMessage(stream);
    assert.equal(first.method, "elicitation/create");
    assert.equal(typeof first.id, "string");
    assert.equal((await session.answer(first.id, { action: "accept", content: { amount: 3 } })).status, 202);
    const second = await nextMessage(stream);
    assert.notEqual(second.id, first.id);
    await session.answer(second.id, { action: "accept", content: { amount: 2 } });
    const [answer, ...more] = await rest(stream);
    assert.equal(answer.id, stream.id);
    assert.match(answer.result.content[0].text, /^order \d+: 3 nails in 2 boxes, run \d+$/);
    assert.deepEqual(more, []);
    await session.end();
  });

  test("takes an answer from its own client only", async () => {
    const session = await begin(employee, { capabilities: { elicitation: {} } });
    const other = await begin(employee, { capabilities: { elicitation: {} } });
    const stream = await session.call("polite");
    const asked = await nextMessage(stream);
    await other.answer(asked.id, { action: "accept", content: { amount: 666 } });
    await session.answer(asked.id, { action: "accept", content: { amount: 7 } });
    assert.equal((await nextMessage(stream)).result.content[0].text, "7");
    await Promise.all([session.end(), other.end()]);
  });

  test("sends progress and log messages on the stream of their call", async () => {
    const session = await begin();
    await session.post({ jsonrpc: "2.0", id: 1, method: "logging/setLevel", params: { level: "info" } });
    const stream = await session.call("steps", { count: 3, milliseconds: 20 });
    const messages = await rest(stream);
    const progress = messages.filter(({ method }) => method === "notifications/progress");
    assert.deepEqual(progress.map(({ params }) => [params.progressToken, params.progress]), [1, 2, 3].map((step) => ["progress-steps", step]));
    assert.deepEqual(messages.filter(({ method }) => method === "notifications/message").map(({ params }) => params.data), [1, 2, 3].map((step) => `step ${step}`));
    assert.equal(messages.at(-1).result.content[0].text, "3");
    assert.equal(new Set(messages.map(({ eventId }) => eventId)).size, messages.length, "each event has an id of its own");
    await session.end();
  });

  test("remembers the log level, and drops what is below", async () => {
    const session = await begin();
    await session.post({ jsonrpc: "2.0", id: 1, method: "logging/setLevel", params: { level: "error" } });
    const messages = await rest(await session.call("steps", { count: 2, milliseconds: 5 }));
    assert.deepEqual(messages.filter(({ method }) => method === "notifications/message"), []);
    await session.end();
  });

  test("cancels a call when the client says so, and then does not answer it", async () => {
    const session = await begin();
    const stream = await session.call("until_cancelled");
    assert.equal((await nextMessage(stream)).method, "notifications/progress");
    assert.equal((await session.post({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: stream.id } })).status, 202);
    assert.deepEqual(await rest(stream), []);
    await session.end();
  });

  test("does not cancel a call whose client has gone", async () => {
    const session = await begin();
    const stream = await session.call("steps", { count: 5, milliseconds: 100 });
    const first = await nextMessage(stream);
    stream.close();
    await sleep(1000);
    const resumed = await rest(await session.get(first.eventId));
    assert.equal(resumed.at(-1).result.content[0].text, "5");
    await session.end();
  });

  test("has a limit of calls at once", async () => {
    const session = await begin();
    const streams = await Promise.all(Array.from({ length: 33 }, () => session.call("until_cancelled")));
    const refused = streams.filter(({ headers }) => /^application\/json/.test(headers.get("content-type")));
    assert.equal(refused.length, 1);
    assert.match(refused[0].text, /too many calls/);
    await session.end();
    await Promise.all(streams.map(rest));
    assert.equal((await begin()).id.length > 0, true, "others begin as before");
  });

  test("ends its streams with itself", async () => {
    const session = await begin();
    const stream = await session.call("until_cancelled");
    await nextMessage(stream);
    await session.end();
    await rest(stream);
    assert.ok(stream.ended);
  });

  test("serves batches in 2025-03-26, with the answers on one stream", async () => {
    const session = await begin(employee, { revision: "2025-03-26" });
    const answer = await session.post([
      { jsonrpc: "2.0", id: 1, method: "ping" },
      { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "count" } },
      { jsonrpc: "2.0", id: 3, method: "tools/call", params: { name: "steps", arguments: { count: 1, milliseconds: 1 }, _meta: { progressToken: 1 } } },
    ]);
    assert.match(answer.headers.get("content-type"), /^text\/event-stream/);
    const ids = answer.text.split("\n").filter((line) => line.startsWith("data: {")).map((line) => JSON.parse(line.slice(6)).id);
    assert.deepEqual(ids.filter((id) => id !== undefined).sort(), [1, 2, 3]);
    assert.doesNotMatch(answer.text, /^data: $/m, "no event without data before 2025-11-25");
    await session.end();
  });
});

describe("a session that nobody uses", { skip: cannotMoveClock() || lacksBuild("faults") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-idle-"));
  let stage;
  before(async () => {
    stage = await openStage({ build: buildOf("faults"), persist, worker: DEBUG_BUILD });
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  const rows = () => Object.values(contents(persist).rows).flat().filter(([table]) => ["session", "stream", "event"].includes(table)).length;

  test("is over after its time, and leaves no row", async () => {
    const account = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    const session = await Session.begin(stage.origin, account.access_token);
    await rest(await session.call("steps", { count: 2, milliseconds: 1 }));
    for (let i = 0; i < 30 && rows() < 3; i += 1) await sleep(100);
    assert.ok(rows() >= 3);
    // `session_idle` is an hour, and an alarm that is due goes off at the next start of the object.
    await stage.restart({ secondsAhead: 3600 * 2 });
    session.token = (await refresh(stage, account.client, account.refresh_token)).json().access_token;
    for (let i = 0; i < 100 && rows() > 0; i += 1) await sleep(100);
    assert.equal(rows(), 0);
    assert.equal((await session.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
  });

  test("leaves no row either when the server has no sessions any more by then", async () => {
    await stage.restart();
    const account = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    const session = await Session.begin(stage.origin, account.access_token);
    await rest(await session.call("steps", { count: 2, milliseconds: 1 }));
    for (let i = 0; i < 30 && rows() < 3; i += 1) await sleep(100);
    assert.ok(rows() >= 3);
    await stage.restart({ build: BUILD, secondsAhead: 3600 * 2 });
    for (let i = 0; i < 100 && rows() > 0; i += 1) await sleep(100);
    assert.equal(rows(), 0);
    // What the server does have is kept.
    assert.equal((await refresh(stage, account.client, account.refresh_token)).status, 200);
  });
});

describe("SDK 1.x in a session", { skip: lacksBuild("everything") }, () => {
  let stage;
  let token;
  before(async () => {
    stage = await openStage({ build: buildOf("everything"), worker: DEBUG_BUILD });
    token = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
  });
  after(() => stage?.close());

  async function connect(capabilities) {
    const client = new Client({ name: "toolgate-e2e", version: "1.0.0" }, { capabilities });
    const transport = new StreamableHTTPClientTransport(new URL(`${stage.origin}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    });
    client.errors = [];
    client.onerror = (error) => client.errors.push(error);
    await client.connect(transport);
    assert.ok(transport.sessionId);
    return { client, transport };
  }

  test("is asked for a form, a model and its roots, and answers", async () => {
    const { client, transport } = await connect({ elicitation: {}, sampling: {}, roots: {} });
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      assert.equal(params.requestedSchema.type, "object");
      const content = params.requestedSchema.properties.username ? { username: "Ada", email: "ada@example.com" } : { name: "Ada" };
      return { action: "accept", content };
    });
    client.setRequestHandler(CreateMessageRequestSchema, async () => ({ role: "assistant", model: "a-model", content: { type: "text", text: "Paris" } }));
    client.setRequestHandler(ListRootsRequestSchema, async () => ({ roots: [{ uri: "file:///home/ada", name: "home" }] }));
    const text = async (name, args = {}) => (await client.callTool({ name, arguments: args })).content[0].text;
    assert.equal(await text("test_elicitation", { message: "Who are you?" }), "User response: action=accept, content=Ada <ada@example.com>");
    assert.equal(await text("test_sampling", { prompt: "The capital of France?" }), "LLM response: Paris");
    assert.match(await text("test_input_required_result_list_roots"), /file:\/\/\/home\/ada/);
    await transport.terminateSession();
    await client.close();
  });

  test("comes back for the result of a call that ends its stream", async () => {
    const { client, transport } = await connect({});
    const result = await client.callTool({ name: "test_reconnection", arguments: {} });
    assert.match(result.content[0].text, /Reconnection test completed successfully/);
    await transport.terminateSession();
    await client.close();
  });

  test("hears progress, log messages and changed lists", async () => {
    const { client, transport } = await connect({});
    const logged = [];
    let changed;
    const heard = new Promise((resolve) => { changed = resolve; });
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => { logged.push(params.data); });
    client.fallbackNotificationHandler = async ({ method }) => { if (method === "notifications/tools/list_changed") changed(); };
    await client.setLoggingLevel("debug");
    const progress = [];
    await client.callTool({ name: "test_tool_with_progress", arguments: {} }, undefined, { onprogress: (one) => progress.push(one.progress) });
    assert.deepEqual(progress, [0, 50, 100]);
    await client.callTool({ name: "test_tool_with_logging", arguments: {} });
    assert.equal(logged.length, 3);
    await client.callTool({ name: "test_trigger_tool_change", arguments: {} });
    await heard;
    await transport.terminateSession();
    await client.close();
  });
});
