// Workload identity: a job comes with the token of the platform that runs it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, describe, test } from "node:test";
import { watch } from "./lib/audit.mjs";
import { ID_JAG, Issuer, newKey, seconds, sign } from "./lib/company.mjs";
import { granted } from "./lib/granted.mjs";
import { lacksBuild } from "./lib/identity.mjs";

const GITHUB = "https://token.actions.githubusercontent.com";
const CLUSTER = "https://cluster.example";
const AUDIENCE = "https://mcp.example.com";

describe("a workload", { skip: lacksBuild("enterprise") }, () => {
  const cast = granted();
  let github, cluster;
  before(async () => {
    github = new Issuer(cast.internet, GITHUB, `${GITHUB}/.well-known/jwks`, [await newKey("github-1")]);
    github.describe();
    cluster = new Issuer(cast.internet, CLUSTER, `${CLUSTER}/openid/v1/jwks`, [await newKey("cluster-1")]);
  });

  const job = (changes = {}, { key = github.keys[0], header = { typ: "JWT" } } = {}) => sign(key, {
    iss: GITHUB, sub: "repo:acme@99/site@1234:ref:refs/heads/main", aud: AUDIENCE, jti: randomUUID(), iat: seconds(), exp: seconds() + 300,
    repository: "acme/site", repository_id: "1234", repository_owner: "acme", repository_owner_id: "99", ref: "refs/heads/main", event_name: "push", ...changes,
  }, { header });
  const pod = (changes = {}) => sign(cluster.keys[0], {
    iss: CLUSTER, sub: "system:serviceaccount:jobs:nightly", aud: [AUDIENCE], jti: randomUUID(), iat: seconds(), exp: seconds() + 3600,
    "kubernetes.io": { namespace: "jobs" }, ...changes,
  }, { header: {} });
  const redeem = async (assertion, params = {}) => cast.redeem(await assertion, params, {});
  const outcome = (answer) => `${answer.status} ${answer.json().error ?? answer.json().scope}`;

  test("gets a token for the platform's own, without a client or a secret", async () => {
    const answer = await redeem(job(), { resource: `${cast.origin}/mcp` });
    const { access_token, ...rest } = answer.json();
    assert.deepEqual(rest, { token_type: "Bearer", expires_in: 600, scope: "mcp" });
    const { subject, machine, client } = await cast.whoami(access_token);
    assert.deepEqual([subject, machine, client], ["workload:deploy", true, "workload"]);
    const tools = await cast.tools(access_token);
    assert.ok(tools.includes("for_deployers"));
    for (const name of ["for_staff", "for_addressed", "for_no_contractors"]) assert.ok(!tools.includes(name), name);
  });

  test("is told from others by the claims that `when` names, all of them and exactly", async () => {
    for (const [name, changes] of [
      ["a pull request of a fork", { ref: "refs/pull/7/merge", event_name: "pull_request", sub: "repo:acme/site:pull_request" }],
      ["a repository that took over the name", { repository_id: "5678" }],
      ["an owner that took over the name", { repository_owner_id: "98" }],
      ["another repository of the owner", { repository: "acme/other", repository_id: "1235", sub: "repo:acme/other:ref:refs/heads/main" }],
      ["a branch with a longer name", { ref: "refs/heads/main-evil" }],
      ["a tag of the name", { ref: "refs/tags/main" }],
      ["a branch in another case", { ref: "refs/heads/Main" }],
      ["no branch", { ref: undefined }],
      ["a number in place of the text", { repository_id: 1234 }],
      ["null", { ref: null }],
      ["an object", { ref: { name: "refs/heads/main" } }],
    ]) {
      assert.equal(outcome(await redeem(job(changes))), "400 invalid_grant", name);
    }
  });

  test("with a token for another audience gets nothing", async () => {
    for (const aud of ["https://github.com/acme", cast.origin, [AUDIENCE, "https://other.example"], [], undefined, `${AUDIENCE}/`, "https://other.example.com"]) {
      assert.equal(outcome(await redeem(job({ aud }))), "400 invalid_grant", JSON.stringify(aud));
    }
    assert.equal(outcome(await redeem(job({ aud: [AUDIENCE] }))), "200 mcp");
    assert.equal(outcome(await redeem(pod({ aud: "https://other.example.com" }))), "200 mcp", "one of the list");
  });

  test("of another platform gets nothing, and nobody is asked", async () => {
    const asked = cast.internet.requests.length;
    for (const iss of ["https://ghes.example/_services/token", `${GITHUB}/`, "https://token.actions.SUB.ghe.com", undefined, cast.origin]) {
      assert.equal(outcome(await redeem(job({ iss }))), "400 invalid_grant", iss);
    }
    assert.equal(cast.internet.requests.length, asked);
    assert.equal(outcome(await redeem(job({}, { key: cluster.keys[0] }))), "400 invalid_grant", "by the key of another");
    assert.equal(outcome(await redeem(job({ iss: CLUSTER, sub: "system:serviceaccount:jobs:nightly" }))), "400 invalid_grant");
  });

  test("with a token that is over, early, bound or of another kind gets nothing", async () => {
    const now = seconds();
    for (const changes of [
      { iat: now - 900, exp: now - 300 }, { iat: now + 300, exp: now + 600 }, { exp: now + 48 * 3600 }, { exp: String(now + 300) }, { exp: undefined },
      { iat: undefined }, { nbf: now + 300 }, { sub: undefined }, { cnf: { jkt: "x" } },
    ]) {
      assert.equal(outcome(await redeem(job(changes))), "400 invalid_grant", JSON.stringify(changes));
    }
    // An ID-JAG is for a client that proves itself, and of an issuer of its own.
    assert.equal(outcome(await redeem(job({}, { header: { typ: ID_JAG } }))), "401 invalid_client");
    assert.equal(outcome(await cast.redeem(await job({ client_id: "agent", aud: cast.origin }, { header: { typ: ID_JAG } }))), "400 invalid_grant");
    assert.equal(outcome(await redeem(cast.jag({}, { header: { typ: "JWT" } }))), "400 invalid_grant", "nor is a person a job");
  });

  test("uses a token once where its section says so", async () => {
    const token = await pod();
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(token)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(outcome(await redeem(token)), "400 invalid_grant");
    assert.equal(outcome(await redeem(pod({ jti: undefined }))), "400 invalid_grant");
    const again = await job();
    for (let i = 0; i < 2; i += 1) assert.equal(outcome(await redeem(again)), "200 mcp");
  });

  test("gets the scopes of its section, and no token for another server", async () => {
    assert.equal(outcome(await redeem(job(), { scope: "mcp reports" })), "200 mcp reports");
    assert.equal(outcome(await redeem(job(), { scope: "admin" })), "400 invalid_scope");
    assert.equal(outcome(await redeem(pod(), { scope: "reports" })), "400 invalid_scope");
    assert.equal(outcome(await redeem(job(), { resource: "https://other.example/mcp" })), "400 invalid_target");
  });

  test("is known by a new key of its platform", async () => {
    await cast.stage.restart();
    assert.equal(outcome(await redeem(job())), "200 mcp");
    const key = await newKey("github-2");
    github.publish([key]);
    assert.equal(outcome(await redeem(job({}, { key }))), "200 mcp");
    assert.equal(outcome(await redeem(job({}, { key: { ...key, kid: "github-1" } }))), "400 invalid_grant");
    github.publish([key, ...github.keys]);
  });

  test("is in the audit trail by its name", async () => {
    const { events } = await watch(cast.stage, 1, () => redeem(job({}, { key: github.keys[0] })));
    assert.deepEqual(events.map(({ event, reason, detail }) => [event, reason, detail]), [["token_issued", "workload_identified", "deploy"]]);
    const refused = await watch(cast.stage, 1, () => redeem(job({ ref: "refs/heads/evil" }, { key: github.keys[0] })));
    assert.deepEqual(refused.events.map(({ event, reason, detail }) => [event, reason, detail]), [["refused", "assertion_refused", "when"]]);
  });
});
