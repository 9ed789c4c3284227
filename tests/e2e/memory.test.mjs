// What streams leave in memory when their clients have gone.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { usedHeapKiB } from "./lib/heap.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { newcomer } from "./lib/idp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { freePorts } from "./lib/ports.mjs";
import { Session } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const AT_ONCE = 10;
const SESSIONS = 120;
// So many sessions of one person end before their client ends them.
const OF_ONE_PERSON = 60;
// A stream that is kept takes 2 KiB.
const LEAK_KIB = SESSIONS;
// A client that has gone is noticed at the next keep-alive, after 25 s.
const NOTICED_MS = 30_000;

describe("streams whose clients have gone", { skip: lacksBuild("everything") }, () => {
  let stage, inspectorPort, tokens;
  before(async () => {
    [inspectorPort] = await freePorts(1);
    stage = await openStage({ build: buildOf("everything"), worker: DEBUG_BUILD, inspectorPort });
    tokens = await Promise.all(Array.from({ length: SESSIONS / OF_ONE_PERSON }, async () =>
      (await signIn(stage, { browser: stage.browser(), email: newcomer() })).access_token));
  });
  after(() => stage?.close());

  async function oneGoes(_, index) {
    const session = await Session.begin(stage.origin, tokens[index % tokens.length]);
    const stream = await session.get();
    assert.equal(stream.status, 200);
    await sleep(50);
    stream.close();
    return session;
  }

  /** The heap after many sessions, each with a stream that its client left, have ended. */
  async function heapAfterSessions() {
    const sessions = [];
    while (sessions.length < SESSIONS) sessions.push(...await Promise.all(Array.from({ length: AT_ONCE }, oneGoes)));
    await sleep(NOTICED_MS);
    for (const session of sessions) assert.ok((await session.end()).status < 300);
    return usedHeapKiB(inspectorPort, () => sessions[0].post({ jsonrpc: "2.0", id: 1, method: "ping" }));
  }

  test("leave nothing behind", async () => {
    await heapAfterSessions();
    const [before, after] = [await heapAfterSessions(), await heapAfterSessions()];
    assert.ok(after - before < LEAK_KIB, `${before} KiB, then ${after} KiB`);
  });
});
