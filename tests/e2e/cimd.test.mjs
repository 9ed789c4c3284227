// Client ID Metadata Documents: clients whose `client_id` is the address of their own metadata.
//
// The documents are served to the Worker by lib/internet.mjs; what must never be asked for is seen
// there, too.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { after, beforeEach, describe, test } from "node:test";
import { Response } from "miniflare";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { Browser } from "./lib/browser.mjs";
import { cannotBendNames, namesOfLoopback } from "./lib/dns.mjs";
import { errorPage, oauthError } from "./lib/expect.mjs";
import { ADDRESSES, HOSTS } from "./lib/forbidden-addresses.mjs";
import { send } from "./lib/http.mjs";
import { EMPLOYEE, accessVars } from "./lib/idp.mjs";
import { Internet } from "./lib/internet.mjs";
import { REDIRECT_URI, atClient, authorize, authorizeUrl, pkce, redeem, refresh, tokenRequest } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";
import { startOnNetworks } from "./lib/workerd.mjs";

const internet = new Internet();
const stage = await openStage({ worker: { outboundService: internet.service } });
after(() => stage.close());
const { origin } = stage;

let names = 0;
/** An address that no test used before: what one isolate keeps must not decide another test. */
const newId = () => `https://client${(names += 1)}.example/oauth/client.json`;

function documentOf(id, changes = {}) {
  return { client_id: id, client_name: "A documented client", redirect_uris: [REDIRECT_URI], ...changes };
}

/** Publishes a document, and answers its client for lib/oauth.mjs. */
function publish(id, changes = {}, options) {
  const document = documentOf(id, changes);
  internet.publish(id, document, options);
  return document;
}

/** What the person sees when they arrive with this `client_id`. */
const arrive = (id, changes = {}) => stage.browser().visit(authorizeUrl(origin, { client_id: id }, pkce().challenge, changes));

const isConsent = (page) => page.status === 200 && page.hidden("attempt") !== undefined;

/** No page to approve on, but one that explains. */
async function isRefused(id, changes) {
  const page = await arrive(id, changes);
  return errorPage(page);
}

beforeEach(() => {
  internet.requests.length = 0;
});

describe("a documented client", () => {
  test("signs in, and the document is fetched once for all of it", async () => {
    const client = publish(newId());
    const result = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE });
    assert.ok(result.consent, "a person has to approve it");
    assert.match(result.consent.words, /A documented client/);
    assert.match(result.consent.words, new RegExp(new URL(client.client_id).hostname), "the page names the host that answers for the client");
    const tokens = await redeem(stage, client, result);
    assert.equal(tokens.status, 200, tokens.text);
    const next = await refresh(stage, client, tokens.json().refresh_token);
    assert.equal(next.status, 200, next.text);
    assert.equal(internet.count(client.client_id), 1);
    const [request] = internet.requests;
    assert.equal(request.method, "GET");
    assert.match(request.headers.accept, /application\/json/);
    for (const name of ["cookie", "authorization"]) assert.equal(request.headers[name], undefined, `${name} was sent to the client's host`);
  });

  test("is advertised", async () => {
    const metadata = (await send(`${origin}/.well-known/oauth-authorization-server`)).json();
    assert.equal(metadata.client_id_metadata_document_supported, true);
    assert.ok(metadata.token_endpoint_auth_methods_supported.includes("private_key_jwt"));
    assert.deepEqual(metadata.token_endpoint_auth_signing_alg_values_supported, ["RS256", "ES256"]);
  });

  test("with the document of Claude Code signs in on any port of its loopback addresses", async () => {
    const id = "https://claude.ai/oauth/claude-code-client-metadata";
    const client = publish(id, { client_name: "Claude Code", redirect_uris: ["http://localhost/callback", "http://127.0.0.1/callback"], token_endpoint_auth_method: "none" });
    for (const redirect_uri of ["http://localhost:54545/callback", "http://127.0.0.1:3118/callback"]) {
      const result = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE, changes: { redirect_uri } });
      assert.ok(result.page.url.startsWith(`${redirect_uri}?`), result.page.url);
      const tokens = await redeem(stage, client, result, { redirect_uri });
      assert.equal(tokens.status, 200, tokens.text);
    }
    for (const redirect_uri of ["http://localhost:54545/callback/x", "http://[::1]:54545/callback", "https://localhost:54545/callback"]) {
      await isRefused(id, { redirect_uri });
    }
  });

  test("whose document changed is not approved silently", async () => {
    const id = newId();
    const client = publish(id, {}, { headers: { "cache-control": "no-store" } });
    const browser = stage.browser();
    const first = await authorize(stage, { browser, client, email: EMPLOYEE });
    assert.ok(first.consent);
    const second = await authorize(stage, { browser, client, email: EMPLOYEE });
    assert.equal(second.consent, undefined, "the approval is remembered");
    for (const change of [{ client_name: "Another name" }, { redirect_uris: [REDIRECT_URI, "https://evil.example/cb"] }]) {
      publish(id, change, { headers: { "cache-control": "no-store" } });
      const again = await browser.visit(authorizeUrl(origin, client, pkce().challenge), { until: atClient(client) });
      assert.ok(isConsent(again), `${JSON.stringify(change)}: ${again.url}`);
    }
  });

  test("cannot be sent to an address that its document does not list", async () => {
    const { client_id } = publish(newId());
    for (const redirect_uri of ["https://evil.example/cb", `${REDIRECT_URI}/x`, "claude://oauth/callback"]) await isRefused(client_id, { redirect_uri });
  });

  test("of a document that this isolate keeps survives an outage of its host", async () => {
    const client = publish(newId());
    assert.ok(isConsent(await arrive(client.client_id)));
    internet.remove(client.client_id);
    assert.ok(isConsent(await arrive(client.client_id)));
    assert.equal(internet.count(client.client_id), 1);
  });
});

describe("server-side request forgery: nothing is fetched for a client_id", () => {
  for (const [name, host] of HOSTS) {
    test(name, async () => {
      for (const port of ["", ":8443"]) {
        await isRefused(`https://${host}${port}/oauth/client.json`);
        oauthError(await tokenRequest(origin, { grant_type: "refresh_token", refresh_token: "x", client_id: `https://${host}${port}/oauth/client.json` }), 401, "invalid_client");
      }
      assert.deepEqual(internet.requests, []);
    });
  }

  for (const [name, id] of ADDRESSES) {
    test(name, async () => {
      await isRefused(id);
      assert.deepEqual(internet.requests, []);
    });
  }

  test("whose key set is inside a network", async () => {
    for (const jwks_uri of ["https://127.0.0.1/jwks", "https://2130706433/jwks", "https://[::1]/jwks", "https://localhost/jwks", "http://keys.example/jwks"]) {
      const { client_id } = publish(newId(), { token_endpoint_auth_method: "private_key_jwt", jwks_uri });
      await isRefused(client_id);
      assert.deepEqual(internet.requests.map(({ url }) => url), [client_id]);
      internet.requests.length = 0;
    }
  });

  test("that redirects to another address", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const location of ["https://other.example/client.json", "http://127.0.0.1/client.json", "/elsewhere.json"]) {
        const id = newId();
        internet.publish("https://other.example/client.json", documentOf(id));
        internet.publish(new URL("/elsewhere.json", id).href, documentOf(id));
        internet.publish(id, "", { status, headers: { location } });
        await isRefused(id);
        assert.deepEqual(internet.requests.map(({ url }) => url), [id], `followed ${status} to ${location}`);
        internet.requests.length = 0;
      }
    }
  });
});

test("server-side request forgery: a name that resolves to the loopback is not connected to", { skip: cannotBendNames() }, async () => {
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const id = `https://client.rebound.example:${listener.address().port}/client.json`;
  const vars = { ...accessVars("https://idp.example"), COOKIE_ENCRYPTION_KEY: randomBytes(32).toString("hex") };
  const visit = async (allow) => {
    const { origin, stop } = await startOnNetworks(allow, { vars, env: namesOfLoopback(".rebound.example") });
    try {
      errorPage(await new Browser().visit(authorizeUrl(origin, { client_id: id }, pkce().challenge)));
    } finally {
      await stop();
    }
  };
  try {
    await visit(["public", "private"]);
    assert.ok(connections > 0, "the name was not bent, so this test shows nothing");
    connections = 0;
    await visit(["public"]);
    assert.equal(connections, 0, "the platform lets a name lead into a private network");
  } finally {
    listener.close();
  }
});

/** JSON white space without an end, so many bytes every so many milliseconds. */
function slowly(bytes, milliseconds) {
  let timer;
  const body = new ReadableStream({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new TextEncoder().encode(" ".repeat(bytes))), milliseconds);
    },
    cancel() {
      clearInterval(timer);
    },
  });
  setTimeout(() => clearInterval(timer), 15_000).unref();
  return new Response(body, { headers: { "content-type": "application/json" } });
}

describe("an answer is refused", () => {
  const refuse = async (body, options) => {
    const id = newId();
    internet.publish(id, typeof body === "function" ? body(id) : body, options);
    await isRefused(id);
    return id;
  };

  for (const status of [201, 204, 400, 401, 404, 500, 503]) {
    test(`with status ${status}`, () => refuse(documentOf, { status }));
  }
  for (const kind of ["text/html", "text/plain", "application/javascript", "application/octet-stream"]) {
    test(`of type ${kind}`, () => refuse(documentOf, { headers: { "content-type": kind } }));
  }
  test("above five kilobytes", () => refuse((id) => documentOf(id, { pad: "x".repeat(5200) })));
  test("of endless bytes, which are not read", async () => {
    const id = newId();
    internet.answer(id, () => slowly(1024, 10));
    const began = Date.now();
    await isRefused(id);
    assert.ok(Date.now() - began < 4000, "it was read until the time was up");
  });
  test("that takes too long to begin", async () => {
    const id = newId();
    internet.answer(id, async () => {
      await new Promise((resolve) => setTimeout(resolve, 12_000).unref());
      return Response.json(documentOf(id));
    });
    const began = Date.now();
    await isRefused(id);
    assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`);
  });
  test("that trickles", async () => {
    const id = newId();
    internet.answer(id, () => slowly(1, 300));
    const began = Date.now();
    await isRefused(id);
    assert.ok(Date.now() - began < 8000, `${Date.now() - began} ms`);
  });

  const bodies = [
    ["that is not JSON", () => "<!doctype html>"],
    ["that is a list", () => "[]"],
    ["that names another client_id", (id) => documentOf(id, { client_id: "https://other.example/client.json" })],
    ["that names its client_id with a slash more", (id) => documentOf(id, { client_id: `${id}/` })],
    ["that names no client_id", (id) => documentOf(id, { client_id: undefined })],
    ["without a client_name", (id) => documentOf(id, { client_name: undefined })],
    ["without redirect_uris", (id) => documentOf(id, { redirect_uris: undefined })],
    ["with a script as redirect URI", (id) => documentOf(id, { redirect_uris: ["javascript:alert(1)"] })],
    ["with plain http as redirect URI", (id) => documentOf(id, { redirect_uris: [REDIRECT_URI, "http://client.example/cb"] })],
    ["with a client_secret", (id) => documentOf(id, { client_secret: "s3cret" })],
    ["with client_secret_basic", (id) => documentOf(id, { token_endpoint_auth_method: "client_secret_basic" })],
    ["with client_secret_jwt", (id) => documentOf(id, { token_endpoint_auth_method: "client_secret_jwt" })],
    ["with private_key_jwt and no key", (id) => documentOf(id, { token_endpoint_auth_method: "private_key_jwt" })],
    ["with a symmetric key", (id) => documentOf(id, { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } })],
  ];
  for (const [name, body] of bodies) test(name, () => refuse(body));

  test("and asked for again the next time, but only so often", async () => {
    const id = await refuse(documentOf, { status: 500 });
    internet.publish(id, documentOf(id));
    assert.ok(isConsent(await arrive(id)), "the error was kept");
    const broken = await refuse(documentOf, { status: 500 });
    for (let i = 0; i < 20; i += 1) await isRefused(broken);
    assert.ok(internet.count(broken) <= 10, `${internet.count(broken)} fetches`);
  });

  test("whose name would be markup, which stays text", async () => {
    const { client_id } = publish(newId(), { client_name: "<script>alert(1)</script>\u202e" });
    const page = await arrive(client_id);
    assert.ok(isConsent(page));
    assert.ok(!page.text.includes("<script") && !page.text.includes("\u202e"));
  });
});

describe("a client with a key of its own (private_key_jwt)", async () => {
  const TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const rsa = await generateKeyPair("RS256", { extractable: true });
  const stranger = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1" };
  const rsaJwk = { ...(await exportJWK(rsa.publicKey)), kid: "k2" };

  const sign = (id, claims = {}, { key = privateKey, header = { alg: "ES256", kid: "k1" } } = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: id, sub: id, aud: origin, jti: crypto.randomUUID(), iat: now, exp: now + 120, ...claims })
      .setProtectedHeader(header).sign(key);
  };
  const proof = async (...args) => ({ client_assertion_type: TYPE, client_assertion: await sign(...args) });
  const newConfidential = (changes = { jwks: { keys: [jwk] } }) => publish(newId(), { token_endpoint_auth_method: "private_key_jwt", ...changes });
  const codeFor = (client) => authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE });

  test("redeems, refreshes and revokes with assertions", async () => {
    const client = newConfidential();
    const tokens = await redeem(stage, client, await codeFor(client), await proof(client.client_id));
    assert.equal(tokens.status, 200, tokens.text);
    const next = await refresh(stage, client, tokens.json().refresh_token, await proof(client.client_id, { aud: `${origin}/token` }));
    assert.equal(next.status, 200, next.text);
    const token = next.json().refresh_token;
    const revoke = (more) => send(`${origin}/revoke`, { method: "POST", body: new URLSearchParams({ token, client_id: client.client_id, ...more }) });
    oauthError(await revoke({}), 401, "invalid_client");
    assert.equal((await revoke(await proof(client.client_id))).status, 200);
    oauthError(await refresh(stage, client, token, await proof(client.client_id)), 400, "invalid_grant");
  });

  test("may keep its keys elsewhere, and rotate them", async () => {
    const jwks_uri = `https://keys${names}.example/jwks`;
    internet.publish(jwks_uri, { keys: [rsaJwk] });
    const client = newConfidential({ jwks_uri });
    const tokens = await redeem(stage, client, await codeFor(client), await proof(client.client_id, {}, { key: rsa.privateKey, header: { alg: "RS256", kid: "k2" } }));
    assert.equal(tokens.status, 200, tokens.text);
    assert.equal(internet.count(jwks_uri), 1);
  });

  test("is refused without an assertion, and with a forged one, which uses nothing up", async () => {
    const client = newConfidential();
    const { client_id } = client;
    const result = await codeFor(client);
    const now = Math.floor(Date.now() / 1000);
    const forgeries = [
      ["none", {}],
      ["of another key", await proof(client_id, {}, { key: stranger.privateKey })],
      ["with a key of its own in the header", await proof(client_id, {}, { key: stranger.privateKey, header: { alg: "ES256", jwk: await exportJWK(stranger.publicKey) } })],
      ["for another server", await proof(client_id, { aud: "https://other.example" })],
      ["of another client", await proof("https://other.example/client.json")],
      ["expired", await proof(client_id, { exp: now - 120, iat: now - 240 })],
      ["valid for a day", await proof(client_id, { exp: now + 86_400 })],
      ["without jti", await proof(client_id, { jti: undefined })],
      ["without a signature", { client_assertion_type: TYPE, client_assertion: `${(await sign(client_id)).split(".").slice(0, 2).join(".")}.` }],
      ["of another type", { ...(await proof(client_id)), client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer" }],
      ["with the public key as a secret (HS256)", await proof(client_id, {}, { key: new TextEncoder().encode(JSON.stringify(jwk)), header: { alg: "HS256", kid: "k1" } })],
    ];
    for (const [name, more] of forgeries) {
      const answer = await redeem(stage, client, result, more);
      assert.equal(answer.status, 401, `${name}: ${answer.text}`);
      oauthError(answer, 401, "invalid_client");
    }
    oauthError(await redeem(stage, client, result, { client_secret: "x" }), 401, "invalid_client");
    const tokens = await redeem(stage, client, result, await proof(client_id));
    assert.equal(tokens.status, 200, `the code was used up: ${tokens.text}`);
    oauthError(await refresh(stage, client, tokens.json().refresh_token), 401, "invalid_client");
  });

  test("is told to try again while its document cannot be fetched, which uses nothing up", async () => {
    const client = newConfidential();
    internet.publish(client.client_id, client, { headers: { "cache-control": "no-store" } });
    const result = await codeFor(client);
    internet.remove(client.client_id);
    oauthError(await redeem(stage, client, result, await proof(client.client_id)), 503, "temporarily_unavailable");
    internet.publish(client.client_id, client);
    const tokens = await redeem(stage, client, result, await proof(client.client_id));
    assert.equal(tokens.status, 200, tokens.text);
  });
});
