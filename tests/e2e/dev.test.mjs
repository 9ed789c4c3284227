// `cargo toolgate dev`: what stays over a rebuild, the page of calls and decisions, other providers.
//
// It runs target/debug/cargo-toolgate: `cargo build --package cargo-toolgate` makes it.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { noChromium, startChromium } from "./lib/chromium.mjs";
import { grantAt, signInAt, startDev, sum } from "./lib/dev.mjs";
import { call, toolNames } from "./lib/mcp.mjs";
import { refresh } from "./lib/oauth.mjs";
import { freePorts } from "./lib/ports.mjs";
import { Session } from "./lib/session.mjs";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const PROGRAM = join(process.env.CARGO_TARGET_DIR ?? join(REPOSITORY, "target"), "debug/cargo-toolgate");
const skip = existsSync(PROGRAM) ? false : `no ${PROGRAM}: run \`cargo build --package cargo-toolgate\``;

async function until(holds) {
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(50)) if (await holds()) return;
  assert.fail("it did not come to be");
}

test("a token from before a rebuild works after it, and a fault leaves the server as it was", { skip }, async (t) => {
  const dev = await startDev(await port());
  t.after(dev.stop);
  const token = await signInAt(dev);
  assert.equal(await sum(dev, token, 1, 1), "2");
  dev.edit("src/lib.rs", "    a + b\n", "    a + b + 1.0\n");
  await until(async () => (await sum(dev, token, 1, 1)) === "3");
  dev.edit("src/lib.rs", "    a + b + 1.0\n", "    a + c + 1.0\n");
  await dev.said(/error\[E0425\]: cannot find value `c`/);
  await dev.said(/all that it said is in .*build\.log/);
  dev.edit("src/lib.rs", "    a + c + 1.0\n", "    a + b + 1.0\n");
  dev.edit("mcp.toml", "[storage]", "[storge]");
  await dev.said(/storge/);
  await dev.said(/the server goes on as it was/);
  assert.equal(await sum(dev, token, 1, 1), "3");
});

test("a session from before a rebuild or a restart goes on after it", { skip }, async (t) => {
  const prepare = ({ edit }) => edit("mcp.toml", "\n[identity]", "\n[transport]\nnotifications = true\n\n[identity]");
  const dev = await startDev(await port(), { prepare });
  t.after(dev.stop);
  const session = await Session.begin(dev.origin, await signInAt(dev));
  assert.ok(session.id, "the server has sessions");
  const add = { jsonrpc: "2.0", id: "sum", method: "tools/call", params: { name: "add", arguments: { a: 1, b: 1 } } };
  const answered = async () => {
    const answer = await session.post(add).catch(() => ({ text: "" }));
    assert.ok(answer.status === undefined || answer.status === 200, `${answer.status}: ${answer.text}`);
    return /"text":"(\d+)"/.exec(answer.text)?.[1];
  };
  assert.equal(await answered(), "2");
  dev.edit("src/lib.rs", "    a + b\n", "    a + b + 1.0\n");
  await until(async () => (await answered()) === "3");
  await dev.restart();
  await until(async () => (await answered()) === "3");
});

test("over a restart people stay signed in, until everything stored is deleted", { skip }, async (t) => {
  const dev = await startDev(await port());
  t.after(dev.stop);
  const { client, refresh_token: first } = await grantAt(dev);
  await dev.restart();
  const renewed = await refresh(dev, client, first);
  assert.equal(renewed.status, 200, renewed.text);
  const { access_token: token, refresh_token: second } = renewed.json();
  assert.equal(await sum(dev, token, 1, 1), "2");
  const said = await dev.restart("--reset", "--yes");
  assert.ok(said.some((line) => /do +Durable Objects: sign-ins/.test(line)), said.join("\n"));
  assert.equal((await refresh(dev, client, second)).json().error, "invalid_grant");
});

test("other commands find it at its port, and an account that is added can sign in at once", { skip }, async (t) => {
  const dev = await startDev(await port());
  const home = mkdtempSync(join(tmpdir(), "toolgate-dev-home-"));
  t.after(async () => {
    await dev.stop();
    rmSync(home, { recursive: true, force: true });
  });
  const add = (email) => dev.run(["call", "add", "a=20", "b=22", "--as", email], { XDG_CONFIG_HOME: home });
  const first = await add("employee1@mycompany.com");
  assert.equal(first.stdout, "42\n", first.stderr);
  assert.ok((await dev.run(["connect", "codex"])).stdout.includes(`${dev.origin}/mcp`));
  const twice = await dev.run(["dev", "--port", String(await port())]);
  assert.match(twice.stderr, new RegExp(`runs already at ${dev.origin}`));
  assert.match((await add("new@mycompany.com")).stderr, /has no account `new@mycompany.com`/);
  dev.edit("mcp.toml", "[wrangler.ai]", "[[dev.users]]\nemail = \"new@mycompany.com\"\n\n[wrangler.ai]");
  await until(async () => (await add("new@mycompany.com")).stdout === "42\n");
  dev.edit("mcp.toml", "COOKIE_ENCRYPTION_KEY", "ANOTHER_KEY");
  await dev.said(/everything is started again/);
  await until(async () => (await add("new@mycompany.com")).stdout === "42\n");
});

test("migrations of D1 are applied, wrangler sees the same rows, and they and the grants in D1 stay", { skip }, async (t) => {
  const database = "[[wrangler.d1_databases]]\nbinding = \"NOTES\"\ndatabase_name = \"notes\"\nmigrations_dir = \"sql\"\n\n";
  const prepare = ({ folder, edit }) => {
    edit("mcp.toml", "kind = \"durable-object\"", "kind = \"d1\"");
    edit("mcp.toml", "[wrangler.ai]", `${database}[wrangler.ai]`);
    mkdirSync(join(folder, "sql"));
    writeFileSync(join(folder, "sql/0001_notes.sql"), "CREATE TABLE notes (text TEXT);\nINSERT INTO notes VALUES ('kept');\n");
  };
  const dev = await startDev(await port(), { prepare });
  t.after(dev.stop);
  const rows = async (binding, sql) => {
    const { status, stdout, stderr } = await dev.run(["wrangler", "--", "d1", "execute", binding, "--local", "--json", "--command", sql]);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout)[0].results;
  };
  const notes = () => rows("NOTES", "SELECT text FROM notes");
  assert.deepEqual(await notes(), [{ text: "kept" }]);
  const { client, refresh_token } = await grantAt(dev);
  // One that is saved while it runs is applied too.
  writeFileSync(join(dev.folder, "sql/0002_more.sql"), "INSERT INTO notes VALUES ('more');\n");
  await until(async () => (await notes()).length === 2);
  // What miniflare starts functions by is open to every page and every user of the machine.
  for (const path of ["scheduled", "email?from=a@example.com&to=b@example.com"]) {
    const answer = await fetch(`${dev.origin}/cdn-cgi/local/${path}`, { method: "POST", body: "Message-ID: <1@example.com>\r\n\r\n" });
    assert.equal(answer.status, 404, path);
  }
  const beside = { method: "POST", headers: { "mf-route-override": "toolgate-postman" }, body: "Message-ID: <1@example.com>\r\n\r\n" };
  assert.equal((await fetch(`${dev.origin}/?from=a@example.com&to=b@example.com`, beside)).status, 403);
  await dev.restart();
  assert.deepEqual(await notes(), [{ text: "kept" }, { text: "more" }]);
  const renewed = await refresh(dev, client, refresh_token);
  assert.equal(renewed.status, 200, renewed.text);
});

test("the page shows who called what, and why it was denied", { skip: skip || noChromium }, async (t) => {
  const dev = await startDev(await port());
  t.after(dev.stop);
  const [employee, visitor] = [await signInAt(dev, 0), await signInAt(dev, 1)];
  await sum(dev, employee, 1, 1);
  await call(dev.origin, visitor, "generateImage", { prompt: "a fox" });
  for (const colorScheme of ["light", "dark"]) {
    const { context, stop } = await startChromium({ colorScheme, javaScriptEnabled: false, viewport: { width: 1100, height: 900 } });
    try {
      const page = await context.newPage();
      await page.goto(dev.page);
      const denied = page.locator("tr", { hasText: "generateImage" });
      await denied.getByText("denied", { exact: true }).waitFor();
      const words = await denied.innerText();
      for (const text of ["visitor@mycompany.com", "groups_missing", "image-makers"]) assert.ok(words.includes(text), words);
      if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `dev-${colorScheme}.png`), fullPage: true });
      await denied.getByRole("link", { name: "visitor@mycompany.com" }).click();
      assert.equal(await page.locator("tr", { hasText: "employee1@mycompany.com" }).locator("a").count(), 0);
      await page.locator("tr", { hasText: "generateImage" }).waitFor();
    } finally {
      await stop();
    }
  }
});

test("where GitHub signs people in, the dev identity provider does, and policies that name GitHub pass", { skip }, async (t) => {
  const prepare = ({ edit }) => {
    edit("mcp.toml", "provider = \"cloudflare-access\"", "provider = \"github\"");
    for (const key of ["client_id", "client_secret", "authorization_url", "token_url", "jwks_url"]) edit("mcp.toml", `\n${key} =`, `\n# ${key} =`);
    edit("mcp.toml", "{ groups = [\"design\"] }", "{ identity = [\"github\"] }");
  };
  const dev = await startDev(await port(), { prepare });
  t.after(dev.stop);
  assert.deepEqual((await toolNames(dev.origin, await signInAt(dev, 1))).sort(), ["add", "generateImage"]);
});

async function port() {
  return (await freePorts(1))[0];
}
