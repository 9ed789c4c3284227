// An author's own HTTP routes: who may call them, and what the server's own pages have to fear from them.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { after, before, describe, test } from "node:test";
import { told, watch } from "./lib/audit.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { failures, send } from "./lib/http.mjs";
import { EMPLOYEE, VISITOR, logIn } from "./lib/idp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const SECRET = "of the billing service";
const INVOICE = JSON.stringify({ number: 7, paid: true });
const JSON_TYPE = { "content-type": "application/json" };
const SANDBOX = "sandbox allow-scripts allow-forms";

const hmac = (text, secret = SECRET) => createHmac("sha256", secret).update(text).digest("hex");
const seconds = () => Math.floor(Date.now() / 1000);

describe("a route of the author's", { skip: lacksBuild("routes") }, () => {
  let stage, origin;
  before(async () => {
    stage = await openStage({ build: buildOf("routes"), panics: true, vars: { HOOK_SECRET: SECRET }, worker: DEBUG_BUILD });
    ({ origin } = stage);
  });
  after(() => stage?.close());

  const at = (path, options) => send(`${origin}${path}`, options);
  const plain = (body, headers) => at("/hooks/plain", { method: "POST", headers: { ...JSON_TYPE, ...headers }, body });
  const timed = (body, time, signature) => at("/hooks/timed", { method: "POST", headers: { "x-timed-signature": signature ?? `v0=${hmac(`v0:${time}:${body}`)}`, "x-timed-timestamp": `${time}` }, body });

  /** Opens a route in a browser, and signs in where that is asked. */
  const open = async (browser, path, email) => logIn(browser, await browser.visit(`${origin}${path}`), email);

  test("is served under an origin of its own, next to those of the server", async () => {
    const { result, events } = await watch(stage, 1, () => at("/status"));
    assert.equal(result.status, 200);
    assert.equal(result.text, "up");
    assert.equal(result.headers.get("content-security-policy"), SANDBOX);
    assert.equal(result.headers.get("x-content-type-options"), "nosniff");
    assert.deepEqual(told(events), ["route_allowed route_public"]);
    assert.equal(events[0].tool, "GET /status");
    assert.equal(events[0].outcome, "ok");
    assert.equal((await at("/health")).json().status, "ok");
    assert.equal((await at("/nothing")).status, 404);
  });

  test("answers HEAD as GET, and another method with 405 and Allow", async () => {
    const head = await at("/status", { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
    const post = await at("/status", { method: "POST", body: "x" });
    assert.equal(post.status, 405);
    assert.equal(post.headers.get("allow"), "GET, HEAD");
  });

  test("has one spelling of its path", async () => {
    for (const path of ["/status/", "//status", "/Status", "/%73tatus", "/status%2F", "/status;x", "/hooks//plain"]) {
      assert.equal((await at(path)).status, 404, path);
    }
  });

  describe("that is signed", () => {
    test("takes what its sender has signed, and nothing else", async () => {
      const good = { "x-signature": `sha256=${hmac(INVOICE)}` };
      const { result, events } = await watch(stage, 1, () => plain(INVOICE, good));
      assert.equal(result.text, "7 true");
      assert.deepEqual(told(events), ["route_allowed signature_valid"]);
      for (const [what, answer] of Object.entries({
        "no signature": await plain(INVOICE),
        "a body changed after signing": await plain(INVOICE.replace("7", "8"), good),
        "another secret": await plain(INVOICE, { "x-signature": `sha256=${hmac(INVOICE, "guess")}` }),
        "no prefix": await plain(INVOICE, { "x-signature": hmac(INVOICE) }),
        "half a signature": await plain(INVOICE, { "x-signature": `sha256=${hmac(INVOICE).slice(0, 32)}` }),
        "an empty body": await plain("", good),
        "two in one header": await plain(INVOICE, { "x-signature": `${good["x-signature"]}, ${good["x-signature"]}` }),
      })) {
        assert.equal(answer.status, 401, what);
        assert.ok(!answer.text.includes("HOOK_SECRET"), what);
      }
    });

    test("takes no signature header that is repeated", async () => {
      const good = `sha256=${hmac(INVOICE)}`;
      assert.equal((await plain(INVOICE, { "x-signature": [good, good] })).status, 401);
      assert.equal((await plain(INVOICE, { "x-signature": ["sha256=00", good] })).status, 401);
    });

    test("takes no replay with an old timestamp, nor with a new one that nobody signed", async () => {
      const now = seconds();
      assert.equal((await timed("x", now)).status, 202);
      assert.equal((await timed("x", now - 50)).status, 202);
      const { result, events } = await watch(stage, 1, () => timed("x", now - 90));
      assert.equal(result.status, 401);
      assert.deepEqual(told(events), ["route_denied signature_expired"]);
      assert.equal((await timed("x", now + 90)).status, 401);
      assert.equal((await timed("x", now, `v0=${hmac(`v0:${now - 90}:x`)}`)).status, 401);
      const listed = (header, body = "x") => at("/hooks/listed", { method: "POST", headers: { "stripe-signature": header }, body });
      const signed = (time) => `t=${time},v1=${hmac(`${time}.x`)}`;
      assert.equal((await listed(signed(now))).text, "x");
      assert.equal((await listed(signed(now - 400))).status, 401);
      assert.equal((await listed(`t=${now},${signed(now - 400)}`)).status, 401);
    });

    test("is refused by its headers before its body has come", async () => {
      const { port, hostname } = new URL(origin);
      // The body is said to be long, and never sent.
      const answered = (headers) => new Promise((done, failed) => {
        const request = httpRequest({ host: hostname, port, path: "/hooks/timed", method: "POST", headers: { "content-length": 60_000, ...headers } }, (response) => {
          done(response.statusCode);
          request.destroy();
        });
        request.on("error", failed);
        request.flushHeaders();
      });
      const signature = `v0=${hmac("x")}`;
      assert.equal(await answered({}), 401);
      assert.equal(await answered({ "x-timed-signature": signature, "x-timed-timestamp": seconds() - 90 }), 401);
      assert.equal(await answered({ "x-timed-signature": signature, "x-timed-timestamp": `0${seconds()}` }), 401);
    });

    test("reads no body beyond max_body_bytes", async () => {
      const huge = "x".repeat(70_000);
      const answer = await plain(huge, { "x-signature": `sha256=${hmac(huge)}` });
      assert.equal(answer.status, 413);
      assert.equal(answer.headers.get("content-security-policy"), SANDBOX);
    });
  });

  describe("that a policy guards", () => {
    test("signs a person in and returns to the very path and query", async () => {
      const browser = stage.browser();
      const page = await open(browser, "/items/first?page=2&next=https://evil.example", EMPLOYEE);
      assert.equal(page.status, 200, page.text);
      assert.equal(page.url, `${origin}/items/first?page=2&next=https://evil.example`);
      const cookies = browser.jar.header(`${origin}/`, { method: "GET", sameSite: true });
      assert.match(cookies, /^toolgate-visitor=[^;]+$/, "and nothing is left of the sign-in");
      assert.equal((await at(`/items/first?${"q".repeat(3000)}`)).status, 414);
      assert.equal(page.headers.get("content-security-policy"), SANDBOX);
      const again = await browser.visit(`${origin}/items/7`);
      assert.deepEqual(JSON.parse(again.text), { number: 7, paid: true });
    });

    test("refuses whom its policy does not allow", async () => {
      const browser = stage.browser();
      const { result, events } = await watch(stage, 2, () => open(browser, "/items/7", VISITOR));
      assert.equal(result.status, 403);
      assert.deepEqual(told(events), ["sign_in signed_in", "route_denied policy_not_matched"]);
    });

    test("takes the cookie of /connections for nothing, and the other way round", async () => {
      const browser = stage.browser();
      await open(browser, "/connections", EMPLOYEE);
      const cookie = browser.jar.header(`${origin}/`, { method: "GET", sameSite: true });
      assert.match(cookie, /toolgate-person=/);
      assert.equal((await at("/items/7", { headers: { cookie } })).status, 303);
      const value = cookie.match(/toolgate-person=([^;]+)/)[1];
      assert.equal((await at("/items/7", { headers: { cookie: `toolgate-visitor=${value}` } })).status, 303);
      const visitor = stage.browser();
      await open(visitor, "/items/first", EMPLOYEE);
      const other = visitor.jar.header(`${origin}/`, { method: "GET", sameSite: true });
      assert.match(other, /toolgate-visitor=/);
      assert.ok(!/toolgate-person=/.test(other));
      const swapped = other.replace("toolgate-visitor=", "toolgate-person=");
      assert.equal((await at("/connections", { headers: { cookie: swapped } })).status, 303);
    });

    test("takes a cookie for reading only, whatever Origin comes with it", async () => {
      const browser = stage.browser();
      await open(browser, "/items/first", EMPLOYEE);
      const cookie = browser.jar.header(`${origin}/`, { method: "GET", sameSite: true });
      for (const from of [undefined, origin, "null", "https://evil.example"]) {
        const answer = await at("/items/2", { method: "DELETE", headers: { cookie, origin: from } });
        assert.ok([401, 403].includes(answer.status), `${from}: ${answer.status}`);
      }
    });

    test("takes an access token of this server for every method", async () => {
      const narrow = { scope: "mcp" };
      const tokens = await signIn(stage, { email: EMPLOYEE, browser: stage.browser(), changes: narrow });
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      assert.equal((await at("/items/2", { method: "DELETE", headers })).status, 204);
      assert.equal((await at("/items/7", { headers })).status, 200);
      assert.equal((await at("/items/7", { headers: { authorization: "Bearer forged" } })).status, 401);
      const lacking = await at("/written", { headers });
      assert.equal(lacking.status, 403);
      assert.match(lacking.headers.get("www-authenticate"), /error="insufficient_scope", scope="write"/);
      const wide = await signIn(stage, { email: EMPLOYEE, browser: stage.browser(), changes: { scope: "mcp write" } });
      assert.equal((await at("/written", { headers: { authorization: `Bearer ${wide.access_token}` } })).text, "written");
      assert.equal((await at("/written")).status, 401, "nobody is sent to sign in");
    });

    test("makes no page that fetches or frames it sign anybody in", async () => {
      for (const headers of [{ "sec-fetch-mode": "cors" }, { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }, { "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }]) {
        assert.equal((await at("/items/7", { headers })).status, 401);
      }
    });

    test("returns nowhere but to a route: a sign-in in another browser, or for another attempt, is for nobody", async () => {
      const victim = stage.browser();
      const attacker = stage.browser();
      // The attacker signs in, but stops short of the return, and has the victim follow the link.
      const stopped = await attacker.visit(`${origin}/items/first`, { until: (url) => url.startsWith(`${origin}/callback`) });
      const page = await logIn(attacker, stopped, VISITOR, { until: (url) => url.startsWith(`${origin}/callback`) });
      const link = page.url;
      assert.match(link, /\/callback\?/);
      const fixed = await victim.visit(link);
      assert.equal(fixed.status, 400);
      assert.equal(victim.jar.header(`${origin}/`, { method: "GET", sameSite: true }) ?? "", "");
    });
  });

  test("says nothing of the origin, and sees no cookie of the server", async () => {
    const answer = await at("/page", { headers: { cookie: "toolgate-person=x; __Host-toolgate-visitor=y; a=1" } });
    assert.equal(answer.headers.get("content-security-policy"), SANDBOX);
    for (const name of ["clear-site-data", "service-worker-allowed", "strict-transport-security", "refresh", "link", "access-control-allow-credentials"]) {
      assert.equal(answer.headers.get(name), null, name);
    }
    assert.deepEqual(answer.headers.getSetCookie(), ["theme=dark; Path=/"]);
    assert.equal(answer.headers.get("x-seen"), "a=1");
  });

  test("that panics or takes too long is answered without its words", async () => {
    const { result, events } = await watch(stage, 1, () => at("/panic"));
    assert.equal(result.status, 500);
    // This one is meant to be.
    failures.length = 0;
    assert.ok(!result.text.includes("secret of the author"));
    assert.equal(events[0].outcome, "panicked");
    assert.equal((await at("/panic?safe")).text, "safe");
    assert.equal((await at("/slow")).status, 504);
  });

  test("keeps what is of the server in its state", async () => {
    const [one, two] = [await at("/count", { method: "POST" }), await at("/count", { method: "POST" })];
    assert.equal(Number(two.text) - Number(one.text), 1);
  });

  test("has an origin of its own in every answer, whatever it refuses", async () => {
    for (const [path, options, status] of [
      ["/status", { method: "OPTIONS" }, 405],
      ["/worker.js", { headers: { "service-worker": "script" } }, 403],
      ["/hooks/plain", { method: "POST", body: "x" }, 401],
      ["/items/7", {}, 303],
      ["/items/7", { headers: { "sec-fetch-mode": "cors" } }, 401],
      ["/items/2", { method: "DELETE", headers: { authorization: "Bearer x", origin: "https://evil.example" } }, 401],
      ["/slow", {}, 504],
    ]) {
      const answer = await at(path, options);
      assert.equal(answer.status, status, path);
      assert.equal(answer.headers.get("content-security-policy"), SANDBOX, path);
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(answer.headers.get("access-control-allow-origin"), null, path);
    }
  });

  test("is counted by network address, whatever is answered", async () => {
    const headers = { "cf-connecting-ip": "192.0.2.77" };
    const statuses = [];
    for (let i = 0; i < 101; i += 1) {
      const options = i % 2 === 0 ? { headers } : { headers, method: "POST" };
      statuses.push((await at("/status", options)).status);
    }
    assert.deepEqual([statuses.filter((status) => status !== 429).length, statuses.at(-1)], [100, 429]);
    const refused = await at("/status", { headers });
    assert.deepEqual([refused.status, refused.headers.get("content-security-policy")], [429, SANDBOX]);
  });
});
