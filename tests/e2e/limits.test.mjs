// Limits: how often one network address may ask, and how large a request may be. What is counted for a grant
// or a sign-in is in door.test.mjs.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { told, watch } from "./lib/audit.mjs";
import { errorPage, oauthError } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorizeUrl, clientMetadata, newClient, pkce, signIn, tokenRequest } from "./lib/oauth.mjs";
import { contents } from "./lib/persisted.mjs";
import { openStage } from "./lib/stage.mjs";

const LOW = 5;
// The platform's windows begin with the minute: a run across that moment is let in twice as often.
const AT_MOST = 2 * LOW + 1;
const names = ["REGISTER", "AUTHORIZE", "TOKEN", "CALLBACK", "GRANT", "ATTEMPT", "RETURN"];
const low = { ratelimits: Object.fromEntries(names.map((name, at) => [`TOOLGATE_LIMIT_${name}`, { namespace_id: String(900 + at), simple: { limit: LOW, period: 60 } }])) };
const from = (address) => ({ "cf-connecting-ip": address });

function register(origin, headers, body = JSON.stringify(clientMetadata())) {
  return send(`${origin}/register`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
}

/** Asks until there is a 429; answers it and how many came before. */
async function untilRefused(ask, most = AT_MOST) {
  for (let passed = 0; passed <= most; passed += 1) {
    const answer = await ask();
    if (answer.status === 429) return { answer, passed };
  }
  return assert.fail(`more than ${most} requests passed`);
}

// One Worker after the other: to stop one is to end every workerd that was started after it.
describe("with the platform's rate limiter", () => {
  let stage;
  let origin;
  before(async () => {
    stage = await openStage({ worker: low });
    ({ origin } = stage);
  });
  after(() => stage.close());

  test("a client that registers too often reads OAuth JSON, also in a browser, and when to come back", async () => {
    const { answer, passed } = await untilRefused(() => register(origin, from("192.0.2.1")));
    assert.ok(passed >= LOW, `${passed} passed`);
    oauthError(answer, 429, "temporarily_unavailable");
    assert.match(answer.json().error_description, /\(rate_limited\)$/);
    assert.equal(answer.headers.get("retry-after"), "60");
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.match(answer.headers.get("access-control-expose-headers"), /retry-after/i);
  });

  test("other addresses and other endpoints have counts of their own", async () => {
    await untilRefused(() => register(origin, from("192.0.2.2")));
    assert.equal((await register(origin, from("192.0.2.3"))).status, 201);
    const token = await tokenRequest(origin, { grant_type: "refresh_token" }, from("192.0.2.2"));
    assert.notEqual(token.status, 429);
  });

  test("the addresses of one IPv6 network share a count", async () => {
    let host = 0;
    await untilRefused(() => register(origin, from(`2001:db8:7:7::${(host += 1).toString(16)}`)));
    assert.equal((await register(origin, from("2001:db8:7:8::1"))).status, 201);
  });

  test("requests without an address share a count", async () => {
    const garbled = ["", "me", "192.0.2.9, 192.0.2.10", "::1::"];
    let at = 0;
    await untilRefused(() => register(origin, from(garbled[(at += 1) % garbled.length])));
  });

  test("/token and /revoke share a count, also for bodies that are not read", async () => {
    const ask = [
      () => tokenRequest(origin, { grant_type: "x" }, from("192.0.2.4")),
      () => send(`${origin}/revoke`, { method: "POST", headers: from("192.0.2.4"), body: new URLSearchParams({ token: "x" }) }),
    ];
    let at = 0;
    await untilRefused(() => ask[(at += 1) % 2]());
    const large = await send(`${origin}/token`, { method: "POST", headers: from("192.0.2.4"), body: "x".repeat(100_000) });
    assert.equal(large.status, 429, "the size of the body is not even looked at");
  });

  test("a person reads a page at /authorize, at /connections and at /callback", async () => {
    const client = await newClient(origin);
    for (const [path, address] of [
      [new URL(authorizeUrl(origin, client, pkce().challenge)).href, "192.0.2.5"],
      [`${origin}/connections`, "192.0.2.6"],
      [`${origin}/callback?state=x`, "192.0.2.7"],
    ]) {
      const { answer } = await untilRefused(() => send(path, { headers: from(address) }));
      assert.equal(answer.headers.get("retry-after"), "60");
      assert.match(answer.headers.get("content-type"), /^text\/html/);
      assert.match(answer.text, /rate_limited/);
      assert.match(answer.headers.get("content-security-policy"), /frame-ancestors 'none'/);
    }
  });

  test("preflights are not counted", async () => {
    for (let at = 0; at <= AT_MOST; at += 1) {
      const answer = await send(`${origin}/token`, { method: "OPTIONS", headers: { ...from("192.0.2.8"), origin: "https://app.example" } });
      assert.ok(answer.status < 300, `${answer.status}`);
    }
  });

  test("the refusal is told in the audit trail", async () => {
    const { events } = await watch(stage, LOW + 1, () => untilRefused(() => register(origin, from("192.0.2.20"))));
    assert.equal(told(events).at(-1), "rate_limited rate_limited");
    assert.equal(events.at(-1).detail, "register");
    assert.ok(!JSON.stringify(events).includes("192.0.2.20"), "the address is Cloudflare's log's to tell");
  });

  test("calls of tools and public documents are not counted", async () => {
    const session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    for (let at = 0; at <= AT_MOST; at += 1) {
      const answer = await mcp.call(origin, session.access_token, "add", { a: at, b: 1 }, { headers: from("192.0.2.21") });
      assert.equal(answer.status, 200);
      const document = await send(`${origin}/.well-known/oauth-authorization-server`, { headers: from("192.0.2.21") });
      assert.equal(document.status, 200);
    }
  });
});

describe("without the binding", () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-limits-"));
  let stage;
  let origin;
  before(async () => {
    stage = await openStage({ persist, worker: { ratelimits: {} } });
    ({ origin } = stage);
  });
  after(async () => {
    await stage.close();
    rmSync(persist, { recursive: true, force: true });
  });
  // `[limits] register` of mcp.toml, by default.
  const REGISTER = 300;

  test("a Durable Object counts, exactly", async () => {
    const { answer, passed } = await untilRefused(() => register(origin, from("192.0.2.30")), REGISTER);
    assert.equal(passed, REGISTER);
    oauthError(answer, 429, "temporarily_unavailable");
    assert.equal((await register(origin, from("192.0.2.31"))).status, 201);
  });

  test("requests at the same moment are not let in together", async () => {
    const answers = await Promise.all(Array.from({ length: REGISTER + 10 }, () => register(origin, from("192.0.2.32"))));
    assert.equal(answers.filter(({ status }) => status === 201).length, REGISTER);
  });

  test("counting stores nothing", async () => {
    // workerd makes an empty database for every object that is asked anything.
    const stored = () => Object.entries(contents(persist).rows).filter(([, rows]) => rows.length > 0);
    const before = stored();
    for (let at = 0; at < 40; at += 1) await register(origin, from(`203.0.113.${at}`));
    assert.deepEqual(stored(), before);
  });
});

describe("size", () => {
  let stage;
  let origin;
  before(async () => {
    stage = await openStage();
    ({ origin } = stage);
  });
  after(() => stage.close());
  const routes = ["/", "/mcp", "/sse", "/messages", "/authorize", "/callback", "/token", "/register", "/revoke", "/health", "/nothing"];
  // The whole address counts, with its origin.
  const url = (path, length) => `${origin}${path}?${"a".repeat(length - origin.length - path.length - 1)}`;

  test("an address above 8 KiB is refused on every route, and one below is looked at", async () => {
    for (const path of routes) {
      const { result, events } = await watch(stage, 1, () => send(url(path, 8193)));
      assert.equal(result.status, 414, path);
      assert.deepEqual(told(events), ["refused url_too_long"], path);
    }
    // Apart from those above: what these tell may reach the log after their answers.
    for (const path of routes) assert.notEqual((await send(url(path, 8192))).status, 414, path);
  });

  test("headers above 32 KiB are refused on every route, with the way out", async () => {
    const cookie = `x=${"c".repeat(33 * 1024)}`;
    for (const path of routes) {
      const answer = await send(`${origin}${path}`, { headers: { cookie } });
      assert.equal(answer.status, 431, path);
      assert.match(answer.text, /headers_too_large[^]*cookies/);
    }
  });

  test("the cookies of fifteen open attempts do no harm", async () => {
    const browser = stage.browser();
    const client = await newClient(origin);
    let page;
    for (let at = 0; at < 15; at += 1) {
      page = await browser.visit(authorizeUrl(origin, client, pkce().challenge, { state: "s".repeat(200) }));
      assert.equal(page.status, 200);
    }
    assert.ok(page.hidden("attempt"), "the last one still shows the approval page");
  });

  test("a body above its limit is refused and told", async () => {
    const form = { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a".repeat(17 * 1024) };
    for (const path of ["/token", "/revoke", "/authorize", "/register"]) {
      const { result, events } = await watch(stage, 1, () => send(`${origin}${path}`, form));
      assert.equal(result.status, 413, path);
      assert.deepEqual(told(events), ["refused body_too_large"], path);
    }
  });

  test("a page that cannot go on says why", async () => {
    const page = await stage.browser().visit(`${origin}/callback?state=x`);
    assert.match(errorPage(page), /invalid_state/);
  });
});
