// `/register`: dynamic client registration (RFC 7591) with junk.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { oauthError } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { register } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
const many = (count) => Array.from({ length: count }, (_, index) => `https://client.example/cb/${index}`);
const good = "https://client.example/cb";

// Addresses to which nobody is sent; beside a good one they are left out (RFC 7591 section 3.2.1).
const useless = [
  ["http on a host that is not loopback", "http://client.example/cb"],
  ["http on a host that begins like loopback", "http://localhost.evil.example/cb"],
  ["http on 127.0.0.1 as a user name", "http://127.0.0.1@evil.example/cb"],
  ["a relative address", "/callback"],
  ["an empty address", ""],
  ["no host", "https:///cb"],
  ["a space", "https://client.example/a b"],
  ["one slash too few", "https:/client.example/cb"],
  ["no slashes", "https:client.example/cb"],
  ["backslashes", "https:\\\\client.example\\cb"],
  ["an address of 6,000 characters", `https://client.example/${"a".repeat(6000)}`],
];

describe("a registration is refused with", () => {
  // What can only be meant as an attack refuses the whole body.
  const hostile = [
    ["javascript:", "javascript:alert(1)"],
    ["JaVaScRiPt: in mixed case", "JaVaScRiPt://%0aalert(1)"],
    ["javascript: behind a control character", "\u0001javascript:alert(1)"],
    ["javascript: with a tab in it", "java\tscript:alert(1)"],
    ["data:", "data:text/html,<script>alert(1)</script>"],
    ["file:", "file:///etc/passwd"],
    ["a fragment", "https://client.example/cb#x"],
    ["an empty fragment", "https://client.example/cb#"],
  ];
  for (const [name, uri] of hostile) {
    test(`a redirect_uri with ${name}, also beside a good one`, async () => {
      oauthError(await register(origin, { redirect_uris: [uri] }), 400, "invalid_redirect_uri");
      oauthError(await register(origin, { redirect_uris: [good, uri] }), 400, "invalid_redirect_uri");
    });
  }

  for (const [name, uri] of useless) {
    test(`no redirect_uri but ${name}`, async () => {
      oauthError(await register(origin, { redirect_uris: [uri] }), 400, "invalid_redirect_uri");
    });
  }

  const bodies = [
    ["no redirect_uris", { redirect_uris: undefined }],
    ["an empty list of redirect_uris", { redirect_uris: [] }],
    ["redirect_uris as text", { redirect_uris: "https://client.example/cb" }],
    ["a redirect_uri that is a number", { redirect_uris: [1] }],
    ["a hundred redirect_uris", { redirect_uris: many(100) }],
    ["a client_name that is a list", { client_name: ["x"] }],
    ["grant types that this server has not", { grant_types: ["client_credentials"] }],
    ["grant_types as text", { grant_types: "authorization_code" }],
    ["response type token", { response_types: ["token"] }],
    ["a way to authenticate that this server has not", { token_endpoint_auth_method: "private_key_jwt" }],
  ];
  for (const [name, metadata] of bodies) {
    test(name, async () => {
      oauthError(await register(origin, metadata), 400, "invalid_client_metadata", "invalid_redirect_uri");
    });
  }

  for (const [name, text] of [["an empty body", ""], ["JSON cut short", '{"redirect_uris":["https'], ["an array", "[]"], ["null", "null"], ["a number", "1e400"], ["deep nesting", "[".repeat(4000)]]) {
    test(name, async () => {
      oauthError(await register(origin, text), 400, "invalid_client_metadata", "invalid_redirect_uri");
    });
  }

  test("a body of a megabyte", async () => {
    const answer = await register(origin, { client_name: "x".repeat(1_000_000) });
    assert.ok([400, 413].includes(answer.status), `${answer.status} ${answer.text}`);
  });

  test("another content type", async () => {
    const answer = await send(`${origin}/register`, { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" });
    assert.ok([400, 415].includes(answer.status), `${answer.status} ${answer.text}`);
  });
});

describe("a registration", () => {
  for (const [name, uri] of useless) {
    test(`leaves out ${name} beside a good one`, async () => {
      const answer = await register(origin, { redirect_uris: [good, uri] });
      assert.equal(answer.status, 201, answer.text);
      assert.deepEqual(answer.json().redirect_uris, [good]);
    });
  }

  test("of the least that is needed is a confidential client, which RFC 7591 makes the default", async () => {
    const answer = await register(origin, JSON.stringify({ redirect_uris: ["https://client.example/cb"] }));
    assert.equal(answer.status, 201, answer.text);
    const client = answer.json();
    assert.equal(client.token_endpoint_auth_method, "client_secret_basic");
    assert.ok(client.client_secret.length >= 32);
    assert.equal(client.client_secret_expires_at, 0);
    assert.deepEqual(client.response_types, ["code"]);
  });

  for (const uri of ["https://claude.ai/api/mcp/auth_callback", "http://localhost/callback", "http://127.0.0.1:33418/", "http://[::1]:8080/cb"]) {
    test(`takes ${uri}`, async () => {
      const answer = await register(origin, { redirect_uris: [uri] });
      assert.equal(answer.status, 201, answer.text);
      assert.deepEqual(answer.json().redirect_uris, [uri]);
    });
  }

  test("with fields that nobody knows is taken without them", async () => {
    const answer = await register(origin, { application_type: "native", software_id: "x", "client_name#de": "Klient", __proto__x: {}, constructor: 1 });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json().constructor_, undefined);
  });

  test("in letters beyond ASCII keeps its name", async () => {
    const answer = await register(origin, { client_name: "Приложение 🛠" });
    assert.equal(answer.json().client_name, "Приложение 🛠");
  });

  test("made twice gives two clients", async () => {
    const [one, two] = await Promise.all([register(origin), register(origin)]);
    assert.notEqual(one.json().client_id, two.json().client_id);
  });

  test("may be made by a page of another origin", async () => {
    const headers = { origin: "https://inspector.example", "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
    const answer = await send(`${origin}/register`, { method: "OPTIONS", headers });
    assert.ok([200, 204].includes(answer.status), `${answer.status}`);
    assert.ok(["*", headers.origin].includes(answer.headers.get("access-control-allow-origin")));
    assert.match(answer.headers.get("access-control-allow-headers") ?? "", /content-type/i);
  });
});
