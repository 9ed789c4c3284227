// A Worker around the Worker under test that counts what it asks of its storage. Its rate limiters
// let everything through, so that a flood shows what lies behind them.
import { join } from "node:path";
import { send } from "./http.mjs";
import { BUILD, modules } from "./worker.mjs";

const PATH = "/operations-of-the-tests";

// Methods run on the binding itself: the platform's own objects refuse to run on a proxy.
const ENTRY = `
import Worker, { ToolgateObject } from "./index.js";
export { ToolgateObject };
const operations = [];
const counted = (name, binding) => new Proxy(binding, {
  get(target, property) {
    const value = Reflect.get(target, property, target);
    if (typeof value !== "function" || property === "constructor") return value;
    return (...values) => {
      operations.push(name + "." + String(property));
      return value.apply(target, values);
    };
  },
});
const unlimited = (binding) => new Proxy(binding, {
  get: (target, property) => property === "limit" ? async () => ({ success: true }) : Reflect.get(target, property, target),
});
const wrap = (env) => Object.fromEntries(Object.entries(env).map(([name, value]) => {
  if (["TOOLGATE", "OAUTH_KV", "OAUTH_DB"].includes(name)) return [name, counted(name, value)];
  return [name, name.startsWith("TOOLGATE_LIMIT_") ? unlimited(value) : value];
}));
export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === "${PATH}") return Response.json(operations.splice(0));
    return new Worker(context, wrap(env)).fetch(request);
  },
  scheduled: (event, env, context) => new Worker(context, wrap(env)).scheduled(event),
};
`;

/** miniflare options of a Worker that is counted: `openStage({ worker: counting() })`. */
export function counting(build = BUILD) {
  return { modules: [{ type: "ESModule", path: join(build, "counting.mjs"), contents: ENTRY }, ...modules(build)] };
}

/** The calls of storage bindings since the last time, such as `OAUTH_KV.get`. */
export async function operations(origin) {
  return (await send(`${origin}${PATH}`)).json();
}
