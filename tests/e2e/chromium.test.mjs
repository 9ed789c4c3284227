// The consent page in a real browser: Chrome's own cookies, CSP and redirects.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, describe, test } from "node:test";
import { noChromium as skip, startChromium } from "./lib/chromium.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorizeUrl, newClient, pkce, redeem } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

describe("Chromium at http://localhost", { skip }, async () => {
  if (skip) return;
  const stage = await openStage();
  const { origin } = stage;
  const callbacks = [];
  // The MCP client, waiting on loopback for its code.
  const waiting = createServer((request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    if (url.pathname === "/oauth/callback") callbacks.push(url);
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>You can close this window</h1>");
  });
  await new Promise((resolve) => waiting.listen(0, "127.0.0.1", resolve));
  const redirect_uri = `http://127.0.0.1:${waiting.address().port}/oauth/callback`;
  const { context: browser, stop } = await startChromium();
  after(async () => {
    await stop();
    waiting.close();
    waiting.closeAllConnections();
    await stage.close();
  });
  const client = await newClient(origin, { redirect_uris: [redirect_uri] });

  async function open(changes = {}) {
    const proof = pkce();
    const page = await browser.newPage();
    const blocked = [];
    page.on("console", (message) => /Content Security Policy/.test(message.text()) && blocked.push(message.text()));
    await page.goto(authorizeUrl(origin, client, proof.challenge, changes));
    return { page, proof, blocked };
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
    await page.click('button[value="approve"]');
    await page.fill('input[name="email"]', EMPLOYEE);
    await page.click('button[value="continue"]');
    if (!page.url().startsWith(redirect_uri)) await page.click('button[value="continue"]');
    await arrives(page);
    assert.deepEqual(blocked, []);
    const { searchParams } = callbacks.at(-1);
    assert.equal(searchParams.get("state"), "approved");
    const answer = await redeem(stage, client, { code: searchParams.get("code"), verifier: proof.verifier });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(await mcp.toolNames(origin, answer.json().access_token), ["add", "generateImage"]);
    const names = (await browser.cookies(origin)).map(({ name }) => name);
    assert.deepEqual(names, ["__Host-toolgate-approvals"]);
    await page.close();
  });

  test("approving while signed in at the provider goes through in one go: no policy stops the redirects", async () => {
    // Another scope brings the page back; the provider knows the person already, so the redirects
    // lead from the form through the provider and /callback to the client without a stop.
    const { page, blocked } = await open({ state: "in-one-go", scope: "mcp offline_access" });
    await page.click('button[value="approve"]');
    await arrives(page);
    assert.deepEqual(blocked, []);
    assert.equal(callbacks.at(-1).searchParams.get("state"), "in-one-go");
    assert.ok(callbacks.at(-1).searchParams.get("code"));
    await page.close();
  });

  test("a second sign-in needs no page at all", async () => {
    const proof = pkce();
    const page = await browser.newPage();
    await page.goto(authorizeUrl(origin, client, proof.challenge, { state: "remembered" }));
    await arrives(page);
    assert.equal(callbacks.at(-1).searchParams.get("state"), "remembered");
    await page.close();
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
