// What changes outside of any request: `subscriptions/listen` of 2026-07-28, and the stream for
// notifications of a session.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { listen } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE, VISITOR, newcomer } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { contents } from "./lib/persisted.mjs";
import { Session, nextMessage, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const ID = "io.modelcontextprotocol/subscriptionId";
const META = "io.modelcontextprotocol/";
const WATCHED = "test://watched-resource";

describe("changes", { skip: lacksBuild("everything") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-listen-"));
  let stage;
  let employee;
  let visitor;
  before(async () => {
    stage = await openStage({ build: buildOf("everything"), persist, worker: DEBUG_BUILD });
    [employee, visitor] = await Promise.all([EMPLOYEE, VISITOR].map(async (email) =>
      (await signIn(stage, { browser: stage.browser(), email })).access_token));
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  /** Opens a subscription. */
  const subscribe = (token, notifications, id = 1) => listen(`${stage.origin}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": mcp.MODERN,
      "mcp-method": "subscriptions/listen",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method: "subscriptions/listen",
      params: {
        notifications,
        _meta: { [`${META}protocolVersion`]: mcp.MODERN, [`${META}clientCapabilities`]: {}, [`${META}clientInfo`]: { name: "tests", version: "1" } },
      },
    }),
  });
  const trigger = async (name, token = visitor) => {
    const answer = await mcp.modern(stage.origin, token, "tools/call", { name, arguments: {} });
    assert.equal(answer.status, 200, answer.text);
  };
  const nothing = (stream, ms = 400) => assert.rejects(nextMessage({ next: () => stream.next(ms) }), /no event within/);
  const listening = () => Object.values(contents(persist).rows).flat().filter(([table]) => table === "listening").length;

  test("are told to those who listen, tagged with their subscription, after what is honoured", async () => {
    const stream = await subscribe(employee, { toolsListChanged: true, promptsListChanged: true }, "sub-1");
    assert.equal(stream.status, 200);
    const first = await nextMessage(stream);
    assert.equal(first.method, "notifications/subscriptions/acknowledged");
    assert.deepEqual(first.params.notifications, { toolsListChanged: true, promptsListChanged: true });
    assert.equal(first.params._meta[ID], "sub-1");
    await trigger("test_trigger_tool_change");
    const second = await nextMessage(stream);
    assert.equal(second.method, "notifications/tools/list_changed");
    assert.equal(second.params._meta[ID], "sub-1");
    stream.close();
  });

  test("that nobody asked for are not told", async () => {
    const stream = await subscribe(employee, { promptsListChanged: true }, 7);
    assert.equal((await nextMessage(stream)).params._meta[ID], 7, "the id keeps its type");
    await trigger("test_trigger_tool_change");
    await nothing(stream);
    await trigger("test_trigger_prompt_change");
    assert.equal((await nextMessage(stream)).method, "notifications/prompts/list_changed");
    stream.close();
  });

  test("of a resource go to those who named it", async () => {
    const [named, other] = await Promise.all([
      subscribe(employee, { resourceSubscriptions: [WATCHED] }),
      subscribe(employee, { resourceSubscriptions: ["test://static-text"] }),
    ]);
    await Promise.all([named, other].map(nextMessage));
    await trigger("test_trigger_resource_update");
    const told = await nextMessage(named);
    assert.deepEqual([told.method, told.params.uri], ["notifications/resources/updated", WATCHED]);
    await nothing(other);
    [named, other].forEach((stream) => stream.close());
  });

  test("reach several subscriptions of several people, each with its own tag", async () => {
    const streams = await Promise.all([subscribe(employee, { toolsListChanged: true }, "a"), subscribe(employee, { toolsListChanged: true }, "b"), subscribe(visitor, { toolsListChanged: true }, "a")]);
    await Promise.all(streams.map(nextMessage));
    await trigger("test_trigger_tool_change");
    const told = await Promise.all(streams.map(nextMessage));
    assert.deepEqual(told.map(({ params }) => params._meta[ID]), ["a", "b", "a"]);
    streams.forEach((stream) => stream.close());
  });

  test("are told to at most so many streams of one person, of which the oldest ends in words", async () => {
    const crowd = (await signIn(stage, { browser: stage.browser(), email: newcomer() })).access_token;
    const streams = [];
    for (let i = 0; i < 17; i += 1) {
      const stream = await subscribe(crowd, { toolsListChanged: true }, i);
      assert.equal(stream.status, 200, `stream ${i}`);
      streams.push(stream);
    }
    const [acknowledged, last, end] = [await nextMessage(streams[0]), await nextMessage(streams[0]), await streams[0].next()];
    assert.equal(acknowledged.method, "notifications/subscriptions/acknowledged");
    assert.deepEqual([last.id, last.result.resultType, end], [0, "complete", undefined]);
    await Promise.all(streams.slice(1).map(nextMessage));
    await trigger("test_trigger_tool_change");
    const told = await Promise.all(streams.slice(1).map(nextMessage));
    assert.deepEqual(told.map(({ params }) => params._meta[ID]), Array.from({ length: 16 }, (_, index) => index + 1));
    streams.forEach((stream) => stream.close());
  });

  test("are told on the stream of a session, and on one of its streams only", async () => {
    const session = await Session.begin(stage.origin, employee);
    const [one, two] = [await session.get(), await session.get()];
    assert.equal(one.status, 200);
    await trigger("test_trigger_tool_change");
    const told = await nextMessage(two);
    assert.equal(told.method, "notifications/tools/list_changed");
    assert.equal(told.params, undefined);
    await nothing(one);
    await session.end();
  });

  test("of a resource are told to a session that subscribed, until it no longer wants to hear", async () => {
    const session = await Session.begin(stage.origin, employee);
    const stream = await session.get();
    const subscription = async (method, uri = WATCHED) => (await session.post({ jsonrpc: "2.0", id: 1, method, params: { uri } })).json();
    await trigger("test_trigger_resource_update");
    await nothing(stream);
    assert.deepEqual((await subscription("resources/subscribe")).result, {});
    await trigger("test_trigger_resource_update");
    assert.equal((await nextMessage(stream)).params.uri, WATCHED);
    await subscription("resources/unsubscribe");
    await trigger("test_trigger_resource_update");
    await nothing(stream);
    assert.ok((await subscription("resources/subscribe", "test://nothing-here")).error);
    await session.end();
  });

  test("that a session missed are there when it resumes its stream, once", async () => {
    const session = await Session.begin(stage.origin, employee);
    const stream = await session.get();
    const { id } = await stream.next();
    stream.close();
    await sleep(300);
    await trigger("test_trigger_tool_change");
    await trigger("test_trigger_prompt_change");
    await sleep(300);
    const resumed = await session.get(id);
    const first = await nextMessage(resumed);
    assert.equal(first.method, "notifications/tools/list_changed");
    assert.equal((await nextMessage(resumed)).method, "notifications/prompts/list_changed");
    await trigger("test_trigger_tool_change");
    assert.equal((await nextMessage(resumed)).method, "notifications/tools/list_changed", "and it goes on");
    resumed.close();
    await session.end();
  });

  test("reach a session after the runtime was killed", async () => {
    const session = await Session.begin(stage.origin, employee);
    const { id } = await (await session.get()).next();
    for (const pid of stage.worker.pids) process.kill(pid, "SIGKILL");
    await stage.restart({});
    await trigger("test_trigger_tool_change");
    const stream = await session.get(id);
    assert.equal((await nextMessage(stream)).method, "notifications/tools/list_changed");
    stream.close();
    await session.end();
  });

  test("are of no more use to a session that has ended: the hub forgets it", async () => {
    const session = await Session.begin(stage.origin, employee);
    await (await session.get()).next();
    const before = listening();
    assert.ok(before > 0);
    await session.end();
    for (let i = 0; i < 30 && listening() >= before; i += 1) await sleep(100);
    assert.equal(listening(), before - 1);
  });

  test("never come as requests, and a stream for notifications carries nothing of calls", async () => {
    const session = await Session.begin(stage.origin, employee, { capabilities: { elicitation: {} } });
    const stream = await session.get();
    await stream.next();
    const call = await session.call("test_elicitation", { message: "Who?" });
    const asked = await nextMessage(call);
    await session.answer(asked.id, { action: "decline" });
    assert.match((await rest(call)).at(-1).result.content[0].text, /decline/);
    await nothing(stream);
    await session.end();
  });
});
