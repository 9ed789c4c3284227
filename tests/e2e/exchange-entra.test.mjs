// `exchange = "entra-obo"`: the on-behalf-of flow of Microsoft Entra ID, by the requests and answers that its documents show.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { Response } from "miniflare";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { ACCOUNTS, VISITOR } from "./lib/idp.mjs";
import { Internet } from "./lib/internet.mjs";
import * as mcp from "./lib/mcp.mjs";
import { refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const WIKI = "https://wiki.example/page";
const SIGN_IN_AGAIN = /the person has to sign in again: end the connection at \/connections/;
const OWNER = /the identity provider lets this server do nothing here in the person's name; the owner of the server finds the reason in its log/;

/** The claims that conditional access wants of the next sign-in. */
const CLAIMS = '{"access_token":{"capolids":{"essential":true,"values":["c1a2b3c4-canary-of-the-policy"]}}}';
const trace = { timestamp: "2026-12-01 10:00:00Z", trace_id: "canary-trace", correlation_id: "canary-correlation" };
const entra = (status, code, error, suberror, more = {}) => ({
  status, body: { error, error_description: `AADSTS${code}: canary-description`, error_codes: [code], ...trace, suberror, ...more },
});
/** A second factor that the API wants and the sign-in did not have. */
const CHALLENGE = entra(400, 50076, "interaction_required", "basic_action", { claims: CLAIMS });

describe("a token that Entra gives on behalf of the person", { skip: lacksBuild("exchange-entra") }, () => {
  const internet = new Internet();
  const persist = mkdtempSync(join(tmpdir(), "toolgate-entra-"));
  const [answers, own] = [[], new Set()];
  let stage, idp;
  before(async () => {
    stage = await openStage({ build: buildOf("exchange-entra"), persist, worker: { ...DEBUG_BUILD, outboundService: internet.service } });
    ({ idp } = stage);
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  beforeEach(() => {
    Object.assign(idp, { rotates: true, exchange: note, exchangeAnswer: {} });
    internet.answer(WIKI, async (request) => {
      const authorization = request.headers.get("authorization") ?? "";
      if (!idp.exchanged.includes(authorization.replace("Bearer ", ""))) return new Response("not for me", { status: 401 });
      const answer = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization } });
      return new Response((await answer.json()).sub);
    });
  });

  const note = ({ assertion }) => void own.add(assertion);
  const answering = (answer) => (form) => (note(form), answer);
  const person = () => signIn(stage, { browser: stage.browser(), email: VISITOR });
  async function read(session) {
    const answer = await mcp.modern(stage.origin, session.access_token, "tools/call", { name: "read_as_caller", arguments: { url: WIKI } });
    answers.push(answer.text);
    const { content, isError } = mcp.message(answer).result;
    return { text: content[0].text, isError: isError === true };
  }
  const reads = async (session) => assert.deepEqual(await read(session), { text: ACCOUNTS[VISITOR].sub, isError: false });
  async function fails(session, words) {
    const { text, isError } = await read(session);
    assert.ok(isError, text);
    assert.match(text, words);
  }
  const stands = async (session) =>
    assert.equal((await mcp.modern(stage.origin, session.access_token, "tools/list")).status, 200);
  const told = (words) => stage.worker.log.filter((line) => line.includes(words));

  test("is asked for with the person's own as the assertion, and is what the host gets", async () => {
    const session = await person();
    await reads(session);
    const { assertion, ...form } = idp.exchanges.at(-1);
    assert.deepEqual(form, {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      requested_token_use: "on_behalf_of",
      scope: "api://wiki/.default",
      ...("client_id" in form && { client_id: form.client_id, client_secret: form.client_secret }),
    });
    assert.ok(own.has(assertion));
    assert.equal(internet.requests.at(-1).headers.authorization, `Bearer ${idp.exchanged.at(-1)}`);
  });

  test("that conditional access keeps back has the person sign in again, once asked for, and ends no grant", async () => {
    idp.exchange = answering(CHALLENGE);
    const session = await person();
    const [exchanges, sent] = [idp.exchanges.length, internet.requests.length];
    for (let index = 0; index < 3; index += 1) await fails(session, SIGN_IN_AGAIN);
    assert.deepEqual([idp.exchanges.length - exchanges, internet.requests.length - sent], [1, 0]);
    assert.equal(told("error interaction_required, suberror basic_action").length, 1);
    await stands(session);
    assert.equal((await refresh(stage, session.client, session.refresh_token)).status, 200);
    // They have signed in with the second factor.
    idp.exchange = note;
    await reads(await person());
  });

  test("for which nobody has consented is the owner's matter, though Entra calls it an invalid grant", async () => {
    idp.exchange = answering(entra(400, 65001, "invalid_grant", "consent_required"));
    const session = await person();
    const exchanges = idp.exchanges.length;
    for (let index = 0; index < 3; index += 1) await fails(session, OWNER);
    assert.equal(idp.exchanges.length - exchanges, 1, "a new token of the person's would change nothing");
    assert.equal(told("error invalid_grant, suberror consent_required").length, 1);
    await stands(session);
  });

  test("is asked for again where the assertion was over", async () => {
    let count = 0;
    idp.exchange = (form) => {
      note(form);
      count += 1;
      return count === 1 ? entra(400, 500133, "invalid_grant") : undefined;
    };
    const session = await person();
    await reads(session);
    const [first, second] = idp.exchanges.slice(-2);
    assert.notEqual(first.assertion, second.assertion);
  });

  test("leaves no claims, description or token in an answer, line of the log or stored row", () => {
    assert.ok(own.size > 4 && idp.exchanged.length > 2 && answers.length > 6, "there is something to find");
    const files = readdirSync(persist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const stored = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
    for (const text of [...answers, ...stage.worker.log, ...stored]) {
      for (const secret of [...own, ...idp.exchanged, "canary-"]) assert.ok(!text.includes(secret), `found: ${text.slice(0, 200)}`);
    }
  });
});
