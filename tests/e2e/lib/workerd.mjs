// Runs a Worker on workerd by a configuration of our own, for what miniflare has no option for: which
// networks the Worker may reach.
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { send } from "./http.mjs";
import { freePorts } from "./ports.mjs";
import { BUILD } from "./worker.mjs";

const START_PATIENCE_MS = 20_000;
const text = JSON.stringify;

/** A configuration whose modules lie beside it. */
function config({ wasm, port, vars, allow }) {
  const modules = [
    `(name = "index.js", esModule = embed "index.js")`,
    ...wasm.map((name) => `(name = ${text(`./${name}`)}, wasm = embed ${text(name)})`),
  ];
  const bindings = Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = [${allow.map(text).join(", ")}], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = "2026-11-17",
  compatibilityFlags = ["global_fetch_strictly_public"],
  bindings = [${bindings.join(", ")}, (name = "TOOLGATE", durableObjectNamespace = "ToolgateObject")],
  durableObjectNamespaces = [(className = "ToolgateObject", uniqueKey = "toolgate", enableSql = true)],
  durableObjectStorage = (inMemory = void),
  globalOutbound = "internet",
);
`;
}

/** Starts the build with these networks allowed; answers `{ origin, stop }`. */
export async function startOnNetworks(allow, { build = BUILD, vars = {}, env = {} } = {}) {
  const [port] = await freePorts(1);
  const directory = mkdtempSync(join(tmpdir(), "toolgate-workerd-"));
  const wasm = readdirSync(build).filter((name) => name.endsWith(".wasm"));
  for (const name of ["index.js", ...wasm]) copyFileSync(join(build, name), join(directory, name));
  const file = join(directory, "config.capnp");
  writeFileSync(file, config({ wasm, port, vars, allow }));
  const { default: binary } = createRequire(import.meta.url)("workerd");
  const child = spawn(binary, ["serve", "--experimental", file], { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => { log += chunk; });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const origin = `http://localhost:${port}`;
  for (const until = Date.now() + START_PATIENCE_MS; ;) {
    const answer = await send(`${origin}/health`).catch(() => undefined);
    if (answer?.status === 200) return { origin, stop };
    if (Date.now() > until || child.exitCode !== null) {
      await stop();
      throw new Error(`workerd did not start: ${answer?.text ?? ""} ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
