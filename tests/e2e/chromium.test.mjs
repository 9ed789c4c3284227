// The consent page in a real browser: Chrome's own cookies, CSP and redirects.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, describe, test } from "node:test";
import { allow, noChromium as skip, startChromium } from "./lib/chromium.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { WEB_URI, authorizeUrl, newClient, pkce, redeem } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";
import { startSite } from "./lib/tls.mjs";

const ATTEMPTS = 6;
const LONGEST_STATE = 2048;
const LONGEST_REDIRECT = 512;

describe("Chromium at http://localhost", { skip }, async () => {
  if (skip) return;
  const stage = await openStage();
  const { origin } = stage;
  const callbacks = [];
  // The MCP client, waiting on loopback for its code.
  const waiting = createServer((request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    if (url.pathname !== "/favicon.ico") callbacks.push(url);
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>You can close this window</h1>");
  });
  await new Promise((resolve) => waiting.listen(0, "127.0.0.1", resolve));
  const redirect_uri = `http://127.0.0.1:${waiting.address().port}/oauth/callback`;
  // A client on the web, which goes on to wherever `next` says.
  const web = { seen: [], next: undefined };
  const site = await startSite(new URL(WEB_URI).hostname, (request, response) => {
    if (request.url !== "/favicon.ico") web.seen.push(new URL(request.url, WEB_URI));
    if (web.next) response.writeHead(web.next.status, { location: web.next.location }).end();
    else response.writeHead(200, { "content-type": "text/html" }).end("<h1>Connected</h1>");
  });
  const { context: browser, stop } = await startChromium({ flags: site.flags, ignoreHTTPSErrors: true });
  after(async () => {
    await stop();
    site.stop();
    waiting.close();
    waiting.closeAllConnections();
    await stage.close();
  });
  const client = await newClient(origin, { redirect_uris: [redirect_uri] });

  async function open(changes = {}, who = client) {
    const proof = pkce();
    const page = await browser.newPage();
    const blocked = [];
    page.on("console", (message) => /Content Security Policy/.test(message.text()) && blocked.push(message.text()));
    await page.goto(authorizeUrl(origin, who, proof.challenge, changes));
    return { page, proof, blocked };
  }
  async function signInAtProvider(page) {
    if (await page.locator('input[name="email"]').count()) await page.fill('input[name="email"]', EMPLOYEE);
    while (await page.locator('button[value="continue"]').count()) await page.click('button[value="continue"]');
  }
  const arrives = (page) => page.waitForURL((url) => url.href.startsWith(redirect_uri), { timeout: 10_000 });

  test("a person denies, and the client is told", async () => {
    const { page, blocked } = await open({ state: "denied" });
    await page.click('button[value="deny"]');
    await arrives(page);
    assert.deepEqual(blocked, []);
    assert.equal(callbacks.at(-1).searchParams.get("error"), "access_denied");
    assert.equal(callbacks.at(-1).searchParams.get("state"), "denied");
    await page.close();
  });

  test("a person approves, signs in, and the client gets a code that works", async () => {
    const { page, proof, blocked } = await open({ state: "approved" });
    assert.match(await page.textContent("body"), /Toolgate end-to-end tests/);
    await allow(page);
    await signInAtProvider(page);
    await arrives(page);
    assert.deepEqual(blocked, []);
    const { searchParams } = callbacks.at(-1);
    assert.equal(searchParams.get("state"), "approved");
    const answer = await redeem(stage, client, { code: searchParams.get("code"), verifier: proof.verifier });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(await mcp.toolNames(origin, answer.json().access_token), ["add", "generateImage"]);
    const names = (await browser.cookies(origin)).map(({ name }) => name);
    assert.deepEqual(names.filter((name) => name.includes("toolgate")), [], "an approval on loopback is not remembered");
    await page.close();
  });

  test("approving while signed in at the provider goes through in one go: no policy stops the redirects", async () => {
    // The provider knows the person already, so the redirects lead from the form through the provider
    // and /callback to the client without a stop.
    const { page, blocked } = await open({ state: "in-one-go" });
    await allow(page);
    await arrives(page);
    assert.deepEqual(blocked, []);
    assert.equal(callbacks.at(-1).searchParams.get("state"), "in-one-go");
    assert.ok(callbacks.at(-1).searchParams.get("code"));
    await page.close();
  });

  test("a second sign-in of a client on the web needs no page at all", async () => {
    const own = await newClient(origin, { redirect_uris: [WEB_URI] });
    web.next = undefined;
    for (const state of ["first", "remembered"]) {
      const { page, blocked } = await open({ state }, own);
      if (state === "first") await allow(page);
      await page.waitForURL((url) => url.href.startsWith(WEB_URI), { timeout: 10_000 });
      assert.deepEqual(blocked, []);
      assert.equal(web.seen.at(-1).searchParams.get("state"), state);
      assert.ok(web.seen.at(-1).searchParams.get("code"));
      await page.close();
    }
  });

  const hops = [
    ["307 to an application", 307, () => "claude://claude.ai/connected"],
    ["302 to a program on this machine", 302, () => `http://localhost:${waiting.address().port}/done`],
  ];
  for (const [name, status, location] of hops) {
    for (const [decision, press] of [["Allow", allow], ["Deny", (page) => page.click('button[value="deny"]')]]) {
      test(`a client on the web that goes on by ${name} gets there after ${decision}`, async () => {
        const own = await newClient(origin, { redirect_uris: [WEB_URI] });
        web.next = { status, location: location() };
        const before = [web.seen.length, callbacks.length];
        const { page, blocked } = await open({ state: decision }, own);
        await press(page).catch(() => {}); // no page comes of an application's address
        for (let i = 0; i < 100 && web.seen.length === before[0]; i += 1) await page.waitForTimeout(50);
        const answer = web.seen.at(-1).searchParams;
        assert.equal(answer.get("state"), decision);
        assert.equal(answer.get("error"), decision === "Deny" ? "access_denied" : null);
        if (status === 302) {
          await page.waitForURL((url) => url.pathname === "/done", { timeout: 10_000 });
          assert.equal(callbacks.length, before[1] + 1);
        } else {
          await page.waitForTimeout(500);
        }
        assert.deepEqual(blocked, []);
        await page.close();
      });
    }
  }

  test("an error before the person has acted goes to a client on the web by a link, if they follow it", async () => {
    const own = await newClient(origin, { redirect_uris: [WEB_URI] });
    web.next = undefined;
    const before = web.seen.length;
    const { page } = await open({ state: "by-hand", response_type: "token" }, own);
    await page.waitForTimeout(300);
    assert.equal(web.seen.length, before, "nothing goes there by itself");
    await page.getByRole("link", { name: "Back to client.example" }).click();
    await page.waitForURL((url) => url.href.startsWith(WEB_URI));
    const answer = web.seen.at(-1).searchParams;
    assert.deepEqual([answer.get("error"), answer.get("state"), answer.get("iss")], ["unsupported_response_type", "by-hand", origin]);
    await page.close();
  });

  test("six attempts of the longest state, redirect URI and name are open at once and all come to their end", async () => {
    const base = `http://127.0.0.1:${waiting.address().port}/`;
    const long = base + "r".repeat(LONGEST_REDIRECT - base.length);
    const own = await newClient(origin, { client_name: "Ж".repeat(80), redirect_uris: [long] });
    const states = Array.from({ length: ATTEMPTS }, (_, i) => `${i}`.padEnd(LONGEST_STATE, "s"));
    const ours = async () => (await browser.cookies(origin)).filter(({ name }) => /^toolgate-(consent|login)-/.test(name));
    const opened = [];
    for (const state of states) opened.push(await open({ state }, own));
    assert.equal((await ours()).length, ATTEMPTS);
    for (const [i, { page, proof }] of opened.entries()) {
      await page.bringToFront();
      await allow(page);
      await signInAtProvider(page);
      await page.waitForURL((url) => url.href.startsWith(long), { timeout: 10_000 });
      const { searchParams } = callbacks.at(-1);
      assert.equal(searchParams.get("state"), states[i]);
      const answer = await redeem(stage, own, { code: searchParams.get("code"), verifier: proof.verifier });
      assert.equal(answer.status, 200, answer.text);
      await page.close();
    }
    assert.deepEqual(await ours(), []);
  });

  test("a seventh attempt ends the first, and no more", async () => {
    const opened = [];
    for (let i = 0; i <= ATTEMPTS; i += 1) opened.push(await open({ state: `tab-${i}` }));
    await allow(opened[0].page);
    assert.match(await opened[0].page.locator("main").innerText(), /attempt_expired/);
    await allow(opened[1].page);
    await arrives(opened[1].page);
    assert.equal(callbacks.at(-1).searchParams.get("state"), "tab-1");
    for (const { page } of opened) await page.close();
  });

  test("the page cannot be put into a frame, and runs no script of a client", async () => {
    const hostile = await newClient(origin, { client_name: "<script>document.title='owned'</script>", redirect_uris: [redirect_uri] });
    const page = await browser.newPage();
    await page.goto(authorizeUrl(origin, hostile, pkce().challenge));
    assert.notEqual(await page.title(), "owned");
    const address = authorizeUrl(origin, hostile, pkce().challenge);
    await page.goto(`${stage.idp.base}/interaction/none`);
    await page.setContent(`<iframe src="${address.replaceAll("&", "&amp;")}"></iframe>`);
    await page.waitForTimeout(500);
    const framed = page.frames()[1];
    assert.ok(!framed || !(await framed.content()).includes("Toolgate"), "nothing of it is shown in the frame");
    await page.close();
  });
});
