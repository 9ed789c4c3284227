// HTTP of one client of the soak: posts that are answered with JSON or an event stream, streams that are
// resumed, readers that are slow, and connections that are cut.
import { request as nodeRequest } from "node:http";

const PATIENCE_MS = 60_000;

/** A connection that ended before the answer began: nobody knows whether the message arrived. */
export class Cut extends Error {}

/**
 * Sends a request; answers `{ status, headers, type, events(), text(), cut(), pause(ms) }` as soon as the
 * answer begins. `signal` cuts the connection before.
 */
export function open(origin, { method, token, headers = {}, body, signal }) {
  const url = new URL(origin);
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = nodeRequest({
      agent: false,
      signal,
      host: "127.0.0.1",
      port: url.port,
      path: "/mcp",
      method,
      headers: {
        host: url.host,
        authorization: `Bearer ${token}`,
        accept: method === "GET" ? "text/event-stream" : "application/json, text/event-stream",
        ...(bytes ? { "content-type": "application/json", "content-length": bytes.length } : {}),
        ...headers,
      },
    }, (response) => resolve(new Answer(request, response)));
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error(`silent for ${PATIENCE_MS} ms`)));
    request.on("error", (error) => reject(new Cut(error.message)));
    request.end(bytes);
  });
}

class Answer {
  constructor(request, response) {
    this.request = request;
    this.response = response;
    this.status = response.statusCode;
    this.headers = response.headers;
    this.type = (response.headers["content-type"] ?? "").split(";")[0];
    response.on("error", () => {});
  }

  cut() {
    this.request.destroy();
  }

  /** The whole body. */
  async text() {
    this.response.setEncoding("utf8");
    let text = "";
    for await (const chunk of this.response) text += chunk;
    return text;
  }

  /**
   * Events as `{ id, data }` until the stream ends, in whatever way. `pause(event)` answers for how many
   * milliseconds nothing more is read.
   */
  async *events(pause = () => 0) {
    this.response.setEncoding("utf8");
    let pending = "";
    try {
      for await (const chunk of this.response) {
        pending += chunk.replaceAll("\r\n", "\n");
        let end;
        while ((end = pending.indexOf("\n\n")) >= 0) {
          const event = parse(pending.slice(0, end));
          pending = pending.slice(end + 2);
          if (!event) continue;
          yield event;
          const ms = pause(event);
          if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
        }
      }
    } catch {
      // Cut, by us or by them: the caller resumes.
    }
  }
}

function parse(block) {
  const event = { id: undefined, data: undefined };
  for (const line of block.split("\n")) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === "data") event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    else if (field === "id") event.id = value;
  }
  return event.id === undefined && event.data === undefined ? undefined : event;
}
