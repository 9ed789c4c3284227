// `/callback`: the return from the identity provider, right and wrong.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { clientError, errorPage } from "./lib/expect.mjs";
import { FAULTS, sign } from "./lib/hostile-idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage({ hostile: true });
after(() => stage.close());
const { origin, idp } = stage;
let client;
before(async () => {
  client = await newClient(origin);
});
const until = (url) => atClient(client)(url);

/** A sign-in at the hostile provider; ends at the client or on a page. */
async function attempt(fault = {}, browser = stage.browser()) {
  idp.fault = fault;
  const proof = pkce();
  const consent = await browser.visit(authorizeUrl(origin, client, proof.challenge), { until });
  const page = consent.hidden("attempt") ? await browser.submit(consent, { button: APPROVE, until }) : consent;
  return { page, browser, verifier: proof.verifier };
}

/** Approves, but stops before the browser goes to `/callback`; answers that address. */
async function callbackUrl(browser = stage.browser()) {
  idp.fault = {};
  const stop = (url) => url.startsWith(`${origin}/callback`);
  const consent = await browser.visit(authorizeUrl(origin, client, pkce().challenge), { until: stop });
  const { url } = consent.hidden("attempt") ? await browser.submit(consent, { button: APPROVE, until: stop }) : consent;
  return { url, browser };
}

/** The sign-in failed: the client is told so, or a page says so; there is no code either way. */
function refused(page) {
  if (page.status === 0) {
    const code = page.query.get("error");
    assert.ok(["server_error", "access_denied", "temporarily_unavailable"].includes(code), page.url);
    clientError(page, { code, state: "state-of-the-client", iss: origin });
  } else {
    assert.ok([400, 401, 403, 502].includes(page.status), `${page.status} ${page.words}`);
    errorPage(page, page.status);
  }
}

test("the provider of this file signs people in when nothing is wrong", async () => {
  const { page, verifier } = await attempt();
  const answer = await redeem(stage, client, { code: page.query.get("code"), verifier });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await mcp.toolNames(origin, answer.json().access_token), ["add", "generateImage"]);
  assert.equal(idp.seen.token.form.redirect_uri, `${origin}/callback`);
  assert.ok(idp.seen.token.form.code_verifier?.length >= 43, "PKCE is used towards the provider too");
});

describe("an id_token with", () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    test(`${name} signs nobody in`, async () => {
      const { page } = await attempt(fault);
      refused(page);
    });
  }

  test("an `email_verified` of false matches no policy that names the address", async () => {
    const { page, verifier } = await attempt({
      idToken: (parts) => {
        parts.claims.email_verified = false;
        return sign(parts);
      },
    });
    const answer = await redeem(stage, client, { code: page.query.get("code"), verifier });
    assert.deepEqual(await mcp.toolNames(origin, answer.json().access_token), ["add"]);
  });

  test("an address that only looks like an allowed one matches no policy", async () => {
    for (const email of ["employee1@mycompany.com.evil.example", "еmployee1@mycompany.com", " employee1@mycompany.com\u0000", ["employee1@mycompany.com"]]) {
      const { page, verifier } = await attempt({
        idToken: (parts) => {
          parts.claims.email = email;
          return sign(parts);
        },
      });
      // An address that is not text may end the sign-in as well.
      if (page.status !== 0 || page.query.get("error")) {
        refused(page);
        continue;
      }
      const answer = await redeem(stage, client, { code: page.query.get("code"), verifier });
      assert.deepEqual(await mcp.toolNames(origin, answer.json().access_token), ["add"], String(email));
    }
  });
});

describe("claims of the provider", () => {
  const withClaims = (claims) => ({
    idToken: (parts) => {
      Object.assign(parts.claims, claims);
      return sign(parts);
    },
  });
  async function toolsWith(claims) {
    const { page, verifier } = await attempt(withClaims(claims));
    if (page.status !== 0 || page.query.get("error")) {
      refused(page);
      return undefined;
    }
    const answer = await redeem(stage, client, { code: page.query.get("code"), verifier });
    assert.equal(answer.status, 200, answer.text);
    return mcp.toolNames(origin, answer.json().access_token);
  }

  const odd = {
    "groups as text": { groups: "design" },
    "groups with other things between": { groups: [1, null, { name: "design" }, ["design"]] },
    "a name that is an object": { name: { given: "Erin" } },
    "an e-mail that is missing": { email: undefined },
    "an e-mail that is null": { email: null, email_verified: "yes" },
    "a sub of a thousand characters": { sub: "s".repeat(1000) },
    "a sub that is a number": { sub: 7 },
    "deeply nested claims": { custom: JSON.parse(`${'{"a":'.repeat(60)}1${"}".repeat(60)}`) },
    "many claims": Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`claim_${i}`, "x".repeat(20)])),
  };
  for (const [name, claims] of Object.entries(odd)) {
    test(`${name}: the sign-in works or is refused in words`, async () => {
      const tools = await toolsWith(claims);
      assert.ok(tools === undefined || tools.includes("add"), String(tools));
    });
  }

  test("a group that the policy names lets a person in whose address it does not name", async () => {
    assert.deepEqual(await toolsWith({ email: "someone@mycompany.com", groups: ["staff", "design"] }), ["add", "generateImage"]);
    assert.deepEqual(await toolsWith({ email: "someone@mycompany.com", groups: ["designers", "Design", "design "] }), ["add"]);
  });

  test("a hundred groups fit into a token", async () => {
    const groups = Array.from({ length: 100 }, (_, i) => `a-group-with-a-rather-long-name-${i}`);
    assert.deepEqual(await toolsWith({ email: "someone@mycompany.com", groups: [...groups, "design"] }), ["add", "generateImage"]);
  });

  test("a thousand groups that nobody names keep nobody out", async () => {
    const groups = Array.from({ length: 1000 }, (_, i) => `a-group-with-a-rather-long-name-${i}`);
    assert.deepEqual(await toolsWith({ email: "someone@mycompany.com", groups: [...groups, "design"] }), ["add", "generateImage"]);
  });
});

describe("keys of the provider", () => {
  const fresh = () => stage.restart({});
  const documents = [
    ["a page instead of keys", (response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>oops</h1>")],
    ["status 500", (response) => response.writeHead(500).end()],
    ["no list", (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"keys":{}}')],
    ["an empty list", (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"keys":[]}')],
    ["a closed connection", (response) => response.socket.destroy()],
  ];
  for (const [name, jwks] of documents) {
    test(`answered with ${name}: nobody is signed in, and the next one is not held up`, async () => {
      await fresh();
      refused((await attempt({ jwks })).page);
      await fresh();
      assert.ok((await attempt()).page.query.get("code"));
    });
  }

  test("that nobody can use do not hide the good one", async () => {
    await fresh();
    const junk = [null, 7, {}, { kty: "RSA", kid: idp.signer.kid }, { kty: "oct", k: "c2VjcmV0", kid: "sym" }, { kty: "EC", crv: "P-256", x: "!", y: "!", kid: "ec" }, { kty: "RSA", n: "AQAB", e: "AQAB", kid: "short", alg: "RS256" }];
    const jwks = (response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: [...junk, idp.signer.jwk] }));
    const { page } = await attempt({ jwks });
    assert.ok(page.query?.get("code"), `${page.status} ${page.url}`);
  });

  test("that are symmetric are not used", async () => {
    await fresh();
    const secret = Buffer.from("0123456789abcdef0123456789abcdef");
    const jwks = (response) => response.writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ keys: [{ kty: "oct", k: secret.toString("base64url"), kid: "sym", alg: "HS256" }, idp.signer.jwk] }));
    const idToken = (parts) => {
      parts.header = { alg: "HS256", kid: "sym" };
      parts.key = { ...parts.key, secret };
      return sign(parts);
    };
    refused((await attempt({ jwks, idToken })).page);
  });

  /** A sign-in whose id_token is signed by this key, with these members of its header. */
  const signedBy = (key, alg, header = {}) => ({
    idToken: (parts) => {
      parts.header = { alg, kid: key.kid, ...header };
      parts.key = key;
      return sign(parts);
    },
  });
  const keySet = (...keys) => (response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys }));
  const signedIn = (page) => assert.ok(page.query?.get("code"), `${page.status} ${page.url}`);

  for (const alg of ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]) {
    test(`of ${alg} sign people in, and those of a stranger do not`, async () => {
      await fresh();
      const [key, stranger] = [await idp.newKey("one", alg), await idp.newKey("one", alg)];
      const jwks = keySet(idp.signer.jwk, key.jwk);
      signedIn((await attempt({ jwks, ...signedBy(key, alg) })).page);
      refused((await attempt({ jwks, ...signedBy(stranger, alg) })).page);
    });
  }

  test("without `alg` serve every algorithm of their kind, and none of another", async () => {
    await fresh();
    const key = await idp.newKey("rsa", "RS512");
    const { alg, ...jwk } = key.jwk;
    assert.equal(alg, "RS512");
    signedIn((await attempt({ jwks: keySet({ ...jwk, use: null, key_ops: null }), ...signedBy(key, "RS512") })).page);
    const elliptic = await idp.newKey("rsa", "ES256");
    refused((await attempt({ jwks: keySet(jwk), ...signedBy(elliptic, "ES256") })).page);
  });

  test("need no `kid` when one fits, and one that is listed twice is one", async () => {
    await fresh();
    const other = await idp.newKey("other", "ES256");
    const { kid, ...nameless } = idp.signer.jwk;
    assert.ok(kid);
    const jwks = keySet(nameless, idp.signer.jwk, other.jwk);
    signedIn((await attempt({ jwks, ...signedBy(idp.signer, "RS256", { kid: undefined }) })).page);
    const twice = keySet(idp.signer.jwk, idp.signer.jwk);
    signedIn((await attempt({ jwks: twice, ...signedBy(idp.signer, "RS256") })).page);
  });

  test("without `kid` sign nobody in when two fit: which one is it?", async () => {
    await fresh();
    const other = await idp.newKey("other");
    const jwks = keySet(idp.signer.jwk, other.jwk);
    refused((await attempt({ jwks, ...signedBy(idp.signer, "RS256", { kid: undefined }) })).page);
    refused((await attempt({ jwks, ...signedBy(idp.signer, "RS256", { kid: 7 }) })).page);
  });

  test("that are new are fetched at once when a token names them", async () => {
    await fresh();
    signedIn((await attempt()).page);
    const key = await idp.newKey("rotated");
    idp.keys.push(key);
    signedIn((await attempt(signedBy(key, "RS256"))).page);
  });

  test("that are new under an old `kid` are fetched at once", async () => {
    await fresh();
    signedIn((await attempt()).page);
    const key = await idp.newKey(idp.signer.kid);
    signedIn((await attempt({ jwks: keySet(key.jwk), ...signedBy(key, "RS256") })).page);
  });

  test("are not fetched again and again for tokens with invented kids", async () => {
    await fresh();
    const before = idp.jwksRequests;
    for (let i = 0; i < 6; i += 1) refused((await attempt(FAULTS["a `kid` that is not in the key set"])).page);
    // The first fetch, and the three that may follow within half a minute.
    assert.equal(idp.jwksRequests - before, 4);
  });
});

describe("the provider answers with", () => {
  const redirects = [
    ["error=access_denied", ({ state }) => ({ error: "access_denied", error_description: "<b>no</b>", state }), "access_denied"],
    ["an error of its own", ({ state }) => ({ error: "interaction_required", state }), "server_error"],
    ["neither code nor error", ({ state }) => ({ state }), "server_error"],
    ["an `iss` of another provider (RFC 9207)", ({ state }, code) => ({ code, state, iss: "https://evil.example" }), "server_error"],
  ];
  for (const [name, redirect, code] of redirects) {
    test(`${name}: the client is told ${code}`, async () => {
      const { page } = await attempt({ redirect });
      clientError(page, { code, state: "state-of-the-client", iss: origin });
      assert.ok(!page.url.includes("%3Cb%3E"), "texts of the provider are not passed on");
    });
  }

  const tokenAnswers = [
    ["status 500 and a page", (response) => response.writeHead(500, { "content-type": "text/html" }).end("<h1>oops</h1>")],
    ["invalid_grant", (response) => response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}')],
    ["no id_token", (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"access_token":"x"}')],
    ["an id_token that is a number", (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"id_token":1}')],
    ["JSON cut short", (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"id_token":"')],
    ["a redirect", (response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()],
    ["a very large body", (response) => response.writeHead(200, { "content-type": "application/json" }).end(`{"id_token":"${"x".repeat(3_000_000)}"}`)],
    ["a closed connection", (response) => response.socket.destroy()],
  ];
  for (const [name, token] of tokenAnswers) {
    test(`${name} at its token endpoint: nobody is signed in`, async () => {
      const { page } = await attempt({ token });
      refused(page);
      assert.ok(!page.text.includes("oops"), "the provider's page is not passed on");
    });
  }
});

describe("the callback without its attempt", () => {
  test("in another browser is refused, and the victim gets nothing", async () => {
    const { url } = await callbackUrl();
    const page = await stage.browser().visit(url, { until });
    errorPage(page);
  });

  test("in a browser with another attempt of its own is refused", async () => {
    const { url } = await callbackUrl();
    const { browser } = await callbackUrl();
    errorPage(await browser.visit(url, { until }));
  });

  test("works once", async () => {
    const { url, browser } = await callbackUrl();
    const first = await browser.visit(url, { until });
    assert.ok(first.query.get("code"), first.url);
    errorPage(await browser.visit(url, { until }));
  });

  test("works once with the same cookies too: the second says so and gives no code", async () => {
    const { url, browser } = await callbackUrl();
    const copy = stage.browser();
    copy.jar = browser.jar.copy();
    const first = await browser.visit(url, { until });
    assert.ok(first.query.get("code"), first.url);
    const exchanges = idp.seen.token;
    const words = errorPage(await copy.visit(url, { until }));
    assert.match(words, /already used/);
    assert.match(words, /state_used/);
    assert.equal(idp.seen.token, exchanges, "the provider is not asked");
  });

  test("works once for ten at the same moment", async () => {
    const { url, browser } = await callbackUrl();
    const pages = await Promise.all(Array.from({ length: 10 }, () => {
      const one = stage.browser();
      one.jar = browser.jar.copy();
      return one.visit(url, { until });
    }));
    assert.equal(pages.filter((page) => page.status === 0 && page.query.get("code")).length, 1);
    for (const page of pages.filter(({ status }) => status !== 0)) assert.match(errorPage(page), /already used/);
  });

  const queries = [
    ["no state", (query) => query.delete("state")],
    ["an invented state", (query) => query.set("state", "invented")],
    ["a changed state", (query) => query.set("state", `${query.get("state")}x`)],
    ["a state that is no cookie name", (query) => query.set("state", "a=b; c")],
    ["a very long state", (query) => query.set("state", "s".repeat(6000))],
    ["a state given twice", (query) => query.append("state", "second")],
    ["nothing at all", (query) => [...query.keys()].forEach((name) => query.delete(name))],
    ["only an error", (query) => { query.delete("state"); query.delete("code"); query.set("error", "access_denied"); }],
  ];
  for (const [name, change] of queries) {
    test(`with ${name} is refused`, async () => {
      const { url, browser } = await callbackUrl();
      const changed = new URL(url);
      change(changed.searchParams);
      errorPage(await browser.visit(changed.href, { until }));
    });
  }

  test("with a login cookie that was changed is refused", async () => {
    const { url, browser } = await callbackUrl();
    const cookie = browser.jar.all(origin).find(({ name }) => name.startsWith("toolgate-login-"));
    browser.jar.tamper(cookie.name, (value) => `${value.slice(0, -4)}AAAA`);
    errorPage(await browser.visit(url, { until }));
  });

  test("is not opened by a consent cookie in place of the login cookie", async () => {
    const { url, browser } = await callbackUrl();
    const page = await browser.visit(authorizeUrl(origin, client, pkce().challenge, { scope: "mcp offline_access" }), { until });
    const consent = browser.jar.all(origin).find(({ name }) => name.endsWith(page.hidden("attempt")));
    const login = browser.jar.all(origin).find(({ name }) => name.startsWith("toolgate-login-"));
    browser.jar.tamper(login.name, () => consent.value);
    errorPage(await browser.visit(url, { until }));
  });
});
