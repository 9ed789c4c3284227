// Attacks on the browser's side of the server, by plain requests: what may not be found in any
// header or page, whatever a client or an address says. Chromium has a file of its own.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { oauthError } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { VISITOR } from "./lib/idp.mjs";
import { DENY, REDIRECT_URI, atClient, authorize, authorizeUrl, newClient, pkce, register } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;
let client;
before(async () => {
  client = await newClient(origin);
});

const BREAKS = ["\r\nX-Injected: yes", "\nX-Injected: yes", "\r\n\r\n<script>alert(1)</script>", "\u0000X-Injected: yes", "\u560d\u560aX-Injected: yes"];

function nothingInjected(history) {
  for (const { url, headers } of history) {
    if (!url.startsWith(origin)) continue;
    assert.equal(headers.get("x-injected"), null, url);
    for (const cookie of headers.getSetCookie()) assert.match(cookie, /^toolgate-/, url);
    for (const [name, value] of headers) assert.doesNotMatch(value, /[\r\n\0]/, name);
  }
}

describe("attack: header injection", () => {
  for (const [index, text] of BREAKS.entries()) {
    test(`by a state with ${JSON.stringify(text)} comes back as a state`, async () => {
      const changes = { state: `begin${text}` };
      const { page } = await authorize(stage, { browser: stage.browser(), client, email: VISITOR, changes });
      nothingInjected(page.history);
      assert.equal(page.query.get("state"), `begin${text}`);
      const browser = stage.browser();
      const denied = await browser.submit(await browser.visit(authorizeUrl(origin, client, pkce().challenge, changes)), { button: DENY, until: atClient(client) });
      nothingInjected(denied.history);
      assert.equal(denied.query.get("state"), `begin${text}`);
    });

    test(`by a redirect_uri with ${JSON.stringify(text)} is refused (${index})`, async () => {
      for (const redirect_uri of [`${REDIRECT_URI}${text}`, `https://client.example/${text}`]) {
        oauthError(await register(origin, { redirect_uris: [redirect_uri] }), 400, "invalid_redirect_uri", "invalid_client_metadata");
        const page = await stage.browser().visit(authorizeUrl(origin, client, pkce().challenge, { redirect_uri }));
        assert.equal(page.status, 400);
        nothingInjected(page.history);
      }
    });
  }

  test("by every other parameter, address and cookie name reaches no header", async () => {
    const text = encodeURIComponent("x\r\nX-Injected: yes");
    const paths = [
      ...["client_id", "scope", "resource", "response_type", "code_challenge", "prompt"].map((name) =>
        `/authorize?${new URLSearchParams({ client_id: client.client_id, redirect_uri: REDIRECT_URI, response_type: "code", state: "s" })}&${name}=${text}`),
      ...["state", "code", "error", "error_description", "iss"].map((name) => `/callback?${name}=${text}`),
      `/${text}`, `/mcp/${text}`, `/.well-known/oauth-protected-resource/${text}`, `/sse/message?sessionId=${text}`,
    ];
    for (const path of paths) {
      const answer = await send(`${origin}${path}`);
      nothingInjected([{ url: `${origin}${path}`, headers: answer.headers }]);
      assert.ok(answer.status < 500, `${path} answered ${answer.status}`);
    }
  });
});

describe("attack: open redirect", () => {
  const evil = ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "http://127.0.0.1:33418@evil.example/oauth/callback", "http://127.0.0.1:33418.evil.example/oauth/callback", "http://127.0.0.1:33418\\@evil.example/oauth/callback", "http://127.0.0.1:33418/oauth/callback\\..\\..", "javascript:alert(1)//oauth/callback", "http://127.0.0.1%2eevil.example:33418/oauth/callback", "http://2130706433:33418/oauth/callback", "HTTP://127.0.0.1:33418/oauth/callback", "http://127.0.0.1:33418/oauth/callback/", " http://127.0.0.1:33418/oauth/callback"];
  for (const redirect_uri of evil) {
    test(`to the unregistered ${JSON.stringify(redirect_uri)} is refused by a page, whatever else is wrong`, async () => {
      for (const changes of [{}, { response_type: "token" }, { code_challenge: undefined }, { scope: "\u0000" }, { resource: "x" }]) {
        const answer = await send(authorizeUrl(origin, client, pkce().challenge, { ...changes, redirect_uri }));
        assert.equal(answer.status, 400, answer.headers.get("location"));
        assert.equal(answer.headers.get("location"), null);
        assert.equal(answer.headers.get("refresh"), null);
      }
    });
  }

  test("by the address of a page leads nowhere", async () => {
    for (const path of ["//evil.example/", "//evil.example/authorize", "/\\evil.example/", "/%2f%2fevil.example/", "/.//evil.example", "/authorize//evil.example", "/?next=https://evil.example", "/callback?redirect_uri=https://evil.example", "/callback?error=access_denied&redirect_uri=https://evil.example"]) {
      const answer = await send(`${origin}${path}`);
      assert.equal(answer.headers.get("location"), null, path);
      assert.ok(answer.status < 500, `${path} answered ${answer.status}`);
    }
  });

  test("by the Host of a request leads nowhere that was not asked for", async () => {
    const answer = await send(authorizeUrl(origin, client, pkce().challenge), { headers: { host: "evil.example", "x-forwarded-host": "evil.example" } });
    assert.equal(answer.headers.get("location"), null);
    // A server whose provider is on this machine answers to no public host.
    assert.equal(answer.status, 421);
  });
});

describe("attack: clickjacking", () => {
  const pages = {
    "the consent page": () => authorizeUrl(origin, client, pkce().challenge),
    "the page of a refused request": () => authorizeUrl(origin, client, pkce().challenge, { client_id: "nobody" }),
    "the page of a refused callback": () => `${origin}/callback?state=nothing`,
    "the landing page": () => `${origin}/`,
  };
  for (const [name, address] of Object.entries(pages)) {
    test(`${name} says to every browser that it may not be framed`, async () => {
      const { headers } = await send(address());
      assert.match(headers.get("content-type"), /^text\/html\b/);
      assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'/);
      assert.equal(headers.get("x-frame-options"), "DENY");
      assert.match(headers.get("content-security-policy"), /default-src 'none'/);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
    });
  }
});
