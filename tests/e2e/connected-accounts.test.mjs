// `ctx.connection()`: how a person connects an account at a third party, and how nobody else does.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { API, CAN, GO_ON, HUB, NOT_YET, accounts } from "./lib/connected.mjs";
import { send } from "./lib/http.mjs";
import { lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorizeUrl, newClient, pkce } from "./lib/oauth.mjs";
import { Session, nextMessage, rest } from "./lib/session.mjs";

describe("an account at a third party", { skip: lacksBuild("connections") }, () => {
  const cast = accounts();
  const { linear, hub, answers, nothingLeaks, person, call, read, textOf, reads, asked, open, goOn, comeBack, connectAt, connected, events } = cast;

  test("is asked for once, connected on a page, and used from then on", async () => {
    const who = await person();
    const { link, message, key, requestState } = await asked(who);
    assert.match(message, /The tool read_linear needs your Linear account/);
    assert.ok(link.startsWith(`${cast.stage.origin}/connections/connect?link=`), link);
    assert.ok(!link.includes(who.email));
    const page = await open(who.browser, link, who.email);
    for (const part of ["Linear", "read_linear", "Client of the tests", "read", "write", "api.linear.example", who.email]) {
      assert.ok(page.words.includes(part), `${part}: ${page.words}`);
    }
    const there = await goOn(who.browser, page);
    const sent = new URL(there.url).searchParams;
    assert.equal(sent.get("audience"), "api", "what the address says stays");
    assert.equal(sent.get("redirect_uri"), `${cast.stage.origin}/connections/return/linear`);
    assert.deepEqual([sent.get("code_challenge_method"), sent.get("scope")], ["S256", "read write"]);
    const done = await comeBack(who.browser, there, linear.allow(there.url, "vic-at-linear"));
    assert.match(done.words, /Linear is connected/);
    // The client sends its call once more.
    const again = await read(who, { requestState, inputResponses: { [key]: { action: "accept" } } });
    assert.equal(textOf(again), "vic-at-linear");
    await reads(who, "vic-at-linear");
    assert.match(events("account_connected").at(-1), /"detail":"linear"/);
    const line = cast.stage.worker.log.findLast((text) => text.includes('"tool":"read_linear"'));
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
      const old = mcp.message(await mcp.legacy(cast.stage.origin, who.access_token, "tools/call", params));
      assert.match(textOf(old), NOT_YET);
      const session = await Session.begin(cast.stage.origin, who.access_token, { revision: "2025-06-18", capabilities: { elicitation: {} } });
      const answer = mcp.message(await session.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params }));
      const [, link] = NOT_YET.exec(textOf(answer));
      await session.end();
      await connectAt(who, link, "old-at-linear");
      await reads(who, "old-at-linear");
    });

    test("is one of 2025-11-25, it gets a request on its stream", async () => {
      const who = await person();
      const session = await Session.begin(cast.stage.origin, who.access_token, { capabilities: CAN });
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
      const session = await Session.begin(cast.stage.origin, who.access_token, { capabilities: CAN });
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
      const other = await Session.begin(cast.stage.origin, (await person()).access_token, { capabilities: { elicitation: {} } });
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
      for (const browser of [cast.stage.browser(), bob.browser]) {
        const page = await nothing(alice, linear, () => open(browser, link, bob.email));
        assert.equal(page.status, 403);
        assert.match(page.words, /This link is for somebody else/);
        assert.throws(() => page.form(GO_ON, {}), /no form/);
      }
      assert.ok(cast.stage.worker.log.some((line) => line.includes("link_of_another_person")));
      // The form of Bob's own page does not take Alice's link either.
      const own = await open(bob.browser, (await asked(bob)).link, bob.email);
      const body = new URLSearchParams({ csrf: own.hidden("csrf"), link: new URL(link).searchParams.get("link") });
      const cookie = bob.browser.jar.header(cast.stage.origin);
      const posted = await send(`${cast.stage.origin}/connections/connect`, { method: "POST", headers: { cookie, origin: cast.stage.origin }, body });
      assert.equal(posted.status, 403);
    });

    test("a link that is changed, over, or of nothing", async () => {
      const who = await person();
      const { link } = await asked(who);
      await open(who.browser, link, who.email);
      const text = new URL(link).searchParams.get("link");
      for (const other of ["", "x", `${text}A`, text.slice(0, -1), text.slice(1)]) {
        const page = await who.browser.visit(`${cast.stage.origin}/connections/connect?link=${other}`);
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
      const cookie = who.browser.jar.header(cast.stage.origin);
      for (const [headers, changes] of [
        [{ origin: "https://evil.example" }, {}],
        [{ origin: "null" }, {}],
        [{ origin: cast.stage.origin }, { csrf: "x" }],
        [{ origin: cast.stage.origin }, { csrf: "" }],
      ]) {
        const body = new URLSearchParams({ ...fields, ...changes });
        const answer = await send(`${cast.stage.origin}/connections/connect`, { method: "POST", headers: { cookie, ...headers }, body });
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
      const attempt = who.browser.jar.header(there.url.replace(/^.*$/, cast.stage.origin)).split("; ").find((one) => one.includes("toolgate-login-"));
      const later = cast.stage.browser();
      await open(later, link, who.email);
      const person2 = later.jar.header(cast.stage.origin).split("; ").find((one) => one.includes("toolgate-person"));
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
      await cast.stage.restart();
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
        await cast.stage.restart();
        const who = await person();
        const page = await open(who.browser, (await ask(who)).link, who.email);
        const refused = await who.browser.submit(page, { button: GO_ON, until: (url) => !url.startsWith(cast.stage.origin) });
        assert.equal(refused.status, 502, JSON.stringify(changes));
        assert.match(refused.words, /Hub could not be reached/);
      }
      hub.describe();
      await cast.stage.restart();
    });
  });

  test("is on the approval page of every client", async () => {
    const [client, proof] = [await newClient(cast.stage.origin), pkce()];
    const page = await cast.stage.browser().visit(authorizeUrl(cast.stage.origin, client, proof.challenge));
    assert.match(page.words, /Use the account that you connect at Linear \(api\.linear\.example, files\.linear\.example:8443\)/);
    assert.match(page.words, /Use the account that you connect at Vault/);
  });

  test("has no page where a path leads nowhere, and answers no other method", async () => {
    for (const path of ["/connections/x", "/connections/return", "/connections/return/"]) {
      assert.ok([400, 404].includes((await send(`${cast.stage.origin}${path}`)).status), path);
    }
    for (const [path, method, allowed] of [
      ["connect", "PUT", "GET, HEAD, POST"], ["end", "GET", "POST"], ["end", "DELETE", "POST"], ["return/linear", "POST", "GET, HEAD"],
      ["connect", "OPTIONS", "GET, HEAD, POST"], ["end", "OPTIONS", "POST"], ["return/linear", "OPTIONS", "GET, HEAD"],
    ]) {
      // What a browser asks before a page of another site may send a request.
      const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
      const answer = await send(`${cast.stage.origin}/connections/${path}`, { method, headers });
      assert.deepEqual([answer.status, answer.headers.get("allow")], [405, allowed], `${method} ${path}`);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
    }
  });

  test("leaves no token or secret on the way", async () => {
    await reads(await connected("canary-owner"), "canary-owner");
    nothingLeaks();
  });
});
