// `path` for a dependency that asks for it without `node:`, as wrangler would give it.
export * from "node:path";
