// Functions that no client starts, on workerd: crons beside our own, queues, mail, and an object of the author's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { listen, postman, scheduled } from "../../cli/src/dev/worker/trigger.mjs";
import { DURABLE_OBJECTS, queueConsumers } from "./lib/bindings.mjs";
import { helperWorker } from "./lib/helper-worker.mjs";
import { send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { parseJsonc } from "./lib/jsonc.mjs";
import { startWorker } from "./lib/worker.mjs";

const BUILD = buildOf("triggers");
const PURGE = "17 * * * *";
const PATIENCE_MS = 20_000;

describe("a function that no client starts", { skip: lacksBuild("triggers") }, () => {
  let worker, helper;
  before(async () => {
    const config = parseJsonc(readFileSync(join(dirname(BUILD), "wrangler.jsonc"), "utf8"));
    helper = await helperWorker({
      queueProducers: { jobs: "triggers-jobs", batches: "triggers-batches" },
      d1Databases: { OAUTH_DB: "OAUTH_DB" },
    });
    const durableObjects = { ...DURABLE_OBJECTS, COUNTER: { className: "Counter", useSQLite: true } };
    worker = await startWorker({
      build: BUILD,
      vars: { API_KEY: "of the test", COOKIE_ENCRYPTION_KEY: "0123456789abcdef0123456789abcdef" },
      worker: { ...DEBUG_BUILD, durableObjects, queueConsumers: queueConsumers(config) },
      workers: [helper.worker, postman("toolgate")],
    });
  });
  after(() => worker?.stop());

  const logged = (text) => worker.log.filter((line) => line.includes(text));
  const events = () => worker.log.filter((line) => line.includes(`"toolgate":"trigger"`)).map((line) => JSON.parse(line.slice(line.indexOf("{"))));
  const put = (queue, messages) => helper.put(queue, messages);
  const names = (...all) => all.map((name) => ({ name }));

  async function start(cron) {
    const answer = await send(`${worker.origin}/cdn-cgi/local/scheduled?format=json&cron=${encodeURIComponent(cron)}`);
    return answer.json().outcome;
  }

  async function until(what, isTrue) {
    for (const end = Date.now() + PATIENCE_MS; !isTrue();) {
      assert.ok(Date.now() < end, `${what}: ${worker.log.slice(-20).join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function mail(subject) {
    const raw = `From: Grace <grace@example.com>\r\nTo: list@example.org\r\nMessage-ID: <1@example.com>\r\nSubject: ${subject}\r\n\r\nHello.\r\n`;
    const answer = await send(`${worker.origin}/cdn-cgi/local/email?format=json&from=grace@example.com&to=list@example.org`, { method: "POST", body: raw });
    return answer.json();
  }

  /** The rows of grants that are of no more use, after one was put there. */
  async function withExpiredRow(work) {
    // The purge makes the table.
    assert.equal(await start(PURGE), "ok");
    await helper.query("OAUTH_DB", "INSERT OR REPLACE INTO toolgate_grants (id, shard, record, version, disposable_at) VALUES ('old', 'x', '{}', 1, 1)");
    await work();
    return (await helper.query("OAUTH_DB", "SELECT id FROM toolgate_grants")).length;
  }

  test("runs at its time, with each other that has the same, and no other", async () => {
    const before = logged("nightly ran").length;
    assert.equal(await start("0 6 * * *"), "ok");
    assert.deepEqual([logged("nightly ran").length, logged("report ran").length, logged("hourly ran").length], [before + 1, 1, 0]);
    assert.match(logged("nightly ran")[0], /nightly ran 1 times, for \d{10}/);
  });

  test("runs beside the purge of D1 that has the same time", async () => {
    const before = logged("hourly ran").length;
    assert.equal(await withExpiredRow(() => start(PURGE)), 0);
    assert.equal(logged("hourly ran").length, before + 2);
  });

  test("does not start the purge at another time", async () => {
    assert.equal(await withExpiredRow(() => start("0 6 * * *")), 1);
    assert.equal(await withExpiredRow(() => start("")), 0);
  });

  test("is started alone by its name", async () => {
    const before = logged("report ran").length;
    assert.equal(await start("nightly"), "ok");
    assert.equal(logged("report ran").length, before);
  });

  test("that fails shows as failed, and the log says why in one line of JSON", async () => {
    assert.equal(await start("0 7 * * MON"), "exception");
    const [event] = events().filter(({ name }) => name === "broken");
    assert.deepEqual(event, { toolgate: "trigger", trigger: "cron", name: "broken", function: "broken", outcome: "failed", error: "the disk\nis full" });
    assert.equal(await start("0 6 * * *"), "ok");
  });

  test("takes a message once, and again where it failed", async () => {
    await put("jobs", names("works", "fails once"));
    await until("the second attempt", () => logged("job fails once attempt 2").length === 1);
    assert.equal(logged("job works attempt").length, 1);
    const [event] = events().filter(({ error }) => error === "not yet");
    assert.deepEqual([event.trigger, event.name, event.outcome, event.attempts, event.message.length > 0], ["queue", "jobs", "failed", 1, true]);
  });

  test("that fails each time gives a message up to the queue for dead letters", async () => {
    await put("jobs", names("fails"));
    await until("the message is given up", () => logged("job fails was given up").length === 1);
    assert.deepEqual(logged("job fails attempt").map((line) => line.slice(-1)), ["1", "2", "3"]);
  });

  test("does not get what is no message of its type, and the others are not hindered", async () => {
    await put("jobs", [{ nmae: "my secret" }, { name: "after a bad one" }]);
    const unreadable = () => events().filter(({ error }) => error?.includes("the body is not a `triggers::Job`"));
    await until("the bad one came three times", () => unreadable().filter(({ name }) => name === "jobs").length === 3);
    assert.equal(logged("job after a bad one attempt").length, 1);
    assert.equal(logged("my secret").length, 0);
  });

  test("that panics costs itself alone", async () => {
    await put("jobs", names("panics", "beside a panic"));
    await until("the panicking one is given up", () => logged("job panics was given up").length === 1);
    assert.equal(logged("job beside a panic attempt").length, 1);
    assert.equal(events().filter(({ outcome }) => outcome === "panicked").length, 3);
    assert.ok(events().every((event) => !JSON.stringify(event).includes("hunter2")));
  });

  test("decides itself about a message that it acknowledges", async () => {
    await put("jobs", names("acknowledges and fails", "last"));
    await until("both came", () => logged("job last attempt").length === 1);
    await until("it failed", () => events().some(({ error }) => error === "too late"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(logged("job acknowledges and fails attempt").length, 1);
  });

  test("takes a whole batch, of which only what was not acknowledged comes again", async () => {
    await put("batches", names("done", "fails", "other"));
    await until("the rest came again", () => logged("job other of 2 attempt 2").length === 1);
    assert.equal(logged("job done of").length, 1);
  });

  test("is told that it has no caller where it needs one", async () => {
    await put("jobs", names("asks", "acts"));
    await until("both failed", () => events().filter(({ error }) => error?.includes("it has no caller and no client")).length >= 2);
  });

  test("forwards mail, refuses it, or fails", async () => {
    const forwarded = await mail("hello");
    assert.deepEqual([forwarded.outcome, forwarded.forwards.map(({ recipient }) => recipient)], ["ok", ["ada@example.com"]]);
    assert.match(logged("mail to list@example.org")[0], /of (\d+) bytes, \1 read/);
    const refused = await mail("unsubscribe");
    assert.deepEqual([refused.outcome, refused.rejectReason], ["ok", "nobody reads this"]);
    assert.equal((await mail("fail")).outcome, "exception");
    const [event] = events().filter(({ trigger }) => trigger === "email");
    assert.equal(event.error, "the mailbox is full");
    assert.ok(!JSON.stringify(event).includes("grace"));
  });

  test("is started by cargo toolgate trigger, and by nobody without its token", async () => {
    const { url, token, stop } = await listen(worker.miniflare);
    try {
      const ask = async (event, authorization = `Bearer ${token}`) => {
        const answer = await send(url, { method: "POST", headers: { authorization }, body: JSON.stringify(event) });
        return answer.status === 200 ? answer.json() : answer.status;
      };
      const before = logged("report ran").length;
      assert.deepEqual(await ask({ kind: "cron", cron: "report" }), { ok: true, lines: ["it ran"] });
      assert.deepEqual(await ask({ kind: "cron", cron: "broken" }), { ok: false, lines: ["it failed"] });
      const messages = names("works", "fails");
      const delivered = await ask({ kind: "queue", queue: "triggers-jobs", messages });
      assert.deepEqual(delivered, { ok: false, lines: ["message 1: acknowledged", "message 2: to be retried"] });
      assert.equal((await ask({ kind: "queue", queue: "triggers-jobs", messages: names("works") })).ok, true);
      assert.equal((await ask({ kind: "queue", queue: "another", messages })).ok, false);
      const raw = (subject) => Buffer.from(`From: g@example.com\r\nTo: l@example.org\r\nMessage-ID: <2@example.com>\r\nSubject: ${subject}\r\n\r\nHello.\r\n`).toString("base64");
      const mailed = (subject) => ask({ kind: "email", from: "g@example.com", to: "l@example.org", raw: raw(subject) });
      assert.deepEqual(await mailed("hello"), { ok: true, lines: ["forwarded to ada@example.com"] });
      assert.deepEqual(await mailed("unsubscribe"), { ok: true, lines: ["rejected: nobody reads this"] });
      assert.equal((await mailed("fail")).ok, false);
      assert.equal(await scheduled(worker.miniflare, "nightly", new Date()), "ok");
      for (const wrong of ["", "Bearer ", `Bearer ${"0".repeat(64)}`, token]) assert.equal(await ask({ kind: "cron", cron: "report" }, wrong), 403);
      assert.equal((await send(url)).status, 403);
      assert.equal(logged("report ran").length, before + 1);
    } finally {
      stop();
    }
  });

  test("reaches a Durable Object of the author's own beside the one of Toolgate", async () => {
    assert.equal(await start("count"), "ok");
    assert.equal(await start("count"), "ok");
    assert.deepEqual(logged("the object has counted").map((line) => line.slice(-1)), ["1", "2"]);
  });
});
