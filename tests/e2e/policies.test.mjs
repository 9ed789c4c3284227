// Policies that look at scopes and arguments, on every transport.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { told, watch } from "./lib/audit.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import { listen, send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorize, newClient, refresh, signIn } from "./lib/oauth.mjs";
import { Person } from "./lib/sdk-client.mjs";
import { Session } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

describe("policies", { skip: lacksBuild("durable") }, () => {
  let stage, origin, employee, artist, visitor;
  before(async () => {
    stage = await openStage({ build: buildOf("durable"), worker: DEBUG_BUILD });
    ({ origin } = stage);
    employee = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
    visitor = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
    artist = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE, changes: { scope: "mcp images" } });
  });
  after(() => stage?.close());

  const draw = { name: "draw", arguments: { prompt: "a cat" } };

  /** The names in all pages of the list. */
  async function listed(token) {
    const names = [];
    for (let cursor; ;) {
      const { result } = mcp.message(await mcp.legacy(origin, token, "tools/list", cursor ? { cursor } : {}));
      names.push(...result.tools.map(({ name }) => name));
      cursor = result.nextCursor;
      if (!cursor) return names;
    }
  }

  /** Checks the challenge of RFC 6750 section 3.1 and answers the scopes that it names. */
  function challenged(answer, path = "/mcp") {
    assert.equal(answer.status, 403, answer.text);
    const challenge = answer.headers.get("www-authenticate");
    assert.match(challenge, /^Bearer error="insufficient_scope", error_description="[^"]+", scope="/);
    assert.ok(challenge.endsWith(`resource_metadata="${origin}/.well-known/oauth-protected-resource${path}"`), challenge);
    return /scope="([^"]*)"/.exec(challenge)[1];
  }

  describe("with a scope", () => {
    test("are advertised by the authorization server and by the resource", async () => {
      const server = (await send(`${origin}/.well-known/oauth-authorization-server`)).json();
      assert.deepEqual(server.scopes_supported, ["mcp", "images", "admin", "offline_access"]);
      const resource = (await send(`${origin}/.well-known/oauth-protected-resource/mcp`)).json();
      assert.deepEqual(resource.scopes_supported, ["mcp", "images", "admin"]);
    });

    test("are told on the approval page in the policy's words, where they are asked for", async () => {
      const browser = stage.browser();
      const client = await newClient(origin);
      const asked = await authorize(stage, { browser, client, email: EMPLOYEE, changes: { scope: "images" } });
      assert.match(asked.consent.words, /May spend image credits/);
      const plain = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE });
      assert.doesNotMatch(plain.consent.words, /May spend image credits/);
    });

    test("are answered with 403 and all scopes of the operation when only the scope is missing", async () => {
      for (const request of [mcp.legacy, mcp.modern]) {
        const answer = await request(origin, employee, "tools/call", draw);
        assert.equal(challenged(answer), "mcp images");
      }
      assert.ok((await listed(employee)).includes("draw"), "a tool one step away is listed");
    });

    test("let in who has the scope, and keep it over a refresh", async () => {
      const allowed = async (token) => mcp.message(await mcp.legacy(origin, token, "tools/call", draw)).result.content[0].text;
      assert.equal(await allowed(artist.access_token), "a picture of a cat");
      const again = await refresh(stage, artist.client, artist.refresh_token);
      assert.equal(await allowed(again.json().access_token), "a picture of a cat");
      const narrowed = await refresh(stage, artist.client, again.json().refresh_token, { scope: "mcp" });
      assert.equal(challenged(await mcp.legacy(origin, narrowed.json().access_token, "tools/call", draw)), "mcp images");
    });

    test("tell nothing to whom a scope would not help", async () => {
      const answer = await mcp.modern(origin, visitor, "tools/call", draw);
      const unknown = await mcp.modern(origin, visitor, "tools/call", { ...draw, name: "drew" });
      assert.equal(answer.status, unknown.status);
      assert.equal(answer.text.replaceAll("draw", "drew"), unknown.text);
      assert.ok(!(await listed(visitor)).includes("draw"));
    });

    test("refuse a whole batch before anything of it runs", async () => {
      const count = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "count", arguments: {} } };
      const before = await counted();
      const answer = await mcp.post(origin, employee, [count, { jsonrpc: "2.0", id: 2, method: "tools/call", params: draw }], {
        headers: { "mcp-protocol-version": "2025-03-26" },
      });
      assert.equal(challenged(answer), "mcp images");
      assert.equal(await counted(), before + 1);
    });
    const counted = async () => {
      const { result } = mcp.message(await mcp.call(origin, employee, "count", {}));
      return Number(result.content[0].text);
    };

    test("are challenged in a session, too, which goes on", async () => {
      const session = await Session.begin(origin, employee);
      const answer = await session.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params: draw });
      assert.equal(challenged(answer), "mcp images");
      assert.equal((await session.post({ jsonrpc: "2.0", id: 2, method: "ping" })).status, 200);
      session.token = artist.access_token;
      assert.equal((await session.post({ jsonrpc: "2.0", id: 3, method: "tools/call", params: draw })).status, 200);
    });

    test("are challenged over HTTP+SSE, too, whose stream goes on", async () => {
      const resource = `${origin}/sse`;
      const token = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE, changes: { resource } })).access_token;
      const headers = { authorization: `Bearer ${token}` };
      const stream = await listen(resource, { headers });
      const endpoint = new URL((await stream.next()).data, origin).href;
      const post = (message) => send(endpoint, {
        method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", ...message }),
      });
      const clientInfo = { name: "tests", version: "1" };
      await post({ id: 1, method: "initialize", params: { protocolVersion: "2024-11-05", capabilities: {}, clientInfo } });
      assert.equal(JSON.parse((await stream.next()).data).id, 1);
      assert.equal(challenged(await post({ id: 2, method: "tools/call", params: draw }), "/sse"), "mcp images");
      assert.equal((await post({ id: 3, method: "ping" })).status, 202);
      assert.equal(JSON.parse((await stream.next()).data).id, 3);
      stream.close();
    });

    test("are asked for by the official client, which then goes on", async () => {
      const person = new Person(EMPLOYEE);
      const address = new URL(`${origin}/mcp`);
      const open = () => new StreamableHTTPClientTransport(address, { authProvider: person });
      const client = new Client({ name: "toolgate-e2e", version: "1.0.0" }, { versionNegotiation: { mode: { pin: mcp.MODERN } } });
      const first = open();
      await assert.rejects(client.connect(first), UnauthorizedError);
      await first.finishAuth(person.seen.callback);
      const transport = open();
      await client.connect(transport);
      await assert.rejects(client.callTool(draw), UnauthorizedError);
      const asked = person.seen.authorizationUrl.searchParams.get("scope").split(" ");
      assert.ok(asked.includes("mcp") && asked.includes("images"), asked.join(" "));
      assert.match(person.seen.consent.words, /May spend image credits/);
      await transport.finishAuth(person.seen.callback);
      assert.equal((await client.callTool(draw)).content[0].text, "a picture of a cat");
      await client.close();
    });

    test("are told to the audit trail", async () => {
      const { events } = await watch(stage, 1, () => mcp.legacy(origin, employee, "tools/call", draw));
      assert.deepEqual(told(events), ["tool_denied scope_missing"]);
      assert.equal(events[0].detail, "images");
    });
  });

  test("with `on_deny = \"challenge\"` challenge whom they refuse, and list nothing", async () => {
    const answer = await mcp.legacy(origin, visitor, "tools/call", { name: "shut_down" });
    assert.equal(challenged(answer), "mcp admin");
    assert.ok(!(await listed(visitor)).includes("shut_down"));
  });

  describe("on arguments", () => {
    const spend = (token, amount) => mcp.legacy(origin, token, "tools/call", { name: "spend", arguments: { amount } });

    test("let in by what is sent", async () => {
      assert.equal(mcp.message(await spend(visitor, 100)).result.content[0].text, "spent 100");
      const refused = async (amount) => mcp.message(await spend(visitor, amount)).result.content[0].text;
      assert.equal(await refused(101), "`amount` is not allowed for you");
      assert.match(await refused("1"), /amount: must be a number/);
      assert.equal(mcp.message(await spend(employee, 101)).result.content[0].text, "spent 101");
      assert.ok((await listed(visitor)).includes("spend"));
    });

    test("guard the variables of templates", async () => {
      const read = async (uri) => mcp.message(await mcp.legacy(origin, visitor, "resources/read", { uri }));
      assert.equal((await read("note:///open")).result.contents[0].text, "the note open");
      assert.ok((await read("note:///secret")).error);
      assert.ok((await read("note:///%73ecret")).error, "however it is written");
    });

    test("tell a call that only its arguments keep out, in the policy's words, and types first", async () => {
      const payBack = async (amount) => mcp.message(await mcp.legacy(origin, visitor, "tools/call", { name: "pay_back", arguments: { amount } })).result;
      assert.equal((await payBack(100)).content[0].text, "paid back 100");
      const refused = await payBack(101);
      assert.deepEqual([refused.isError, refused.content[0].text], [true, "Above 100, ask a colleague from billing."]);
      assert.match((await payBack("101")).content[0].text, /amount: must be a whole number/);
    });

    test("guard a resource of its own, however its URI is written", async () => {
      const read = async (token, uri) => mcp.message(await mcp.legacy(origin, token, "resources/read", { uri }));
      for (const uri of ["note:///salaries", "note:///%73alaries", "note:///salarie%73"]) {
        assert.equal((await read(employee, uri)).result.contents[0].text, "a lot");
        assert.ok((await read(visitor, uri)).error, uri);
      }
    });

    test("decide completions by the arguments that are known", async () => {
      const complete = async (project) => mcp.message(await mcp.legacy(origin, visitor, "completion/complete", {
        ref: { type: "ref/resource", uri: "repo:///{project}/{file}" },
        argument: { name: "file", value: "p" },
        context: { arguments: { project } },
      }));
      assert.deepEqual((await complete("public")).result.completion.values, ["plans", "prices"]);
      assert.equal((await complete("secret")).error.code, -32602);
    });

    test("read a number in the one spelling that the policy compares", async () => {
      const read = async (year) => mcp.message(await mcp.legacy(origin, visitor, "resources/read", { uri: `year:///${year}` }));
      assert.equal((await read("2025")).result.contents[0].text, "the year 2025");
      for (const year of ["2024", "%202024", "2024%20", "2024.0", "2.024e3", "%32024"]) {
        assert.ok((await read(year)).error, year);
      }
    });
  });
});
