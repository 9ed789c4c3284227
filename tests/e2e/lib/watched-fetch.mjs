// The `fetch` of this process, through which the official clients in it speak: every message of the server
// that comes that way is shown to wire-schema.mjs as well.
import { showing } from "./sse.mjs";
import { exchange } from "./wire-schema.mjs";

const PATHS = ["/mcp", "/sse", "/messages"];
const plain = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const response = await plain(input, init);
  const request = input instanceof Request ? input : { url: String(input), headers: init?.headers };
  if (!response.body || !PATHS.includes(new URL(request.url).pathname)) return response;
  const headers = Object.fromEntries(new Headers(init?.headers ?? request.headers));
  const wire = exchange({ url: request.url, headers, body: typeof init?.body === "string" ? init.body : undefined });
  return watched(response, wire);
};

/** The response with its body passing by those who look at it; closing it still closes the connection. */
function watched(response, wire) {
  const shown = showing(wire, Object.fromEntries(response.headers));
  const decoder = new TextDecoder();
  const passing = new TransformStream({
    transform(chunk, controller) {
      shown.data(decoder.decode(chunk, { stream: true }));
      controller.enqueue(chunk);
    },
    flush: () => shown.end(),
  });
  const { status, statusText, headers, url, redirected, type } = response;
  const copy = new Response(response.body.pipeThrough(passing), { status, statusText, headers });
  for (const [name, value] of Object.entries({ url, redirected, type })) Object.defineProperty(copy, name, { value });
  return copy;
}
