// Others tell of ends: logout tokens of the identity provider, and events of a transmitter of Shared Signals.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { challenge, oauthError } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { ACCOUNTS, CLIENT_ID, newcomer } from "./lib/idp.mjs";
import { Internet } from "./lib/internet.mjs";
import * as mcp from "./lib/mcp.mjs";
import { newClient, refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

/** `revocation_max_age` of tests/switch, with a second for the way. */
const HOLDS = 3000;
const LOGOUT = "http://schemas.openid.net/event/backchannel-logout";
const CAEP = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC = "https://schemas.openid.net/secevent/risc/event-type/";
const VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification";
const TRANSMITTER = "https://signals.example";
const seconds = () => Math.floor(Date.now() / 1000);

for (const build of ["switch", "switch-d1"]) describe(`signals to tests/${build}`, { skip: lacksBuild(build) }, () => {
  let stage, origin, key, stranger;
  const internet = new Internet();
  const persist = mkdtempSync(join(tmpdir(), "toolgate-signals-"));
  before(async () => {
    ({ privateKey: key } = await generateKeyPair("RS256", { extractable: true }));
    ({ privateKey: stranger } = await generateKeyPair("RS256", { extractable: true }));
    const { kty, n, e } = await exportJWK(key);
    internet.publish(`${TRANSMITTER}/.well-known/ssf-configuration`, { issuer: TRANSMITTER, jwks_uri: `${TRANSMITTER}/keys` });
    internet.publish(`${TRANSMITTER}/keys`, { keys: [{ kty, n, e, kid: "s-1", alg: "RS256", use: "sig" }] });
    stage = await openStage({ build: buildOf(build), worker: { ...DEBUG_BUILD, ratelimits: {}, outboundService: internet.service }, persist });
    ({ origin } = stage);
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  const works = async (session) => (await mcp.legacy(origin, session.access_token, "tools/list")).status === 200;
  const session = async (email = newcomer()) =>
    ({ email, sub: ACCOUNTS[email].sub, ...await signIn(stage, { browser: stage.browser(), email, client: await newClient(origin) }) });
  const sign = (claims, { by, alg = "RS256", kid, typ, ...header }) => {
    const all = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
    return new SignJWT(all).setProtectedHeader({ alg, kid, ...(typ ? { typ } : {}), ...header }).sign(by);
  };

  /** A logout token for a person, with these changes. */
  const logoutToken = (sub, claims = {}, header = {}) => sign({
    iss: stage.idp.issuer, aud: CLIENT_ID, sub, iat: seconds(), exp: seconds() + 120, jti: randomUUID(), events: { [LOGOUT]: {} }, ...claims,
  }, { by: stage.idp.privateKey, kid: "tests-1", typ: "logout+jwt", ...header });
  const logout = (token, more = {}) => send(`${origin}/logout/backchannel`, { method: "POST", body: new URLSearchParams({ logout_token: token, ...more }) });

  /** An event about a person, with these changes. */
  const eventToken = (kind, sub_id, { event = {}, claims = {}, header = {} } = {}) => sign({
    iss: TRANSMITTER, aud: origin, iat: seconds(), jti: randomUUID(), sub_id, events: { [kind]: { event_timestamp: seconds(), ...event } }, ...claims,
  }, { by: key, kid: "s-1", typ: "secevent+jwt", ...header });
  const push = (body, headers = {}) => send(`${origin}/signals`, { method: "POST", headers: { "content-type": "application/secevent+jwt", accept: "application/json", ...headers }, body });
  const bySub = (sub) => ({ format: "iss_sub", iss: stage.idp.issuer, sub });

  async function refused(one) {
    await sleep(HOLDS);
    challenge(await mcp.legacy(origin, one.access_token, "tools/list"), { origin, error: "invalid_token" });
    oauthError(await refresh(stage, one.client, one.refresh_token), 400, "invalid_grant");
  }

  describe("a logout token", () => {
    test("ends all grants of its person, within the time", async () => {
      const one = await session();
      const [second, bystander] = [await session(one.email), await session()];
      const answer = await logout(await logoutToken(one.sub, { sid: "any" }), { more: "ignored" });
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.headers.get("cache-control"), /no-store/);
      await refused(one);
      await refused(second);
      assert.ok(await works(bystander));
    });

    test("without a type, or with the general one, is one as well", async () => {
      for (const typ of [undefined, "JWT"]) {
        const one = await session();
        assert.equal((await logout(await logoutToken(one.sub, {}, { typ }))).status, 200, typ);
        await refused(one);
      }
    });

    test("of somebody who is not here is answered as any", async () => {
      assert.equal((await logout(await logoutToken("nobody-here"))).status, 200);
    });

    test("that came before, or is of before a sign-in, ends nothing", async () => {
      const one = await session();
      const token = await logoutToken(one.sub);
      assert.equal((await logout(token)).status, 200);
      const answers = await Promise.all([logout(token), logout(token)]);
      for (const answer of answers) oauthError(answer, 400, "invalid_request");
      await sleep(6000);
      const again = await session(one.email);
      assert.equal((await logout(await logoutToken(one.sub, { iat: seconds() - 60 }))).status, 200);
      await sleep(HOLDS);
      assert.ok(await works(again), "it signed in after what the token tells of");
    });

    test("that is not one of the provider for this server is refused", async () => {
      const one = await session();
      const wrong = {
        "an id_token": await logoutToken(one.sub, { nonce: "n", events: undefined }),
        "with a nonce": await logoutToken(one.sub, { nonce: "n" }),
        "with an empty nonce": await logoutToken(one.sub, { nonce: "" }),
        "without events": await logoutToken(one.sub, { events: undefined }),
        "with another event": await logoutToken(one.sub, { events: { [`${CAEP}session-revoked`]: {} } }),
        "with an event that is no object": await logoutToken(one.sub, { events: { [LOGOUT]: true } }),
        "with events as a list": await logoutToken(one.sub, { events: [LOGOUT] }),
        "for another client": await logoutToken(one.sub, { aud: "another" }),
        "of another issuer": await logoutToken(one.sub, { iss: "https://evil.example" }),
        "of the issuer with a slash": await logoutToken(one.sub, { iss: `${stage.idp.issuer}/` }),
        "without sub": await logoutToken(undefined, { sid: "s" }),
        "with sub as a number": await logoutToken(7),
        "without jti": await logoutToken(one.sub, { jti: undefined }),
        "without iat": await logoutToken(one.sub, { iat: undefined }),
        "without exp": await logoutToken(one.sub, { exp: undefined }),
        "expired": await logoutToken(one.sub, { exp: seconds() - 120 }),
        "of the future": await logoutToken(one.sub, { iat: seconds() + 3600 }),
        "of an hour ago": await logoutToken(one.sub, { iat: seconds() - 3600 }),
        "of another type": await logoutToken(one.sub, {}, { typ: "at+jwt" }),
        "of the type of events": await logoutToken(one.sub, {}, { typ: "secevent+jwt" }),
        "signed by a stranger": await logoutToken(one.sub, {}, { by: stranger }),
        "of an unknown key": await logoutToken(one.sub, {}, { by: stranger, kid: "other" }),
        "without a signature": `${(await logoutToken(one.sub)).split(".").slice(0, 2).join(".")}.`,
        "of nobody": "x.y.z",
        "empty": "",
      };
      const [, payload] = (await logoutToken(one.sub)).split(".");
      wrong["of alg none"] = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
      for (const [what, token] of Object.entries(wrong)) {
        const answer = await logout(token);
        assert.equal(answer.status, 400, `${what}: ${answer.status} ${answer.text}`);
        assert.match(answer.headers.get("cache-control"), /no-store/, what);
      }
      await sleep(HOLDS);
      assert.ok(await works(one));
    });

    test("in another form of request is refused", async () => {
      const one = await session();
      const token = await logoutToken(one.sub);
      const address = `${origin}/logout/backchannel`;
      assert.equal((await send(`${address}?logout_token=${token}`)).status, 405);
      assert.equal((await send(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ logout_token: token }) })).status, 400);
      assert.equal((await send(address, { method: "POST", body: new URLSearchParams([["logout_token", token], ["logout_token", token]]) })).status, 400);
      assert.equal((await logout(token, { padding: "x".repeat(200_000) })).status, 413);
      await sleep(HOLDS);
      assert.ok(await works(one));
    });

    test("is no id_token, at the return of a sign-in or as a bearer token", async () => {
      const one = await session();
      const token = await logoutToken(one.sub);
      assert.equal((await mcp.legacy(origin, token, "tools/list")).status, 401);
      assert.equal((await push(token)).status, 400);
    });
  });

  describe("an event of the transmitter", () => {
    test("ends the grants of its person, by subject and by address", async () => {
      const kinds = [
        [`${CAEP}session-revoked`, {}],
        [`${CAEP}credential-change`, { credential_type: "password", change_type: "update" }],
        [`${CAEP}credential-change`, { credential_type: "fido2-roaming", change_type: "revoke" }],
        [`${RISC}account-disabled`, {}],
      ];
      const bystander = await session();
      for (const [index, [kind, event]] of kinds.entries()) {
        const one = await session();
        const subject = [bySub(one.sub), { format: "email", email: one.email.toUpperCase() }, { format: "complex", user: bySub(one.sub) }, bySub(one.sub)][index];
        // The index hears of a sign-in a moment later.
        await sleep(500);
        const answer = await push(await eventToken(kind, subject, { event }));
        assert.equal(answer.status, 202, answer.text);
        assert.equal(answer.text, "");
        await refused(one);
      }
      assert.ok(await works(bystander));
    });

    test("that comes twice is taken twice, and ends nothing of after it", async () => {
      const one = await session();
      const token = await eventToken(`${CAEP}session-revoked`, bySub(one.sub));
      assert.equal((await push(token)).status, 202);
      await sleep(6500);
      const again = await session(one.email);
      assert.equal((await push(token)).status, 202);
      await sleep(HOLDS);
      assert.ok(await works(again));
    });

    test("about somebody whom it has no say about is taken, and ends nothing", async () => {
      const one = await session();
      const elsewhere = "visitor@elsewhere.example";
      ACCOUNTS[elsewhere] ??= { sub: "elsewhere-1", name: "Elsewhere", groups: [] };
      const other = await session(elsewhere);
      await sleep(500);
      const kind = `${CAEP}session-revoked`;
      const tokens = [
        await eventToken(kind, { ...bySub(one.sub), iss: "https://another-idp.example" }),
        await eventToken(kind, { format: "email", email: elsewhere }),
        await eventToken(kind, { format: "email", email: `${one.email}.evil.example` }),
        await eventToken(kind, { format: "complex", user: bySub(one.sub), device: { format: "opaque", id: "1" } }),
        await eventToken(kind, { format: "complex", user: bySub(one.sub), what: {} }),
        await eventToken(kind, { format: "opaque", id: one.sub }),
        await eventToken(kind, { format: "aliases", identifiers: [bySub(one.sub)] }),
        await eventToken(`${CAEP}credential-change`, bySub(one.sub), { event: { credential_type: "app", change_type: "create" } }),
        await eventToken(`${CAEP}device-compliance-change`, bySub(one.sub)),
        await eventToken(VERIFICATION, { format: "opaque", id: "stream" }),
      ];
      for (const token of tokens) assert.equal((await push(token)).status, 202);
      await sleep(HOLDS);
      assert.ok(await works(one) && await works(other));
    });

    test("that is not one of the transmitter for this server is refused", async () => {
      const one = await session();
      const kind = `${CAEP}session-revoked`;
      const event = (claims, header) => eventToken(kind, bySub(one.sub), { claims, header });
      const wrong = {
        "with exp": [await event({ exp: seconds() + 60 }), "invalid_request"],
        "with sub": [await event({ sub: one.sub }), "invalid_request"],
        "with a nonce": [await event({ nonce: "n" }), "invalid_request"],
        "of another issuer": [await event({ iss: "https://evil.example" }), "invalid_issuer"],
        "of the identity provider": [await event({ iss: stage.idp.issuer }), "invalid_issuer"],
        "for another audience": [await event({ aud: "https://another.example" }), "invalid_audience"],
        "without audience": [await event({ aud: undefined }), "invalid_request", "invalid_audience"],
        "of years ago": [await event({ iat: seconds() - 3 * 365 * 86_400 }), "invalid_request"],
        "of the future": [await event({ iat: seconds() + 3600 }), "invalid_request"],
        "without iat": [await event({ iat: undefined }), "invalid_request"],
        "without jti": [await event({ jti: undefined }), "invalid_request"],
        "without a subject": [await eventToken(kind, undefined), "invalid_request"],
        "with two events": [await event({ events: { [kind]: {}, [`${RISC}account-disabled`]: {} } }), "invalid_request"],
        "without events": [await event({ events: {} }), "invalid_request"],
        "with a complex subject in a complex one": [await eventToken(kind, { format: "complex", user: { format: "complex", user: bySub(one.sub) } }), "invalid_request"],
        "with a change that it does not tell": [await eventToken(`${CAEP}credential-change`, bySub(one.sub), { event: { change_type: "revoke" } }), "invalid_request"],
        "without a type": [await event({}, { typ: undefined }), "invalid_request"],
        "of the type of logout tokens": [await event({}, { typ: "logout+jwt" }), "invalid_request"],
        "of the general type": [await event({}, { typ: "JWT" }), "invalid_request"],
        "signed by a stranger": [await event({}, { by: stranger }), "authentication_failed"],
        "signed by the identity provider": [await event({}, { by: stage.idp.privateKey }), "authentication_failed"],
        "of an unknown key": [await event({}, { by: stranger, kid: "other" }), "invalid_key"],
        "with a key of its own": [await event({}, { by: stranger, kid: "other", jku: "https://evil.example/keys" }), "invalid_key"],
        "that answers a question nobody asked": [await eventToken(VERIFICATION, { format: "opaque", id: "stream" }, { event: { state: "x" } }), "invalid_state"],
        "of nobody": ["x.y.z", "invalid_request"],
      };
      for (const [what, [token, ...codes]] of Object.entries(wrong)) {
        const answer = await push(token);
        assert.equal(answer.status, 400, `${what}: ${answer.status} ${answer.text}`);
        assert.ok(codes.includes(answer.json().err), `${what}: ${answer.text}`);
      }
      const good = await event({});
      assert.equal((await push(good, { "content-type": "application/jwt" })).status, 400);
      assert.equal((await push("x".repeat(200_000))).status, 413);
      assert.equal((await send(`${origin}/signals`)).status, 405);
      assert.equal((await logout(good)).status, 400);
      await sleep(HOLDS);
      assert.ok(await works(one));
    });
  });
});
