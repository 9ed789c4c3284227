// What tools keep between calls: whose it is, that it lasts, and that nothing is lost on the way.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Session } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const AT_ONCE = 50;
const LARGEST = 1_900_000;

describe("state", { skip: lacksBuild("durable") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-state-"));
  const keys = [..."01"].map((digit) => `0123456789abcdef`.repeat(3) + digit.repeat(16));
  let stage;
  let employee;
  let visitor;

  before(async () => {
    stage = await openStage({ build: buildOf("durable"), persist, worker: DEBUG_BUILD, vars: { COOKIE_ENCRYPTION_KEY: keys[0] } });
    employee = await token(EMPLOYEE);
    visitor = await token(VISITOR);
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  const token = async (email) => (await signIn(stage, { browser: stage.browser(), email })).access_token;
  const result = (answer) => mcp.message(answer).result ?? assert.fail(answer.text);
  const send = async (who, name, args = {}) => result(await mcp.modern(stage.origin, who, "tools/call", { name, arguments: args }));
  /** The text of a call that succeeds, by the stateless revision. */
  async function call(who, name, args) {
    const { isError, content } = await send(who, name, args);
    assert.ok(!isError, content[0]?.text);
    return content[0]?.text;
  }
  /** The text of a call that fails. */
  async function refusal(who, name, args) {
    const { isError, content } = await send(who, name, args);
    assert.equal(isError, true, content[0]?.text);
    return content[0].text;
  }

  test("a person's value is theirs alone, and the server's is everybody's", async () => {
    assert.equal(await call(employee, "count"), "1");
    assert.equal(await call(employee, "count"), "2");
    assert.equal(await call(visitor, "count"), "1");
    assert.equal(await call(employee, "count_all"), "1");
    assert.equal(await call(visitor, "count_all"), "2");
  });

  test("every revision and every client of a person sees the same value", async () => {
    const before = Number(await call(employee, "count"));
    const legacy = result(await mcp.call(stage.origin, employee, "count", {}));
    assert.equal(legacy.content[0].text, String(before + 1));
    const session = await Session.begin(stage.origin, employee);
    assert.ok(session.id, "in a session, which is an object of its own");
    const params = { name: "count", arguments: {} };
    const inSession = result(await session.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params }));
    assert.equal(inSession.content[0].text, String(before + 2));
    await session.end();
    assert.equal(await call(await token(EMPLOYEE), "count"), String(before + 3), "another sign-in, another grant");
  });

  test(`${AT_ONCE} updates at once all count`, { timeout: 60_000 }, async () => {
    const before = Number(await call(visitor, "count"));
    const counts = await Promise.all(Array.from({ length: AT_ONCE }, () => call(visitor, "count")));
    const expected = Array.from({ length: AT_ONCE }, (_, i) => before + 1 + i);
    assert.deepEqual(counts.map(Number).sort((a, b) => a - b), expected, "each saw a value of its own");
    assert.equal(await call(visitor, "count"), String(before + AT_ONCE + 1));
  });

  test("values have names of their own, and can be forgotten", async () => {
    await call(employee, "keep", { name: "a", text: "one" });
    await call(employee, "keep", { name: "b", text: "two" });
    await call(employee, "keep", { text: "of the type's name" });
    assert.equal(await call(employee, "recall", { name: "a" }), "one");
    assert.equal(await call(employee, "recall", { name: "Text" }), "of the type's name");
    assert.equal(await call(visitor, "recall", { name: "a" }), "nothing");
    await call(employee, "forget", { name: "a", by_update: false });
    await call(employee, "forget", { name: "b", by_update: true });
    assert.equal(await call(employee, "recall", { name: "a" }), "nothing");
    assert.equal(await call(employee, "recall", { name: "b" }), "nothing");
  });

  test("what cannot be kept or read is refused in clear words", async () => {
    // Two bytes are the quotes of JSON.
    assert.match(await refusal(employee, "keep_bytes", { bytes: LARGEST - 1 }), /1900001 bytes as JSON, and may have 1900000/);
    await call(employee, "keep_bytes", { bytes: LARGEST - 2 });
    assert.equal((await call(employee, "recall", { name: "large" })).length, LARGEST - 2);
    assert.match(await refusal(employee, "recall_number", { name: "large" }), /of another type/);
    assert.match(await refusal(employee, "recall", { name: "" }), /1 to 512 bytes/);
    assert.match(await refusal(employee, "recall", { name: "x".repeat(513) }), /1 to 512 bytes/);
  });

  test("a database is the person's alone, or the server's", async () => {
    const made = { sql: "CREATE TABLE notes (text TEXT)", values: [] };
    await call(employee, "execute", { ...made, server: false });
    assert.equal(await call(employee, "execute", { sql: "INSERT INTO notes VALUES (?), (?)", values: ["a", "b"], server: false }), "2");
    assert.equal(await call(employee, "query", { sql: "SELECT text, length(text) AS n FROM notes", server: false }), '[{"n":1,"text":"a"},{"n":1,"text":"b"}]');
    assert.match(await refusal(visitor, "query", { sql: "SELECT * FROM notes", server: false }), /no such table: notes/);
    await call(employee, "execute", { ...made, server: true });
    assert.equal(await call(visitor, "query", { sql: "SELECT * FROM notes", server: true }), "[]");
  });

  test("values of every type come back as they were", async () => {
    assert.equal(await call(employee, "round_trip"), "true");
    assert.match(await refusal(employee, "too_large_a_number"), /9223372036854775807 is a larger number than JavaScript has/);
  });

  test("statements of a batch happen together or not at all", async () => {
    assert.match(await refusal(employee, "insert_all", { rows: 3, fails: true }), /UNIQUE constraint failed/);
    assert.match(await refusal(employee, "query", { sql: "SELECT * FROM b", server: false }), /no such table/);
    assert.equal(await call(employee, "insert_all", { rows: 3, fails: false }), "[0,1,1,1]");
    assert.match(await refusal(employee, "insert_all", { rows: 0, fails: true }), /UNIQUE constraint failed/);
    assert.equal(await call(employee, "query", { sql: "SELECT count(*) AS n FROM b", server: false }), '[{"n":3}]');
  });

  test("no statement reaches what is not the database's", async () => {
    const tables = JSON.parse(await call(visitor, "query", { sql: "SELECT name FROM sqlite_master", server: false }));
    assert.deepEqual(tables, []);
    for (const sql of ["SELECT * FROM toolgate_state", "SELECT * FROM grants", "ATTACH DATABASE 'other' AS other", "SELECT * FROM _cf_KV", "BEGIN"]) {
      await refusal(visitor, "query", { sql, server: false });
    }
    await refusal(visitor, "query", { sql: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) SELECT hex(zeroblob(100000)) FROM n", server: false });
  });

  test("state survives the runtime being killed, with writes under way", { timeout: 60_000 }, async () => {
    const before = Number(await call(employee, "count"));
    const sent = Array.from({ length: AT_ONCE }, () => call(employee, "count").catch(() => undefined));
    const first = await Promise.race(sent);
    for (const pid of stage.worker.pids) process.kill(pid, "SIGKILL");
    const answered = (await Promise.all(sent)).filter((count) => count !== undefined).map(Number);
    assert.ok(answered.includes(Number(first)), "one at least was answered");
    await stage.restart({});
    const now = Number(await call(employee, "count"));
    assert.ok(now > Math.max(...answered), `${now} counts more than the ${answered.length} that were answered, of which ${Math.max(...answered)} is the last`);
    assert.ok(now <= before + AT_ONCE + 1, `${now} counts no call twice`);
    assert.equal(await call(employee, "recall", { name: "Text" }), "of the type's name");
    assert.equal(await call(employee, "query", { sql: "SELECT count(*) AS n FROM b", server: false }), '[{"n":3}]');
  });

  test("a new encryption key loses no state", async () => {
    const before = Number(await call(employee, "count"));
    await stage.restart({ vars: { COOKIE_ENCRYPTION_KEY: `${keys[1]},${keys[0]}` } });
    assert.equal(await call(employee, "count"), String(before + 1), "with a token of the old key");
    employee = await token(EMPLOYEE);
    assert.equal(await call(employee, "count"), String(before + 2), "with a token of the new key");
    await stage.restart({ vars: { COOKIE_ENCRYPTION_KEY: keys[1] } });
    assert.equal(await call(employee, "count"), String(before + 3));
  });
});
