// A page of an author's route in a real Chromium, whose person is signed in at the server's own pages: the
// page shares their address, and must reach none of them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { noChromium, startChromium } from "./lib/chromium.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import { authorizeUrl, newClient, pkce, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

/** The address of a page of the author's, in which every script of this file runs. */
const PAGE = "/page";

describe("attack: a script in an author's page", { skip: noChromium || lacksBuild("routes") }, () => {
  let stage, origin, context, stop, page, authorizeLink;
  before(async () => {
    stage = await openStage({ build: buildOf("routes"), vars: { HOOK_SECRET: "x" }, worker: DEBUG_BUILD });
    ({ origin } = stage);
    ({ context, stop } = await startChromium());
    page = await context.newPage();
    // One connection to lose, and a sign-in where it could be revoked.
    const client = await newClient(origin);
    await signIn(stage, { email: EMPLOYEE, browser: stage.browser(), client });
    authorizeLink = authorizeUrl(origin, client, pkce().challenge);
    await page.goto(`${origin}/connections`);
    await signInAtProvider();
    assert.equal(await connections(), 1);
    await page.goto(`${origin}/items/first`);
    await signInAtProvider();
    assert.equal(page.url(), `${origin}/items/first`);
  });
  after(async () => {
    await stop?.();
    await stage?.close();
  });

  async function signInAtProvider() {
    if (await page.locator('input[name="email"]').count()) await page.fill('input[name="email"]', EMPLOYEE);
    while (await page.locator('button[value="continue"]').count()) await page.click('button[value="continue"]');
  }

  /** How many connections the person has, as the server's own page shows them. */
  async function connections() {
    await page.goto(`${origin}/connections`);
    return page.locator('input[name="grant"]').count();
  }

  /** Runs a function in the author's page. */
  async function run(script, argument) {
    await page.goto(`${origin}${PAGE}`);
    return page.evaluate(script, argument);
  }

  const own = () => [authorizeLink, `${origin}/connections`, `${origin}/admin`, `${origin}/items/first`];

  test("has an origin of its own, without cookies, storage or service workers", async () => {
    const found = await run(async () => {
      const tried = (attempt) => {
        try {
          return String(attempt());
        } catch (error) {
          return error.name;
        }
      };
      const worker = await Promise.resolve().then(() => navigator.serviceWorker.register("/worker.js")).then(() => "registered", (error) => error.name);
      return { origin: self.origin, cookie: tried(() => document.cookie), storage: tried(() => localStorage.length), worker };
    });
    assert.equal(found.origin, "null");
    assert.equal(found.cookie, "SecurityError");
    assert.equal(found.storage, "SecurityError");
    assert.notEqual(found.worker, "registered");
  });

  test("reads nothing of the server's pages by fetch, with or without credentials", async () => {
    const outcomes = await run(async (addresses) => {
      const attempt = (...args) => fetch(...args).then(async (answer) => `${answer.type} ${(await answer.text()).length}`, () => "blocked");
      const all = [];
      for (const address of addresses) {
        all.push(await attempt(address, { credentials: "include" }), await attempt(address));
        all.push(await attempt(address, { credentials: "include", mode: "no-cors" }));
        all.push(await attempt(address, { credentials: "include", method: "POST", body: new URLSearchParams({ action: "revoke-all", decision: "approve" }) }));
      }
      return all;
    }, own());
    // `opaque 0` is an answer of which a script sees nothing.
    for (const outcome of outcomes) assert.ok(["blocked", "opaque 0"].includes(outcome), outcomes.join(", "));
    assert.equal(await connections(), 1);
  });

  test("shows no page of the server in a frame that it could read", async () => {
    const read = await run(async (addresses) => {
      const all = [];
      for (const address of addresses) {
        const frame = document.createElement("iframe");
        frame.src = address;
        await new Promise((resolve) => {
          frame.onload = resolve;
          setTimeout(resolve, 2000);
          document.body.append(frame);
        });
        let text;
        try {
          text = frame.contentWindow.document.body.innerText;
        } catch (error) {
          text = error.name;
        }
        all.push(text);
      }
      return all;
    }, own());
    for (const text of read) assert.equal(text, "SecurityError");
    for (const frame of page.frames().slice(1)) assert.ok(!(await frame.content().catch(() => "")).includes('name="grant"'), frame.url());
  });

  test("opens no window of the server", async () => {
    const opened = await run((addresses) => addresses.map((address) => window.open(address) === null), own());
    assert.deepEqual(opened, own().map(() => true));
    assert.equal(context.pages().filter((one) => one !== page && one.url().startsWith(origin)).length, 0);
  });

  test("posts no form to the server's pages, nor to a route that a policy guards", async () => {
    for (const [path, fields] of [
      ["/connections", { action: "revoke-all", csrf: "guessed" }],
      ["/connections", { action: "sign-out", csrf: "" }],
      ["/authorize", { decision: "approve", attempt: "x", csrf: "x" }],
      ["/items/2", {}],
    ]) {
      await page.goto(`${origin}${PAGE}`);
      const [answer] = await Promise.all([
        page.waitForNavigation(),
        page.evaluate(([action, values]) => {
          const form = document.createElement("form");
          Object.assign(form, { method: "post", action });
          for (const [name, value] of Object.entries(values)) {
            const input = document.createElement("input");
            Object.assign(input, { type: "hidden", name, value });
            form.append(input);
          }
          document.body.append(form);
          form.submit();
        }, [`${origin}${path}`, fields]),
      ]);
      assert.ok(answer.status() >= 400, `${path}: ${answer.status()}`);
    }
    assert.equal(await connections(), 1);
  });

  test("plants no cookie that the server takes for its own", async () => {
    await page.goto(`${origin}${PAGE}`);
    const cookies = await context.cookies(origin);
    assert.ok(cookies.some(({ name }) => name === "theme"));
    assert.ok(cookies.every(({ value }) => value !== "planted"), cookies.map(({ name }) => name).join(", "));
    assert.equal(await connections(), 1, "the person is still signed in");
  });
});
