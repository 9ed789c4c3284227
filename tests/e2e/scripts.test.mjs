// A server that MCP clients reach by a company's word only, and scripts by tokens that people make for them; its grants
// are in D1.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { watch } from "./lib/audit.mjs";
import { granted } from "./lib/granted.mjs";
import { cannotMoveClock } from "./lib/clock.mjs";
import { freshAddress, send } from "./lib/http.mjs";
import { lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { atClient, authorizeUrl, pkce } from "./lib/oauth.mjs";

const DESKTOP = { client_id: "desktop", redirect_uris: ["http://127.0.0.1/callback"] };
const MAKE = { name: "action", value: "make-token" };

describe("where a company connects its people", { skip: lacksBuild("scripts") }, () => {
  const cast = granted("scripts");
  const { redeem, jag } = cast;

  /** Signs somebody in at the page of connections. */
  async function connections(person, browser = cast.stage.browser()) {
    cast.company.person = { sub: "ada", email: "ada@company.example", email_verified: true, groups: ["staff"], ...person };
    const there = await browser.visit(`${cast.origin}/connections`, { until: cast.company.isAsked });
    const page = cast.company.isAsked(there.url) ? await browser.follow(there, cast.company.signIn(there.url)) : there;
    assert.match(page.words, /Your connections/);
    return { browser, page };
  }
  async function make({ browser, page }, fields = { name: "Backup" }) {
    const made = await browser.submit(page, { button: MAKE, fields });
    return { made, token: made.document.querySelector("#token")?.textContent };
  }
  const listed = (page) => page.document.querySelectorAll("li h2").map((title) => title.textContent);
  const status = async (token) => (await mcp.legacy(cast.origin, token, "tools/list")).status;

  test("an MCP client's sign-in is answered with access_denied", async () => {
    const page = await cast.stage.browser().visit(authorizeUrl(cast.origin, DESKTOP, pkce().challenge), { until: atClient(DESKTOP) });
    assert.ok(atClient(DESKTOP)(page.url), page.url);
    assert.deepEqual([page.query.get("error"), page.query.get("state"), page.query.get("iss")], ["access_denied", "state-of-the-client", cast.origin]);
  });

  test("its ID-JAG is good once, twenty times at once as well, whatever keeps the grants", async () => {
    const assertion = await jag({ sub: "parallel" });
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(assertion)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    const { page } = await connections({ sub: "parallel" });
    assert.deepEqual(listed(page), ["Agent"], "and leaves one grant");
  });

  test("a person is the same by an ID-JAG and by a sign-in, and ends at the page what either gave", async () => {
    const jagged = (await redeem(await jag({ sub: "grace", email: "grace@company.example", email_verified: true, groups: ["staff"] }))).json().access_token;
    const visit = await connections({ sub: "grace", email: "grace@company.example" });
    assert.deepEqual(listed(visit.page), ["Agent"]);
    const { token } = await make(visit);
    const [one, other] = [await cast.whoami(jagged), await cast.whoami(token)];
    for (const field of ["subject", "email", "groups", "machine"]) assert.deepEqual(one[field], other[field], field);
    // The sign-in told all claims, and an ID-JAG tells a few.
    assert.deepEqual(await cast.tools(jagged), (await cast.tools(token)).filter((name) => name !== "for_no_contractors"));
    const again = await visit.browser.visit(`${cast.origin}/connections`);
    assert.deepEqual(listed(again).sort(), ["Agent", "Backup"]);
    await visit.browser.submit(again, { button: { name: "action", value: "revoke-all" } });
    assert.deepEqual([await status(jagged), await status(token)], [401, 401]);
  });

  describe("a personal token", () => {
    test("is shown once, works as its person, and ends where they revoke it", async () => {
      const visit = await connections({ sub: "tove" });
      const { made, token } = await make(visit);
      assert.match(token, /^tgp_[\w-]{43}\.[\w-]{43}$/);
      assert.match(made.words, /shown this once/);
      assert.equal(made.headers.get("cache-control"), "no-store");
      const { subject, groups, scopes, client } = await cast.whoami(token);
      assert.deepEqual({ subject, groups, scopes, client }, { subject: "tove", groups: ["staff"], scopes: ["mcp"], client: "personal-token" });
      const page = await visit.browser.visit(`${cast.origin}/connections`);
      assert.deepEqual(listed(page), ["Backup"]);
      assert.ok(!page.text.includes(token) && !page.text.includes(token.split(".")[1]));
      await visit.browser.submit(page, { button: { name: "action", value: "revoke" } });
      assert.equal(await status(token), 401);
    });

    test("has the scopes that its person chose, and no others", async () => {
      const visit = await connections({ sub: "tove" });
      const plain = (await make(visit)).token;
      const more = (await make(visit, { name: "Reports", scope: "reports" })).token;
      const foreign = (await make(visit, { name: "Admin", scope: "admin" })).token;
      assert.deepEqual((await cast.whoami(more)).scopes, ["mcp", "reports"]);
      assert.deepEqual((await cast.whoami(foreign)).scopes, ["mcp"]);
      assert.equal((await mcp.call(cast.origin, plain, "for_reports", {})).status, 403);
      assert.equal((await cast.call(more, "for_reports")).result.content[0].text, "reports");
    });

    test("is stored as a hash, and is in no log", async () => {
      const { result: token, events } = await watch(cast.stage, 2, async () => (await make(await connections({ sub: "tove" }))).token);
      const secret = token.split(".")[1];
      assert.equal(await status(token), 200);
      const files = readdirSync(cast.persist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
      const stored = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
      assert.ok(stored.some((text) => text.includes(createHash("sha256").update(secret).digest("base64url"))), "the hash is");
      for (const text of [...stored, ...cast.stage.worker.log]) assert.ok(!text.includes(secret) && !text.includes("tove"));
      assert.ok(events.some(({ event, reason }) => event === "token_issued" && reason === "personal_token_made"));
    });

    test("that was changed, or is made of something else, is refused", async () => {
      const { token } = await make(await connections({ sub: "tove" }));
      const other = (await make(await connections({ sub: "mallory" }))).token;
      const [mine, secret] = token.split(".");
      const id = createHash("sha256").update(secret).digest("base64url");
      for (const text of [`${mine}.${secret}x`, `${other.split(".")[0]}.${secret}`, `${mine}.${id}`, `${mine}.`, mine, "tgp_", "tgp_.", `${token}.x`, token.slice(4), token.toUpperCase()]) {
        assert.equal(await status(text), 401, text);
      }
      const agent = (await redeem(await jag())).json().access_token;
      assert.equal(await status(`tgp_${agent}`), 401);
      assert.equal((await send(`${cast.origin}/revoke`, { method: "POST", headers: { "cf-connecting-ip": freshAddress() }, body: new URLSearchParams({ token, client_id: "desktop" }) })).status, 200);
      assert.equal(await status(token), 200, "no client can end it");
    });

    test("cannot be made by a form of another site, without its secret, or without a name", async () => {
      const { browser, page } = await connections({ sub: "wendy" });
      const cookie = browser.jar.header(`${cast.origin}/connections`, { method: "POST", sameSite: true });
      const csrf = page.hidden("csrf");
      const form = (fields, headers = {}) => send(`${cast.origin}/connections`, {
        method: "POST", headers: { cookie, "cf-connecting-ip": freshAddress(), ...headers }, body: new URLSearchParams({ action: "make-token", name: "x", csrf, ...fields }),
      });
      for (const answer of [
        await form({}, { origin: "https://evil.example" }), await form({ csrf: "x" }), await form({ csrf: "" }), await form({ name: " " }), await form({ name: "x".repeat(61) }),
      ]) {
        assert.deepEqual([answer.status, answer.text.includes("tgp_")], [400, false]);
      }
      assert.equal((await form({}, { cookie: "" })).status, 303);
      assert.deepEqual(listed(await browser.visit(`${cast.origin}/connections`)), []);
    });

    test("with a name that is markup is only text", async () => {
      const visit = await connections({ sub: "marge" });
      const { made } = await make(visit, { name: "<img src=x>" });
      assert.ok(!made.text.includes("<img") && made.text.includes("&lt;img"));
      assert.ok(!(await visit.browser.visit(`${cast.origin}/connections`)).text.includes("<img"));
    });

    test("of somebody who has fifty is not made", async () => {
      for (let i = 0; i < 50; i += 10) {
        const visit = await connections({ sub: "hoarder" });
        for (let j = 0; j < 10; j += 1) assert.ok((await make(visit, { name: `n${i + j}` })).token);
      }
      const { made, token } = await make(await connections({ sub: "hoarder" }));
      assert.deepEqual([made.status, token], [400, undefined]);
    });

    test("is over after thirty days", { skip: cannotMoveClock() }, async () => {
      const { token } = await make(await connections({ sub: "tove" }));
      await cast.stage.restart({ secondsAhead: 29 * 86400 });
      assert.equal(await status(token), 200);
      await cast.stage.restart({ secondsAhead: 30 * 86400 + 60 });
      assert.equal(await status(token), 401);
    });
  });
});
