// The least a Worker can do: what every other figure has to be seen against.
import { DurableObject } from "cloudflare:workers";

export class ToolgateObject extends DurableObject {}

export default {
  fetch: () => Response.json({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "42" }] } }),
};
