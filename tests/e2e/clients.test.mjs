// Which clients may come: registrations of real clients, and private-use schemes.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { errorPage, oauthError } from "./lib/expect.mjs";
import { EMPLOYEE } from "./lib/idp.mjs";
import { REDIRECT_URI, authorize, authorizeUrl, newClient, pkce, redeem, register } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;

// What these clients send.
const REGISTRATIONS = {
  "Claude": { redirect_uris: ["https://claude.ai/api/mcp/auth_callback"], scope: "mcp" },
  "Visual Studio Code": {
    client_uri: "https://code.visualstudio.com",
    grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    redirect_uris: ["https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect", "http://localhost/", "http://127.0.0.1/", "http://localhost:33418/", "http://127.0.0.1:33418/"],
    application_type: "native",
  },
  "MCP Inspector": {
    client_uri: "https://github.com/modelcontextprotocol/inspector",
    redirect_uris: ["http://localhost:6274/oauth/callback/debug", "http://localhost:6274/oauth/callback"],
    scope: "",
  },
  "An application of the MCP SDK": { redirect_uris: ["http://localhost:8090/callback"], token_endpoint_auth_method: "client_secret_post" },
};

describe("the client_id of", () => {
  for (const [client_name, metadata] of Object.entries(REGISTRATIONS)) {
    test(`${client_name} has less than a kibibyte`, async () => {
      const answer = await register(origin, { client_name, ...metadata });
      assert.equal(answer.status, 201, answer.text);
      assert.ok(answer.json().client_id.length < 1024, `${answer.json().client_id.length}`);
    });
  }
});

describe("a private-use scheme", () => {
  for (const uri of ["cursor://anysphere.cursor-mcp/oauth/callback", "claude://oauth/callback", "com.example.app:/callback"]) {
    test(`is refused with the setting that allows it: ${uri}`, async () => {
      const body = oauthError(await register(origin, { redirect_uris: [uri] }), 400, "invalid_redirect_uri");
      assert.match(body.error_description, /redirect_schemes/);
      const client = await newClient(origin);
      const words = errorPage(await stage.browser().visit(authorizeUrl(origin, client, pkce().challenge, { redirect_uri: uri })));
      assert.match(words, /redirect_schemes/);
    });
  }
});

test("Cursor registers, and its own scheme is allowed by the line that the page shows", async () => {
  const redirect_uris = ["cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"];
  const client = await newClient(origin, { client_name: "Cursor", redirect_uris });
  assert.deepEqual(client.redirect_uris, redirect_uris.slice(1));
  const words = errorPage(await stage.browser().visit(authorizeUrl(origin, client, pkce().challenge, { redirect_uri: redirect_uris[0] })));
  assert.match(words, /redirect_schemes = \["cursor"\]/);
  for (const uri of ["javascript:alert(1)", "data:text/html,x", "https://client.example/cb#x"]) {
    oauthError(await register(origin, { redirect_uris: [...redirect_uris, uri] }), 400, "invalid_redirect_uri");
  }
});

test("a client cannot pass for another, nor authenticate in another way than it registered", async () => {
  const client = await newClient(origin, { token_endpoint_auth_method: "client_secret_post" });
  const other = await newClient(origin, { token_endpoint_auth_method: "client_secret_post" });
  const result = await authorize(stage, { browser: stage.browser(), client, email: EMPLOYEE });
  oauthError(await redeem(stage, client, result), 401, "invalid_client");
  oauthError(await redeem(stage, client, result, { client_secret: other.client_secret }), 401, "invalid_client");
  oauthError(await redeem(stage, other, result, { client_secret: other.client_secret }), 400, "invalid_grant");
  const assertion = { client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: "e30.e30.e30" };
  oauthError(await redeem(stage, client, result, assertion), 401, "invalid_client");
  oauthError(await redeem(stage, client, result, { ...assertion, client_secret: client.client_secret }), 400, "invalid_request");
  const tokens = await redeem(stage, client, result, { client_secret: client.client_secret, redirect_uri: REDIRECT_URI });
  assert.equal(tokens.status, 200, `a refusal used the code up: ${tokens.text}`);
});
