// What it costs to look a token up in Workers KV, as the TypeScript peers must for each request:
// miniflare stands in for KV with a Worker of its own, in JavaScript.
import { DurableObject } from "cloudflare:workers";

export class ToolgateObject extends DurableObject {}

export default {
  async fetch(request, env) {
    const token = new TextEncoder().encode(request.headers.get("authorization") ?? "");
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", token));
    await env.OAUTH_KV.get(`token:${btoa(String.fromCharCode(...hash))}`, "json");
    return Response.json({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "42" }] } });
  },
};
