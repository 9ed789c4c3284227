// The pages in a real Chromium: on a phone and on a desk, in light and in dark, by keyboard, as a
// screen reader finds them, and without JavaScript. `SCREENSHOTS=<dir>` keeps pictures to look at.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { allow, noChromium as skip, startChromium } from "./lib/chromium.mjs";
import { freshAddress } from "./lib/http.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import { authorizeUrl, newClient, pkce, redeem, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const SIZES = [["phone", { width: 360, height: 740 }], ["desk", { width: 1280, height: 800 }]];
const LONGEST_NAME = "W".repeat(80);
const SERVER = "Access OAuth Proxy Demo";

describe("pages in Chromium", { skip }, async () => {
  if (skip) return;
  const stage = await openStage();
  const { origin } = stage;
  const scripted = await startChromium();
  const plain = await startChromium({ javaScriptEnabled: false });
  // MCP clients that wait on loopback, by IPv4 and by IPv6.
  const callbacks = [];
  const waiting = ["127.0.0.1", "::1"].map((host) => ({ host, server: createServer((request, response) => {
    const url = new URL(request.url, "http://loopback");
    if (url.pathname === "/cb") callbacks.push(url.searchParams);
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>You can close this window</h1>");
  }) }));
  const hasSix = await Promise.all(waiting.map(({ host, server }) => new Promise((resolve) => {
    server.once("error", () => resolve(false)).listen(0, host, () => resolve(true));
  }))).then(([, six]) => six);
  const redirects = waiting.filter(({ server }) => server.listening)
    .map(({ host, server }) => `http://${host.includes(":") ? `[${host}]` : host}:${server.address().port}/cb`);
  after(async () => {
    await scripted.stop();
    await plain.stop();
    for (const { server } of waiting) {
      server.close();
      server.closeAllConnections();
    }
    await stage.close();
  });
  let client;
  before(async () => {
    client = await newClient(origin, { client_name: "Claude Code", redirect_uris: redirects });
  });

  /** Opens an address; `complaints` collects what the browser blocks or cannot load. */
  async function open(address, { context = scripted.context, ...media } = {}) {
    const page = await context.newPage();
    await page.setExtraHTTPHeaders({ "cf-connecting-ip": freshAddress() });
    await page.emulateMedia(media);
    const complaints = [];
    // Pages of the provider, on the way, are not ours to answer for.
    page.on("console", (message) => new URL(message.location().url || origin).origin === origin && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(address);
    return { page, complaints };
  }
  const consentUrl = (changes = {}, of = client) => authorizeUrl(origin, of, pkce().challenge, { prompt: "consent", ...changes });

  async function picture(page, name) {
    if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  /** What sticks out of the window, sideways or out of what should hold it. */
  const sticksOut = (page) => page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5 || element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== "inline")
      .map((element) => `${element.tagName} ${element.textContent.slice(0, 40)}`);
    return scrollWidth > clientWidth ? [`the page: ${scrollWidth} of ${clientWidth}`, ...wide] : wide;
  });

  /** The focused element and whether one sees that it is. */
  const focused = (page) => page.evaluate(() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return `${element.textContent.trim()}${outlineStyle === "solid" && parseFloat(outlineWidth) >= 2 ? "" : " without a ring"}`;
  });

  /** Signs in at the provider's pages, as far as they come. */
  async function signInAtProvider(page) {
    if (await page.locator('input[name="email"]').count()) await page.fill('input[name="email"]', EMPLOYEE);
    while (await page.locator('button[value="continue"]').count()) await page.click('button[value="continue"]');
  }

  describe("consent page", () => {
    for (const [size, viewport] of SIZES) {
      for (const colorScheme of ["light", "dark"]) {
        test(`on a ${size} in ${colorScheme}: all of it is in sight, whatever the name and the address`, async () => {
          const long = await newClient(origin, { client_name: LONGEST_NAME, client_uri: `https://${"a".repeat(60)}.example/`, redirect_uris: [`https://${"b".repeat(60)}.example/${"c".repeat(300)}`] });
          for (const [name, of] of [["consent", client], ["consent-long", long]]) {
            const { page, complaints } = await open(consentUrl({ scope: "mcp offline_access" }, of), { colorScheme });
            await page.setViewportSize(viewport);
            assert.deepEqual(await sticksOut(page), []);
            await picture(page, `${name}-closed-${size}-${colorScheme}`);
            await page.locator("summary").click();
            assert.deepEqual(await sticksOut(page), []);
            assert.deepEqual(complaints, []);
            const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((channel) => channel > 127));
            assert.equal(light, colorScheme === "light");
            await picture(page, `${name}-${size}-${colorScheme}`);
            await page.close();
          }
        });
      }
    }

    test("at twice the size of text nothing is lost", async () => {
      const { page } = await open(consentUrl());
      await page.setViewportSize({ width: 360, height: 740 });
      await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
      assert.deepEqual(await sticksOut(page), []);
      await page.close();
    });

    test("says to a screen reader what it is about, in order", async () => {
      const { page } = await open(consentUrl({ scope: "mcp offline_access" }));
      const tree = (await page.locator("body").ariaSnapshot()).split("\n").map((line) => line.trim());
      const order = [
        `- banner: ${SERVER}`, "- main:",
        `- heading "Allow Claude Code to use ${SERVER}?" [level=1]`,
        "- term: Application", "- definition: Claude Code Not verified",
        "- term: It will be able to", "- list:",
        "- term: For how long", "- definition: It stays connected until you revoke it, at most 30 days", "- term: You will be sent to", `- definition: This computer (127.0.0.1) ${redirects[0]}`,
        '- region "This application is not verified":', '- heading "This application is not verified" [level=2]',
        '- button "Deny"', "- group: Allow…",
      ];
      const places = order.map((line) => tree.indexOf(line));
      assert.deepEqual(places.filter((place) => place < 0), [], tree.join("\n"));
      assert.deepEqual(places, [...places].sort((a, b) => a - b), tree.join("\n"));
      assert.equal(await page.title(), `Allow access to ${SERVER}`);
      assert.equal(await page.locator("html").getAttribute("lang"), "en");
      const session = await page.context().newCDPSession(page);
      const { nodes } = await session.send("Accessibility.getFullAXTree");
      const buttons = nodes.filter(({ role }) => role?.value === "button").map(({ name, description }) => [name.value, description?.value]);
      const question = `Allow Claude Code to use ${SERVER}?`;
      assert.deepEqual(buttons, [["Deny", question]], "the one that allows is not there yet");
      await page.locator("summary").click();
      assert.match((await page.locator("details").ariaSnapshot()), /Are you sure that you started this\?[^]*button "Yes, allow it"/);
      await page.close();
    });

    test("by keyboard: Enter alone decides nothing, Deny comes first, and the focus is seen", async () => {
      const { page } = await open(consentUrl({ state: "by-keyboard" }));
      const address = page.url();
      await page.keyboard.press("Enter");
      await page.waitForTimeout(100);
      assert.equal(page.url(), address);
      await page.keyboard.press("Tab");
      assert.equal(await focused(page), "Deny");
      await page.keyboard.press("Tab");
      assert.match(await focused(page), /^Allow…$/);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      assert.equal(await focused(page), "Yes, allow it");
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.href.startsWith(redirects[0]));
      assert.equal(callbacks.at(-1).get("error"), "access_denied");
      assert.equal(callbacks.at(-1).get("state"), "by-keyboard");
      await page.close();
    });

    for (const [name, index] of [["IPv4", 0], ["IPv6", 1]]) {
      test(`leads back to a client that waits on loopback by ${name}`, { skip: index === 1 && !hasSix && "no IPv6 here" }, async () => {
        const { page, complaints } = await open(consentUrl({ redirect_uri: redirects[index], state: name }));
        await page.click('button[value="deny"]');
        await page.waitForURL((url) => url.href.startsWith(redirects[index]));
        assert.deepEqual(complaints, []);
        assert.equal(callbacks.at(-1).get("state"), name);
        await page.close();
      });
    }

    test("a double click at one place allows no unverified client, wherever that is", async () => {
      const { page } = await open(consentUrl());
      const address = page.url();
      await page.setViewportSize({ width: 1280, height: 800 });
      const { x, y, width, height } = await page.locator("form").boundingBox();
      for (let left = x + 8; left < x + width; left += 16) {
        for (let top = y + 4; top < y + height; top += 12) {
          const isDeny = await page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.value === "deny", [left, top]);
          if (isDeny) continue;
          await page.mouse.dblclick(left, top);
          assert.equal(page.url(), address, `at ${left - x}, ${top - y}`);
        }
      }
      await page.close();
    });

    test("works without JavaScript, from the page to a token", async () => {
      const proof = pkce();
      const address = authorizeUrl(origin, client, proof.challenge, { redirect_uri: redirects[0] });
      const { page, complaints } = await open(address, { context: plain.context });
      await allow(page);
      await signInAtProvider(page);
      await page.waitForURL((url) => url.href.startsWith(redirects[0]));
      assert.deepEqual(complaints, []);
      const answer = await redeem(stage, client, { code: callbacks.at(-1).get("code"), verifier: proof.verifier });
      assert.equal(answer.status, 200, answer.text);
      await page.close();
    });

    test("keeps a name that wants to turn our words around to itself", async () => {
      const mirror = await newClient(origin, { client_name: "\u202Eedualc\u2066 \u200Bعربي", redirect_uris: redirects });
      const { page } = await open(consentUrl({}, mirror));
      const heading = await page.locator("h1").innerText();
      assert.equal(heading, `Allow edualc عربي to use ${SERVER}?`);
      const left = (text) => page.locator("h1").evaluate((h1, text) => {
        const node = [...h1.childNodes].find((child) => child.textContent.includes(text));
        const range = document.createRange();
        range.selectNodeContents(node);
        return range.getClientRects()[0].left;
      }, text);
      await page.setViewportSize({ width: 1280, height: 800 });
      assert.ok(await left("Allow") < await left("edualc"), "our first word is still the first");
      await page.close();
    });

    test("asks nobody else for anything", async () => {
      const page = await scripted.context.newPage();
      const requests = [];
      page.on("request", (request) => requests.push(request.url()));
      const address = consentUrl();
      await page.goto(address);
      await page.waitForTimeout(100);
      assert.deepEqual(requests.filter((url) => url !== address && !url.endsWith("/favicon.ico")), []);
      await page.close();
    });
  });

  describe("page of one's connections", () => {
    before(async () => {
      for (const client_name of ["Claude Code", LONGEST_NAME, "<img src=x onerror=alert(1)>"]) {
        await signIn(stage, { browser: stage.browser(), client: await newClient(origin, { client_name }), email: EMPLOYEE });
      }
    });

    async function connections(options) {
      const opened = await open(`${origin}/connections`, options);
      await signInAtProvider(opened.page);
      assert.equal(opened.page.url(), `${origin}/connections`);
      return opened;
    }
    const revoke = (page, name) => page.getByRole("button", { name: `Revoke ${name}`, exact: true });

    for (const [size, viewport] of SIZES) {
      for (const colorScheme of ["light", "dark"]) {
        test(`on a ${size} in ${colorScheme}: all of it is in sight`, async () => {
          const { page, complaints } = await connections({ colorScheme });
          await page.setViewportSize(viewport);
          await page.locator("summary").click();
          assert.deepEqual(await sticksOut(page), []);
          assert.deepEqual(complaints, []);
          assert.equal(await page.locator("img").count(), 0);
          await picture(page, `connections-${size}-${colorScheme}`);
          await page.close();
        });
      }
    }

    test("names every button after its client, and tells when each was used", async () => {
      const { page } = await connections();
      assert.ok((await page.locator(".end").innerText()).includes(EMPLOYEE));
      for (const name of ["Claude Code", LONGEST_NAME, "<img src=x onerror=alert(1)>"]) assert.ok(await revoke(page, name).count() >= 1, name);
      const today = new Date().toISOString().slice(0, 10);
      const times = await page.locator("time").evaluateAll((all) => all.map((time) => [time.dateTime, time.textContent]));
      assert.ok(times.some(([date, text]) => date === today && text === "within the last hour"), JSON.stringify(times));
      await page.close();
    });

    test("by keyboard and without JavaScript: revokes one, then all, then signs out", async () => {
      const { page, complaints } = await connections({ context: plain.context });
      const name = "<img src=x onerror=alert(1)>";
      await revoke(page, name).first().focus();
      await page.keyboard.press("Enter");
      await page.getByRole("status").waitFor();
      assert.equal(await revoke(page, name).count(), 0);
      assert.ok(await revoke(page, "Claude Code").count() > 0, "the others stay");
      assert.equal(await page.getByRole("button", { name: "Revoke all now" }).isVisible(), false, "it takes two steps");
      await page.locator("summary").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.getByText("No application is connected").waitFor();
      await picture(page, "connections-empty");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(`${origin}/`);
      assert.deepEqual(complaints, []);
      await page.close();
    });
  });

  test("an error page says what to do and has its reason", async () => {
    const { page } = await open(authorizeUrl(origin, client, pkce().challenge, { redirect_uri: "https://evil.example/" }));
    await page.setViewportSize({ width: 360, height: 740 });
    assert.deepEqual(await sticksOut(page), []);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    assert.match(await page.locator("main").innerText(), /Reason: [a-z][a-z0-9_.-]+/);
    await picture(page, "error");
    await page.close();
  });

  describe("landing page", () => {
    for (const [size, viewport] of SIZES) {
      for (const colorScheme of ["light", "dark"]) {
        test(`on a ${size} in ${colorScheme}: all of it is in sight, opened and at twice the size of text`, async () => {
          const { page, complaints } = await open(origin, { colorScheme });
          await page.setViewportSize(viewport);
          assert.deepEqual(await sticksOut(page), []);
          await picture(page, `landing-${size}-${colorScheme}`);
          for (const summary of await page.locator("summary").all()) await summary.click();
          assert.deepEqual(await sticksOut(page), []);
          await picture(page, `landing-open-${size}-${colorScheme}`);
          await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
          assert.deepEqual((await sticksOut(page)).filter((one) => !one.startsWith("INPUT")), []);
          assert.deepEqual(complaints, []);
          await page.close();
        });
      }
    }

    test("says to a screen reader what it is about, in order, and names no tool that is not for everyone", async () => {
      const { page } = await open(origin);
      const tree = (await page.locator("body").ariaSnapshot()).split("\n").map((line) => line.trim());
      const order = [
        `- banner: ${SERVER}`, "- main:", `- heading "Connect to ${SERVER}" [level=1]`,
        '- heading "Address" [level=2]', `- textbox "Address": ${origin}/mcp`,
        '- link "Add to Cursor":', '- link "Add to VS Code":',
        '- heading "What everyone may use" [level=2]', "- list:",
        '- heading "Your connections" [level=2]',
      ];
      const places = order.map((line) => tree.indexOf(line));
      assert.deepEqual(places.filter((place) => place < 0), [], tree.join("\n"));
      assert.deepEqual(places, [...places].sort((a, b) => a - b), tree.join("\n"));
      assert.match(await page.locator(".offers").innerText(), /^add\s+Performs basic addition of numbers$/);
      assert.doesNotMatch(await page.content(), /generate.?image|image-makers/i);
      assert.equal(await page.getByRole("link", { name: /connected/ }).getAttribute("href"), "/connections");
      await page.close();
    });

    test("by keyboard and without JavaScript: the address is selected, each way opens, and the focus is seen", async () => {
      const { page } = await open(origin, { context: plain.context });
      await page.keyboard.press("Tab");
      const selected = await page.locator("input").evaluate((input) => [document.activeElement === input, input.value.slice(input.selectionStart, input.selectionEnd)]);
      assert.deepEqual(selected, [true, `${origin}/mcp`]);
      for (const name of ["", "Add to Cursor", "Add to VS Code", "Claude Code"]) {
        assert.equal(await focused(page), name);
        if (name !== "Claude Code") await page.keyboard.press("Tab");
      }
      const command = page.getByText(`claude mcp add --transport http access ${origin}/mcp`);
      assert.equal(await command.isVisible(), false);
      await page.keyboard.press("Enter");
      assert.equal(await command.isVisible(), true);
      await page.close();
    });

    test("a click selects a whole command", async () => {
      const { page } = await open(origin);
      await page.getByText("Codex", { exact: true }).click();
      await page.locator("pre:visible").first().click();
      assert.equal(await page.evaluate(() => String(getSelection())), `codex mcp add access --url ${origin}/mcp`);
      await page.close();
    });

    test("its links say the address as their clients read it", async () => {
      const { page } = await open(origin);
      const [cursor, code] = await page.locator(".links a").evaluateAll((links) => links.map((link) => link.href));
      const query = new URL(cursor).searchParams;
      assert.equal(query.get("name"), "access");
      assert.deepEqual(JSON.parse(atob(query.get("config"))), { url: `${origin}/mcp` });
      assert.deepEqual(JSON.parse(decodeURIComponent(code.replace("vscode:mcp/install?", ""))), { name: "access", type: "http", url: `${origin}/mcp` });
      await page.close();
    });
  });
});
