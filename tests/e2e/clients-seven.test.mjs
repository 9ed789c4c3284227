// Seven real clients, each in its released version, sign in without a browser and call a tool.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { startProxy } from "./lib/auth-proxy.mjs";
import { lacksClients, npm, python, reported, rmcp, runClient } from "./lib/client-program.mjs";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { freePorts } from "./lib/ports.mjs";
import { Person } from "./lib/sdk-client.mjs";
import { openStage } from "./lib/stage.mjs";

const LEGACY = "2025-11-25";
const TOOL = "greet";
const INPUT = { name: "Ada" };
const GREETING = [{ type: "text", text: "Hello, Ada!" }];

const skip = lacksBuild("everything") || lacksClients();

describe("a released client signs in and calls a tool", { skip }, () => {
  let stage, proxy, server;
  before(async () => {
    const [port] = await freePorts(1);
    stage = await openStage({ build: buildOf("everything"), publicPort: port });
    proxy = await startProxy({ port, target: stage.origin });
    server = `${proxy.origin}/mcp`;
  });
  after(async () => {
    await proxy?.stop();
    await stage?.close();
  });

  const run = (program, args, options) => runClient(program, args, { origin: proxy.origin, email: VISITOR, ...options });

  function check({ revision, tools, result }, expected) {
    assert.equal(revision, expected);
    assert.ok(tools.includes(TOOL) && tools.length > 30, tools.join(" "));
    assert.deepEqual(result.content, GREETING);
  }

  test("@modelcontextprotocol/sdk 1.32.2", async () => {
    const person = new Person(VISITOR);
    const first = new StreamableHTTPClientTransport(new URL(server), { authProvider: person });
    await assert.rejects(new Client({ name: "e2e", version: "1" }).connect(first), /Unauthorized/);
    await first.finishAuth(person.seen.callback.get("code"));
    const client = new Client({ name: "e2e", version: "1" });
    const transport = new StreamableHTTPClientTransport(new URL(server), { authProvider: person });
    await client.connect(transport);
    const tools = (await client.listTools()).tools.map(({ name }) => name);
    check({ revision: transport.protocolVersion, tools, result: await client.callTool({ name: TOOL, arguments: INPUT }) }, LEGACY);
    await client.close();
  });

  for (const [mode, revision] of [["legacy", LEGACY], ["auto", mcp.MODERN]]) {
    test(`@modelcontextprotocol/client 2.4.0, mode ${mode}`, async () => {
      const options = { versionNegotiation: { mode } };
      const person = new Person(VISITOR);
      const first = new ModernTransport(new URL(server), { authProvider: person });
      await assert.rejects(new ModernClient({ name: "e2e", version: "1" }, options).connect(first), UnauthorizedError);
      await first.finishAuth(person.seen.callback);
      const client = new ModernClient({ name: "e2e", version: "1" }, options);
      await client.connect(new ModernTransport(new URL(server), { authProvider: person }));
      const tools = (await client.listTools()).tools.map(({ name }) => name);
      const result = await client.callTool({ name: TOOL, arguments: INPUT });
      check({ revision: client.getNegotiatedProtocolVersion(), tools, result }, revision);
      await client.close();
    });

    test(`Python mcp 2.3.0, mode ${mode}`, async () => {
      const ended = await run(python("mcp_client.py"), [server, TOOL, JSON.stringify(INPUT), mode], { says: "OPEN ", comeBack: "type" });
      assert.equal(ended.status, 0, ended.output);
      check(reported(ended), revision);
    });

    test(`fastmcp 4.1.2, mode ${mode}`, async () => {
      // Python's webbrowser starts what BROWSER says; this one only tells where it was sent.
      const env = { BROWSER: "echo OPEN %s" };
      const ended = await run(python("fastmcp_client.py"), [server, TOOL, JSON.stringify(INPUT), mode], { says: "OPEN ", env });
      assert.equal(ended.status, 0, ended.output);
      check(reported(ended), revision);
    });
  }

  for (const [lifecycle, revision] of [["initialize", LEGACY], ["auto", mcp.MODERN]]) {
    test(`rmcp 3.11.0, ${lifecycle}`, async () => {
      const ended = await run(rmcp, [server, TOOL, JSON.stringify(INPUT), lifecycle], { says: "OPEN ", comeBack: "type" });
      assert.equal(ended.status, 0, ended.output);
      check(reported(ended), revision);
    });
  }

  for (const [era, revision] of [["legacy", LEGACY], ["modern", mcp.MODERN]]) {
    test(`MCP Inspector 2.12.0, era ${era}`, async () => {
      const program = npm("@modelcontextprotocol/inspector/clients/launcher/build/index.js");
      const call = ["--method", "tools/call", "--tool-name", TOOL, "--tool-arg", "name=Ada"];
      const options = ["--cli", "--server-url", server, "--transport", "http", "--protocol-era", era, "--format", "json"];
      const asked = proxy.seen.length;
      const ended = await run(program, [...options, ...call], { env: { MCP_AUTO_OPEN_ENABLED: "true" } });
      assert.equal(ended.status, 0, ended.output);
      const { result, content = result.content } = JSON.parse(ended.stdout.slice(ended.stdout.indexOf("{")));
      assert.deepEqual(content, GREETING, ended.output);
      assert.equal(proxy.seen.slice(asked).findLast(({ path }) => path === "/mcp").revision, revision);
    });
  }

  test("mcp-remote 0.15.1", async () => {
    const [port] = await freePorts(1);
    const messages = [
      { id: 1, method: "initialize", params: { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: "e2e", version: "1" } } },
      { method: "notifications/initialized" },
      { id: 2, method: "tools/call", params: { name: TOOL, arguments: INPUT } },
    ];
    const input = messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");
    const answers = (stdout) => stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    const done = ({ stdout }) => stdout.endsWith("\n") && answers(stdout).some(({ id }) => id === 2);
    const ended = await run(npm("mcp-remote/dist/proxy.js"), [server, String(port)], { input, done });
    const [first, second] = answers(ended.stdout);
    assert.equal(first?.result?.protocolVersion, LEGACY, ended.output);
    assert.deepEqual(second.result.content, GREETING, ended.output);
  });
});
