// Server-sent events (HTML, section 9.2), as far as MCP uses them.

/** One event of a stream, as `{ event, data, id }`; undefined where there is only a comment. */
export function parseEvent(block) {
  const event = { event: "message", data: undefined, id: undefined };
  for (const line of block.split("\n")) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === "data") event.data = event.data === undefined ? value : `${event.data}\n${value}`;
    else if (field === "event" || field === "id") event[field] = value;
  }
  return event.data === undefined ? undefined : event;
}

/** The texts of the messages in a whole answer, be it JSON or a stream. */
export function messagesOf(type = "", text) {
  if (type.includes("application/json")) return [text];
  if (!type.includes("text/event-stream")) return [];
  const events = text.replaceAll("\r\n", "\n").split("\n\n").map(parseEvent);
  return events.filter((event) => event?.event === "message").map(({ data }) => data);
}

/**
 * What is given the pieces of an answer's body as they come, and shows its messages to those who check
 * them: `{ data(text), end() }`.
 */
export function showing(wire, headers) {
  const type = headers["content-type"] ?? "";
  const isStream = type.includes("text/event-stream");
  let pending = "";
  return {
    data(text) {
      pending += text;
      if (!isStream) return;
      pending = pending.replaceAll("\r\n", "\n");
      for (let end; (end = pending.indexOf("\n\n")) >= 0; pending = pending.slice(end + 2)) {
        const event = parseEvent(pending.slice(0, end));
        if (event) showTo(wire, event, headers);
      }
    },
    end() {
      if (!isStream) for (const text of messagesOf(type, pending)) wire.message(text, headers);
    },
  };
}

/** Gives an event of a stream to those who check messages (wire-schema.mjs). */
export function showTo(wire, { event, data }, headers) {
  if (event === "endpoint") wire.endpoint(data);
  else if (event === "message") wire.message(data, headers);
}
