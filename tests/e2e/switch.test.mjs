// The off-switch: calls are judged by the feed of revocations, and the people of a policy end the grants of others.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { ADMIN, act, byAddress, openAdmin, peopleOn } from "./lib/admin.mjs";
import { challenge, errorPage, oauthError } from "./lib/expect.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { ACCOUNTS, newcomer } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { newClient, refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

/** `revocation_max_age` of tests/switch, with a second for the way. */
const HOLDS = 3000;

const BUILDS = ["switch", "switch-d1"];

for (const build of BUILDS) describe(`the off-switch of tests/${build}`, { skip: lacksBuild(build) }, () => {
  let stage, origin;
  const persist = mkdtempSync(join(tmpdir(), "toolgate-switch-"));
  before(async () => {
    stage = await openStage({ build: buildOf(build), worker: { ...DEBUG_BUILD, ratelimits: {} }, persist });
    ({ origin } = stage);
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  const works = async (session) => (await mcp.legacy(origin, session.access_token, "tools/list")).status === 200;
  const session = async (email = newcomer(), client_name = "Client") =>
    ({ email, ...await signIn(stage, { browser: stage.browser(), email, client: await newClient(origin, { client_name }) }) });

  /** Waits until a call is refused, which has to be within `revocation_max_age`. */
  async function refused(one) {
    await sleep(HOLDS);
    challenge(await mcp.legacy(origin, one.access_token, "tools/list"), { origin, error: "invalid_token" });
    oauthError(await refresh(stage, one.client, one.refresh_token), 400, "invalid_grant");
  }

  function refusedForm(answer, reason) {
    assert.equal(answer.status, 400, answer.text);
    assert.ok(answer.text.includes(reason), answer.text);
  }

  /** Waits until the index has somebody. */
  async function found(browser, query) {
    for (let i = 0; i < 50; i += 1) {
      const page = await browser.visit(`${origin}/admin${query}`);
      if (peopleOn(page).length > 0) return page;
      await sleep(100);
    }
    throw new Error(`nobody at ${query}`);
  }

  test("a sign-in, a call and a refresh go on as ever", async () => {
    const one = await session();
    assert.ok(await works(one));
    const next = await refresh(stage, one.client, one.refresh_token);
    assert.equal(next.status, 200, next.text);
    assert.ok(await works(next.json()));
  });

  test("the page is for a fresh sign-in of the policy's people only", async () => {
    const browser = stage.browser();
    const first = await browser.visit(`${origin}/admin`);
    assert.match(first.url, /prompt=login|interaction/);
    const page = await openAdmin(stage, browser);
    assert.equal(page.status, 200, page.words);
    assert.ok(page.words.includes("Ada Admin") || page.words.includes(ADMIN), page.words);
    const cookie = browser.jar.all(`${origin}/admin`).find(({ name }) => name === "toolgate-admin");
    assert.ok(cookie.httpOnly && cookie.expires - Date.now() <= 15 * 60 * 1000);
    const other = await openAdmin(stage, stage.browser(), { email: newcomer() });
    assert.equal(other.status, 403);
    assert.ok(errorPage(other, 403).includes("admin_denied"), other.words);
  });

  test("a person is found by address, subject, client and pseudonym, and by nothing near them", async () => {
    const one = await session();
    const { sub } = ACCOUNTS[one.email];
    const browser = stage.browser();
    await openAdmin(stage, browser);
    const page = await found(browser, byAddress(one.email.toUpperCase()));
    const [person] = peopleOn(page);
    assert.ok(person.words.includes(one.email) && person.words.includes("Client"), person.words);
    for (const query of [`?by=subject&q=${sub}`, `?by=person&q=${person.person}`, `?by=client&q=${encodeURIComponent(one.client.client_id)}`]) {
      assert.deepEqual(peopleOn(await browser.visit(`${origin}/admin${query}`)).map((it) => it.person), [person.person], query);
    }
    for (const query of [byAddress(`x${one.email}`), byAddress("%@mycompany.com"), `?by=subject&q=${sub.slice(0, -1)}`, "?by=client&q=nobody"]) {
      assert.deepEqual(peopleOn(await browser.visit(`${origin}/admin${query}`)), [], query);
    }
  });

  test("one grant ends, and the others of the person go on", async () => {
    const [one, kept] = [await session(), undefined];
    const other = { ...await session(one.email), kept };
    const browser = stage.browser();
    const page = await openAdmin(stage, browser);
    const [person] = peopleOn(await found(browser, byAddress(one.email)));
    assert.equal(person.grants.length, 2);
    assert.ok(await works(one) && await works(other));
    const answer = await act(stage, browser, { csrf: page.hidden("csrf"), action: "end-grant", person: person.person, grant: person.grants[0] });
    assert.equal(answer.status, 303, answer.text);
    await sleep(HOLDS);
    assert.deepEqual([await works(one), await works(other)].sort(), [false, true]);
  });

  test("all of a person end, and a sign-in of after that is good", async () => {
    const one = await session();
    const bystander = await session();
    const browser = stage.browser();
    const page = await openAdmin(stage, browser);
    const [{ person }] = peopleOn(await found(browser, byAddress(one.email)));
    assert.equal((await act(stage, browser, { csrf: page.hidden("csrf"), action: "end-person", person })).status, 303);
    await refused(one);
    assert.ok(await works(bystander));
    await sleep(HOLDS);
    assert.ok(await works(await session(one.email)));
  });

  test("all of a client end at once, and nothing of another", async () => {
    const client = await newClient(origin, { client_name: "Rogue" });
    const users = [];
    for (let i = 0; i < 3; i += 1) users.push(await signIn(stage, { browser: stage.browser(), email: newcomer(), client }));
    const bystander = await session();
    const browser = stage.browser();
    const page = await openAdmin(stage, browser);
    const shown = await found(browser, `?by=client&q=${encodeURIComponent(client.client_id)}`);
    const key = shown.document.querySelector('input[name="client"]').getAttribute("value");
    assert.equal((await act(stage, browser, { csrf: page.hidden("csrf"), action: "end-client", client: key })).status, 303);
    for (const one of users) await refused(one);
    assert.ok(await works(bystander));
    assert.deepEqual(peopleOn(await browser.visit(`${origin}/admin?by=client&q=${key}`)), []);
  });

  test("a form of another site, without its token, or of somebody else ends nothing", async () => {
    const one = await session();
    const browser = stage.browser();
    const page = await openAdmin(stage, browser);
    const [{ person }] = peopleOn(await found(browser, byAddress(one.email)));
    const fields = { csrf: page.hidden("csrf"), action: "end-person", person };
    refusedForm(await act(stage, browser, fields, { origin: "https://evil.example" }), "form_from_another_site");
    refusedForm(await act(stage, browser, fields, { origin: "null" }), "form_from_another_site");
    refusedForm(await act(stage, browser, { ...fields, csrf: "x" }), "form_mismatch");
    refusedForm(await act(stage, browser, { ...fields, action: "end" }), "decision_unknown");
    const another = stage.browser();
    const theirs = await openAdmin(stage, another);
    refusedForm(await act(stage, browser, { ...fields, csrf: theirs.hidden("csrf") }), "form_mismatch");
    assert.equal((await act(stage, stage.browser(), fields)).status, 303, "to the sign-in");
    await sleep(HOLDS);
    assert.ok(await works(one));
  });

  test("an administrator's own end is asked for a second time", async () => {
    const own = await session(ADMIN);
    const browser = stage.browser();
    const page = await openAdmin(stage, browser);
    const [{ person }] = peopleOn(await found(browser, byAddress(ADMIN)));
    for (const fields of [{ action: "end-person", person }, { action: "end-all" }]) {
      const asked = await act(stage, browser, { csrf: page.hidden("csrf"), ...fields });
      assert.equal(asked.status, 200);
      assert.ok(asked.text.includes('name="confirm" value="yes"'), asked.text);
    }
    await sleep(HOLDS);
    assert.ok(await works(own));
  });

  test("everybody's end holds for calls, refreshes and codes on their way", async () => {
    const one = await session();
    const browser = stage.browser();
    const page = await openAdmin(stage, browser);
    const answer = await act(stage, browser, { csrf: page.hidden("csrf"), action: "end-all", confirm: "yes" });
    assert.equal(answer.status, 303, answer.text);
    await refused(one);
    await sleep(HOLDS);
    assert.ok(await works(await session()));
  });

  test("each end is in the audit trail, with who did it", async () => {
    const lines = stage.worker.log.filter((line) => line.includes("revoked_by_admin"));
    assert.ok(lines.length >= 4, `${lines.length}`);
    assert.ok(lines.every((line) => /by [A-Za-z0-9_-]{43}/.test(line)), lines[0]);
  });
});
