// `provider = "cloudflare-access-jwt"`: Access stands in front, and its assertion tells who calls.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { exportJWK, exportSPKI, generateKeyPair } from "jose";
import { clientError } from "./lib/expect.mjs";
import { sign } from "./lib/hostile-idp.mjs";
import { listen, send } from "./lib/http.mjs";
import { buildOf, internet, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem, refresh } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const AUD = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
const TEAM = "https://mycompany.cloudflareaccess.com";
const ADD = ["add"];
const ALL = ["add", "generateImage"];

async function newKey(kid) {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" };
  return { kid, privateKey, jwk, pem: await exportSPKI(publicKey) };
}

describe("Access in front", { skip: lacksBuild("access-jwt") }, () => {
  let stage, origin, access, stranger;
  const certs = { asked: 0, status: 200, keys: [] };
  before(async () => {
    [access, stranger] = [await newKey("access-1"), await newKey("access-1")];
    certs.keys = [access];
    stage = await openStage({
      build: buildOf("access-jwt"),
      vars: { ACCESS_AUD: AUD },
      worker: internet({
        "mycompany.cloudflareaccess.com": ({ url }) => {
          assert.equal(url.pathname, "/cdn-cgi/access/certs");
          certs.asked += 1;
          return { status: certs.status, body: { keys: certs.keys.map(({ jwk }) => jwk), public_cert: {}, public_certs: [] } };
        },
      }),
    });
    origin = stage.origin;
  });
  after(() => stage?.close());

  /** An assertion as Access makes it, with changed claims. */
  function assertion(changes = {}, { header = {}, key = access } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      aud: [AUD], email: "visitor@mycompany.com", exp: now + 60, iat: now, nbf: now, iss: TEAM, type: "app",
      identity_nonce: "6ei69kawdKzMIAPF", sub: "7335d417-61da-459d-899c-0a01c76a2f94", country: "DE", ...changes,
    };
    return sign({ header: { alg: "RS256", kid: key.kid, typ: "JWT", ...header }, claims, key });
  }
  const asserted = async (changes, options) => ({ "cf-access-jwt-assertion": await assertion(changes, options) });
  const list = (headers, token) => mcp.legacy(origin, token, "tools/list", undefined, { headers });
  const tools = async (headers, token) => mcp.message(await list(headers, token)).result.tools.map(({ name }) => name);

  test("its assertion is enough to call, and claims reach policies", async () => {
    assert.deepEqual(await tools(await asserted()), ADD);
    assert.deepEqual(await tools(await asserted({ email: "employee1@mycompany.com" })), ALL);
    assert.deepEqual(await tools(await asserted({ custom: { groups: ["design"] } })), ALL);
    assert.equal(certs.asked, 1, "the keys are fetched once");
  });

  test("a service token is a caller of its own", async () => {
    const service = { sub: "", email: undefined, common_name: "render-farm.access" };
    assert.deepEqual(await tools(await asserted(service)), ALL);
    assert.deepEqual(await tools(await asserted({ ...service, common_name: "other.access" })), ADD);
    const pretender = { ...service, common_name: "other.access", email: "employee1@mycompany.com" };
    assert.deepEqual(await tools(await asserted(pretender)), ADD, "it has no address");
  });

  const now = Math.floor(Date.now() / 1000);
  for (const [name, changes, options] of [
    ["of another application", { aud: ["another-application"] }],
    ["of another team", { iss: "https://evil.cloudflareaccess.com" }],
    ["that has expired", { exp: now - 3600 }],
    ["of the future", { iat: now + 3600, nbf: now + 3600 }],
    ["that is a session token of Access", { type: "org" }],
    ["without anybody", { sub: "" }],
    ["signed by a stranger", {}, "stranger"],
    ["without a signature", {}, { header: { alg: "none" } }],
    ["with the public key as a shared secret", {}, { header: { alg: "HS256" } }],
  ]) {
    test(`an assertion ${name} is refused`, async () => {
      const headers = await asserted(changes, options === "stranger" ? { key: stranger } : options);
      const answer = await list(headers);
      assert.equal(answer.status, 401, answer.text);
      assert.match(answer.text, /access_assertion/);
    });
  }

  test("nothing but the assertion counts", async () => {
    const spoofed = { "cf-access-authenticated-user-email": "employee1@mycompany.com" };
    assert.equal((await list(spoofed)).status, 401);
    assert.equal((await list({ ...spoofed, cookie: `CF_Authorization=${await assertion()}` })).status, 401);
    assert.equal((await list({ ...(await asserted()), "sec-fetch-site": "cross-site" })).status, 401, "another site has no say");
  });

  test("a token of Access beside the assertion does not matter, and one of ours decides by itself", async () => {
    assert.deepEqual(await tools(await asserted(), "opaque-token-of-access"), ADD);
    const session = await signIn();
    assert.deepEqual(await tools(await asserted(), session.access_token), ALL);
    assert.deepEqual(await tools({ "cf-access-jwt-assertion": "junk" }, session.access_token), ALL);
  });

  /** A whole sign-in; `headers` are what Access adds to the return. */
  async function signIn(headers, email = "employee1@mycompany.com") {
    const client = await newClient(origin);
    const until = (url) => atClient(client)(url) || url.startsWith(`${origin}/callback`);
    const proof = pkce();
    const browser = stage.browser();
    const consent = await browser.visit(authorizeUrl(origin, client, proof.challenge), { until });
    const { url } = await browser.submit(consent, { button: APPROVE, until });
    headers ??= await asserted({ email });
    const cookies = browser.jar.header(url);
    const answer = await send(url, { headers: { ...headers, cookie: cookies } });
    assert.equal(answer.status, 303, answer.text);
    const page = { status: 0, url: answer.headers.get("location"), query: new URL(answer.headers.get("location")).searchParams };
    const code = page.query.get("code");
    if (!code) return { page, answer };
    const tokens = await redeem(stage, client, { code, verifier: proof.verifier });
    assert.equal(tokens.status, 200, tokens.text);
    return { client, page, ...tokens.json() };
  }

  test("signs people in who come back through it", async () => {
    const session = await signIn();
    assert.deepEqual(await tools({}, session.access_token), ALL);
    const again = await refresh(stage, session.client, session.refresh_token);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(await tools({}, again.json().access_token), ALL);
  });

  test("signs nobody in without a good assertion", async () => {
    for (const headers of [{}, { "cf-access-jwt-assertion": "junk" }, await asserted({ aud: ["x"] })]) {
      const { page, answer } = await signIn(headers);
      clientError(page, { code: "server_error", state: "state-of-the-client", iss: origin });
      assert.match(answer.text, /could not be signed in/);
    }
  });

  test("a session of HTTP+SSE belongs to the caller who opened it", async () => {
    const mine = await asserted({ sub: "7335d417-61da-459d-899c-000000000001" });
    const stream = await listen(`${origin}/sse`, { headers: mine });
    assert.equal(stream.status, 200);
    const { data } = await stream.next();
    const path = new URL(data, origin).href.replace(origin, "");
    const body = { jsonrpc: "2.0", id: 1, method: "ping" };
    const theirs = await asserted({ sub: "7335d417-61da-459d-899c-000000000002" });
    assert.equal((await mcp.post(origin, undefined, body, { path, headers: theirs })).status, 404);
    assert.equal((await mcp.post(origin, undefined, body, { path, headers: mine })).status, 202);
    stream.close();
  });

  test("a rotated key is fetched once it is used, and an unreachable team lets nobody in", async () => {
    await stage.restart();
    certs.status = 500;
    assert.equal((await list(await asserted())).status, 503);
    certs.status = 200;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.deepEqual(await tools(await asserted()), ADD);
    let asked = certs.asked;
    for (let i = 0; i < 3; i += 1) assert.equal((await list(await asserted({}, { key: stranger }))).status, 401);
    assert.equal(certs.asked, asked, "anybody can send a wrong signature");
    const rotated = await newKey("access-2");
    certs.keys = [access, rotated];
    assert.deepEqual(await tools(await asserted({}, { key: rotated })), ADD, "at once");
    assert.equal(certs.asked, asked + 1);
    asked = certs.asked;
    const unknown = { ...stranger, kid: "access-3" };
    for (let i = 0; i < 5; i += 1) assert.equal((await list(await asserted({}, { key: unknown }))).status, 401);
    assert.equal(certs.asked, asked + 2, "unknown keys cannot make us hammer Access");
  });
});
