// Calls of tools on kept-alive connections, one at a time on each, every answer checked.
import { Agent, request as nodeRequest } from "node:http";
import { cpuMs } from "../../tests/e2e/lib/process.mjs";

const PATIENCE_MS = 30_000;
export const CONNECTIONS = 16;
export const MODERN = "2026-07-28";

/**
 * How one kind of call is made of one server.
 *
 * `sessions` are ids of sessions that calls go round; without any, calls carry none. `progress` asks for
 * a notification before the answer. `reply` is the content type that must come: "json" or "sse".
 * `isFloor` is for Workers that answer the same to everything.
 */
export class Lane {
  #next = 0;
  #rounds = [];

  constructor({ name, stage, token, revision, reply, progress = false, sessions = [], tools = 1, isFloor = false }) {
    Object.assign(this, { name, stage, token, revision, reply, progress, sessions, tools, isFloor });
    this.url = new URL(stage.origin);
  }

  /** CPU time per call of `requests` calls in ms, kept as one more round unless `isWarmUp`. */
  async run(requests, { isWarmUp = false } = {}) {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    let left = requests;
    const connection = async () => {
      while (left > 0) {
        left -= 1;
        await this.#call(agent);
      }
    };
    const before = this.#cpu();
    try {
      await Promise.all(Array.from({ length: CONNECTIONS }, connection));
    } finally {
      agent.destroy();
    }
    const each = (this.#cpu() - before) / requests;
    if (!isWarmUp) this.#rounds.push(each);
    return each;
  }

  /** `{ median, least, most }` of the rounds so far. */
  figures() {
    const sorted = this.#rounds.toSorted((a, b) => a - b);
    return { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) };
  }

  #cpu() {
    return this.stage.worker.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  }

  async #call(agent) {
    const number = (this.#next += 1);
    const { headers, body, wanted } = this.#message(number);
    const answer = await exchange(this.url, agent, headers, Buffer.from(JSON.stringify(body)));
    const fault = this.#fault(answer, number, wanted);
    if (fault) throw new Error(`${this.name}: ${fault}; status ${answer.status}, ${answer.type}: ${answer.text.slice(0, 400)}`);
  }

  #message(id) {
    const isModern = this.revision === MODERN;
    const name = `tool_${String(id % this.tools).padStart(3, "0")}`;
    const meta = {
      ...(this.progress ? { progressToken: `p${id}` } : {}),
      ...(isModern ? { "io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {} } : {}),
    };
    const params = { name, arguments: { a: id, b: 19 }, ...(Object.keys(meta).length > 0 ? { _meta: meta } : {}) };
    const session = this.sessions[id % this.sessions.length];
    const headers = {
      authorization: `Bearer ${this.token}`,
      "mcp-protocol-version": this.revision,
      ...(isModern ? { "mcp-method": "tools/call", "mcp-name": name } : {}),
      ...(session ? { "mcp-session-id": session } : {}),
    };
    return { headers, body: { jsonrpc: "2.0", id, method: "tools/call", params }, wanted: `"text":"${id + 19}"` };
  }

  /** What is wrong with an answer, if anything. */
  #fault({ status, type, text }, id, wanted) {
    if (status !== 200) return "no 200";
    if (this.isFloor) return undefined;
    if (!type.startsWith(this.reply === "sse" ? "text/event-stream" : "application/json")) return `no ${this.reply}`;
    if (!text.includes(wanted) || !text.includes(`"id":${id}`)) return "another answer";
    return this.progress && !text.includes(`"progressToken":"p${id}"`) ? "no progress" : undefined;
  }
}

function exchange(url, agent, headers, bytes) {
  return new Promise((resolve, reject) => {
    const request = nodeRequest({
      agent,
      host: "127.0.0.1",
      port: url.port,
      path: "/mcp",
      method: "POST",
      headers: {
        host: url.host,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "content-length": bytes.length,
        ...headers,
      },
    }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => { text += chunk; });
      response.on("end", () => resolve({ status: response.statusCode, type: response.headers["content-type"] ?? "", text }));
      response.on("error", reject);
    });
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    request.on("error", reject);
    request.end(bytes);
  });
}
