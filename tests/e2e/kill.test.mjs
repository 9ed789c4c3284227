// The runtime is killed in the middle of code and refresh exchanges, again and again, and started
// anew on what it had stored: never is anything half-written.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, describe, test } from "node:test";
import { oauthError } from "./lib/expect.mjs";
import { VISITOR } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { authorize, newClient, redeem, refresh, signIn } from "./lib/oauth.mjs";
import { records } from "./lib/persisted.mjs";
import { openStage } from "./lib/stage.mjs";
import { STORAGE } from "./lib/worker.mjs";

const KILLS = 30;
// Some kills come before anything was written, some after everything was answered.
const LATEST_KILL = 1.3;

const persist = mkdtempSync(join(tmpdir(), "toolgate-kill-"));
const stage = await openStage({ persist });
after(async () => {
  await stage.close();
  rmSync(persist, { recursive: true, force: true });
});
const { origin } = stage;
const browser = stage.browser();
const client = await newClient(origin);
const newCode = async () => ({ client, ...(await authorize(stage, { browser, client, email: VISITOR })) });

/** Sends both requests; answers what came back, `undefined` where nothing did. */
function exchange(code, refreshToken) {
  const answers = [redeem(stage, client, code), refresh(stage, client, refreshToken)];
  return Promise.all(answers.map((answer) => answer.catch(() => undefined)));
}

/** How long the exchanges take when nothing goes wrong: the last of a few, when all is warm. */
async function usualTime(token) {
  let ms;
  for (let i = 0; i < 4; i += 1) {
    const code = await newCode();
    const started = performance.now();
    const [redeemed, refreshed] = await exchange(code, token);
    ms = performance.now() - started;
    assert.deepEqual([redeemed.status, refreshed.status], [200, 200]);
    token = refreshed.json().refresh_token;
  }
  return { ms, token };
}

/** The grants at rest by id, each checked to be whole. */
function atRest() {
  return new Map(records(persist).map(({ id, grant }) => {
    for (const name of ["code_expires", "expires", "generation", "rotated_at", "created", "used"]) {
      assert.ok(Number.isInteger(grant[name]), `${name} of ${JSON.stringify(grant)}`);
    }
    assert.equal(typeof grant.revoked, "boolean");
    assert.match(grant.sealed, /^[\w-]{100,}$/);
    return [id, grant];
  }));
}

/** The code was not used, or its grant stands whole; whose answer was lost signs in again. */
async function checkCode(code, answer, grant, count) {
  if (answer) {
    assert.equal(answer.status, 200, answer.text);
    assert.equal(grant.generation, 1, "what was answered is stored");
    assert.equal((await refresh(stage, client, answer.json().refresh_token)).status, 200);
    count.answered += 1;
    return;
  }
  assert.ok(!grant.revoked && grant.generation <= 1, JSON.stringify(grant));
  const again = await redeem(stage, client, code);
  if (grant.generation === 0) {
    assert.equal(again.status, 200, again.text);
    count.unused += 1;
    return;
  }
  oauthError(again, 400, "invalid_grant");
  const next = await signIn(stage, { browser, client, email: VISITOR });
  assert.equal((await mcp.legacy(origin, next.access_token, "tools/list")).status, 200);
  count.lost += 1;
}

/**
 * Refreshes as a client does: whoever was killed while it asked the identity provider holds the grant for ten
 * seconds, and until then the answer is to try again.
 */
async function refreshInTime(token) {
  for (const deadline = Date.now() + 15_000; ;) {
    const answer = await refresh(stage, client, token);
    if (answer.status !== 503 || Date.now() > deadline) return answer;
    assert.match(answer.text, /refresh_busy/);
    await sleep(1000 * Number(answer.headers.get("retry-after")));
  }
}

/** A retry gets the one successor, whether or not the first try reached the storage. */
async function checkRefresh(token, answer, grant, generation, count) {
  assert.ok(!grant.revoked && [generation, generation + 1].includes(grant.generation), JSON.stringify(grant));
  const retries = [await refreshInTime(token), await refreshInTime(token)];
  for (const retry of retries) assert.equal(retry.status, 200, retry.text);
  const successors = [answer, ...retries].filter(Boolean).map((one) => one.json().refresh_token);
  assert.equal(new Set(successors).size, 1, "one successor");
  if (answer) assert.equal(grant.generation, generation + 1, "what was answered is stored");
  count[answer ? "answered" : grant.generation === generation ? "unused" : "lost"] += 1;
  return successors[0];
}

describe(`killed ${KILLS} times on ${STORAGE}`, () => {
  test("a code or refresh token is unused, or its grant stands whole", { timeout: 280_000 }, async (context) => {
    const first = await signIn(stage, { browser, client, email: VISITOR });
    const [chain] = atRest().keys();
    let { ms, token } = await usualTime(first.refresh_token);
    let { generation } = atRest().get(chain);
    const codes = { unused: 0, lost: 0, answered: 0 };
    const refreshes = { unused: 0, lost: 0, answered: 0 };
    for (let i = 0; i < KILLS; i += 1) {
      const before = atRest();
      const code = await newCode();
      const sent = exchange(code, token);
      // Spread evenly: left to chance, thirty points might all fall on one side.
      await sleep((i / (KILLS - 1)) * ms * LATEST_KILL);
      for (const pid of stage.worker.pids) process.kill(pid, "SIGKILL");
      const [redeemed, refreshed] = await sent;
      const stored = atRest();
      const [id] = [...stored.keys()].filter((one) => !before.has(one));
      assert.ok(id, "the grant of a code that was handed out is stored");
      await stage.restart({});
      await checkCode(code, redeemed, stored.get(id), codes);
      token = await checkRefresh(token, refreshed, stored.get(chain), generation, refreshes);
      generation += 1;
    }
    const told = (name, { unused, lost, answered }) => context.diagnostic(`${name}: ${unused} unused, ${lost} used with the answer lost, ${answered} answered`);
    told("codes", codes);
    told("refresh tokens", refreshes);
    assert.equal(codes.unused + codes.lost + codes.answered, KILLS);
    assert.ok(codes.unused + refreshes.unused > 0 && codes.unused + codes.lost + refreshes.unused + refreshes.lost >= KILLS / 3, "most kills were in the middle");
    assert.equal(atRest().get(chain).generation, generation);
  });
});
