// The consent page: its form, its cookies, and what is remembered of an approval.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { clientError, errorPage } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { EMPLOYEE, VISITOR, logIn } from "./lib/idp.mjs";
import { APPROVE, DENY, REDIRECT_URI, WEB_URI, atClient, authorize, authorizeUrl, newClient, pkce, redeem } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
const APPROVALS = "toolgate-approvals";
let client;
let web;
before(async () => {
  client = await newClient(origin);
  web = await newClient(origin, { redirect_uris: [WEB_URI] });
});
const until = (url) => atClient(client)(url);

async function consentPage(browser, changes) {
  const page = await browser.visit(authorizeUrl(origin, client, pkce().challenge, changes), { until });
  assert.equal(page.status, 200, page.words);
  assert.ok(page.hidden("attempt") && page.hidden("csrf"), "the consent page is shown");
  return page;
}

describe("the form", () => {
  test("denied leads back to the client with access_denied, and nothing reaches the provider", async () => {
    const browser = stage.browser();
    const before = stage.idp.requests.length;
    const page = await browser.submit(await consentPage(browser), { button: DENY, until });
    clientError(page, { code: "access_denied", state: "state-of-the-client", iss: origin });
    assert.equal(stage.idp.requests.length, before);
    await consentPage(browser);
  });

  test("approved, but cancelled at the provider's login, leads back with access_denied", async () => {
    const browser = stage.browser();
    const login = await browser.submit(await consentPage(browser, { state: "cancelled" }), { button: APPROVE, until });
    const page = await browser.submit(login, { button: { name: "decision", value: "deny" }, until });
    clientError(page, { code: "access_denied", state: "cancelled", iss: origin });
  });

  const faults = [
    ["a csrf of its own", { csrf: "x".repeat(43) }],
    ["no csrf", { csrf: "" }],
    ["another attempt", { attempt: "y".repeat(43) }],
    ["no attempt", { attempt: "" }],
    ["an attempt that is no cookie name", { attempt: "a; Path=/; =\r\nx" }],
    ["a very long attempt", { attempt: "z".repeat(9000) }],
  ];
  for (const [name, fields] of faults) {
    test(`with ${name} is refused`, async () => {
      const browser = stage.browser();
      errorPage(await browser.submit(await consentPage(browser), { button: APPROVE, fields, until }));
    });
  }

  test("with a decision that does not exist is refused", async () => {
    const browser = stage.browser();
    const page = await consentPage(browser);
    const { url } = page.form(APPROVE, {});
    for (const decision of [undefined, "maybe", "approve\u0000"]) {
      const body = new URLSearchParams({ attempt: page.hidden("attempt"), csrf: page.hidden("csrf"), ...(decision ? { decision } : {}) });
      const answer = await send(url, { method: "POST", headers: { cookie: browser.jar.header(url), origin }, body });
      assert.equal(answer.status, 400, answer.text);
    }
  });

  test("of one browser sent from another is refused", async () => {
    const page = await consentPage(stage.browser());
    errorPage(await stage.browser().submit(page, { button: APPROVE, until }));
  });

  test("sent by another site is refused, even with all its values", async () => {
    const browser = stage.browser();
    const page = await consentPage(browser);
    const { url, body } = page.form(APPROVE, {});
    const answer = await send(url, { method: "POST", headers: { cookie: browser.jar.header(url), origin: "https://evil.example" }, body });
    assert.ok([400, 403].includes(answer.status), `${answer.status}: ${answer.text}`);
  });

  test("with the csrf of another tab is refused", async () => {
    const browser = stage.browser();
    const [one, two] = [await consentPage(browser), await consentPage(browser)];
    errorPage(await browser.submit(one, { button: APPROVE, fields: { csrf: two.hidden("csrf") }, until }));
  });

  test("sent twice does not work twice", async () => {
    const browser = stage.browser();
    const page = await consentPage(browser);
    const first = await browser.submit(page, { button: APPROVE, until });
    assert.match(first.words, /Identity provider: login/);
    errorPage(await browser.submit(page, { button: APPROVE, until }));
  });

  test("with a changed attempt cookie is refused", async () => {
    const browser = stage.browser();
    const page = await consentPage(browser);
    browser.jar.tamper(`toolgate-consent-${page.hidden("attempt")}`, flipMiddle);
    errorPage(await browser.submit(page, { button: APPROVE, until }));
  });

  test("has no way to change what was asked for", async () => {
    const browser = stage.browser();
    const page = await consentPage(browser, { scope: "mcp" });
    const fields = { redirect_uri: "https://evil.example/", client_id: "evil", state: "evil", scope: "everything", code_challenge: "x" };
    const login = await browser.submit(page, { button: APPROVE, fields, until });
    const end = await logIn(browser, login, EMPLOYEE, { until });
    assert.ok(end.url.startsWith(REDIRECT_URI));
    assert.equal(end.query.get("state"), "state-of-the-client");
  });

  const types = [["application/json", '{"decision":"approve"}'], ["text/plain", "decision=approve"], ["multipart/form-data; boundary=b", "--b--"]];
  for (const [type, body] of types) {
    test(`as ${type} is refused`, async () => {
      const answer = await send(`${origin}/authorize`, { method: "POST", headers: { "content-type": type, origin }, body });
      assert.ok([400, 415].includes(answer.status), `${answer.status}: ${answer.text}`);
    });
  }
});

describe("what the page shows", () => {
  test("markup in a client's name stays text", async () => {
    const name = `<img src=x onerror=alert(1)>"'&amp;`;
    const hostile = await newClient(origin, { client_name: name, client_uri: "javascript:alert(1)", logo_uri: "https://evil.example/x.png" });
    const page = await stage.browser().visit(authorizeUrl(origin, hostile, pkce().challenge), { until });
    assert.equal(page.status, 200);
    assert.equal(page.document.querySelectorAll("img").length, 0);
    assert.ok(page.words.includes("<img src=x onerror=alert(1)>"), page.words);
    assert.doesNotMatch(page.text, /javascript:alert/i);
    assert.doesNotMatch(page.text, /evil\.example/);
  });

  test("a client of another host is shown with that host", async () => {
    const page = await stage.browser().visit(authorizeUrl(origin, web, pkce().challenge));
    assert.match(page.words, /client\.example/);
  });

  test("how long it lasts, whatever the client asks for", async () => {
    for (const scope of [undefined, "mcp", "mcp offline_access"]) {
      const page = await consentPage(stage.browser(), { scope });
      assert.match(page.words, /It stays connected until you revoke it, at most 30 days/);
    }
  });

  test("an unverified client is allowed in two presses at different places", async () => {
    const page = await consentPage(stage.browser());
    const details = page.document.querySelector("form details");
    assert.match(details.querySelector("summary").textContent, /^Allow/);
    assert.equal(details.querySelectorAll('[value="approve"]').length, 1);
    assert.equal(page.document.querySelectorAll('[value="approve"]').length, 1, "and in no other way");
  });
});

describe("an approval is remembered", () => {
  async function approved() {
    const browser = stage.browser();
    const { code } = await authorize(stage, { browser, client: web, email: EMPLOYEE });
    assert.ok(code);
    return browser;
  }
  const again = (browser, changes, other = web) =>
    browser.visit(authorizeUrl(origin, other, pkce().challenge, changes), { until: atClient(changes?.redirect_uri ? { redirect_uris: [changes.redirect_uri] } : other) });

  test("so that the same browser skips the page for the same client", async () => {
    const browser = await approved();
    const proof = pkce();
    const page = await browser.visit(authorizeUrl(origin, web, proof.challenge, { state: "second" }), { until: atClient(web) });
    assert.equal(page.status, 0, `no page in between, but ${page.words?.slice(0, 100)}`);
    assert.equal(page.query.get("state"), "second");
    assert.equal((await redeem(stage, web, { code: page.query.get("code"), verifier: proof.verifier })).status, 200);
  });

  test("in a cookie that says nothing, lives 30 days at most, and is kept from scripts", async () => {
    const browser = await approved();
    const cookie = browser.jar.all(origin).find(({ name }) => name === APPROVALS);
    assert.ok(cookie.httpOnly && cookie.sameSite === "lax" && cookie.path === "/" && cookie.domain === undefined);
    assert.ok(cookie.expires <= Date.now() + 30 * 86400_000 + 1000);
    const plain = Buffer.from(cookie.value, "base64url").toString("latin1") + decodeURIComponent(cookie.value);
    assert.doesNotMatch(plain, /127\.0\.0\.1|callback|mcp|Toolgate/);
  });

  const others = [
    ["another scope", { scope: "mcp offline_access" }],
    ["another resource", { resource: `${origin}/sse` }],
    ["prompt=consent", { prompt: "consent" }],
  ];
  for (const [name, changes] of others) {
    test(`but not for ${name}`, async () => {
      const browser = await approved();
      assert.ok((await again(browser, changes)).hidden("attempt"), "the page is shown");
    });
  }

  test("but not for another redirect_uri of the same client", async () => {
    const two = [WEB_URI, `${WEB_URI}/other`];
    const own = await newClient(origin, { redirect_uris: two });
    const browser = stage.browser();
    assert.ok((await authorize(stage, { browser, client: own, email: EMPLOYEE })).code);
    assert.equal((await again(browser, {}, own)).status, 0, "the approved one needs no page");
    assert.ok((await again(browser, { redirect_uri: two[1] }, own)).hidden("attempt"));
  });

  test("but not for another client of the same name", async () => {
    const browser = await approved();
    const twin = await newClient(origin, { redirect_uris: [WEB_URI] });
    assert.ok((await again(browser, {}, twin)).hidden("attempt"));
  });

  test("but not in another browser", async () => {
    await approved();
    assert.ok((await again(stage.browser())).hidden("attempt"));
  });

  test("but not for a program on this machine that nobody answers for (RFC 8252 section 8.6)", async () => {
    const browser = stage.browser();
    assert.ok((await authorize(stage, { browser, client, email: EMPLOYEE })).code);
    assert.ok((await again(browser, {}, client)).hidden("attempt"));
    assert.equal(browser.jar.all(origin).some(({ name }) => name === APPROVALS), false);
  });

  test("but not for the next person who signs in there, who is asked and may deny or allow", async () => {
    const browser = await approved();
    // The first person leaves, as the provider sees it.
    for (const { name } of browser.jar.all(stage.idp.base)) if (!name.startsWith("toolgate-")) browser.jar.remove(name);
    const proof = pkce();
    const atWeb = atClient(web);
    const next = async () => {
      const login = await browser.visit(authorizeUrl(origin, web, proof.challenge, { state: "next" }), { until: atWeb });
      return logIn(browser, login, VISITOR, { until: atWeb });
    };
    const asked = await next();
    assert.equal(asked.status, 200, asked.url);
    assert.ok(asked.words.includes(`You are signed in as ${VISITOR}`) && asked.hidden("attempt"), asked.words);
    clientError(await browser.submit(asked, { button: DENY, until: atWeb }), { code: "access_denied", state: "next", iss: origin });
    const end = await browser.submit(await next(), { button: APPROVE, until: atWeb });
    const answer = await redeem(stage, web, { code: end.query.get("code"), verifier: proof.verifier });
    assert.equal(answer.status, 200, answer.text);
    assert.equal((await next()).status, 0, "the second approval is remembered beside the first");
  });

  const forgeries = {
    "changed in the middle": flipMiddle,
    "truncated": (value) => value.slice(0, Math.floor(value.length / 2)),
    "empty": () => "",
    "junk": () => "eyJhbGciOiJub25lIn0.e30.",
    "of strange characters": () => "%00%ff==;".replace(";", ""),
    "with one character too many": (value) => `${value}A`,
  };
  for (const [name, change] of Object.entries(forgeries)) {
    test(`but a cookie that is ${name} only brings the page back`, async () => {
      const browser = await approved();
      browser.jar.tamper(APPROVALS, change);
      assert.ok((await again(browser)).hidden("attempt"));
    });
  }

  test("a cookie with another name's value is not taken for it", async () => {
    const browser = await approved();
    const page = await consentPage(browser, { scope: "mcp offline_access" });
    const attempt = browser.jar.all(origin).find(({ name }) => name.endsWith(page.hidden("attempt"))).value;
    browser.jar.tamper(APPROVALS, () => attempt);
    assert.ok((await again(browser)).hidden("attempt"));
  });

  test("fifty approved clients still fit into what a browser keeps", async () => {
    const browser = stage.browser();
    for (let i = 0; i < 50; i += 1) {
      const one = await newClient(origin, { client_name: `client ${i}`, redirect_uris: [WEB_URI] });
      assert.ok((await authorize(stage, { browser, client: one, email: EMPLOYEE })).code);
    }
    assert.deepEqual(browser.jar.rejected, []);
  });
});

function flipMiddle(value) {
  const middle = Math.floor(value.length / 2);
  return value.slice(0, middle) + (value[middle] === "A" ? "B" : "A") + value.slice(middle + 1);
}
