// `GET /authorize`: what a bad request gets, and where it must not lead to.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { clientError, errorPage } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { EMPLOYEE, logIn } from "./lib/idp.mjs";
import { APPROVE, REDIRECT_URI, atClient, authorize, authorizeUrl, newClient, pkce, redeem } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
let client;
before(async () => {
  client = await newClient(origin);
});

const open = (changes, options = {}) =>
  stage.browser().visit(authorizeUrl(origin, options.client ?? client, pkce().challenge, changes), { until: atClient(client) });

describe("a request that may not be answered by a redirect gets a page", () => {
  const requests = [
    ["unknown client", { client_id: "nobody-i-know" }],
    ["client_id that is changed in its last character", () => ({ client_id: client.client_id.slice(0, -1) + (client.client_id.endsWith("A") ? "B" : "A") })],
    ["client_id cut short", () => ({ client_id: client.client_id.slice(0, 20) })],
    ["client_id with an address to fetch", { client_id: "http://169.254.169.254/latest/meta-data" }],
    ["no client_id", { client_id: undefined }],
    ["client_id given twice", () => ({ client_id: [client.client_id, "other"] })],
    ["redirect_uri of another host", { redirect_uri: "https://evil.example/oauth/callback" }],
    ["redirect_uri with another path", { redirect_uri: "http://127.0.0.1:33418/oauth/callback/../evil" }],
    ["redirect_uri with a query added", { redirect_uri: `${REDIRECT_URI}?next=https://evil.example` }],
    ["redirect_uri with a fragment", { redirect_uri: `${REDIRECT_URI}#x` }],
    ["redirect_uri on localhost instead of 127.0.0.1", { redirect_uri: REDIRECT_URI.replace("127.0.0.1", "localhost") }],
    ["redirect_uri with a user name", { redirect_uri: "http://127.0.0.1:33418@evil.example/oauth/callback" }],
    ["redirect_uri that is javascript", { redirect_uri: "javascript:alert(document.cookie)" }],
    ["redirect_uri given twice", { redirect_uri: [REDIRECT_URI, "https://evil.example/"] }],
  ];
  for (const [name, changes] of requests) {
    test(name, async () => {
      const page = await open(typeof changes === "function" ? changes() : changes);
      errorPage(page);
      assert.equal(page.document.querySelectorAll("form").length, 0);
      assert.ok(!page.text.includes("evil.example"), "an attacker's text is not repeated");
    });
  }
});

describe("a request of a known client and address is refused at that address", () => {
  const requests = [
    ["no response_type", { response_type: undefined }, "invalid_request"],
    ["response_type token", { response_type: "token" }, "unsupported_response_type"],
    ["response_type code id_token", { response_type: "code id_token" }, "unsupported_response_type"],
    ["no code_challenge", { code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
    ["a code_challenge without a method, which means plain", { code_challenge_method: undefined }, "invalid_request"],
    ["code_challenge_method plain", { code_challenge_method: "plain" }, "invalid_request"],
    ["code_challenge_method s256 in small letters", { code_challenge_method: "s256" }, "invalid_request"],
    ["a code_challenge that is too short", { code_challenge: "abc" }, "invalid_request"],
    ["a code_challenge that is no base64url", { code_challenge: "=".repeat(43) }, "invalid_request"],
    ["a resource of another server", { resource: "https://mcp.example.com/mcp" }, "invalid_target"],
    ["a resource that is no URL", { resource: "mcp" }, "invalid_target"],
    ["a resource that begins like ours", { resource: `${origin}/mcp-evil` }, "invalid_target"],
    ["code_challenge given twice", { code_challenge: [pkce().challenge, pkce().challenge] }, "invalid_request"],
  ];
  for (const [name, changes, code] of requests) {
    test(name, async () => {
      clientError(await open(changes), { code, state: "state-of-the-client", iss: origin });
    });
  }

  test("an oversized state is refused with its size, and not returned in part", async () => {
    for (const length of [2049, 7000]) {
      const page = await open({ state: "s".repeat(length) });
      clientError(page, { code: "invalid_request", state: undefined, iss: origin });
      assert.match(page.query.get("error_description"), new RegExp(`^state has ${length} bytes, and at most 2048 can be returned`));
    }
  });
});

describe("state comes back exactly", () => {
  const states = {
    "with reserved characters": "a&b=c?d#e/f%20g+h i",
    "with percent escapes": "%2520%00%zz%",
    "as base64 with padding": "eyJhIjoxfQ==",
    "as JSON": '{"path":"/x?y=z","n":[1,2,"é"]}',
    "in letters beyond Latin-1": "тест-測試-🛂-\u202E",
    "with quotes and markup": `"'><script>alert(1)</script>`,
    "with a line break": "line one\r\nSet-Cookie: x=y",
    "of two thousand bytes": "z".repeat(2048),
    "of two thousand quotes": '"'.repeat(2048),
  };
  for (const [name, state] of Object.entries(states)) {
    test(name, async () => {
      const { page, consent } = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE, changes: { state } });
      assert.ok(consent, "the consent page was shown");
      assert.ok(!consent.text.includes("<script>alert"), "nothing of it runs in the page");
      assert.ok(page.query.get("code"), page.url);
      assert.deepEqual(page.query.getAll("state"), [state]);
    });
  }

  test("with everything else as long as it may be", async () => {
    const redirect_uri = `http://127.0.0.1:33418/${"r".repeat(512 - 23)}`;
    const own = await newClient(origin, { client_name: "Ж".repeat(80), redirect_uris: [redirect_uri] });
    const state = "ü".repeat(1024);
    const { page } = await authorize(stage, { browser: stage.browser(), client: own, email: EMPLOYEE, changes: { state } });
    assert.ok(page.query.get("code"), `${page.status} ${page.words}`);
    assert.equal(page.query.get("state"), state);
  });

  test("and none comes back when none was sent", async () => {
    const { page } = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE, changes: { state: undefined } });
    assert.deepEqual(page.query.getAll("state"), []);
    assert.ok(page.query.get("code"));
  });
});

describe("attempts that other sites begin in a browser", () => {
  test("one after the other leave it six, and the person's own sign-in works", async () => {
    const browser = stage.browser();
    for (let i = 0; i < 20; i += 1) {
      const page = await browser.visit(authorizeUrl(origin, client, pkce().challenge, { state: "s".repeat(2048) }));
      assert.equal(page.status, 200, `${i}: ${page.words}`);
      assert.ok(browser.jar.all(origin).length <= 6, `${browser.jar.all(origin).length} after ${i}`);
    }
    assert.ok((await authorize(stage, { browser, client, email: EMPLOYEE })).code);
    assert.deepEqual(browser.jar.rejected, []);
  });

  test("all at once lock it out for one request, which says so and makes room", async () => {
    const browser = stage.browser();
    const links = Array.from({ length: 20 }, () => send(authorizeUrl(origin, client, pkce().challenge, { state: "s".repeat(2048) })));
    for (const answer of await Promise.all(links)) browser.jar.store(origin, answer.headers.getSetCookie());
    const refused = await browser.visit(`${origin}/`);
    assert.equal(refused.status, 431, refused.words);
    assert.match(refused.text, /try again/);
    assert.equal((await browser.visit(`${origin}/`)).status, 200);
    assert.ok((await authorize(stage, { browser, client, email: EMPLOYEE })).code);
  });

  test("of a connections page count too", async () => {
    const browser = stage.browser();
    for (let i = 0; i < 10; i += 1) await browser.visit(`${origin}/connections`, { until: (url) => !url.startsWith(origin) });
    assert.equal(browser.jar.all(origin).filter(({ name }) => name.startsWith("toolgate-login-")).length, 6);
  });
});

test("a cookie of somebody else with bytes beyond ASCII hides none of a sign-in's", async () => {
  const browser = stage.browser();
  for (const value of ["\xe9", "\xc3\xa9", "\xff\xfe"]) browser.jar.store(origin, [`lang=${value}; Path=/`]);
  assert.ok((await authorize(stage, { browser, client, email: EMPLOYEE })).code);
  const page = await browser.visit(`${origin}/connections`);
  assert.match(page.words, /Your connections/);
});

test("no page of another origin may read the pages of a sign-in", async () => {
  const from = { origin: "https://evil.example" };
  for (const path of [`/authorize?client_id=${client.client_id}`, "/callback?state=x"]) {
    const answer = await send(`${origin}${path}`, { headers: from });
    assert.equal(answer.headers.get("access-control-allow-origin"), null, path);
  }
});

describe("what clients do in different ways", () => {
  test("the port of a loopback address is free (RFC 8252)", async () => {
    const redirect_uri = REDIRECT_URI.replace("33418", "50123");
    const browser = stage.browser();
    const result = await authorize(stage, { browser, client, email: EMPLOYEE, changes: { redirect_uri } });
    assert.ok(result.page.url.startsWith(redirect_uri));
    assert.equal((await redeem(stage, client, result, { redirect_uri })).status, 200);
  });

  for (const [name, resource] of [["no resource", undefined], ["the resource /sse", `${origin}/sse`], ["the bare origin with a slash", `${origin}/`]]) {
    test(`${name} is accepted`, async () => {
      const result = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE, changes: { resource } });
      assert.equal((await redeem(stage, client, result, { resource })).status, 200);
    });
  }

  test("scopes of the metadata are accepted, with offline_access", async () => {
    const result = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE, changes: { scope: "offline_access mcp" } });
    assert.equal((await redeem(stage, client, result)).status, 200);
  });

  test("a redirect_uri with a query of its own keeps it", async () => {
    const redirect_uri = "http://127.0.0.1:33418/cb?tenant=a%20b";
    const own = await newClient(origin, { redirect_uris: [redirect_uri] });
    const result = await authorize(stage, { browser: stage.browser(), client: own, email: EMPLOYEE });
    assert.equal(result.params.get("tenant"), "a b");
    assert.ok(result.code);
  });

  test("two tabs of one browser both come to their end, in any order", async () => {
    const browser = stage.browser();
    const until = atClient(client);
    const proofs = [pkce(), pkce()];
    const pages = [];
    for (const [index, proof] of proofs.entries()) {
      pages.push(await browser.visit(authorizeUrl(origin, client, proof.challenge, { state: `tab-${index}` }), { until }));
    }
    for (const index of [1, 0]) {
      const login = await browser.submit(pages[index], { button: APPROVE, until });
      const end = await logIn(browser, login, EMPLOYEE, { until });
      assert.equal(end.query.get("state"), `tab-${index}`);
      const answer = await redeem(stage, client, { code: end.query.get("code"), verifier: proofs[index].verifier });
      assert.equal(answer.status, 200, answer.text);
    }
  });

  test("two tabs may be at the identity provider at the same time", async () => {
    const browser = stage.browser();
    const until = atClient(client);
    const first = await browser.visit(authorizeUrl(origin, client, pkce().challenge, { state: "one" }), { until });
    const second = await browser.visit(authorizeUrl(origin, client, pkce().challenge, { state: "two" }), { until });
    const loginOne = await browser.submit(first, { button: APPROVE, until });
    const loginTwo = await browser.submit(second, { button: APPROVE, until });
    const endTwo = loginTwo.status === 0 ? loginTwo : await logIn(browser, loginTwo, EMPLOYEE, { until });
    assert.equal(endTwo.query.get("state"), "two");
    const endOne = await logIn(browser, loginOne, EMPLOYEE, { until });
    assert.equal(endOne.query.get("state"), "one");
  });
});
