// Asks an address once, without following it elsewhere, and prints the answer as one line of JSON:
// `{ status, body, date, now }` with times in seconds, or `{ error }` with a code or a message.

const TIMEOUT = 5000;
const LONGEST_BODY = 256 * 1024;

async function ask(url) {
  const headers = { accept: "application/json", "user-agent": "cargo-toolgate" };
  const answer = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) });
  const now = Math.floor(Date.now() / 1000);
  const parts = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    parts.push(part);
    length += part.length;
    if (length > LONGEST_BODY) return { error: "TOO_LONG" };
  }
  // A cache keeps the date of its own answer, and says how old it is (RFC 9111 section 5.1).
  const date = Date.parse(answer.headers.get("date") ?? "") / 1000 + Number(answer.headers.get("age") ?? 0);
  const body = Buffer.concat(parts).toString("utf8");
  return { status: answer.status, body, date: Number.isFinite(date) ? Math.floor(date) : null, now };
}

function failure(error) {
  if (error.name === "TimeoutError") return { error: "TIMEOUT" };
  return { error: String(error.cause?.code ?? error.cause?.message ?? error.code ?? error.message) };
}

const said = await ask(process.argv[1]).catch(failure);
process.stdout.write(`${JSON.stringify(said)}\n`, () => process.exit());
