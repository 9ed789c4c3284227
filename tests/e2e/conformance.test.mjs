// The official conformance suite, run whole against the server that uses everything MCP has: without
// sign-in, and behind OAuth.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startProxy } from "./lib/auth-proxy.mjs";
import { runSuite } from "./lib/conformance.mjs";
import { buildOf, lacksBuild } from "./lib/identity.mjs";
import { VISITOR } from "./lib/idp.mjs";
import { signIn } from "./lib/oauth.mjs";
import { freePorts } from "./lib/ports.mjs";
import { openStage } from "./lib/stage.mjs";
import { startWorker } from "./lib/worker.mjs";
import { checked, violations } from "./lib/wire-schema.mjs";

// How many checks a server passes that has all of MCP, tasks included, but no skills. rmcp 3.1.4 has one
// more of those of 2026-07-28: it counts streams, where lists are answered with streams and not with JSON.
const RUNS = [
  { name: "0.1.16, every scenario", version: "0.1", args: ["--suite", "all"], passed: 46 },
  { name: "0.2.0-alpha.12, requirements of 2025-11-25", version: "0.2", args: ["--requirements", "2025-11-25"], strict: true, passed: 83 },
  { name: "0.2.0-alpha.12, requirements of 2026-07-28", version: "0.2", args: ["--requirements", "2026-07-28"], strict: true, passed: 196 },
  { name: "0.2.0-alpha.12, every scenario", version: "0.2", args: ["--suite", "all"], passed: 233 },
];

function runAll(url) {
  for (const { name, passed, ...options } of RUNS) {
    test(name, async () => {
      const result = await runSuite({ url: url(), ...options });
      const context = result.problems.join("\n") || result.output.slice(-3000);
      assert.equal(result.failed, 0, context);
      assert.equal(result.status, 0, context);
      assert.deepEqual(result.problems, [], context);
      assert.ok(result.passed >= passed, `${result.passed} passed in ${result.scenarios.length} scenarios, not ${passed}`);
    });
  }
}

describe("the conformance suite, behind OAuth", { skip: lacksBuild("everything") }, () => {
  let stage, proxy;
  before(async () => {
    const [port] = await freePorts(1);
    stage = await openStage({ build: buildOf("everything"), publicPort: port });
    const open = await startProxy({ port, target: stage.origin });
    const { access_token: token } = await signIn({ ...stage, origin: open.origin }, { browser: stage.browser(), email: VISITOR });
    await open.stop();
    proxy = await startProxy({ port, target: stage.origin, token });
  });
  after(async () => {
    await proxy?.stop();
    await stage?.close();
  });

  runAll(() => `${proxy.origin}/mcp`);

  test("every message of the server was checked against the schema of its revision", () => {
    for (const what of ["2025-11-25 tools/call", "2025-11-25 elicitation/create", "2025-11-25 sampling/createMessage", "2026-07-28 tools/call", "2026-07-28 tasks/get", "2026-07-28 notifications/subscriptions/acknowledged"]) {
      assert.ok(checked.get(what) > 0, `${what} is not among ${[...checked.keys()].join(", ")}`);
    }
    assert.deepEqual(violations.map(({ text }) => text), []);
  });
});

describe("the conformance suite, without sign-in", { skip: lacksBuild("open") }, () => {
  let worker;
  before(async () => {
    const vars = { COOKIE_ENCRYPTION_KEY: randomBytes(32).toString("hex") };
    worker = await startWorker({ build: buildOf("open"), vars, ai: false });
  });
  after(async () => {
    await worker?.stop();
    assert.deepEqual(worker?.log.filter((line) => /panicked|RuntimeError|unreachable/.test(line)), []);
  });

  runAll(() => `${worker.origin}/mcp`);
});
