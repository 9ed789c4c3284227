// What a sign-in costs, step by step, beside the TypeScript stack: CPU time of the whole workerd
// process, both in one run and in turns, so that a busy machine is busy for both.
//
//   (cd bench/typescript && npm ci && npm run build)
//   node bench/login.mjs [--sign-ins 60] [--rounds 5] [--json FILE]
//
// Toolgate asks a rate limiter five times in a sign-in, the other stack never: miniflare stands in
// for the platform's with a Worker in JavaScript, which takes 1 to 2 ms CPU each time.
//
// TOOLGATE_BUILD names another build directory. Compare the columns of one run with each other.
import { writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connections } from "../tests/e2e/lib/http.mjs";
import { VISITOR, logIn } from "../tests/e2e/lib/idp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem } from "../tests/e2e/lib/oauth.mjs";
import { cpuMs } from "../tests/e2e/lib/process.mjs";
import { openStage } from "../tests/e2e/lib/stage.mjs";
import { sideBySide } from "./table.mjs";

const TYPESCRIPT = fileURLToPath(new URL("typescript/build", import.meta.url));

const { values } = parseArgs({
  options: { "sign-ins": { type: "string", default: "60" }, rounds: { type: "string", default: "5" }, json: { type: "string" } },
});
const [signIns, rounds] = [Number(values["sign-ins"]), Number(values.rounds)];
if (!(signIns >= 10 && rounds >= 1)) throw new Error("--sign-ins must be a number of at least 10, --rounds one of at least 1");

connections.agent = new Agent({ keepAlive: true });
const stacks = [];
try {
  stacks.push({ name: "Toolgate", stage: await openStage(), button: APPROVE });
  stacks.push({ name: "TypeScript", stage: await openStage({ build: TYPESCRIPT }), button: undefined });
  for (const stack of stacks) await round(stack); // warms up, and is not counted
  for (const stack of stacks) stack.rounds = [];
  for (let i = 0; i < rounds; i += 1) for (const stack of stacks) stack.rounds.push(await round(stack));
  const report = stacks.map(({ name, rounds: all }) => ({ name, steps: medians(all) }));
  console.log(sideBySide(report));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  connections.agent.destroy();
  for (const { stage } of stacks) await stage.close();
}

/** CPU ms of each step of a sign-in: many sign-ins go through a step before any takes the next. */
async function round({ stage, button }) {
  const { origin } = stage;
  const flows = Array.from({ length: signIns }, () => ({ browser: stage.browser(), proof: pkce() }));
  const steps = {};
  const step = async (name, act) => {
    const before = cpu(stage);
    for (const flow of flows) await act(flow);
    steps[name] = (cpu(stage) - before) / signIns;
  };
  const atProvider = (url) => url.startsWith(stage.idp.base);
  const atCallback = (url) => url.startsWith(`${origin}/callback`);
  await step("POST /register", async (flow) => {
    flow.client = await newClient(origin);
  });
  await step("GET /authorize", async (flow) => {
    flow.page = await flow.browser.visit(authorizeUrl(origin, flow.client, flow.proof.challenge));
  });
  await step("POST /authorize", async (flow) => {
    flow.page = await flow.browser.submit(flow.page, { button, until: atProvider });
  });
  await step("at the provider", async (flow) => {
    const login = await flow.browser.visit(flow.page.url);
    flow.page = await logIn(flow.browser, login, VISITOR, { until: atCallback });
  });
  await step("GET /callback", async (flow) => {
    flow.page = await flow.browser.visit(flow.page.url, { until: atClient(flow.client) });
  });
  await step("POST /token", async (flow) => {
    const answer = await redeem(stage, flow.client, { code: flow.page.query.get("code"), verifier: flow.proof.verifier });
    if (answer.status !== 200) throw new Error(`/token answered ${answer.status}: ${answer.text}`);
  });
  steps["whole sign-in"] = Object.values(steps).reduce((sum, one) => sum + one, 0);
  return steps;
}

function cpu({ worker }) {
  return worker.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
}

function medians(all) {
  return Object.fromEntries(Object.keys(all[0]).map((name) => {
    const sorted = all.map((steps) => steps[name]).sort((a, b) => a - b);
    return [name, { median: sorted[sorted.length >> 1], least: sorted[0], most: sorted.at(-1) }];
  }));
}
