// The official conformance suite for authorization servers, unattended: a real sign-in at the
// OpenID provider stands behind the address that the suite asks a person to open.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { send } from "./lib/http.mjs";
import { APPROVE, newClient } from "./lib/oauth.mjs";
import { VISITOR, logIn } from "./lib/idp.mjs";
import { freePorts } from "./lib/ports.mjs";
import { openStage } from "./lib/stage.mjs";

const SUITE = fileURLToPath(new URL("../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url));
const PATIENCE_MS = 60_000;

const stage = await openStage();
const results = mkdtempSync(join(tmpdir(), "toolgate-conformance-"));
after(async () => {
  rmSync(results, { recursive: true, force: true });
  await stage.close();
});
const { origin } = stage;

/** Signs a person in at the address that the suite printed, and calls the suite back. */
async function signInAt(url, callback) {
  const browser = stage.browser();
  const until = (target) => target.startsWith(callback);
  const consent = await browser.visit(url, { until });
  const login = await browser.submit(consent, { button: APPROVE, until });
  const end = await logIn(browser, login, VISITOR, { until });
  assert.ok(until(end.url), `the sign-in ended at ${end.url} (status ${end.status}): ${end.words.slice(0, 300)}`);
  await send(end.url);
}

/** Runs the suite; answers its exit code, what it wrote, and the checks of each scenario. */
async function run(name, args) {
  const [port] = await freePorts(1);
  const callback = `http://127.0.0.1:${port}/callback`;
  const client = await newClient(origin, { redirect_uris: [callback] });
  const directory = join(results, name);
  const child = spawn(process.execPath, [
    SUITE, "authorization", "--url", origin, "--client-id", client.client_id, "-p", String(port), "-o", directory, ...args,
  ], { stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE_MS });
  let output = "";
  let signedIn;
  const read = (chunk) => {
    output += chunk;
    const url = /^http\S+\/authorize\?\S+$/m.exec(output)?.[0];
    if (signedIn || !url || !output.includes("Callback server started")) return;
    signedIn = signInAt(url, callback).catch((error) => {
      child.kill();
      return error;
    });
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", read);
  const [status] = await once(child, "close");
  const problem = await signedIn;
  if (problem) throw problem;
  const scenarios = readdirSync(directory).sort();
  const checks = scenarios.flatMap((one) => JSON.parse(readFileSync(join(directory, one, "checks.json"), "utf8")));
  return { status, output, scenarios, checks };
}

const runs = [
  ["as it comes", []],
  ["for the revision 2025-11-25", ["--spec-version", "2025-11-25"]],
  ["for the revision 2026-07-28", ["--spec-version", "2026-07-28"]],
  ["with the resource of this server", ["--resource", `${origin}/mcp`]],
];
for (const [index, [name, args]] of runs.entries()) {
  describe(`the suite for authorization servers, ${name}`, () => {
    const result = run(String(index), args);
    result.catch(() => {}); // the tests below await it, and fail by it

    test("passes both scenarios", async () => {
      const { status, output, scenarios } = await result;
      assert.equal(status, 0, output);
      assert.equal(scenarios.length, 2, output);
      assert.equal(output.match(/^✓ \S+: [1-9]\d* passed, 0 failed$/gm)?.length, 2, output);
    });

    test("has nothing to warn of, and skips nothing", async () => {
      const { checks } = await result;
      assert.ok(checks.some(({ id }) => id.includes("code")), "the code grant was checked");
      const others = checks.filter(({ status }) => !["SUCCESS", "INFO"].includes(status));
      assert.deepEqual(others.map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? ""}`), []);
    });
  });
}
