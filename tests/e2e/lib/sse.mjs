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

/** Gives an event of a stream to those who check messages (wire-schema.mjs). */
export function showTo(wire, { event, data }, headers) {
  if (event === "endpoint") wire.endpoint(data);
  else if (event === "message") wire.message(data, headers);
}
