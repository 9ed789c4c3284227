// Cloudflare's former way to serve MCP, which its Access demo uses: `McpAgent` of `agents`, a Durable
// Object for each session, on the MCP SDK 1.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpAgent } from "agents/mcp";
import { gated } from "./gate.js";
import { SERVER, register } from "./tools.js";

const notify = (context, notification) => context.sendNotification(notification);
const tokenOf = (context) => context._meta?.progressToken;

/** The harness binds this name. */
export class ToolgateObject extends McpAgent {
  server = new McpServer(SERVER);

  async init() {
    register(this.server, notify, tokenOf);
  }
}

export default gated(ToolgateObject.serve("/mcp", { binding: "TOOLGATE" }));
