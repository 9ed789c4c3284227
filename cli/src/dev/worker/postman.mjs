// Gives the server mail while it runs on your machine: a Worker beside it, to which nothing listens.
//
// The body of a request is the whole mail, and its address has the envelope. The answer is what became of it:
// `{ outcome, rejectReason, forwards }`.

export default {
  async fetch(request, { SERVER }) {
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

/** The header fields, each of which may go on in lines that begin with a blank (RFC 5322 section 2.2). */
function headers(mail) {
  const [head] = new TextDecoder("latin1").decode(mail).split(/\r?\n\r?\n/, 1);
  const headers = new Headers();
  for (const field of head.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(field) ?? [];
    try {
      headers.append(name, value);
    } catch {
      // No name that a header can have, or no field at all.
    }
  }
  return headers;
}
