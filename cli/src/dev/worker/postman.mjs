// Gives the server mail while it runs on your machine: a Worker beside it. miniflare lets whoever reaches its port
// choose the Worker by a header, so this one answers only to who knows its key.
//
// The body of a request is the whole mail, and its address has the envelope. The answer is what became of it:
// `{ outcome, rejectReason, forwards }`.

export default {
  async fetch(request, { KEY, SERVER }) {
    if (request.headers.get("authorization") !== `Bearer ${KEY}`) return new Response(null, { status: 403 });
    const envelope = new URL(request.url).searchParams;
    const mail = await request.arrayBuffer();
    const forwards = [];
    let outcome = "ok";
    let rejectReason;
    const message = {
      from: envelope.get("from"),
      to: envelope.get("to"),
      raw: new Response(mail).body,
      rawSize: mail.byteLength,
      headers: headers(mail),
      canBeForwarded: true,
      setReject(reason) {
        rejectReason = reason;
      },
      async forward(recipient) {
        forwards.push(recipient);
        return { messageId: crypto.randomUUID() };
      },
      async reply() {
        throw new Error("no reply is sent on this machine");
      },
    };
    try {
      await SERVER.email(message);
    } catch (error) {
      console.error(error);
      outcome = "exception";
    }
    return Response.json({ outcome, rejectReason, forwards });
  },
};

/** Bytes in which the header fields end: far more than mail servers let through. */
const MAX_HEAD = 1024 * 1024;

/** The header fields, each of which may go on in lines that begin with a blank (RFC 5322 section 2.2). */
function headers(mail) {
  // One character for each byte, as Workers have it.
  const bytes = new Uint8Array(mail).subarray(0, MAX_HEAD);
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const [head] = text.split(/\r?\n\r?\n/, 1);
  const headers = new Headers();
  for (const field of head.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(field) ?? [];
    if (name === undefined) continue;
    try {
      headers.append(name, value);
    } catch {
      // A name that no header can have.
    }
  }
  return headers;
}
