// What is refused before anything is served: hosts, headers and bodies that cannot be what they say, and
// requests too many for one grant, one sign-in or one address.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { told, watch } from "./lib/audit.mjs";
import { oauthError } from "./lib/expect.mjs";
import { freshAddress, send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorizeUrl, newClient, pkce, refresh, signIn, tokenRequest } from "./lib/oauth.mjs";
import { freePorts } from "./lib/ports.mjs";
import { openStage } from "./lib/stage.mjs";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** Sends bytes as they are, and after `more` others; answers what came back, and after how many ms. */
function raw(port, bytes, more = []) {
  return new Promise((resolve, reject) => {
    const began = Date.now();
    const socket = connect(port, "127.0.0.1");
    let text = "";
    const done = () => {
      clearInterval(feeding);
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text, ms: Date.now() - began });
    };
    const feeding = setInterval(() => more.length > 0 && socket.write(more.shift()), 1000);
    socket.on("error", reject);
    socket.on("close", done);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.includes("\r\n\r\n")) done();
    });
    socket.write(bytes);
  });
}

/** A request as bytes; headers may hold any, as Latin-1. */
function message(line, headers, body = "") {
  const lines = Object.entries({ host: "localhost", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${line} HTTP/1.1\r\n${lines.join("")}\r\n${body}`, "latin1");
}

describe("at the door", () => {
  let stage, origin, port, direct, session;
  before(async () => {
    [direct] = await freePorts(1);
    // Miniflare normalises addresses, and answers 500 itself to what it cannot read.
    stage = await openStage({ worker: { unsafeDirectSockets: [{ host: "127.0.0.1", port: direct }] } });
    ({ origin } = stage);
    port = Number(new URL(origin).port);
    session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
  });
  after(() => stage.close());

  test("a host that no URL can have is answered 421 on every route, and nothing panics", async () => {
    for (const host of ["foo.1", "1.2.3.400", "xn--0.example", "a%41.example", "localhost:99999", "127.1"]) {
      for (const path of ["/connections", "/authorize", "/callback", "/mcp", "/", "/.well-known/oauth-authorization-server"]) {
        const { status, text } = await raw(direct, message(`GET ${path}`, { host }));
        assert.equal(status, 421, `${host} ${path}: ${text}`);
      }
    }
  });

  test("a server whose provider is on this machine answers a public host 421", async () => {
    for (const path of ["/connections", "/mcp", "/authorize", "/health"]) {
      const { result, events } = await watch(stage, 1, () => send(`${origin}${path}`, { headers: { host: "mcp.example.com" } }));
      assert.equal(result.status, 421, path);
      assert.deepEqual(told(events), ["refused host_foreign"], path);
    }
  });

  test("a header that cannot be read refuses the request, and does not count as absent", async () => {
    const { access_token } = session;
    const headers = { authorization: `Bearer ${access_token}`, accept: "application/json, text/event-stream", "content-type": "application/json" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const status = async (more) => (await raw(port, message("POST /mcp", { ...headers, ...more, host: `localhost:${port}`, "content-length": body.length }, body))).status;
    assert.equal(await status({}), 200);
    for (const [name, value] of [["origin", "https://evil.example\x7f"], ["mcp-protocol-version", "\xff"], ["last-event-id", "\xff"], ["origin", "\xff"], ["accept", "\xff\xfe"]]) {
      assert.equal(await status({ [name]: value }), 400, `${name}: ${JSON.stringify(value)}`);
    }
    assert.equal(await status({ cookie: "lang=\xc3\xa9" }), 200, "cookies are the whole site's");
  });

  test("a length beyond the limit is too large, however many digits it has", async () => {
    for (const length of ["20000", "4294967295", "4294967296", "4294967396", "99999999999"]) {
      const { status, text } = await raw(port, message("POST /token", { ...FORM, host: `localhost:${port}`, "content-length": length }, "grant_type=x"));
      assert.equal(status, 413, `${length}: ${text.slice(0, 200)}`);
    }
  });

  test("a body that stops arriving is answered 408 after ten seconds", async () => {
    const head = { ...FORM, host: `localhost:${port}`, "content-length": 1000 };
    const [stalled, trickled] = await Promise.all([
      raw(port, message("POST /token", head, "grant_type=")),
      raw(port, message("POST /token", head, "grant_type="), Array.from({ length: 60 }, () => "x")),
    ]);
    assert.equal(stalled.status, 408, stalled.text);
    assert.ok(stalled.ms > 9000 && stalled.ms < 14_000, `${stalled.ms} ms`);
    assert.equal(trickled.status, 408, trickled.text);
    assert.ok(trickled.ms > 28_000 && trickled.ms < 36_000, `${trickled.ms} ms`);
  });

  test("OAuth clients read a refused body as JSON", async () => {
    for (const path of ["/register", "/token", "/revoke"]) {
      const answer = await send(`${origin}${path}`, { method: "POST", headers: FORM, body: "a".repeat(20_000) });
      oauthError(answer, 413, "invalid_request");
      assert.equal(answer.headers.get("access-control-allow-origin"), "*", path);
    }
  });

  test("pages in browsers can read that there is no metadata at an address", async () => {
    for (const path of ["/.well-known/nothing", "/.well-known/oauth-protected-resource/elsewhere"]) {
      const answer = await send(`${origin}${path}`, { headers: { origin: "https://app.example" } });
      assert.equal(answer.status, 404);
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
      const preflight = await send(`${origin}${path}`, { method: "OPTIONS", headers: { origin: "https://app.example", "access-control-request-headers": "mcp-protocol-version" } });
      assert.equal(preflight.status, 204);
    }
  });

  test("HEAD is answered where GET is, and begins nothing", async () => {
    const client = await newClient(origin);
    for (const url of [authorizeUrl(origin, client, pkce().challenge), `${origin}/connections`, `${origin}/callback?state=x`, `${origin}/nothing`, `${origin}/`]) {
      const [get, head] = [await send(url), await send(url, { method: "HEAD" })];
      assert.equal(head.status, get.status, url);
      assert.equal(head.text, "", url);
      assert.equal(head.headers.get("set-cookie"), null, url);
    }
  });

  test("/mcp/ answers as /mcp", async () => {
    const headers = { authorization: `Bearer ${session.access_token}`, accept: "application/json, text/event-stream", "content-type": "application/json" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const [slash, none] = await Promise.all(["/mcp/", "/mcp"].map((path) => send(`${origin}${path}`, { method: "POST", headers, body })));
    assert.deepEqual([slash.status, slash.text], [none.status, none.text]);
    assert.match((await send(`${origin}/mcp/`, { method: "POST", body })).headers.get("www-authenticate"), /oauth-protected-resource\/mcp"/);
  });
});

describe("people behind one address", () => {
  const LOW = 5;
  const limit = (number, simple) => ({ namespace_id: String(940 + number), simple: { limit: simple, period: 60 } });
  let stage, origin;
  before(async () => {
    stage = await openStage({
      worker: {
        ratelimits: {
          TOOLGATE_LIMIT_REGISTER: limit(0, 1000), TOOLGATE_LIMIT_AUTHORIZE: limit(1, 1000), TOOLGATE_LIMIT_TOKEN: limit(2, LOW), TOOLGATE_LIMIT_CALLBACK: limit(3, LOW),
          TOOLGATE_LIMIT_GRANT: limit(4, 20), TOOLGATE_LIMIT_ATTEMPT: limit(5, 20), TOOLGATE_LIMIT_RETURN: limit(6, 10),
        },
      },
    });
    ({ origin } = stage);
  });
  after(() => stage.close());

  const SHARED = { "cf-connecting-ip": "198.18.255.1" };
  const asClient = (grant, address, changes = {}) =>
    tokenRequest(origin, { grant_type: "refresh_token", refresh_token: grant.refresh_token, client_id: grant.client.client_id, ...changes }, address);

  test("do not use up each other's requests to /token, and junk from there is refused", async () => {
    const people = [];
    for (let at = 0; at < 4; at += 1) people.push(await signIn(stage, { browser: stage.browser(), email: VISITOR }));
    for (let round = 0; round < 4; round += 1) {
      for (const [at, grant] of people.entries()) {
        const answer = await asClient(grant, SHARED);
        assert.equal(answer.status, 200, answer.text);
        people[at] = { ...grant, ...answer.json() };
      }
    }
    const junk = [];
    for (let at = 0; at < 3 * LOW; at += 1) junk.push((await tokenRequest(origin, { grant_type: "refresh_token", refresh_token: "x".repeat(200), client_id: "x" }, SHARED)).status);
    assert.equal(junk.at(-1), 429, `${junk}`);
    assert.equal((await asClient(people[0], SHARED)).status, 200, "junk takes nothing from a grant");
  });

  test("one grant is counted from whatever address it comes, and takes nothing from another", async () => {
    const [one, other] = [await signIn(stage, { browser: stage.browser(), email: VISITOR }), await signIn(stage, { browser: stage.browser(), email: VISITOR })];
    const statuses = [];
    for (let at = 0; at < 45; at += 1) statuses.push((await asClient(one, { "cf-connecting-ip": freshAddress() })).status);
    assert.equal(statuses.at(-1), 429, `${statuses}`);
    assert.ok(statuses.indexOf(429) >= 19, `${statuses}`);
    assert.equal((await asClient(other, SHARED)).status, 200);
  });

  test("a stolen token that is sent for another client counts for the address, not for its owner", async () => {
    const owner = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const thief = await newClient(origin);
    const address = { "cf-connecting-ip": "198.18.255.2" };
    const statuses = [];
    for (let at = 0; at < 40; at += 1) statuses.push((await asClient(owner, address, { client_id: thief.client_id })).status);
    assert.equal(statuses.at(-1), 429, `${statuses}`);
    assert.ok(statuses.indexOf(429) <= 2 * LOW, `${statuses}`);
    assert.equal((await refresh(stage, owner.client, owner.refresh_token)).status, 200);
  });

  test("sign-ins under way come back by the same address", async () => {
    const returns = [];
    for (let at = 0; at < 3 * LOW; at += 1) returns.push((await send(`${origin}/callback?state=${"x".repeat(43)}`, { headers: SHARED })).status);
    assert.equal(returns.at(-1), 429, `${returns}`);
    const browser = stage.browser();
    browser.headers = SHARED;
    const session = await signIn(stage, { browser, email: VISITOR });
    assert.ok(session.access_token);
  });
});

describe("a server without a provider", { skip: lacksBuild("open") }, () => {
  let stage;
  const ask = (headers) => send(`${stage.origin}/health`, { headers });
  before(async () => {
    stage = await openStage({ build: buildOf("open"), worker: DEBUG_BUILD });
  });
  after(() => stage?.close());
  const elsewhere = [
    { "x-forwarded-host": "abc.trycloudflare.com" },
    { forwarded: "for=203.0.113.7;host=abc.example" },
    { "cf-connecting-ip": "203.0.113.7" },
    { "cf-connecting-ip": "2001:db8::1" },
  ];

  test("is closed to a tunnel that rewrites the host", async () => {
    for (const headers of elsewhere) {
      const { result, events } = await watch(stage, 1, () => ask(headers));
      assert.equal(result.status, 421, JSON.stringify(headers));
      assert.deepEqual(told(events), ["refused client_elsewhere"]);
    }
    for (const headers of [{ "cf-connecting-ip": "172.17.0.1" }, { "cf-connecting-ip": "::1" }, { "x-forwarded-host": "localhost:8788" }, { forwarded: "host=127.0.0.1" }]) {
      assert.equal((await ask(headers)).status, 200, JSON.stringify(headers));
    }
  });

  test("is open to it where its developer says so", async () => {
    await stage.restart({ vars: { TOOLGATE_DEV_REMOTE: "1" } });
    for (const headers of elsewhere) assert.equal((await ask(headers)).status, 200, JSON.stringify(headers));
    assert.equal((await ask({ host: "abc.trycloudflare.com" })).status, 421, "its host is this machine's all the same");
  });
});
