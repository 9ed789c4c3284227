// A server in front of the Worker, for clients of which a test sees nothing else. It can add an access
// token for clients that have none, and it shows every message to wire-schema.mjs.
import { createServer, request as nodeRequest } from "node:http";
import { freshAddress } from "./http.mjs";
import { showing } from "./sse.mjs";
import { exchange } from "./wire-schema.mjs";

/**
 * Starts it at `http://localhost:<port>`; host and origin of a request pass through as they came, so
 * that the Worker takes this address for its own. `token` is added where a request has none.
 * Answers `{ origin, seen, stop }`; `seen` lists the requests as `{ method, path, status, revision }`.
 */
export async function startProxy({ port, target, token }) {
  const seen = [];
  const server = createServer((request, response) => {
    forward({ port, target, token, seen }, request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(502, { "content-type": "text/plain" });
      response.end(String(error.message));
    });
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    origin: `http://localhost:${port}`,
    seen,
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

async function forward({ port, target, token, seen }, request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const headers = { "cf-connecting-ip": freshAddress(), ...request.headers };
  if (token) headers.authorization ??= `Bearer ${token}`;
  delete headers.connection;
  // What is compressed cannot be read on the way.
  delete headers["accept-encoding"];
  const { hostname, port: to } = new URL(target);
  const wire = exchange({ url: `http://localhost:${port}${request.url}`, headers, body });
  const record = { method: request.method, path: request.url, revision: headers["mcp-protocol-version"] };
  seen.push(record);
  await new Promise((resolve, reject) => {
    const onward = nodeRequest({ hostname, port: to, path: request.url, method: request.method, headers, agent: false }, (answer) => {
      record.status = answer.statusCode;
      response.writeHead(answer.statusCode, answer.rawHeaders);
      response.flushHeaders();
      watch(answer, wire);
      answer.pipe(response);
      answer.on("end", resolve);
      answer.on("error", reject);
    });
    onward.on("error", reject);
    response.on("close", () => onward.destroy());
    onward.end(body);
  });
}

/** Shows the messages of an answer as they come. */
function watch(answer, wire) {
  const shown = showing(wire, answer.headers);
  const decoder = new TextDecoder();
  answer.on("data", (chunk) => shown.data(decoder.decode(chunk, { stream: true })));
  answer.on("end", () => shown.end());
}
