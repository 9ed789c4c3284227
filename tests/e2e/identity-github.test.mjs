// `provider = "github"`: GitHub as the Worker finds it at github.com and api.github.com.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { clientError, oauthError } from "./lib/expect.mjs";
import { buildOf, internet, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem, refresh } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const ADD = ["add"];
const ALL = ["add", "generateImage"];

/** GitHub, as far as its documentation tells. */
const github = { seen: {} };
const api = {
  "/user": () => ({ id: 583231, login: "octocat", name: "Octo Cat", email: "employee1@mycompany.com" }),
  "/user/emails": () => github.emails,
  "/user/orgs": () => [{ login: "mycompany" }],
  "/user/teams": () => github.teams.map((slug) => ({ slug, organization: { login: "mycompany" } })),
};
const hosts = {
  "github.com": ({ url, form, headers }) => {
    assert.equal(url.pathname, "/login/oauth/access_token");
    github.seen.token = { form: Object.fromEntries(form), accept: headers.get("accept") };
    // Errors have status 200.
    if (form.get("code") !== "good-code") return { body: { error: "bad_verification_code", error_description: "secret words" } };
    return { body: { access_token: "gho_secret", token_type: "bearer", scope: "read:org,read:user,user:email" } };
  },
  "api.github.com": ({ url, headers }) => {
    github.seen.agent = headers.get("user-agent");
    if (github.fault) return github.fault;
    if (headers.get("authorization") !== "Bearer gho_secret") return { status: 401, body: { message: "Bad credentials" } };
    if (github.refused?.path === url.pathname) return { status: github.refused.status, body: { message: "Resource not accessible by integration" } };
    return { body: api[url.pathname]() };
  },
};

describe("GitHub", { skip: lacksBuild("github") }, () => {
  let stage, origin, client;
  before(async () => {
    stage = await openStage({
      build: buildOf("github"),
      vars: { GITHUB_CLIENT_ID: "Iv1.1234", GITHUB_CLIENT_SECRET: "the-secret" },
      worker: internet(hosts),
    });
    origin = stage.origin;
    client = await newClient(origin);
  });
  after(() => stage?.close());
  beforeEach(() => {
    Object.assign(github, { fault: undefined, refused: undefined });
    github.emails = [{ email: "octo@mycompany.com", primary: true, verified: true }];
    github.teams = [];
  });

  /** Approves; answers the address at GitHub. */
  async function toGitHub(browser, proof) {
    const until = (url) => url.startsWith("https://github.com/") || atClient(client)(url);
    let page = await browser.visit(authorizeUrl(origin, client, proof.challenge), { until });
    if (page.hidden?.("attempt")) page = await browser.submit(page, { button: APPROVE, until });
    return new URL(page.url);
  }

  async function signIn({ code = "good-code", error } = {}) {
    const browser = stage.browser();
    const proof = pkce();
    const url = await toGitHub(browser, proof);
    const back = new URL(url.searchParams.get("redirect_uri"));
    const params = error ? { error } : { code };
    for (const [name, value] of Object.entries({ ...params, state: url.searchParams.get("state") })) back.searchParams.set(name, value);
    const page = await browser.visit(back.href, { until: atClient(client) });
    if (!page.query.get("code")) return { page };
    const answer = await redeem(stage, client, { code: page.query.get("code"), verifier: proof.verifier });
    assert.equal(answer.status, 200, answer.text);
    return { page, ...answer.json() };
  }

  test("is asked with PKCE, state and the scopes of mcp.toml", async () => {
    const url = await toGitHub(stage.browser(), pkce());
    assert.equal(url.origin + url.pathname, "https://github.com/login/oauth/authorize");
    const query = Object.fromEntries(url.searchParams);
    assert.equal(query.client_id, "Iv1.1234");
    assert.equal(query.scope, "read:user user:email read:org");
    assert.equal(query.code_challenge_method, "S256");
    assert.equal(query.redirect_uri, `${origin}/callback`);
    assert.ok(query.state.length >= 32);
    assert.equal(query.nonce, undefined);
  });

  test("tells who signed in by its API", async () => {
    const session = await signIn();
    assert.deepEqual(await mcp.toolNames(origin, session.access_token), ADD, "the address of the profile is anybody's text");
    assert.equal(github.seen.token.form.client_secret, "the-secret");
    assert.ok(github.seen.token.form.code_verifier.length >= 43);
    assert.ok(github.seen.agent);
  });

  test("its verified address and its teams reach policies", async () => {
    github.emails = [{ email: "employee1@mycompany.com", primary: true, verified: false }];
    assert.deepEqual(await mcp.toolNames(origin, (await signIn()).access_token), ADD);
    github.emails[0].verified = true;
    assert.deepEqual(await mcp.toolNames(origin, (await signIn()).access_token), ALL);
    github.emails = [];
    github.teams = ["design"];
    assert.deepEqual(await mcp.toolNames(origin, (await signIn()).access_token), ALL);
  });

  for (const status of [403, 404]) {
    test(`that refuses the list of addresses with ${status} signs people in without one, and the log says why`, async () => {
      github.emails = [{ email: "employee1@mycompany.com", primary: true, verified: true }];
      github.refused = { path: "/user/emails", status };
      assert.deepEqual(await mcp.toolNames(origin, (await signIn()).access_token), ADD);
      github.teams = ["design"];
      assert.deepEqual(await mcp.toolNames(origin, (await signIn()).access_token), ALL, "teams are known");
      assert.ok(stage.worker.log.some((line) => /GitHub refuses the list of addresses/.test(line)));
    });
  }

  test("that refuses the list of teams signs people in without them, and the log says why", async () => {
    github.teams = ["design"];
    github.refused = { path: "/user/teams", status: 403 };
    assert.deepEqual(await mcp.toolNames(origin, (await signIn()).access_token), ADD);
    assert.ok(stage.worker.log.some((line) => /groups are unknown.*GitHub did not show/.test(line)));
  });

  test("its teams as they are now decide after a refresh", async () => {
    const session = await signIn();
    github.teams = ["design"];
    const second = (await refresh(stage, client, session.refresh_token)).json();
    assert.deepEqual(await mcp.toolNames(origin, second.access_token), ALL);
  });

  test("an authorization that was withdrawn there ends the grant; an outage or a rate limit does not", async () => {
    let { refresh_token } = await signIn();
    for (const fault of [{ status: 503 }, { status: 403, headers: { "x-ratelimit-remaining": "0" } }, { status: 429 }]) {
      github.fault = fault;
      const answer = await refresh(stage, client, refresh_token);
      assert.equal(answer.status, 200, `${JSON.stringify(fault)} ${answer.text}`);
      ({ refresh_token } = answer.json());
    }
    github.fault = { status: 401, body: { message: "Bad credentials" } };
    oauthError(await refresh(stage, client, refresh_token), 400, "invalid_grant");
    github.fault = undefined;
    oauthError(await refresh(stage, client, refresh_token), 400, "invalid_grant");
  });

  test("its errors reach the client as errors of OAuth, and people as a page", async () => {
    const state = "state-of-the-client";
    const denied = await signIn({ error: "access_denied" });
    clientError(denied.page, { code: "access_denied", state, iss: origin });
    const bad = await signIn({ code: "bad-code" });
    clientError(bad.page, { code: "server_error", state, iss: origin });
    assert.doesNotMatch(bad.page.url, /secret/);
    github.fault = { status: 500 };
    const down = await signIn();
    clientError(down.page, { code: "temporarily_unavailable", state, iss: origin });
  });
});
