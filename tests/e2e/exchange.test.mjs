// `exchange` of `[identity.upstream]`: what hosts get is a token that the provider gives in exchange for the person's.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Response } from "miniflare";
import { challenge, oauthError } from "./lib/expect.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { ACCOUNTS, EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import { Internet } from "./lib/internet.mjs";
import * as mcp from "./lib/mcp.mjs";
import { refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const WIKI = "https://wiki.example/page";
/** So short that a token is renewed before it is used. */
const SHORT = 20;
const SIGN_IN_AGAIN = /the person has to sign in again: end the connection at \/connections/;
const OWNER = /the identity provider lets this server do nothing here in the person's name; the owner of the server finds the reason in its log/;

describe("a token that is exchanged for the person's", { skip: lacksBuild("exchange") }, () => {
  const internet = new Internet();
  const persist = mkdtempSync(join(tmpdir(), "toolgate-exchange-"));
  /** All that was answered to clients, and all of the person's own tokens. */
  const [answers, own] = [[], new Set()];
  let stage, idp;
  before(async () => {
    stage = await openStage({ build: buildOf("exchange"), persist, worker: { ...DEBUG_BUILD, outboundService: internet.service } });
    ({ idp } = stage);
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  beforeEach(() => {
    Object.assign(idp, { down: false, refreshTokens: true, rotates: false, accessTokenTtl: 3600, before: undefined });
    Object.assign(idp, { exchangedTtl: 3600, exchange: note, exchangeAnswer: {} });
    internet.answer(WIKI, whose);
  });

  const note = ({ subject_token }) => void own.add(subject_token);
  /** Answers each exchange by a function of its number, from 0 on; with a token where that gives nothing. */
  function answerExchanges(answer) {
    let count = 0;
    idp.exchange = (form) => {
      note(form);
      count += 1;
      return answer(count - 1, form);
    };
  }
  const refuse = (error) => ({ status: 400, body: { error, error_description: "no", claims: "{}" } });

  const bearer = ({ headers }) => (headers.authorization ?? headers.get("authorization") ?? "").replace("Bearer ", "");
  /** Answers as an API of the company, which takes no token but its own. */
  async function whose(request) {
    const authorization = request.headers.get("authorization") ?? "";
    if (!idp.exchanged.includes(authorization.replace("Bearer ", ""))) return new Response("not for me", { status: 401 });
    const answer = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization } });
    return answer.ok ? new Response((await answer.json()).sub) : new Response("who are you?", { status: 401 });
  }
  /** What the provider's token endpoint, its exchange and the hosts were asked since. */
  function counter() {
    const counts = () => [
      idp.requests.filter(({ method, path }) => method === "POST" && path === "/token").length,
      idp.exchanges.length,
      internet.requests.length,
    ];
    const before = counts();
    return () => {
      const [asked, exchanges, sent] = counts().map((count, index) => count - before[index]);
      return { asked, exchanges, sent };
    };
  }
  const person = (email = VISITOR) => signIn(stage, { browser: stage.browser(), email });

  async function call(session, name, args) {
    const answer = await mcp.modern(stage.origin, session.access_token, "tools/call", { name, arguments: args });
    if (name !== "show_token") answers.push(answer.text);
    const { result } = mcp.message(answer);
    assert.ok(result, answer.text);
    return { text: result.content[0].text, isError: result.isError === true };
  }
  const read = (session) => call(session, "read_as_caller", { url: WIKI });
  const reads = async (session, email = VISITOR) =>
    assert.deepEqual(await read(session), { text: ACCOUNTS[email].sub, isError: false });
  async function fails(session, words) {
    const { text, isError } = await read(session);
    assert.ok(isError, text);
    assert.match(text, words);
  }
  const stands = async (session) =>
    assert.equal((await mcp.modern(stage.origin, session.access_token, "tools/list")).status, 200);

  test("is asked for by the person's own and what names the API, and is what the host gets", async () => {
    const [vic, erin] = [await person(), await person(EMPLOYEE)];
    await reads(vic);
    const { subject_token: subject, ...form } = idp.exchanges.at(-1);
    assert.deepEqual(form, {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience: "wiki",
      scope: "wiki.read",
      ...("client_id" in form && { client_id: form.client_id, client_secret: form.client_secret }),
    });
    assert.equal(bearer(internet.requests.at(-1)), idp.exchanged.at(-1));
    assert.notEqual(bearer(internet.requests.at(-1)), subject);
    await reads(erin, EMPLOYEE);
    await reads(vic);
  });

  test("is asked for once while it is fresh, also by a Worker that is new", async () => {
    const session = await person();
    const count = counter();
    for (let index = 0; index < 3; index += 1) await reads(session);
    assert.deepEqual(count(), { asked: 1, exchanges: 1, sent: 3 });
    await stage.restart();
    await reads(session);
    assert.deepEqual(count(), { asked: 1, exchanges: 1, sent: 4 });
  });

  test("is asked for again before it is over", async () => {
    idp.exchangedTtl = 2;
    const session = await person();
    const count = counter();
    await reads(session);
    await sleep(2100);
    await reads(session);
    assert.deepEqual(count(), { asked: 2, exchanges: 2, sent: 2 });
  });

  test("is asked for once by fifty calls", async () => {
    const session = await person();
    const count = counter();
    await Promise.all(Array.from({ length: 50 }, () => reads(session)));
    assert.deepEqual(count(), { asked: 1, exchanges: 1, sent: 50 });
  });

  test("is asked for once by fifty calls whose person's token is over, which is renewed once", async () => {
    Object.assign(idp, { rotates: true, accessTokenTtl: SHORT });
    const session = await person();
    idp.accessTokenTtl = 3600;
    const count = counter();
    await Promise.all(Array.from({ length: 50 }, () => reads(session)));
    assert.deepEqual(count(), { asked: 2, exchanges: 1, sent: 50 });
  });

  test("is asked for anew after a refresh of the client's own tokens, and none of them is used twice", async () => {
    idp.rotates = true;
    const session = await person();
    await reads(session);
    for (let round = 0; round < 2; round += 1) {
      const subject = idp.exchanges.at(-1).subject_token;
      // Times are whole seconds: what was read within this one is of the new tokens' generation, too.
      await sleep(1100);
      const [refreshed] = await Promise.all([refresh(stage, session.client, session.refresh_token), ...Array.from({ length: 5 }, () => reads(session))]);
      assert.equal(refreshed.status, 200, refreshed.text);
      Object.assign(session, refreshed.json());
      await reads(session);
      assert.notEqual(idp.exchanges.at(-1).subject_token, subject);
    }
  });

  test("is renewed once, and sent once more, where the host does not take the first", async () => {
    const session = await person();
    await reads(session);
    const first = idp.exchanged.at(-1);
    internet.answer(WIKI, (request) => (bearer(request) === first ? new Response("", { status: 401 }) : whose(request)));
    const count = counter();
    await reads(session);
    assert.deepEqual(count(), { asked: 1, exchanges: 1, sent: 2 });
    internet.publish(WIKI, "", { status: 401 });
    for (let index = 0; index < 3; index += 1) await fails(session, SIGN_IN_AGAIN);
    assert.deepEqual(count(), { asked: 1, exchanges: 1, sent: 5 });
  });

  test("that needs the person is asked for once, has them sign in again, and ends no grant", async () => {
    answerExchanges(() => refuse("interaction_required"));
    const session = await person();
    const count = counter();
    for (let index = 0; index < 3; index += 1) await fails(session, SIGN_IN_AGAIN);
    assert.deepEqual(count(), { asked: 1, exchanges: 1, sent: 0 });
    await stands(session);
    idp.exchange = note;
    await reads(await person());
  });

  test("is asked for by a new token of the person's where the provider does not take the first", async () => {
    Object.assign(idp, { rotates: true });
    answerExchanges((number) => (number === 0 ? refuse("invalid_grant") : undefined));
    const session = await person();
    const count = counter();
    await Promise.all(Array.from({ length: 10 }, () => reads(session)));
    assert.deepEqual(count(), { asked: 3, exchanges: 2, sent: 10 });
    const [first, second] = idp.exchanges.slice(-2);
    assert.notEqual(first.subject_token, second.subject_token);
  });

  test("that the provider gives for no token of the person's has them sign in again, without a loop", async () => {
    idp.rotates = true;
    answerExchanges(() => refuse("invalid_grant"));
    const session = await person();
    const count = counter();
    for (let index = 0; index < 3; index += 1) await fails(session, SIGN_IN_AGAIN);
    assert.deepEqual(count(), { asked: 3, exchanges: 2, sent: 0 });
    // The refresh token that was used up for it was replaced in the record.
    assert.equal((await refresh(stage, session.client, session.refresh_token)).status, 200);
  });

  test("of a person whose sign-in was ended at the provider ends the grant", async () => {
    const session = await person();
    await idp.endGrants();
    await fails(session, SIGN_IN_AGAIN);
    assert.ok(stage.worker.log.some((line) => line.includes('"event":"revoked"') && line.includes("revoked_by_upstream")));
    challenge(await mcp.modern(stage.origin, session.access_token, "tools/list"), { origin: stage.origin, error: "invalid_token" });
    oauthError(await refresh(stage, session.client, session.refresh_token), 400, "invalid_grant");
  });

  for (const error of ["invalid_target", "invalid_scope", "unauthorized_client"]) {
    test(`that is refused with ${error} is the owner's matter: the log tells it, and the model hears nothing of it`, async () => {
      answerExchanges(() => refuse(error));
      const session = await person();
      const count = counter();
      for (let index = 0; index < 3; index += 1) await fails(session, OWNER);
      assert.deepEqual(count(), { asked: 1, exchanges: 1, sent: 0 });
      assert.ok(!answers.at(-1).includes(error));
      const told = stage.worker.log.filter((line) => line.includes(`error ${error}): look at \`exchange\``));
      assert.equal(told.length, 1);
      await stands(session);
    });
  }

  test("is sent nowhere where it is no bearer token, or no access token", async () => {
    for (const answer of [{ token_type: "N_A" }, { token_type: "DPoP" }, { issued_token_type: "urn:ietf:params:oauth:token-type:id_token" }]) {
      idp.exchangeAnswer = answer;
      const session = await person();
      const count = counter();
      await fails(session, OWNER);
      assert.deepEqual(count(), { asked: 1, exchanges: 1, sent: 0 });
    }
  });

  test("cannot be had while the provider is down, and can after", async () => {
    const session = await person();
    idp.down = true;
    const count = counter();
    const failed = await Promise.all(Array.from({ length: 10 }, () => read(session)));
    for (const { text, isError } of failed) {
      assert.ok(isError);
      assert.match(text, /could not be renewed just now; try again in a moment/);
    }
    assert.deepEqual(count(), { asked: 1, exchanges: 0, sent: 0 });
    idp.down = false;
    await sleep(5500);
    await reads(session);
  });

  test("goes on while the person's own is over, and is the last without a refresh token", async () => {
    Object.assign(idp, { refreshTokens: false, accessTokenTtl: 3 });
    const session = await person();
    await reads(session);
    await sleep(3100);
    const count = counter();
    await reads(session);
    internet.publish(WIKI, "", { status: 401 });
    await fails(session, SIGN_IN_AGAIN);
    assert.equal(count().asked, 0);
  });

  test("is what functions see, where they may see one", async () => {
    const session = await person();
    const { text } = await call(session, "show_token", {});
    assert.equal(text, idp.exchanged.at(-1));
    assert.ok(!own.has(text));
  });

  test("is in no answer, line of the log, stored row or page, and the person's own is sent to nobody else", async () => {
    await reads(await person());
    assert.ok(own.size > 5 && idp.exchanged.length > 5, `${own.size} tokens`);
    for (const request of internet.requests) assert.ok(!own.has(bearer(request)), "the person's own token was sent");
    const files = readdirSync(persist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    assert.ok(files.length > 0);
    const stored = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
    for (const text of [...answers, ...stage.worker.log, ...stored]) {
      for (const token of [...own, ...idp.exchanged]) assert.ok(!text.includes(token), "a token was found");
    }
  });
});
