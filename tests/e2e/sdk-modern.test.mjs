// The second official TypeScript client, pinned to MCP 2026-07-28: no handshake, no session.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { helpful, jpeg, rpcError } from "./lib/expect.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Person } from "./lib/sdk-client.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
const address = new URL(`${origin}/mcp`);

function newClient(mode) {
  return new Client({ name: "toolgate-e2e", version: "1.0.0" }, { versionNegotiation: { mode } });
}

async function connect(person, mode = { pin: mcp.MODERN }) {
  const first = new StreamableHTTPClientTransport(address, { authProvider: person });
  await assert.rejects(newClient(mode).connect(first), UnauthorizedError);
  // The parameters as they came: this client checks `iss` (RFC 9207).
  await first.finishAuth(person.seen.callback);
  const client = newClient(mode);
  await client.connect(new StreamableHTTPClientTransport(address, { authProvider: person }));
  return client;
}

describe("client 2.x pinned to 2026-07-28", () => {
  test("an allowed account signs in, sees both tools, adds, and gets an image", async () => {
    const client = await connect(new Person(EMPLOYEE));
    assert.equal(client.getNegotiatedProtocolVersion(), mcp.MODERN);
    assert.deepEqual((await client.listTools()).tools.map(({ name }) => name), ["add", "generateImage"]);
    const sum = await client.callTool({ name: "add", arguments: { a: 23, b: 19 } });
    assert.deepEqual(sum.content, [{ type: "text", text: "42" }]);
    jpeg(await client.callTool({ name: "generateImage", arguments: { prompt: "a green boat" } }), "a green boat");
    await client.close();
  });

  test("another account sees one tool, and is denied the other in words", async () => {
    const client = await connect(new Person(VISITOR));
    assert.deepEqual((await client.listTools()).tools.map(({ name }) => name), ["add"]);
    await assert.rejects(
      client.callTool({ name: "generateImage", arguments: { prompt: "a cat" } }),
      /not allowed for this account/i,
    );
    await client.close();
  });

  for (const [mode, revision] of [["auto", mcp.MODERN], ["legacy", "2025-11-25"]]) {
    test(`in mode ${mode} it settles on ${revision}`, async () => {
      const client = await connect(new Person(VISITOR), mode);
      assert.equal(client.getNegotiatedProtocolVersion(), revision);
      assert.equal((await client.callTool({ name: "add", arguments: { a: 23, b: 19 } })).content[0].text, "42");
      await client.close();
    });
  }
});

describe("the 2026-07-28 wire", () => {
  let token;
  before(async () => {
    token = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
  });
  const modern = (...args) => mcp.modern(origin, token, ...args);

  test("server/discover names the revisions, and may be cached by this account only", async () => {
    const answer = await modern("server/discover");
    assert.equal(answer.status, 200, answer.text);
    const { result } = mcp.message(answer);
    assert.equal(result.resultType, "complete");
    assert.ok(result.supportedVersions.includes(mcp.MODERN));
    assert.ok(result.capabilities.tools);
    assert.ok(Number.isInteger(result.ttlMs) && result.ttlMs >= 0);
    assert.ok(["public", "private"].includes(result.cacheScope));
  });

  test("a list that depends on the account is private", async () => {
    const { result } = mcp.message(await modern("tools/list"));
    assert.equal(result.cacheScope, "private");
    assert.equal(result.resultType, "complete");
    assert.deepEqual(result.tools.map(({ name }) => name), ["add"]);
  });

  test("no session id is minted", async () => {
    const answer = await modern("tools/list", {}, { headers: { "mcp-session-id": "left-over" } });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get("mcp-session-id"), null);
  });

  test("tools/call without arguments is a legal request", async () => {
    const { result } = mcp.message(await modern("tools/call", { name: "add" }));
    assert.equal(result.isError, true, "add needs its arguments");
    helpful(result.content[0].text);
  });

  const meta = (changes) => ({ meta: changes });
  const HEADER_MISMATCH = -32020;
  const faults = [
    ["a version that does not exist", ["tools/list", {}, { ...meta({ "io.modelcontextprotocol/protocolVersion": "2099-01-01" }), headers: { "mcp-protocol-version": "2099-01-01" } }], 400, -32022],
    ["a header that differs from the body's version", ["tools/list", {}, { headers: { "mcp-protocol-version": "2025-11-25" } }], 400, HEADER_MISMATCH],
    ["a method header that differs from the body", ["tools/list", {}, { headers: { "mcp-method": "tools/call" } }], 400, HEADER_MISMATCH],
    ["a name header that differs from the body", ["tools/call", { name: "add", arguments: { a: 1, b: 1 } }, { headers: { "mcp-name": "generateImage" } }], 400, HEADER_MISMATCH],
    ["no client capabilities", ["tools/list", {}, meta({ "io.modelcontextprotocol/clientCapabilities": undefined })], 400, -32602],
    ["a method that is not served", ["resources/list", {}], 404, -32601],
    ["a method of the old revisions", ["ping", {}], 404, -32601],
  ];
  for (const [name, args, status, code] of faults) {
    test(`${name} is answered ${status} with ${code}`, async () => {
      const answer = await modern(...args);
      const error = rpcError(answer, status, code, { id: 1 });
      if (code === -32022) assert.ok(error.data.supported.includes(mcp.MODERN));
    });
  }
});
