// The bindings of a generated wrangler.jsonc, as miniflare wants them (version 4 form).
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What every Worker of the tests is bound to; a build without wrangler.jsonc gets no more. */
export const DURABLE_OBJECTS = { TOOLGATE: { className: "ToolgateObject", useSQLite: true } };

const byBinding = (list = [], value) => Object.fromEntries(list.map((one) => [one.binding ?? one.name, value(one)]));

export function bindings(config) {
  if (!config) return { kvNamespaces: { OAUTH_KV: "oauth" } };
  return {
    kvNamespaces: byBinding(config.kv_namespaces, ({ binding }) => binding),
    d1Databases: byBinding(config.d1_databases, ({ binding }) => binding),
    ratelimits: byBinding(config.ratelimits, ({ namespace_id, simple }) => ({ namespace_id, simple })),
    analyticsEngineDatasets: byBinding(config.analytics_engine_datasets, ({ dataset }) => ({ dataset })),
    queueProducers: byBinding(config.queues?.producers, ({ queue }) => queue),
  };
}

/** The queues that the Worker with this configuration takes messages from. */
export function queueConsumers({ queues }) {
  const of = (one) => ({
    maxBatchSize: one.max_batch_size,
    maxBatchTimeout: one.max_batch_timeout,
    maxRetries: one.max_retries,
    retryDelay: one.retry_delay,
    deadLetterQueue: one.dead_letter_queue,
  });
  return Object.fromEntries(queues.consumers.map((one) => [one.queue, of(one)]));
}

/** Where the Worker with this configuration keeps its grants. */
export function storageOf(config) {
  if (config?.d1_databases) return "d1";
  return config?.kv_namespaces ? "kv" : "durable-object";
}

/** What the Worker of a build tells its audit trail. mcp.toml lists it in one line. */
export function auditOf(build, config) {
  const path = join(dirname(build), "mcp.toml");
  const include = existsSync(path) ? (/^include = \[(.*)\]$/m.exec(readFileSync(path, "utf8"))?.[1] ?? "") : "";
  const asked = (name) => include.includes(`"${name}"`);
  return { queue: config?.queues?.producers[0].queue, email: asked("email"), arguments: asked("arguments") };
}
