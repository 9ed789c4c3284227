// examples/helpdesk as its people, its monitoring and its timers see it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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
import { letUse, startOidcParty } from "./lib/oidc-party.mjs";
import { openStage } from "./lib/stage.mjs";

const HELPDESK = dirname(buildOf("helpdesk"));
const SECRET = "of the monitoring";
const MAIL = "https://mail.example.com/messages";
const TASKS = "io.modelcontextprotocol/tasks";
const FOUR_DAYS_S = 4 * 24 * 60 * 60;
const PATIENCE_MS = 20_000;

const TRACKER = "https://tracker.example.com";
const ISSUES = `${TRACKER}/api/issues`;
const TRACKER_SECRET = "canary-secret-of-the-tracker";

const AGENT = "agent@mycompany.com";
ACCOUNTS[AGENT] = { sub: "agent-of-the-help-desk", name: "Ada Agent", groups: ["helpdesk"] };

/** The address of one more agent, who has connected nothing. */
function newAgent() {
  const email = newcomer();
  ACCOUNTS[email].groups = ["helpdesk"];
  return email;
}

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
  const persist = mkdtempSync(join(tmpdir(), "toolgate-helpdesk-"));
  /** All that was answered to clients and browsers about accounts at the tracker. */
  const answers = [];
  let stage, database, agent, visitor, tracker;
  before(async () => {
    const helper = await helperWorker({ d1Databases: { DB: "DB" } });
    database = (sql, ...values) => helper.query("DB", sql, ...values);
    stage = await openStage({
      build: buildOf("helpdesk"),
      persist,
      vars: { MONITORING_SECRET: SECRET, MAIL_KEY: "of the mail service", TRACKER_CLIENT_SECRET: TRACKER_SECRET },
      worker: { ...DEBUG_BUILD, outboundService: internet.service, queueConsumers: consumers() },
      workers: [helper.worker],
    });
    for (const statement of statements()) await database(statement);
    tracker = await startOidcParty(internet, {
      issuer: TRACKER,
      scopes: ["issues:write"],
      client: { client_id: "helpdesk", client_secret: TRACKER_SECRET, redirect_uris: [`${stage.origin}/connections/return/tracker`] },
    });
    internet.answer(MAIL, async (request) => {
      mails.push({ key: request.headers.get("idempotency-key"), ...(await request.json()) });
      return new Response(null, { status: 202 });
    });
    agent = await person(AGENT);
    visitor = await person(VISITOR);
  });
  after(async () => {
    await stage?.close();
    await tracker?.stop();
    rmSync(persist, { recursive: true, force: true });
  });

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

  describe("opens an issue at the tracker", () => {
    let opened = 0;
    before(() => internet.answer(ISSUES, async (request) => {
      const account = await tracker.account(request);
      if (!account) return tracker.unauthorized();
      opened += 1;
      return Response.json({ url: `${ISSUES}/${opened}?by=${account}` });
    }));

    /** An agent with a client and a browser, who has connected no account. */
    async function newcomerAgent(email = newAgent()) {
      const browser = stage.browser();
      browser.hosts.set(TRACKER, tracker.base);
      return { email, browser, token: (await signIn(stage, { browser, email })).access_token };
    }
    /** What the agent's client is answered for a ticket of their own that has no issue yet. */
    async function link(who, more = {}) {
      who.ticket ??= (await open(who.token, "The login page is blank")).id;
      const params = { name: "link_issue", arguments: { number: who.ticket }, ...more };
      const answer = await result(who.token, "tools/call", params, { elicitation: { url: {} } });
      answers.push(JSON.stringify(answer));
      return answer.result;
    }
    async function links(who, account) {
      who.ticket = undefined;
      const { content, isError } = await link(who);
      assert.ok(!isError, JSON.stringify(content));
      assert.match(content[0].text, new RegExp(`\\?by=${account}$`));
    }
    /** Goes the whole way from a page of this server that leads on to the tracker. */
    async function through(who, url, account, options) {
      const page = await logIn(who.browser, await who.browser.visit(url), who.email);
      const there = await who.browser.submit(page, { button: { name: "decision", value: "approve" } });
      const back = await letUse(who.browser, there, account, options);
      answers.push(page.text, back.text);
      return back;
    }
    async function connect(who, account) {
      const asks = await link(who);
      const [[key, { params }]] = Object.entries(asks.inputRequests);
      const back = await through(who, params.url, account);
      assert.match(back.words, /Tracker is connected/, `${back.url}: ${back.words}`);
      return { requestState: asks.requestState, inputResponses: { [key]: { action: "accept" } } };
    }
    const accounts = async (who) => logIn(who.browser, await who.browser.visit(`${stage.origin}/connections`), who.email);

    test("with the account that the agent connects there, once for each ticket", async () => {
      const who = await newcomerAgent();
      const [logins, consents] = [tracker.logins, tracker.consents];
      const retry = await connect(who, "ada-at-the-tracker");
      assert.deepEqual([tracker.logins - logins, tracker.consents - consents], [1, 1]);
      const { code_verifier: verifier, redirect_uri: back } = tracker.forms("token").at(-1);
      assert.equal(verifier.length, 43);
      assert.equal(back, `${stage.origin}/connections/return/tracker`);
      const { content } = await link(who, retry);
      assert.match(content[0].text, /\?by=ada-at-the-tracker$/);
      assert.equal((await row(who.ticket)).issue, content[0].text);
      const before = opened;
      assert.deepEqual((await link(who)).content, content);
      assert.equal(opened, before);
    });

    test("and with none where the person denies it there", async () => {
      const who = await newcomerAgent();
      const [{ params }] = Object.values((await link(who)).inputRequests);
      const back = await through(who, params.url, "eve-at-the-tracker", { decision: "deny" });
      assert.match(back.words, /Tracker was not allowed to/);
      assert.ok((await link(who)).inputRequests);
    });

    test("with tokens that are renewed, of which each refresh token is used once", async () => {
      tracker.accessTokenTtl = 1;
      const who = await newcomerAgent();
      await connect(who, "roy-at-the-tracker");
      const since = tracker.asked.length;
      for (const _ of [1, 2]) {
        await sleep(1100);
        await links(who, "roy-at-the-tracker");
      }
      tracker.accessTokenTtl = 3600;
      const renewed = tracker.forms("token", since).map(({ status, refresh_token }) => [status, refresh_token]);
      assert.deepEqual(renewed.map(([status]) => status), [200, 200]);
      assert.notEqual(renewed[0][1], renewed[1][1]);
    });

    test("until the agent disconnects it on the page of their connections, which withdraws it there", async () => {
      const who = await newcomerAgent();
      await connect(who, "lea-at-the-tracker");
      const refreshToken = tracker.tokens.at(-1);
      await links(who, "lea-at-the-tracker");
      const page = await accounts(who);
      assert.match(page.words, /Connected accounts .*Tracker Connected/);
      const since = tracker.asked.length;
      const csrf = page.hidden("csrf");
      const cookie = who.browser.jar.header(`${stage.origin}/connections`);
      const done = await send(`${stage.origin}/connections/end`, {
        method: "POST", headers: { cookie, origin: stage.origin }, body: new URLSearchParams({ csrf, connection: "tracker" }),
      });
      assert.equal(done.status, 303);
      for (const end = Date.now() + PATIENCE_MS; tracker.forms("revocation", since).length === 0; await sleep(50)) {
        assert.ok(Date.now() < end, "nothing is withdrawn");
      }
      const [{ status, token }] = tracker.forms("revocation", since);
      assert.deepEqual([status, token], [200, refreshToken]);
      who.ticket = undefined;
      assert.ok((await link(who)).inputRequests, "the agent is asked again");
      assert.doesNotMatch((await accounts(who)).words, /Tracker Connected/);
    });

    test("with the account of a second connection, though the tracker ends all that a person allowed with one token", async () => {
      const who = await newcomerAgent();
      const [{ params }] = Object.values((await link(who)).inputRequests);
      await through(who, params.url, "max-at-the-tracker");
      const since = tracker.asked.length;
      await through(who, params.url, "max-at-the-tracker");
      await sleep(500);
      await links(who, "max-at-the-tracker");
      assert.deepEqual(tracker.forms("revocation", since), []);
    });

    test("and shows no token of it to anybody", () => {
      const stored = readdirSync(persist, { recursive: true, withFileTypes: true })
        .filter((file) => file.isFile())
        .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
      assert.ok(stored.some((text) => text.includes("toolgate_accounts")), "the rows were looked at");
      const events = stage.worker.log.filter((line) => line.includes('"event":"account_connected"'));
      assert.ok(events.length >= 4 && answers.length > 15 && tracker.tokens.length >= 10, "there is something to find");
      for (const text of [...answers, ...stage.worker.log, ...stored]) {
        for (const secret of [...tracker.tokens, TRACKER_SECRET]) assert.ok(!text.includes(secret), `a secret was found: ${text.slice(0, 200)}`);
      }
    });
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
