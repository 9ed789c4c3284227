// Cloudflare's present way to serve MCP: `createMcpHandler` of `agents`, stateless, on the MCP SDK 2.
import { McpServer } from "@modelcontextprotocol/server";
import { createMcpHandler } from "agents/mcp/server";
import { DurableObject } from "cloudflare:workers";
import { gated } from "./gate.js";
import { SERVER, register } from "./tools.js";

/** Bound by the harness, and not used here. */
export class ToolgateObject extends DurableObject {}

const notify = (context, notification) => context.mcpReq.notify(notification);
const tokenOf = (context) => context.mcpReq._meta?.progressToken;

function newServer() {
  const server = new McpServer(SERVER);
  register(server, notify, tokenOf);
  return server;
}

const serve = createMcpHandler(newServer);

// The provider takes an object with `fetch`, not the function.
export default gated({ fetch: (request, env, context) => serve(request, env, context) });
