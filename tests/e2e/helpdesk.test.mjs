// examples/helpdesk as its people, its monitoring and its timers see it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Response } from "miniflare";
import { queueConsumers } from "./lib/bindings.mjs";
import { helperWorker } from "./lib/helper-worker.mjs";
import { send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { ACCOUNTS, VISITOR, logIn, newcomer } from "./lib/idp.mjs";
import { Internet } from "./lib/internet.mjs";
import { parseJsonc } from "./lib/jsonc.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";
import { ThirdParty } from "./lib/third-party.mjs";

const HELPDESK = dirname(buildOf("helpdesk"));
const SECRET = "of the monitoring";
const ISSUES = "https://tracker.example.com/api/issues";
const MAIL = "https://mail.example.com/messages";
const TASKS = "io.modelcontextprotocol/tasks";
const FOUR_DAYS_S = 4 * 24 * 60 * 60;
const PATIENCE_MS = 20_000;

const AGENT = "agent@mycompany.com";
ACCOUNTS[AGENT] = { sub: "agent-of-the-help-desk", name: "Ada Agent", groups: ["helpdesk"] };

const read = (path) => readFileSync(join(HELPDESK, path), "utf8");

/** The statements of all migrations. */
function statements() {
  const files = readdirSync(join(HELPDESK, "migrations")).sort();
  return files.flatMap((file) => read(`migrations/${file}`).split(/;\s*\n/)).filter((text) => text.trim());
}

/** The consumers of wrangler.jsonc, which wait for nothing. */
function consumers() {
  const declared = Object.entries(queueConsumers(parseJsonc(read("wrangler.jsonc"))));
  return Object.fromEntries(declared.map(([name, one]) => [name, { ...one, maxBatchTimeout: 0, retryDelay: 0 }]));
}

describe("the help desk", { skip: lacksBuild("helpdesk") }, () => {
  const internet = new Internet();
  /** What the mail service was asked to send. */
  const mails = [];
  const tracker = new ThirdParty(internet, { host: "tracker.example.com", api: ISSUES, clientId: "helpdesk", clientSecret: "of the tracker" });
  let stage, database, agent, visitor;
  before(async () => {
    const helper = await helperWorker({ d1Databases: { DB: "DB" } });
    database = (sql, ...values) => helper.query("DB", sql, ...values);
    stage = await openStage({
      build: buildOf("helpdesk"),
      vars: { MONITORING_SECRET: SECRET, MAIL_KEY: "of the mail service", TRACKER_CLIENT_SECRET: "of the tracker" },
      worker: { ...DEBUG_BUILD, outboundService: internet.service, queueConsumers: consumers() },
      workers: [helper.worker],
    });
    for (const statement of statements()) await database(statement);
    internet.answer(MAIL, async (request) => {
      mails.push({ key: request.headers.get("idempotency-key"), ...(await request.json()) });
      return new Response(null, { status: 202 });
    });
    agent = await person(AGENT);
    visitor = await person(VISITOR);
  });
  after(() => stage?.close());

  const person = async (email) => (await signIn(stage, { browser: stage.browser(), email })).access_token;

  async function result(who, method, params, capabilities = {}) {
    const headers = params.taskId === undefined ? {} : { "mcp-name": params.taskId };
    const meta = { "io.modelcontextprotocol/clientCapabilities": capabilities };
    return mcp.message(await mcp.modern(stage.origin, who, method, params, { headers, meta }));
  }

  /** The value that a tool answers, or `{ refused }` with the words in which it does not. */
  async function call(who, name, args = {}) {
    const { result: answer, error } = await result(who, "tools/call", { name, arguments: args });
    if (error || answer.isError) return { refused: error?.message ?? answer.content[0].text };
    return answer.structuredContent ?? answer.content[0].text;
  }

  const open = (who, title, priority = "normal") => call(who, "open_ticket", { title, details: "It smells of smoke.", priority });
  const row = async (id) => (await database("SELECT * FROM tickets WHERE id = ?", id))[0];

  async function mailAbout(subject) {
    const about = () => mails.filter((mail) => mail.subject === subject);
    for (const end = Date.now() + PATIENCE_MS; about().length === 0; await sleep(50)) {
      assert.ok(Date.now() < end, `no mail about ${subject}: ${stage.worker.log.slice(-10).join("\n")}`);
    }
    return about();
  }

  function alert(alert, { secret = SECRET, time = Math.floor(Date.now() / 1000) } = {}) {
    const body = JSON.stringify(alert);
    const signature = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
    const headers = { "content-type": "application/json", "x-timestamp": `${time}`, "x-signature": signature };
    return send(`${stage.origin}/hooks/alerts`, { method: "POST", headers, body });
  }

  test("shows agents the tools of agents, and others their own", async () => {
    assert.deepEqual(await mcp.toolNames(stage.origin, visitor), ["my_tickets", "open_ticket"]);
    const all = ["close_ticket", "export_tickets", "find_reporter", "link_issue", "my_tickets", "open_ticket", "open_tickets"];
    assert.deepEqual(await mcp.toolNames(stage.origin, agent), all);
    const { refused } = await call(visitor, "close_ticket", { number: 1, resolution: "Done" });
    assert.match(refused, /Unknown tool/i);
  });

  test("keeps a ticket in D1, with the person who opened it", async () => {
    const ticket = await open(visitor, "The printer is on fire");
    const { opened_at, ...kept } = await row(ticket.id);
    assert.ok(Math.abs(opened_at - Date.now() / 1000) < 60, `${opened_at}`);
    assert.deepEqual(kept, {
      id: ticket.id, title: "The printer is on fire", details: "It smells of smoke.", priority: "normal",
      reporter: ACCOUNTS[VISITOR].sub, email: VISITOR, alert: null, closed_at: null, resolution: null, issue: null,
    });
    assert.deepEqual(await call(visitor, "my_tickets"), [ticket]);
    assert.deepEqual(await call(agent, "my_tickets"), []);
    assert.deepEqual(await call(agent, "open_tickets"), [ticket]);
  });

  test("lets agents alone say that a ticket is urgent", async () => {
    const { refused } = await open(visitor, "No coffee", "urgent");
    assert.match(refused, /^Only an agent opens an urgent ticket\./);
    assert.equal((await open(agent, "No coffee", "urgent")).priority, "urgent");
  });

  test("asks the directory in the name of the agent who calls", async () => {
    const { id } = await open(visitor, "My chair squeaks");
    const address = `https://directory.example.com/people/${ACCOUNTS[VISITOR].sub}`;
    internet.answer(address, async (request) => {
      const authorization = request.headers.get("authorization") ?? "";
      const asked = await fetch(`${stage.idp.issuer}/userinfo`, { headers: { authorization } });
      if (!asked.ok) return new Response(null, { status: 401 });
      return Response.json({ name: "Vic Visitor", office: `as ${(await asked.json()).name} sees it` });
    });
    const found = await call(agent, "find_reporter", { number: id });
    assert.deepEqual(found, { name: "Vic Visitor", office: "as Ada Agent sees it" });
    internet.publish(address, "", { status: 403 });
    assert.deepEqual(await call(agent, "find_reporter", { number: id }), { refused: "the directory does not show this person to you" });
  });

  test("opens an issue with the account that the agent connects, and one for each ticket", async () => {
    const { id } = await open(visitor, "The login page is blank");
    const browser = stage.browser();
    const { access_token } = await signIn(stage, { browser, email: AGENT });
    internet.answer(ISSUES, async (request) => {
      const account = await tracker.answer(request);
      if (account.status !== 200) return account;
      return Response.json({ url: `${ISSUES}/1?by=${await account.text()}&title=${(await request.json()).title}` });
    });
    const params = { name: "link_issue", arguments: { number: id } };
    const { result: asks } = await result(access_token, "tools/call", params, { elicitation: { url: {} } });
    const [{ params: question }] = Object.values(asks.inputRequests);
    const page = await logIn(browser, await browser.visit(question.url), AGENT);
    const there = await browser.submit(page, { button: { name: "decision", value: "approve" }, until: tracker.isAsked });
    await browser.follow(there, tracker.allow(there.url, "ada-at-the-tracker"));
    const url = `${ISSUES}/1?by=ada-at-the-tracker&title=The login page is blank`;
    for (const _ of [1, 2]) assert.equal(await call(access_token, "link_issue", { number: id }), url);
    assert.equal(internet.count(ISSUES), 1);
    assert.equal((await row(id)).issue, url);
  });

  test("tells the person whose ticket is closed, again with the same id where the mail service failed", async () => {
    const { id } = await open(visitor, "The lift is stuck");
    const take = internet.page(MAIL);
    const keys = [];
    internet.answer(MAIL, (request) => {
      keys.push(request.headers.get("idempotency-key"));
      assert.equal(request.headers.get("authorization"), "Bearer of the mail service");
      internet.answer(MAIL, take);
      return new Response(null, { status: 503 });
    });
    assert.equal(await call(agent, "close_ticket", { number: id, resolution: "Pushed" }), `ticket ${id} is closed`);
    const subject = `Ticket ${id} is closed: The lift is stuck`;
    assert.deepEqual(await mailAbout(subject), [{ key: keys[0], to: VISITOR, subject, text: "Pushed" }]);
    assert.equal((await row(id)).resolution, "Pushed");
    assert.match((await call(agent, "close_ticket", { number: id, resolution: "Again" })).refused, /there is no open ticket/);
  });

  test("opens one urgent ticket for an alert that is signed, and none for one that is not", async () => {
    const down = { id: "a1", summary: "The mail is down", details: "No answer" };
    const time = Math.floor(Date.now() / 1000) - 3600;
    for (const forged of [await alert(down, { secret: "a guess" }), await alert(down, { time })]) assert.equal(forged.status, 401);
    const opened = () => database("SELECT title, priority, reporter FROM tickets WHERE alert = ?", down.id);
    assert.deepEqual(await opened(), []);
    for (const taken of [await alert(down), await alert(down)]) assert.equal(taken.status, 204);
    assert.deepEqual(await opened(), [{ title: "The mail is down", priority: "urgent", reporter: null }]);
  });

  test("makes a ticket urgent that was open for days, and tells the person", async () => {
    const [old, young] = [await open(visitor, "A window is broken"), await open(visitor, "A cup is broken")];
    await database("UPDATE tickets SET opened_at = opened_at - ? WHERE id = ?", FOUR_DAYS_S, old.id);
    const cron = await send(`${stage.origin}/cdn-cgi/local/scheduled?format=json&cron=${encodeURIComponent("0 6 * * MON-FRI")}`);
    assert.equal(cron.json().outcome, "ok");
    assert.deepEqual([(await row(old.id)).priority, (await row(young.id)).priority], ["urgent", "normal"]);
    const [mail] = await mailAbout(`Ticket ${old.id} is urgent now: A window is broken`);
    assert.equal(mail.to, VISITOR);
  });

  test("takes ten tickets an hour of a person", async () => {
    const who = await person(newcomer());
    for (let number = 1; number <= 10; number += 1) assert.ok((await open(who, `Complaint ${number}`)).id);
    assert.match((await open(who, "Complaint 11")).refused, /^quota_spent: the quota `opening`/);
    assert.equal((await call(who, "my_tickets")).length, 10);
  });

  test("exports every ticket as a task", async () => {
    const extensions = { extensions: { [TASKS]: {} } };
    const begun = await result(agent, "tools/call", { name: "export_tickets", arguments: {} }, extensions);
    const { taskId, resultType } = begun.result;
    assert.equal(resultType, "task");
    let task;
    for (const end = Date.now() + PATIENCE_MS; task?.status !== "completed"; await sleep(50)) {
      ({ result: task } = await result(agent, "tasks/get", { taskId }, extensions));
      assert.ok(Date.now() < end, JSON.stringify(task));
    }
    const [header, ...lines] = task.result.content[0].text.trimEnd().split("\n");
    assert.equal(header, "number,title,priority,email,resolution");
    const kept = await database("SELECT id, title, priority, email, resolution FROM tickets ORDER BY id");
    const quoted = (text) => `"${text ?? ""}"`;
    assert.deepEqual(lines, kept.map(({ id, title, priority, email, resolution }) => [id, ...[title, priority, email, resolution].map(quoted)].join(",")));
    assert.ok((await result(visitor, "tasks/get", { taskId }, extensions)).error);
  });
});
