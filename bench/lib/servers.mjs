// The Workers that are measured, and where their builds lie.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** Servers that bench/prepare.mjs builds from bench/server. */
export const SERVERS = {
  "tools-1": { source: "tools.rs", tools: 1, notifications: false, idle: "1h" },
  "tools-500": { source: "tools.rs", tools: 500, notifications: false, idle: "1h" },
  sessions: { source: "tools.rs", tools: 1, notifications: true, idle: "1h" },
  soak: { source: "soak.rs", notifications: true, idle: "30s" },
};

export const folderOf = (name) => join(process.env.TOOLGATE_BENCH ?? join(REPOSITORY, "target/bench"), name);

/** The build directory of one of them. */
export function buildOf(name) {
  const build = join(folderOf(name), "build");
  if (!existsSync(join(build, "index.js"))) throw new Error(`no ${build}: run \`node bench/prepare.mjs ${name}\` first`);
  return build;
}

/** The build directory of a TypeScript peer: `handler` or `agent`. */
export function peerBuild(name) {
  const build = join(REPOSITORY, "bench/typescript/build", name);
  if (!existsSync(join(build, "index.js"))) throw new Error(`no ${build}: run \`npm ci && npm run build\` in bench/typescript first`);
  return build;
}
