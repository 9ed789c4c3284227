// Runs the built Worker on workerd for `cargo toolgate dev` and `cargo demo`.
//
// The parent speaks JSON lines: one configuration on standard input, then `{"reload":true}` after
// each build. It is answered on standard output with `{"status":"ready","control":{"url":…,"token":…}}`,
// `{"status":"reloaded"}` or `{"status":"failed","message":…}`. What the Worker logs comes the same way, so each
// answer has the `nonce` of the configuration, which the Worker does not know. When standard input ends,
// whatever the reason, this process and workerd end.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startCron } from "./dev-cron.mjs";
import { listen, postman, scheduled } from "./dev-trigger.mjs";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptions, unstable_readConfig as readConfig } from "wrangler";

const here = dirname(fileURLToPath(import.meta.url));
const compatibilityDate = "2026-11-17";

/** Those of wrangler.jsonc as it was last read. */
let crons = [];

let nonce;

const say = (message) => process.stdout.write(`${JSON.stringify({ nonce, ...message })}\n`);

/** Starts the stand-in for Workers AI, a Worker of its own in a workerd of its own. */
async function startStandIn() {
  const script = readFileSync(join(here, "ai-stand-in.mjs"), "utf8");
  const standIn = new Miniflare(
    convertV4MiniflareOptions({ host: "127.0.0.1", port: 0, cf: false, modules: true, script, compatibilityDate }),
  );
  return { standIn, url: await standIn.ready };
}

/** What worker-build left in the folder of `main`, the entry point first. */
function modules(main) {
  const folder = dirname(main);
  const types = { ".js": "ESModule", ".mjs": "ESModule", ".wasm": "CompiledWasm" };
  const files = readdirSync(folder).filter((file) => extname(file) in types).map((file) => join(folder, file));
  const rest = files.filter((file) => file !== main);
  return [main, ...rest].map((path) => ({ type: types[extname(path)], path }));
}

/** A debug build checks that `setTimeout` gives a number, as worker-rs declares; Node's gives an object. */
function compatibilityFlags(flags, debug) {
  return debug ? [...new Set([...flags, "no_nodejs_global_timers"])] : flags;
}

/** The options of miniflare for the user's Worker: wrangler.jsonc as wrangler itself reads it. */
function options(config, remoteProxyConnectionString) {
  const file = readConfig({ config: config.wrangler }, { hideWarnings: true });
  delete file.secrets; // they are in `config.vars`; wrangler would look for them in .dev.vars and warn
  if (file.ai) file.ai.remote = true; // that is, at `remoteProxyConnectionString`, our stand-in
  const { workerOptions: worker } = workerOptions(file, undefined, { remoteProxyConnectionString });
  delete worker.modulesRules; // the modules are listed
  const shared = {
    host: "127.0.0.1",
    port: config.port,
    cf: false,
    log: new Log(LogLevel.WARN),
    // Where wrangler keeps it, so that `wrangler d1 execute --local` and others see the same rows.
    resourcePersistencePath: config.state,
  };
  const own = {
    ...worker,
    // wrangler puts it into the names of the files of Durable Objects.
    name: file.name,
    compatibilityFlags: compatibilityFlags(worker.compatibilityFlags ?? [], config.debug),
    modulesRoot: dirname(config.main),
    modules: modules(config.main),
    bindings: { ...worker.bindings, ...config.vars },
  };
  const converted = convertV4MiniflareOptions({ ...shared, workers: [own, postman(file.name)] });
  // An option that miniflare does not know any more is dropped without a word, and what was stored with it.
  const dropped = Object.keys(shared).filter((name) => converted[name] !== shared[name]);
  if (dropped.length > 0) throw new Error(`this miniflare does not know ${dropped.join(", ")}`);
  crons = worker.cronTriggers ?? [];
  return converted;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
let standIn;
let server;
let cron;
let control;
try {
  const config = JSON.parse((await lines.next()).value);
  ({ nonce } = config);
  let remote;
  if (config.ai) {
    ({ standIn, url: remote } = await startStandIn());
  }
  server = new Miniflare(options(config, remote));
  await server.ready;
  cron = startCron((expression, time) => scheduled(server, expression, time), () => crons);
  control = await listen(server);
  say({ status: "ready", control: { url: control.url, token: control.token } });
  for await (const line of lines) {
    if (JSON.parse(line).reload) {
      await server.setOptions(options(config, remote));
      say({ status: "reloaded" });
    }
  }
} catch (error) {
  say({ status: "failed", message: error?.message ?? String(error) });
  process.exitCode = 1;
}
cron?.stop();
control?.stop();
await Promise.allSettled([server?.dispose(), standIn?.dispose()]);
process.exit();
