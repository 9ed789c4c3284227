// How long `/token` takes with an ID-JAG, beside a refresh that asks no provider: the keys of the issuer are warm.
// `cargo toolgate sync` and `worker-build --release` in tests/enterprise first.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Company, JWT_BEARER, idJag, newKey } from "../tests/e2e/lib/company.mjs";
import { COMPANY, SECRETS, basic } from "../tests/e2e/lib/granted.mjs";
import { connections } from "../tests/e2e/lib/http.mjs";
import { DEBUG_BUILD, buildOf } from "../tests/e2e/lib/identity.mjs";
import { Internet } from "../tests/e2e/lib/internet.mjs";
import { APPROVE, authorizeUrl, pkce, redeem, tokenRequest } from "../tests/e2e/lib/oauth.mjs";
import { openStage } from "../tests/e2e/lib/stage.mjs";
import { Agent } from "node:http";

const [ROUNDS, EACH] = [5, 100];
const DESKTOP = { client_id: "desktop", redirect_uris: ["http://127.0.0.1/callback"] };

connections.agent = new Agent({ keepAlive: true, maxSockets: 1 });
const internet = new Internet();
const persist = mkdtempSync(join(tmpdir(), "toolgate-bench-"));
const stage = await openStage({
  build: buildOf("enterprise"), persist, vars: { ...SECRETS, OIDC_ISSUER: COMPANY },
  worker: { ...DEBUG_BUILD, outboundService: internet.service },
});
try {
  const company = new Company(internet, COMPANY, [await newKey("company-1")]);
  const desktop = basic("desktop", SECRETS.DESKTOP_SECRET);

  let refreshToken;
  // Each sign-in has a grant of its own, which is asked for so often a minute.
  async function signIn() {
    const proof = pkce();
    const browser = stage.browser();
    const page = await browser.visit(authorizeUrl(stage.origin, DESKTOP, proof.challenge));
    const there = await browser.submit(page, { button: APPROVE, until: company.isAsked });
    const back = await browser.follow(there, company.signIn(there.url), { until: (url) => url.startsWith(DESKTOP.redirect_uris[0]) });
    const answer = await redeem(stage, DESKTOP, { code: back.query.get("code"), verifier: proof.verifier }, { client_secret: SECRETS.DESKTOP_SECRET });
    refreshToken = answer.json().refresh_token;
  }

  async function refresh() {
    const next = await tokenRequest(stage.origin, { grant_type: "refresh_token", refresh_token: refreshToken }, { "cf-connecting-ip": "198.51.100.1", ...desktop });
    if (next.status !== 200) throw new Error(next.text);
    refreshToken = next.json().refresh_token;
  }
  async function present(assertion, round) {
    const next = await tokenRequest(stage.origin, { grant_type: JWT_BEARER, assertion }, { "cf-connecting-ip": `198.51.100.${round}`, ...basic("agent", SECRETS.AGENT_SECRET) });
    if (next.status !== 200) throw new Error(next.text);
  }
  const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
  async function time(work) {
    const start = performance.now();
    await work();
    return performance.now() - start;
  }

  const ratios = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    await signIn();
    const assertions = await Promise.all(Array.from({ length: EACH }, () => idJag(stage.origin, company)));
    const [refreshes, presented] = [[], []];
    // One after the other, so that whatever else the machine does costs both.
    for (const assertion of assertions) {
      refreshes.push(await time(refresh));
      presented.push(await time(() => present(assertion, round)));
    }
    if (round === 0) continue;
    const [one, other] = [median(refreshes), median(presented)];
    ratios.push(other / one);
    console.log(`refresh ${one.toFixed(2)} ms, ID-JAG ${other.toFixed(2)} ms: ${(other / one).toFixed(2)} times`);
  }
  console.log(`median ${median(ratios).toFixed(2)} times; at most 1.3`);
  process.exitCode = median(ratios) <= 1.3 ? 0 : 1;
} finally {
  await stage.close();
  rmSync(persist, { recursive: true, force: true });
}
