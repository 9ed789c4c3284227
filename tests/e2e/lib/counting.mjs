// A Worker around the Worker under test that counts what it asks of its storage.
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
const STORAGES = ["TOOLGATE", "OAUTH_KV", "OAUTH_DB"];
const wrap = (env) => Object.fromEntries(Object.entries(env).map(([name, value]) => [name, STORAGES.includes(name) ? counted(name, value) : value]));
export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === "${PATH}") return Response.json(operations.splice(0));
    return new Worker(context, wrap(env)).fetch(request);
  },
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
