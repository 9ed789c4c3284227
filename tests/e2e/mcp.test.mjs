// `/mcp` with bad input: tokens, messages, bodies, headers, methods.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { challenge, helpful, rpcError } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
const elsewhere = await openStage();
after(() => Promise.all([stage.close(), elsewhere.close()]));
const { origin } = stage;
let token;
before(async () => {
  token = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
});
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };

describe("a token that is", () => {
  const cases = [
    ["missing", () => ({}), undefined],
    ["garbage", () => ({ authorization: "Bearer garbage" }), "invalid_token"],
    ["cut short", () => ({ authorization: `Bearer ${token.slice(0, -10)}` }), "invalid_token"],
    ["changed in its last character", () => ({ authorization: `Bearer ${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}` }), "invalid_token"],
    ["changed in the middle", () => ({ authorization: `Bearer ${token.slice(0, 40)}${token[40] === "A" ? "B" : "A"}${token.slice(41)}` }), "invalid_token"],
    ["in letters beyond ASCII", () => ({ authorization: "Bearer tökén" }), "invalid_token"],
    ["very long", () => ({ authorization: `Bearer ${"x".repeat(9000)}` }), "invalid_token"],
    ["empty", () => ({ authorization: "Bearer " }), "either"],
    ["of another scheme", () => ({ authorization: `Basic ${btoa("user:password")}` }), "either"],
    ["a JWT of alg none", () => ({ authorization: `Bearer ${btoa('{"alg":"none"}')}.${btoa('{"sub":"x"}')}.` }), "invalid_token"],
  ];
  for (const [name, headers, error] of cases) {
    test(`${name} is answered 401 with a challenge`, async () => {
      const answer = await mcp.post(origin, undefined, list, { headers: headers() });
      const expected = error === "either" && !answer.headers.get("www-authenticate")?.includes("error=") ? undefined : error === "either" ? "invalid_token" : error;
      challenge(answer, { origin, error: expected });
    });
  }

  test("of another server with another key is answered 401", async () => {
    const foreign = await signIn(elsewhere, { browser: elsewhere.browser(), email: EMPLOYEE });
    assert.equal((await mcp.legacy(elsewhere.origin, foreign.access_token, "tools/list")).status, 200);
    challenge(await mcp.legacy(origin, foreign.access_token, "tools/list"), { origin, error: "invalid_token" });
  });

  test("made for /sse is answered 401", async () => {
    const other = await signIn(stage, { browser: stage.browser(), email: VISITOR, changes: { resource: `${origin}/sse` } });
    challenge(await mcp.legacy(origin, other.access_token, "tools/list"), { origin, error: "invalid_token" });
  });

  test("in the query is not looked at", async () => {
    const answer = await mcp.post(origin, undefined, list, { path: `/mcp?access_token=${encodeURIComponent(token)}` });
    challenge(answer, { origin, error: undefined });
  });

  test("good is accepted whatever the case of its scheme", async () => {
    const answer = await mcp.post(origin, undefined, list, { headers: { authorization: `bearer ${token}` } });
    assert.equal(answer.status, 200, answer.text);
  });
});

describe("a message that is", () => {
  const id = 1;
  const cases = [
    ["empty", "", 400, PARSE_ERROR],
    ["cut short", '{"jsonrpc":"2.0","id":1,', 400, PARSE_ERROR],
    ["not JSON", "hello", 400, PARSE_ERROR],
    ["not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, PARSE_ERROR],
    ["two documents", '{"jsonrpc":"2.0","id":1,"method":"ping"}{}', 400, PARSE_ERROR],
    ["nested ten thousand deep", `${"[".repeat(10_000)}${"]".repeat(10_000)}`, 400, PARSE_ERROR],
    ["a number beyond all numbers", '{"jsonrpc":"2.0","id":1e999,"method":"ping"}', 400, PARSE_ERROR],
    ["text", '"ping"', 400, INVALID_REQUEST],
    ["null", "null", 400, INVALID_REQUEST],
    ["an empty object", {}, 400, INVALID_REQUEST],
    ["an empty array", [], 400, INVALID_REQUEST],
    ["without its version", { id, method: "ping" }, 400, INVALID_REQUEST, { id }],
    ["of JSON-RPC 1.0", { jsonrpc: "1.0", id, method: "ping" }, 400, INVALID_REQUEST, { id }],
    ["without a method", { jsonrpc: "2.0", id }, 400, INVALID_REQUEST, { id }],
    ["with a method that is a number", { jsonrpc: "2.0", id, method: 5 }, 400, INVALID_REQUEST, { id }],
    ["with an id that is null", { jsonrpc: "2.0", id: null, method: "ping" }, 400, INVALID_REQUEST],
    ["with an id that is an object", { jsonrpc: "2.0", id: {}, method: "ping" }, 400, INVALID_REQUEST],
    ["with params that are text", { jsonrpc: "2.0", id, method: "ping", params: "x" }, 400, INVALID_REQUEST, { id }],
    ["a batch, in a revision without batches", [list], 400, INVALID_REQUEST],
  ];
  for (const [name, body, status, code, extra] of cases) {
    test(`${name} is answered ${status} with ${code}`, async () => {
      const answer = await mcp.post(origin, token, body, { headers: { "mcp-protocol-version": mcp.LEGACY } });
      const context = `status ${answer.status}: ${answer.text.slice(0, 300)}`;
      assert.equal(answer.status, status, context);
      const { error, id: echoed } = answer.json();
      // Where the fault is in the shape, "invalid params" says the same.
      assert.ok([code, ...(code === INVALID_REQUEST ? [INVALID_PARAMS] : [])].includes(error?.code), context);
      helpful(error.message, context);
      if (extra === undefined) assert.ok(echoed === undefined || echoed === null, context);
      else assert.ok(echoed === extra.id || echoed === null || echoed === undefined, context);
    });
  }

  test("of an unknown method is answered -32601", async () => {
    for (const method of ["no/such/method", "__proto__", "resources/list", "tools/", ""]) {
      const answer = await mcp.legacy(origin, token, method);
      assert.ok([200, 400].includes(answer.status), answer.text);
      assert.ok([METHOD_NOT_FOUND, INVALID_REQUEST].includes(mcp.message(answer).error.code), answer.text);
    }
  });

  test("a call with malformed params is answered -32602", async () => {
    for (const params of [undefined, {}, { name: 5 }, { name: null }, { name: "add", arguments: [1, 2] }, { name: "add", arguments: "x" }]) {
      const answer = await mcp.legacy(origin, token, "tools/call", params);
      assert.ok([200, 400].includes(answer.status), answer.text);
      assert.equal(mcp.message(answer).error?.code, INVALID_PARAMS, `${JSON.stringify(params)}: ${answer.text}`);
    }
  });

  test("a call of a tool that does not exist is answered -32602", async () => {
    for (const name of ["nope", "", "__proto__", "constructor", "add ", "ADD", "x".repeat(10_000), "é\u0000"]) {
      const { error } = mcp.message(await mcp.call(origin, token, name, {}));
      assert.equal(error?.code, INVALID_PARAMS, name.slice(0, 20));
      assert.ok(error.message.length < 1000, "a long name is not repeated in full");
    }
  });

  test("a call with arguments of wrong types is a tool error", async () => {
    for (const args of [undefined, {}, { a: 1 }, { a: "1", b: 2 }, { a: 1, b: null }, { a: [1], b: {} }, { a: true, b: 1 }]) {
      const { result } = mcp.message(await mcp.call(origin, token, "add", args));
      assert.equal(result?.isError, true, JSON.stringify(args));
      helpful(result.content[0].text);
    }
  });

  test("a call with unusual numbers adds them", async () => {
    for (const [a, b, sum] of [[-0.5, 0.25, "-0.25"], [1e300, 1, "1e+300"], [Number.MAX_SAFE_INTEGER, 0, "9007199254740991"], [0, -0, "0"]]) {
      const { result } = mcp.message(await mcp.call(origin, token, "add", { a, b }));
      assert.equal(Number(result.content[0].text), Number(sum), result.content[0].text);
    }
  });

  test("a notification is answered 202 without a body", async () => {
    for (const method of ["notifications/initialized", "notifications/cancelled", "notifications/unheard-of"]) {
      const answer = await mcp.post(origin, token, { jsonrpc: "2.0", method }, { headers: { "mcp-protocol-version": mcp.LEGACY } });
      assert.equal(answer.status, 202, answer.text);
      assert.equal(answer.text, "");
    }
  });

  test("a batch of 2025-03-26 is answered in one array", async () => {
    const body = [list, { jsonrpc: "2.0", method: "notifications/initialized" }, { jsonrpc: "2.0", id: "two", method: "tools/call", params: { name: "add", arguments: { a: 23, b: 19 } } }];
    const answer = await mcp.post(origin, token, body);
    assert.equal(answer.status, 200, answer.text);
    const answers = mcp.message(answer);
    assert.deepEqual(answers.map(({ id }) => id).sort(), [1, "two"]);
    assert.equal(answers.find(({ id }) => id === "two").result.content[0].text, "42");
  });
});

describe("initialize", () => {
  for (const [asked, given] of [["2024-11-05", "2024-11-05"], ["2025-03-26", "2025-03-26"], ["2025-06-18", "2025-06-18"], ["2025-11-25", "2025-11-25"], ["2026-07-28", "2025-11-25"], ["1999-01-01", "2025-11-25"]]) {
    test(`of ${asked} settles on ${given}`, async () => {
      const params = { protocolVersion: asked, capabilities: {}, clientInfo: { name: "x", version: "1" } };
      const answer = await mcp.post(origin, token, { jsonrpc: "2.0", id: 0, method: "initialize", params });
      assert.equal(answer.status, 200, answer.text);
      const { result, id } = mcp.message(answer);
      assert.equal(id, 0);
      assert.equal(result.protocolVersion, given);
      assert.ok(result.capabilities.tools);
      assert.equal(result.serverInfo.name, "Access OAuth Proxy Demo");
    });
  }

  test("with params of the wrong shape is refused or settled, never 500", async () => {
    for (const params of [undefined, {}, { protocolVersion: 5 }, { protocolVersion: "x".repeat(10_000) }]) {
      const answer = await mcp.post(origin, token, { jsonrpc: "2.0", id: 1, method: "initialize", params });
      assert.ok([200, 400].includes(answer.status), answer.text);
    }
  });
});

describe("a request whose", () => {
  test("body has 5 MB is answered 413", async () => {
    const body = JSON.stringify({ ...list, params: { padding: "x".repeat(5 * 1024 * 1024) } });
    const answer = await mcp.post(origin, token, body);
    assert.equal(answer.status, 413, answer.text);
    helpful(answer.text);
  });

  test("body has 5 MB and no length is answered 413", async () => {
    const body = JSON.stringify({ ...list, params: { padding: "x".repeat(5 * 1024 * 1024) } });
    const answer = await mcp.post(origin, token, body, { headers: { "transfer-encoding": "chunked" } });
    assert.equal(answer.status, 413, answer.text);
  });

  test("body of 5 MB comes without a token is refused", async () => {
    const answer = await mcp.post(origin, undefined, Buffer.alloc(5 * 1024 * 1024, 0x20));
    assert.ok([401, 413].includes(answer.status), `${answer.status}`);
  });

  test("body is just under the limit is read", async () => {
    const answer = await mcp.post(origin, token, JSON.stringify({ ...list, params: { _meta: { padding: "x".repeat(4_000_000) } } }));
    assert.equal(answer.status, 200, answer.text.slice(0, 200));
  });

  for (const evil of ["https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "null", "ORIGIN.evil.example", "file://", "not an origin"]) {
    test(`Origin is ${evil} is answered 403`, async () => {
      const headers = { origin: evil.replace("ORIGIN", origin) };
      for (const bearer of [token, undefined]) {
        const answer = await mcp.post(origin, bearer, list, { headers });
        assert.equal(answer.status, 403, `${answer.status}: ${answer.text}`);
        assert.notEqual(answer.headers.get("access-control-allow-origin"), headers.origin);
      }
    });
  }

  test("Origin is the server's own is answered", async () => {
    assert.equal((await mcp.post(origin, token, list, { headers: { origin } })).status, 200);
  });

  test("Origin is a page of this computer is answered by a server of this computer only", async () => {
    const headers = { origin: "http://localhost:6274" };
    const local = await mcp.post(origin, token, list, { headers });
    assert.equal(local.status, 200, local.text);
    assert.equal(local.headers.get("access-control-allow-origin"), headers.origin);
    const remote = await mcp.post(origin, token, list, { headers: { ...headers, host: "mcp.example.com" } });
    assert.equal(remote.status, 403, remote.text);
  });

  test("Host is another name gets no use of a token made for this one", async () => {
    const answer = await mcp.post(origin, token, list, { headers: { host: "mcp.example.com" } });
    // 421 where the server notices that its identity provider is on loopback and it is not.
    assert.ok([401, 421].includes(answer.status), `${answer.status}: ${answer.text}`);
  });

  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data; boundary=x", ";;;"]) {
    test(`content type is ${type} is answered 415`, async () => {
      const answer = await mcp.post(origin, token, list, { headers: { "content-type": type } });
      assert.equal(answer.status, 415, answer.text);
      helpful(answer.text);
    });
  }

  test("content type has a charset is answered", async () => {
    const answer = await mcp.post(origin, token, list, { headers: { "content-type": "Application/JSON; charset=utf-8" } });
    assert.equal(answer.status, 200, answer.text);
  });

  test("Accept leaves no way to answer is answered 406", async () => {
    const answer = await mcp.post(origin, token, list, { headers: { accept: "text/html" } });
    assert.equal(answer.status, 406, answer.text);
  });

  test("Accept takes streams only is answered by one, and refused in JSON", async () => {
    const accept = "text/event-stream";
    const answer = await mcp.post(origin, token, list, { headers: { accept } });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers.get("content-type"), /^text\/event-stream/);
    assert.ok(JSON.parse(/^data: (.*)\n\n$/.exec(answer.text)[1]).result.tools.length > 0);
    const refused = await mcp.post(origin, token, list, { headers: { accept, "mcp-protocol-version": "2020-01-01" } });
    assert.equal(refused.status, 400);
    assert.doesNotMatch(refused.headers.get("content-type"), /event-stream/);
  });

  test("protocol version is not one of ours is answered 400", async () => {
    for (const version of ["2020-01-01", "1.0", "2025-06-18x", ""]) {
      const answer = await mcp.post(origin, token, list, { headers: { "mcp-protocol-version": version } });
      if (version !== "") assert.equal(answer.status, 400, `${version}: ${answer.text}`);
      else assert.ok([200, 400].includes(answer.status));
    }
  });
});

describe("methods and paths", () => {
  const wrong = [
    ["/mcp", ["GET", "DELETE", "PUT", "PATCH", "HEAD"], ["POST"]],
    ["/token", ["GET", "PUT", "HEAD", "DELETE"], ["POST"]],
    ["/register", ["GET", "PUT", "HEAD"], ["POST"]],
    ["/revoke", ["GET", "PUT"], ["POST"]],
    ["/authorize", ["PUT", "DELETE", "PATCH"], ["GET", "POST"]],
    ["/callback", ["POST", "PUT"], ["GET"]],
    ["/messages?sessionId=x", ["GET", "PUT"], ["POST"]],
    ["/sse", ["PUT", "PATCH"], ["GET"]],
    ["/", ["POST", "PUT"], ["GET"]],
    ["/health", ["POST"], ["GET"]],
    ["/.well-known/mcp/server-card.json", ["POST"], ["GET"]],
    ["/.well-known/oauth-authorization-server", ["POST", "DELETE"], ["GET"]],
    ["/.well-known/oauth-protected-resource/mcp", ["POST"], ["GET"]],
  ];
  for (const [path, methods, allowed] of wrong) {
    for (const method of methods) {
      test(`${method} ${path} is answered 405 with Allow`, async () => {
        const answer = await send(`${origin}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
        assert.equal(answer.status, 405, answer.text);
        const allow = (answer.headers.get("allow") ?? "").split(/, */);
        for (const one of allowed) assert.ok(allow.includes(one), `Allow: ${allow}`);
      });
    }
  }

  for (const path of ["/nope", "/mcpfoo", "/mcp/x", "//mcp", "/.well-known/nope", "/authorize/x", "/token.json", "/MCP", "/%6dcp", "/../mcp2", "/favicon.ico", "/.git/config", "/.dev.vars", "/mcp%00"]) {
    test(`${path} is answered 404`, async () => {
      const answer = await send(`${origin}${path}`);
      assert.ok(answer.status === 404 || (path.startsWith("/%6d") && [401, 405].includes(answer.status)), `${answer.status} ${answer.text.slice(0, 100)}`);
    });
  }

  test("HEAD of a page is answered without a body", async () => {
    for (const path of ["/", "/health", "/mcp/server-card", "/.well-known/oauth-authorization-server"]) {
      const answer = await send(`${origin}${path}`, { method: "HEAD" });
      assert.equal(answer.status, 200, path);
      assert.equal(answer.text, "");
    }
  });

  test("a preflight of an allowed origin is answered, one of another is not", async () => {
    const ask = (from) => send(`${origin}/mcp`, {
      method: "OPTIONS", headers: { origin: from, "access-control-request-method": "POST", "access-control-request-headers": "authorization, content-type, mcp-protocol-version" },
    });
    const own = await ask(origin);
    assert.ok([200, 204].includes(own.status), `${own.status}`);
    const evil = await ask("https://evil.example");
    assert.ok(!["*", "https://evil.example"].includes(evil.headers.get("access-control-allow-origin")), "no foreign page may call tools");
  });
});
