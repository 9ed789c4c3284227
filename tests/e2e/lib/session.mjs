// A session of Streamable HTTP, written out, so that a test can lose a connection where it wants.
import assert from "node:assert/strict";
import { listen, send } from "./http.mjs";

export const PRIMED = "2025-11-25";

export class Session {
  #ids = 0;

  constructor(origin, token, revision, id) {
    Object.assign(this, { origin, token, revision, id });
  }

  /** Sends `initialize` and `notifications/initialized`. */
  static async begin(origin, token, { revision = PRIMED, capabilities = {} } = {}) {
    const session = new Session(origin, token, revision);
    const params = { protocolVersion: revision, capabilities, clientInfo: { name: "tests", version: "1" } };
    const answer = await session.post({ jsonrpc: "2.0", id: "begin", method: "initialize", params });
    assert.equal(answer.status, 200, answer.text);
    session.id = answer.headers.get("mcp-session-id") ?? undefined;
    session.initialized = answer.json().result;
    if (session.id) assert.equal((await session.post({ jsonrpc: "2.0", method: "notifications/initialized" })).status, 202);
    return session;
  }

  headers(more = {}) {
    return {
      authorization: `Bearer ${this.token}`,
      ...(this.id ? { "mcp-session-id": this.id, "mcp-protocol-version": this.revision } : {}),
      ...more,
    };
  }

  /** POSTs a message and waits for the whole answer. */
  post(message, headers = {}) {
    return send(`${this.origin}/mcp`, {
      method: "POST",
      headers: this.headers({ "content-type": "application/json", accept: "application/json, text/event-stream", ...headers }),
      body: JSON.stringify(message),
    });
  }

  /** POSTs a request and gives its stream; `request.id` is the JSON-RPC id. */
  async stream(method, params, headers = {}) {
    const message = { jsonrpc: "2.0", id: ++this.#ids, method, params };
    const stream = await listen(`${this.origin}/mcp`, {
      method: "POST",
      headers: this.headers({ "content-type": "application/json", accept: "application/json, text/event-stream", ...headers }),
      body: JSON.stringify(message),
    });
    return Object.assign(stream, { id: message.id });
  }

  /** Calls a tool, with a token for its progress. */
  call(name, args = {}, headers) {
    return this.stream("tools/call", { name, arguments: args, _meta: { progressToken: `progress-${name}` } }, headers);
  }

  /** Opens the stream for notifications, or resumes the one of an event. */
  get(lastEventId, headers = {}) {
    return listen(`${this.origin}/mcp`, {
      headers: this.headers({ ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }), ...headers }),
    });
  }

  /** Answers a request of the server. */
  answer(id, result) {
    return this.post({ jsonrpc: "2.0", id, result });
  }

  end() {
    return send(`${this.origin}/mcp`, { method: "DELETE", headers: this.headers() });
  }
}

/** The next message of a stream, past events without data. */
export async function nextMessage(stream) {
  for (;;) {
    const event = await stream.next();
    if (event === undefined) return undefined;
    if (event.data) return { ...JSON.parse(event.data), eventId: event.id };
  }
}

/** What is left of a stream until it ends. */
export async function rest(stream) {
  const messages = [];
  for (let message; (message = await nextMessage(stream)); ) messages.push(message);
  return messages;
}
