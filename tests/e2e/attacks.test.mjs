// Attacks that were published for servers like this one, each played to its end: the attacker has
// everything that the advisory gives them, and must come away with nothing.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { challenge, clientError, errorPage, oauthError } from "./lib/expect.mjs";
import { EMPLOYEE, VISITOR, logIn } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, DENY, REDIRECT_URI, WEB_URI, atClient, authorize, authorizeUrl, newClient, pkce, redeem, refresh, signIn, tokenRequest } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";
import { STORAGE } from "./lib/worker.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
const LOGIN = "toolgate-login-";
let client;
before(async () => {
  client = await newClient(origin);
});
const until = (url) => atClient(client)(url);
const atProvider = (url) => url.startsWith(stage.idp.base);
const atCallback = (url) => url.startsWith(`${origin}/callback`);

/** Approves in `browser`, and answers the address at the provider that comes next. */
async function approvedUpTo(stop, { browser = stage.browser(), who = client, changes, email } = {}) {
  const consent = await browser.visit(authorizeUrl(origin, who, pkce().challenge, changes));
  const page = await browser.submit(consent, { button: APPROVE, until: stop });
  const end = email ? await logIn(browser, page, email, { until: stop }) : page;
  assert.ok(stop(end.url), end.url);
  return { browser, url: end.url };
}

describe("attack: state replay in another browser (GHSA-rww4-4w9c-7733)", () => {
  test("a sign-in that the attacker approved gives the attacker no code when the victim completes it", async () => {
    const attacker = await newClient(origin, { client_name: "harmless" });
    const { url } = await approvedUpTo(atProvider, { who: attacker });
    const victim = stage.browser();
    const login = await victim.visit(url);
    errorPage(await logIn(victim, login, EMPLOYEE, { until: atClient(attacker) }));
  });

  test("nor when the victim is signed in at the provider already, and needs no click", async () => {
    const victim = stage.browser();
    await signIn(stage, { browser: victim, email: EMPLOYEE });
    const attacker = await newClient(origin, { client_name: "harmless" });
    const { url } = await approvedUpTo(atProvider, { who: attacker });
    errorPage(await victim.visit(url, { until: atClient(attacker) }));
  });

  test("nor when the victim has a sign-in of their own under way, which stays whole", async () => {
    const { browser: victim, url: own } = await approvedUpTo(atCallback, { email: EMPLOYEE });
    const { url } = await approvedUpTo(atProvider);
    errorPage(await victim.visit(url, { until }));
    assert.ok((await victim.visit(own, { until })).query.get("code"));
  });
});

describe("attack: silent consent (GHSA-6x8h-498w-gv8c)", () => {
  const uris = [WEB_URI, "https://attacker.example/cb", REDIRECT_URI];
  let victim;
  let shared;
  before(async () => {
    victim = stage.browser();
    shared = await newClient(origin, { redirect_uris: uris });
    assert.ok((await authorize(stage, { browser: victim, client: shared, email: EMPLOYEE })).code);
    const again = await victim.visit(authorizeUrl(origin, shared, pkce().challenge), { until: atClient(shared) });
    assert.equal(again.status, 0, "what was approved itself is remembered");
  });
  const requests = {
    "for another redirect URI of the same client": { redirect_uri: uris[1] },
    "for another loopback port of the same client": { redirect_uri: REDIRECT_URI.replace("33418", "6666") },
    "for a wider scope": { scope: "mcp offline_access" },
    "for another resource": { resource: `${origin}/sse` },
    "for the whole server": { resource: undefined },
  };
  for (const [name, changes] of Object.entries(requests)) {
    test(`${name} is not given: the page is shown`, async () => {
      const page = await victim.visit(authorizeUrl(origin, shared, pkce().challenge, changes), { until: (url) => !url.startsWith(origin) });
      assert.equal(page.status, 200, `went on to ${page.url}`);
      assert.ok(page.hidden("attempt"));
    });
  }

  test("for another client of the same name and address is not given", async () => {
    const twin = await newClient(origin, { redirect_uris: uris });
    assert.ok((await victim.visit(authorizeUrl(origin, twin, pkce().challenge))).hidden("attempt"));
  });

  test("by an address with the form's values in its query is not given", async () => {
    const fresh = stage.browser();
    const page = await fresh.visit(authorizeUrl(origin, client, pkce().challenge));
    const forged = { decision: "approve", attempt: page.hidden("attempt"), csrf: page.hidden("csrf") };
    const again = await fresh.visit(authorizeUrl(origin, client, pkce().challenge, forged));
    assert.ok(again.hidden("attempt"), "a GET only ever asks");
  });
});

describe("attack: tampered form", () => {
  test("PKCE cannot be dropped, or replaced, by the consent form", async () => {
    for (const fields of [{ code_challenge: "", code_challenge_method: "" }, { code_challenge: pkce().challenge }]) {
      const browser = stage.browser();
      const proof = pkce();
      const page = await browser.visit(authorizeUrl(origin, client, proof.challenge));
      const login = await browser.submit(page, { button: APPROVE, fields });
      const end = await logIn(browser, login, VISITOR, { until });
      const code = end.query.get("code");
      oauthError(await redeem(stage, client, { code, verifier: undefined }), 400, "invalid_request", "invalid_grant");
      assert.equal((await redeem(stage, client, { code, verifier: proof.verifier })).status, 200, "only the proof of the request counts");
    }
  });

  test("client, redirect URI, scope, state and resource cannot be replaced by the consent form", async () => {
    const attacker = await newClient(origin, { redirect_uris: ["https://attacker.example/cb"] });
    const browser = stage.browser();
    const proof = pkce();
    const page = await browser.visit(authorizeUrl(origin, client, proof.challenge));
    const fields = { client_id: attacker.client_id, redirect_uri: attacker.redirect_uris[0], scope: "mcp offline_access", state: "forged", resource: `${origin}/sse` };
    const end = await logIn(browser, await browser.submit(page, { button: APPROVE, fields }), VISITOR, { until: (url) => !url.startsWith(origin) && !atProvider(url) });
    assert.ok(end.url.startsWith(REDIRECT_URI), end.url);
    assert.equal(end.query.get("state"), "state-of-the-client");
    const answer = await redeem(stage, client, { code: end.query.get("code"), verifier: proof.verifier });
    assert.equal(answer.json().scope, "mcp");
  });
});

describe("attack: code injection", () => {
  test("a stolen code is of no use in the attacker's own session of the same client", async () => {
    const stolen = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE });
    const mine = await authorize(stage, { browser: stage.browser(), client, email: VISITOR });
    oauthError(await redeem(stage, client, { code: stolen.code, verifier: mine.verifier }), 400, "invalid_grant");
    assert.equal((await redeem(stage, client, stolen)).status, 200, "and stays good for its owner");
  });

  test("a code is no other kind of token", async () => {
    const { code } = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE });
    oauthError(await refresh(stage, client, code), 400, "invalid_grant");
    challenge(await mcp.legacy(origin, code, "tools/list"), { origin, error: "invalid_token" });
  });
});

test("attack: mix-up: success and error both name this server as `iss` (RFC 9207)", async () => {
  const { params } = await authorize(stage, { browser: stage.browser(), client, email: VISITOR });
  assert.deepEqual(params.getAll("iss"), [origin]);
  const browser = stage.browser();
  const denied = await browser.submit(await browser.visit(authorizeUrl(origin, client, pkce().challenge, { iss: "https://evil.example" })), { button: DENY, until });
  clientError(denied, { code: "access_denied", state: "state-of-the-client", iss: origin });
  assert.deepEqual(denied.query.getAll("iss"), [origin]);
});

describe("attack: login CSRF", () => {
  test("a victim's browser does not end up signed in as the attacker", async () => {
    const { url } = await approvedUpTo(atCallback, { email: VISITOR });
    const victim = stage.browser();
    errorPage(await victim.visit(url, { until }));
    assert.deepEqual(victim.jar.all(origin), [], "and keeps nothing of it");
  });

  test("another site's form, with all values of the attacker's own page, approves nothing", async () => {
    const page = await stage.browser().visit(authorizeUrl(origin, client, pkce().challenge));
    const victim = stage.browser();
    await victim.visit(authorizeUrl(origin, client, pkce().challenge));
    const evil = Object.assign(Object.create(Object.getPrototypeOf(page)), page, { url: "http://evil.example:1/", headers: new Headers() });
    evil.form = () => ({ ...page.form(APPROVE, {}) });
    errorPage(await victim.submit(evil, { button: APPROVE, until }));
  });
});

describe("attack: refresh theft", () => {
  test("a thief who uses the token first loses it when its owner comes back", async () => {
    const owner = await signIn(stage, { browser: stage.browser(), client, email: EMPLOYEE });
    const first = (await refresh(stage, client, owner.refresh_token)).json();
    const second = (await refresh(stage, client, first.refresh_token)).json();
    oauthError(await refresh(stage, client, owner.refresh_token), 400, "invalid_grant");
    oauthError(await refresh(stage, client, second.refresh_token), 400, "invalid_grant");
  });

  test("a thief who comes second, within the grace, gets no line of their own", async () => {
    const owner = await signIn(stage, { browser: stage.browser(), client, email: EMPLOYEE });
    const first = (await refresh(stage, client, owner.refresh_token)).json();
    const stolen = (await refresh(stage, client, owner.refresh_token)).json();
    assert.equal(stolen.refresh_token, first.refresh_token, "the same successor, not another");
    const second = (await refresh(stage, client, first.refresh_token)).json();
    const third = (await refresh(stage, client, second.refresh_token)).json();
    oauthError(await refresh(stage, client, stolen.refresh_token), 400, "invalid_grant");
    oauthError(await refresh(stage, client, third.refresh_token), 400, "invalid_grant");
  });

  test("a thief without the client's secret, or with a client of their own, gets nothing", async () => {
    const confidential = await newClient(origin, { token_endpoint_auth_method: "client_secret_post" });
    const result = await authorize(stage, { browser: stage.browser(), client: confidential, email: EMPLOYEE });
    const owner = (await redeem(stage, confidential, result, { client_secret: confidential.client_secret })).json();
    oauthError(await refresh(stage, confidential, owner.refresh_token), 401, "invalid_client");
    oauthError(await refresh(stage, client, owner.refresh_token), 400, "invalid_grant");
    assert.equal((await refresh(stage, confidential, owner.refresh_token, { client_secret: confidential.client_secret })).status, 200);
  });
});

describe("attack: token of another audience", () => {
  test("a token for /sse opens /sse only; one for /mcp opens its old transport as well", async () => {
    const [forMcp, forSse] = await Promise.all([`${origin}/mcp`, `${origin}/sse`].map((resource) =>
      signIn(stage, { browser: stage.browser(), client, email: VISITOR, changes: { resource } })));
    challenge(await mcp.legacy(origin, forSse.access_token, "tools/list"), { origin, error: "invalid_token" });
    for (const token of [forMcp, forSse]) {
      assert.equal((await mcp.legacy(origin, token.access_token, "tools/list", undefined, { path: "/sse" })).status, 200);
    }
    oauthError(await refresh(stage, client, forSse.refresh_token), 400, "invalid_target");
  });
});

describe("attack: cookie swap between users", () => {
  test("a callback address with the login cookie of another user is refused", async () => {
    const [a, b] = await Promise.all([EMPLOYEE, VISITOR].map((email) => approvedUpTo(atCallback, { email })));
    const login = (browser) => browser.jar.all(origin).find(({ name }) => name.startsWith(LOGIN));
    const [ofA, ofB] = [login(a.browser), login(b.browser)].map(({ name, value }) => ({ name, value }));
    a.browser.jar.tamper(ofA.name, () => ofB.value);
    errorPage(await a.browser.visit(a.url, { until }));
    errorPage(await b.browser.visit(a.url, { until }));
  });

  test("remembered approvals of another user sign nobody in as that user, and approve nothing for others", async () => {
    const owner = stage.browser();
    const web = await newClient(origin, { redirect_uris: [WEB_URI] });
    await signIn(stage, { browser: owner, client: web, email: EMPLOYEE });
    const thief = stage.browser();
    const [approvals] = owner.jar.all(origin).filter(({ name }) => name === "toolgate-approvals");
    thief.jar.store(origin, [`${approvals.name}=${approvals.value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=600`]);
    const { page, consent } = await authorize(stage, { browser: thief, client: web, email: VISITOR, proof: pkce() });
    assert.equal(consent, undefined);
    assert.ok(atCallback(page.url), "the thief has to sign in, as whom they are");
    assert.ok(page.hidden("attempt"), "and is asked");
  });
});

describe("attack: parallel use", () => {
  const skip = STORAGE === "kv" && "Workers KV cannot promise it";

  test("of fifty parallel redemptions of one code exactly one succeeds", { skip }, async () => {
    const result = await authorize(stage, { browser: stage.browser(), client, email: VISITOR });
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(stage, client, result)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1, answers.map(({ status }) => status).join(" "));
    for (const answer of answers) if (answer.status !== 200) oauthError(answer, 400, "invalid_grant");
  });

  test("fifty parallel refreshes all get the same successor", { skip }, async () => {
    const first = await signIn(stage, { browser: stage.browser(), client, email: VISITOR });
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(stage, client, first.refresh_token)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const successors = new Set(answers.map((answer) => answer.json().refresh_token));
    assert.equal(successors.size, 1);
    assert.equal((await refresh(stage, client, [...successors][0])).status, 200);
  });
});

test("attack: a client_id or secret that the server did not make opens nothing", async () => {
  const forged = [`${client.client_id}.${client.client_id}`, "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmlzIjpbImh0dHBzOi8vZXZpbCJdfQ.", Buffer.from("{}").toString("base64url")];
  for (const client_id of forged) {
    errorPage(await stage.browser().visit(authorizeUrl(origin, client, pkce().challenge, { client_id })));
    oauthError(await tokenRequest(origin, { grant_type: "refresh_token", refresh_token: "x", client_id }), 401, "invalid_client");
  }
});
