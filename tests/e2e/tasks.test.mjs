// Calls that outlive their request: the extension io.modelcontextprotocol/tasks.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { cannotMoveClock } from "./lib/clock.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import { listen } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { refresh, signIn } from "./lib/oauth.mjs";
import { contents } from "./lib/persisted.mjs";
import { nextMessage } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const EXTENSION = "io.modelcontextprotocol/tasks";
const DAY_MS = 24 * 60 * 60 * 1000;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("tasks", { skip: lacksBuild("durable") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-tasks-"));
  let stage;
  let employee;
  let visitor;
  let session;

  before(async () => {
    stage = await openStage({ build: buildOf("durable"), persist, worker: DEBUG_BUILD });
    employee = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
    session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    visitor = session.access_token;
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  /** Moves the clock of the Worker, and gets the visitor a token that is good then. */
  async function later(seconds) {
    await stage.restart({ secondsAhead: seconds });
    const answer = await refresh(stage, session.client, session.refresh_token);
    assert.equal(answer.status, 200, answer.text);
    Object.assign(session, answer.json());
    visitor = session.access_token;
  }

  /** The JSON-RPC message that answers a request; the client knows tasks unless told otherwise. */
  async function request(who, method, params, capabilities = { extensions: { [EXTENSION]: {} }, elicitation: {} }) {
    const headers = params.taskId === undefined ? {} : { "mcp-name": params.taskId };
    const answer = await mcp.modern(stage.origin, who, method, params, { headers, meta: { "io.modelcontextprotocol/clientCapabilities": capabilities } });
    return { status: answer.status, ...mcp.message(answer) };
  }

  async function result(...args) {
    const message = await request(...args);
    assert.ok(message.result, JSON.stringify(message));
    return message.result;
  }

  const create = (who, name, args = {}) => result(who, "tools/call", { name, arguments: args });
  const get = (who, { taskId }) => result(who, "tasks/get", { taskId });
  const cancel = (who, { taskId }) => result(who, "tasks/cancel", { taskId });
  const update = (who, { taskId }, inputResponses) => result(who, "tasks/update", { taskId, inputResponses });
  const accept = (content) => ({ action: "accept", content });
  const runs = async (who) => (await create(who, "runs")).content[0].text.split(" ").map(Number);

  /** The task once it is as wanted. */
  async function until(who, task, wanted, patienceMs = 15_000) {
    let now;
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(50)) {
      now = await get(who, task);
      if (typeof wanted === "string" ? now.status === wanted : wanted(now)) return now;
    }
    return assert.fail(`not within ${patienceMs} ms: ${wanted}; it is ${JSON.stringify(now)}`);
  }

  function isAcknowledged({ _meta, ...rest }) {
    assert.deepEqual(rest, { resultType: "complete" });
  }

  /** What every question about a task that is not there is answered, whatever the reason. */
  async function isUnknown(who, taskId) {
    const answers = [];
    for (const [method, more] of [["tasks/get", {}], ["tasks/update", { inputResponses: {} }], ["tasks/cancel", {}]]) {
      const { error } = await request(who, method, { taskId, ...more });
      answers.push(error);
    }
    for (const error of answers) assert.deepEqual(error, { code: -32602, message: "Invalid params: there is no such task" });
  }

  test("a call becomes a task, which is there at once and comes to its result", async () => {
    const task = await create(visitor, "work", { milliseconds: 2_000, label: "first" });
    const { _meta, taskId, createdAt, lastUpdatedAt, ...rest } = task;
    assert.deepEqual(rest, { resultType: "task", status: "working", ttlMs: DAY_MS, pollIntervalMs: 1000 });
    for (const time of [createdAt, lastUpdatedAt]) assert.match(time, RFC_3339);
    const now = await get(visitor, task);
    assert.equal(now.taskId, taskId);
    assert.equal(now.status, "working");
    assert.equal(now.resultType, "complete");
    assert.ok(!("result" in now || "error" in now || "inputRequests" in now));
    const done = await until(visitor, task, "completed");
    assert.deepEqual(done.result, { content: [{ type: "text", text: "first done" }] });
    assert.ok(done.lastUpdatedAt > createdAt);
    assert.equal(done.createdAt, createdAt);
  });

  test("what the tool says of its progress is the message of the task", async () => {
    const task = await create(visitor, "work", { milliseconds: 3_000, label: "slow" });
    assert.equal((await until(visitor, task, ({ statusMessage }) => statusMessage)).statusMessage, "at work");
    isAcknowledged(await cancel(visitor, task));
  });

  test("an error for the model is a result, and one of the protocol a failure", async () => {
    const failed = await until(visitor, await create(visitor, "fail"), "completed");
    assert.deepEqual(failed.result, { content: [{ type: "text", text: "no such file" }], isError: true });
    const broken = await until(visitor, await create(visitor, "break_down"), "failed");
    assert.deepEqual(broken.error, { code: -32603, message: "the printer is on fire" });
    assert.equal(broken.statusMessage, "the printer is on fire");
    assert.ok(!("result" in broken));
  });

  test("a client that does not know tasks gets the result at once, or hears what it lacks", async () => {
    const plain = await result(visitor, "tools/call", { name: "work", arguments: { milliseconds: 0, label: "plain" } }, {});
    assert.equal(plain.resultType, "complete");
    assert.equal(plain.content[0].text, "plain done");
    const requiredCapabilities = { extensions: { [EXTENSION]: {} } };
    for (const [method, params] of [
      ["tools/call", { name: "fail", arguments: {} }],
      ["tasks/get", { taskId: "any" }],
      ["tasks/update", { taskId: "any", inputResponses: {} }],
      ["tasks/cancel", { taskId: "any" }],
    ]) {
      const { status, error } = await request(visitor, method, params, {});
      assert.equal(status, 400, method);
      assert.equal(error.code, -32021, method);
      assert.deepEqual(error.data, { requiredCapabilities });
    }
  });

  test("a task that was cancelled stays so, and its tool can clean up", async () => {
    const [, , finished] = await runs(visitor);
    const task = await create(visitor, "tidy");
    isAcknowledged(await cancel(visitor, task));
    const gone = await get(visitor, task);
    assert.equal(gone.status, "cancelled");
    assert.ok(!("result" in gone || "error" in gone));
    for (const end = Date.now() + 5_000; (await runs(visitor))[2] !== finished + 100; await sleep(50)) {
      assert.ok(Date.now() < end, "the tool heard of it");
    }
    isAcknowledged(await cancel(visitor, task));
    assert.equal((await get(visitor, task)).status, "cancelled");
    const ended = await create(visitor, "work", { milliseconds: 0, label: "quick" });
    await until(visitor, ended, "completed");
    isAcknowledged(await cancel(visitor, ended));
    assert.equal((await get(visitor, ended)).status, "completed", "what is over cannot be cancelled");
  });

  test("a tool asks within its task; what is no answer leaves the question", async () => {
    const task = await create(visitor, "interview");
    const asked = await until(visitor, task, "input_required");
    assert.deepEqual(Object.keys(asked.inputRequests), ["first"]);
    assert.equal(asked.inputRequests.first.method, "elicitation/create");
    assert.equal(asked.inputRequests.first.params.message, "First name?");
    for (const nonsense of [{ other: accept({ name: "x" }) }, { first: 5 }, { first: accept({ name: 5 }) }, { first: { action: "maybe" } }, {}]) {
      isAcknowledged(await update(visitor, task, nonsense));
      const still = await get(visitor, task);
      assert.equal(still.status, "input_required", JSON.stringify(nonsense));
      assert.deepEqual(Object.keys(still.inputRequests), ["first"]);
    }
    isAcknowledged(await update(visitor, task, { first: accept({ name: "Ada" }) }));
    const next = await until(visitor, task, ({ inputRequests }) => inputRequests?.last);
    assert.deepEqual(Object.keys(next.inputRequests), ["last"]);
    isAcknowledged(await update(visitor, task, { first: accept({ name: "Eve" }), last: accept({ name: "Lovelace" }) }));
    const done = await until(visitor, task, "completed");
    assert.equal(done.result.content[0].text, "Ada Lovelace", "an answer counts once");
  });

  test("a tool may ask before it becomes a task, or without becoming one", async () => {
    const [, workDone, finished] = await runs(visitor);
    const call = { name: "prepare", arguments: {} };
    const rounds = async (capabilities) => {
      const first = await result(visitor, "tools/call", call, capabilities);
      assert.equal(first.resultType, "input_required");
      assert.ok(!("taskId" in first));
      const [key] = Object.keys(first.inputRequests);
      const answered = { ...call, inputResponses: { [key]: accept({ name: "Ada" }) }, requestState: first.requestState };
      return result(visitor, "tools/call", answered, capabilities);
    };
    const task = await rounds();
    assert.equal(task.resultType, "task");
    assert.ok(!("requestState" in task || "inputRequests" in task));
    assert.equal((await until(visitor, task, "completed")).result.content[0].text, "prepared for Ada");
    assert.deepEqual((await runs(visitor)).slice(1), [workDone + 1, finished + 1]);
    const plain = await rounds({ elicitation: {} });
    assert.equal(plain.resultType, "complete");
    assert.equal(plain.content[0].text, "prepared for Ada");
  });

  test("a person who declines ends the question, not the task", async () => {
    const task = await create(visitor, "interview");
    await until(visitor, task, "input_required");
    await update(visitor, task, { first: { action: "decline" } });
    const done = await until(visitor, task, "completed");
    assert.equal(done.result.isError, true);
  });

  test("a task is its owner's alone, and no id is another's way to it", async () => {
    const task = await create(visitor, "interview");
    await until(visitor, task, "input_required");
    await isUnknown(employee, task.taskId);
    await isUnknown(visitor, "made-up");
    await isUnknown(visitor, `${task.taskId.slice(0, -1)}${task.taskId.endsWith("A") ? "B" : "A"}`);
    await isUnknown(visitor, "x".repeat(1000));
    assert.equal((await get(visitor, task)).status, "input_required", "nothing of it reached the task");
    await cancel(visitor, task);
  });

  test("whom the policy does not let call a tool has no task of it either", async () => {
    const { error } = await request(visitor, "tools/call", { name: "guarded", arguments: {} });
    assert.equal(error.code, -32602);
    const task = await create(employee, "guarded");
    assert.equal((await get(employee, task)).status, "working");
    await cancel(employee, task);
  });

  test("arguments and results of megabytes pass through a task", async () => {
    const text = "ä€𝄞".repeat(250_000);
    const done = await until(visitor, await create(visitor, "echo", { text }), "completed");
    assert.ok(done.result.content[0].text === text, "the text is the same");
  });

  test("one person has a hundred tasks under way and no more, another person theirs", { timeout: 120_000 }, async () => {
    const begin = () => request(employee, "tools/call", { name: "guarded", arguments: {} });
    const tasks = [];
    for (let i = 0; i < 100; i += 1) tasks.push((await begin()).result);
    const { error } = await begin();
    assert.match(error.message, /Too many tasks/);
    await cancel(visitor, await create(visitor, "tidy"));
    for (const task of tasks) await cancel(employee, task);
    let next;
    for (const end = Date.now() + 10_000; !next?.result; await sleep(100)) {
      assert.ok(Date.now() < end, `those that are over count no more: ${JSON.stringify(next)}`);
      next = await begin();
    }
    await cancel(employee, next.result);
  });

  const kill = async () => {
    for (const pid of stage.worker.pids) process.kill(pid, "SIGKILL");
    await stage.restart({});
  };

  test("a task survives the runtime being killed: its tool runs again, what ran once does not", { timeout: 60_000 }, async () => {
    const [started, workDone, finished] = await runs(visitor);
    const task = await create(visitor, "work", { milliseconds: 3_000, label: "survivor" });
    await until(visitor, task, ({ statusMessage }) => statusMessage);
    await sleep(500);
    await kill();
    const done = await until(visitor, task, "completed");
    assert.equal(done.result.content[0].text, "survivor done");
    assert.deepEqual(await runs(visitor), [started + 2, workDone + 1, finished + 1]);
    assert.equal(done.createdAt, task.createdAt);
  });

  test("a task that nobody asks for goes on after a restart, by its alarm", { timeout: 90_000 }, async () => {
    const [, , finished] = await runs(visitor);
    await create(visitor, "work", { milliseconds: 2_000, label: "alone" });
    await sleep(500);
    await kill();
    for (const end = Date.now() + 60_000; (await runs(visitor))[2] !== finished + 1; await sleep(500)) {
      assert.ok(Date.now() < end, "it came to its end");
    }
  });

  test("questions and answers survive the runtime being killed", { timeout: 60_000 }, async () => {
    const [, workDone] = await runs(visitor);
    const task = await create(visitor, "interview");
    await until(visitor, task, "input_required");
    await kill();
    assert.deepEqual(Object.keys((await get(visitor, task)).inputRequests), ["first"]);
    await update(visitor, task, { first: accept({ name: "Grace" }) });
    await kill();
    await until(visitor, task, ({ inputRequests }) => inputRequests?.last);
    await kill();
    await update(visitor, task, { last: accept({ name: "Hopper" }) });
    const done = await until(visitor, task, "completed");
    assert.equal(done.result.content[0].text, "Grace Hopper");
    assert.equal((await runs(visitor))[1], workDone + 1, "what ran once ran once");
  });

  /** Opens a subscription to tasks. */
  const hear = (who, taskIds) => listen(`${stage.origin}/mcp`, {
    method: "POST",
    headers: { authorization: `Bearer ${who}`, "content-type": "application/json", accept: "application/json, text/event-stream", "mcp-protocol-version": mcp.MODERN, "mcp-method": "subscriptions/listen" },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: "hear",
      method: "subscriptions/listen",
      params: { notifications: { taskIds }, _meta: { "io.modelcontextprotocol/protocolVersion": mcp.MODERN, "io.modelcontextprotocol/clientCapabilities": { extensions: { [EXTENSION]: {} } } } },
    }),
  });

  test("a run that only waits for an answer ends, and the answer begins another one", { timeout: 60_000 }, async () => {
    const run = (task) => Object.values(contents(persist).rows).flat().find(([table, , id]) => table === "toolgate_task" && id === task.taskId)[9];
    const [left, quick] = [await create(visitor, "interview"), await create(visitor, "interview")];
    for (const task of [left, quick]) await until(visitor, task, "input_required");
    await update(visitor, quick, { first: accept({ name: "Ada" }) });
    await until(visitor, quick, ({ inputRequests }) => inputRequests?.last);
    assert.equal(run(quick), "1", "whoever answers soon meets the same run");
    await sleep(12_000);
    assert.equal((await get(visitor, left)).status, "input_required");
    await update(visitor, left, { first: accept({ name: "Ada" }) });
    await until(visitor, left, ({ inputRequests }) => inputRequests?.last);
    assert.equal(run(left), "2");
    const { pollIntervalMs } = await get(visitor, left);
    assert.equal(pollIntervalMs, 5000, "older than ten seconds");
    await update(visitor, left, { last: accept({ name: "Lovelace" }) });
    assert.equal((await until(visitor, left, "completed")).result.content[0].text, "Ada Lovelace");
    isAcknowledged(await cancel(visitor, quick));
  });

  test("clients that listen hear how a task stands, and others' clients do not", async () => {
    const task = await create(visitor, "interview");
    await until(visitor, task, "input_required");
    const [mine, theirs] = await Promise.all([hear(visitor, [task.taskId]), hear(employee, [task.taskId])]);
    for (const stream of [mine, theirs]) assert.equal((await nextMessage(stream)).method, "notifications/subscriptions/acknowledged");
    await update(visitor, task, { first: accept({ name: "Grace" }) });
    await until(visitor, task, ({ inputRequests }) => inputRequests?.last);
    await update(visitor, task, { last: accept({ name: "Hopper" }) });
    const heard = [];
    do {
      const { method, params } = await nextMessage(mine);
      assert.equal(method, "notifications/tasks");
      assert.deepEqual([params.taskId, params._meta["io.modelcontextprotocol/subscriptionId"]], [task.taskId, "hear"]);
      heard.push(params);
    } while (heard.at(-1).status !== "completed");
    assert.equal(heard.at(-1).result.content[0].text, "Grace Hopper");
    await assert.rejects(nextMessage({ next: () => theirs.next(500) }), /no event within/);
    mine.close();
    theirs.close();
  });

  test("a question that the tool no longer waits for is no longer asked", async () => {
    const task = await create(visitor, "impatient");
    const asking = await until(visitor, task, "input_required");
    assert.deepEqual(Object.keys(asking.inputRequests), ["patience"]);
    const working = await until(visitor, task, "working");
    assert.ok(!("inputRequests" in working));
    assert.equal((await until(visitor, task, "completed")).result.content[0].text, "went on without");
  });

  test("nothing at rest tells who has a task, what it was called with, asks or came to", async () => {
    const task = await create(visitor, "interview");
    await until(visitor, task, "input_required");
    const text = "kept from whoever reads the storage";
    const done = await until(visitor, await create(visitor, "echo", { text }), "completed");
    assert.equal(done.result.content[0].text, text);
    const broken = await until(visitor, await create(visitor, "break_down"), "failed");
    assert.equal(broken.statusMessage, "the printer is on fire");
    const rows = JSON.stringify(contents(persist).rows);
    for (const { taskId } of [task, done, broken]) assert.ok(rows.includes(taskId), "the task is there");
    for (const kept of [VISITOR, "First name?", text, "printer is on fire"]) assert.ok(!rows.includes(kept), kept);
    await cancel(visitor, task);
  });

  test("after a day a task is gone, and nothing is left of it", { skip: cannotMoveClock(), timeout: 60_000 }, async () => {
    const waiting = await create(visitor, "interview");
    await until(visitor, waiting, "input_required");
    const done = await until(visitor, await create(visitor, "work", { milliseconds: 0, label: "quick" }), "completed");
    await later(DAY_MS / 1000 - 600);
    assert.equal((await get(visitor, done)).result.content[0].text, "quick done", "not before");
    await later(DAY_MS / 1000 + 60);
    await isUnknown(visitor, done.taskId);
    await isUnknown(visitor, waiting.taskId);
    const left = () => Object.values(contents(persist).rows).flat().filter(([table]) => /^toolgate_tasks?(_part)?$/.test(table));
    for (const end = Date.now() + 20_000; left().length > 0; await sleep(500)) {
      assert.ok(Date.now() < end, `still there: ${JSON.stringify(left()).slice(0, 1000)}`);
    }
    await stage.restart({});
  });
});
