// `ctx.as_caller()`: requests with the person's own access token of the identity provider.
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
import { authorizeUrl, newClient, pkce, refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const WIKI = "https://wiki.example/page";
/** So short that a token is renewed at its next use. */
const SHORT = 20;
const SIGN_IN_AGAIN = /the person has to sign in again: end the connection at \/connections/;

describe("a request in the caller's name", { skip: lacksBuild("as-caller") }, () => {
  const internet = new Internet();
  const persist = mkdtempSync(join(tmpdir(), "toolgate-as-caller-"));
  /** All that was answered to clients. */
  const answers = [];
  let stage, idp;
  before(async () => {
    stage = await openStage({ build: buildOf("as-caller"), persist, worker: { ...DEBUG_BUILD, outboundService: internet.service } });
    ({ idp } = stage);
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  beforeEach(() => {
    Object.assign(idp, { down: false, refreshTokens: true, rotates: false, accessTokenTtl: 3600, before: undefined });
    internet.answer(WIKI, whose);
  });

  /** Answers as an API of the company: with the person to whom the provider says that the token belongs. */
  async function whose(request) {
    const authorization = request.headers.get("authorization") ?? "";
    const answer = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization } });
    return answer.ok ? new Response((await answer.json()).sub) : new Response("who are you?", { status: 401 });
  }
  const asked = () => idp.requests.filter(({ method, path }) => method === "POST" && path === "/token").length;
  const sent = () => internet.requests.length;
  const person = (email = VISITOR) => signIn(stage, { browser: stage.browser(), email });

  async function call(session, name, args) {
    const answer = await mcp.modern(stage.origin, session.access_token, "tools/call", { name, arguments: args });
    answers.push(answer.text);
    const { result } = mcp.message(answer);
    assert.ok(result, answer.text);
    return { text: result.content[0].text, isError: result.isError === true };
  }
  const read = (session, url = WIKI) => call(session, "read_as_caller", { url });
  const reads = async (session, email = VISITOR) =>
    assert.deepEqual(await read(session), { text: ACCOUNTS[email].sub, isError: false });
  async function fails(session, words, url = WIKI) {
    const { text, isError } = await call(session, "why_not", { url });
    assert.ok(isError, text);
    assert.match(text, words);
  }

  test("arrives with the token of whoever calls", async () => {
    const [vic, erin] = [await person(), await person(EMPLOYEE)];
    await reads(vic);
    await reads(erin, EMPLOYEE);
    await reads(vic);
    assert.match(internet.requests.at(-1).headers.authorization, /^Bearer [\w-]{20,}$/);
  });

  test("asks the provider for nothing while the token is fresh", async () => {
    const session = await person();
    const before = asked();
    for (let index = 0; index < 3; index += 1) await reads(session);
    assert.equal(asked(), before);
  });

  test("has a body, and is an event of the audit trail that names the host", async () => {
    const session = await person();
    let body;
    internet.answer("https://api.example:8443/notes", async (request) => {
      body = await request.text();
      return new Response("noted");
    });
    const url = "https://api.example:8443/notes";
    assert.equal((await call(session, "write_as_caller", { url, text: "é" })).text, "noted");
    assert.equal(body, '"é"');
    const line = stage.worker.log.findLast((text) => text.includes('"tool":"write_as_caller"'));
    assert.match(line, /"as_caller":"api\.example:8443"/);
  });

  test("goes to no other host", async () => {
    const session = await person();
    const before = sent();
    for (const url of [
      "https://wiki.example.evil.example/page", "https://evilwiki.example/page", "https://sub.wiki.example/page",
      "https://wiki.example./page", "https://wiki.example:8443/page", "https://api.example/", "https://api.example:443/",
    ]) {
      await fails(session, /this host may not get the caller's token/, url);
    }
    for (const url of ["https://wiki.example@evil.example/page", "https://ada@wiki.example/page", "https://wiki.example\\@evil.example/"]) {
      await fails(session, /has an address that cannot be asked/, url);
    }
    await fails(session, /over https only/, "http://wiki.example/page");
    assert.equal(sent(), before);
  });

  test("follows no redirect", async () => {
    const session = await person();
    internet.publish(WIKI, "", { status: 302, headers: { location: "https://evil.example/take" } });
    await fails(session, /wiki\.example answered 302: redirects are not followed/);
    assert.equal(internet.count("https://evil.example/take"), 0);
  });

  test("is made by no tool that does not say so, and shows its token to none", async () => {
    const session = await person();
    const before = sent();
    const unsaid = await call(session, "read_unsaid", { url: WIKI });
    assert.match(unsaid.text, /add `as_caller` to its `#\[mcp_tool/);
    const shown = await call(session, "show_token", {});
    assert.match(shown.text, /the person's token is not shown/);
    assert.equal(sent(), before);
  });

  async function renewOnce(rotates) {
    Object.assign(idp, { rotates, accessTokenTtl: SHORT });
    const session = await person();
    idp.accessTokenTtl = 3600;
    const before = asked();
    await Promise.all(Array.from({ length: 50 }, () => reads(session)));
    assert.equal(asked(), before + 1);
  }
  test("fifty of them with an expired token renew it once", () => renewOnce(false));
  test("and so they do where the provider gives each refresh token once", () => renewOnce(true));

  test("and refreshes of the client's own tokens use no refresh token of the provider's twice", async () => {
    Object.assign(idp, { rotates: true, accessTokenTtl: SHORT });
    const session = await person();
    for (let round = 0; round < 3; round += 1) {
      const [refreshed] = await Promise.all([refresh(stage, session.client, session.refresh_token), ...Array.from({ length: 5 }, () => reads(session))]);
      assert.equal(refreshed.status, 200, refreshed.text);
      Object.assign(session, refreshed.json());
    }
    await reads(session);
  });

  test("is sent once more with a new token where the host does not take the first", async () => {
    const session = await person();
    await reads(session);
    const { authorization } = internet.requests.at(-1).headers;
    internet.answer(WIKI, (request) =>
      request.headers.get("authorization") === authorization ? new Response("", { status: 401 }) : whose(request));
    const [before, requests] = [asked(), sent()];
    await reads(session);
    assert.deepEqual([asked() - before, sent() - requests], [1, 2]);
  });

  test("asks no more of a host that takes no token, and tells the person to sign in again", async () => {
    const session = await person();
    internet.publish(WIKI, "", { status: 401 });
    const [before, requests] = [asked(), sent()];
    const answer = await read(session);
    assert.ok(answer.isError);
    assert.match(answer.text, SIGN_IN_AGAIN);
    assert.deepEqual([asked() - before, sent() - requests], [1, 2]);
    for (let index = 0; index < 3; index += 1) await fails(session, SIGN_IN_AGAIN);
    assert.deepEqual([asked() - before, sent() - requests], [1, 5]);
    // The host is not the provider: its word ends nothing.
    internet.answer(WIKI, whose);
    await reads(session);
  });

  test("fails while the provider is down, and works again after", async () => {
    idp.accessTokenTtl = SHORT;
    const session = await person();
    Object.assign(idp, { down: true, accessTokenTtl: 3600 });
    const before = asked();
    const failed = await Promise.all(Array.from({ length: 10 }, () => read(session)));
    for (const { text, isError } of failed) {
      assert.ok(isError);
      assert.match(text, /could not be renewed just now; try again in a moment/);
    }
    assert.equal(asked(), before + 1);
    idp.down = false;
    await sleep(5500);
    await reads(session);
  });

  test("of a person whose sign-in was ended at the provider tells them to sign in again, and the grant is over", async () => {
    idp.accessTokenTtl = SHORT;
    const session = await person();
    await idp.endGrants();
    const answer = await read(session);
    assert.ok(answer.isError);
    assert.match(answer.text, SIGN_IN_AGAIN);
    assert.ok(stage.worker.log.some((line) => line.includes('"event":"revoked"') && line.includes("revoked_by_upstream")));
    challenge(await mcp.modern(stage.origin, session.access_token, "tools/list"), { origin: stage.origin, error: "invalid_token" });
    oauthError(await refresh(stage, session.client, session.refresh_token), 400, "invalid_grant");
  });

  test("without a refresh token goes on until the access token is over", async () => {
    idp.refreshTokens = false;
    const session = await person();
    await reads(session);
    internet.publish(WIKI, "", { status: 401 });
    const before = asked();
    await fails(session, SIGN_IN_AGAIN);
    assert.equal(asked(), before);
  });

  test("is on the approval page, and asks for the scopes of its section", async () => {
    const [client, proof] = [await newClient(stage.origin), pkce()];
    const page = await stage.browser().visit(authorizeUrl(stage.origin, client, proof.challenge));
    answers.push(page.text);
    assert.match(page.text, /Act as you at wiki\.example, api\.example:8443/);
  });

  test("leaves its token in no answer, line of the log, stored row or page", async () => {
    await reads(await person());
    const tokens = new Set(internet.requests.map(({ headers }) => headers.authorization?.replace("Bearer ", "")).filter(Boolean));
    assert.ok(tokens.size > 5, `${tokens.size} tokens`);
    const files = readdirSync(persist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    assert.ok(files.length > 0);
    const stored = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
    for (const text of [...answers, ...stage.worker.log, ...stored]) {
      for (const token of tokens) assert.ok(!text.includes(token), "a token was found");
    }
  });
});
