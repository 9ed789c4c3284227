// Streams that are open when what let their client in ends: the grant is revoked, or the token is over.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cannotMoveClock } from "./lib/clock.mjs";
import { listen, send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { refresh, signIn } from "./lib/oauth.mjs";
import { Session } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

// `revocation_max_age` of tests/durable.
const MAX_AGE_MS = 2_000;
// What a busy machine takes on top of it.
const LATE_MS = 4_000;
const META = "io.modelcontextprotocol/";

describe("an open stream", { skip: lacksBuild("durable") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-revoked-"));
  let stage;
  before(async () => {
    stage = await openStage({ build: buildOf("durable"), worker: DEBUG_BUILD, persist });
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  // For every route of the server.
  const person = () => signIn(stage, { browser: stage.browser(), email: VISITOR, changes: { resource: stage.origin } });
  const bearer = ({ access_token: token }) => ({ authorization: `Bearer ${token}` });
  const revoke = async (grant) => {
    const body = new URLSearchParams({ client_id: grant.client.client_id, token: grant.refresh_token });
    assert.equal((await send(`${stage.origin}/revoke`, { method: "POST", body })).status, 200);
  };
  const modern = (grant, method, params, more = {}) => listen(`${stage.origin}/mcp`, {
    method: "POST",
    headers: {
      ...bearer(grant),
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": mcp.MODERN,
      "mcp-method": method,
      ...more,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method,
      params: { ...params, _meta: { [`${META}protocolVersion`]: mcp.MODERN, [`${META}clientCapabilities`]: {}, [`${META}clientInfo`]: { name: "tests", version: "1" }, progressToken: "p" } },
    }),
  });
  const LONG = { name: "work", arguments: { milliseconds: 60_000, label: "never" } };

  /** What opens each kind of stream, with one event on it. */
  const KINDS = {
    "of subscriptions/listen": (grant) => modern(grant, "subscriptions/listen", { notifications: { toolsListChanged: true } }),
    "of a call of 2026-07-28": (grant) => modern(grant, "tools/call", LONG, { "mcp-name": LONG.name }),
    "for notifications of a session": async (grant) => (await Session.begin(stage.origin, grant.access_token)).get(),
    "of a call in a session": async (grant) => (await Session.begin(stage.origin, grant.access_token)).call(LONG.name, LONG.arguments),
    "of a call in a session that was resumed": async (grant) => {
      const session = await Session.begin(stage.origin, grant.access_token);
      const call = await session.call(LONG.name, LONG.arguments);
      const { id } = await call.next();
      call.close();
      return session.get(id);
    },
    "of HTTP+SSE": (grant) => listen(`${stage.origin}/sse`, { headers: bearer(grant) }),
  };

  /** Reads to the end of a stream; how many milliseconds that took. */
  async function end(stream, withinMs) {
    const began = Date.now();
    for (;;) {
      const left = began + withinMs - Date.now();
      if ((await stream.next(Math.max(left, 1))) === undefined) return Date.now() - began;
    }
  }
  const goesOn = async (stream, ms) => {
    const until = Date.now() + ms;
    while (Date.now() < until) {
      const event = await stream.next(Math.max(until - Date.now(), 1)).catch((error) => error);
      if (/no event within/.test(event?.message)) return;
      assert.notEqual(event, undefined, "the stream has ended");
    }
  };

  for (const [kind, open] of Object.entries(KINDS)) {
    test(`${kind} ends within revocation_max_age of its grant's end, and another grant's goes on`, async () => {
      const [revoked, other] = await Promise.all([person(), person()]);
      const [stream, others] = await Promise.all([open(revoked), open(other)]);
      assert.deepEqual([stream.status, others.status], [200, 200]);
      await Promise.all([stream.next(), others.next()]);
      await revoke(revoked);
      await end(stream, MAX_AGE_MS + LATE_MS);
      await goesOn(others, MAX_AGE_MS);
      others.close();
    });
  }

  describe("whose token is over", { skip: cannotMoveClock() }, () => {
    const LEFT_S = 12;
    /** A token that has a few seconds left. */
    const nearlyOver = async () => {
      await stage.restart({});
      const grant = await person();
      await stage.restart({ secondsAhead: grant.expires_in - LEFT_S });
      return grant;
    };

    for (const kind of ["of subscriptions/listen", "for notifications of a session", "of HTTP+SSE"]) {
      test(`${kind} ends with it`, async () => {
        const stream = await KINDS[kind](await nearlyOver());
        assert.equal(stream.status, 200);
        await stream.next();
        await end(stream, LEFT_S * 1000 + LATE_MS);
      });
    }

    test("of a call in a session goes on to the answer, for the call was let in", async () => {
      const grant = await nearlyOver();
      const session = await Session.begin(stage.origin, grant.access_token);
      const call = await session.call("work", { milliseconds: (LEFT_S + 2) * 1000, label: "late" });
      let last;
      for (let event; (event = await call.next()); ) last = event;
      assert.match(last.data, /late done/);
    });

    test("of HTTP+SSE goes on with a message under a newer token of its grant, and not of another", async () => {
      const grant = await nearlyOver();
      const [kept, lost] = [await KINDS["of HTTP+SSE"](grant), await KINDS["of HTTP+SSE"](grant)];
      const [path, otherPath] = (await Promise.all([kept.next(), lost.next()])).map(({ data }) => data);
      const renewed = (await refresh(stage, grant.client, grant.refresh_token, { resource: stage.origin })).json();
      const ping = { jsonrpc: "2.0", id: 7, method: "ping" };
      assert.equal((await mcp.post(stage.origin, renewed.access_token, ping, { path })).status, 202);
      assert.equal((await mcp.post(stage.origin, (await person()).access_token, ping, { path: otherPath })).status, 202);
      await end(lost, LEFT_S * 1000 + LATE_MS);
      assert.equal(JSON.parse((await kept.next()).data).id, 7);
      await goesOn(kept, 1000);
      kept.close();
    });
  });
});
