// Streams of sessions that are interrupted: nothing is lost and nothing comes twice, whether the
// client lost its connection or the runtime was killed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Session, nextMessage, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const progressOf = (messages) => messages.filter(({ method }) => method === "notifications/progress").map(({ params }) => params.progress);
const upTo = (count, from = 1) => Array.from({ length: count - from + 1 }, (_, index) => from + index);

describe("a stream of a session", { skip: lacksBuild("faults") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-resume-"));
  let stage;
  let token;
  before(async () => {
    stage = await openStage({ build: buildOf("faults"), persist, worker: DEBUG_BUILD });
    token = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  const begin = (options) => Session.begin(stage.origin, token, options);
  async function killed() {
    for (const pid of stage.worker.pids) process.kill(pid, "SIGKILL");
    await stage.restart({});
  }

  test("begins with an event to resume after, which says how long to wait", async () => {
    const session = await begin();
    const stream = await session.call("steps", { count: 1, milliseconds: 5 });
    const first = await stream.next();
    assert.equal(first.data, "");
    assert.match(first.id, /^\d+-0$/);
    assert.match(stream.text, /^retry: \d+$/m);
    await rest(stream);
    await session.end();
  });

  test("has ids in the older revisions as well, but no event without data", async () => {
    for (const revision of ["2025-03-26", "2025-06-18"]) {
      const session = await begin({ revision });
      const stream = await session.call("steps", { count: 1, milliseconds: 5 });
      const first = await stream.next();
      assert.notEqual(first.data, "");
      assert.match(first.id, /^\d+-1$/);
      await rest(stream);
      await session.end();
    }
  });

  test("goes on after every event at which it was interrupted, without loss or repetition", async () => {
    const session = await begin();
    const stream = await session.call("steps", { count: 6, milliseconds: 60 });
    const seen = [];
    let reader = stream;
    for (;;) {
      const message = await nextMessage(reader);
      seen.push(message);
      if (message.result) break;
      reader.close();
      reader = await session.get(message.eventId);
      assert.equal(reader.status, 200);
    }
    assert.deepEqual(progressOf(seen), upTo(6));
    assert.equal(seen.at(-1).id, stream.id);
    assert.equal(await nextMessage(reader), undefined, "the result ends it");
    await session.end();
  });

  test("is resumed from its very beginning", async () => {
    const session = await begin();
    const stream = await session.call("steps", { count: 3, milliseconds: 5 });
    const { id } = await stream.next();
    stream.close();
    await sleep(300);
    const messages = await rest(await session.get(id));
    assert.deepEqual(progressOf(messages), [1, 2, 3]);
    assert.equal(messages.at(-1).id, stream.id);
    await session.end();
  });

  test("can be resumed again and again, from wherever the client is", async () => {
    const session = await begin();
    const all = await rest(await session.call("steps", { count: 4, milliseconds: 5 }));
    for (let at = 0; at < all.length - 1; at += 1) {
      const again = await rest(await session.get(all[at].eventId));
      assert.deepEqual(again, all.slice(at + 1), `from ${all[at].eventId}`);
    }
    await session.end();
  });

  test("is over once its client has seen the end: there is nothing to resume", async () => {
    const session = await begin();
    const all = await rest(await session.call("steps", { count: 1, milliseconds: 5 }));
    assert.equal((await session.get(all.at(-1).eventId)).status, 405);
    await session.end();
  });

  test("has one reader: another takes its place", async () => {
    const session = await begin();
    const stream = await session.call("until_cancelled");
    const { id } = await stream.next();
    const other = await session.get(id);
    assert.equal((await nextMessage(other)).method, "notifications/progress");
    await rest(stream);
    assert.ok(stream.ended, "the first connection is closed");
    await session.end();
    await rest(other);
  });

  test("carries only its own messages", async () => {
    const session = await begin();
    const [slow, fast] = await Promise.all([
      session.call("steps", { count: 4, milliseconds: 50 }),
      session.call("chatter", { count: 3 }),
    ]);
    const { id } = await slow.next();
    slow.close();
    const [one, two] = await Promise.all([rest(await session.get(id)), rest(fast)]);
    assert.deepEqual([...new Set(one.map(({ params }) => params?.progressToken).filter(Boolean))], ["progress-steps"]);
    assert.deepEqual([...new Set(two.map(({ params }) => params?.progressToken).filter(Boolean))], ["progress-chatter"]);
    assert.deepEqual([one.at(-1).id, two.at(-1).id], [slow.id, fast.id]);
    await session.end();
  });

  test("that is not known is refused, and the session goes on", async () => {
    const session = await begin();
    for (const id of ["1-1", "999-0", "x", "-", "1", "9".repeat(40), "1-9".repeat(30)]) {
      assert.equal((await session.get(id)).status, 400, id);
    }
    assert.equal((await session.get("1-0", { accept: "application/json" })).status, 406);
    assert.equal((await session.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 200);
    await session.end();
  });

  test("is read at the client's pace, however much there is", async () => {
    const session = await begin();
    await session.post({ jsonrpc: "2.0", id: 1, method: "logging/setLevel", params: { level: "debug" } });
    const stream = await session.call("steps", { count: 100, milliseconds: 1 });
    stream.request.socket.pause();
    await sleep(1500);
    stream.request.socket.resume();
    const messages = await rest(stream);
    assert.deepEqual(progressOf(messages), upTo(100));
    assert.equal(messages.at(-1).result.content[0].text, "100");
    await session.end();
  });

  test("waits for an answer while nobody is connected", async () => {
    const session = await begin({ capabilities: { elicitation: {} } });
    const stream = await session.call("polite");
    const { id } = await stream.next();
    const asked = await nextMessage(stream);
    stream.close();
    await session.answer(asked.id, { action: "accept", content: { amount: 8 } });
    const messages = await rest(await session.get(id));
    assert.equal(messages[0].id, asked.id, "the question is there for a client that missed it");
    assert.equal(messages.at(-1).result.content[0].text, "8");
    await session.end();
  });

  test("survives the runtime: what was sent is there, and a call that was lost is answered with an error", async () => {
    const session = await begin({ capabilities: { elicitation: {} } });
    const done = await rest(await session.call("steps", { count: 3, milliseconds: 5 }));
    const lost = await session.call("polite");
    const asked = await nextMessage(lost);
    await killed();
    assert.equal((await session.post({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 200, "the session goes on");
    assert.deepEqual(await rest(await session.get(done[0].eventId)), done.slice(1));
    const [failure, ...more] = await rest(await session.get(asked.eventId));
    assert.deepEqual([failure.id, failure.error.code], [lost.id, -32603]);
    assert.deepEqual(more, []);
    assert.notEqual(failure.eventId, asked.eventId);
    const next = await rest(await session.call("steps", { count: 1, milliseconds: 5 }));
    assert.equal(next.at(-1).result.content[0].text, "1");
    const ids = [...done, asked, failure, ...next].map(({ eventId }) => eventId);
    assert.equal(new Set(ids).size, ids.length, "no id is given twice");
    await session.end();
  });

  test("survives the runtime at any moment: nothing that was seen comes again, and there is an end", { timeout: 120_000 }, async () => {
    for (let i = 0; i < 4; i += 1) {
      const session = await begin();
      const stream = await session.call("steps", { count: 20, milliseconds: 30 });
      const seen = [];
      for (let n = 0; n < 2 + i * 3; n += 1) seen.push(await nextMessage(stream));
      await killed();
      const after = await rest(await session.get(seen.at(-1).eventId));
      const progress = progressOf([...seen, ...after]);
      assert.deepEqual(progress, upTo(progress.length), "each once, in order");
      assert.equal(after.at(-1).id, stream.id);
      assert.equal(after.at(-1).error.code, -32603);
      await session.end();
    }
  });
});
