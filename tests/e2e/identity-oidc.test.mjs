// `provider = "oidc"`: an issuer found by discovery, and asked again at each refresh.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { cannotMoveClock } from "./lib/clock.mjs";
import { challenge, clientError, oauthError } from "./lib/expect.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { ACCOUNTS, EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const ADD = ["add"];
const ALL = ["add", "generateImage"];

describe("an OpenID provider", { skip: lacksBuild("oidc") }, () => {
  let stage, origin, idp;
  const persist = mkdtempSync(join(tmpdir(), "toolgate-oidc-"));
  before(async () => {
    stage = await openStage({ build: buildOf("oidc"), worker: DEBUG_BUILD, persist });
    ({ origin, idp } = stage);
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  const visitor = { ...ACCOUNTS[VISITOR] };
  beforeEach(() => {
    Object.assign(idp, { down: false, refreshTokens: true, signsUserinfo: false });
    ACCOUNTS[VISITOR] = { ...visitor };
  });

  const asked = (path) => idp.requests.filter((request) => request.path === path).length;

  async function again(session, token = session.refresh_token) {
    const answer = await refresh(stage, session.client, token);
    assert.equal(answer.status, 200, answer.text);
    return answer.json();
  }

  test("signs people in at the endpoints of its discovery document, which is asked for once", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    assert.deepEqual(await mcp.toolNames(origin, first.access_token), ALL);
    await signIn(stage, { browser: stage.browser(), email: VISITOR });
    assert.equal(asked("/.well-known/openid-configuration"), 1);
  });

  test("its groups as they are now decide after a refresh", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    assert.deepEqual(await mcp.toolNames(origin, session.access_token), ADD);
    ACCOUNTS[VISITOR].groups = ["design"];
    const second = await again(session);
    assert.deepEqual(await mcp.toolNames(origin, second.access_token), ALL);
    ACCOUNTS[VISITOR].groups = [];
    const third = await again(session, second.refresh_token);
    assert.deepEqual(await mcp.toolNames(origin, third.access_token), ADD);
  });

  test("is not asked again for a retry of the same refresh", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const before = asked("/token");
    const first = await again(session);
    assert.equal(asked("/token"), before + 1);
    const retry = await again(session);
    assert.equal(asked("/token"), before + 1);
    assert.equal(retry.refresh_token, first.refresh_token);
  });

  for (const [what, end] of [
    ["an account that is gone", () => { delete ACCOUNTS[VISITOR]; }],
    ["a sign-in that was ended there", () => idp.endGrants()],
  ]) {
    test(`${what} ends the grant and its tokens`, async () => {
      const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
      const { refresh_token } = await again(session);
      await end();
      const refused = await refresh(stage, session.client, refresh_token);
      oauthError(refused, 400, "invalid_grant");
      assert.match(refused.text, /identity provider has ended/);
      // For good, even when the provider would say yes again.
      ACCOUNTS[VISITOR] = { ...visitor };
      oauthError(await refresh(stage, session.client, refresh_token), 400, "invalid_grant");
    });
  }

  test("without a refresh token it is asked by the access token, at userinfo", async () => {
    idp.refreshTokens = false;
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    ACCOUNTS[VISITOR].groups = ["design"];
    const second = await again(session);
    assert.ok(asked("/userinfo") > 0);
    assert.deepEqual(await mcp.toolNames(origin, second.access_token), ALL);
    delete ACCOUNTS[VISITOR];
    oauthError(await refresh(stage, session.client, second.refresh_token), 400, "invalid_grant");
  });

  test("what it signs at userinfo counts as what it says there", async () => {
    Object.assign(idp, { refreshTokens: false, signsUserinfo: true });
    const before = asked("/userinfo");
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    ACCOUNTS[VISITOR].groups = ["design"];
    const second = await again(session);
    assert.equal(asked("/userinfo"), before + 1);
    assert.deepEqual(await mcp.toolNames(origin, second.access_token), ALL);
  });

  test("an ended grant's access token dies with it", { skip: cannotMoveClock() }, async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const { access_token, refresh_token } = await again(session);
    await idp.endGrants();
    oauthError(await refresh(stage, session.client, refresh_token), 400, "invalid_grant");
    // Later than revocation_max_age, and long before the token would expire.
    await stage.restart({ secondsAhead: 60 });
    challenge(await mcp.legacy(origin, access_token, "tools/list"), { origin, error: "invalid_token" });
    await stage.restart();
  });

  test("a policy with a new group shuts out whoever signed in before it, until the provider is asked again", { skip: lacksBuild("../examples/access") }, async () => {
    ACCOUNTS[VISITOR].groups = ["design"];
    // As it was before: without `not = { groups = ["contractors"] }`, and signing in at the same provider.
    await stage.restart({ build: buildOf("../examples/access") });
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    assert.deepEqual(await mcp.toolNames(origin, session.access_token), ALL);
    await stage.restart();
    assert.deepEqual(await mcp.toolNames(origin, session.access_token), ADD, "nobody looked whether they are a contractor");
    const second = await again(session);
    assert.deepEqual(await mcp.toolNames(origin, second.access_token), ALL);
    ACCOUNTS[VISITOR].groups = ["design", "contractors"];
    const third = await again(session, second.refresh_token);
    assert.deepEqual(await mcp.toolNames(origin, third.access_token), ADD);
  });

  test("an outage of it costs nobody their tokens", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    idp.down = true;
    const second = await again(session);
    assert.deepEqual(await mcp.toolNames(origin, second.access_token), ALL);
    idp.down = false;
    await again(session, second.refresh_token);
  });

  test("one that cannot be found stops sign-ins, with an answer for the client, and nothing else", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    const client = await newClient(origin);
    idp.down = true;
    await stage.restart();
    assert.deepEqual(await mcp.toolNames(origin, session.access_token), ALL);
    const until = atClient(client);
    const consent = await stage.browser().visit(authorizeUrl(origin, client, pkce().challenge), { until });
    assert.equal(consent.status, 200);
    const browser = stage.browser();
    const page = await browser.submit(await browser.visit(consent.url, { until }), { button: APPROVE, until });
    clientError(page, { code: "temporarily_unavailable", state: "state-of-the-client", iss: origin });
  });

  test("without its settings the server says what is missing", async () => {
    await stage.restart({ vars: { OIDC_ISSUER: undefined } });
    const answer = await mcp.legacy(origin, "x", "tools/list");
    assert.equal(answer.status, 503);
    assert.match(answer.text, /wrangler -- secret put OIDC_ISSUER/);
  });
});
