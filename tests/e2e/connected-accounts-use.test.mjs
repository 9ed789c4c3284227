// `ctx.connection()`: requests with an account that is connected, its renewal, and its end.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { API, VAULT, accounts } from "./lib/connected.mjs";
import { send } from "./lib/http.mjs";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";

/** So short that a token is renewed at its next use. */
const SHORT = 1;
const DAY_S = 24 * 60 * 60;

describe("a connected account", { skip: lacksBuild("connections") }, () => {
  const cast = accounts();
  const { internet, linear, vault, nothingLeaks, person, call, read, textOf, reads, fails, asked, open, connect, connectAt, connected, events, refreshes } = cast;

  /** How many accounts were erased that nothing used. */
  const forgotten = () => events("account_ended").filter((line) => line.includes("account_forgotten")).length;

  describe("sends its token", () => {
    test("to no other host", async () => {
      const who = await connected("hosts-at-linear");
      const before = internet.requests.length;
      for (const url of [
        "https://api.linear.example.evil.example/me", "https://evilapi.linear.example/me", "https://sub.api.linear.example/me",
        "https://linear.example/me", "https://api.linear.example./me", "https://api.linear.example:8443/me", "https://files.linear.example/me",
        "https://files.linear.example:443/me", "https://api.1inear.example/me", "https://xn--pi-fka.linear.example/me",
      ]) {
        await fails(who, /may not get a token of this connection/, { url });
      }
      for (const url of [
        "https://api.linear.example@evil.example/me", "https://ada@api.linear.example/me", "https://api.linear.example\\@evil.example/me",
        "https://api.linear.example%2eevil.example/me", "https://api.linear.example#@evil.example/me",
      ]) {
        await fails(who, /has an address that cannot be asked/, { url });
      }
      await fails(who, /over https only/, { url: "http://api.linear.example/me" });
      assert.equal(internet.requests.length, before);
      internet.answer("https://files.linear.example:8443/me", (request) => linear.answer(request));
      assert.equal(textOf(await call(who, "why_not", { url: "https://FILES.linear.example:8443/me" })), "hosts-at-linear");
    });

    test("with no redirect, and with no header that leads elsewhere", async () => {
      const who = await connected("redirect-at-linear");
      for (const status of [301, 302, 303, 307, 308]) {
        internet.publish(API, "", { status, headers: { location: "https://evil.example/take" } });
        await fails(who, new RegExp(`api\\.linear\\.example answered ${status}: redirects are not followed`));
      }
      assert.equal(internet.count("https://evil.example/take"), 0);
      linear.reset();
      const before = internet.requests.length;
      for (const header of ["host", "Host", "authorization", "Cookie", "Proxy-Authorization"]) {
        await fails(who, /a header of the request cannot be sent/, { url: API, header });
      }
      assert.equal(internet.requests.length, before);
      await reads(who, "redirect-at-linear");
    });

    test("for no tool that does not declare it", async () => {
      const who = await connected("unsaid-at-linear");
      const before = internet.requests.length;
      const { result } = await call(who, "read_unsaid", { url: API });
      assert.equal(result.isError, true);
      assert.match(result.content[0].text, /add `connections = \["linear"\]` to its `#\[mcp_tool/);
      assert.equal(internet.requests.length, before);
    });

    test("for nobody whom the policy of the connection does not allow, who is not asked either", async () => {
      const outsider = await person(VISITOR);
      const { result } = await call(outsider, "read_vault", { url: VAULT });
      assert.equal(result.isError, true);
      assert.match(result.content[0].text, /you may not use a Vault account here/);
      assert.match(events("account_denied").at(-1), /"policy":"staff"/);
      const insider = await person(EMPLOYEE);
      await connect(insider, "erin-at-vault", { party: vault, tool: "read_vault", url: VAULT });
      assert.equal(textOf(await call(insider, "read_vault", { url: VAULT })), "erin-at-vault");
    });
  });

  describe("is renewed", () => {
    async function renewedOnce(rotates) {
      Object.assign(linear, { rotates, ttl: SHORT });
      const who = await connected("fifty-at-linear");
      linear.ttl = 3600;
      await sleep(SHORT * 1000 + 100);
      const before = refreshes();
      await Promise.all(Array.from({ length: 50 }, () => reads(who, "fifty-at-linear")));
      assert.equal(refreshes(), before + 1);
    }
    test("once by fifty calls at a time", () => renewedOnce(false));
    test("once by fifty calls where each refresh token is given once", () => renewedOnce(true));

    test("again and again where each refresh token is given once", async () => {
      Object.assign(linear, { rotates: true, ttl: SHORT });
      const who = await connected("rotating-at-linear");
      for (let round = 0; round < 3; round += 1) {
        await sleep(SHORT * 1000 + 100);
        await reads(who, "rotating-at-linear");
      }
    });

    test("once where the host does not take the token, and the request is sent again with its body", async () => {
      const who = await connected("again-at-linear");
      await reads(who, "again-at-linear");
      linear.expire();
      const bodies = [];
      internet.answer(API, async (request) => {
        bodies.push(await request.text());
        return linear.answer(request);
      });
      const before = refreshes();
      assert.equal(textOf(await call(who, "write_linear", { url: API, text: "é" })), "again-at-linear");
      assert.deepEqual(bodies, ['"é"', '"é"']);
      assert.equal(refreshes(), before + 1);
    });

    test("no more for a host that takes no token, and the person is told what to do", async () => {
      const who = await connected("refused-at-linear");
      internet.publish(API, "", { status: 401 });
      const before = refreshes();
      for (let index = 0; index < 3; index += 1) {
        const { result } = await read(who);
        assert.equal(result.isError, true);
        assert.match(result.content[0].text, /Linear does not accept the connected account any more: disconnect it at \/connections/);
      }
      assert.equal(refreshes(), before + 1);
      // The host is not the authorization server: its word ends nothing.
      linear.reset();
      await reads(who, "refused-at-linear");
    });

    test("by nobody while the third party is down, and works again after", async () => {
      linear.ttl = SHORT;
      const who = await connected("down-at-linear");
      Object.assign(linear, { down: true, ttl: 3600 });
      await sleep(SHORT * 1000 + 100);
      const before = refreshes();
      const failed = await Promise.all(Array.from({ length: 10 }, () => read(who)));
      for (const { result } of failed) {
        assert.equal(result.isError, true);
        assert.match(result.content[0].text, /could not be used just now; try again in a moment/);
      }
      assert.equal(refreshes(), before + 1);
      linear.down = false;
      await sleep(5500);
      await reads(who, "down-at-linear");
    });

    test("by nobody while the third party is down, though a host does not take the token: the account stays", async () => {
      const who = await connected("kept-at-linear");
      linear.expire();
      linear.down = true;
      const { result } = await read(who);
      assert.equal(result.isError, true);
      assert.match(result.content[0].text, /could not be used just now; try again in a moment/);
      linear.down = false;
      await sleep(5500);
      await reads(who, "kept-at-linear");
    });

    test("no more once the person has ended it at the third party: they are asked again", async () => {
      linear.ttl = SHORT;
      const who = await connected("ended-at-linear");
      await sleep(SHORT * 1000 + 100);
      linear.endAll();
      await asked(who);
      assert.match(events("account_ended").at(-1), /"reason":"revoked_by_upstream"/);
      linear.ttl = 3600;
      await connect(who, "new-at-linear");
      await reads(who, "new-at-linear");
    });

    test("never into an account that another tab connects meanwhile", async () => {
      Object.assign(linear, { rotates: true, ttl: SHORT });
      const who = await person();
      const { link } = await asked(who);
      await connectAt(who, link, "old-at-linear");
      linear.ttl = 3600;
      await sleep(SHORT * 1000 + 100);
      let release;
      linear.hold = new Promise((resolve) => { release = resolve; });
      const before = refreshes();
      const racing = Array.from({ length: 3 }, () => read(who));
      while (refreshes() === before) await sleep(20);
      await connectAt(who, link, "new-at-linear");
      release();
      for (const answer of await Promise.all(racing)) assert.equal(textOf(answer), "new-at-linear");
      await reads(who, "new-at-linear");
      assert.equal(refreshes(), before + 1);
      // What came of the old account is not withdrawn either: with it, the third party might end the new one.
      assert.deepEqual(linear.revoked.filter((token) => linear.tokens.includes(token)), []);
    });

    test("without a refresh token goes on until the access token is over, and is asked for again", async () => {
      Object.assign(linear, { refreshTokens: false, ttl: 3 });
      const who = await connected("brief-at-linear");
      await reads(who, "brief-at-linear");
      await sleep(3100);
      await asked(who);
    });
  });

  describe("ends", () => {
    const PAGE = () => `${cast.stage.origin}/connections`;
    /** The form that ends an account, where the page has one. */
    const formOf = (page) => page.document.querySelectorAll("form").find((one) => one.getAttribute("action") === "/connections/end");

    test("on the page of connections, and at the third party", async () => {
      const who = await connected("leaving-at-linear");
      const page = await open(who.browser, PAGE(), who.email);
      assert.match(page.words, /Connected accounts Tools of this server use these accounts.*Linear Connected/);
      const access = linear.tokens.at(-2);
      const refresh = linear.tokens.at(-1);
      const fields = Object.fromEntries(formOf(page).querySelectorAll("input").map((one) => [one.getAttribute("name"), one.getAttribute("value")]));
      assert.equal(fields.connection, "linear");
      const cookie = who.browser.jar.header(PAGE());
      const post = (body, headers = { origin: cast.stage.origin }) =>
        send(`${PAGE()}/end`, { method: "POST", headers: { cookie, ...headers }, body: new URLSearchParams(body) });
      for (const answer of [await post(fields, { origin: "https://evil.example" }), await post({ ...fields, csrf: "x" })]) assert.equal(answer.status, 400);
      await reads(who, "leaving-at-linear");
      const done = await post(fields);
      assert.deepEqual([done.status, done.headers.get("location")], [303, `${PAGE()}?done=revoked`]);
      for (let wait = 0; wait < 50 && !linear.revoked.includes(refresh); wait += 1) await sleep(50);
      assert.ok(linear.revoked.includes(refresh), "it is withdrawn at the third party");
      assert.ok(!linear.revoked.includes(access));
      assert.match(events("account_ended").at(-1), /"reason":"revoked_by_person"/);
      await asked(who);
      const after = await open(who.browser, PAGE(), who.email);
      assert.equal(formOf(after), undefined, after.words);
    });

    test("while it is renewed: what comes too late is neither used nor kept, and is withdrawn", async () => {
      Object.assign(linear, { rotates: true, ttl: SHORT });
      const who = await connected("late-at-linear");
      linear.ttl = 3600;
      await sleep(SHORT * 1000 + 100);
      let release;
      linear.hold = new Promise((resolve) => { release = resolve; });
      const before = refreshes();
      const racing = read(who);
      while (refreshes() === before) await sleep(20);
      const page = await open(who.browser, PAGE(), who.email);
      const cookie = who.browser.jar.header(PAGE());
      const body = new URLSearchParams({ csrf: page.hidden("csrf"), connection: "linear" });
      const done = await send(`${PAGE()}/end`, { method: "POST", headers: { cookie, origin: cast.stage.origin }, body });
      assert.equal(done.status, 303);
      release();
      assert.equal((await racing).result.resultType, "input_required");
      const late = linear.tokens.at(-1);
      for (let wait = 0; wait < 50 && !linear.revoked.includes(late); wait += 1) await sleep(50);
      assert.ok(linear.revoked.includes(late), "the token that came too late");
    });

    test("of one person on the page of no other", async () => {
      const [alice, bob] = [await connected("alice-at-linear"), await person()];
      const page = await open(bob.browser, PAGE(), bob.email);
      assert.equal(formOf(page), undefined, page.words);
      const cookie = bob.browser.jar.header(PAGE());
      const body = new URLSearchParams({ csrf: page.hidden("csrf"), connection: "linear" });
      const answer = await send(`${PAGE()}/end`, { method: "POST", headers: { cookie, origin: cast.stage.origin }, body });
      assert.equal(answer.headers.get("location"), `${PAGE()}?done=none`);
      await reads(alice, "alice-at-linear");
    });

    test("in favour of another one, and is not withdrawn there: the third party might end the new one as well", async () => {
      const who = await person();
      const { link } = await asked(who);
      await connectAt(who, link, "first-at-linear");
      const first = linear.tokens.at(-1);
      await connectAt(who, link, "second-at-linear");
      await sleep(500);
      await reads(who, "second-at-linear");
      assert.ok(!linear.revoked.includes(first));
      assert.match(events("account_connected").at(-1), /"reason":"account_replaced"/);
    });
  });

  test("whose access token is over, and that cannot be renewed, is erased though no tool asks for it", async () => {
    Object.assign(linear, { refreshTokens: false, ttl: 2 });
    const [who, before] = [await connected("idle-at-linear"), forgotten()];
    const page = async () => (await open(who.browser, `${cast.stage.origin}/connections`, who.email)).words;
    assert.match(await page(), /Linear Connected/);
    for (let wait = 0; wait < 100 && forgotten() === before; wait += 1) await sleep(100);
    assert.equal(forgotten(), before + 1);
    assert.doesNotMatch(await page(), /Linear Connected/);
    await asked(who);
  });

  test("that no tool used for half a year is erased, and withdrawn at the third party", async () => {
    await connected("forgotten-at-linear");
    const refresh = linear.tokens.at(-1);
    const before = forgotten();
    await cast.stage.restart({ secondsAhead: 30 * DAY_S });
    await sleep(1500);
    assert.ok(!linear.revoked.includes(refresh), "it is looked at, and stays");
    assert.equal(forgotten(), before);
    await cast.stage.restart({ secondsAhead: 181 * DAY_S });
    for (let wait = 0; wait < 200 && !linear.revoked.includes(refresh); wait += 1) await sleep(50);
    assert.ok(linear.revoked.includes(refresh), "it is withdrawn");
    assert.match(events("account_ended").at(-1), /"reason":"account_forgotten".*"detail":"linear"|"detail":"linear".*"reason":"account_forgotten"/);
    await cast.stage.restart();
  });

  test("whose section of mcp.toml is gone is erased within a week, and cannot be withdrawn", { skip: lacksBuild("helpdesk") }, async () => {
    await connected("gone-at-linear");
    const [refresh, before] = [linear.tokens.at(-1), forgotten()];
    await cast.stage.restart({ build: buildOf("helpdesk"), secondsAhead: 8 * DAY_S });
    for (let wait = 0; wait < 200 && forgotten() === before; wait += 1) await sleep(50);
    assert.ok(forgotten() > before, "it is erased");
    assert.ok(!linear.revoked.includes(refresh));
    await cast.stage.restart();
  });

  test("leaves its token and secret in no answer, line of the log, stored row or page", async () => {
    await reads(await connected("canary-owner"), "canary-owner");
    nothingLeaks();
  });
});
