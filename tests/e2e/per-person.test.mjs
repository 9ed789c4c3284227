// What one person may have open at once: sessions, and streams of each kind.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { listen, send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { newcomer } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { contents } from "./lib/persisted.mjs";
import { Session } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const SESSIONS = 64;
const STREAMS = 16;
const META = "io.modelcontextprotocol/";

describe("one person", { skip: lacksBuild("durable") }, () => {
  let stage, persist;
  before(async () => {
    persist = mkdtempSync(join(tmpdir(), "toolgate-per-person-"));
    stage = await openStage({ build: buildOf("durable"), worker: DEBUG_BUILD, persist });
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  // Each test has a person of its own.
  const person = async () =>
    (await signIn(stage, { browser: stage.browser(), email: newcomer(), changes: { resource: stage.origin } })).access_token;
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const isThere = async (session) => (await session.post(ping)).status === 200;
  const initialize = (token) => mcp.post(stage.origin, token, {
    jsonrpc: "2.0",
    id: "begin",
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "tests", version: "1" } },
  });
  /** So many sessions, one after the other. */
  async function begin(token, count) {
    const sessions = [];
    while (sessions.length < count) sessions.push(await Session.begin(stage.origin, token));
    return sessions;
  }
  /** Whether a stream has ended within a while. */
  async function hasEnded(stream, ms = 3000) {
    const until = Date.now() + ms;
    for (;;) {
      try {
        if ((await stream.next(Math.max(until - Date.now(), 1))) === undefined) return true;
      } catch (error) {
        assert.match(error.message, /no event within/);
        return false;
      }
    }
  }

  test("that has nothing open leaves no count behind", async () => {
    const token = await person();
    const counted = () => Object.values(contents(persist).rows).flat().filter(([table]) => table === "toolgate_roster").length;
    const before = counted();
    const session = await Session.begin(stage.origin, token);
    for (let i = 0; i < 30 && counted() === before; i += 1) await sleep(100);
    assert.equal(counted(), before + 1);
    await session.end();
    for (let i = 0; i < 30 && counted() > before; i += 1) await sleep(100);
    assert.equal(counted(), before);
  });

  test("is told once of changes that come up while sessions are being told", async () => {
    const token = await person();
    const session = await Session.begin(stage.origin, token);
    const stream = await session.get();
    await stream.next();
    assert.equal((await session.post({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "announce", arguments: { times: 30 } } })).status, 200);
    let told = 0;
    while (await stream.next(1500).catch(() => undefined)) told += 1;
    assert.ok(told >= 1 && told <= 10, `${told} notifications of 30 changes`);
    stream.close();
  });

  test("who begins one more session than there may be loses the one that was idle for longest", async () => {
    const [token, other] = await Promise.all([person(), person()]);
    const another = await Session.begin(stage.origin, other);
    const sessions = await begin(token, SESSIONS);
    // The first is in use again, so the second is the one.
    assert.ok(await isThere(sessions[0]));
    const [more] = await begin(token, 1);
    assert.ok(await isThere(more));
    assert.ok(await isThere(sessions[0]));
    assert.equal((await sessions[1].post(ping)).status, 404);
    assert.ok(await isThere(sessions[2]));
    assert.ok(await isThere(another), "another person's");
    assert.ok((await sessions[5].end()).status < 300);
    await begin(token, 1);
    assert.ok(await isThere(sessions[3]), "a session that has ended makes room");
  });

  test("who has a call or an open stream in all of them gets no more, and keeps them", async () => {
    const token = await person();
    const sessions = await begin(token, SESSIONS);
    const streams = await Promise.all(sessions.slice(0, STREAMS).map((session) => session.get()));
    await Promise.all(streams.map((stream) => stream.next()));
    const calls = await Promise.all(sessions.slice(STREAMS).map((session) =>
      session.call("work", { milliseconds: 60_000, label: "busy" })));
    await Promise.all(calls.map((call) => call.next()));
    const refused = await initialize(token);
    assert.equal(refused.status, 429, refused.text);
    assert.match(refused.text, /too many sessions/i);
    for (const session of [sessions[0], sessions[STREAMS], sessions.at(-1)]) assert.ok(await isThere(session));
    calls[3].close();
    streams[0].close();
    assert.ok((await sessions[3].end()).status < 300);
    assert.equal((await initialize(token)).status, 200);
    [...calls, ...streams].forEach((stream) => stream.close());
  });

  /** What opens a stream of each kind. */
  const KINDS = {
    "GET in sessions": async (token) => {
      const session = await Session.begin(stage.origin, token);
      return Object.assign(await session.get(), { session });
    },
    "HTTP+SSE": (token) => listen(`${stage.origin}/sse`, { headers: { authorization: `Bearer ${token}` } }),
    "subscriptions/listen": (token) => listen(`${stage.origin}/mcp`, {
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
        id: 1,
        method: "subscriptions/listen",
        params: { notifications: { toolsListChanged: true }, _meta: { [`${META}protocolVersion`]: mcp.MODERN, [`${META}clientCapabilities`]: {}, [`${META}clientInfo`]: { name: "tests", version: "1" } } },
      }),
    }),
  };
  for (const [kind, open] of Object.entries(KINDS)) {
    test(`who opens one more stream of ${kind} than there may be loses the oldest of that kind`, async () => {
      const [token, other] = await Promise.all([person(), person()]);
      const others = await Promise.all(Object.entries(KINDS).map(([name, one]) => one(name === kind ? other : token)));
      const streams = [];
      for (let i = 0; i < STREAMS; i += 1) {
        streams.push(await open(token));
        await streams[i].next();
      }
      const more = await open(token);
      assert.equal(more.status, 200);
      assert.ok(await hasEnded(streams[0]), "the oldest has ended");
      assert.ok(!(await hasEnded(streams[1], 500)), "and none but the oldest");
      assert.ok(!(await hasEnded(more, 100)));
      for (const stream of others) assert.ok(!(await hasEnded(stream, 100)), "other kinds, and other people's");
      // A client that goes makes room.
      streams[2].close();
      await sleep(300);
      const last = await open(token);
      assert.equal(last.status, 200);
      assert.ok(!(await hasEnded(streams[1], 1000)));
      [...streams, ...others, more, last].forEach((stream) => stream.close());
    });
  }
});
