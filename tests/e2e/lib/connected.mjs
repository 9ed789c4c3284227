// What the tests of connected accounts share: a server whose tools use them, third parties, and people.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach } from "node:test";
import { DEBUG_BUILD, buildOf } from "./identity.mjs";
import { logIn, newcomer } from "./idp.mjs";
import { Internet } from "./internet.mjs";
import * as mcp from "./mcp.mjs";
import { newClient, signIn } from "./oauth.mjs";
import { openStage } from "./stage.mjs";
import { ThirdParty } from "./third-party.mjs";

export const API = "https://api.linear.example/me";
export const HUB = "https://api.hub.example/me";
export const VAULT = "https://api.vault.example/me";
/** A client that can open pages. */
export const CAN = { elicitation: { url: {} } };
/** The button that leads on to a third party. */
export const GO_ON = { name: "decision", value: "approve" };
/** What a tool says to whoever has connected no account. */
export const NOT_YET = /Linear is not connected yet\. Open (\S+) in a browser/;

/** Sets the cast up for the tests of a `describe`. */
export function accounts() {
  const internet = new Internet();
  const persist = mkdtempSync(join(tmpdir(), "toolgate-connections-"));
  const [linearSecret, vaultSecret] = ["canary-secret-of-linear", "canary-secret-of-vault"];
  const linear = new ThirdParty(internet, { host: "linear.example", api: API, clientId: "toolgate-at-linear", clientSecret: linearSecret });
  const hub = new ThirdParty(internet, { host: "hub.example", api: HUB, clientId: "toolgate-at-hub" });
  const vault = new ThirdParty(internet, { host: "vault.example", api: VAULT, clientId: "toolgate-at-vault", clientSecret: vaultSecret });
  /** All that was answered to clients and browsers. */
  const answers = [];
  let stage;
  before(async () => {
    const vars = { LINEAR_CLIENT_SECRET: linearSecret, VAULT_CLIENT_SECRET: vaultSecret, HUB_CLIENT_ID: hub.clientId };
    stage = await openStage({ build: buildOf("connections"), persist, vars, worker: { ...DEBUG_BUILD, ratelimits: {}, outboundService: internet.service } });
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const party of [linear, hub, vault]) party.reset();
    hub.describe();
  });

  /** Somebody who has connected nothing, with their client. */
  async function person(email = newcomer(), client_name = "Client of the tests") {
    const browser = stage.browser();
    const session = await signIn(stage, { browser, email, client: await newClient(stage.origin, { client_name }) });
    return { ...session, email, browser };
  }

  async function call(who, name, args, { capabilities = CAN, ...params } = {}) {
    const meta = { "io.modelcontextprotocol/clientCapabilities": capabilities };
    const answer = await mcp.modern(stage.origin, who.access_token, "tools/call", { name, arguments: args, ...params }, { meta });
    answers.push(answer.text);
    return mcp.message(answer);
  }
  const read = (who, options) => call(who, "read_linear", { url: API }, options);
  const textOf = ({ result }) => result.content[0].text;
  async function reads(who, account) {
    const answer = await read(who);
    assert.deepEqual([answer.result?.resultType, answer.result?.isError ?? false], ["complete", false], JSON.stringify(answer));
    assert.equal(textOf(answer), account);
  }
  async function fails(who, words, args = { url: API }) {
    const { result } = await call(who, "why_not", args);
    assert.equal(result.isError, true, JSON.stringify(result));
    assert.match(result.content[0].text, words);
  }

  /** The page that the person is asked to open. */
  async function asked(who, tool = "read_linear", url = API) {
    const { result } = await call(who, tool, { url });
    assert.equal(result.resultType, "input_required", JSON.stringify(result));
    const [[key, { method, params }]] = Object.entries(result.inputRequests);
    assert.deepEqual([method, params.mode], ["elicitation/create", "url"]);
    return { key, link: params.url, message: params.message, requestState: result.requestState };
  }

  /** Opens a link in a browser, and signs in where that is asked. */
  async function open(browser, link, email) {
    const page = await logIn(browser, await browser.visit(link), email);
    answers.push(page.text, ...page.history.map(({ url }) => url));
    return page;
  }

  /** Goes on from the page of a link to the third party. */
  async function goOn(browser, page, party = linear) {
    const there = await browser.submit(page, { button: GO_ON, until: party.isAsked });
    assert.ok(party.isAsked(there.url), `${there.url}: ${there.words}`);
    return there;
  }

  async function comeBack(browser, there, url) {
    const page = await browser.follow(there, url);
    answers.push(page.text);
    return page;
  }

  /** The whole way, as a person goes it. */
  async function connect(who, account, { party = linear, tool = "read_linear", url = API } = {}) {
    const { link } = await asked(who, tool, url);
    return connectAt(who, link, account, party);
  }
  async function connectAt(who, link, account, party = linear) {
    const there = await goOn(who.browser, await open(who.browser, link, who.email), party);
    const page = await comeBack(who.browser, there, party.allow(there.url, account));
    assert.match(page.words, /is connected Tools of this server can use your/);
    return page;
  }
  async function connected(account, email) {
    const who = await person(email);
    await connect(who, account);
    return who;
  }
  const events = (kind) => stage.worker.log.filter((line) => line.includes(`"event":"${kind}"`));
  const refreshes = () => linear.asked.filter(({ grant_type }) => grant_type === "refresh_token").length;

  /** No token or secret is in anything that was answered, logged or stored. */
  function nothingLeaks() {
    const tokens = [...linear.tokens, ...hub.tokens, ...vault.tokens];
    assert.ok(tokens.length > 10, `${tokens.length} tokens`);
    const files = readdirSync(persist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    const stored = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
    assert.ok(stored.some((text) => text.includes("toolgate_accounts")), "the rows were looked at");
    for (const text of [...answers, ...stage.worker.log, ...stored]) {
      for (const secret of [...tokens, linearSecret, vaultSecret, "canary-access", "canary-refresh"]) {
        assert.ok(!text.includes(secret), `a secret was found: ${text.slice(0, 200)}`);
      }
    }
  }

  return {
    get stage() {
      return stage;
    },
    internet, linear, hub, vault, answers, nothingLeaks,
    person, call, read, textOf, reads, fails, asked, open, goOn, comeBack, connect, connectAt, connected, events, refreshes,
  };
}
