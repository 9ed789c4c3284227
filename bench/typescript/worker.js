// The TypeScript stack that Toolgate's sign-in is measured against. The answer of the tool is fixed:
// a sign-in never gets there.
import { DurableObject } from "cloudflare:workers";
import { gated } from "./gate.js";

/** Bound by the harness, and not used here. */
export class ToolgateObject extends DurableObject {}

export default gated({
  fetch: () => Response.json({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "42" }] } }),
});
