// `ctx.connection()`: accounts of a person at third parties, which tools use.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Response } from "miniflare";
import { send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE, VISITOR, logIn, newcomer } from "./lib/idp.mjs";
import { Internet } from "./lib/internet.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorizeUrl, newClient, pkce, signIn } from "./lib/oauth.mjs";
import { Session, nextMessage, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";
import { ThirdParty } from "./lib/third-party.mjs";

const API = "https://api.linear.example/me";
const HUB = "https://api.hub.example/me";
const VAULT = "https://api.vault.example/me";
/** A client that can open pages. */
const CAN = { elicitation: { url: {} } };
const GO_ON = { name: "decision", value: "approve" };
/** So short that a token is renewed at its next use. */
const SHORT = 1;
const NOT_YET = /Linear is not connected yet\. Open (\S+) in a browser/;

describe("an account at a third party", { skip: lacksBuild("connections") }, () => {
  const internet = new Internet();
  const persist = mkdtempSync(join(tmpdir(), "toolgate-connections-"));
  const [linearSecret, vaultSecret] = ["canary-secret-of-linear", "canary-secret-of-vault"];
  const linear = new ThirdParty(internet, { host: "linear.example", api: API, clientId: "toolgate-at-linear", clientSecret: linearSecret });
  const hub = new ThirdParty(internet, { host: "hub.example", api: HUB, clientId: "toolgate-at-hub" });
  const vault = new ThirdParty(internet, { host: "vault.example", api: VAULT, clientId: "toolgate-at-vault", clientSecret: vaultSecret });
  /** All that was answered to clients and browsers. */
  const answers = [];
  let stage;
  before(async () => {
    const vars = { LINEAR_CLIENT_SECRET: linearSecret, VAULT_CLIENT_SECRET: vaultSecret, HUB_CLIENT_ID: hub.clientId };
    stage = await openStage({ build: buildOf("connections"), persist, vars, worker: { ...DEBUG_BUILD, ratelimits: {}, outboundService: internet.service } });
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const party of [linear, hub, vault]) party.reset();
    hub.describe();
  });

  /** Somebody who has connected nothing, with their client. */
  async function person(email = newcomer(), client_name = "Client of the tests") {
    const browser = stage.browser();
    const session = await signIn(stage, { browser, email, client: await newClient(stage.origin, { client_name }) });
    return { ...session, email, browser };
  }

  async function call(who, name, args, { capabilities = CAN, ...params } = {}) {
    const meta = { "io.modelcontextprotocol/clientCapabilities": capabilities };
    const answer = await mcp.modern(stage.origin, who.access_token, "tools/call", { name, arguments: args, ...params }, { meta });
    answers.push(answer.text);
    return mcp.message(answer);
  }
  const read = (who, options) => call(who, "read_linear", { url: API }, options);
  const textOf = ({ result }) => result.content[0].text;
  async function reads(who, account) {
    const answer = await read(who);
    assert.deepEqual([answer.result?.resultType, answer.result?.isError ?? false], ["complete", false], JSON.stringify(answer));
    assert.equal(textOf(answer), account);
  }
  async function fails(who, words, args = { url: API }) {
    const { result } = await call(who, "why_not", args);
    assert.equal(result.isError, true, JSON.stringify(result));
    assert.match(result.content[0].text, words);
  }

  /** The page that the person is asked to open. */
  async function asked(who, tool = "read_linear", url = API) {
    const { result } = await call(who, tool, { url });
    assert.equal(result.resultType, "input_required", JSON.stringify(result));
    const [[key, { method, params }]] = Object.entries(result.inputRequests);
    assert.deepEqual([method, params.mode], ["elicitation/create", "url"]);
    return { key, link: params.url, message: params.message, requestState: result.requestState };
  }

  /** Opens a link in a browser, and signs in where that is asked. */
  async function open(browser, link, email) {
    const page = await logIn(browser, await browser.visit(link), email);
    answers.push(page.text, ...page.history.map(({ url }) => url));
    return page;
  }

  /** Goes on from the page of a link to the third party. */
  async function goOn(browser, page, party = linear) {
    const there = await browser.submit(page, { button: GO_ON, until: party.isAsked });
    assert.ok(party.isAsked(there.url), `${there.url}: ${there.words}`);
    return there;
  }

  async function comeBack(browser, there, url) {
    const page = await browser.follow(there, url);
    answers.push(page.text);
    return page;
  }

  /** The whole way, as a person goes it. */
  async function connect(who, account, { party = linear, tool = "read_linear", url = API } = {}) {
    const { link } = await asked(who, tool, url);
    return connectAt(who, link, account, party);
  }
  async function connectAt(who, link, account, party = linear) {
    const there = await goOn(who.browser, await open(who.browser, link, who.email), party);
    const page = await comeBack(who.browser, there, party.allow(there.url, account));
    assert.match(page.words, /is connected Tools of this server can use your/);
    return page;
  }
  async function connected(account, email) {
    const who = await person(email);
    await connect(who, account);
    return who;
  }
  const events = (kind) => stage.worker.log.filter((line) => line.includes(`"event":"${kind}"`));
  const refreshes = () => linear.asked.filter(({ grant_type }) => grant_type === "refresh_token").length;

  test("is asked for once, connected on a page, and used from then on", async () => {
    const who = await person();
    const { link, message, key, requestState } = await asked(who);
    assert.match(message, /The tool read_linear needs your Linear account/);
    assert.ok(link.startsWith(`${stage.origin}/connections/connect?link=`), link);
    assert.ok(!link.includes(who.email));
    const page = await open(who.browser, link, who.email);
    for (const part of ["Linear", "read_linear", "Client of the tests", "read", "write", "api.linear.example", who.email]) {
      assert.ok(page.words.includes(part), `${part}: ${page.words}`);
    }
    const there = await goOn(who.browser, page);
    const sent = new URL(there.url).searchParams;
    assert.equal(sent.get("audience"), "api", "what the address says stays");
    assert.equal(sent.get("redirect_uri"), `${stage.origin}/connections/return/linear`);
    assert.deepEqual([sent.get("code_challenge_method"), sent.get("scope")], ["S256", "read write"]);
    const done = await comeBack(who.browser, there, linear.allow(there.url, "vic-at-linear"));
    assert.match(done.words, /Linear is connected/);
    // The client sends its call once more.
    const again = await read(who, { requestState, inputResponses: { [key]: { action: "accept" } } });
    assert.equal(textOf(again), "vic-at-linear");
    await reads(who, "vic-at-linear");
    assert.match(events("account_connected").at(-1), /"detail":"linear"/);
    const line = stage.worker.log.findLast((text) => text.includes('"tool":"read_linear"'));
    assert.match(line, /"as_caller":"linear@api\.linear\.example"/);
  });

  test("is the person's, whichever client they call from, and nobody else's", async () => {
    const who = await connected("ada-at-linear");
    const second = await person(who.email, "Another client");
    await reads(second, "ada-at-linear");
    const other = await connected("bob-at-linear");
    await reads(other, "bob-at-linear");
    await reads(who, "ada-at-linear");
    await asked(await person());
  });

  describe("where the client", () => {
    test("answers before the person was on the page, or without being asked, nobody waits", async () => {
      const who = await person();
      const began = Date.now();
      const unasked = await read(who, { inputResponses: { "connect-linear": { action: "accept" } } });
      const { key, requestState } = await asked(who);
      const early = await read(who, { requestState, inputResponses: { [key]: { action: "accept" } } });
      for (const { result } of [unasked, early]) {
        assert.equal(result.isError, true);
        assert.match(result.content[0].text, NOT_YET);
      }
      assert.ok(Date.now() - began < 5000, "it waits");
      // The sentence is a way, too.
      const [, link] = NOT_YET.exec(textOf(early));
      await connectAt(who, link, "late-at-linear");
      await reads(who, "late-at-linear");
    });

    test("says that the person declines, the tool says so and asks again the next time", async () => {
      const who = await person();
      const { key, requestState } = await asked(who);
      for (const action of ["decline", "cancel"]) {
        const { result } = await read(who, { requestState, inputResponses: { [key]: { action } } });
        assert.equal(result.isError, true);
        assert.match(result.content[0].text, /does not want to connect a Linear account/);
      }
      await asked(who);
    });

    test("cannot open pages, it gets a sentence with the link, in every revision", async () => {
      const who = await person();
      for (const capabilities of [{}, { elicitation: {} }]) {
        const { result } = await read(who, { capabilities });
        assert.match(result.content[0].text, NOT_YET);
      }
      const params = { name: "read_linear", arguments: { url: API } };
      const old = mcp.message(await mcp.legacy(stage.origin, who.access_token, "tools/call", params));
      assert.match(textOf(old), NOT_YET);
      const session = await Session.begin(stage.origin, who.access_token, { revision: "2025-06-18", capabilities: { elicitation: {} } });
      const answer = mcp.message(await session.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params }));
      const [, link] = NOT_YET.exec(textOf(answer));
      await session.end();
      await connectAt(who, link, "old-at-linear");
      await reads(who, "old-at-linear");
    });

    test("is one of 2025-11-25, it gets a request on its stream", async () => {
      const who = await person();
      const session = await Session.begin(stage.origin, who.access_token, { capabilities: CAN });
      const early = await session.call("read_linear", { url: API });
      const question = await nextMessage(early);
      assert.deepEqual([question.method, question.params.mode], ["elicitation/create", "url"]);
      assert.ok(question.params.elicitationId.length > 10);
      const began = Date.now();
      await session.answer(question.id, { action: "accept" });
      const { result } = (await rest(early)).at(-1);
      assert.match(result.content[0].text, NOT_YET);
      assert.ok(Date.now() - began < 5000, "it waits");
      const stream = await session.call("read_linear", { url: API });
      const again = await nextMessage(stream);
      await connectAt(who, again.params.url, "session-at-linear");
      await session.answer(again.id, { action: "accept" });
      assert.equal((await rest(stream)).at(-1).result.content[0].text, "session-at-linear");
      await session.end();
    });

    test("is one of 2025-11-25 whose request takes no stream, it gets the error -32042", async () => {
      const who = await person();
      const session = await Session.begin(stage.origin, who.access_token, { capabilities: CAN });
      const message = { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "read_linear", arguments: { url: API } } };
      const { error } = (await session.post(message, { accept: "application/json" })).json();
      assert.equal(error.code, -32042);
      const [{ mode, url, elicitationId }] = error.data.elicitations;
      assert.equal(mode, "url");
      assert.ok(elicitationId.length > 10);
      await connectAt(who, url, "error-at-linear");
      const { result } = (await session.post(message, { accept: "application/json" })).json();
      assert.equal(result.content[0].text, "error-at-linear");
      // One that did not say that it opens pages is sent none.
      const other = await Session.begin(stage.origin, (await person()).access_token, { capabilities: { elicitation: {} } });
      const sentence = (await other.post(message, { accept: "application/json" })).json();
      assert.match(textOf(sentence), NOT_YET);
      for (const one of [session, other]) await one.end();
    });
  });

  describe("is not connected by", () => {
    /** Nothing was asked of the third party, and the person has no account. */
    async function nothing(who, asks, action) {
      const before = asks.asked.length;
      const page = await action();
      answers.push(page.text);
      assert.equal(asks.asked.length, before, "the third party was asked");
      await asked(who);
      return page;
    }

    test("a link that is forwarded to another person", async () => {
      const [alice, bob] = [await person(), await person()];
      const { link } = await asked(alice);
      // Bob signs in as Bob, or is signed in.
      for (const browser of [stage.browser(), bob.browser]) {
        const page = await nothing(alice, linear, () => open(browser, link, bob.email));
        assert.equal(page.status, 403);
        assert.match(page.words, /This link is for somebody else/);
        assert.throws(() => page.form(GO_ON, {}), /no form/);
      }
      assert.ok(stage.worker.log.some((line) => line.includes("link_of_another_person")));
      // The form of Bob's own page does not take Alice's link either.
      const own = await open(bob.browser, (await asked(bob)).link, bob.email);
      const body = new URLSearchParams({ csrf: own.hidden("csrf"), link: new URL(link).searchParams.get("link") });
      const cookie = bob.browser.jar.header(stage.origin);
      const posted = await send(`${stage.origin}/connections/connect`, { method: "POST", headers: { cookie, origin: stage.origin }, body });
      assert.equal(posted.status, 403);
    });

    test("a link that is changed, over, or of nothing", async () => {
      const who = await person();
      const { link } = await asked(who);
      await open(who.browser, link, who.email);
      const text = new URL(link).searchParams.get("link");
      for (const other of ["", "x", `${text}A`, text.slice(0, -1), text.slice(1)]) {
        const page = await who.browser.visit(`${stage.origin}/connections/connect?link=${other}`);
        assert.equal(page.status, 400, other);
      }
      const twice = await who.browser.visit(`${link}&link=${text}`);
      assert.equal(twice.status, 400);
    });

    test("looking at the link, as scanners of links do", async () => {
      const who = await person();
      const { link } = await asked(who);
      for (const method of ["GET", "HEAD", "GET"]) {
        const answer = await send(link, { method });
        assert.equal(answer.status, 303, "to the sign-in");
      }
      await connectAt(who, link, "scanned-at-linear");
      await reads(who, "scanned-at-linear");
    });

    test("a form of another site, or without the proof of its page", async () => {
      const who = await person();
      const { link } = await asked(who);
      const page = await open(who.browser, link, who.email);
      const fields = { csrf: page.hidden("csrf"), link: page.hidden("link") };
      const cookie = who.browser.jar.header(stage.origin);
      for (const [headers, changes] of [
        [{ origin: "https://evil.example" }, {}],
        [{ origin: "null" }, {}],
        [{ origin: stage.origin }, { csrf: "x" }],
        [{ origin: stage.origin }, { csrf: "" }],
      ]) {
        const body = new URLSearchParams({ ...fields, ...changes });
        const answer = await send(`${stage.origin}/connections/connect`, { method: "POST", headers: { cookie, ...headers }, body });
        assert.equal(answer.status, 400, JSON.stringify([headers, changes]));
        assert.equal(answer.headers.get("location"), null);
      }
    });

    test("a return in another browser, or after the person has changed", async () => {
      const [alice, bob] = [await person(), await person()];
      const { link } = await asked(alice);
      const there = await goOn(alice.browser, await open(alice.browser, link, alice.email));
      const back = linear.allow(there.url, "stolen-at-linear");
      // An attacker's own return, sent to somebody else.
      await open(bob.browser, (await asked(bob)).link, bob.email);
      const elsewhere = await nothing(alice, linear, () => bob.browser.follow(there, back));
      assert.equal(elsewhere.status, 400);
      // The same browser, where somebody else is signed in by now.
      const cookie = alice.browser.jar.header(back);
      const attempts = cookie.split("; ").filter((one) => one.includes("toolgate-login-"));
      const persons = bob.browser.jar.header(back).split("; ").filter((one) => one.includes("toolgate-person"));
      assert.deepEqual([attempts.length, persons.length], [1, 1]);
      for (const cookies of [[...attempts, ...persons], attempts]) {
        const mixed = await nothing(alice, linear, () => send(back, { headers: { cookie: cookies.join("; ") } }));
        assert.equal(mixed.status, 403);
      }
      await asked(bob);
    });

    test("a sign-in of the same person that is another one", async () => {
      const who = await person();
      const { link } = await asked(who);
      const there = await goOn(who.browser, await open(who.browser, link, who.email));
      const attempt = who.browser.jar.header(there.url.replace(/^.*$/, stage.origin)).split("; ").find((one) => one.includes("toolgate-login-"));
      const later = stage.browser();
      await open(later, link, who.email);
      const person2 = later.jar.header(stage.origin).split("; ").find((one) => one.includes("toolgate-person"));
      const back = linear.allow(there.url, "other-at-linear");
      const page = await nothing(who, linear, () => send(back, { headers: { cookie: `${attempt}; ${person2}` } }));
      assert.equal(page.status, 403);
    });

    test("a return that comes again, or at the address of another connection", async () => {
      const who = await person();
      const { link } = await asked(who);
      const there = await goOn(who.browser, await open(who.browser, link, who.email));
      const back = linear.allow(there.url, "once-at-linear");
      const swapped = await nothing(who, hub, () => who.browser.follow(there, back.replace("/return/linear", "/return/hub")));
      assert.equal(swapped.status, 400);
      const cookie = who.browser.jar.header(back);
      assert.equal((await send(back, { method: "HEAD", headers: { cookie } })).status, 200);
      assert.match((await comeBack(who.browser, there, back)).words, /Linear is connected/);
      const before = linear.asked.length;
      const again = await send(back, { headers: { cookie } });
      assert.equal(again.status, 400);
      assert.match(again.text, /already completed/);
      assert.equal(linear.asked.length, before);
      await reads(who, "once-at-linear");
    });

    test("a return with an error, without a code, or with a foreign one", async () => {
      const who = await person();
      for (const [params, words] of [
        [{ error: "access_denied" }, /Linear was not allowed to/],
        [{ error: "<b>server_error" }, /Linear answered with an error/],
        [{}, /Linear sent no code/],
        [{ code: "never-given" }, /Linear did not accept the code/],
      ]) {
        const { link } = await asked(who);
        const there = await goOn(who.browser, await open(who.browser, link, who.email));
        const page = await comeBack(who.browser, there, linear.back(there.url, params));
        assert.equal(page.status, 400);
        assert.match(page.words, words);
        assert.ok(!page.text.includes("<b>server"));
      }
      await asked(who);
    });
  });

  describe("at a third party with metadata", () => {
    const ask = (who) => asked(who, "read_hub", HUB);
    const goes = async (who) => goOn(who.browser, await open(who.browser, (await ask(who)).link, who.email), hub);

    test("is connected by what its issuer says, without a secret", async () => {
      const who = await person();
      const there = await goes(who);
      assert.equal(new URL(there.url).searchParams.get("client_id"), hub.clientId);
      await comeBack(who.browser, there, hub.allow(there.url, "ada-at-hub"));
      assert.equal(textOf(await call(who, "read_hub", { url: HUB })), "ada-at-hub");
      assert.equal(hub.asked.at(-1).client_secret, undefined);
    });

    test("is not connected where another issuer answers, or none where one has to", async () => {
      // The metadata are kept for an hour, so the Worker starts anew.
      hub.describe({ authorization_response_iss_parameter_supported: true });
      await stage.restart();
      const who = await person();
      for (const issuer of [undefined, "https://evil.example", "https://hub.example/", ""]) {
        const there = await goes(who);
        const before = hub.asked.length;
        hub.issuer = issuer;
        const page = await comeBack(who.browser, there, hub.allow(there.url, "mixed-at-hub"));
        assert.match(page.words, /The answer came from another server/);
        assert.equal(hub.asked.length, before, "no code is sent");
      }
      hub.issuer = "https://hub.example";
      const there = await goes(who);
      await comeBack(who.browser, there, hub.allow(there.url, "named-at-hub"));
      assert.equal(textOf(await call(who, "read_hub", { url: HUB })), "named-at-hub");
    });

    test("is not connected where the metadata are of another issuer, unsafe, or not there", async () => {
      for (const changes of [
        { issuer: "https://evil.example" },
        { token_endpoint: "http://hub.example/token" },
        { authorization_endpoint: "javascript:alert(1)" },
        { code_challenge_methods_supported: ["plain"] },
      ]) {
        hub.describe(changes);
        await stage.restart();
        const who = await person();
        const page = await open(who.browser, (await ask(who)).link, who.email);
        const refused = await who.browser.submit(page, { button: GO_ON, until: (url) => !url.startsWith(stage.origin) });
        assert.equal(refused.status, 502, JSON.stringify(changes));
        assert.match(refused.words, /Hub could not be reached/);
      }
      hub.describe();
      await stage.restart();
    });
  });

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
      // What came of the old account is withdrawn.
      const late = linear.tokens.at(-1);
      assert.ok(linear.revoked.includes(late), "the token that came too late");
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
    const PAGE = () => `${stage.origin}/connections`;
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
      const post = (body, headers = { origin: stage.origin }) =>
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

    test("of one person on the page of no other", async () => {
      const [alice, bob] = [await connected("alice-at-linear"), await person()];
      const page = await open(bob.browser, PAGE(), bob.email);
      assert.equal(formOf(page), undefined, page.words);
      const cookie = bob.browser.jar.header(PAGE());
      const body = new URLSearchParams({ csrf: page.hidden("csrf"), connection: "linear" });
      const answer = await send(`${PAGE()}/end`, { method: "POST", headers: { cookie, origin: stage.origin }, body });
      assert.equal(answer.headers.get("location"), `${PAGE()}?done=none`);
      await reads(alice, "alice-at-linear");
    });

    test("in favour of another one, whose connection withdraws it", async () => {
      const who = await person();
      const { link } = await asked(who);
      await connectAt(who, link, "first-at-linear");
      const first = linear.tokens.at(-1);
      await connectAt(who, link, "second-at-linear");
      await reads(who, "second-at-linear");
      for (let wait = 0; wait < 50 && !linear.revoked.includes(first); wait += 1) await sleep(50);
      assert.ok(linear.revoked.includes(first));
      assert.match(events("account_connected").at(-1), /"reason":"account_replaced"/);
    });
  });

  test("is on the approval page of every client", async () => {
    const [client, proof] = [await newClient(stage.origin), pkce()];
    const page = await stage.browser().visit(authorizeUrl(stage.origin, client, proof.challenge));
    assert.match(page.words, /Use the account that you connect at Linear \(api\.linear\.example, files\.linear\.example:8443\)/);
    assert.match(page.words, /Use the account that you connect at Vault/);
  });

  test("has no page where a path leads nowhere, and answers no other method", async () => {
    for (const path of ["/connections/x", "/connections/return", "/connections/return/"]) {
      assert.ok([400, 404].includes((await send(`${stage.origin}${path}`)).status), path);
    }
    for (const [path, method] of [["connect", "PUT"], ["end", "GET"], ["end", "DELETE"], ["return/linear", "POST"]]) {
      const answer = await send(`${stage.origin}/connections/${path}`, { method });
      assert.equal(answer.status, 405, `${method} ${path}`);
    }
  });

  test("leaves its token and secret in no answer, line of the log, stored row or page", async () => {
    await reads(await connected("canary-owner"), "canary-owner");
    const tokens = [...linear.tokens, ...hub.tokens, ...vault.tokens];
    assert.ok(tokens.length > 50, `${tokens.length} tokens`);
    const files = readdirSync(persist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    assert.ok(files.length > 0);
    const stored = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
    assert.ok(stored.some((text) => text.includes("toolgate_accounts")), "the rows were looked at");
    for (const text of [...answers, ...stage.worker.log, ...stored]) {
      for (const secret of [...tokens, linearSecret, vaultSecret, "canary-access", "canary-refresh"]) {
        assert.ok(!text.includes(secret), `a secret was found: ${text.slice(0, 200)}`);
      }
    }
  });
});
