// JSON-RPC on the wire: one form of ids, one member of a name, and what is skipped.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { VISITOR } from "./lib/idp.mjs";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

describe("JSON-RPC", { skip: lacksBuild("everything") }, () => {
  let stage, token;
  before(async () => {
    stage = await openStage({ build: buildOf("everything") });
    ({ access_token: token } = await signIn(stage, { browser: stage.browser(), email: VISITOR }));
  });
  after(() => stage?.close());

  async function send(body, headers = {}) {
    const answer = await fetch(`${stage.origin}/mcp`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json", ...headers },
      body,
    });
    return { status: answer.status, text: await answer.text() };
  }
  const ping = (id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`;

  test("a whole number is given back in one form, and a fraction refused without an id", async () => {
    for (const [sent, answered] of [["1e3", "1000"], ["1000.0", "1000"], ["-0", "0"]]) {
      assert.equal((await send(ping(sent))).text, `{"jsonrpc":"2.0","id":${answered},"result":{}}`);
    }
    for (const sent of ["1.5", "null", "{}"]) {
      const { status, text } = await send(ping(sent));
      assert.equal(status, 400);
      assert.equal(JSON.parse(text).error.code, -32600);
      assert.ok(!("id" in JSON.parse(text)), text);
    }
  });

  test("a member that is there twice is refused at every depth", async () => {
    for (const body of ['{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"track_parcel","arguments":{"number":"AB123456789","numb\\u0065r":"CD123456789"}}}']) {
      const { status, text } = await send(body);
      assert.deepEqual([status, JSON.parse(text).error.code], [400, -32600]);
    }
  });

  test("an empty cursor is the first page, a byte order mark is skipped, and a progress token is text or a number", async () => {
    const list = (params) => JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params });
    assert.equal((await send(list({ cursor: "" }))).text, (await send(list({}))).text);
    assert.equal((await send(`\ufeff${ping(1)}`)).status, 200);
    const { status, text } = await send(list({ _meta: { progressToken: {} } }));
    assert.deepEqual([status, JSON.parse(text).id, JSON.parse(text).error.code], [400, 1, -32602]);
  });

  test("initialize without a revision in _meta begins a legacy session whatever the header says", async () => {
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "tests", version: "1" } };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    const { status, text } = await send(body, { "mcp-protocol-version": mcp.MODERN });
    assert.deepEqual([status, JSON.parse(text).result.protocolVersion], [200, "2025-06-18"]);
    const modern = await mcp.modern(stage.origin, token, "initialize", params);
    assert.deepEqual([modern.status, mcp.message(modern).error.code], [404, -32601]);
  });
});
