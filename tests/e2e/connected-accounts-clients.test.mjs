// `ctx.connection()` and the clients: who hears that the person has finished, and whom the person let use an account.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema, ElicitationCompleteNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { API, CAN, GO_ON, accounts } from "./lib/connected.mjs";
import { send } from "./lib/http.mjs";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { Session, nextMessage } from "./lib/session.mjs";

const PATIENCE_MS = 10_000;
const CALL = { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "read_linear", arguments: { url: API } } };
const COMPLETE = "notifications/elicitation/complete";

describe("the clients of a person with a connected account", { skip: lacksBuild("connections") }, () => {
  const cast = accounts();
  const { linear, answers, nothingLeaks, person, read, reads, asked, open, goOn, comeBack, connectAt, events } = cast;

  /** An official client in a session, and what it hears. */
  async function official(who) {
    const client = new Client({ name: "toolgate-e2e", version: "1.0.0" }, { capabilities: CAN });
    const transport = new StreamableHTTPClientTransport(new URL(`${cast.stage.origin}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${who.access_token}` } },
    });
    const heard = [];
    client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => void heard.push(params.elicitationId));
    client.onerror = () => {};
    await client.connect(transport);
    // The stream for notifications opens after `initialize`.
    await sleep(300);
    const close = async () => {
      await transport.terminateSession();
      await client.close();
    };
    return { client, heard, close };
  }
  async function until(what, words) {
    for (const end = Date.now() + PATIENCE_MS; !what(); await sleep(50)) assert.ok(Date.now() < end, words);
  }

  test("hear that the person has finished: the one that asked, and no other", async () => {
    const who = await person();
    const [first, second] = [await official(who), await official(who)];
    const questions = [];
    first.client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      questions.push(params);
      return { action: "accept" };
    });
    const early = await first.client.callTool({ name: "read_linear", arguments: { url: API } });
    assert.equal(early.isError, true);
    const [{ url, elicitationId }] = questions;
    await connectAt(who, url, "complete-at-linear");
    await until(() => first.heard.length > 0, "the client hears nothing");
    assert.deepEqual(first.heard, [elicitationId]);
    const { content } = await first.client.callTool({ name: "read_linear", arguments: { url: API } });
    assert.equal(content[0].text, "complete-at-linear");
    await sleep(300);
    assert.deepEqual([first.heard.length, second.heard], [1, []]);
    for (const { close } of [first, second]) await close();
  });

  test("hear it as well where the call ended with the error -32042", async () => {
    const who = await person();
    const session = await Session.begin(cast.stage.origin, who.access_token, { capabilities: CAN });
    const stream = await session.get();
    const { error } = (await session.post(CALL, { accept: "application/json" })).json();
    assert.equal(error.code, -32042);
    const [{ url, elicitationId }] = error.data.elicitations;
    await connectAt(who, url, "error-at-linear");
    const { method, params } = await nextMessage(stream);
    assert.deepEqual([method, params], [COMPLETE, { elicitationId }]);
    stream.close();
    await session.end();
  });

  test("hear it on the stream of the call that waits, where there is no other", async () => {
    const who = await person();
    const session = await Session.begin(cast.stage.origin, who.access_token, { capabilities: CAN });
    const stream = await session.call("read_linear", { url: API });
    const question = await nextMessage(stream);
    await connectAt(who, question.params.url, "waits-at-linear");
    const { method, params } = await nextMessage(stream);
    assert.deepEqual([method, params], [COMPLETE, { elicitationId: question.params.elicitationId }]);
    await session.answer(question.id, { action: "accept" });
    assert.equal((await nextMessage(stream)).result.content[0].text, "waits-at-linear");
    await session.end();
  });

  test("connect all the same where no stream is open, the session is over, or there was none", async () => {
    const who = await person();
    const session = await Session.begin(cast.stage.origin, who.access_token, { capabilities: CAN });
    const link = async () => (await session.post(CALL, { accept: "application/json" })).json().error.data.elicitations[0].url;
    await connectAt(who, await link(), "silent-at-linear");
    await reads(who, "silent-at-linear");
    const other = await person();
    const over = await Session.begin(cast.stage.origin, other.access_token, { capabilities: CAN });
    const { error } = (await over.post(CALL, { accept: "application/json" })).json();
    await over.end();
    await connectAt(other, error.data.elicitations[0].url, "over-at-linear");
    await reads(other, "over-at-linear");
    const modern = await person();
    await connectAt(modern, (await asked(modern)).link, "modern-at-linear");
    await reads(modern, "modern-at-linear");
    const late = await session.get();
    await sleep(500);
    assert.ok(!late.text.includes(COMPLETE), "nothing is kept for a stream that was not open");
    late.close();
    await session.end();
  });

  test("whose connection ends while the person is on the way connect nothing", async () => {
    const who = await person();
    const { link } = await asked(who);
    const page = await open(who.browser, link, who.email);
    const there = await goOn(who.browser, page);
    const back = linear.allow(there.url, "late-at-linear");
    const own = await open(who.browser, `${cast.stage.origin}/connections`, who.email);
    const ended = await who.browser.submit(own, { button: { name: "action", value: "revoke-all" } });
    answers.push(ended.text);
    const before = linear.asked.length;
    const refused = await comeBack(who.browser, there, back);
    assert.equal(refused.status, 403);
    assert.match(refused.words, /The application that asked is not connected to this server any more/);
    assert.equal(linear.asked.length, before, "no code is sent");
    for (const url of [link, `${cast.stage.origin}/connections/connect?link=${page.hidden("link")}`]) {
      assert.equal((await who.browser.visit(url)).status, 403);
    }
    const posted = await send(`${cast.stage.origin}/connections/connect`, {
      method: "POST",
      headers: { cookie: who.browser.jar.header(cast.stage.origin), origin: cast.stage.origin },
      body: new URLSearchParams({ csrf: page.hidden("csrf"), link: page.hidden("link") }),
    });
    assert.equal(posted.status, 403);
    await asked(await person(who.email));
  });

  describe("of which one was approved before the server had the connection", { skip: lacksBuild("exchange") }, () => {
    test("use no account until the person approves them again", async () => {
      await cast.stage.restart({ build: buildOf("exchange") });
      const old = await person();
      assert.ok(!(await mcp.toolNames(cast.stage.origin, old.access_token)).includes("read_linear"));
      await cast.stage.restart();
      const refused = async () => {
        const { result } = await read(old);
        assert.equal(result.isError, true, JSON.stringify(result));
        assert.match(result.content[0].text, /approved this application before this server could use Linear accounts as it does now: end its connection/);
      };
      await refused();
      // Another client of the same person may, and the old one does not come by the account with it.
      const second = await person(old.email, "Another client");
      await connectAt(second, (await asked(second)).link, "vic-at-linear");
      await reads(second, "vic-at-linear");
      await refused();
      await reads(await person(old.email, "Client of the tests"), "vic-at-linear");
    });
  });

  test("hear no token or secret", () => {
    assert.ok(events("account_connected").length > 4);
    nothingLeaks();
  });
});
