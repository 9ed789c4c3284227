// The tools of both TypeScript peers, the same as in bench/server: BENCH_TOOLS of them, each of which
// adds, and says how far it is to callers that want to know.
import { env } from "cloudflare:workers";
import { z } from "zod";

// Once for the isolate, not for each server: the stateless handler makes a server for each request.
const inputSchema = z.object({ a: z.number().describe("First addend"), b: z.number().describe("Second addend") });
const names = Array.from({ length: Number(env.BENCH_TOOLS) }, (_, index) => `tool_${String(index).padStart(3, "0")}`);

export const SERVER = { name: "Bench", version: "1.0.0" };

/** Registers them; `notify(context, notification)` is how this SDK sends one while a tool runs. */
export function register(server, notify, tokenOf) {
  for (const name of names) {
    server.registerTool(name, { description: "Adds two numbers", inputSchema }, async ({ a, b }, context) => {
      const progressToken = tokenOf(context);
      if (progressToken !== undefined) {
        await notify(context, { method: "notifications/progress", params: { progressToken, progress: 1, total: 2 } });
      }
      return { content: [{ type: "text", text: String(a + b) }] };
    });
  }
}
