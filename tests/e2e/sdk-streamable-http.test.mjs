// The official TypeScript SDK over Streamable HTTP: it finds, registers, signs in and calls by itself.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { jpeg } from "./lib/expect.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import { Person } from "./lib/sdk-client.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const address = new URL(`${stage.origin}/mcp`);

async function connect(person) {
  const first = new StreamableHTTPClientTransport(address, { authProvider: person });
  await assert.rejects(newClient().connect(first), UnauthorizedError);
  await first.finishAuth(person.seen.callback.get("code"));
  return connectAgain(person);
}

async function connectAgain(person) {
  const client = newClient();
  await client.connect(new StreamableHTTPClientTransport(address, { authProvider: person }));
  return client;
}

function newClient() {
  return new Client({ name: "toolgate-e2e", version: "1.0.0" });
}

describe("SDK 1.x over Streamable HTTP", () => {
  test("an allowed account signs in, sees both tools, adds, and gets an image", async () => {
    const person = new Person(EMPLOYEE);
    const client = await connect(person);
    assert.ok(person.seen.consent, "the consent page was shown");
    assert.equal(person.seen.authorizationUrl.searchParams.get("resource"), address.href);
    assert.equal(client.getServerVersion().name, "Access OAuth Proxy Demo");
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name), ["add", "generateImage"]);
    checkSchemas(tools);
    const sum = await client.callTool({ name: "add", arguments: { a: 23, b: 19 } });
    assert.deepEqual(sum.content, [{ type: "text", text: "42" }]);
    const image = await client.callTool({ name: "generateImage", arguments: { prompt: "a red bicycle", steps: 5 } });
    jpeg(image, "a red bicycle");
    await client.ping();
    await client.close();
  });

  test("another account sees one tool, and is denied the other in words", async () => {
    const client = await connect(new Person(VISITOR));
    assert.deepEqual((await client.listTools()).tools.map(({ name }) => name), ["add"]);
    assert.equal((await client.callTool({ name: "add", arguments: { a: 0.1, b: 0.2 } })).content[0].text, String(0.1 + 0.2));
    await assert.rejects(
      client.callTool({ name: "generateImage", arguments: { prompt: "a cat" } }),
      (error) => error.code === -32602 && /not allowed for this account/i.test(error.message),
    );
    await client.close();
  });

  test("an access token that no longer works is renewed by the SDK without the person", async () => {
    const person = new Person(VISITOR);
    await (await connect(person)).close();
    const before = person.saved;
    person.saved = { ...before, access_token: "expired-in-the-meantime" };
    person.seen.callback = undefined;
    const client = await connectAgain(person);
    assert.equal((await client.callTool({ name: "add", arguments: { a: 23, b: 19 } })).content[0].text, "42");
    assert.equal(person.seen.callback, undefined, "no browser was needed");
    assert.notEqual(person.saved.refresh_token, before.refresh_token, "refresh tokens rotate");
    await client.close();
  });

  test("twenty calls at once all get their own answer", async () => {
    const client = await connect(new Person(EMPLOYEE));
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((a) => client.callTool({ name: "add", arguments: { a, b: 1000 } })));
    assert.deepEqual(answers.map(({ content }) => content[0].text), numbers.map((a) => String(a + 1000)));
    await client.close();
  });

  test("a confidential client with a secret in the body or in the header works too", async () => {
    for (const method of ["client_secret_post", "client_secret_basic"]) {
      const person = new Person(VISITOR, { metadata: { token_endpoint_auth_method: method } });
      const client = await connect(person);
      assert.ok(person.client.client_secret, method);
      assert.equal((await client.listTools()).tools.length, 1);
      await client.close();
    }
  });
});

function checkSchemas(tools) {
  const [add, image] = tools.map(({ inputSchema }) => inputSchema);
  assert.equal(add.type, "object");
  assert.equal(add.properties.a.type, "number");
  assert.deepEqual([...add.required].sort(), ["a", "b"]);
  assert.ok(tools.every(({ description }) => description?.length > 0));
  assert.ok(add.properties.a.description, "doc comments of parameters are descriptions");
  assert.deepEqual(image.required, ["prompt"]);
  assert.equal(image.properties.steps.minimum, 4);
  assert.equal(image.properties.steps.maximum, 8);
  assert.equal(image.properties.steps.default, 4);
}
