// What acting as the caller costs: CPU time of the whole workerd process for a call that sends the person's own
// token, when this isolate has it and when it has to ask the person's object for it.
//
//   (cd tests/as-caller && worker-build --release) && node bench/as-caller.mjs [--people 150]
//
// The API answers from within this program. Compare figures of one run with each other.
import { parseArgs } from "node:util";
import { buildOf } from "../tests/e2e/lib/identity.mjs";
import { VISITOR } from "../tests/e2e/lib/idp.mjs";
import { Internet } from "../tests/e2e/lib/internet.mjs";
import * as mcp from "../tests/e2e/lib/mcp.mjs";
import { signIn } from "../tests/e2e/lib/oauth.mjs";
import { cpuMs } from "../tests/e2e/lib/process.mjs";
import { openStage } from "../tests/e2e/lib/stage.mjs";

const WIKI = "https://wiki.example/page";

const { values } = parseArgs({ options: { people: { type: "string", default: "150" } } });
const people = Number(values.people);
if (!Number.isInteger(people) || people < 10) throw new Error("--people must be a number of at least 10");

const internet = new Internet();
internet.publish(WIKI, "a page");
const stage = await openStage({ build: buildOf("as-caller"), worker: { outboundService: internet.service } });
try {
  const sessions = [];
  for (let i = 0; i < people; i += 1) sessions.push(await signIn(stage, { browser: stage.browser(), email: VISITOR }));
  await each(sessions.slice(0, 10), "tools/list");
  await row("tools/call, refused before it asks for a token", sessions, "read_unsaid");
  await row("tools/call as the caller, first of each grant", sessions, "read_as_caller");
  await row("tools/call as the caller, token at hand", sessions, "read_as_caller");
} finally {
  await stage.close();
}

async function row(name, sessions, tool) {
  const before = cpu();
  await each(sessions, "tools/call", { name: tool, arguments: { url: WIKI } });
  console.log(`${name.padEnd(48)} ${((cpu() - before) / sessions.length).toFixed(2)} ms`);
}

async function each(sessions, method, params) {
  for (const session of sessions) {
    const answer = await mcp.modern(stage.origin, session.access_token, method, params);
    if (answer.status !== 200) throw new Error(`${method} answered ${answer.status}: ${answer.text}`);
  }
}

function cpu() {
  return stage.worker.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
}
