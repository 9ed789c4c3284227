// A Worker around the Worker under test whose KV shows no grants while it lags, as an edge does that a
// write has not reached.
import { join } from "node:path";
import { send } from "./http.mjs";
import { BUILD, modules } from "./worker.mjs";

const PATH = "/lag-of-the-tests";

// Methods run on the binding itself: the platform's own objects refuse to run on a proxy.
const ENTRY = `
import Worker, { ToolgateObject } from "./index.js";
export { ToolgateObject };
let lags = false;
const late = (binding) => new Proxy(binding, {
  get(target, property) {
    const value = Reflect.get(target, property, target);
    if (typeof value !== "function" || property === "constructor") return value;
    return (key, ...values) => (property === "get" && lags && String(key).startsWith("grant:") ? Promise.resolve(null) : value.call(target, key, ...values));
  },
});
export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === "${PATH}") {
      lags = (await request.text()) === "true";
      return new Response();
    }
    return new Worker(context, { ...env, OAUTH_KV: late(env.OAUTH_KV) }).fetch(request);
  },
};
`;

/** miniflare options of such a Worker: `openStage({ worker: lagging() })`. */
export function lagging(build = BUILD) {
  return { modules: [{ type: "ESModule", path: join(build, "lagging.mjs"), contents: ENTRY }, ...modules(build)] };
}

/** Whether its KV lags from now on. */
export function lag(origin, lags) {
  return send(`${origin}${PATH}`, { method: "POST", body: String(lags) });
}
