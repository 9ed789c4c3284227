// The cast of one test file: a Worker on workerd, its identity provider, and browsers.
import { randomBytes } from "node:crypto";
import { Browser } from "./browser.mjs";
import { failures } from "./http.mjs";
import { startHostileIdp } from "./hostile-idp.mjs";
import { accessVars, oidcVars, startIdp } from "./idp.mjs";
import { freePorts } from "./ports.mjs";
import "./watched-fetch.mjs";
import { violations } from "./wire-schema.mjs";
import { startWorker } from "./worker.mjs";

/**
 * `panics` says that tools are to panic, and `mixesIds` that requests share their ids, so that nobody can
 * tell whose answer a message is; both fail a file otherwise.
 */
export async function openStage({ hostile = false, panics: mayPanic = false, mixesIds = false, vars = {}, publicPort, ...options } = {}) {
  const [port] = options.port ? [options.port] : await freePorts(1);
  const idp = hostile ? await startHostileIdp() : await startIdp({ redirectUris: [`http://localhost:${publicPort ?? port}/callback`] });
  const secrets = { COOKIE_ENCRYPTION_KEY: randomBytes(32).toString("hex") };
  const start = (more = {}) => startWorker({
    ...options, ...more, port, vars: { ...accessVars(idp.issuer), ...oidcVars(idp.issuer), ...secrets, ...vars, ...more.vars },
  });
  let worker;
  try {
    worker = await start();
  } catch (error) {
    await idp.stop();
    throw error;
  }
  return {
    origin: worker.origin,
    idp,
    get worker() {
      return worker;
    },
    browser: () => new Browser(),
    /** Starts the Worker anew at the same address, with other options. */
    async restart(more) {
      await worker.stop();
      const { log } = worker;
      worker = await start(more);
      worker.log.unshift(...log);
    },
    /** Ends everything. A panic of the Worker, or a status 500, fails the file even where no test looked. */
    async close() {
      await worker.stop();
      await idp.stop();
      const panics = worker.log.filter((line) => /panicked|RuntimeError|unreachable/.test(line));
      if (panics.length > 0 && !mayPanic) throw new Error(`the Worker panicked:\n${panics.join("\n")}`);
      const mine = failures.filter((line) => line.includes(worker.origin));
      if (mine.length > 0) throw new Error(`the Worker answered 500:\n${mine.join("\n")}`);
      const invalid = violations.filter(({ origin }) => [worker.origin, `http://localhost:${publicPort}`].includes(origin));
      if (invalid.length > 0 && !mixesIds) throw new Error(`against the schema:\n${invalid.map(({ text }) => text).join("\n")}`);
    },
  };
}
