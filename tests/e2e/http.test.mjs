// `ctx.http()`: what another server receives, and what becomes of each of its answers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Response } from "miniflare";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import { Internet } from "./lib/internet.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const HOST = "https://api.example";
/** The address with the query that the tool adds. */
const asked = (path) => `${HOST}${path}?to=a%26b`;

describe("a request of ctx.http()", { skip: lacksBuild("faults") }, () => {
  const internet = new Internet();
  let stage, token;
  before(async () => {
    stage = await openStage({ build: buildOf("faults"), worker: { ...DEBUG_BUILD, outboundService: internet.service } });
    token = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
  });
  after(() => stage?.close());

  async function tell(url, options) {
    const answer = mcp.message(await mcp.modern(stage.origin, token, "tools/call", { name: "tell_server", arguments: { url } }, options));
    const { content, isError } = answer.result ?? assert.fail(JSON.stringify(answer));
    return { text: content[0].text, isError: isError === true };
  }
  const fails = async (path, words) => assert.deepEqual(await tell(`${HOST}${path}`), { text: words, isError: true });

  test("arrives whole: method, query, credential, type and body", async () => {
    let body;
    internet.answer(asked("/tell"), async (request) => {
      body = new Uint8Array(await request.arrayBuffer());
      return new Response("told", { status: 201, headers: { "content-type": "text/plain" } });
    });
    assert.deepEqual(await tell(`${HOST}/tell`), { text: "201 text/plain told", isError: false });
    const { method, headers } = internet.requests.at(-1);
    assert.equal(method, "POST");
    assert.equal(headers.authorization, "Bearer canary");
    assert.equal(headers["content-type"], "application/json");
    assert.equal(headers.traceparent, undefined);
    assert.equal(new TextDecoder().decode(body), '["é"]');
  });

  test("is a span of its own in the trace of the call", async () => {
    internet.publish(asked("/traced"), "{}");
    const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await tell(`${HOST}/traced`, { meta: { traceparent: parent } });
    const { traceparent } = internet.requests.at(-1).headers;
    assert.equal(traceparent.slice(0, 36), parent.slice(0, 36));
    assert.notEqual(traceparent, parent);
  });

  test("follows no redirect, so its credential goes nowhere else", async () => {
    internet.publish(asked("/moved"), "", { status: 307, headers: { location: "https://evil.example/take" } });
    await fails("/moved", "api.example answered 307: redirects are not followed");
    assert.equal(internet.count("https://evil.example/take"), 0);
  });

  test("fails by the status, and shows nothing of the answer", async () => {
    internet.publish(asked("/denied"), { secret: "of the answer" }, { status: 403 });
    await fails("/denied", "api.example answered 403");
  });

  test("reads no more than its limit of an answer without an end", async () => {
    let sent = 0;
    internet.answer(asked("/endless"), () => new Response(new ReadableStream({
      async pull(controller) {
        // It ends for the sake of this process, which would read it for ever.
        if (sent === 1000) return controller.close();
        await new Promise((resolve) => setTimeout(resolve, 1).unref());
        sent += 1;
        controller.enqueue(new Uint8Array(16_384));
      },
    })));
    await fails("/endless", "api.example answered more than 100000 bytes");
    assert.ok(sent < 500, `${sent} chunks of 16 KiB`);
  });

  test("gives up on an answer that does not come, or that stops on its way", async () => {
    internet.answer(asked("/silent"), () => new Promise(() => {}));
    internet.answer(asked("/stalled"), () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) })));
    const begin = Date.now();
    await Promise.all([fails("/silent", "api.example did not answer within 2 s"), fails("/stalled", "api.example did not answer within 2 s")]);
    assert.ok(Date.now() - begin < 10_000);
  });

  test("that cannot be made names the host only", async () => {
    internet.answer(asked("/broken"), () => {
      throw new Error("no route to host");
    });
    const { text, isError } = await tell(`${HOST}/broken`);
    assert.equal(isError, true);
    assert.match(text, /^api\.example (cannot be reached|answered 5\d\d)$/);
  });

  test("goes to no address with a user name, and sends no credential over plain http", async () => {
    const { length } = internet.requests;
    for (const url of ["https://user:password@api.example/", "ftp://api.example/", "/relative", ""]) {
      const { text, isError } = await tell(url);
      assert.ok(isError && text.startsWith("a request has an address that cannot be asked"), `${url}: ${text}`);
    }
    assert.equal((await tell("http://api.example/")).text, "api.example: a credential is sent over https only");
    assert.equal(internet.requests.length, length);
  });

  test("leaves its credential in no line of the log", async () => {
    assert.ok(!stage.worker.log.join("\n").includes("canary"));
  });
});
