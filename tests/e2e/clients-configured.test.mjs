// What `[registration]`, `[[clients]]` and `[consent]` of mcp.toml say of clients, in tests/oidc.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { errorPage, oauthError } from "./lib/expect.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorize, authorizeUrl, newClient, pkce, redeem, refresh, register, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const GATEWAY_SECRET = "a secret & its = punctuation";
const GATEWAY = { client_id: "company-gateway", redirect_uris: ["https://gateway.company.test/callback"] };
const CURSOR = "cursor://anysphere.cursor-mcp/oauth/callback";

describe("clients by mcp.toml", { skip: lacksBuild("oidc") }, () => {
  let stage, origin;
  before(async () => {
    stage = await openStage({ build: buildOf("oidc"), worker: DEBUG_BUILD, vars: { GATEWAY_SECRET } });
    ({ origin } = stage);
  });
  after(() => stage?.close());

  const gatewayCode = () => authorize(stage, { browser: stage.browser(), client: GATEWAY, email: VISITOR });

  test("one that is known beforehand signs in, refreshes and calls with the secret it was given", async () => {
    const result = await gatewayCode();
    assert.match(result.consent.words, /Company gateway/);
    const answer = await redeem(stage, GATEWAY, result, { client_secret: GATEWAY_SECRET });
    assert.equal(answer.status, 200, answer.text);
    const tokens = answer.json();
    assert.deepEqual(await mcp.toolNames(origin, tokens.access_token), ["add"]);
    const next = await refresh(stage, GATEWAY, tokens.refresh_token, { client_secret: GATEWAY_SECRET });
    assert.equal(next.status, 200, next.text);
  });

  test("one that is known beforehand is refused without its secret or with another, which uses nothing up", async () => {
    const result = await gatewayCode();
    for (const client_secret of [undefined, "wrong", `${GATEWAY_SECRET} `]) {
      oauthError(await redeem(stage, GATEWAY, result, { client_secret }), 401, "invalid_client");
    }
    assert.equal((await redeem(stage, GATEWAY, result, { client_secret: GATEWAY_SECRET })).status, 200);
  });

  test("one that is known beforehand is sent to its own address only", async () => {
    const elsewhere = authorizeUrl(origin, GATEWAY, pkce().challenge, { redirect_uri: "https://client.example/cb" });
    errorPage(await stage.browser().visit(elsewhere));
  });

  test("a secret that is not set lets nobody in as that client, not even with an empty one", async () => {
    const other = await openStage({ build: buildOf("oidc"), worker: DEBUG_BUILD });
    try {
      const result = await authorize(other, { browser: other.browser(), client: GATEWAY, email: VISITOR });
      for (const client_secret of [undefined, "", "undefined"]) {
        const answer = await redeem(other, GATEWAY, result, { client_secret });
        assert.ok([401, 503].includes(answer.status), answer.text);
      }
    } finally {
      await other.close();
    }
  });

  test("a private-use scheme that is listed works, and the page warns of it", async () => {
    const client = await newClient(origin, { redirect_uris: [CURSOR] });
    const result = await authorize(stage, { browser: stage.browser(), client, email: VISITOR });
    assert.ok(result.code, result.page.url);
    assert.match(result.consent.words, /cursor:/);
    assert.equal((await redeem(stage, client, result)).status, 200);
  });

  test("a private-use scheme that is not listed is refused with the setting's name", async () => {
    const answer = await register(origin, { redirect_uris: ["claude://callback/x"] });
    oauthError(answer, 400, "invalid_redirect_uri");
    assert.match(answer.text, /redirect_schemes/);
  });

  test("a domain that is not allowed is refused at registration, and its document is not fetched", async () => {
    const answer = await register(origin, { redirect_uris: ["https://client.example.evil.test/cb"] });
    oauthError(answer, 400, "invalid_client_metadata");
    const client = { client_id: "https://evil.test/client.json", redirect_uris: ["https://evil.test/cb"] };
    errorPage(await stage.browser().visit(authorizeUrl(origin, client, pkce().challenge)));
  });

  test("an allowed domain and its sub-domains may come", async () => {
    for (const uri of ["https://client.example/cb", "https://a.client.example/cb"]) {
      assert.equal((await register(origin, { redirect_uris: [uri] })).status, 201, uri);
    }
    await signIn(stage, { browser: stage.browser(), email: VISITOR });
  });

  test("the approval page has the organisation's name, logo and colours, and allows nothing else", async () => {
    const page = await stage.browser().visit(authorizeUrl(origin, await newClient(origin), pkce().challenge));
    assert.match(page.words, /Example Company/);
    assert.match(page.text, /--main:#7b2060/i);
    assert.match(page.text, /<img[^>]+src="data:image\/svg\+xml;base64,/);
    const policy = page.headers.get("content-security-policy");
    assert.match(policy, /img-src data:(;|$)/);
    assert.doesNotMatch(policy, /unsafe-inline|script-src/);
  });
});
