// Runs a Worker, as built for release, on workerd.
//
// miniflare writes workerd's configuration and starts it; requests of the tests go to workerd's
// own socket. The `AI` binding is workerd's own `Ai` class with the small Worker of
// ai-worker.mjs behind it.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { DURABLE_OBJECTS, auditOf, bindings, storageOf } from "./bindings.mjs";
import { clockAhead } from "./clock.mjs";
import { parseJsonc } from "./jsonc.mjs";
import { freePorts } from "./ports.mjs";
import { childrenNamed, endWithin } from "./process.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
// workerd does not end on SIGTERM while an orphaned stream is open.
const STOP_PATIENCE_MS = 3000;
const START_PATIENCE_MS = 20_000;
// A port that was free is sometimes another connection's by the time that workerd takes it.
const START_ATTEMPTS = 5;

/** The build under test: what `worker-build --release` left in this directory. */
export const BUILD = resolve(process.env.TOOLGATE_BUILD ?? join(HERE, "../../../examples/access/build"));

/** What the build under test keeps its grants in: `durable-object`, `kv` or `d1`. */
export const STORAGE = storageOf(readConfig(BUILD));

/** What `[audit]` of the build under test asks for: `{ queue, email, arguments }`. */
export const AUDIT = auditOf(BUILD, readConfig(BUILD));

/** Modules of a build directory, the entry first. */
export function modules(build) {
  const entry = join(build, "index.js");
  if (!existsSync(entry)) {
    throw new Error(`no ${entry}: run \`worker-build --release\` in ${dirname(build)} first, or set TOOLGATE_BUILD`);
  }
  const wasm = readdirSync(build).filter((name) => name.endsWith(".wasm")).map((name) => join(build, name));
  return [
    { type: "ESModule", path: entry },
    ...wasm.map((path) => ({ type: "CompiledWasm", path })),
  ];
}

/** The generated wrangler.jsonc beside a build. */
function readConfig(build) {
  const path = join(dirname(build), "wrangler.jsonc");
  return existsSync(path) ? parseJsonc(readFileSync(path, "utf8")) : undefined;
}

/** miniflare options (version 4 form) for a build with its bindings; `worker` has more of its Worker, `workers` more Workers. */
export function workerOptions({ build = BUILD, port, aiPort, vars = {}, ai = true, persist, secondsAhead = 0, inspectorPort, onLog = () => {}, worker = {}, workers = [] }) {
  const config = readConfig(build);
  const date = config?.compatibility_date ?? "2026-11-17";
  const flags = config?.compatibility_flags ?? ["global_fetch_strictly_public"];
  return {
    host: "127.0.0.1",
    port,
    cf: false,
    // Errors reach the client as the Worker wrote them.
    stripDisablePrettyError: false,
    telemetry: { enabled: false },
    ...(inspectorPort ? { inspectorPort } : {}),
    // GET /cdn-cgi/local/scheduled runs the Worker's cron trigger.
    unsafeTriggerHandlers: true,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: onLog,
    ...(persist ? { resourcePersistencePath: persist } : {}),
    ...(secondsAhead ? { unsafeRuntimeEnv: clockAhead(secondsAhead) } : {}),
    workers: [
      {
        name: "toolgate",
        modules: modules(build),
        modulesRoot: build,
        compatibilityDate: date,
        compatibilityFlags: flags,
        bindings: Object.fromEntries(Object.entries(vars).filter(([, value]) => value !== undefined)),
        durableObjects: DURABLE_OBJECTS,
        ...bindings(config),
        ...(ai ? { ai: { binding: "AI", remoteProxyConnectionString: new URL(`http://127.0.0.1:${aiPort}/`) } } : {}),
        ...worker,
      },
      {
        name: "ai-stand-in",
        modules: [{ type: "ESModule", path: join(HERE, "ai-worker.mjs") }],
        modulesRoot: HERE,
        compatibilityDate: date,
        unsafeDirectSockets: [{ host: "127.0.0.1", port: aiPort }],
      },
      ...workers,
    ],
  };
}

/**
 * Starts the Worker. `vars` are its variables and secrets, `persist` a directory that outlives it,
 * `secondsAhead` moves its clock, `inspectorPort` is where its inspector listens, `worker` replaces miniflare's options of it (`{ ratelimits: {} }`
 * leaves out the rate limiters). Answers `{ origin, port, pids, log, miniflare, stop }`; `origin` is
 * `http://localhost:<port>`, `log` what workerd wrote. TOOLGATE_E2E_LOG=1 shows it at once.
 */
export async function startWorker(options) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === START_ATTEMPTS || error.cause?.code !== "ERR_ADDRESS_IN_USE") throw error;
      await sleep(500);
    }
  }
}

async function startOnce({ port, ...options }) {
  const [chosen, aiPort] = await freePorts(2);
  port ??= chosen;
  const before = new Set(childrenNamed("workerd"));
  const log = [];
  const onLog = ({ level, message }) => {
    log.push(`${level}: ${message}`);
    if (process.env.TOOLGATE_E2E_LOG) process.stderr.write(`[workerd] ${level}: ${message}\n`);
  };
  const miniflare = new Miniflare(convertV4MiniflareOptions(workerOptions({ port, aiPort, onLog, ...options })));
  const workerd = () => childrenNamed("workerd").filter((pid) => !before.has(pid));
  const stop = () => endWithin(STOP_PATIENCE_MS, workerd(), () => miniflare.dispose());
  try {
    await within(START_PATIENCE_MS, miniflare.ready);
  } catch (error) {
    await stop();
    throw new Error(`the Worker in ${relative(process.cwd(), options.build ?? BUILD)} did not start: ${error.message}`, { cause: error });
  }
  return { origin: `http://localhost:${port}`, port, pids: workerd(), log, miniflare, stop };
}

function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing after ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
