// At each refresh the identity provider is asked whether the person still has access: once, however
// many ask at the same moment and whatever becomes of their connections.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { told, watch } from "./lib/audit.mjs";
import { cannotMoveClock } from "./lib/clock.mjs";
import { oauthError } from "./lib/expect.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { ACCOUNTS, EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { refresh, signIn, tokenRequest } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const MANY = 50;
const DAY = 24 * 3600;

describe("a provider that gives each refresh token once", { skip: lacksBuild("oidc") }, () => {
  let stage, idp;
  const persist = mkdtempSync(join(tmpdir(), "toolgate-recheck-"));
  before(async () => {
    stage = await openStage({ build: buildOf("oidc"), worker: DEBUG_BUILD, persist });
    ({ idp } = stage);
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  const visitor = { ...ACCOUNTS[VISITOR] };
  beforeEach(() => {
    Object.assign(idp, { down: false, rotates: true, before: undefined });
    ACCOUNTS[VISITOR] = { ...visitor };
  });

  const questions = () => idp.requests.filter(({ path }) => path === "/token").length;

  async function again(session, token) {
    const answer = await refresh(stage, session.client, token);
    assert.equal(answer.status, 200, answer.text);
    return answer.json().refresh_token;
  }

  /** A refresh whose connection can be cut; `answer` is the status, or undefined where it was cut. */
  function cuttable(session, token) {
    const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: token, client_id: session.client.client_id }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) };
    const request = httpRequest(`${stage.origin.replace("localhost", "127.0.0.1")}/token`, { method: "POST", agent: false, headers: { ...headers, host: new URL(stage.origin).host } });
    const answer = new Promise((resolve) => {
      request.on("response", (response) => response.resume().on("end", () => resolve(response.statusCode)));
      request.on("error", () => resolve(undefined));
    });
    request.end(body);
    return { answer, sent: once(request, "finish"), cut: () => request.destroy() };
  }

  test("is asked one question by fifty refreshes at once, and nobody is signed out", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    idp.before = () => sleep(200);
    const asked = questions();
    const tokens = await Promise.all(Array.from({ length: MANY }, () => again(session, session.refresh_token)));
    assert.equal(new Set(tokens).size, 1);
    assert.equal(questions(), asked + 1);
    await again(session, tokens[0]);
    assert.equal(questions(), asked + 2);
  });

  for (const [when, moment] of [
    ["once they are sent", (all) => Promise.all(all.map(({ sent }) => sent))],
    ["while the provider is asked", (_, arrived) => arrived],
    ["as the provider answers", async (_, arrived) => { await arrived; await sleep(300); }],
    ["after the first answer", (all) => Promise.race(all.map(({ answer }) => answer))],
  ]) {
    test(`is asked one question by fifty refreshes that are cut ${when}`, async () => {
      const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
      const asked = questions();
      let arrive;
      const arrived = new Promise((resolve) => { arrive = resolve; });
      idp.before = async (path) => { if (path === "/token") { arrive(); await sleep(300); } };
      const all = Array.from({ length: MANY }, () => cuttable(session, session.refresh_token));
      await moment(all, arrived);
      for (const { cut } of all) cut();
      // What was begun goes on; an honest client tries again.
      await sleep(700);
      const successor = await again(session, session.refresh_token);
      assert.equal(questions(), asked + 1);
      // On a busy machine some of the fifty arrive only now; after the next refresh they would be reuse.
      await sleep(1500);
      await again(session, successor);
    });
  }

  test("is asked about whoever cuts every refresh and sends it again", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    ACCOUNTS[VISITOR].groups = ["design"];
    let arrive;
    const arrived = new Promise((resolve) => { arrive = resolve; });
    idp.before = async (path) => { if (path === "/token") { arrive(); await sleep(100); } };
    const first = cuttable(session, session.refresh_token);
    await arrived;
    first.cut();
    const retry = await refresh(stage, session.client, session.refresh_token);
    assert.equal(retry.status, 200, retry.text);
    assert.ok((await mcp.toolNames(stage.origin, retry.json().access_token)).includes("generateImage"), "the groups as they are now");
  });

  test("that confirms nobody in an outage is asked again by a retry", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    idp.down = true;
    const { result, events } = await watch(stage, 1, () => again(session, session.refresh_token));
    assert.deepEqual(told(events), ["refresh_unconfirmed upstream_unavailable"]);
    idp.down = false;
    delete ACCOUNTS[VISITOR];
    oauthError(await refresh(stage, session.client, session.refresh_token), 400, "invalid_grant");
    oauthError(await refresh(stage, session.client, result), 400, "invalid_grant");
  });

  for (const [what, answer, reason] of [
    ["limits the person's requests by status 403", { status: 403, headers: { "x-ratelimit-remaining": "0" } }, "upstream_rate_limited"],
    ["limits the person's requests by status 429", { status: 429, headers: { "retry-after": "60" } }, "upstream_rate_limited"],
    ["refuses this server's own secret", { status: 401, body: { error: "invalid_client" } }, "upstream_credentials"],
    ["has disabled this server's application", { status: 400, body: { error: "unauthorized_client" } }, "upstream_credentials"],
    ["sends something else", { status: 200, body: { hello: "world" } }, "upstream_unreadable"],
  ]) {
    test(`that ${what} confirms nobody, which the log tells`, async () => {
      const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
      idp.before = (path) => (path === "/token" ? answer : undefined);
      const { events } = await watch(stage, 1, () => again(session, session.refresh_token));
      assert.deepEqual(told(events), [`refresh_unconfirmed ${reason}`]);
      if (reason === "upstream_credentials") {
        assert.ok(stage.worker.log.some((line) => /refuses this server's own client id or secret/.test(line)));
      }
    });
  }

  test("and does not answer for a day ends the grant", { skip: cannotMoveClock() }, async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    idp.down = true;
    await stage.restart({ secondsAhead: DAY - 600 });
    const late = await refresh(stage, session.client, session.refresh_token);
    assert.equal(late.status, 200, late.text);
    assert.ok(late.json().expires_in <= 600, "and no longer than the day");
    await stage.restart({ secondsAhead: DAY + 60 });
    oauthError(await refresh(stage, session.client, late.json().refresh_token), 400, "invalid_grant");
    await stage.restart();
  });

  test("a refresh token that is used in two networks, refresh for refresh, ends the grant", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const at = (address, token) => tokenRequest(stage.origin, {
      grant_type: "refresh_token", refresh_token: token, client_id: session.client.client_id,
    }, { "cf-connecting-ip": address });
    let token = session.refresh_token;
    for (let row = 1; row < 5; row += 1) {
      const own = await at("198.51.100.7", token);
      const { result: stolen, events } = await watch(stage, 1, () => at("203.0.113.9", token));
      assert.equal(stolen.status, 200, stolen.text);
      assert.deepEqual(told(events), ["refresh_retried refresh_repeated_elsewhere"]);
      assert.equal(events[0].detail, `generations=${row} network=other country=same`);
      token = own.json().refresh_token;
    }
    const own = await at("198.51.100.7", token);
    oauthError(await at("203.0.113.9", token), 400, "invalid_grant");
    oauthError(await at("198.51.100.7", own.json().refresh_token), 400, "invalid_grant");
  });
});
