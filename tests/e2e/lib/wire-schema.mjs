// Every message that the server sends while a test runs, checked against the official JSON schema of
// its revision. http.mjs, watched-fetch.mjs and auth-proxy.mjs show what passes; `Stage.close` fails a file for what was
// found.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import { MODERN, REVISIONS, SCHEMAS } from "./requests.mjs";

// What a client that names no revision speaks (MCP 2025-06-18, transports).
const UNNAMED = "2025-03-26";
const META = "io.modelcontextprotocol/";
const FORMATS = { uri: (text) => URL.canParse(text), byte: /^[A-Za-z0-9+/]*={0,2}$/, "uri-template": true };

/** What was wrong, as `{ origin, text }`. */
export const violations = [];

/** How many messages were checked, by revision and what they are: `2025-11-25 tools/list`. */
export const checked = new Map();

/** The definitions of one schema file, compiled when they are first needed. */
class Schema {
  #validators = new Map();

  constructor(file) {
    const schema = JSON.parse(readFileSync(new URL(file, SCHEMAS), "utf8"));
    const options = { strict: false, allErrors: true, formats: FORMATS };
    this.section = schema.$defs ? "$defs" : "definitions";
    this.definitions = schema[this.section];
    this.ajv = schema.$defs ? new Ajv2020.default(options) : new Ajv.default(options);
    this.ajv.addSchema({ ...schema, $id: "mcp" });
    this.methods = new Map(Object.entries(this.definitions)
      .map(([name, { properties }]) => [properties?.method?.const, name])
      .filter(([method, name]) => method && /(Request|Notification)$/.test(name)));
  }

  /** What is wrong with `value` as the definition `name`; empty if nothing is. */
  problems(name, value) {
    if (!this.definitions[name]) return [`the schema has no ${name}`];
    let validate = this.#validators.get(name);
    if (!validate) {
      validate = this.ajv.compile({ $ref: `mcp#/${this.section}/${name}` });
      this.#validators.set(name, validate);
    }
    return validate(value) ? [] : validate.errors.map(({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`);
  }
}

const schemas = new Map();
function schemaOf(name) {
  if (!schemas.has(name)) schemas.set(name, new Schema(`${name}.json`));
  return schemas.get(name);
}

/** What is wrong with a message of the server that speaks `revision`; `method` is what it answers. */
export function problemsOf(revision, message, method) {
  const schema = schemaOf(revision);
  if (message.method !== undefined) {
    if (message.method === "notifications/tasks") return schemaOf("ext-tasks").problems("TaskStatusNotification", message);
    const name = schema.methods.get(message.method);
    if (!name) return [`${revision} has no ${message.method}`];
    const frame = message.id === undefined ? "JSONRPCNotification" : "JSONRPCRequest";
    return [...schema.problems(frame, message), ...schema.problems(name, message)];
  }
  if (message.error !== undefined) return errorProblems(schema, revision, message);
  const frame = schema.definitions.JSONRPCResultResponse ? "JSONRPCResultResponse" : "JSONRPCResponse";
  const problems = schema.problems(frame, message);
  return method === undefined ? problems : [...problems, ...resultProblems(schema, message, method)];
}

function errorProblems(schema, revision, message) {
  const errors = { "-32020": "HeaderMismatchError", "-32021": "MissingRequiredClientCapabilityError", "-32022": "UnsupportedProtocolVersionError" };
  const special = revision === MODERN ? errors[message.error.code] : undefined;
  if (schema.definitions.JSONRPCErrorResponse) {
    return [...schema.problems("JSONRPCErrorResponse", message), ...(special ? schema.problems(special, message) : [])];
  }
  // The older schemas forget the answer to a message whose id cannot be read.
  return schema.problems("JSONRPCError", message.id === undefined ? { ...message, id: 0 } : message);
}

function resultProblems(schema, message, method) {
  if (message.result.resultType === "task") return schemaOf("ext-tasks").problems("CreateTaskResult", message.result);
  const task = { "tasks/get": "GetTaskResult", "tasks/update": "UpdateTaskResult", "tasks/cancel": "CancelTaskResult" }[method];
  if (task && schema === schemaOf(MODERN)) return schemaOf("ext-tasks").problems(task, message.result);
  const request = schema.methods.get(method);
  if (!request) return [`a result for ${method}, which the revision does not have`];
  const result = request.replace(/Request$/, "Result");
  // Where a question may come in place of the result, the schema says so of the whole response.
  if (schema.definitions[`${result}Response`]) return schema.problems(`${result}Response`, message);
  return schema.problems(schema.definitions[result] ? result : "EmptyResult", message.result);
}

// What the messages of an origin belong to: revisions by session, methods by session and id.
const talks = new Map();
function talkOf(origin) {
  if (!talks.has(origin)) talks.set(origin, { revisions: new Map(), methods: new Map() });
  return talks.get(origin);
}

/**
 * One HTTP request to the server, `{ url, headers, body }` with a plain object of headers. Answers a
 * function that is given each message of the server in its answer, and the answer's headers.
 */
export function exchange({ url, headers, body }) {
  const { origin, pathname, searchParams } = new URL(url);
  const talk = talkOf(origin);
  const header = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  // A session of Streamable HTTP, or of HTTP+SSE, whose id stands in the address.
  const session = header["mcp-session-id"] ?? searchParams.get("sessionId") ?? undefined;
  const requests = [parse(body)].flat().filter((one) => one && typeof one === "object");
  const own = new Map();
  for (const { id, method } of requests) {
    if (id === undefined || method === undefined) continue;
    own.set(JSON.stringify(id), method);
    if (session) talk.methods.set(`${session} ${JSON.stringify(id)}`, method);
  }
  const named = requests[0]?.params?._meta?.[`${META}protocolVersion`] ?? header["mcp-protocol-version"];
  let stream = session;
  return {
    message(text, answer = {}) {
      for (const message of [parse(text)].flat()) {
        if (message?.jsonrpc === undefined) continue;
        const id = JSON.stringify(message.id);
        const method = own.get(id) ?? talk.methods.get(`${stream} ${id}`);
        const given = answer["mcp-session-id"] ?? stream;
        if (method === "initialize" && message.result) talk.revisions.set(given, message.result.protocolVersion);
        const revision = revisionOf({ named, method, message, known: talk.revisions.get(stream), pathname });
        note(origin, revision, message, method);
      }
    },
    /** The address that an HTTP+SSE stream names for its POSTs. */
    endpoint(address) {
      stream = new URL(address, url).searchParams.get("sessionId") ?? stream;
    },
  };
}

function revisionOf({ named, method, message, known, pathname }) {
  if (method === "initialize") return message.result?.protocolVersion ?? known ?? "2025-11-25";
  if (REVISIONS.includes(named)) return named;
  // A revision that nobody knows is answered in the manner of the newest.
  if (named !== undefined) return MODERN;
  if (known) return known;
  return pathname.endsWith("/sse") ? "2024-11-05" : UNNAMED;
}

function note(origin, revision, message, method) {
  const what = message.method ?? (message.error ? "error" : (method ?? "response"));
  const key = `${revision} ${what}`;
  checked.set(key, (checked.get(key) ?? 0) + 1);
  const problems = problemsOf(revision, message, method);
  if (problems.length > 0) {
    violations.push({ origin, text: `${key}: ${problems.join("; ")}\n    ${JSON.stringify(message).slice(0, 1000)}` });
  }
}

function parse(text) {
  if (text === undefined || text === "") return undefined;
  try {
    return JSON.parse(typeof text === "string" ? text : Buffer.from(text).toString("utf8"));
  } catch {
    return undefined;
  }
}
