// The official clients read every schema that the server derives from types without a word of complaint.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { AjvJsonSchemaValidator as FirstValidator } from "@modelcontextprotocol/sdk/validation/ajv";
import { VISITOR } from "./lib/idp.mjs";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

// Its schema is its author's, and is sent as it was written.
const HAND_WRITTEN = "json_schema_2020_12_tool";
const WANTED = { heaviest: 5.0, order: "newest", size: [1, 2, 3.5], marks: [null, 7.0] };

/** What is printed while something is done. */
async function printed(work) {
  const lines = [];
  const kept = { warn: console.warn, error: console.error, log: console.log };
  for (const name of Object.keys(kept)) console[name] = (...words) => lines.push(words.join(" "));
  try {
    await work();
  } finally {
    Object.assign(console, kept);
  }
  return lines;
}

describe("the official clients", { skip: lacksBuild("everything") }, () => {
  let stage, requestInit;
  before(async () => {
    stage = await openStage({ build: buildOf("everything") });
    const { access_token: token } = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    requestInit = { headers: { authorization: `Bearer ${token}` } };
  });
  after(() => stage?.close());

  const info = { name: "toolgate-e2e", version: "1.0.0" };
  const address = () => new URL(`${stage.origin}/mcp`);
  const clients = [
    ["2.x in 2026-07-28", () => new Client(info, { versionNegotiation: { mode: { pin: mcp.MODERN } } }), StreamableHTTPClientTransport, AjvJsonSchemaValidator],
    ["2.x in 2025-11-25", () => new Client(info, { versionNegotiation: { mode: "legacy" } }), StreamableHTTPClientTransport, AjvJsonSchemaValidator],
    ["1.x", () => new FirstClient(info), FirstTransport, FirstValidator],
  ];
  for (const [name, open, Transport, Validator] of clients) {
    test(`${name} prints nothing of a derived schema`, async () => {
      const client = open();
      let tools, found;
      const lines = await printed(async () => {
        await client.connect(new Transport(address(), { requestInit }));
        ({ tools } = await client.listTools());
        found = await client.callTool({ name: "find_parcels", arguments: { wanted: WANTED } });
        await client.close();
      });
      assert.deepEqual(lines.filter((line) => !line.includes(HAND_WRITTEN)), []);
      assert.deepEqual(found.structuredContent.parcels[0], { number: "AB123456789", weight: 4, order: "newest", size: [1, 2, 3.5], delivered: null });
      assert.ok(tools.length > 10);
      for (const tool of tools.filter((one) => one.name !== HAND_WRITTEN)) {
        for (const schema of [tool.inputSchema, tool.outputSchema].filter(Boolean)) {
          assert.deepEqual(await printed(() => new Validator().getValidator(schema)({})), [], tool.name);
        }
      }
    });
  }

  test("the validator does print something of a format that it does not know", async () => {
    const schema = { type: "object", properties: { a: { type: "integer", format: "uint32" } } };
    assert.notDeepEqual(await printed(() => new AjvJsonSchemaValidator().getValidator(schema)({})), []);
  });

  test("the hand-written schema is sent as it was written", async () => {
    const token = requestInit.headers.authorization.slice("Bearer ".length);
    const { tools } = mcp.message(await mcp.modern(stage.origin, token, "tools/list")).result;
    const { inputSchema } = tools.find(({ name }) => name === HAND_WRITTEN);
    assert.deepEqual(inputSchema.allOf, [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }]);
    assert.equal(inputSchema.$defs.address.$anchor, "addressDef");
    assert.equal(inputSchema.$schema, "https://json-schema.org/draft/2020-12/schema");
  });
});
