// The internet as the Worker sees it: https addresses that the tests answer themselves. Everything
// else, above all the identity provider, is on the loopback and is reached as ever.
import { Response, fetch } from "miniflare";
import { send } from "./http.mjs";

export class Internet {
  #pages = new Map();
  #servers = new Map();
  /** Addresses on the internet that the Worker asked for, in order. */
  requests = [];

  /** miniflare's `outboundService`. */
  service = async (request) => {
    const { hostname } = new URL(request.url);
    if (hostname === "127.0.0.1" || hostname === "localhost") {
      if (request.url.startsWith("http:") && !this.#pages.has(request.url)) return fetch(request);
    }
    this.requests.push({ url: request.url, method: request.method, headers: Object.fromEntries(request.headers) });
    const page = this.#pages.get(request.url);
    if (page) return page(request);
    const base = this.#servers.get(new URL(request.url).origin);
    return base ? passOn(request, base) : new Response("nothing here", { status: 404 });
  };

  /** Has a server on the loopback answer every other address of an origin. */
  serve(origin, base) {
    this.#servers.set(origin, base);
  }

  /** Answers an address with JSON, or with whatever `headers`, `status` and a text `body` say. */
  publish(url, body, { status = 200, headers = {} } = {}) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    this.answer(url, () => new Response([101, 204, 205, 304].includes(status) ? null : text, {
      status,
      headers: { "content-type": "application/json", ...headers },
    }));
  }

  /** Answers an address by a function. */
  answer(url, handle) {
    this.#pages.set(url, handle);
  }

  /** The function that answers an address. */
  page(url) {
    return this.#pages.get(url);
  }

  remove(url) {
    this.#pages.delete(url);
  }

  /** How often an address was asked for. */
  count(url) {
    return this.requests.filter((request) => request.url === url).length;
  }
}

async function passOn(request, base) {
  const { host, pathname, search } = new URL(request.url);
  const { "content-length": _, "transfer-encoding": __, ...headers } = Object.fromEntries(request.headers);
  const answer = await send(`${base}${pathname}${search}`, {
    method: request.method,
    headers: { ...headers, host: new URL(base).host, "x-forwarded-proto": "https", "x-forwarded-host": host },
    body: request.body ? Buffer.from(await request.arrayBuffer()) : undefined,
  });
  const content = answer.headers.get("content-type");
  return new Response(answer.text, { status: answer.status, headers: content ? { "content-type": content } : {} });
}
