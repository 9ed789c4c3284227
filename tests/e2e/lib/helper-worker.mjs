// A Worker beside the one under test, bound to the same queues and databases.
import { send } from "./http.mjs";
import { freePorts } from "./ports.mjs";

const SCRIPT = `export default { async fetch(request, env) {
  const { binding, messages, sql, values } = await request.json();
  if (sql) return Response.json((await env[binding].prepare(sql).bind(...values).all()).results);
  await env[binding].sendBatch(messages.map((body) => ({ body })));
  return Response.json("sent");
} };`;

/**
 * `worker` is for `workers` of `startWorker`, with the bindings of these names. `put` sends messages to a queue,
 * `query` runs a statement in a database of D1 and answers its rows.
 */
export async function helperWorker({ queueProducers = {}, d1Databases = {} }) {
  const [port] = await freePorts(1);
  const worker = {
    name: "helper",
    modules: [{ type: "ESModule", path: "helper.mjs", contents: SCRIPT }],
    compatibilityDate: "2026-01-01",
    queueProducers,
    d1Databases,
    unsafeDirectSockets: [{ host: "127.0.0.1", port }],
  };
  async function ask(body) {
    const headers = { "content-type": "application/json" };
    const answer = await send(`http://127.0.0.1:${port}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`the helper answered ${answer.status}: ${answer.text}`);
    return answer.json();
  }
  return {
    worker,
    put: (binding, messages) => ask({ binding, messages }),
    query: (binding, sql, ...values) => ask({ binding, sql, values }),
  };
}
