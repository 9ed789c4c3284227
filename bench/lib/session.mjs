// Sessions of Streamable HTTP (2025-11-25), opened by the handshake, and the stream that a client keeps
// open for what the server says by itself.
import { listen } from "../../tests/e2e/lib/http.mjs";
import { post } from "../../tests/e2e/lib/mcp.mjs";

export const REVISION = "2025-11-25";
// Handshakes at once: more only queue in the server.
const AT_ONCE = 20;

/** Opens a session; `capabilities` are the client's. Answers its id. */
export async function openSession(origin, token, { capabilities = {}, revision = REVISION } = {}) {
  const params = { protocolVersion: revision, capabilities, clientInfo: { name: "bench", version: "1" } };
  const answer = await post(origin, token, { jsonrpc: "2.0", id: 0, method: "initialize", params });
  const id = answer.headers.get("mcp-session-id");
  if (answer.status !== 200 || !id) throw new Error(`initialize answered ${answer.status} and ${id ? "a" : "no"} session: ${answer.text.slice(0, 300)}`);
  const headers = sessionHeaders(id, revision);
  const initialized = await post(origin, token, { jsonrpc: "2.0", method: "notifications/initialized" }, { headers });
  if (initialized.status !== 202) throw new Error(`initialized answered ${initialized.status}: ${initialized.text.slice(0, 300)}`);
  return id;
}

export function sessionHeaders(id, revision = REVISION) {
  return { "mcp-session-id": id, "mcp-protocol-version": revision };
}

/** Opens the session's own stream (GET). */
export async function openStream(origin, token, id, headers = {}) {
  const stream = await listen(`${origin}/mcp`, { headers: { authorization: `Bearer ${token}`, ...sessionHeaders(id), ...headers } });
  if (stream.status !== 200) throw new Error(`GET answered ${stream.status}`);
  return stream;
}

/** `count` results of `make(index)`, a few at a time. */
export async function many(count, make, atOnce = AT_ONCE) {
  const made = Array.from({ length: count });
  let next = 0;
  const maker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      made[index] = await make(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, maker));
  return made;
}
