// HTTP+SSE of MCP 2024-11-05, at /sse and /messages: the official SDK, and what a stranger with a
// session id gets.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { challenge, jpeg, rpcError } from "./lib/expect.mjs";
import { listen } from "./lib/http.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { Person } from "./lib/sdk-client.mjs";
import { openStage } from "./lib/stage.mjs";

const persist = mkdtempSync(join(tmpdir(), "toolgate-sse-"));
const stage = await openStage({ persist });
after(async () => {
  await stage.close();
  rmSync(persist, { recursive: true, force: true });
});
const { origin } = stage;
const address = new URL(`${origin}/sse`);

async function connect(person) {
  const first = new SSEClientTransport(address, { authProvider: person });
  const newClient = () => new Client({ name: "toolgate-e2e", version: "1.0.0" });
  await assert.rejects(newClient().connect(first), UnauthorizedError);
  await first.finishAuth(person.seen.callback.get("code"));
  const client = newClient();
  await client.connect(new SSEClientTransport(address, { authProvider: person }));
  return client;
}

describe("SDK 1.x over HTTP+SSE", () => {
  test("an allowed account signs in, sees both tools, adds, and gets an image", async () => {
    const person = new Person(EMPLOYEE);
    const client = await connect(person);
    assert.equal(person.seen.authorizationUrl.searchParams.get("resource"), address.href);
    assert.deepEqual((await client.listTools()).tools.map(({ name }) => name), ["add", "generateImage"]);
    const sum = await client.callTool({ name: "add", arguments: { a: 23, b: 19 } });
    assert.deepEqual(sum.content, [{ type: "text", text: "42" }]);
    jpeg(await client.callTool({ name: "generateImage", arguments: { prompt: "a blue door" } }), "a blue door");
    await client.ping();
    await client.close();
  });

  test("another account sees one tool, and is denied the other in words", async () => {
    const client = await connect(new Person(VISITOR));
    assert.deepEqual((await client.listTools()).tools.map(({ name }) => name), ["add"]);
    await assert.rejects(
      client.callTool({ name: "generateImage", arguments: { prompt: "a cat" } }),
      (error) => error.code === -32602 && /not allowed for this account/i.test(error.message),
    );
    await client.close();
  });

  test("calls sent at once are all answered on the stream", async () => {
    const client = await connect(new Person(VISITOR));
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((a) => client.callTool({ name: "add", arguments: { a, b: 1000 } })));
    assert.deepEqual(answers.map(({ content }) => content[0].text), numbers.map((a) => String(a + 1000)));
    await client.close();
  });
});

describe("a session", () => {
  let employee;
  let visitor;
  const bearer = (session) => ({ authorization: `Bearer ${session.access_token}` });
  before(async () => {
    const changes = { resource: address.href };
    [employee, visitor] = await Promise.all([EMPLOYEE, VISITOR].map((email) =>
      signIn(stage, { browser: stage.browser(), email, changes })));
  });

  async function open(session) {
    const stream = await listen(address, { headers: bearer(session) });
    assert.equal(stream.status, 200);
    assert.match(stream.headers.get("content-type"), /^text\/event-stream/);
    const event = await stream.next();
    assert.equal(event.event, "endpoint", "the first event tells where to post");
    const endpoint = new URL(event.data, address);
    assert.equal(endpoint.origin, origin);
    assert.equal(endpoint.pathname, "/messages");
    return { stream, path: endpoint.pathname + endpoint.search, id: endpoint.searchParams.get("sessionId") };
  }
  const ping = { jsonrpc: "2.0", id: 7, method: "ping" };

  test("answers 202 to the POST and the result on the stream", async () => {
    const { stream, path } = await open(employee);
    const answer = await mcp.post(origin, employee.access_token, ping, { path });
    assert.equal(answer.status, 202, answer.text);
    const event = await stream.next();
    assert.equal(event.event, "message");
    assert.deepEqual(JSON.parse(event.data), { jsonrpc: "2.0", id: 7, result: {} });
    stream.close();
  });

  test("has an id that cannot be guessed", async () => {
    const sessions = await Promise.all([open(employee), open(employee)]);
    for (const { id, stream } of sessions) {
      assert.ok(id.length >= 22, `128 bits or more: ${id}`);
      stream.close();
    }
    assert.notEqual(sessions[0].id, sessions[1].id);
  });

  test("is of no use to another person who has its id, and its owner sees nothing of the attempt", async () => {
    const { stream, path } = await open(employee);
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const stolen = await mcp.post(origin, visitor.access_token, list, { path });
    assert.ok([403, 404].includes(stolen.status), `${stolen.status}: ${stolen.text}`);
    assert.doesNotMatch(stolen.text, /generateImage/);
    await mcp.post(origin, employee.access_token, ping, { path });
    assert.equal(JSON.parse((await stream.next()).data).id, 7, "the first thing on the stream is the owner's");
    stream.close();
  });

  test("needs the token with every message", async () => {
    const { stream, path } = await open(employee);
    challenge(await mcp.post(origin, undefined, ping, { path }), { origin, path: "/sse", error: undefined });
    challenge(await mcp.post(origin, "garbage", ping, { path }), { origin, path: "/sse", error: "invalid_token" });
    stream.close();
  });

  test("that was never opened is answered 404 and leaves nothing stored", async () => {
    const count = () => readdirSync(persist, { recursive: true }).filter((name) => String(name).endsWith(".sqlite")).length;
    const before = count();
    assert.ok(before > 0, "the directory is the one that workerd writes to");
    for (let i = 0; i < 5; i += 1) {
      const bogus = Array.from({ length: 43 }, () => "abcdefghijklmnop"[Math.floor(Math.random() * 16)]).join("");
      const answer = await mcp.post(origin, visitor.access_token, ping, { path: `/messages?sessionId=${bogus}` });
      assert.equal(answer.status, 404, answer.text);
    }
    assert.equal(count(), before, "no Durable Object was written for an invented id");
  });

  test("with strange ids is refused, never 500", async () => {
    for (const id of ["", "a", "../../x", "%00", "0".repeat(64), "f".repeat(5000), "é", "' OR 1=1 --"]) {
      const answer = await mcp.post(origin, visitor.access_token, ping, { path: `/messages?sessionId=${encodeURIComponent(id)}` });
      assert.ok([400, 404].includes(answer.status), `${id.slice(0, 20)}: ${answer.status} ${answer.text}`);
    }
    const none = await mcp.post(origin, visitor.access_token, ping, { path: "/messages" });
    assert.ok([400, 404].includes(none.status), `${none.status} ${none.text}`);
  });

  test("is over when its stream is closed", async () => {
    const { stream, path } = await open(employee);
    stream.close();
    let status;
    for (let i = 0; i < 20 && status !== 404; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = (await mcp.post(origin, employee.access_token, ping, { path })).status;
    }
    assert.equal(status, 404);
  });

  test("refuses malformed messages in the POST and goes on", async () => {
    const { stream, path } = await open(employee);
    rpcError(await mcp.post(origin, employee.access_token, "{", { path }), 400, -32700);
    rpcError(await mcp.post(origin, employee.access_token, '"text"', { path }), 400, -32600);
    const big = await mcp.post(origin, employee.access_token, Buffer.alloc(5 * 1024 * 1024, " "), { path });
    assert.equal(big.status, 413, big.text);
    await mcp.post(origin, employee.access_token, ping, { path });
    assert.equal(JSON.parse((await stream.next()).data).id, 7);
    stream.close();
  });

  test("refuses an evil Origin on the stream and on messages", async () => {
    const headers = { origin: "https://evil.example" };
    const stream = await listen(address, { headers: { ...bearer(employee), ...headers } });
    assert.equal(stream.status, 403);
    stream.close();
    const session = await open(employee);
    assert.equal((await mcp.post(origin, employee.access_token, ping, { path: session.path, headers })).status, 403);
    session.stream.close();
  });

  test("is opened by a token for /mcp too, whose older transport it is", async () => {
    const other = await signIn(stage, { browser: stage.browser(), email: VISITOR, changes: { resource: `${origin}/mcp` } });
    const stream = await listen(address, { headers: bearer(other) });
    assert.equal(stream.status, 200);
    stream.close();
  });

  test("of before a restart of the server is answered 404, so that the client starts over", async () => {
    const { stream, path } = await open(employee);
    await stage.restart({});
    const answer = await mcp.post(origin, employee.access_token, ping, { path });
    assert.equal(answer.status, 404, answer.text);
    stream.close();
  });

  test("of a Streamable HTTP client that was given this address is served as /mcp", async () => {
    const answer = await mcp.legacy(origin, visitor.access_token, "tools/list", undefined, { path: "/sse" });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(mcp.message(answer).result.tools.map(({ name }) => name), ["add"]);
  });
});
