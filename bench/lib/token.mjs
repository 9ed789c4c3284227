// An access token from either stack, by the same steps that a person and a client take.
import { logIn } from "../../tests/e2e/lib/idp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem } from "../../tests/e2e/lib/oauth.mjs";

/** Signs `email` in; `changes` replaces parameters of the authorization request, as `{ resource }`. */
export async function accessToken(stage, email, changes = {}) {
  const client = await newClient(stage.origin);
  const proof = pkce();
  const browser = stage.browser();
  const until = atClient(client);
  let page = await browser.visit(authorizeUrl(stage.origin, client, proof.challenge, changes), { until });
  // Toolgate's page has two buttons, that of the TypeScript peers one without a name.
  const button = page.hidden?.("attempt") === undefined ? undefined : APPROVE;
  if (!page.url.startsWith(stage.idp.base)) page = await browser.submit(page, { button, until });
  page = await logIn(browser, page, email, { until });
  const code = page.query?.get("code");
  if (!code) throw new Error(`no code at ${page.url} (status ${page.status}): ${page.words?.slice(0, 300)}`);
  const answer = await redeem(stage, client, { code, verifier: proof.verifier }, changes);
  if (answer.status !== 200) throw new Error(`/token answered ${answer.status}: ${answer.text}`);
  return answer.json().access_token;
}
