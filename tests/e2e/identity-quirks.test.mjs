// Providers that do what the specifications allow, and some that do not: each row is one that people use.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { told, watch } from "./lib/audit.mjs";
import { sign } from "./lib/hostile-idp.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const ADD = ["add"];
const ALL = ["add", "generateImage"];

describe("an OpenID provider with a quirk", { skip: lacksBuild("oidc") }, () => {
  let stage, origin, idp, client;
  before(async () => {
    stage = await openStage({ hostile: true, build: buildOf("oidc"), worker: DEBUG_BUILD });
    ({ origin, idp } = stage);
    client = await newClient(origin);
  });
  after(() => stage?.close());
  beforeEach(() => {
    Object.assign(idp, { fault: {}, discovery: {} });
  });

  async function attempt(fault) {
    idp.fault = fault;
    const proof = pkce();
    const until = atClient(client);
    const browser = stage.browser();
    const page = await browser.submit(await browser.visit(authorizeUrl(origin, client, proof.challenge)), { button: APPROVE, until });
    return { page, verifier: proof.verifier };
  }

  async function token(fault) {
    const { page, verifier } = await attempt(fault);
    assert.ok(page.query?.get("code"), `${page.status} ${page.url} ${page.words}`);
    const answer = await redeem(stage, client, { code: page.query.get("code"), verifier });
    assert.equal(answer.status, 200, answer.text);
    return answer.json().access_token;
  }

  const claims = (changes) => ({
    idToken: (parts) => {
      Object.assign(parts.claims, changes);
      return sign(parts);
    },
  });
  const tools = async (changes) => mcp.toolNames(origin, await token(claims(changes)));

  // The address of the default claims is on the list of the policy, and `contractors` are shut out.
  for (const [name, groups, allowed] of [
    ["a list of names", ["staff"], ALL],
    ["a list with those who are shut out", ["staff", "contractors"], ADD],
    ["objects between the names", ["staff", { name: "contractors" }], ADD],
    ["one text", "staff", ADD],
    ["a list that was written as text", "staff,contractors", ADD],
    ["an object", { contractors: true }, ADD],
  ]) {
    test(`sends groups as ${name}`, async () => assert.deepEqual(await tools({ groups }), allowed));
  }

  test("sends no list where there are too many groups, and the log says so", async () => {
    assert.deepEqual(await tools({ groups: ["staff"], _claim_names: { groups: "src1" } }), ADD);
    assert.ok(stage.worker.log.some((line) => /groups are unknown.*overage/.test(line)));
  });

  for (const [value, allowed] of [[true, ALL], ["true", ALL], [false, ADD], ["false", ADD], [null, ADD], [undefined, ADD]]) {
    test(`sends \`email_verified\` as ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(await tools({ email_verified: value }), allowed);
    });
  }

  test("sends far more than anybody asks for, and its people sign in and call", async () => {
    const many = Array.from({ length: 201 }, (_, n) => `${n}-${"g".repeat(113)}`);
    const roles = Array.from({ length: 110 }, (_, n) => `role-${n}`);
    const access = await token(claims({
      groups: [...many, "design"],
      picture: `data:image/png;base64,${"A".repeat(6000)}`,
      bio: "b".repeat(5000),
      resource_access: { account: { roles }, "realm-management": { roles } },
      email: "someone@mycompany.com",
    }));
    assert.ok(access.length < 4096, `${access.length} bytes`);
    assert.deepEqual(await mcp.toolNames(origin, access), ALL, "by the group, which the policy names");
  });

  test("sends more of a claim that a policy names than fits, and the log names it", async () => {
    const { events } = await watch(stage, 1, () => attempt(claims({ department: "d".repeat(5000) })));
    assert.ok(told(events).includes("refused id_token_too_large"), told(events).join());
    assert.ok(stage.worker.log.some((line) => /`department` is more than a token can carry/.test(line)));
  });

  test("has null for what it has not, and an empty error for none", async () => {
    idp.discovery = {
      userinfo_endpoint: null, token_endpoint_auth_methods_supported: null, code_challenge_methods_supported: null,
      id_token_signing_alg_values_supported: null, authorization_response_iss_parameter_supported: null,
    };
    await stage.restart();
    const tokens = { error: "", error_description: null, refresh_token: null, scope: null };
    assert.deepEqual(await mcp.toolNames(origin, await token({ tokens, ...claims({ azp: null, nbf: null }) })), ALL);
  });

  for (const [methods, isBasic] of [
    [["client_secret_post", "client_secret_basic"], true],
    [["client_secret_post"], false],
    [undefined, true],
  ]) {
    test(`takes the client secret by ${methods ?? "nothing that it names"}`, async () => {
      idp.discovery = { token_endpoint_auth_methods_supported: methods };
      await stage.restart();
      await token({});
      const { form, authorization } = idp.seen.token;
      assert.equal(authorization?.startsWith("Basic ") ?? false, isBasic);
      assert.equal("client_secret" in form, !isBasic);
    });
  }

  test("is asked for consent, since offline access is asked for", async () => {
    await token({});
    assert.equal(idp.seen.authorization.prompt, "consent");
  });

  const answer = (status, body) => ({
    token: (response) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
  });
  for (const [name, fault, reason] of [
    ["its client secret expired", answer(401, { error: "invalid_client" }), "upstream_credentials"],
    ["the code was used before", answer(400, { error: "invalid_grant" }), "upstream_code"],
    ["the request is not to its liking", answer(400, { error: "invalid_request" }), "upstream_exchange"],
    ["it answers as plain OAuth", { tokens: { id_token: undefined } }, "upstream_no_id_token"],
    ["it has an outage", answer(503, {}), "upstream_unavailable"],
    ["it answers with a page", answer(200, "<html>"), "upstream_unreadable"],
  ]) {
    test(`signs nobody in because ${name}, and the reason says so`, async () => {
      const { result, events } = await watch(stage, 1, () => attempt(fault));
      assert.ok(told(events).includes(`refused ${reason}`), told(events).join());
      assert.match(result.page.query.get("error_description"), new RegExp(reason));
    });
  }
});
