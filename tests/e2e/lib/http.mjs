// Plain HTTP requests, with no header, redirect or cookie that the test did not ask for.
import { request as nodeRequest } from "node:http";
import { messagesOf, parseEvent, showTo } from "./sse.mjs";
import { exchange } from "./wire-schema.mjs";

const PATIENCE_MS = 15_000;

/** How connections are kept: none at all in tests, which must not depend on each other. */
export const connections = { agent: false };

// 198.18.0.0/15 is for measurements (RFC 2544), and nobody's.
const ADDRESSES = 1 << 17;
let addresses = 0;

/** A network address that no request came from before, as Cloudflare reports it. */
export function freshAddress() {
  addresses = (addresses + 1) % ADDRESSES;
  return `198.${18 + (addresses >> 16)}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

/** Answers with status 500 so far, as text. Nothing a client sends may cause one. */
export const failures = [];

/**
 * Sends one request. `body` may be a string, bytes, or URLSearchParams.
 * Answers `{ status, headers, text, json(), url }` once the whole body has arrived.
 */
export function send(url, { method = "GET", headers = {}, body } = {}) {
  const { request, bytes, wire } = open(url, { method, headers, body });
  return new Promise((resolve, reject) => {
    let answered = false;
    request.on("response", (response) => {
      answered = true;
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 500) failures.push(`${method} ${url}: ${Buffer.concat(chunks).toString("utf8").slice(0, 200)}`);
        const answer = new Answer(url, response, Buffer.concat(chunks));
        for (const message of messagesOf(response.headers["content-type"], answer.text)) wire.message(message, response.headers);
        resolve(answer);
        if (!connections.agent) request.destroy();
      });
    });
    // A server that refuses a large body answers, and closes, before all of it was sent.
    request.on("error", (error) => answered || reject(new Error(`${method} ${url}: ${error.message}`, { cause: error })));
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    write(request, bytes, () => answered);
  });
}

const PIECE = 64 * 1024;

/**
 * Sends a body in pieces, and stops when the server has answered: it may read no further. A large
 * body waits a moment behind its headers, as curl does, since a refusal may need no more.
 */
async function write(request, bytes = Buffer.alloc(0), isAnswered) {
  if (bytes.length > PIECE) {
    request.flushHeaders();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  for (let at = 0; at < bytes.length && !isAnswered() && !request.destroyed; at += PIECE) {
    await new Promise((resolve) => request.write(bytes.subarray(at, at + PIECE), resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!isAnswered()) request.end();
}

/** Opens an event stream; answers `{ status, headers, next(), close() }`, events as `{ event, data, id }`. */
export function listen(url, { method = "GET", headers = {}, body } = {}) {
  const { request, bytes, wire } = open(url, { method, headers: { accept: "text/event-stream", ...headers }, body });
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => resolve(new EventStream(request, response, wire)));
    request.end(bytes);
  });
}

function open(url, { method, headers, body }) {
  const target = new URL(url);
  if (target.protocol !== "http:") throw new Error(`the tests speak plain HTTP only, not ${url}`);
  const all = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  if (body instanceof URLSearchParams) {
    body = body.toString();
    setDefault(all, "content-type", "application/x-www-form-urlencoded");
  }
  const bytes = body === undefined ? undefined : Buffer.from(body);
  if (bytes !== undefined && !all["transfer-encoding"]) setDefault(all, "content-length", String(bytes.length));
  const request = nodeRequest({
    // Every server of the tests listens on IPv4 loopback.
    host: "127.0.0.1",
    port: target.port || 80,
    path: target.pathname + target.search,
    method,
    headers: { host: target.host, ...from(headers), ...all },
    agent: connections.agent,
  });
  return { request, bytes, wire: exchange({ url, headers: all, body: bytes }) };
}

/**
 * Each request comes from an address of its own, so that limits per address strike only where a test
 * names the address (or says `undefined`, for none).
 */
function from(headers) {
  const named = Object.keys(headers).some((name) => name.toLowerCase() === "cf-connecting-ip");
  return named ? {} : { "cf-connecting-ip": freshAddress() };
}

function setDefault(headers, name, value) {
  if (!Object.keys(headers).some((key) => key.toLowerCase() === name)) headers[name] = value;
}

class Answer {
  constructor(url, response, bytes) {
    this.url = url;
    this.status = response.statusCode;
    this.headers = toHeaders(response);
    this.bytes = bytes;
    this.text = bytes.toString("utf8");
  }

  json() {
    try {
      return JSON.parse(this.text);
    } catch {
      throw new Error(`not JSON (status ${this.status}): ${this.text.slice(0, 300)}`);
    }
  }
}

function toHeaders(response) {
  const headers = new Headers();
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    headers.append(response.rawHeaders[i], response.rawHeaders[i + 1]);
  }
  return headers;
}

class EventStream {
  #waiting = [];
  #events = [];
  #ended = false;

  constructor(request, response, wire) {
    this.status = response.statusCode;
    this.headers = toHeaders(response);
    this.text = "";
    this.request = request;
    let pending = "";
    response.setEncoding("utf8");
    response.on("error", () => {});
    response.on("data", (chunk) => {
      this.text += chunk;
      pending += chunk.replaceAll("\r\n", "\n");
      let end;
      while ((end = pending.indexOf("\n\n")) >= 0) {
        const event = parseEvent(pending.slice(0, end));
        if (event) showTo(wire, event, response.headers);
        this.#push(event);
        pending = pending.slice(end + 2);
      }
    });
    response.on("close", () => {
      this.#ended = true;
      for (const { resolve } of this.#waiting.splice(0)) resolve(undefined);
    });
  }

  #push(event) {
    if (event === undefined) return;
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve(event);
    else this.#events.push(event);
  }

  /** The next event, or undefined when the stream has ended. */
  next(patienceMs = PATIENCE_MS) {
    if (this.#events.length > 0) return Promise.resolve(this.#events.shift());
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiter) => waiter !== mine);
        reject(new Error(`no event within ${patienceMs} ms`));
      }, patienceMs);
      const mine = { resolve: (event) => { clearTimeout(timer); resolve(event); } };
      this.#waiting.push(mine);
    });
  }

  get ended() {
    return this.#ended;
  }

  close() {
    this.request.destroy();
  }
}
