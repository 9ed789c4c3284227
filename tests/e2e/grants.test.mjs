// `cargo toolgate grants`: the command line ends the grants of others, by an access token with the scope `admin`.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { ADMIN } from "./lib/admin.mjs";
import { send } from "./lib/http.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { ACCOUNTS, newcomer } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorize, newClient, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../target", import.meta.url));
const CLI = process.env.TOOLGATE_CLI ?? join(TARGET, "debug/cargo-toolgate");
/** `revocation_max_age` of tests/switch, with a second for the way. */
const HOLDS = 3000;

describe("the command line", { skip: lacksBuild("switch") }, () => {
  let stage, origin;
  const home = mkdtempSync(join(tmpdir(), "toolgate-grants-"));
  before(async () => {
    stage = await openStage({ build: buildOf("switch"), worker: { ...DEBUG_BUILD, ratelimits: {} } });
    ({ origin } = stage);
  });
  after(async () => {
    await stage?.close();
    rmSync(home, { recursive: true, force: true });
  });

  const works = async (session) => (await mcp.legacy(origin, session.access_token, "tools/list")).status === 200;
  const session = async (email = newcomer(), scope, browser = stage.browser()) => ({
    email, ...await signIn(stage, { browser, email, client: await newClient(origin), changes: scope ? { scope } : {} }),
  });
  const ask = (token, { query = "", body } = {}) => send(`${origin}/admin${query}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    ...(body ? { body: new URLSearchParams(body) } : {}),
  });
  async function until(token, query) {
    for (let i = 0; i < 50; i += 1) {
      const { people } = (await ask(token, { query })).json();
      if (people.length > 0) return people;
      await sleep(100);
    }
    throw new Error(`nobody at ${query}`);
  }

  test("gets the scope for the policy's people only, and lists and ends by it", async () => {
    const one = await session();
    const admin = await session(ADMIN, "mcp admin");
    assert.ok(admin.scope.split(" ").includes("admin"), admin.scope);
    const [person] = await until(admin.access_token, `?by=address&q=${encodeURIComponent(one.email)}`);
    assert.equal(person.label, one.email);
    const answer = await ask(admin.access_token, { body: { action: "end-person", person: person.person } });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json(), { ended: 1 });
    await sleep(HOLDS);
    assert.ok(!await works(one) && await works(admin));
  });

  test("nobody else gets the scope, and a token without it ends nothing", async () => {
    const other = await session(newcomer(), "mcp admin");
    assert.ok(!other.scope.split(" ").includes("admin"), other.scope);
    const plain = await session(ADMIN);
    for (const { access_token } of [other, plain]) {
      for (const request of [{}, { body: { action: "end-all", confirm: "yes" } }]) {
        const answer = await ask(access_token, request);
        assert.equal(answer.status, 403, answer.text);
        assert.equal(answer.json().error, "insufficient_scope");
      }
    }
    for (const token of ["x", "", other.refresh_token]) assert.equal((await ask(token)).status, 401);
    await sleep(HOLDS);
    assert.ok(await works(other) && await works(plain));
  });

  test("what ends one's own sign-ins has to be confirmed", async () => {
    const admin = await session(ADMIN, "mcp admin");
    const answer = await ask(admin.access_token, { body: { action: "end-all" } });
    assert.equal(answer.status, 400);
    assert.equal(answer.json().error, "confirmation_required");
    await sleep(HOLDS);
    assert.ok(await works(admin));
  });

  test("no browser remembers the approval of that scope", async () => {
    const browser = stage.browser();
    const client = await newClient(origin, { redirect_uris: ["https://client.example/oauth/callback"] });
    for (const [scope, asksAgain] of [["mcp", false], ["mcp admin", true]]) {
      await authorize(stage, { browser, client, email: ADMIN, changes: { scope } });
      const again = await authorize(stage, { browser, client, email: ADMIN, changes: { scope } });
      assert.equal(again.consent !== undefined, asksAgain, scope);
    }
  });

  test("the token of an administrator whose grant has ended is over", async () => {
    const [first, second] = [await session(ADMIN, "mcp admin"), await session(ADMIN, "mcp admin")];
    const { sub } = ACCOUNTS[ADMIN];
    const [{ person }] = await until(first.access_token, `?by=subject&q=${sub}`);
    assert.equal((await ask(first.access_token, { body: { action: "end-person", person, confirm: "yes" } })).status, 200);
    assert.equal((await ask(second.access_token)).status, 401, "at once: the page asks the record");
  });

  test("`grants list` and `grants end` sign in with the browser, and keep nothing", async () => {
    await sleep(6000);
    const path = join(home, "browser.mjs");
    writeFileSync(path, `#!${process.execPath}
import { Browser } from ${JSON.stringify(join(HERE, "lib/browser.mjs"))};
import { logIn } from ${JSON.stringify(join(HERE, "lib/idp.mjs"))};
const target = new URL(new URL(process.argv[2]).searchParams.get("redirect_uri"));
const until = (url) => new URL(url).origin === target.origin;
const browser = new Browser();
let page = await browser.visit(process.argv[2], { until });
page = await browser.submit(page, { button: { name: "decision", value: "approve" }, until });
if (!until(page.url)) page = await logIn(browser, page, ${JSON.stringify(ADMIN)}, { until });
await fetch(page.url);
`);
    chmodSync(path, 0o755);
    const run = (...args) => new Promise((resolve, reject) => {
      const child = spawn(CLI, args, { cwd: home, stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, BROWSER: path } });
      const result = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (result[name] += chunk));
      child.on("error", reject);
      child.on("close", (status) => resolve({ ...result, status }));
    });
    const [one, bystander] = [await session(), await session()];
    await sleep(1000);
    const listed = await run("grants", "list", "--user", one.email, "--url", origin);
    assert.equal(listed.status, 0, listed.stderr);
    assert.ok(listed.stdout.includes(one.email), listed.stdout);
    const nobody = await run("grants", "end", "--user", one.email, "--client", "https://another.example/client.json", "--url", origin);
    assert.equal(nobody.status, 1, nobody.stderr);
    assert.ok(await works(one));
    const ended = await run("grants", "end", "--user", one.email, "--client", one.client.client_id, "--url", origin);
    assert.equal(ended.status, 0, ended.stderr);
    assert.match(ended.stderr, /ended: 1/);
    await sleep(HOLDS);
    assert.ok(!await works(one) && await works(bystander));
    assert.equal((await run("grants", "end", "--url", origin)).status, 2);
    assert.ok(!existsSync(join(home, "toolgate/tokens.json")));
  });
});
