// What a tool says of its arguments beyond their types: clients see it, and the server enforces it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { VISITOR } from "./lib/idp.mjs";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

describe("arguments", { skip: lacksBuild("everything") }, () => {
  let stage;
  let token;

  before(async () => {
    stage = await openStage({ build: buildOf("everything") });
    ({ access_token: token } = await signIn(stage, { browser: stage.browser(), email: VISITOR }));
  });
  after(() => stage?.close());

  const track = async (args) => mcp.message(await mcp.modern(stage.origin, token, "tools/call", { name: "track_parcel", arguments: args })).result;

  test("show their values, pattern and example in the schema", async () => {
    const { tools } = mcp.message(await mcp.modern(stage.origin, token, "tools/list")).result;
    const { inputSchema } = tools.find(({ name }) => name === "track_parcel");
    assert.deepEqual(inputSchema.properties.language.enum, ["de", "en"]);
    assert.equal(inputSchema.properties.number.pattern, String.raw`^[A-Z]{2}\d{9}$`);
    assert.deepEqual(inputSchema.properties.number.examples, ["AB123456789"]);
  });

  test("that break several of them are refused in one answer, before the tool runs", async () => {
    const refused = await track({ number: "AB12345678", language: "fr" });
    assert.equal(refused.isError, true);
    const lines = ["invalid arguments", String.raw`- number: must match the pattern ^[A-Z]{2}\d{9}$`, '- language: must be one of "de", "en"'];
    assert.equal(refused.content[0].text, lines.join("\n"));
  });

  test("that keep to them reach the tool", async () => {
    assert.equal((await track({ number: "AB123456789" })).content[0].text, "AB123456789 is on its way");
    assert.equal((await track({ number: "AB123456789", language: "de" })).content[0].text, "AB123456789 ist unterwegs");
  });
});
