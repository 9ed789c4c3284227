// `/connections`: a person signs in, sees which clients hold grants, and ends one or all.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { challenge, errorPage, oauthError } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { EMPLOYEE, VISITOR, logIn } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorize, newClient, redeem, refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
const PAGE = `${origin}/connections`;
const COOKIE = "toolgate-person";

/** Opens the page and signs in where that is asked. */
async function open(browser, email) {
  return logIn(browser, await browser.visit(PAGE), email);
}

/** Ids and texts of the connections on the page. */
function listed(page) {
  return page.document.querySelectorAll("li").map((item) => ({
    id: item.querySelector('input[name="grant"]').getAttribute("value"),
    words: item.textContent.replace(/\s+/g, " ").trim(),
  }));
}

/** Presses a button; `grant` chooses the connection to revoke. */
function post(browser, fields, headers = {}) {
  return send(PAGE, {
    method: "POST",
    headers: { cookie: browser.jar.header(PAGE), origin, ...headers },
    body: new URLSearchParams(fields),
  });
}

const connect = async (browser, email, client_name) => signIn(stage, { browser, email, client: await newClient(origin, { client_name }) });

describe("the page of one's own connections", () => {
  test("is shown after a sign-in, and says who is signed in", async () => {
    const browser = stage.browser();
    const page = await open(browser, VISITOR);
    assert.equal(page.status, 200, page.words);
    assert.equal(page.url, PAGE);
    assert.ok(page.words.includes(VISITOR), page.words);
    assert.match(page.headers.get("content-security-policy"), /frame-ancestors 'none'/);
    assert.equal(page.headers.get("cache-control"), "no-store");
    const cookie = browser.jar.all(PAGE).find(({ name }) => name === COOKIE);
    assert.ok(cookie.httpOnly && cookie.sameSite === "lax");
    assert.ok(cookie.expires - Date.now() <= 15 * 60 * 1000, "the sign-in is short");
    assert.ok(!cookie.value.includes(VISITOR));
  });

  test("lists each client with its name, where its code went, and when", async () => {
    const browser = stage.browser();
    await connect(browser, EMPLOYEE, "First <i>client</i>");
    await connect(browser, EMPLOYEE, "Second client");
    const page = await open(browser, EMPLOYEE);
    const words = listed(page).map((one) => one.words);
    assert.equal(words.length, 2);
    assert.ok(words.some((text) => /First <i>client<\/i>.*127\.0\.0\.1.*Connected/.test(text)), words.join("\n"));
    assert.ok(words.some((text) => /Second client.*Last used within the last hour/.test(text)), words.join("\n"));
    assert.ok(!page.text.includes("<i>client"), "names are escaped");
  });

  test("revokes all, though the tab is closed at once", async () => {
    const browser = stage.browser();
    const sessions = [];
    for (let i = 0; i < 12; i += 1) sessions.push(await connect(browser, EMPLOYEE, `client ${i}`));
    const page = await open(browser, EMPLOYEE);
    const body = new URLSearchParams({ csrf: page.hidden("csrf"), action: "revoke-all" }).toString();
    const headers = { cookie: browser.jar.header(PAGE), origin, "content-type": "application/x-www-form-urlencoded" };
    const form = request(PAGE.replace("localhost", "127.0.0.1"), { method: "POST", agent: false, headers: { ...headers, host: new URL(origin).host } });
    form.on("error", () => {});
    form.end(body);
    await once(form, "finish");
    // Long enough to be received, and too short for an answer.
    await sleep(2);
    form.destroy();
    await sleep(1000);
    for (const { client, refresh_token } of sessions) {
      oauthError(await refresh(stage, client, refresh_token), 400, "invalid_grant");
    }
  });

  test("revokes one, and only that one", async () => {
    const browser = stage.browser();
    const keep = await connect(browser, VISITOR, "kept client");
    const end = await connect(browser, VISITOR, "ended client");
    const page = await open(browser, VISITOR);
    const { id } = listed(page).find(({ words }) => words.includes("ended client"));
    const answer = await post(browser, { csrf: page.hidden("csrf"), action: "revoke", grant: id });
    assert.equal(answer.status, 303);
    const next = await browser.visit(new URL(answer.headers.get("location"), PAGE).href);
    assert.match(next.words, /revoked/i);
    assert.ok(!listed(next).some((one) => one.id === id));
    oauthError(await refresh(stage, end.client, end.refresh_token), 400, "invalid_grant");
    challenge(await mcp.legacy(origin, end.access_token, "tools/list"), { origin, error: "invalid_token" });
    assert.equal((await mcp.legacy(origin, keep.access_token, "tools/list")).status, 200);
    assert.equal((await refresh(stage, keep.client, keep.refresh_token)).status, 200);
  });

  test("its buttons work in a browser: revoke all", async () => {
    const browser = stage.browser();
    const one = await connect(browser, VISITOR, "one");
    const client = await newClient(origin, { client_name: "on its way" });
    const pending = await authorize(stage, { browser, client, email: VISITOR });
    const page = await open(browser, VISITOR);
    assert.ok(listed(page).length >= 2);
    const next = await browser.submit(page, { button: { name: "action", value: "revoke-all" } });
    assert.equal(next.status, 200);
    assert.equal(new URL(next.url).pathname, "/connections");
    assert.deepEqual(listed(next), []);
    oauthError(await refresh(stage, one.client, one.refresh_token), 400, "invalid_grant");
    oauthError(await redeem(stage, client, pending), 400, "invalid_grant");
  });

  test("does not show or end what another person has", async () => {
    const mine = stage.browser();
    const theirs = stage.browser();
    const victim = await connect(theirs, EMPLOYEE, "of somebody else");
    const [{ id }] = listed(await open(theirs, EMPLOYEE));
    const page = await open(mine, VISITOR);
    assert.ok(!page.words.includes("of somebody else"));
    const answer = await post(mine, { csrf: page.hidden("csrf"), action: "revoke", grant: id });
    assert.equal(answer.status, 303);
    await post(mine, { csrf: page.hidden("csrf"), action: "revoke-all" });
    assert.equal((await refresh(stage, victim.client, victim.refresh_token)).status, 200);
  });

  test("takes no form of another site, of another sign-in, or without its cookie", async () => {
    const browser = stage.browser();
    const mine = await connect(browser, VISITOR, "attacked");
    const page = await open(browser, VISITOR);
    const csrf = page.hidden("csrf");
    const other = (await open(stage.browser(), VISITOR)).hidden("csrf");
    for (const [fields, headers] of [
      [{ csrf, action: "revoke-all" }, { origin: "https://evil.example" }],
      [{ csrf, action: "revoke-all" }, { origin: "null" }],
      [{ csrf: other, action: "revoke-all" }, {}],
      [{ action: "revoke-all" }, {}],
    ]) {
      const answer = await post(browser, fields, headers);
      assert.equal(answer.status, 400, JSON.stringify(fields));
      assert.match(answer.headers.get("content-type"), /^text\/html/);
    }
    const stranger = await post(stage.browser(), { csrf, action: "revoke-all" });
    assert.equal(stranger.status, 303, "whoever is not signed in signs in first");
    assert.equal((await refresh(stage, mine.client, mine.refresh_token)).status, 200);
  });

  test("is left by signing out", async () => {
    const browser = stage.browser();
    const page = await open(browser, VISITOR);
    const answer = await browser.submit(page, { button: { name: "action", value: "sign-out" } });
    assert.equal(new URL(answer.url).pathname, "/");
    assert.ok(!browser.jar.all(PAGE).some(({ name }) => name === COOKIE));
  });

  test("a cookie that was changed counts as none", async () => {
    const browser = stage.browser();
    await open(browser, VISITOR);
    browser.jar.tamper(COOKIE, (value) => `${value.slice(0, -2)}AA`);
    const answer = await send(PAGE, { headers: { cookie: browser.jar.header(PAGE) } });
    assert.equal(answer.status, 303);
    assert.ok(answer.headers.get("location").startsWith(stage.idp.issuer));
  });

  test("a sign-in that the identity provider denies ends on a page", async () => {
    const browser = stage.browser();
    const login = await browser.visit(PAGE);
    const denied = await browser.submit(login, { button: { name: "decision", value: "deny" } });
    errorPage(denied, denied.status);
    assert.ok(denied.status >= 400);
  });

  test("answers other methods with 405", async () => {
    for (const method of ["PUT", "DELETE"]) assert.equal((await send(PAGE, { method })).status, 405);
  });
});
