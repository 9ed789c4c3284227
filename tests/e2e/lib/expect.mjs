// Assertions that several files share.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";

/** A refusal of `/token`, `/register` or `/revoke`: OAuth JSON with a sentence for the developer. */
export function oauthError(answer, status, ...codes) {
  const context = `status ${answer.status}: ${answer.text.slice(0, 300)}`;
  assert.equal(answer.status, status, context);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json\b/, context);
  const body = answer.json();
  assert.ok(codes.includes(body.error), `expected ${codes.join(" or ")}, ${context}`);
  helpful(body.error_description, context);
  assert.equal(answer.headers.get("cache-control"), "no-store", "an OAuth refusal must not be cached");
  return body;
}

/** A refusal that must not redirect: an HTML page that says what to do. */
export function errorPage(page, status = 400) {
  const context = `status ${page.status} at ${page.url}: ${page.text.slice(0, 300)}`;
  assert.equal(page.status, status, context);
  assert.equal(page.headers.get("location"), null, context);
  assert.match(page.headers.get("content-type") ?? "", /^text\/html\b/, context);
  helpful(page.words, context);
  assert.match(page.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
  return page.words;
}

/** A refusal that goes back to the client: `error`, the exact `state`, and `iss`. */
export function clientError(page, { code, state, iss }) {
  assert.equal(page.status, 0, `the browser stopped at ${page.url} with ${page.status}: ${page.text?.slice(0, 300)}`);
  assert.equal(page.query.get("error"), code, page.url);
  assert.deepEqual(page.query.getAll("state"), state === undefined ? [] : [state], page.url);
  assert.equal(page.query.get("iss"), iss, page.url);
  assert.equal(page.query.get("code"), null, page.url);
  helpful(page.query.get("error_description"), page.url);
}

/** A 401 of the resource server (RFC 6750 section 3, RFC 9728 section 5.1). */
export function challenge(answer, { origin, path = "/mcp", error }) {
  const context = `status ${answer.status}: ${answer.text.slice(0, 300)}`;
  assert.equal(answer.status, 401, context);
  const header = answer.headers.get("www-authenticate") ?? "";
  assert.match(header, /^Bearer /, context);
  assert.equal(parameter(header, "resource_metadata"), `${origin}/.well-known/oauth-protected-resource${path}`, header);
  assert.equal(parameter(header, "error"), error, header);
  return header;
}

export function parameter(header, name) {
  return new RegExp(`(?:[ ,])${name}="([^"]*)"`).exec(header)?.[1];
}

/** Text that tells a person what was wrong, and nothing of the inside. */
export function helpful(text, context = "") {
  assert.ok(typeof text === "string" && text.length >= 10, `no helpful text. ${context}`);
  assert.doesNotMatch(text, /panicked|unwrap|RuntimeError|\.rs:\d|stack backtrace|undefined|\[object/, context);
}

/** A JSON-RPC error. */
export function rpcError(answer, status, code, { id } = {}) {
  const context = `status ${answer.status}: ${answer.text.slice(0, 300)}`;
  assert.equal(answer.status, status, context);
  const body = answer.json();
  assert.equal(body.jsonrpc, "2.0", context);
  assert.equal(body.error?.code, code, context);
  helpful(body.error.message, context);
  if (id === undefined) assert.ok(body.id === undefined || body.id === null, `an unreadable id must not come back. ${context}`);
  else assert.equal(body.id, id, context);
  return body.error;
}

/** The bytes of the one image of a tool result, checked to be a JPEG that names its prompt. */
export function jpeg(result, prompt) {
  const images = result.content.filter((block) => block.type === "image");
  assert.equal(images.length, 1, JSON.stringify(result).slice(0, 300));
  assert.equal(images[0].mimeType, "image/jpeg");
  const bytes = Buffer.from(images[0].data, "base64");
  assert.equal(bytes.subarray(0, 2).toString("hex"), "ffd8", "a JPEG starts with FFD8");
  assert.equal(bytes.subarray(-2).toString("hex"), "ffd9", "a JPEG ends with FFD9");
  assert.ok(bytes.includes(prompt), "the picture was made for this prompt");
  return bytes;
}
