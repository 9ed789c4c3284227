// The audit trail: each security decision is one line of the Worker's log, and no line tells more
// than it may.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { lines, told, watch } from "./lib/audit.mjs";
import { send, listen } from "./lib/http.mjs";
import { ACCOUNTS, EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { DENY, WEB_URI, atClient, authorize, authorizeUrl, newClient, pkce, redeem, refresh, register, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";
import { AUDIT } from "./lib/worker.mjs";

const PROMPT = "a door nobody must read of";
const CF_RAY = "8f1c2d3e4a5b6c7d-FRA";
const stage = await openStage(AUDIT.queue ? { workers: [queueReader(AUDIT.queue)] } : {});
after(() => stage.close());
const { origin } = stage;

/** Everything that no line may contain. */
const secrets = new Set([PROMPT, "4711.25"]);
const keep = (...values) => values.flat().forEach((value) => secrets.add(value));

/** A Worker that writes what arrives at the queue to the log. */
function queueReader(queue) {
  const script = `export default { async queue(batch) { for (const { body } of batch.messages) console.log("queued " + JSON.stringify(body)); } }`;
  return {
    name: "queue-reader",
    modules: [{ type: "ESModule", path: "queue-reader.mjs", contents: script }],
    compatibilityDate: "2026-11-17",
    queueConsumers: { [queue]: { maxBatchTimeout: 0 } },
  };
}

async function newSession(email, options = {}) {
  const session = await signIn(stage, { browser: stage.browser(), email, ...options });
  keep(session.access_token, session.refresh_token, session.client.client_id);
  return session;
}

function revoke(client, token) {
  return send(`${origin}/revoke`, { method: "POST", body: new URLSearchParams({ token, client_id: client.client_id }) });
}

describe("a sign-in", () => {
  const browser = stage.browser();
  let client;

  test("tells of the registration, the approval, the person and the tokens", async () => {
    const web = async () => newClient(origin, { redirect_uris: [WEB_URI] });
    const { result, events } = await watch(stage, 4, async () => signIn(stage, { browser, client: await web(), email: EMPLOYEE }));
    keep(result.access_token, result.refresh_token);
    assert.deepEqual(told(events), [
      "registration client_registered", "consent consent_approved", "sign_in signed_in", "token_issued code_redeemed",
    ]);
    ({ client } = result);
    const [registration, consent, signedIn, issued] = events;
    assert.match(registration.client, /^[\w-]{22}$/);
    for (const event of events) assert.equal(event.client, registration.client, "one client, one key");
    assert.equal(consent.user, undefined, "nobody has signed in yet");
    assert.match(signedIn.user, /^[\w-]{16}$/);
    assert.equal(issued.user, signedIn.user);
    for (const event of events) {
      assert.ok(Math.abs(event.time - Date.now() / 1000) < 60, "seconds since 1970");
      assert.match(event.request, /^[0-9a-f]{16}$/);
    }
    assert.equal(new Set(events.map(({ request }) => request)).size, 4, "each request has its own name");
  });

  test("tells that an approval was remembered", async () => {
    const { result, events } = await watch(stage, 2, () => authorize(stage, { browser, client, email: EMPLOYEE }));
    keep(result.code, result.verifier);
    assert.deepEqual(told(events), ["sign_in signed_in", "consent consent_remembered"]);
    assert.equal(events[1].user, events[0].user, "it is the approval of who signed in");
  });

  test("that the person denies is told as their decision", async () => {
    const other = stage.browser();
    const page = await other.visit(authorizeUrl(origin, client, pkce().challenge), { until: atClient(client) });
    const { events } = await watch(stage, 1, () => other.submit(page, { button: DENY, until: atClient(client) }));
    assert.deepEqual(told(events), ["consent consent_denied"]);
  });

  test("that comes back in another browser is told as refused", async () => {
    const { result, events } = await watch(stage, 1, () => send(`${origin}/callback?code=x&state=${"s".repeat(43)}`));
    assert.equal(result.status, 400);
    assert.deepEqual(told(events), ["refused invalid_state"]);
  });

  test("of an unknown client is told as refused, without the client's words", async () => {
    const url = authorizeUrl(origin, { client_id: "made-up-client", redirect_uris: ["https://evil.example/cb"] }, pkce().challenge);
    keep("made-up-client", "evil.example");
    const { events } = await watch(stage, 1, () => send(url));
    assert.deepEqual(told(events), ["refused client_unknown"]);
    assert.equal(events[0].client, undefined, "nothing is proven of it");
  });

  test("of two people has two pseudonyms, and one person keeps theirs", async () => {
    const user = async (email) => (await watch(stage, 4, () => newSession(email))).events[2].user;
    const [one, again, other] = [await user(EMPLOYEE), await user(EMPLOYEE), await user(VISITOR)];
    assert.equal(one, again);
    assert.notEqual(one, other);
  });
});

describe("tokens", () => {
  test("that are refreshed, refreshed again and used again are told apart", async () => {
    const { client, refresh_token: first } = await newSession(VISITOR);
    const rotated = await watch(stage, 1, () => refresh(stage, client, first));
    assert.deepEqual(told(rotated.events), ["token_refreshed refresh_rotated"]);
    assert.match(rotated.events[0].user, /^[\w-]{16}$/);
    const second = rotated.result.json().refresh_token;
    keep(second, rotated.result.json().access_token);
    const repeated = await watch(stage, 1, () => refresh(stage, client, first));
    assert.deepEqual(told(repeated.events), ["refresh_retried refresh_repeated"]);
    keep((await refresh(stage, client, second)).json().refresh_token);
    const { result, events } = await watch(stage, 3, () => refresh(stage, client, first));
    assert.deepEqual(told(events).slice(-2), ["revoked revoked_by_reuse", "refused refresh_reused"]);
    assert.match(result.json().error_description, /\(refresh_reused\)$/, "people can look the reason up");
  });

  test("of a code that is used twice are revoked, and both is told", async () => {
    const client = await newClient(origin);
    const result = await authorize(stage, { browser: stage.browser(), client, email: VISITOR });
    keep(result.code, result.verifier);
    assert.equal((await redeem(stage, client, result)).status, 200);
    const { events } = await watch(stage, 3, () => redeem(stage, client, result));
    assert.deepEqual(told(events).slice(-2), ["revoked revoked_by_reuse", "refused code_reused"]);
    assert.equal(events.at(-1).user, events.at(-2).user);
  });

  test("that the client revokes are told as such, and another client's as refused", async () => {
    const { client, refresh_token: token } = await newSession(VISITOR);
    const stranger = await newClient(origin);
    const refused = await watch(stage, 2, () => revoke(stranger, token));
    assert.deepEqual(told(refused.events).slice(-1), ["refused revoke_of_another_client"]);
    const { events } = await watch(stage, 1, () => revoke(client, token));
    assert.deepEqual(told(events), ["revoked revoked_by_client"]);
    const late = await watch(stage, 1, () => refresh(stage, client, token));
    assert.deepEqual(told(late.events), ["refused grant_over"]);
  });

  test("that are missing or wrong are told with the reason", async () => {
    const none = await watch(stage, 0, async () => {
      assert.equal((await mcp.call(origin, undefined, "add", {})).status, 401);
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    assert.deepEqual(none.events, [], "every client begins without a token: nothing is decided about anybody");
    keep("not-a-token-of-ours");
    const wrong = await watch(stage, 1, () => mcp.call(origin, "not-a-token-of-ours", "add", {}));
    assert.deepEqual(told(wrong.events), ["refused token_invalid"]);
    assert.match(wrong.result.headers.get("www-authenticate"), /\(token_invalid\)"/);
  });
});

describe("a call", () => {
  let visitor;
  test("that is allowed names tool, policy, person and client", async () => {
    visitor = await newSession(VISITOR);
    const headers = { "cf-ray": CF_RAY };
    const { events } = await watch(stage, 1, () => mcp.call(origin, visitor.access_token, "add", { a: 4711.25, b: 1 }, { headers }));
    assert.deepEqual(told(events), ["tool_allowed policy_matched"]);
    const [{ tool, policy, user, client, request, detail, outcome, ms, bytes, id }] = events;
    assert.deepEqual({ outcome, id }, { outcome: "ok", id: undefined }, "one line for a call that ends at once");
    assert.ok(Number.isInteger(ms) && bytes > 20 && bytes < 2000, `${ms} ms, ${bytes} bytes`);
    assert.deepEqual({ tool, policy, request, detail }, { tool: "add", policy: "everyone", request: CF_RAY, detail: undefined });
    assert.match(user, /^[\w-]{16}$/);
    assert.match(client, /^[\w-]{22}$/);
  });

  test("that is denied is told apart from one of an unknown tool, which the caller cannot", async () => {
    const denied = await watch(stage, 1, () => mcp.call(origin, visitor.access_token, "generateImage", { prompt: PROMPT }));
    const [event] = denied.events;
    assert.deepEqual(told(denied.events), ["tool_denied policy_not_matched"]);
    assert.deepEqual([event.tool, event.policy], ["generateImage", "image-makers"]);
    keep("generateVideo");
    const unknown = await watch(stage, 1, () => mcp.call(origin, visitor.access_token, "generateVideo", { prompt: PROMPT }));
    assert.deepEqual(told(unknown.events), ["tool_denied unknown_tool"]);
    assert.equal(unknown.events[0].tool, undefined, "the name is the caller's text");
    const words = ({ result }) => mcp.message(result).error.message.replace(/generate\w+/, "X");
    assert.equal(words(denied), words(unknown));
  });

  test("of a batch is told one by one", async () => {
    const call = (id, name) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: { a: 1, b: 2 } } });
    const batch = [call(1, "add"), call(2, "generateImage"), call(3, "add")];
    const { events } = await watch(stage, 3, () => mcp.post(origin, visitor.access_token, batch));
    assert.deepEqual(told(events).sort(), ["tool_allowed policy_matched", "tool_allowed policy_matched", "tool_denied policy_not_matched"]);
    assert.deepEqual(events.map(({ outcome }) => outcome).filter(Boolean), ["ok", "ok"]);
  });

  test("over HTTP+SSE is told as well", async () => {
    const session = await newSession(VISITOR, { changes: { resource: `${origin}/sse` } });
    const headers = { authorization: `Bearer ${session.access_token}` };
    const stream = await listen(new URL(`${origin}/sse`), { headers });
    const endpoint = new URL((await stream.next()).data, origin);
    keep(endpoint.searchParams.get("sessionId"));
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "add", arguments: { a: 4711.25, b: 1 } } });
    const { events } = await watch(stage, 1, () => send(endpoint.href, {
      method: "POST", body, headers: { ...headers, "content-type": "application/json", "cf-ray": CF_RAY },
    }));
    assert.deepEqual(told(events), ["tool_allowed policy_matched"]);
    assert.equal(events[0].request, CF_RAY, "the name of the POST that brought the message");
    assert.match(events[0].user, /^[\w-]{16}$/);
    stream.close();
  });
});

describe("no line", () => {
  test("has a token, a code, a secret or what a stranger wrote", async () => {
    keep("Toolgate end-to-end tests", "Bearer ", PROMPT);
    await register(origin, { client_name: "A Name Of A Stranger" });
    keep("A Name Of A Stranger");
    const unless = AUDIT.arguments ? [PROMPT, "4711.25"] : [];
    for (const line of lines(stage.worker.log)) {
      for (const secret of secrets) {
        if (!unless.includes(secret)) assert.ok(!line.includes(secret), `${secret.slice(0, 40)} is in ${line}`);
      }
    }
  });

  test("has an address or a name of a person, unless mcp.toml asks for addresses", () => {
    const personal = Object.entries(ACCOUNTS).flatMap(([email, { sub, name }]) => [...(AUDIT.email ? [] : [email]), sub, name]);
    for (const line of lines(stage.worker.log)) {
      for (const text of personal) assert.ok(!line.includes(text), `${text} is in ${line}`);
    }
  });

  test("is numbered twice or left out, and each has a MAC", () => {
    const numbers = new Map();
    for (const line of lines(stage.worker.log)) {
      const { instance, seq, mac } = JSON.parse(line);
      assert.match(instance, /^[\w-]{8}$/);
      assert.match(mac, /^[\w-]{16}$/);
      numbers.set(instance, [...(numbers.get(instance) ?? []), seq]);
    }
    for (const seen of numbers.values()) {
      assert.deepEqual(seen.toSorted((a, b) => a - b), [...seen.keys()], "from 0, without a gap");
    }
  });

  test("was lost on its way", () => {
    assert.deepEqual(stage.worker.log.filter((line) => line.includes("audit trail is incomplete")), []);
    assert.ok(lines(stage.worker.log).length > 20);
  });
});

describe("what mcp.toml asks for", { skip: !AUDIT.queue && "[audit] of this build asks for nothing" }, () => {
  test("is in the events: address and arguments", async () => {
    const session = await newSession(EMPLOYEE);
    const { events } = await watch(stage, 1, () => mcp.call(origin, session.access_token, "add", { a: 4711.25, b: 1 }));
    const event = events.find(({ event }) => event === "tool_allowed");
    assert.equal(event.email, EMPLOYEE);
    assert.deepEqual(JSON.parse(event.arguments), { a: 4711.25, b: 1 });
  });

  test("reaches the queue", async () => {
    const mine = lines(stage.worker.log).at(-1);
    const deadline = Date.now() + 10_000;
    const queued = () => stage.worker.log.filter((line) => line.includes("queued ")).map((line) => line.split("queued ")[1]);
    while (!queued().includes(mine) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(queued().map(JSON.parse).at(-1), JSON.parse(mine));
  });
});
