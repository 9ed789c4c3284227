// Where grants are kept: the same promises on Durable Objects, D1 and Workers KV, and what is at rest.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, describe, test } from "node:test";
import { cannotMoveClock } from "./lib/clock.mjs";
import { counting, operations } from "./lib/counting.mjs";
import { challenge, errorPage, oauthError } from "./lib/expect.mjs";
import { connections, send } from "./lib/http.mjs";
import { ACCOUNTS, EMPLOYEE, VISITOR, logIn } from "./lib/idp.mjs";
import { lag, lagging } from "./lib/lagging.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, REDIRECT_URI, authorize, authorizeUrl, newClient, pkce, redeem, refresh, register, signIn } from "./lib/oauth.mjs";
import { bytes, contents, records, tables } from "./lib/persisted.mjs";
import { openStage } from "./lib/stage.mjs";
import { STORAGE } from "./lib/worker.mjs";

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const AT_ONCE = 50;
const FLOOD = 5_000;
// What one check asks; of D1 after making sure of its table, once in an isolate.
const CHECK = {
  "durable-object": ["TOOLGATE.getByName"],
  d1: [...Array(3).fill("OAUTH_DB.prepare"), "OAUTH_DB.batch", "OAUTH_DB.prepare"],
  kv: ["OAUTH_KV.get", "OAUTH_KV.get"],
};
const overlaps = STORAGE === "kv" ? "KV has no compare-and-set: uses that overlap may all succeed" : false;

const persist = mkdtempSync(join(tmpdir(), "toolgate-storage-"));
const stage = await openStage({ persist, worker: counting() });
after(async () => {
  await stage.close();
  rmSync(persist, { recursive: true, force: true });
});
const { origin } = stage;
const works = async (token) => (await mcp.legacy(origin, token, "tools/list")).status === 200;
const revoke = (client, token) => send(`${origin}/revoke`, { method: "POST", body: new URLSearchParams({ client_id: client.client_id, token }) });

async function freshCode(email = VISITOR) {
  const client = await newClient(origin);
  return { client, ...(await authorize(stage, { browser: stage.browser(), client, email })) };
}

async function until(what, condition, patienceMs = 15_000) {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(200)) if (await condition()) return;
  assert.fail(`not within ${patienceMs} ms: ${what}`);
}

describe(`on ${STORAGE}`, () => {
  test(`${AT_ONCE} parallel redemptions of one code give tokens exactly once, and end the grant`, { skip: overlaps }, async () => {
    const { client, ...result } = await freshCode();
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => redeem(stage, client, result)));
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 1, answers.map(({ status }) => status).join(" "));
    for (const answer of answers) if (answer.status !== 200) oauthError(answer, 400, "invalid_grant");
    oauthError(await refresh(stage, client, good[0].json().refresh_token), 400, "invalid_grant");
  });

  test(`${AT_ONCE} parallel refreshes give one successor, which works`, { skip: overlaps }, async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => refresh(stage, first.client, first.refresh_token)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], answers.find(({ status }) => status !== 200)?.text);
    assert.equal(new Set(answers.map((answer) => answer.json().refresh_token)).size, 1);
    assert.equal((await refresh(stage, first.client, answers[0].json().refresh_token)).status, 200);
  });

  test("a sign-in comes back once, also after a new start, and is forgotten when it has expired", { skip: cannotMoveClock() }, async () => {
    const client = await newClient(origin);
    const browser = stage.browser();
    const stop = (url) => url.startsWith(`${origin}/callback`);
    const consent = await browser.visit(authorizeUrl(origin, client, pkce().challenge));
    const { url } = await logIn(browser, await browser.submit(consent, { button: APPROVE, until: stop }), VISITOR, { until: stop });
    const visit = () => {
      const one = stage.browser();
      one.jar = browser.jar.copy();
      return one.visit(url, { until: (address) => address.startsWith(REDIRECT_URI) });
    };
    assert.ok((await visit()).query.get("code"));
    await stage.restart({});
    assert.match(errorPage(await visit()), /already used/);
    const used = () => tables(persist).filter((name) => name === "used").length;
    assert.ok(used() > 0, "kept");
    await stage.restart({ secondsAhead: 11 * MINUTE });
    await until("the alarms have deleted what is over", () => used() === 0);
    await stage.restart({});
  });

  test("a second redemption ends the grant", async () => {
    const { client, ...result } = await freshCode();
    const first = await redeem(stage, client, result);
    assert.equal(first.status, 200, first.text);
    oauthError(await redeem(stage, client, result), 400, "invalid_grant");
    oauthError(await refresh(stage, client, first.json().refresh_token), 400, "invalid_grant");
  });

  test("a revocation is seen at the next call, and by another isolate within revocation_max_age", { skip: cannotMoveClock() }, async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    assert.ok(await works(first.access_token));
    assert.equal((await revoke(first.client, first.refresh_token)).status, 200);
    challenge(await mcp.legacy(origin, first.access_token, "tools/list"), { origin, error: "invalid_token" });
    oauthError(await refresh(stage, first.client, first.refresh_token), 400, "invalid_grant");
    await stage.restart({ secondsAhead: MINUTE + 1 });
    challenge(await mcp.legacy(origin, first.access_token, "tools/list"), { origin, error: "invalid_token" });
    await stage.restart({});
  });

  test("a tools/call asks the storage nothing, and once in revocation_max_age whether its grant stands", { skip: cannotMoveClock() }, async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    assert.notDeepEqual(await operations(origin), [], "the counter counts");
    const call = async () => {
      const answer = await mcp.call(origin, first.access_token, "add", { a: 23, b: 19 });
      assert.equal(mcp.message(answer).result.content[0].text, "42");
    };
    for (let i = 0; i < 20; i += 1) await call();
    assert.deepEqual(await operations(origin), []);
    await stage.restart({ secondsAhead: 2 * MINUTE });
    for (let i = 0; i < 20; i += 1) await call();
    assert.deepEqual(await operations(origin), CHECK[STORAGE]);
    await call();
    assert.deepEqual(await operations(origin), []);
    await stage.restart({});
  });

  test("nothing at rest tells who a person is or what they hold", async () => {
    const emails = [EMPLOYEE, VISITOR, "zoë@mycompany.com"];
    const secrets = [REDIRECT_URI, "Toolgate end-to-end tests"];
    const clients = [];
    for (const email of emails) {
      const { sub, name } = ACCOUNTS[email];
      const { client, ...result } = await freshCode(email);
      const one = (await redeem(stage, client, result)).json();
      const two = (await refresh(stage, client, one.refresh_token)).json();
      secrets.push(email, sub, name, client.client_id, result.code);
      for (const tokens of [one, two]) secrets.push(tokens.access_token, tokens.refresh_token);
      clients.push(client);
    }
    const stored = records(persist);
    assert.ok(stored.length >= emails.length, "the grants are there");
    const raw = bytes(persist);
    assert.ok(stored.some(({ id }) => raw.includes(id)), "and are found in the raw bytes");
    for (const secret of secrets) {
      assert.ok(!raw.includes(secret), `${secret} is readable in the files`);
      assert.ok(!raw.includes(Buffer.from(secret, "utf16le")), `${secret} is readable in the files as UTF-16`);
    }
  });

  test("everything stored says until when, and no longer than it is good", async () => {
    await freshCode();
    const now = Date.now() / 1000;
    for (const { grant, expires } of records(persist)) {
      const good = grant.generation === 0 ? grant.code_expires : grant.expires;
      assert.ok(Math.abs(expires - good) <= MINUTE, JSON.stringify({ grant, expires }));
      assert.ok(expires <= now + 31 * DAY, `${expires}`);
    }
  });

  test("what has expired is deleted", { skip: cannotMoveClock() || (STORAGE === "kv" && "KV deletes by itself") }, async () => {
    const unused = await freshCode();
    const used = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    const purge = async () => {
      if (STORAGE !== "d1") return;
      const answer = await send(`${origin}/cdn-cgi/local/scheduled?format=json`);
      assert.equal(answer.json().outcome, "ok", answer.text);
    };
    await stage.restart({ secondsAhead: 11 * MINUTE });
    await purge();
    await until("codes that nobody redeemed are gone", () => records(persist).every(({ grant }) => grant.generation > 0));
    assert.ok(records(persist).length > 0, "grants in use are not");
    assert.equal((await refresh(stage, used.client, used.refresh_token)).status, 200);
    oauthError(await redeem(stage, unused.client, unused), 400, "invalid_grant");
    await stage.restart({ secondsAhead: 32 * DAY });
    await purge();
    await until("every grant is gone", () => records(persist).length === 0);
    await stage.restart({});
  });

  test(`a flood of ${FLOOD} registrations leaves no trace`, async (context) => {
    const before = contents(persist);
    await operations(origin);
    const started = Date.now();
    await flood(FLOOD);
    context.diagnostic(`${Math.round(FLOOD / ((Date.now() - started) / 1000))} registrations a second`);
    assert.deepEqual(await operations(origin), []);
    assert.deepEqual(contents(persist), before);
  });
});

describe("Workers KV that does not show a new record yet", { skip: STORAGE !== "kv" && "Workers KV only" }, () => {
  test("keeps a revocation until it does", async () => {
    const late = await openStage({ worker: lagging() });
    try {
      const first = await signIn(late, { browser: late.browser(), email: VISITOR });
      await lag(late.origin, true);
      const body = new URLSearchParams({ client_id: first.client.client_id, token: first.refresh_token });
      assert.equal((await send(`${late.origin}/revoke`, { method: "POST", body })).status, 200);
      await lag(late.origin, false);
      oauthError(await refresh(late, first.client, first.refresh_token), 400, "invalid_grant");
    } finally {
      await late.close();
    }
  });
});

async function flood(count) {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  connections.agent = agent;
  try {
    let left = count;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        const answer = await register(origin);
        assert.equal(answer.status, 201, answer.text);
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  } finally {
    connections.agent = false;
    agent.destroy();
  }
}
