// Clients that are programs of their own: they are started, they send a person somewhere, and the
// person of the test goes there and comes back.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Browser } from "./browser.mjs";
import { send } from "./http.mjs";
import { logIn } from "./idp.mjs";
import { APPROVE } from "./oauth.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PATIENCE_MS = 90_000;
// Where `cargo verify` puts the clients that are no packages of npm.
const PYTHON = process.env.TOOLGATE_CLIENTS_PYTHON ?? join(ROOT, "target/verify/python/bin/python");
const RMCP = process.env.TOOLGATE_CLIENTS_RMCP ?? join(ROOT, "target/verify/rmcp/debug/rmcp-client");

/** The program of an npm package of the tests, for `spawn`. */
export const npm = (path) => [process.execPath, join(ROOT, "tests/node_modules", path)];
/** A program of tests/clients/python. */
export const python = (name) => [PYTHON, join(ROOT, "tests/clients/python", name)];
/** The program of tests/clients/rmcp. */
export const rmcp = [RMCP];

/** Why the clients that are no packages of npm cannot run here, or `false`. */
export function lacksClients() {
  const missing = [PYTHON, RMCP].find((path) => !existsSync(path));
  if (!missing || process.env.CI) return false;
  return `no ${missing}: tests/clients/README.md tells how to make it`;
}

/** Signs the person in at an address, up to the one that the client waits at. */
export async function signInAt(url, email) {
  const back = new URL(url).searchParams.get("redirect_uri");
  const until = (target) => target.startsWith(back);
  const browser = new Browser();
  let page = await browser.visit(url, { until });
  if (page.hidden?.("attempt") !== undefined) page = await browser.submit(page, { button: APPROVE, until });
  page = await logIn(browser, page, email, { until });
  if (!until(page.url)) throw new Error(`the sign-in ended at ${page.url} (status ${page.status}): ${page.words.slice(0, 400)}`);
  return page.url;
}

/**
 * Runs a client. When it names an address of the server's authorization endpoint, after the word that
 * it `says`, the person signs in there. `comeBack` is what becomes of the address at the end: a browser
 * asks for it ("visit"), or the person copies it into the program ("type").
 * Answers `{ status, output, stdout }`.
 */
export async function runClient([command, ...program], args, { origin, email, comeBack = "visit", says = "", env = {}, input, done }) {
  const home = mkdtempSync(join(tmpdir(), "toolgate-client-"));
  const child = spawn(command, [...program, ...args], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, PYTHONDONTWRITEBYTECODE: "1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const result = { status: undefined, output: "", stdout: "" };
  const signIns = [];
  const read = (isStdout) => (chunk) => {
    result.output += chunk;
    if (isStdout) result.stdout += chunk;
    const url = signIns.length === 0 ? addressIn(result.output, says, origin) : undefined;
    if (url) signIns.push(goThere(url, { email, comeBack, child }));
    if (done?.(result)) child.kill();
  };
  child.stdout.setEncoding("utf8").on("data", read(true));
  child.stderr.setEncoding("utf8").on("data", read(false));
  child.stdin.on("error", () => {});
  if (input) child.stdin.write(input);
  try {
    result.status = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    await Promise.all(signIns);
  } catch (error) {
    throw new Error(`${error.message}\n${result.output}`, { cause: error });
  } finally {
    clearTimeout(timer);
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
  return result;
}

function addressIn(output, says, origin) {
  const start = output.indexOf(`${says}${origin}/authorize?`);
  // Up to the end of the word, which has arrived when something follows it.
  return start < 0 ? undefined : /^[^\s\u001b]+(?=[\s\u001b])/.exec(output.slice(start + says.length))?.[0];
}

async function goThere(url, { email, comeBack, child }) {
  try {
    const back = await signInAt(url, email);
    if (comeBack === "type") child.stdin.write(`${back}\n`);
    else await send(back);
  } catch (error) {
    child.kill();
    throw error;
  }
}

/** What the programs of tests/clients say at their end. */
export function reported({ stdout, output }) {
  const line = stdout.split("\n").find((one) => one.startsWith("RESULT "));
  if (!line) throw new Error(`the client reported no result:\n${output}`);
  return JSON.parse(line.slice("RESULT ".length));
}
