// A strict client library (npm `oauth4webapi`) drives the whole flow: it refuses every answer that
// a specification forbids, and here it is also made to ask for what it must not get.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { errorPage } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { VISITOR } from "./lib/idp.mjs";
import { REDIRECT_URI, WEB_URI } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";
import { authorize, discover, http, open, redeem, refresh, refusal, register, request, revoke } from "./lib/strict.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
const email = VISITOR;
const resource = new URL(`${origin}/mcp`);
let as;
let client;
before(async () => {
  as = await discover(origin);
  client = await register(as);
});

const call = (token) => oauth.protectedResourceRequest(
  token, "POST", resource,
  new Headers({ "content-type": "application/json", accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18" }),
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }), http,
);
const signIn = async (who = client) => redeem(as, who, await authorize(stage, as, who, { email }));
const bearer = (status, error) => (refused) => {
  assert.ok(refused instanceof oauth.WWWAuthenticateChallengeError, String(refused));
  assert.equal(refused.status, status);
  const challenge = refused.cause.find(({ scheme }) => scheme === "bearer");
  assert.equal(challenge.parameters.error, error);
  assert.equal(challenge.parameters.resource_metadata, `${origin}/.well-known/oauth-protected-resource/mcp`);
  return true;
};

describe("strict client: discovery", () => {
  test("a call with an invented token is answered by a challenge that leads to the metadata", async () => {
    await assert.rejects(call("made-up"), bearer(401, "invalid_token"));
  });

  test("a call without a token is answered by a challenge without an error", async () => {
    const answer = await send(resource.href, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    assert.equal(answer.status, 401);
    assert.doesNotMatch(answer.headers.get("www-authenticate"), /error=/);
  });

  for (const path of ["/mcp", "/sse"]) {
    test(`the metadata of the resource ${path} is that of this resource (RFC 9728)`, async () => {
      const identifier = new URL(`${origin}${path}`);
      const response = await oauth.resourceDiscoveryRequest(identifier, http);
      const metadata = await oauth.processResourceDiscoveryResponse(identifier, response);
      assert.deepEqual(metadata.authorization_servers, [origin]);
    });
  }

  test("metadata of a resource that this server has not is refused", async () => {
    const identifier = new URL(`${origin}/mcp/elsewhere`);
    const response = await oauth.resourceDiscoveryRequest(identifier, http);
    await assert.rejects(oauth.processResourceDiscoveryResponse(identifier, response));
  });

  for (const algorithm of ["oauth2", "oidc"]) {
    test(`the metadata of the authorization server is accepted by ${algorithm} discovery (RFC 8414)`, async () => {
      assert.equal((await discover(origin, algorithm)).issuer, origin);
    });
  }

  test("every endpoint of the metadata is at the issuer, and PKCE is S256 only", () => {
    const endpoints = Object.entries(as).filter(([name]) => name.endsWith("_endpoint"));
    assert.ok(endpoints.length >= 4);
    for (const [name, url] of endpoints) assert.equal(new URL(url).origin, origin, name);
    assert.deepEqual(as.code_challenge_methods_supported, ["S256"]);
    assert.equal(as.authorization_response_iss_parameter_supported, true);
  });
});

describe("strict client: registration", () => {
  for (const method of ["none", "client_secret_basic", "client_secret_post"]) {
    test(`of a client with ${method}, and a sign-in with it`, async () => {
      const own = await register(as, { token_endpoint_auth_method: method });
      assert.equal(own.token_endpoint_auth_method, method);
      assert.equal(typeof own.client_secret, method === "none" ? "undefined" : "string");
      const tokens = await signIn(own);
      assert.equal((await call(tokens.access_token)).status, 200);
    });
  }

  const junk = {
    "a redirect_uri with a fragment": { redirect_uris: ["https://client.example/cb#x"] },
    "a redirect_uri of javascript": { redirect_uris: ["javascript:alert(1)"] },
    "a redirect_uri of plain http elsewhere": { redirect_uris: ["http://client.example/cb"] },
    "no redirect_uris": { redirect_uris: [] },
    "a response type of the implicit flow": { response_types: ["token"] },
    "a way to authenticate that does not exist": { token_endpoint_auth_method: "trust_me" },
  };
  for (const [name, changes] of Object.entries(junk)) {
    test(`with ${name} is refused`, async () => {
      await assert.rejects(register(as, changes), refusal(400, "invalid_redirect_uri", "invalid_client_metadata"));
    });
  }
});

describe("strict client: authorization", () => {
  const errors = {
    "without PKCE": [{ code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
    "with PKCE downgraded to plain": [{ code_challenge_method: "plain" }, "invalid_request"],
    "with a challenge and no method, which means plain": [{ code_challenge_method: undefined }, "invalid_request"],
    "for the implicit flow": [{ response_type: "token" }, "unsupported_response_type"],
    "for a resource of another server": [{ resource: "https://mcp.example.com/mcp" }, "invalid_target"],
  };
  for (const [name, [changes, code]] of Object.entries(errors)) {
    test(`${name} a client on the web that nobody answers for is refused by a page with a link`, async () => {
      const web = await register(as, { redirect_uris: [WEB_URI] });
      const { url, state } = await request(as, web, changes);
      const page = await stage.browser().visit(url);
      errorPage(page);
      assert.equal(page.document.querySelectorAll("form, meta[http-equiv]").length, 0, "nothing goes on by itself");
      assert.equal(page.headers.get("refresh"), null);
      const links = page.document.querySelectorAll("main a");
      assert.equal(links.length, 1);
      const target = links[0].getAttribute("href");
      assert.ok(target.startsWith(`${WEB_URI}?`), target);
      assert.throws(() => oauth.validateAuthResponse(as, web, new URL(target), state),
        (error) => error instanceof oauth.AuthorizationResponseError && error.error === code);
    });

    test(`${name} is refused at the client with ${code}`, async () => {
      const { url, state } = await request(as, client, changes);
      const page = await open(stage, url, { email });
      assert.equal(page.status, 0, `${page.status} ${page.words}`);
      assert.throws(() => oauth.validateAuthResponse(as, client, new URL(page.url), state),
        (error) => error instanceof oauth.AuthorizationResponseError && error.error === code);
    });
  }

  const pages = {
    "of an unknown client": { client_id: "nobody" },
    "to a redirect_uri that is not registered": { redirect_uri: "https://evil.example/cb" },
    "to a loopback address with another path (RFC 8252)": { redirect_uri: REDIRECT_URI.replace("/callback", "/other") },
    "to localhost in place of 127.0.0.1": { redirect_uri: REDIRECT_URI.replace("127.0.0.1", "localhost") },
  };
  for (const [name, changes] of Object.entries(pages)) {
    test(`${name} is refused by a page, and redirects nowhere`, async () => {
      const { url } = await request(as, client, changes);
      errorPage(await stage.browser().visit(url));
    });
  }

  test("to a loopback address with another port goes through (RFC 8252 section 7.3)", async () => {
    const result = await authorize(stage, as, client, { email, changes: { redirect_uri: REDIRECT_URI.replace("33418", "49999") } });
    assert.ok((await redeem(as, client, result)).access_token);
  });

  test("for scopes that this server has not grants only those it has, and says so (RFC 6749 section 3.3)", async () => {
    const result = await authorize(stage, as, client, { email, changes: { scope: "mcp admin everything" } });
    assert.equal((await redeem(as, client, result)).scope, "mcp");
  });

  test("its answer is refused by a client that asked with another state, or another server", async () => {
    const asked = await request(as, client);
    const { url } = await open(stage, asked.url, { email });
    assert.throws(() => oauth.validateAuthResponse(as, client, new URL(url), "another-state"));
    assert.throws(() => oauth.validateAuthResponse({ ...as, issuer: "https://other.example" }, client, new URL(url), asked.state));
  });

  test("its page may not be framed, cached or told to others", async () => {
    const page = await stage.browser().visit((await request(as, client)).url);
    assert.match(page.headers.get("content-security-policy"), /frame-ancestors 'none'/);
    assert.equal(page.headers.get("x-frame-options"), "DENY");
    assert.equal(page.headers.get("cache-control"), "no-store");
    // `same-origin` keeps the `Origin` of the form, by which forged ones are told apart.
    assert.match(page.headers.get("referrer-policy"), /^(no-referrer|same-origin)$/);
  });
});

describe("strict client: a code", () => {
  test("becomes tokens that the library accepts and that work", async () => {
    const tokens = await signIn();
    assert.equal(tokens.token_type, "bearer");
    assert.ok(tokens.refresh_token && tokens.expires_in > 0);
    assert.equal(tokens.scope, "mcp");
    assert.equal((await call(tokens.access_token)).status, 200);
  });

  test("replayed is refused, and ends what it gave", async () => {
    const result = await authorize(stage, as, client, { email });
    const tokens = await redeem(as, client, result);
    await assert.rejects(redeem(as, client, result), refusal(400, "invalid_grant"));
    await assert.rejects(refresh(as, client, tokens.refresh_token), refusal(400, "invalid_grant"));
  });

  test("without the verifier is refused: PKCE cannot be dropped on the way", async () => {
    const result = await authorize(stage, as, client, { email });
    await assert.rejects(redeem(as, client, result, { verifier: oauth.nopkce }), refusal(400, "invalid_request", "invalid_grant"));
  });

  test("with another verifier is refused", async () => {
    const result = await authorize(stage, as, client, { email });
    await assert.rejects(redeem(as, client, result, { verifier: oauth.generateRandomCodeVerifier() }), refusal(400, "invalid_grant"));
  });

  test("with another redirect_uri is refused", async () => {
    const result = await authorize(stage, as, client, { email });
    await assert.rejects(redeem(as, client, result, { redirect: "http://127.0.0.1:33418/other" }), refusal(400, "invalid_grant"));
  });

  test("for a resource of another server is refused", async () => {
    const result = await authorize(stage, as, client, { email });
    const parameters = { resource: "https://mcp.example.com/mcp" };
    await assert.rejects(redeem(as, client, result, { parameters }), refusal(400, "invalid_target"));
  });

  test("of another client is refused", async () => {
    const result = await authorize(stage, as, client, { email });
    await assert.rejects(redeem(as, await register(as), result), refusal(400, "invalid_grant"));
  });

  test("of a confidential client is refused without its secret, and with a wrong one", async () => {
    const own = await register(as, { token_endpoint_auth_method: "client_secret_basic" });
    const result = await authorize(stage, as, own, { email });
    await assert.rejects(redeem(as, own, result, { auth: oauth.None() }), refusal(401, "invalid_client"));
    await assert.rejects(redeem(as, own, result, { auth: oauth.ClientSecretBasic("wrong") }), refusal(401, "invalid_client"));
    await assert.rejects(redeem(as, own, result, { auth: oauth.ClientSecretPost(own.client_secret) }), refusal(401, "invalid_client"));
  });
});

describe("strict client: a refresh token", () => {
  test("is replaced at each use", async () => {
    const first = await signIn();
    const second = await refresh(as, client, first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal((await call(second.access_token)).status, 200);
  });

  test("used after its successor was used ends the grant", async () => {
    const first = await signIn();
    const second = await refresh(as, client, first.refresh_token);
    const third = await refresh(as, client, second.refresh_token);
    await assert.rejects(refresh(as, client, first.refresh_token), refusal(400, "invalid_grant"));
    await assert.rejects(refresh(as, client, third.refresh_token), refusal(400, "invalid_grant"));
  });

  test("of another client is refused", async () => {
    const { refresh_token: token } = await signIn();
    await assert.rejects(refresh(as, await register(as), token), refusal(400, "invalid_grant"));
  });

  test("gives no wider scope, and no other resource", async () => {
    const { refresh_token: token } = await signIn();
    await assert.rejects(refresh(as, client, token, { scope: "mcp offline_access" }), refusal(400, "invalid_scope"));
    await assert.rejects(refresh(as, client, token, { resource: `${origin}/sse` }), refusal(400, "invalid_target"));
    assert.ok((await refresh(as, client, token)).access_token, "and is not used up by that");
  });

  test("is no access token, nor the other way round", async () => {
    const tokens = await signIn();
    await assert.rejects(call(tokens.refresh_token), bearer(401, "invalid_token"));
    await assert.rejects(refresh(as, client, tokens.access_token), refusal(400, "invalid_grant"));
  });
});

describe("strict client: revocation (RFC 7009)", () => {
  for (const kind of ["refresh_token", "access_token"]) {
    test(`of the ${kind} ends the grant`, async () => {
      const tokens = await signIn();
      await revoke(as, client, tokens[kind], { token_type_hint: kind });
      await assert.rejects(refresh(as, client, tokens.refresh_token), refusal(400, "invalid_grant"));
    });
  }

  test("of a token that nobody knows is answered like any other", async () => {
    await revoke(as, client, "no-such-token");
  });

  test("by another client ends nothing", async () => {
    const tokens = await signIn();
    await revoke(as, await register(as), tokens.refresh_token);
    assert.ok((await refresh(as, client, tokens.refresh_token)).access_token);
  });
});

describe("strict client: pages of other origins (CORS)", () => {
  const from = { origin: "https://inspector.example" };
  const allowed = (answer) => ["*", from.origin].includes(answer.headers.get("access-control-allow-origin"));

  test("may read the metadata, and use registration, token and revocation", async () => {
    const metadata = await send(`${origin}/.well-known/oauth-authorization-server`, { headers: from });
    assert.ok(allowed(metadata));
    for (const endpoint of [as.registration_endpoint, as.token_endpoint, as.revocation_endpoint]) {
      const headers = { ...from, "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
      const answer = await send(endpoint, { method: "OPTIONS", headers });
      assert.ok(answer.status < 300 && allowed(answer), `${endpoint} answered ${answer.status}`);
      assert.notEqual(answer.headers.get("access-control-allow-credentials"), "true");
      assert.ok(allowed(await send(endpoint, { method: "POST", headers: from, body: new URLSearchParams() })), `${endpoint}, refused`);
    }
  });

  test("may not read the pages of a sign-in", async () => {
    const { url } = await request(as, client);
    assert.ok(!allowed(await send(url, { headers: from })));
  });
});
