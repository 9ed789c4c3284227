// The whole path, step by step, with a client written out: what each step answers, and what the
// two people of the tests may do at the end.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { challenge, helpful, jpeg, parameter } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { EMPLOYEE, VISITOR, logIn } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, REDIRECT_URI, WEB_URI, atClient, authorizeUrl, newClient, pkce, redeem, refresh, register, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
const json = async (path) => {
  const answer = await send(`${origin}${path}`);
  assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  assert.match(answer.headers.get("content-type"), /^application\/json\b/);
  return answer.json();
};

describe("discovery", () => {
  test("a call without a token is answered 401 and points at the resource's metadata", async () => {
    const answer = await mcp.legacy(origin, undefined, "tools/list");
    // RFC 6750 section 3.1: no `error` when no token was sent.
    challenge(answer, { origin, error: undefined });
    assert.equal(answer.headers.get("cache-control"), "no-store");
  });

  for (const [path, resource] of [["/mcp", "/mcp"], ["/sse", "/sse"]]) {
    test(`the metadata of ${path} names exactly the address that clients call`, async () => {
      const metadata = await json(`/.well-known/oauth-protected-resource${path}`);
      assert.equal(metadata.resource, `${origin}${resource}`);
      assert.deepEqual(metadata.authorization_servers, [origin]);
      assert.deepEqual(metadata.bearer_methods_supported, ["header"]);
      assert.ok(!metadata.scopes_supported?.includes("offline_access"));
    });
  }

  test("the metadata at the root is there for clients that ask without a path", async () => {
    const metadata = await json("/.well-known/oauth-protected-resource");
    assert.ok(metadata.resource.startsWith(origin));
    assert.deepEqual(metadata.authorization_servers, [origin]);
  });

  for (const path of ["oauth-authorization-server", "openid-configuration"]) {
    test(`/.well-known/${path} describes the authorization server`, async () => {
      const metadata = await json(`/.well-known/${path}`);
      assert.equal(metadata.issuer, origin);
      assert.equal(metadata.authorization_endpoint, `${origin}/authorize`);
      assert.equal(metadata.token_endpoint, `${origin}/token`);
      assert.equal(metadata.registration_endpoint, `${origin}/register`);
      assert.equal(metadata.revocation_endpoint, `${origin}/revoke`);
      assert.deepEqual(metadata.response_types_supported, ["code"]);
      assert.deepEqual(metadata.code_challenge_methods_supported, ["S256"]);
      assert.deepEqual([...metadata.grant_types_supported].sort(), ["authorization_code", "refresh_token"]);
      assert.ok(metadata.token_endpoint_auth_methods_supported.includes("none"));
      assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    });
  }

  test("browser clients of other origins may read the metadata and the challenge", async () => {
    const headers = { origin: "https://inspector.example" };
    const metadata = await send(`${origin}/.well-known/oauth-authorization-server`, { headers });
    assert.ok(["*", headers.origin].includes(metadata.headers.get("access-control-allow-origin")));
  });
});

describe("a sign-in", () => {
  test("goes from registration to a token that works, and each step keeps its promises", async () => {
    const registered = await register(origin);
    assert.equal(registered.status, 201, registered.text);
    assert.equal(registered.headers.get("cache-control"), "no-store");
    const client = registered.json();
    assert.deepEqual(client.redirect_uris, [REDIRECT_URI]);
    assert.equal(client.token_endpoint_auth_method, "none");
    assert.equal(client.client_secret, undefined, "a public client gets no secret");

    const browser = stage.browser();
    const proof = pkce();
    const until = atClient(client);
    const consent = await browser.visit(authorizeUrl(origin, client, proof.challenge), { until });
    checkConsentPage(consent);
    assert.equal(stage.idp.requests.length, 0, "nothing reaches the identity provider before the approval");

    const login = await browser.submit(consent, { button: APPROVE, until });
    checkRedirectToProvider(login);
    const end = await logIn(browser, login, EMPLOYEE, { until });
    assert.equal(end.query.get("state"), "state-of-the-client");
    assert.equal(end.query.get("iss"), origin);
    assert.equal(end.query.getAll("code").length, 1);
    assert.deepEqual(browser.jar.rejected, []);
    assert.equal(end.history.at(-1).headers.get("cache-control"), "no-store");

    const answer = await redeem(stage, client, { code: end.query.get("code"), verifier: proof.verifier });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const tokens = answer.json();
    assert.equal(tokens.token_type.toLowerCase(), "bearer");
    assert.ok(tokens.expires_in > 0 && tokens.expires_in <= 86400);
    assert.ok(tokens.refresh_token);
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      assert.doesNotMatch(Buffer.from(token, "base64url").toString("latin1") + token, /mycompany/, "a token says nothing about the person");
    }
    assert.equal(mcp.message(await mcp.call(origin, tokens.access_token, "add", { a: 23, b: 19 })).result.content[0].text, "42");
  });

  test("leaves no cookie of the attempt behind", async () => {
    const browser = stage.browser();
    await signIn(stage, { browser, email: EMPLOYEE });
    const names = browser.jar.all(origin).map(({ name }) => name);
    assert.deepEqual(names, []);
    const web = await newClient(stage.origin, { redirect_uris: [WEB_URI] });
    await signIn(stage, { browser, client: web, email: EMPLOYEE });
    assert.deepEqual(browser.jar.all(origin).map(({ name }) => name), ["toolgate-approvals"]);
  });

  test("works for a person whose sub and name hold colons, markup and letters beyond ASCII", async () => {
    const { access_token: token } = await signIn(stage, { browser: stage.browser(), email: "zoë@mycompany.com" });
    assert.equal(mcp.message(await mcp.call(origin, token, "add", { a: 1, b: 2 })).result.content[0].text, "3");
  });

  test("keeps the keys of the identity provider instead of fetching them each time", async () => {
    const count = () => stage.idp.requests.filter(({ path }) => path === "/jwks").length;
    await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const before = count();
    await signIn(stage, { browser: stage.browser(), email: VISITOR });
    await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    assert.equal(count(), before);
  });
});

function checkConsentPage(page) {
  assert.equal(page.status, 200, page.text);
  assert.match(page.words, /Toolgate end-to-end tests/, "the client's name");
  assert.match(page.words, /127\.0\.0\.1/, "the host that gets the code");
  const policy = page.headers.get("content-security-policy");
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /script-src[^;]*unsafe-inline|default-src \*/);
  assert.equal(page.headers.get("x-frame-options"), "DENY");
  assert.equal(page.headers.get("cache-control"), "no-store");
  assert.notEqual(page.headers.get("referrer-policy"), null);
  const set = page.headers.getSetCookie();
  assert.equal(set.length, 1, "one cookie for the attempt");
  assert.match(set[0], /^toolgate-consent-/);
  assert.match(set[0], /; ?HttpOnly/i);
  assert.match(set[0], /; ?SameSite=Lax/i);
}

function checkRedirectToProvider(page) {
  const [approval] = page.history;
  assert.ok([302, 303].includes(approval.status));
  const url = new URL(approval.headers.get("location"));
  assert.ok(url.href.startsWith(`${stage.idp.issuer}/authorization?`));
  assert.equal(url.searchParams.get("response_type"), "code");
  assert.equal(url.searchParams.get("redirect_uri"), `${origin}/callback`);
  assert.equal(url.searchParams.get("code_challenge_method"), "S256");
  for (const name of ["state", "nonce", "code_challenge"]) {
    assert.ok(url.searchParams.get(name)?.length >= 16, `${name} is long enough to be unguessable`);
  }
  assert.doesNotMatch(url.search, /state-of-the-client/, "the client's state is none of the provider's business");
}

describe("two people", () => {
  let sessions;
  before(async () => {
    sessions = await Promise.all([EMPLOYEE, VISITOR].map((email) => signIn(stage, { browser: stage.browser(), email })));
  });
  const token = (index) => sessions[index].access_token;

  test("the one on the list sees both tools, in a stable order", async () => {
    assert.deepEqual(await mcp.toolNames(origin, token(0)), ["add", "generateImage"]);
  });

  test("the other one sees only the tool for everyone", async () => {
    assert.deepEqual(await mcp.toolNames(origin, token(1)), ["add"]);
  });

  test("both can add", async () => {
    for (const index of [0, 1]) {
      const { result } = mcp.message(await mcp.call(origin, token(index), "add", { a: 23, b: 19 }));
      assert.deepEqual(result.content, [{ type: "text", text: "42" }]);
      assert.ok(!result.isError);
    }
  });

  test("the one on the list gets an image made for the prompt", async () => {
    const prompt = "a lighthouse in the fog";
    const { result } = mcp.message(await mcp.call(origin, token(0), "generateImage", { prompt, steps: 8 }));
    const bytes = jpeg(result, prompt);
    assert.ok(bytes.includes('"steps":8'), "the argument reached the model");
  });

  test("the number of steps has its default", async () => {
    const { result } = mcp.message(await mcp.call(origin, token(0), "generateImage", { prompt: "a cat" }));
    assert.ok(jpeg(result, "a cat").includes('"steps":4'));
  });

  test("a failure of the model is a tool error, not a failure of the server", async () => {
    const answer = await mcp.call(origin, token(0), "generateImage", { prompt: "please fail" });
    assert.equal(answer.status, 200, answer.text);
    const { result } = mcp.message(answer);
    assert.equal(result.isError, true);
    helpful(result.content[0].text);
  });

  test("the other one is told that the tool is not for this account, as if it did not exist", async () => {
    const denied = await mcp.call(origin, token(1), "generateImage", { prompt: "a cat" });
    const { error } = mcp.message(denied);
    assert.equal(error.code, -32602, denied.text);
    assert.match(error.message, /not allowed for this account.*generateImage/i);
    const unknown = mcp.message(await mcp.call(origin, token(1), "no-such-tool", {}));
    assert.equal(unknown.error.message.replace("no-such-tool", "generateImage"), error.message);
  });

  test("arguments outside the schema are a tool error that names the argument", async () => {
    for (const [args, name] of [[{ prompt: "x", steps: 9 }, "steps"], [{ prompt: "x", steps: 3 }, "steps"], [{ steps: 4 }, "prompt"], [{ prompt: 7 }, "prompt"]]) {
      const answer = await mcp.call(origin, token(0), "generateImage", args);
      const { result } = mcp.message(answer);
      assert.equal(result?.isError, true, answer.text);
      assert.match(result.content[0].text, new RegExp(name), JSON.stringify(args));
    }
  });

  test("the token of one refresh is as good as the first, for the same person", async () => {
    const first = sessions[1];
    const answer = await refresh(stage, first.client, first.refresh_token);
    assert.equal(answer.status, 200, answer.text);
    const next = answer.json();
    assert.notEqual(next.refresh_token, first.refresh_token);
    assert.deepEqual(await mcp.toolNames(origin, next.access_token), ["add"]);
  });
});

describe("other pages", () => {
  test("the landing page says what this is, and holds no secret", async () => {
    const page = await stage.browser().visit(`${origin}/`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get("content-type"), /^text\/html\b/);
    assert.match(page.words, /\/mcp/);
    assert.doesNotMatch(page.text, /a-secret-that-only-the-tests-know/);
    assert.match(page.headers.get("content-security-policy"), /frame-ancestors 'none'/);
  });

  test("the Server Card says where the server is and names no tool, to pages of any origin", async () => {
    for (const path of ["/.well-known/mcp/server-card.json", "/mcp/server-card"]) {
      const answer = await send(`${origin}${path}`, { headers: { origin: "https://elsewhere.example", accept: "application/mcp-server-card+json" } });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers.get("content-type"), "application/mcp-server-card+json");
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
      assert.match(answer.headers.get("cache-control"), /^public, max-age=\d+$/);
      const card = answer.json();
      assert.match(card.name, /^[a-zA-Z0-9.-]+\/access(-kv|-d1)?$/);
      assert.equal(card.remotes[0].url, `${origin}/mcp`);
      assert.doesNotMatch(answer.text, /generateImage|image-makers|addition|a-secret-that-only-the-tests-know/);
    }
  });

  test("/health answers", async () => {
    const answer = await send(`${origin}/health`);
    assert.equal(answer.status, 200, answer.text);
  });

  test("the scope of the challenge, if any, is one that the server knows", async () => {
    const answer = await mcp.legacy(origin, undefined, "tools/list");
    const scope = parameter(answer.headers.get("www-authenticate"), "scope");
    const { scopes_supported: known } = await json("/.well-known/oauth-authorization-server");
    for (const one of scope?.split(" ") ?? []) assert.ok(known.includes(one), one);
  });
});
