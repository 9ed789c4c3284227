// Questions to the client: pages to open, states that the client keeps for the server, and completions.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { cannotMoveClock } from "./lib/clock.mjs";
import { DEBUG_BUILD, buildOf, lacksBuild } from "./lib/identity.mjs";
import { EMPLOYEE, VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { refresh, signIn } from "./lib/oauth.mjs";
import { Session, nextMessage, rest } from "./lib/session.mjs";
import { openStage } from "./lib/stage.mjs";

const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const STATEFUL = "test_input_required_result_request_state";
const PAGE = "https://example.com/connect/calendar";
const CONFIRMED = { confirm: { action: "accept", content: { ok: true } } };

describe("questions", { skip: lacksBuild("everything") }, () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-questions-"));
  let stage, employee, visitor, session;
  before(async () => {
    stage = await openStage({ build: buildOf("everything"), persist, worker: DEBUG_BUILD });
    session = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    visitor = session.access_token;
    employee = (await signIn(stage, { browser: stage.browser(), email: EMPLOYEE })).access_token;
  });
  after(async () => {
    await stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  async function call(token, name, more = {}, capabilities = { elicitation: {} }) {
    const answer = await mcp.modern(stage.origin, token, "tools/call", { name, arguments: {}, ...more }, { meta: { [CAPABILITIES]: capabilities } });
    return { status: answer.status, ...mcp.message(answer) };
  }
  const asked = async (token, name = STATEFUL) => (await call(token, name)).result;
  const retry = (token, requestState, more = {}, name = STATEFUL) => call(token, name, { requestState, inputResponses: CONFIRMED, ...more });
  const isRefused = ({ error, result }, what) => assert.equal(error?.code, -32602, `${what}: ${JSON.stringify(error ?? result)}`);

  test("of one round are answered in the next, with the state that was given", async () => {
    const { requestState, inputRequests, resultType } = await asked(visitor);
    assert.equal(resultType, "input_required");
    assert.deepEqual(Object.keys(inputRequests), ["confirm"]);
    assert.match((await retry(visitor, requestState)).result.content[0].text, /state-ok/);
  });

  test("have a state that is good for its person, tool and arguments only, and as it was given", async () => {
    const { requestState } = await asked(visitor);
    isRefused(await retry(employee, requestState), "another person");
    isRefused(await retry(visitor, requestState, {}, "test_input_required_result_tampered_state"), "another tool");
    const form = { arguments: { message: "Who are you?" } };
    const { requestState: ofForm } = (await call(visitor, "test_elicitation", form)).result;
    isRefused(await retry(visitor, ofForm, { arguments: { message: "Who am I?" } }, "test_elicitation"), "other arguments");
    const at = requestState.length >> 1;
    const changed = requestState.slice(0, at) + (requestState[at] === "A" ? "B" : "A") + requestState.slice(at + 1);
    for (const broken of [changed, requestState.slice(1), `${requestState}A`, "", "x", "x".repeat(100_000)]) isRefused(await retry(visitor, broken), broken.slice(0, 20));
    assert.match((await retry(visitor, requestState)).result.content[0].text, /state-ok/, "and it is still good");
  });

  test("have a state that says nothing to those who read it", async () => {
    const { requestState } = await asked(visitor);
    const bytes = Buffer.from(requestState.split(".").at(-1), "base64url").toString("latin1");
    assert.doesNotMatch(`${requestState}${bytes}`, /visitor|confirm|answers/);
  });

  test("go on over several rounds, each with a state of its own", async () => {
    const name = "test_input_required_result_multi_round";
    const first = await asked(visitor, name);
    const second = (await call(visitor, name, { requestState: first.requestState, inputResponses: { step1: { action: "accept", content: { name: "Ada" } } } })).result;
    assert.deepEqual(Object.keys(second.inputRequests), ["step2"]);
    assert.notEqual(second.requestState, first.requestState);
    const last = (await call(visitor, name, { requestState: second.requestState, inputResponses: { step2: { action: "accept", content: { color: "blue" } } } })).result;
    assert.equal(last.content[0].text, "Ada likes blue");
  });

  test("that are declined reach the function as that, in both eras", async () => {
    const { requestState } = await asked(visitor);
    const declined = await call(visitor, STATEFUL, { requestState, inputResponses: { confirm: { action: "decline" } } });
    assert.equal(declined.result.isError, true);
    assert.match(declined.result.content[0].text, /declined/);
    const legacy = await Session.begin(stage.origin, visitor, { capabilities: { elicitation: {} } });
    const stream = await legacy.call(STATEFUL);
    await legacy.answer((await nextMessage(stream)).id, { action: "decline" });
    assert.match((await rest(stream)).at(-1).result.content[0].text, /declined/);
    await legacy.end();
  });

  test("with a page to open name it, and no answer carries anything of it", async () => {
    const { result } = await call(visitor, "test_elicitation_url", {}, { elicitation: { url: {} } });
    const [[key, { method, params }]] = Object.entries(result.inputRequests);
    assert.deepEqual([method, params.mode, params.url], ["elicitation/create", "url", PAGE]);
    const done = await call(visitor, "test_elicitation_url", { requestState: result.requestState, inputResponses: { [key]: { action: "accept" } } }, { elicitation: { url: {} } });
    assert.equal(done.result.content[0].text, "The page was opened");

    const legacy = await Session.begin(stage.origin, visitor, { capabilities: { elicitation: { url: {} } } });
    const stream = await legacy.call("test_elicitation_url");
    const question = await nextMessage(stream);
    assert.deepEqual([question.params.mode, question.params.url], ["url", PAGE]);
    assert.ok(question.params.elicitationId.length > 0, "2025-11-25 has an id for it");
    await legacy.answer(question.id, { action: "cancel" });
    assert.equal((await rest(stream)).at(-1).result.content[0].text, "The page was not opened");
    await legacy.end();
  });

  test("of a kind that the client cannot answer are not put: the client learns what it lacks", async () => {
    for (const capabilities of [{}, { elicitation: {} }]) {
      const { status, error } = await call(visitor, "test_elicitation_url", {}, capabilities);
      assert.deepEqual([status, error.code, error.data.requiredCapabilities], [400, -32021, { elicitation: { url: {} } }]);
    }
    const legacy = await Session.begin(stage.origin, visitor, { revision: "2025-06-18", capabilities: { elicitation: {} } });
    const answer = mcp.message(await legacy.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "test_elicitation_url", arguments: {} } }));
    assert.equal(answer.result.isError, true, "the revision has no pages");
    await legacy.end();
  });

  test("have a state that is over after an hour", { skip: cannotMoveClock() }, async () => {
    const { requestState } = await asked(visitor);
    await stage.restart({ secondsAhead: 3700 });
    const later = (await refresh(stage, session.client, session.refresh_token)).json().access_token;
    isRefused(await retry(later, requestState), "an old state");
    const anew = await asked(later);
    assert.match((await retry(later, anew.requestState)).result.content[0].text, /state-ok/);
  });
});

describe("completions", { skip: lacksBuild("everything") }, () => {
  let stage, token;
  before(async () => {
    stage = await openStage({ build: buildOf("everything"), worker: DEBUG_BUILD });
    token = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
  });
  after(() => stage?.close());

  const ref = { type: "ref/prompt", name: "test_prompt_with_arguments" };
  const values = async (name, value, context) => {
    const params = { ref, argument: { name, value }, ...(context ? { context: { arguments: context } } : {}) };
    const answers = [
      mcp.message(await mcp.legacy(stage.origin, token, "completion/complete", params)),
      mcp.message(await mcp.modern(stage.origin, token, "completion/complete", params)),
    ];
    assert.deepEqual(answers[0].result.completion, answers[1].result.completion, "one answer in both eras");
    return answers[0].result.completion.values;
  };

  test("come from a list, whatever the case of what was typed", async () => {
    assert.deepEqual(await values("arg1", "par"), ["paris", "park", "party"]);
    assert.deepEqual(await values("arg1", "PARK"), ["park"]);
    assert.deepEqual(await values("arg1", "x"), []);
  });

  test("come from a function, which knows the other arguments", async () => {
    assert.deepEqual(await values("arg2", "o"), ["one", "other"]);
    assert.deepEqual(await values("arg2", "o", { arg1: "paris" }), ["opera", "odeon"]);
  });

  test("of what is not there are refused", async () => {
    for (const params of [
      { ref: { type: "ref/prompt", name: "nothing" }, argument: { name: "a", value: "" } },
      { ref, argument: { name: "nothing", value: "" } },
      { ref: { type: "ref/tool", name: "x" }, argument: { name: "a", value: "" } },
      { ref, argument: { name: "arg1", value: 1 } },
      { ref, argument: { name: "arg1", value: "" }, context: { arguments: { arg2: 1 } } },
    ]) assert.equal(mcp.message(await mcp.legacy(stage.origin, token, "completion/complete", params)).error.code, -32602, JSON.stringify(params));
  });
});
