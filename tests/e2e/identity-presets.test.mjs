// Presets of identity providers: Microsoft Entra ID and Google as the Worker finds them at their own addresses,
// with the directories that know groups.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { clientError } from "./lib/expect.mjs";
import { buildOf, internet, lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem, refresh } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const ADD = ["add"];
const ALL = ["add", "generateImage"];
const CLIENT_ID = "the-client";

/** An OpenID provider at fixed addresses: `host` has its documents, `named` is the issuer of its document. */
class Scripted {
  claims = {};
  /** Without it the provider gives a new refresh token at each refresh. */
  keepsRefreshToken = false;
  refreshed = [];
  directory = () => ({ status: 403, body: { error: "no" } });
  asked = [];

  constructor({ base, named, directoryHost }) {
    Object.assign(this, { base, named, directoryHost });
  }

  async start() {
    const pair = await generateKeyPair("RS256");
    this.key = pair.privateKey;
    this.jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "RS256", use: "sig" }] };
  }

  get hosts() {
    const { host } = new URL(this.base);
    return {
      [host]: (request) => this.#answer(request),
      [this.directoryHost]: ({ url, headers, method }) => {
        this.asked.push({ url, method, authorization: headers.get("authorization") });
        return this.directory(url);
      },
    };
  }

  async #answer({ url, form }) {
    if (url.pathname.endsWith("/.well-known/openid-configuration")) {
      return { body: {
        issuer: this.named,
        authorization_endpoint: `${this.base}/authorize`,
        token_endpoint: `${this.base}/token`,
        jwks_uri: `${this.base}/keys`,
        userinfo_endpoint: `${this.base}/userinfo`,
        response_types_supported: ["code"],
        id_token_signing_alg_values_supported: ["RS256"],
      } };
    }
    if (url.pathname.endsWith("/keys")) return { body: this.jwks };
    if (url.pathname.endsWith("/token")) return { body: await this.#tokens(form) };
    return { status: 404, body: {} };
  }

  async #tokens(form) {
    const isRefresh = form.get("grant_type") === "refresh_token";
    if (isRefresh) this.refreshed.push(form.get("refresh_token"));
    const claims = { aud: CLIENT_ID, ...(isRefresh ? {} : { nonce: this.nonce }), ...this.claims };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "k1" }).setIssuedAt().setExpirationTime("5m").sign(this.key);
    const next = isRefresh && this.keepsRefreshToken ? {} : { refresh_token: `refresh-${this.refreshed.length}` };
    return { access_token: "the-access-token", token_type: "Bearer", expires_in: 3600, id_token: token, ...next };
  }
}

/** Tests of one provider get what they share. */
function provider(name, { scripted, vars }, define) {
  describe(name, { skip: lacksBuild(name) }, () => {
    const shared = { scripted };
    before(async () => {
      await scripted.start();
      shared.stage = await openStage({ build: buildOf(name), vars, worker: internet(scripted.hosts) });
      shared.client = await newClient(shared.stage.origin);
    });
    after(() => shared.stage?.close());
    beforeEach(() => {
      Object.assign(scripted, { keepsRefreshToken: false, refreshed: [], asked: [] });
      scripted.directory = () => ({ status: 403, body: { error: "no" } });
    });
    /** Approves; answers the address at the provider. */
    shared.toProvider = async (browser, proof) => {
      const { stage, client } = shared;
      const until = (url) => url.startsWith(scripted.base) || atClient(client)(url);
      let page = await browser.visit(authorizeUrl(stage.origin, client, proof.challenge), { until });
      if (page.hidden?.("attempt")) page = await browser.submit(page, { button: APPROVE, until });
      return new URL(page.url);
    };
    shared.signIn = async (claims) => {
      const { stage, client } = shared;
      scripted.claims = claims;
      const browser = stage.browser();
      const proof = pkce();
      const url = await shared.toProvider(browser, proof);
      scripted.nonce = url.searchParams.get("nonce");
      const back = new URL(url.searchParams.get("redirect_uri"));
      back.searchParams.set("code", "a-code");
      back.searchParams.set("state", url.searchParams.get("state"));
      const page = await browser.visit(back.href, { until: atClient(client) });
      if (!page.query.get("code")) return { page };
      const answer = await redeem(stage, client, { code: page.query.get("code"), verifier: proof.verifier });
      assert.equal(answer.status, 200, answer.text);
      return { page, ...answer.json() };
    };
    shared.tools = async (claims) => {
      const { access_token: token } = await shared.signIn(claims);
      assert.ok(token, "somebody signed in");
      return mcp.toolNames(shared.stage.origin, token);
    };
    shared.refused = async (claims, code = "access_denied") => {
      const { page } = await shared.signIn(claims);
      clientError(page, { code, state: "state-of-the-client", iss: shared.stage.origin });
    };
    define(shared);
  });
}

const OURS = "11111111-2222-3333-4444-555555555555";
const FOREIGN = "99999999-2222-3333-4444-555555555555";
const GROUP = "aaaaaaaa-0000-0000-0000-000000000001";
const issuerOf = (tenant) => `https://login.microsoftonline.com/${tenant}/v2.0`;
const employee = { sub: "pairwise", oid: "o-1", tid: OURS, iss: issuerOf(OURS), name: "An employee" };

provider("entra", {
  scripted: new Scripted({
    base: "https://login.microsoftonline.com/organizations/v2.0",
    named: issuerOf("{tenantid}"),
    directoryHost: "graph.microsoft.com",
  }),
  vars: { ENTRA_CLIENT_ID: CLIENT_ID, ENTRA_CLIENT_SECRET: "the-secret" },
}, (shared) => {
  const { scripted } = shared;

  test("signs in people of the tenants in the list alone", async () => {
    assert.deepEqual(await shared.tools(employee), ADD);
    await shared.refused({ ...employee, tid: FOREIGN, iss: issuerOf(FOREIGN) });
    await shared.refused({ ...employee, iss: issuerOf(FOREIGN) }, "server_error");
    await shared.refused({ ...employee, tid: FOREIGN });
    await shared.refused({ ...employee, oid: undefined }, "server_error");
  });

  test("proves an address by xms_edov alone", async () => {
    const person = { ...employee, email: "employee1@mycompany.com" };
    assert.deepEqual(await shared.tools(person), ADD, "anybody can write an address into their directory");
    assert.deepEqual(await shared.tools({ ...person, xms_edov: "1" }), ALL);
    assert.deepEqual(await shared.tools({ ...person, xms_edov: true, email_verified: false }), ADD);
  });

  test("tells groups in the token, and more of them by Graph", async () => {
    assert.deepEqual(await shared.tools({ ...employee, groups: [GROUP] }), ALL);
    assert.deepEqual(scripted.asked, [], "nobody is asked for what the token has");
    const many = { ...employee, _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint: "https://graph.windows.net/x" } } };
    assert.deepEqual(await shared.tools(many), ADD, "Graph refuses: the groups are unknown");
    scripted.directory = () => ({ body: { value: ["other", GROUP] } });
    assert.deepEqual(await shared.tools(many), ALL);
    assert.deepEqual(await shared.tools({ ...employee, hasgroups: true }), ALL);
    const { url, method, authorization } = scripted.asked.at(-1);
    assert.deepEqual([method, url.pathname, authorization], ["POST", "/v1.0/me/getMemberObjects", "Bearer the-access-token"]);
    scripted.directory = () => ({ body: { value: ["other"] } });
    assert.deepEqual(await shared.tools(many), ADD);
  });

  test("is asked again at a refresh, whose person must be the same", async () => {
    const { stage, client } = shared;
    let session = await shared.signIn({ ...employee, groups: [GROUP] });
    scripted.claims = { ...employee, groups: [] };
    let answer = await refresh(stage, client, session.refresh_token);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(await mcp.toolNames(stage.origin, answer.json().access_token), ADD);
    scripted.claims = { ...employee, oid: "o-2" };
    answer = await refresh(stage, client, answer.json().refresh_token);
    assert.equal(answer.json().error, "invalid_grant");
    session = await shared.signIn(employee);
    scripted.claims = { ...employee, tid: FOREIGN, iss: issuerOf(FOREIGN) };
    answer = await refresh(stage, client, session.refresh_token);
    assert.equal(answer.json().error, "invalid_grant");
  });
});

const worker = { sub: "g-1", iss: "https://accounts.google.com", hd: "mycompany.com", email: "visitor@mycompany.com", email_verified: true };

provider("google", {
  scripted: new Scripted({
    base: "https://accounts.google.com",
    named: "https://accounts.google.com",
    directoryHost: "cloudidentity.googleapis.com",
  }),
  vars: { GOOGLE_CLIENT_ID: CLIENT_ID, GOOGLE_CLIENT_SECRET: "the-secret" },
}, (shared) => {
  const { scripted } = shared;

  test("is asked for offline access, with its domain as a hint", async () => {
    const url = await shared.toProvider(shared.stage.browser(), pkce());
    const query = Object.fromEntries(url.searchParams);
    assert.deepEqual([query.access_type, query.prompt, query.hd], ["offline", "consent", "mycompany.com"]);
    assert.ok(!query.scope.includes("offline_access"), query.scope);
  });

  test("signs in people of the hosted domain alone", async () => {
    assert.deepEqual(await shared.tools(worker), ADD);
    assert.deepEqual(await shared.tools({ ...worker, iss: "accounts.google.com" }), ADD);
    await shared.refused({ ...worker, hd: undefined });
    await shared.refused({ ...worker, hd: "other.example" });
    await shared.refused({ ...worker, hd: undefined, email: "employee1@mycompany.com" });
    await shared.refused({ ...worker, iss: "https://accounts.google.com/" }, "server_error");
  });

  test("proves an address that it has verified", async () => {
    const person = { ...worker, email: "employee1@mycompany.com" };
    assert.deepEqual(await shared.tools(person), ALL);
    assert.deepEqual(await shared.tools({ ...person, email_verified: false }), ADD);
  });

  test("has groups in Cloud Identity, which are read to the last page", async () => {
    const group = (id) => ({ group: "groups/x", groupKey: { id } });
    scripted.directory = (url) => url.searchParams.get("pageToken") === "two"
      ? { body: { memberships: [group("design@mycompany.com")] } }
      : { body: { memberships: [group("all@mycompany.com")], nextPageToken: "two" } };
    assert.deepEqual(await shared.tools(worker), ALL);
    const query = scripted.asked[0].url.searchParams.get("query");
    assert.match(query, /^member_key_id == 'visitor@mycompany.com' && /);
    scripted.directory = () => ({ body: { memberships: [group("design@mycompany.com")], nextPageToken: "again" } });
    assert.deepEqual(await shared.tools(worker), ADD, "a list without an end is not known");
    scripted.directory = () => ({ body: "<html>" });
    assert.deepEqual(await shared.tools(worker), ADD);
  });

  test("gives no new refresh token, and the old one is used again", async () => {
    const { stage, client } = shared;
    scripted.keepsRefreshToken = true;
    let { refresh_token: token } = await shared.signIn(worker);
    for (const _ of [1, 2]) {
      const answer = await refresh(stage, client, token);
      assert.equal(answer.status, 200, answer.text);
      token = answer.json().refresh_token;
    }
    assert.deepEqual(scripted.refreshed, ["refresh-0", "refresh-0"]);
  });
});
