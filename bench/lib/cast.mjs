// The servers of bench/compare.mjs, each on a workerd of its own with its own identity provider.
import { fileURLToPath } from "node:url";
import { VISITOR } from "../../tests/e2e/lib/idp.mjs";
import { openStage } from "../../tests/e2e/lib/stage.mjs";
import { buildOf, peerBuild } from "./servers.mjs";
import { accessToken } from "./token.mjs";

// `agents` keeps the caller in an AsyncLocalStorage of Node's.
const NODE = { compatibilityFlags: ["global_fetch_strictly_public", "nodejs_compat"] };
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const toolgate = (name, tools) => ({ options: () => ({ build: buildOf(name) }), tools });
const peer = (name, tools) => ({ options: () => ({ build: peerBuild(name), worker: NODE, vars: { BENCH_TOOLS: String(tools) } }), tools });
const floor = (path) => ({ options: () => ({ build: here(path) }), isFloor: true });

const SERVERS = {
  "toolgate-1": toolgate("tools-1", 1),
  "toolgate-500": toolgate("tools-500", 500),
  "toolgate-sessions": toolgate("sessions", 1),
  "handler-1": peer("handler", 1),
  "handler-500": peer("handler", 500),
  "agent-1": peer("agent", 1),
  "agent-500": peer("agent", 500),
  floor: floor("../floor"),
  "floor-kv": floor("../floor-kv"),
};

/** Starts servers on demand, and ends them all. */
export class Cast {
  #open = new Map();

  /** `{ stage, token, tools, isFloor }` of a server. */
  async member(name) {
    if (!this.#open.has(name)) {
      const { options, ...about } = SERVERS[name];
      const stage = await openStage(options());
      this.#open.set(name, { stage, ...about, token: undefined });
      this.#open.get(name).token = about.isFloor ? "none" : await accessToken(stage, VISITOR);
    }
    return this.#open.get(name);
  }

  async close() {
    for (const { stage } of this.#open.values()) await stage.close();
  }
}
