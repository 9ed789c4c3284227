// Quotas: the units of a person and of a server, on every way by which a call comes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { told, watch } from "./lib/audit.mjs";
import { cannotMoveClock } from "./lib/clock.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { newcomer } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { refresh, signIn } from "./lib/oauth.mjs";
import { contents } from "./lib/persisted.mjs";
import { Session, nextMessage } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const TASKS = "io.modelcontextprotocol/tasks";
const UNITS = 20;
const PICTURES = 4;
/** The units of `draw_order`. */
const WHOLE_ORDER = 1 + 2 + 3 + PICTURES;
const SPENT = /^quota_spent: the quota `costly` \(20 an hour for you\) is used up; it resets at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, in \d+ (minutes|seconds)\. Do not call again before then$/;

describe("quotas", { skip: lacksBuild("kit") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-quotas-"));
  let stage;
  before(async () => {
    stage = await openStage({ build: buildOf("kit"), persist, worker: DEBUG_BUILD });
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  /** Signs a new person in. */
  async function person(email = newcomer()) {
    const session = await signIn(stage, { browser: stage.browser(), email });
    return { email, session, token: session.access_token };
  }

  async function call({ token }, name, args = {}, more = {}, capabilities = {}) {
    const params = { name, arguments: args, ...more };
    const answer = await mcp.modern(stage.origin, token, "tools/call", params, { meta: { [CAPABILITIES]: capabilities } });
    return mcp.message(answer);
  }
  const text = ({ result, error }) => result?.content?.[0].text ?? error?.message;
  const isSpent = (answer) => answer.result?.isError === true && SPENT.test(text(answer));
  const times = (count, act) => Promise.all(Array.from({ length: count }, act));

  /** How many units of `costly` the person has left; uses them up. */
  async function left(who) {
    const answers = await times(UNITS + 1, () => call(who, "draw"));
    return answers.filter((answer) => !isSpent(answer)).length;
  }

  /** What each object has counted. */
  function counts() {
    const rows = Object.values(contents(persist).rows).flat();
    return rows.filter(([table]) => table === "toolgate_quota").map(([, , count]) => JSON.parse(count));
  }

  test("fifty calls at once get the units that a person has, and no more", async () => {
    const who = await person();
    const answers = await times(50, () => call(who, "draw"));
    assert.equal(answers.filter((answer) => text(answer) === "1 drawn").length, UNITS);
    assert.equal(answers.filter(isSpent).length, 50 - UNITS, text(answers.at(-1)));
  });

  test("a person has their units once, whatever client they use", async () => {
    const who = await person();
    assert.equal(await left(who), UNITS);
    const elsewhere = await person(who.email);
    assert.notEqual(elsewhere.session.client.client_id, who.session.client.client_id);
    assert.equal(await left(elsewhere), 0);
    const answer = await refresh(stage, who.session.client, who.session.refresh_token);
    assert.equal(await left({ token: answer.json().access_token }), 0);
    assert.equal(await left(await person()), UNITS, "others have theirs");
  });

  test("a refusal is told to the audit trail, with the quota and the tool", async () => {
    const who = await person();
    await left(who);
    const { events } = await watch(stage, 2, () => call(who, "draw"));
    assert.deepEqual(told(events).sort(), ["rate_limited quota_spent", "tool_allowed policy_matched"]);
    const { tool, policy, detail, user } = events.find(({ event }) => event === "rate_limited");
    assert.deepEqual({ tool, policy, detail }, { tool: "draw", policy: "everyone", detail: "costly" });
    const allowed = events.find(({ event }) => event === "tool_allowed");
    assert.equal(user, allowed.user);
    assert.equal(allowed.outcome, "tool_error");
  });

  test("what is refused by its policy or its arguments costs nothing", async () => {
    const who = await person();
    const answers = await times(30, (_, at) => (at % 2 ? call(who, "draw", { pictures: "x" }) : call(who, "draw_for_staff")));
    assert.ok(!answers.some(isSpent));
    assert.equal(await left(who), UNITS);
  });

  const SESSIONLESS = ["2025-03-26", "2025-06-18", "2025-11-25"];
  for (const revision of SESSIONLESS) {
    test(`a call of ${revision} is charged once`, async () => {
      const who = await person();
      const headers = { "mcp-protocol-version": revision };
      const answer = await mcp.call(stage.origin, who.token, "draw", { pictures: 4 }, { headers });
      assert.equal(text(mcp.message(answer)), "4 drawn");
      assert.equal(await left(who), UNITS - 4);
    });
  }

  test("each call of a batch is charged", async () => {
    const who = await person();
    const one = (id) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "draw", arguments: {} } });
    const batch = Array.from({ length: 25 }, (_, id) => one(id + 1));
    const headers = { "mcp-protocol-version": "2025-03-26" };
    const answers = (await mcp.post(stage.origin, who.token, batch, { headers })).json();
    assert.equal(answers.length, 25);
    assert.equal(answers.filter((answer) => text(answer) === "1 drawn").length, UNITS);
    assert.equal(answers.filter(isSpent).length, 5);
  });

  test("a call of a session is charged once, also one that asks", async () => {
    const who = await person();
    const session = await Session.begin(stage.origin, who.token, { revision: "2025-06-18", capabilities: { elicitation: {} } });
    assert.ok(session.id);
    const inSession = async (name, args) => mcp.message(await session.post({ jsonrpc: "2.0", id: "plain", method: "tools/call", params: { name, arguments: args } }));
    assert.equal(text(await inSession("draw", { pictures: 3 })), "3 drawn");
    const stream = await session.call("draw_order");
    const question = await nextMessage(stream);
    assert.equal(question.method, "elicitation/create");
    await session.answer(question.id, { action: "accept", content: { pictures: PICTURES } });
    assert.equal(text(await nextMessage(stream)), "4 on paper");
    assert.equal(await left(who), UNITS - 3 - WHOLE_ORDER);
    assert.ok(isSpent(await inSession("draw", {})));
  });

  const asks = (who) => call(who, "draw_order", {}, {}, { elicitation: {} });
  const answers = (who, { result: { requestState, inputRequests } }) => {
    const inputResponses = { [Object.keys(inputRequests)[0]]: { action: "accept", content: { pictures: PICTURES } } };
    return call(who, "draw_order", {}, { requestState, inputResponses }, { elicitation: {} });
  };

  test("a round that brings the answer is not charged again", async () => {
    const who = await person();
    const first = await asks(who);
    assert.equal(first.result.resultType, "input_required");
    assert.equal(text(await answers(who, first)), "4 on paper");
    assert.equal(await left(who), UNITS - WHOLE_ORDER);
  });

  test("a round that is sent again is charged as a call of its own", async () => {
    const who = await person();
    const first = await asks(who);
    assert.equal(text(await answers(who, first)), "4 on paper");
    // Its block that runs once is in the state, so it does not run and is not charged.
    const again = WHOLE_ORDER - 3;
    assert.equal(text(await answers(who, first)), "4 on paper");
    assert.equal(await left(who), UNITS - WHOLE_ORDER - again);
    const replays = await times(50, () => answers(who, first));
    assert.ok(replays.every(isSpent), "nothing is left");
  });

  test("of fifty answers to one question at once, one is free", async () => {
    const who = await person();
    const first = await asks(who);
    const all = await times(50, () => answers(who, first));
    const served = all.filter((answer) => text(answer) === "4 on paper").length;
    // 6 for the first round, 4 for the free one; another one is 7.
    assert.ok(served >= 1 && served <= 2, `${served} were served`);
  });

  test("a task is charged once, with what it spends", async () => {
    const who = await person();
    const capabilities = { extensions: { [TASKS]: {} }, elicitation: {} };
    const ask = async (method, params) => {
      const answer = await mcp.modern(stage.origin, who.token, method, params, { headers: { "mcp-name": params.taskId ?? params.name }, meta: { [CAPABILITIES]: capabilities } });
      return mcp.message(answer).result;
    };
    const { taskId } = await ask("tools/call", { name: "draw_slowly", arguments: {} });
    const until = async (status) => {
      for (const end = Date.now() + 15_000; Date.now() < end; await sleep(50)) {
        const task = await ask("tasks/get", { taskId });
        if (task.status === status) return task;
      }
      return assert.fail(`it is not ${status}`);
    };
    const { inputRequests } = await until("input_required");
    const [key] = Object.keys(inputRequests);
    // The object is put aside, and the task runs again from its start.
    await stage.restart();
    await ask("tasks/update", { taskId, inputResponses: { [key]: { action: "accept", content: { pictures: 4 } } } });
    assert.equal((await until("completed")).result.content[0].text, "4 drawn slowly");
    assert.equal(await left(who), UNITS - 1 - 2 - 4);
  });

  test("a call that becomes a task is charged once", async () => {
    const who = await person();
    const answer = await call(who, "draw_later", {}, {}, { extensions: { [TASKS]: {} } });
    assert.equal(answer.result.resultType, "task");
    await sleep(1000);
    assert.equal(await left(who), UNITS - 1 - 2);
  });

  test("all callers share the units of the server, exactly", async () => {
    const people = [];
    for (let count = 0; count < 4; count += 1) people.push(await person());
    const all = (await Promise.all(people.map((who) => times(5, () => call(who, "scan"))))).flat();
    assert.equal(all.filter((answer) => text(answer) === "scanned").length, 5);
    const of = (whose) => all.filter((answer) => text(answer).includes(whose)).length;
    assert.equal(of("for you") + of("for all users of this server together"), 15);
  });

  test("a leased quota is used whole under parallel load, and never more", async () => {
    const people = [await person(), await person(), await person()];
    const lastLease = () => Math.max(...counts().map(({ number = 0 }) => number));
    // Numbers go on from the first lease.
    let served = text(await call(people[0], "look")) === "looked" ? 1 : 0;
    const first = lastLease();
    for (let round = 0; round < 15; round += 1) {
      const all = await times(48, (_, at) => call(people[at % 3], "look"));
      served += all.filter((answer) => text(answer) === "looked").length;
    }
    assert.ok(served <= 600, `${served} of 600 were served`);
    assert.ok(served >= 582, `${served} of 600 were served`);
    const leases = lastLease() - first;
    assert.ok(first > 0 && leases > 0 && leases < 30, `${leases} leases for ${served} calls`);
  });

  test("nothing that is stored tells who the person is", () => {
    const all = counts();
    assert.ok(all.length > 5, `${all.length} objects count`);
    for (const count of all) assert.ok(!/newcomer/.test(JSON.stringify(count)), "no subject and no address");
  });

  test("a person has other units when the hour is over", { skip: cannotMoveClock() }, async () => {
    const who = await person();
    assert.equal(await left(who), UNITS);
    await stage.restart({ secondsAhead: 3601 });
    const answer = await refresh(stage, who.session.client, who.session.refresh_token);
    assert.equal(await left({ token: answer.json().access_token }), UNITS);
    await stage.restart();
  });

  test("a call that nobody can count is refused, and one of a lenient quota runs", async () => {
    const who = await person();
    assert.equal(text(await call(who, "glance")), "glanced");
    assert.equal(text(await call(who, "draw")), "1 drawn");
    await stage.restart({ worker: { ...DEBUG_BUILD, durableObjects: {} } });
    const { result: refused, events } = await watch(stage, 2, () => call(who, "draw"));
    assert.equal(refused.result.isError, true);
    assert.equal(text(refused), "quota_unavailable: the quota `costly` cannot be counted just now; try again later");
    assert.ok(told(events).includes("rate_limited quota_unavailable"), told(events).join());
    const uncounted = await times(5, () => call(who, "glance"));
    assert.ok(uncounted.every((answer) => text(answer) === "glanced"));
    assert.match(text(await call(who, "whisper")), /^quota_unavailable: the rate of the policy `whisperers`/);
    await stage.restart();
    assert.equal(text(await call(who, "glance")), "glanced");
    assert.match(text(await call(who, "glance")), /^quota_spent/, "what ran uncounted cost nothing, and what is counted counts");
  });
});
