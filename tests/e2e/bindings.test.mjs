// Bindings of the author's own: what a tool reads and writes by `ctx.env()` in a Worker.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const QUEUE = "jobs";

/** A Worker that writes what arrives at the queue to the log. */
function queueReader() {
  const script = `export default { async queue(batch) { for (const { body } of batch.messages) console.log("queued " + JSON.stringify(body)); } }`;
  return {
    name: "queue-reader",
    modules: [{ type: "ESModule", path: "queue-reader.mjs", contents: script }],
    compatibilityDate: "2026-01-01",
    queueConsumers: { [QUEUE]: { maxBatchTimeout: 0 } },
  };
}

describe("a tool", { skip: lacksBuild("faults") }, () => {
  let stage, token;
  before(async () => {
    const worker = { r2Buckets: { FILES: "files" }, queueProducers: { JOBS: QUEUE } };
    stage = await openStage({ build: buildOf("faults"), worker, workers: [queueReader()] });
    token = (await signIn(stage, { browser: stage.browser(), email: VISITOR })).access_token;
  });
  after(() => stage?.close());

  async function call(name, args) {
    const answer = mcp.message(await mcp.modern(stage.origin, token, "tools/call", { name, arguments: args }));
    const { content, isError } = answer.result ?? assert.fail(JSON.stringify(answer));
    return { text: content[0]?.text ?? "", isError: isError === true };
  }

  test("writes, reads, lists and deletes objects of R2", async () => {
    const seen = await call("store_object", { bucket: "FILES", text: "abcd" });
    assert.deepEqual(seen, { text: "4 bc text/markdown test 0 notes/ false", isError: false });
  });

  test("sends messages to a queue", async () => {
    const sent = await call("send_jobs", { queue: "JOBS" });
    assert.equal(sent.isError, false, sent.text);
    const deadline = Date.now() + 10_000;
    const queued = () => stage.worker.log.filter((line) => line.includes("queued ")).map((line) => JSON.parse(line.split("queued ")[1]).job);
    while (queued().length < 3 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(queued().sort(), ["one", "three", "two"]);
  });

  test("is told of a binding that is not declared", async () => {
    const refused = await call("store_object", { bucket: "NOWHERE", text: "" });
    assert.equal(refused.isError, true);
    assert.match(refused.text, /`NOWHERE` is undefined/);
  });
});
