// Servers that `cargo toolgate call` meets, and that are not Toolgate's.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

/** Starts a server on the loopback; answers `{ origin, close }`. */
async function listen(handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

/** What is no MCP server: a page, a redirect, and one that names nobody who signs in. */
export function startNoServer() {
  return listen((request, response) => {
    if (request.url === "/html/mcp") response.writeHead(200, { "content-type": "text/html" }).end("<p>hello");
    else if (request.url === "/moved/mcp") response.writeHead(302, { location: "http://127.0.0.1:1/mcp" }).end();
    else response.writeHead(401, { "www-authenticate": "Bearer" }).end();
  });
}

/**
 * A server and an authorization server in one, which a test can have do as it should not by `odd`: `iss` is what
 * it calls itself when it answers, `methods` are its ways of PKCE, `authorize` is where it sends people. The tool
 * wants a scope of its own.
 */
export async function startOdd() {
  const odd = { iss: undefined, methods: ["S256"], authorize: undefined, asked: [] };
  const scopes = new Map();
  const running = await listen(async (request, response) => {
    const own = `http://${request.headers.host}`;
    const { pathname, searchParams } = new URL(request.url, own);
    const json = (status, value, headers = {}) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (pathname === "/.well-known/oauth-protected-resource/mcp") return json(200, { resource: `${own}/mcp`, authorization_servers: [own], scopes_supported: ["read"] });
    if (pathname === "/.well-known/oauth-authorization-server") {
      return json(200, { issuer: own, authorization_endpoint: odd.authorize ?? `${own}/authorize`, token_endpoint: `${own}/token`, registration_endpoint: `${own}/register`, code_challenge_methods_supported: odd.methods, authorization_response_iss_parameter_supported: true });
    }
    if (pathname === "/register") return json(201, { ...JSON.parse(body), client_id: "client" });
    if (pathname === "/authorize") {
      const { redirect_uri, scope, state, resource } = Object.fromEntries(searchParams);
      odd.asked.push({ scope, resource });
      return response.writeHead(302, { location: `${redirect_uri}?${new URLSearchParams({ code: scope, state, iss: odd.iss ?? own })}` }).end();
    }
    if (pathname === "/token") {
      const scope = new URLSearchParams(body).get("code");
      scopes.set(`token-${scopes.size}`, scope);
      return json(200, { access_token: `token-${scopes.size - 1}`, token_type: "Bearer", expires_in: 3600, scope });
    }
    const scope = scopes.get(request.headers.authorization?.replace("Bearer ", ""));
    if (scope === undefined) return json(401, {}, { "www-authenticate": `Bearer resource_metadata="${own}/.well-known/oauth-protected-resource/mcp"` });
    const { id, method } = JSON.parse(body);
    const result = (value) => json(200, { jsonrpc: "2.0", id, result: { resultType: "complete", ...value } });
    if (method === "tools/list") return result({ tools: [{ name: "write", inputSchema: { type: "object" } }] });
    if (!scope.includes("write")) return json(403, {}, { "www-authenticate": 'Bearer error="insufficient_scope", scope="write"' });
    return result({ content: [{ type: "text", text: "written" }] });
  });
  return { ...running, odd };
}

/** The official SDK's server of 2025-11-25, which wants a session and answers in streams; `sessions` are its open ones. */
export async function startOlder() {
  const sessions = new Map();
  const running = await listen(async (request, response) => {
    const id = request.headers["mcp-session-id"];
    let transport = sessions.get(id);
    if (!transport) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => randomBytes(16).toString("hex"),
        onsessioninitialized: (id) => sessions.set(id, transport),
        onsessionclosed: (id) => sessions.delete(id),
      });
      const server = new McpServer({ name: "older", version: "1.0.0" });
      server.registerTool("count", { description: "Counts" }, async (extra) => {
        const { progressToken } = extra._meta;
        await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress: 1, total: 2, message: "half" } });
        return { content: [{ type: "text", text: "two" }] };
      });
      server.registerTool("fail", {}, async () => ({ isError: true, content: [{ type: "text", text: "it went wrong" }] }));
      await server.connect(transport);
    }
    await transport.handleRequest(request, response);
  });
  return { ...running, sessions };
}

/** A server of the newest revision that says what a test puts into `said`, by method. */
export async function startTold() {
  const said = { results: {}, requests: [], refuse: undefined };
  const running = await listen(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (said.refuse) return response.writeHead(said.refuse.status, said.refuse.headers).end(said.refuse.body);
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    said.requests.push({ method, params, name: request.headers["mcp-name"] });
    const answer = said.results[method] ?? { error: { code: -32601, message: "Method not found" } };
    const message = { jsonrpc: "2.0", id, ...("error" in answer ? answer : { result: { resultType: "complete", ...answer } }) };
    if (!said.before) return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(message));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end([...said.before, message].map((one) => `data: ${JSON.stringify(one)}\n\n`).join(""));
  });
  return { ...running, said };
}
