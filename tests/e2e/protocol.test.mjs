// What the protocol says of lists in pages, origins, host names, callers and traces, on workerd.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { listen, send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import { Internet } from "./lib/internet.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const PAGE = "https://app.example.com";
const EVIL = "https://evil.example";

describe("a server with short pages, for a page of another origin", { skip: lacksBuild("durable") }, () => {
  let stage, token, tokenOfSse;
  before(async () => {
    stage = await openStage({ build: buildOf("durable"), worker: DEBUG_BUILD });
    const [first, second] = await Promise.all([undefined, { resource: `${stage.origin}/sse` }].map((changes) =>
      signIn(stage, { browser: stage.browser(), email: EMPLOYEE, changes })));
    [token, tokenOfSse] = [first.access_token, second.access_token];
  });
  after(() => stage?.close());

  const eras = { legacy: mcp.legacy, modern: mcp.modern };
  for (const [era, ask] of Object.entries(eras)) {
    test(`gives a list in pages, each tool once and in order (${era})`, async () => {
      const names = [];
      let cursor, pages = 0;
      do {
        const { result } = mcp.message(await ask(stage.origin, token, "tools/list", cursor === undefined ? {} : { cursor }));
        assert.ok(result.tools.length <= 7);
        if (era === "modern") assert.equal(result.cacheScope, "private", "on every page: one tool is for employees");
        names.push(...result.tools.map(({ name }) => name));
        cursor = result.nextCursor;
        pages += 1;
      } while (cursor !== undefined);
      assert.ok(pages >= 3, `${pages} pages`);
      assert.deepEqual(names, [...new Set(names)].sort());
      assert.ok(names.includes("guarded") && names.includes("work"));
    });

    test(`refuses a cursor that it never gave (${era})`, async () => {
      for (const cursor of ["x", "AAAA", "../..", "\u{1f600}", "x".repeat(5000)]) {
        assert.equal(mcp.message(await ask(stage.origin, token, "tools/list", { cursor })).error.code, -32602, cursor.slice(0, 20));
      }
    });
  }

  const preflight = (path, origin, headers = "authorization, content-type, mcp-protocol-version, mcp-method, mcp-name, mcp-param-region") => send(`${stage.origin}${path}`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": headers },
  });
  const allowed = ({ headers }) => headers.get("access-control-allow-origin");

  test("answers the preflight of that page, and of no other", async () => {
    for (const path of ["/mcp", "/sse", "/messages"]) {
      const answer = await preflight(path, PAGE);
      assert.ok([200, 204].includes(answer.status), `${path}: ${answer.status}`);
      assert.equal(allowed(answer), PAGE);
      for (const header of ["authorization", "content-type", "mcp-protocol-version", "mcp-session-id", "last-event-id", "mcp-method", "mcp-name", "mcp-param-region"]) {
        assert.match(answer.headers.get("access-control-allow-headers").toLowerCase(), new RegExp(`(^|[ ,])${header}([ ,]|$)`), `${path}: ${header}`);
      }
      for (const method of ["GET", "POST", "DELETE"]) assert.match(answer.headers.get("access-control-allow-methods"), new RegExp(method));
      assert.equal((await preflight(path, EVIL)).status, 403, path);
    }
  });

  test("lets that page read its answers, refusals among them", async () => {
    const headers = { origin: PAGE };
    const answers = [
      await mcp.legacy(stage.origin, token, "tools/list", undefined, { headers }),
      await mcp.modern(stage.origin, token, "tools/list", {}, { headers }),
      await mcp.legacy(stage.origin, undefined, "tools/list", undefined, { headers }),
      await mcp.post(stage.origin, token, "{", { headers }),
      await send(`${stage.origin}/mcp`, { method: "GET", headers: { ...headers, authorization: `Bearer ${token}` } }),
    ];
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 401, 400, 405]);
    for (const answer of answers) {
      assert.equal(allowed(answer), PAGE);
      assert.match(answer.headers.get("access-control-expose-headers").toLowerCase(), /www-authenticate/);
      assert.match(answer.headers.get("vary").toLowerCase(), /origin/);
    }
    const stream = await listen(`${stage.origin}/sse`, { headers: { ...headers, authorization: `Bearer ${tokenOfSse}` } });
    assert.equal(allowed(stream), PAGE);
    const path = (await stream.next()).data;
    assert.equal(allowed(await mcp.post(stage.origin, tokenOfSse, { jsonrpc: "2.0", id: 1, method: "ping" }, { path, headers })), PAGE);
    stream.close();
    assert.equal((await mcp.legacy(stage.origin, token, "tools/list", undefined, { headers: { origin: EVIL } })).status, 403);
  });

  test("lets no page of any origin read what people see, whatever goes wrong", async () => {
    const large = "x".repeat(100_000);
    const requests = [
      ["/authorize", "GET"], ["/callback", "GET"], ["/connections", "GET"],
      ["/authorize", "POST", large], ["/connections", "POST", large], [`/authorize?${"x".repeat(9000)}`, "GET"],
    ];
    for (const [path, method, body] of requests) {
      for (const origin of [PAGE, EVIL, stage.origin]) {
        const answer = await send(`${stage.origin}${path}`, { method, body, headers: { origin, ...(body ? { "content-type": "application/x-www-form-urlencoded" } : {}) } });
        assert.equal(allowed(answer), null, `${method} ${path.slice(0, 20)}: ${answer.status}`);
      }
    }
  });
});

describe("a server that has a name", { skip: lacksBuild("everything") }, () => {
  let stage;
  before(async () => {
    stage = await openStage({ build: buildOf("everything"), worker: DEBUG_BUILD });
  });
  after(() => stage?.close());

  test("answers to that name and to this machine, and to no other", async () => {
    const status = async (host) => (await send(`${stage.origin}/health`, { headers: { host } })).status;
    for (const host of ["everything.example.com", "EVERYTHING.example.com", "localhost:1", "127.0.0.1", "[::1]:80"]) assert.equal(await status(host), 200, host);
    for (const host of ["evil.example", "everything.example.com.evil.example", "example.com", "192.168.1.1", "localhost.evil.example"]) assert.equal(await status(host), 421, host);
  });
});

describe("a call", { skip: lacksBuild("faults") }, () => {
  const TRACE = "0af7651916cd43dd8448eb211c80319c";
  const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
  const UPSTREAM = "https://upstream.example/things";
  const internet = new Internet();
  let stage, token;
  before(async () => {
    internet.publish(UPSTREAM, {});
    stage = await openStage({ build: buildOf("faults"), worker: { ...DEBUG_BUILD, outboundService: internet.service } });
    token = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
  });
  after(() => stage?.close());

  const upstream = async (options) => {
    const answer = await mcp.modern(stage.origin, token, "tools/call", { name: "upstream", arguments: { url: UPSTREAM } }, options);
    assert.equal(mcp.message(answer).result.content[0].text, "200", answer.text);
    return internet.requests.at(-1).headers;
  };

  test("goes on with the trace of its client, as a span of its own", async () => {
    for (const options of [{ meta: { traceparent: PARENT, tracestate: "vendor=1" } }, { headers: { traceparent: PARENT, tracestate: "vendor=1" } }]) {
      const { traceparent, tracestate } = await upstream(options);
      const [version, trace, parent, flags] = traceparent.split("-");
      assert.deepEqual([version, trace, flags], ["00", TRACE, "01"]);
      assert.match(parent, /^[0-9a-f]{16}$/);
      assert.ok(!PARENT.includes(parent));
      assert.equal(tracestate, "vendor=1");
    }
  });

  test("begins no trace by itself, and goes on with none that is broken", async () => {
    for (const traceparent of [undefined, "", "x", PARENT.toUpperCase(), PARENT.replace(TRACE, "0".repeat(32)), `${PARENT}-more`]) {
      const headers = await upstream({ meta: traceparent === undefined ? {} : { traceparent } });
      assert.equal(headers.traceparent, undefined, traceparent);
    }
  });

  test("knows who calls, by its parameter", async () => {
    const answer = mcp.message(await mcp.modern(stage.origin, token, "tools/call", { name: "whoami", arguments: {} }));
    assert.equal(answer.result.content[0].text, "visitor@mycompany.com of guests with mcp");
  });
});
