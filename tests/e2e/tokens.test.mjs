// `/token` and `/revoke`: codes, refresh tokens, and what happens when they are stolen, used twice
// or made up.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { challenge, helpful, oauthError } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorize, newClient, pkce, redeem, refresh, signIn, tokenRequest } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";
import { STORAGE } from "./lib/worker.mjs";

const stage = await openStage();
after(() => stage.close());
const { origin } = stage;

async function freshCode({ email = VISITOR, metadata, changes } = {}) {
  const client = await newClient(origin, metadata);
  return { client, ...(await authorize(stage, { browser: stage.browser(), client, email, changes })) };
}

const works = async (token) => (await mcp.legacy(origin, token, "tools/list")).status === 200;

describe("an authorization code", () => {
  const redemptions = [
    ["without a verifier", { code_verifier: undefined }, "invalid_request", "invalid_grant"],
    ["with another verifier", { code_verifier: pkce().verifier }, "invalid_grant"],
    ["with a verifier that is too short", { code_verifier: "abc" }, "invalid_grant", "invalid_request"],
    ["with the challenge itself as verifier", "challenge", "invalid_grant"],
    ["with another redirect_uri", { redirect_uri: "http://127.0.0.1:33418/elsewhere" }, "invalid_grant"],
    ["for a resource of another server", { resource: "https://mcp.example.com/mcp" }, "invalid_target"],
    ["without a code", { code: undefined }, "invalid_request"],
    ["with an invented code", { code: "0123456789abcdef0123456789abcdef" }, "invalid_grant"],
    ["with a code of strange characters", { code: "\u0000\u{1f600}:::../../" }, "invalid_grant"],
    ["without a client_id", { client_id: undefined }, "invalid_client", "invalid_request"],
    ["with an unknown client_id", { client_id: "nobody" }, "invalid_client"],
    ["with a grant type that is not served", { grant_type: "password" }, "unsupported_grant_type"],
    ["with no grant type", { grant_type: undefined }, "invalid_request"],
    ["with a parameter given twice", { code_verifier: ["a".repeat(43), "b".repeat(43)] }, "invalid_request"],
  ];
  for (const [name, changes, ...codes] of redemptions) {
    test(`is not redeemed ${name}`, async () => {
      const proof = pkce();
      const client = await newClient(origin);
      const result = await authorize(stage, { browser: stage.browser(), client, email: VISITOR, proof });
      const answer = await redeem(stage, client, result, changes === "challenge" ? { code_verifier: proof.challenge } : changes);
      oauthError(answer, codes.includes("invalid_client") && answer.status === 401 ? 401 : 400, ...codes);
    });
  }

  test("is not redeemed by another client, and stays good for its own", async () => {
    const { client, ...result } = await freshCode();
    const thief = await newClient(origin, { client_name: "thief" });
    oauthError(await redeem(stage, { ...thief, redirect_uris: client.redirect_uris }, result), 400, "invalid_grant");
    assert.equal((await redeem(stage, client, result)).status, 200);
  });

  test("that is changed in its last character is refused", async () => {
    const { client, code, verifier } = await freshCode();
    const changed = code.slice(0, -1) + (code.endsWith("A") ? "B" : "A");
    oauthError(await redeem(stage, client, { code: changed, verifier }), 400, "invalid_grant");
  });

  test("works once: the second use is refused and ends what the first one gave", async () => {
    const { client, ...result } = await freshCode();
    const first = (await redeem(stage, client, result)).json();
    assert.ok(await works(first.access_token));
    oauthError(await redeem(stage, client, result), 400, "invalid_grant");
    oauthError(await refresh(stage, client, first.refresh_token), 400, "invalid_grant");
  });

  // KV has no atomic read and delete: a code is used once only by requests one after another.
  const skip = STORAGE === "kv" && "KV cannot promise it";
  test("used twice at the same moment gives tokens at most once", { skip }, async () => {
    const { client, ...result } = await freshCode();
    const answers = await Promise.all(Array.from({ length: 5 }, () => redeem(stage, client, result)));
    const good = answers.filter(({ status }) => status === 200);
    assert.ok(good.length <= 1, answers.map(({ status }) => status).join(" "));
    for (const answer of answers) if (answer.status !== 200) oauthError(answer, 400, "invalid_grant");
  });

  test("of a confidential client needs the client's secret", async () => {
    const { client, ...result } = await freshCode({ metadata: { token_endpoint_auth_method: "client_secret_post" } });
    for (const client_secret of [undefined, "wrong"]) {
      const answer = await redeem(stage, client, result, { client_secret });
      oauthError(answer, answer.status === 400 ? 400 : 401, "invalid_client");
    }
    assert.equal((await redeem(stage, client, result, { client_secret: client.client_secret })).status, 200);
  });

  test("of a confidential client with a wrong Basic header is answered 401 with a challenge", async () => {
    const { client, ...result } = await freshCode({ metadata: { token_endpoint_auth_method: "client_secret_basic" } });
    const answer = await tokenRequest(origin, {
      grant_type: "authorization_code", code: result.code, code_verifier: result.verifier, redirect_uri: client.redirect_uris[0],
    }, { authorization: `Basic ${btoa(`${encodeURIComponent(client.client_id)}:wrong`)}` });
    oauthError(answer, 401, "invalid_client");
    assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic\b/);
  });
});

describe("a refresh token", () => {
  test("gives new tokens, and the access token of before stays good for its time", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: EMPLOYEE });
    const second = (await refresh(stage, first.client, first.refresh_token)).json();
    assert.notEqual(second.access_token, first.access_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.deepEqual(await mcp.toolNames(origin, second.access_token), ["add", "generateImage"]);
    assert.ok(await works(first.access_token));
  });

  test("sent again because the answer got lost is answered with the same successor", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const [one, two] = [await refresh(stage, first.client, first.refresh_token), await refresh(stage, first.client, first.refresh_token)];
    assert.equal(one.status, 200, one.text);
    assert.equal(two.status, 200, two.text);
    assert.equal(two.json().refresh_token, one.json().refresh_token);
    assert.ok(await works(two.json().access_token));
  });

  test("sent five times at once loses no sibling", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(stage, first.client, first.refresh_token)));
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200, 200]);
    assert.equal(new Set(answers.map((answer) => answer.json().refresh_token)).size, 1);
    const next = await refresh(stage, first.client, answers[0].json().refresh_token);
    assert.equal(next.status, 200, next.text);
  });

  test("used after its successor was used is refused, and the whole grant ends", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const second = (await refresh(stage, first.client, first.refresh_token)).json();
    const third = (await refresh(stage, first.client, second.refresh_token)).json();
    assert.ok(third.refresh_token);
    oauthError(await refresh(stage, first.client, first.refresh_token), 400, "invalid_grant");
    oauthError(await refresh(stage, first.client, third.refresh_token), 400, "invalid_grant");
  });

  test("is of no use to another client, and that does not harm its owner", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const thief = await newClient(origin);
    oauthError(await refresh(stage, thief, first.refresh_token), 400, "invalid_grant");
    assert.equal((await refresh(stage, first.client, first.refresh_token)).status, 200);
  });

  const refusals = [
    ["missing", { refresh_token: undefined }, "invalid_request"],
    ["invented", { refresh_token: "made-up" }, "invalid_grant"],
    ["for a resource of another server", { resource: "https://mcp.example.com/mcp" }, "invalid_target"],
  ];
  for (const [name, changes, code] of refusals) {
    test(`${name} is refused`, async () => {
      const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
      oauthError(await refresh(stage, first.client, first.refresh_token, changes), 400, code);
      assert.equal((await refresh(stage, first.client, first.refresh_token)).status, 200, "the good one still works");
    });
  }

  test("does not widen the scope that was granted", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const answer = await refresh(stage, first.client, first.refresh_token, { scope: `${first.scope} offline_access admin` });
    if (answer.status === 200) assert.equal(answer.json().scope ?? first.scope, first.scope);
    else oauthError(answer, 400, "invalid_scope");
  });

  test("is not an access token, nor the other way round", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    challenge(await mcp.legacy(origin, first.refresh_token, "tools/list"), { origin, error: "invalid_token" });
    oauthError(await refresh(stage, first.client, first.access_token), 400, "invalid_grant");
  });
});

describe("revocation", () => {
  const revoke = (client, params) => send(`${origin}/revoke`, {
    method: "POST", body: new URLSearchParams({ client_id: client.client_id, ...params }),
  });

  test("of the refresh token ends the grant", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const answer = await revoke(first.client, { token: first.refresh_token, token_type_hint: "refresh_token" });
    assert.equal(answer.status, 200, answer.text);
    oauthError(await refresh(stage, first.client, first.refresh_token), 400, "invalid_grant");
  });

  test("by another client changes nothing", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const other = await newClient(origin);
    await revoke(other, { token: first.refresh_token });
    assert.equal((await refresh(stage, first.client, first.refresh_token)).status, 200);
  });

  test("of a token that does not exist is answered 200 (RFC 7009 section 2.2)", async () => {
    const client = await newClient(origin);
    assert.equal((await revoke(client, { token: "no-such-token" })).status, 200);
  });

  test("without a token is a bad request", async () => {
    const client = await newClient(origin);
    oauthError(await revoke(client, {}), 400, "invalid_request");
  });
});

describe("/token itself", () => {
  const bodies = [
    ["JSON", "application/json", '{"grant_type":"authorization_code"}'],
    ["no content type", undefined, "grant_type=authorization_code"],
    ["multipart", "multipart/form-data; boundary=x", "--x\r\n\r\n--x--"],
    ["a malformed content type", ";;;", "grant_type=authorization_code"],
    ["broken percent escapes", "application/x-www-form-urlencoded", "grant_type=%zz&code=%ff%fe"],
    ["bytes that are not UTF-8", "application/x-www-form-urlencoded", Buffer.from([0x67, 0x3d, 0xff, 0xfe])],
    ["an empty body", "application/x-www-form-urlencoded", ""],
    ["an oversized form", "application/x-www-form-urlencoded", `grant_type=refresh_token&refresh_token=${"x".repeat(200_000)}`],
  ];
  for (const [name, type, body] of bodies) {
    test(`answers ${name} with a refusal`, async () => {
      const answer = await send(`${origin}/token`, { method: "POST", headers: type ? { "content-type": type } : {}, body });
      assert.ok([400, 401, 413, 415].includes(answer.status), `${answer.status}: ${answer.text}`);
      if (answer.status === 413) helpful(answer.text);
      else assert.match(answer.json().error, /^(invalid_request|invalid_client|unsupported_grant_type)$/);
    });
  }

  test("a broken Basic header is answered 401, not 500", async () => {
    for (const value of ["Basic", "Basic !!!", `Basic ${btoa("no-colon")}`, `Basic ${btoa("%zz:%zz")}`]) {
      const answer = await tokenRequest(origin, { grant_type: "refresh_token", refresh_token: "x" }, { authorization: value });
      oauthError(answer, answer.status === 401 ? 401 : 400, "invalid_client", "invalid_request");
    }
  });
});
