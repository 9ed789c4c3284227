// Machines: clients that call for themselves, by a secret or by a key.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { Client, ClientCredentialsProvider, PrivateKeyJwtProvider, StaticPrivateKeyJwtProvider, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { exportPKCS8, exportSPKI, SignJWT } from "jose";
import { watch } from "./lib/audit.mjs";
import { JWT_BEARER, jwt, newKey, seconds, sign } from "./lib/company.mjs";
import { SECRETS, basic, granted } from "./lib/granted.mjs";
import { freshAddress, send } from "./lib/http.mjs";
import { lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";

const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const NIGHTLY = basic("nightly", SECRETS.NIGHTLY_SECRET);

describe("a machine", { skip: lacksBuild("enterprise") }, () => {
  const cast = granted();
  const ask = (params = {}, headers = NIGHTLY) => cast.token({ grant_type: "client_credentials", ...params }, headers);
  const outcome = (answer) => `${answer.status} ${answer.json().error ?? answer.json().scope}`;
  const claims = (changes = {}) => ({ iss: "signer", sub: "signer", aud: cast.origin, jti: randomUUID(), iat: seconds(), exp: seconds() + 300, ...changes });
  const proof = (changes, { key = cast.clientKey, header = { typ: "JWT" } } = {}) => sign(key, claims(changes), { header });
  const byKey = async (assertion, params = {}) => ask({ client_assertion_type: ASSERTION, client_assertion: await assertion, ...params }, {});

  test("gets a token of its own by its secret, without a refresh token", async () => {
    for (const answer of [await ask(), await ask({ client_id: "nightly", client_secret: SECRETS.NIGHTLY_SECRET }, {})]) {
      const { access_token, ...rest } = answer.json();
      assert.deepEqual(rest, { token_type: "Bearer", expires_in: 3600, scope: "mcp" });
      const { subject, machine, email, groups } = await cast.whoami(access_token);
      assert.deepEqual([subject, machine, email, groups], ["client:nightly", true, null, []]);
    }
  });

  test("is nobody in policies about people, also under `not`, and cannot act as one", async () => {
    const token = (await ask()).json().access_token;
    const tools = await cast.tools(token);
    for (const name of ["for_staff", "for_addressed", "for_deployers", "for_no_contractors"]) assert.ok(!tools.includes(name), name);
    assert.equal((await cast.call(token, "as_me")).result.isError, true);
  });

  test("is a client that policies name", async () => {
    const has = async (answer) => (await cast.tools((await answer).json().access_token)).includes("for_two_clients");
    assert.ok(await has(ask()));
    assert.ok(!(await has(byKey(proof()))), "another client");
    assert.equal((await cast.call((await byKey(proof())).json().access_token, "for_two_clients")).error.code, -32602);
  });

  test("gets the scopes that its section has, and no others", async () => {
    assert.equal(outcome(await ask({ scope: "mcp reports admin" })), "200 mcp reports");
    for (const scope of ["admin", "offline_access"]) assert.equal(outcome(await ask({ scope })), "400 invalid_scope");
    assert.equal(outcome(await byKey(proof(), { scope: "reports" })), "400 invalid_scope");
    assert.equal((await cast.call((await ask({ scope: "reports" })).json().access_token, "for_reports")).result.content[0].text, "reports");
  });

  test("gets no token for another server", async () => {
    assert.equal(outcome(await ask({ resource: "https://other.example/mcp" })), "400 invalid_target");
    const sse = (await ask({ resource: `${cast.origin}/sse` })).json().access_token;
    assert.equal((await mcp.legacy(cast.origin, sse, "tools/list")).status, 401);
  });

  test("that does not prove itself gets nothing", async () => {
    for (const [expected, params, headers] of [
      ["401 invalid_client", {}, basic("nightly", "wrong")],
      ["401 invalid_client", {}, basic("nightly", "")],
      ["401 invalid_client", { client_id: "nightly" }, {}],
      ["401 invalid_client", { client_id: "signer" }, {}],
      ["401 invalid_client", { client_id: "signer", client_secret: "x" }, {}],
      ["401 invalid_client", {}, {}],
      ["400 invalid_request", { client_id: "nightly", client_secret: SECRETS.NIGHTLY_SECRET }, NIGHTLY],
      ["400 invalid_request", { client_assertion_type: ASSERTION, client_assertion: "a.b.c" }, NIGHTLY],
    ]) {
      assert.equal(outcome(await ask(params, headers)), expected, JSON.stringify([params, headers]));
    }
  });

  test("with its secret in the address is refused", async () => {
    const answer = await send(`${cast.origin}/token?client_id=nightly&client_secret=${SECRETS.NIGHTLY_SECRET}`, {
      method: "POST", headers: { "cf-connecting-ip": freshAddress() }, body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    assert.equal(outcome(answer), "400 invalid_request");
    assert.ok(cast.stage.worker.log.every((line) => !line.includes(SECRETS.NIGHTLY_SECRET)));
  });

  test("keeps its old secret while `previous_secret` names it, and not after", async () => {
    const previous = basic("nightly", SECRETS.NIGHTLY_PREVIOUS_SECRET);
    assert.equal((await ask({}, previous)).status, 200);
    await cast.stage.restart({ vars: { NIGHTLY_PREVIOUS_SECRET: undefined } });
    assert.equal(outcome(await ask({}, previous)), "401 invalid_client");
    assert.equal(outcome(await ask({}, basic("nightly", ""))), "401 invalid_client");
    assert.equal((await ask()).status, 200);
  });

  test("is one that its section allows to be, whatever it has agreed with people", async () => {
    assert.equal(outcome(await ask({}, basic("desktop", SECRETS.DESKTOP_SECRET))), "400 unauthorized_client");
    assert.equal(outcome(await ask({}, basic("agent", SECRETS.AGENT_SECRET))), "400 unauthorized_client");
    const registered = (await send(`${cast.origin}/register`, {
      method: "POST", headers: { "content-type": "application/json", "cf-connecting-ip": freshAddress() },
      body: JSON.stringify({ client_name: "x", redirect_uris: ["http://127.0.0.1/cb"], token_endpoint_auth_method: "client_secret_basic", grant_types: ["client_credentials", "authorization_code"] }),
    })).json();
    assert.equal(outcome(await ask({}, basic(registered.client_id, registered.client_secret))), "400 unauthorized_client");
  });

  test("gets a token by its key, with the issuer or the endpoint as the audience", async () => {
    for (const aud of [cast.origin, `${cast.origin}/token`, [cast.origin]]) assert.equal(outcome(await byKey(proof({ aud }))), "200 mcp");
    assert.equal((await cast.whoami((await byKey(proof())).json().access_token)).subject, "client:signer");
    assert.equal(outcome(await byKey(proof(), { client_id: "signer" })), "200 mcp");
  });

  test("with an assertion that is not its own, or not for us, gets nothing", async () => {
    const stranger = await newKey("client-1", "ES256");
    const spki = new TextEncoder().encode(await exportSPKI(cast.clientKey.publicKey));
    const now = seconds();
    const header = { alg: "ES256", typ: "JWT", kid: "client-1" };
    for (const [name, assertion, params] of [
      ["of another client", proof(), { client_id: "nightly" }],
      ["that names two clients", proof({ sub: "repeater" })],
      ["by a stranger", proof({}, { key: stranger })],
      ["for another server", proof({ aud: "https://other.example" })],
      ["for two servers", proof({ aud: [cast.origin, "https://other.example"] })],
      ["without an end", proof({ exp: undefined })],
      ["that is over", proof({ iat: now - 600, exp: now - 120 })],
      ["that lasts a day", proof({ exp: now + 86400 })],
      ["without an id", proof({ jti: undefined })],
      ["by none", jwt({ ...header, alg: "none" }, claims(), "")],
      ["by HS256 with the public key", new SignJWT(claims()).setProtectedHeader({ ...header, alg: "HS256" }).sign(spki)],
      ["that is an ID-JAG", cast.jag({ client_id: "signer", sub: "signer" })],
    ]) {
      assert.equal(outcome(await byKey(assertion, params)), "401 invalid_client", name);
    }
  });

  test("uses each assertion once, twenty times at once or after a new start, unless its section says otherwise", async () => {
    const assertion = await proof();
    const answers = await Promise.all(Array.from({ length: 20 }, () => byKey(assertion)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.ok(answers.every((answer) => ["200 mcp", "401 invalid_client"].includes(outcome(answer))));
    await cast.stage.restart();
    assert.equal(outcome(await byKey(assertion)), "401 invalid_client");
    const repeated = await sign(cast.clientKey, claims({ iss: "repeater", sub: "repeater" }));
    for (let i = 0; i < 2; i += 1) assert.equal(outcome(await byKey(repeated)), "200 mcp");
  });

  test("sends no assertion for itself as one for a person, or the other way round", async () => {
    assert.equal(outcome(await cast.redeem(await proof(), {}, {})), "400 invalid_grant");
    assert.equal(outcome(await cast.token({ grant_type: JWT_BEARER, assertion: await proof() }, NIGHTLY)), "400 invalid_grant");
  });

  test("with a new key is known by it within one request", async () => {
    const key = await newKey("client-2", "ES256");
    cast.internet.publish("https://signer.example/jwks.json", { keys: [cast.clientKey.jwk, key.jwk] });
    await cast.stage.restart();
    assert.equal(outcome(await byKey(proof())), "200 mcp");
    cast.internet.publish("https://signer.example/jwks.json", { keys: [key.jwk] });
    const next = await newKey("client-3", "ES256");
    cast.internet.publish("https://signer.example/jwks.json", { keys: [next.jwk, cast.clientKey.jwk] });
    assert.equal(outcome(await byKey(proof({}, { key: next }))), "200 mcp");
  });

  test("ends its token at /revoke, and is in the audit trail by its id", async () => {
    const { result: token, events } = await watch(cast.stage, 1, async () => (await ask()).json().access_token);
    assert.deepEqual(events.map(({ event, reason, detail }) => [event, reason, detail]), [["token_issued", "client_credentials", "nightly"]]);
    await send(`${cast.origin}/revoke`, { method: "POST", headers: { "cf-connecting-ip": freshAddress(), ...NIGHTLY }, body: new URLSearchParams({ token }) });
    assert.equal((await mcp.legacy(cast.origin, token, "tools/list")).status, 401);
    const signed = (await byKey(proof())).json().access_token;
    const params = { token: signed, client_assertion_type: ASSERTION, client_assertion: await proof() };
    assert.equal((await send(`${cast.origin}/revoke`, { method: "POST", headers: { "cf-connecting-ip": freshAddress() }, body: new URLSearchParams(params) })).status, 200);
    assert.equal((await mcp.legacy(cast.origin, signed, "tools/list")).status, 401);
  });

  for (const [name, provider, subject] of [
    ["ClientCredentialsProvider", () => new ClientCredentialsProvider({ clientId: "nightly", clientSecret: SECRETS.NIGHTLY_SECRET, expectedIssuer: cast.origin }), "client:nightly"],
    ["PrivateKeyJwtProvider", async () => new PrivateKeyJwtProvider({ clientId: "signer", privateKey: await exportPKCS8(cast.clientKey.privateKey), algorithm: "ES256", expectedIssuer: cast.origin }), "client:signer"],
    ["StaticPrivateKeyJwtProvider", async () => new StaticPrivateKeyJwtProvider({ clientId: "repeater", jwtBearerAssertion: await sign(cast.clientKey, claims({ iss: "repeater", sub: "repeater" })), expectedIssuer: cast.origin }), "client:repeater"],
  ]) {
    test(`comes with ${name} of the TypeScript client`, async () => {
      cast.internet.publish("https://signer.example/jwks.json", { keys: [cast.clientKey.jwk] });
      await cast.stage.restart();
      const client = new Client({ name: "machine", version: "1" });
      await client.connect(new StreamableHTTPClientTransport(new URL(`${cast.origin}/mcp`), { authProvider: await provider() }));
      const { content } = await client.callTool({ name: "whoami", arguments: {} });
      assert.equal(JSON.parse(content[0].text).subject, subject);
      await client.close();
    });
  }
});
