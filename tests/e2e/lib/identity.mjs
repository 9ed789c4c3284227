// What the tests of identity providers share: the server built for one of them, and the Internet as
// it finds it.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Response } from "miniflare";

const TESTS = join(dirname(fileURLToPath(import.meta.url)), "../..");

const EXAMPLES = ["everything", "helpdesk"];

/** The build of `tests/<name>`, or of the example of that name. */
export function buildOf(name) {
  const folder = EXAMPLES.includes(name) ? `../examples/${name}` : name;
  return join(TESTS, folder, "build");
}

/**
 * Why a test of this build does not run, or `false`. `cargo verify` makes every build, and runs the
 * tests again for each storage, which these do not depend on.
 */
export function lacksBuild(name) {
  if (process.env.TOOLGATE_BUILD && !/examples.access/.test(process.env.TOOLGATE_BUILD)) return "does not depend on the storage";
  if (process.env.CI || existsSync(join(buildOf(name), "index.js"))) return false;
  return `no ${buildOf(name)}: run \`worker-build --dev\` beside it`;
}

/**
 * miniflare's options of a debug build, which checks that `setTimeout` gives a number, as worker-rs
 * declares; Node's gives an object.
 */
export const DEBUG_BUILD = { compatibilityFlags: ["global_fetch_strictly_public", "no_nodejs_global_timers"] };

/**
 * miniflare's options of a Worker whose requests go to `hosts`, functions by host name that answer
 * `{ status, body, headers }`. Every other host is unreachable.
 */
export function internet(hosts) {
  return {
    ...DEBUG_BUILD,
    outboundService: async (request) => {
      const url = new URL(request.url);
      const answer = hosts[url.hostname];
      if (!answer) return new Response("no such host", { status: 502 });
      const form = request.method === "POST" ? new URLSearchParams(await request.text()) : undefined;
      const { status = 200, body, headers } = await answer({ url, method: request.method, headers: request.headers, form });
      return Response.json(body ?? null, { status, headers });
    },
  };
}
