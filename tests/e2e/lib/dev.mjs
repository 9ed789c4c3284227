// `cargo toolgate dev` on a copy of examples/access, whose files a test may edit.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser } from "./browser.mjs";
import { call, message } from "./mcp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem } from "./oauth.mjs";

const REPOSITORY = resolve(import.meta.dirname, "../../..");
const TARGET = resolve(process.env.CARGO_TARGET_DIR ?? join(REPOSITORY, "target"));
const BUILD_PATIENCE_MS = 600_000;

/**
 * Starts it; `edit` replaces text in a file of the copy, `run` runs another command of it there, `restart` ends
 * and starts it, and `stop` ends it and removes the copy.
 */
export async function startDev(port, { prepare = () => {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "toolgate-dev-"));
  copyExample(folder);
  const edit = (name, from, to) => {
    const text = readFileSync(join(folder, name), "utf8");
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    writeFileSync(join(folder, name), text.replace(from, to));
  };
  prepare({ folder, edit });
  const environment = { ...process.env, CARGO_TARGET_DIR: TARGET, TOOLGATE_DIR: process.env.TOOLGATE_DIR ?? join(REPOSITORY, ".toolgate") };
  // As it is for people.
  delete environment.CARGO_INCREMENTAL;
  const program = join(TARGET, "debug/cargo-toolgate");
  const run = (args, env = {}) => new Promise((done, failed) => {
    const ran = spawn(program, ["toolgate", ...args], { cwd: folder, env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const result = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) ran[name].on("data", (chunk) => (result[name] += chunk));
    ran.on("error", failed);
    ran.on("close", (status) => done({ ...result, status }));
  });
  const synced = await run(["sync"]);
  if (synced.status !== 0) throw new Error(synced.stderr);
  const lines = [];
  let child;
  let exited;
  const begin = (more = []) => {
    child = spawn(program, ["toolgate", "dev", "--port", String(port), "--project", folder, ...more], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => lines.push(line));
    exited = new Promise((done) => child.once("exit", done));
  };
  begin();
  const said = async (pattern, from = 0) => {
    const end = Date.now() + BUILD_PATIENCE_MS;
    while (Date.now() < end) {
      const found = lines.slice(from).find((line) => pattern.test(line));
      if (found) return found;
      if (child.exitCode !== null) break;
      await sleep(10);
    }
    throw new Error(`nothing like ${pattern} in\n${lines.join("\n")}`);
  };
  const end = async () => {
    child.kill("SIGINT");
    await exited;
  };
  const restart = async (...more) => {
    await end();
    const from = lines.length;
    begin(more);
    await said(/Ctrl-C stops it/, from);
    return lines.slice(from);
  };
  const stop = async () => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await said(/Ctrl-C stops it/);
  } catch (error) {
    await stop();
    throw error;
  }
  return { origin: `http://localhost:${port}`, page: `http://127.0.0.1:${port + 1}/`, folder, edit, run, lines, said, restart, stop, pid: child.pid };
}

/** A server of its own: what the workspace gives is written out. */
function copyExample(folder) {
  const example = join(REPOSITORY, "examples/access");
  for (const name of ["src", "mcp.toml", "mcp.lock", "wrangler.jsonc"]) cpSync(join(example, name), join(folder, name), { recursive: true });
  cpSync(join(REPOSITORY, "Cargo.lock"), join(folder, "Cargo.lock"));
  cpSync(join(REPOSITORY, ".cargo"), join(folder, ".cargo"), { recursive: true });
  const workspace = readFileSync(join(REPOSITORY, "Cargo.toml"), "utf8");
  const value = (key) => workspace.match(new RegExp(`^${key} = (.*)$`, "m"))[1];
  const manifest = readFileSync(join(example, "Cargo.toml"), "utf8")
    .replace(/^(edition|rust-version|license)\.workspace = true$/gm, (_, key) => `${key} = ${value(key)}`)
    .replace("toolgate.workspace = true", `toolgate = { path = ${JSON.stringify(join(REPOSITORY, "runtime"))} }`)
    .replace("serde.workspace = true", `serde = ${value("serde")}`);
  writeFileSync(join(folder, "Cargo.toml"), `${manifest}\n[workspace]\n\n[profile.dev.package.idna]\ndebug-assertions = false\n`);
}

/** Signs in with the account of that number at the dev identity provider. */
export async function signInAt(dev, account = 0) {
  return (await grantAt(dev, account)).access_token;
}

/** The same with everything that came with the token, and the client that got it. */
export async function grantAt(dev, account = 0) {
  const [client, proof, browser] = [await newClient(dev.origin), pkce(), new Browser()];
  const until = atClient(client);
  let page = await browser.visit(authorizeUrl(dev.origin, client, proof.challenge), { until });
  page = await browser.submit(page, { button: APPROVE, until });
  page = await browser.submit(page, { button: { name: "user", value: String(account) }, until });
  const answer = await redeem(dev, client, { code: page.query.get("code"), verifier: proof.verifier });
  if (answer.status !== 200) throw new Error(`/token answered ${answer.status}: ${answer.text}`);
  return { ...answer.json(), client };
}

/** What `add` gives, as text; `undefined` where the call has no answer, as while a new Worker is loaded. */
export async function sum(dev, token, a, b) {
  const answer = await call(dev.origin, token, "add", { a, b }).catch((error) => error);
  return answer.status === 200 ? message(answer).result?.content?.[0]?.text : undefined;
}
