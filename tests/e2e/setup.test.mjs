// What the owner of a server sets: variables that are missing or weak, keys that are replaced, and
// bindings.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { challenge } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { CLIENT_SECRET, EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorizeUrl, newClient, pkce, refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const OLD_KEY = "0ld-4f1c9a7e2b6d8035c1e9f7a2b4d6e8f0a1c3";
const NEW_KEY = "n3w-91d2e7c4b5a6f8031e2d4c6b8a0f9e7d5c3b";
const persist = mkdtempSync(join(tmpdir(), "toolgate-setup-"));
const stage = await openStage({ persist, vars: { COOKIE_ENCRYPTION_KEY: OLD_KEY } });
after(async () => {
  await stage.close();
  rmSync(persist, { recursive: true, force: true });
});
const { origin } = stage;

describe("a server that is not set up lets nobody in, and says what is missing", () => {
  const names = ["ACCESS_CLIENT_ID", "ACCESS_CLIENT_SECRET", "ACCESS_AUTHORIZATION_URL", "ACCESS_TOKEN_URL", "ACCESS_JWKS_URL", "COOKIE_ENCRYPTION_KEY"];
  const settings = [
    ...names.map((name) => [name, undefined]),
    ["COOKIE_ENCRYPTION_KEY", "changeme"],
    ["COOKIE_ENCRYPTION_KEY", "a".repeat(64)],
    ["ACCESS_AUTHORIZATION_URL", "not a URL"],
    ["ACCESS_TOKEN_URL", "http://idp.example/token"],
  ];
  for (const [name, value] of settings) {
    test(`${name}=${value?.slice(0, 24) ?? ""}`, async () => {
      const client = await newClientOf();
      await stage.restart({ vars: { [name]: value } });
      const page = await stage.browser().visit(authorizeUrl(origin, client, pkce().challenge));
      assert.equal(page.status, 503, page.words);
      assert.ok(page.words.includes(name), page.words);
      const answers = [
        await mcp.legacy(origin, "some-token", "tools/list"),
        await send(`${origin}/register`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }),
        await send(`${origin}/callback?code=x&state=y`),
      ];
      for (const answer of [page, ...answers]) {
        assert.ok([400, 401, 503].includes(answer.status), `${answer.status}: ${answer.text}`);
        for (const secret of [CLIENT_SECRET, OLD_KEY, value].filter((text) => text?.length > 10)) {
          assert.ok(!answer.text.includes(secret) || secret.startsWith("http"), "a secret is not repeated");
        }
      }
    });
  }

  async function newClientOf() {
    await stage.restart({});
    return newClient(origin);
  }
});

describe("the encryption key", () => {
  test("is replaced without signing anybody out, as long as the old one stands behind the new one", async () => {
    await stage.restart({});
    const first = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    await stage.restart({ vars: { COOKIE_ENCRYPTION_KEY: `${NEW_KEY},${OLD_KEY}` } });
    assert.deepEqual(await mcp.toolNames(origin, first.access_token), ["add", "generateImage"]);
    const renewed = await refresh(stage, first.client, first.refresh_token);
    assert.equal(renewed.status, 200, renewed.text);
    await stage.restart({ vars: { COOKIE_ENCRYPTION_KEY: NEW_KEY } });
    challenge(await mcp.legacy(origin, first.access_token, "tools/list"), { origin, error: "invalid_token" });
    assert.equal((await mcp.legacy(origin, renewed.json().access_token, "tools/list")).status, 200, "what the new key sealed stays good");
  });

  test("that is another one altogether ends everything, politely", async () => {
    await stage.restart({});
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    await stage.restart({ vars: { COOKIE_ENCRYPTION_KEY: NEW_KEY } });
    challenge(await mcp.legacy(origin, first.access_token, "tools/list"), { origin, error: "invalid_token" });
    const answer = await refresh(stage, first.client, first.refresh_token);
    assert.ok([400, 401].includes(answer.status), answer.text);
    assert.match(answer.json().error, /^(invalid_client|invalid_grant)$/, "the client registers or signs in again");
  });
});

test("a server without its AI binding fails the call, not the server", async () => {
  await stage.restart({ ai: false });
  const { access_token: token } = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
  const answer = await mcp.call(origin, token, "generateImage", { prompt: "a cat" });
  assert.equal(answer.status, 200, answer.text);
  const { result } = mcp.message(answer);
  assert.equal(result.isError, true);
  const [, id] = /^internal error ([0-9a-f]{16}): see the server's log$/.exec(result.content[0].text) ?? assert.fail(answer.text);
  const isLogged = () => stage.worker.log.some((line) => line.includes(id) && /\bAI\b/.test(line));
  // The log arrives a moment after the answer.
  for (let tries = 0; tries < 50 && !isLogged(); tries += 1) await sleep(100);
  assert.ok(isLogged(), "the server's log says what is missing");
});
