// JSON-RPC messages to `/mcp`, written out, so that a test can get each part wrong.
import { send } from "./http.mjs";
import { MODERN } from "./requests.mjs";

export { MODERN };
export const LEGACY = "2025-06-18";
const META = "io.modelcontextprotocol/";

/** POSTs `body` (text, or a value to be written as JSON) to `/mcp`. */
export function post(origin, token, body, { headers = {}, path = "/mcp" } = {}) {
  return send(`${origin}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}

/** A request in the manner of 2025-06-18. */
export function legacy(origin, token, method, params, { id = 1, headers = {}, ...options } = {}) {
  return post(origin, token, { jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) }, {
    headers: { "mcp-protocol-version": LEGACY, ...headers }, ...options,
  });
}

/** A request in the manner of 2026-07-28: no handshake, everything said in `_meta` and headers. */
export function modern(origin, token, method, params = {}, { id = 1, headers = {}, meta = {}, ...options } = {}) {
  const name = params.name ?? params.uri;
  return post(origin, token, {
    jsonrpc: "2.0",
    id,
    method,
    params: {
      ...params,
      _meta: {
        [`${META}protocolVersion`]: MODERN,
        [`${META}clientCapabilities`]: {},
        [`${META}clientInfo`]: { name: "tests", version: "1" },
        ...meta,
      },
    },
  }, {
    headers: { "mcp-protocol-version": MODERN, "mcp-method": method, ...(name ? { "mcp-name": name } : {}), ...headers },
    ...options,
  });
}

/** The one JSON-RPC message of an answer, be it JSON or an event stream. */
export function message(answer) {
  if (!answer.headers.get("content-type")?.includes("text/event-stream")) return answer.json();
  const data = answer.text.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).filter(Boolean);
  return JSON.parse(data.at(-1));
}

export function call(origin, token, name, args, options) {
  return legacy(origin, token, "tools/call", { name, ...(args === undefined ? {} : { arguments: args }) }, options);
}

export async function toolNames(origin, token) {
  return message(await legacy(origin, token, "tools/list")).result.tools.map((tool) => tool.name);
}
