// What the tests of grants without a consent page share: the server, the issuers that it trusts, and requests to /token.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { Company, Issuer, JWT_BEARER, idJag, newKey } from "./company.mjs";
import { freshAddress } from "./http.mjs";
import { DEBUG_BUILD, buildOf } from "./identity.mjs";
import { Internet } from "./internet.mjs";
import * as mcp from "./mcp.mjs";
import { tokenRequest } from "./oauth.mjs";
import { openStage } from "./stage.mjs";

export const SECRETS = {
  AGENT_SECRET: "secret-of-the-agent",
  OTHER_AGENT_SECRET: "secret-of-the-other-agent",
  DESKTOP_SECRET: "secret-of-the-desktop",
  NIGHTLY_SECRET: "secret-of-the-nightly-job",
  NIGHTLY_PREVIOUS_SECRET: "previous-secret-of-the-nightly-job",
};
export const COMPANY = "https://idp.company.example";
export const PARTNER = "https://idp.partner.example";
export const TENANTS = "https://idp.tenants.example";

export const basic = (id, secret) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` });

/** Sets the cast up for the tests of a `describe`. */
export function granted(build = "enterprise", options = {}) {
  const internet = new Internet();
  const persist = mkdtempSync(join(tmpdir(), "toolgate-grants-"));
  const cast = { internet, persist };
  before(async () => {
    cast.stage = await openStage({
      build: buildOf(build), persist, vars: { ...SECRETS, OIDC_ISSUER: COMPANY },
      worker: { ...DEBUG_BUILD, ratelimits: {}, outboundService: internet.service }, ...options,
    });
    cast.origin = cast.stage.origin;
    cast.key = await newKey("company-1");
    cast.company = new Company(internet, COMPANY, [cast.key]);
    cast.partner = new Issuer(internet, PARTNER, "https://keys.partner.example/jwks.json", [await newKey("partner-1", "ES256")]);
    cast.tenants = new Issuer(internet, TENANTS, `${TENANTS}/keys`, [await newKey("tenants-1")]);
    cast.tenants.describe();
    cast.clientKey = await newKey("client-1", "ES256");
    for (const host of ["agent", "signer"]) internet.publish(`https://${host}.example/jwks.json`, { keys: [cast.clientKey.jwk] });
  });
  after(async () => {
    await cast.stage?.close();
    rmSync(persist, { recursive: true, force: true });
  });

  /** An ID-JAG of the company, with changes. */
  cast.jag = (changes, how) => idJag(cast.origin, cast.company, changes, how);
  /** Presents an assertion, by the agent unless `headers` say otherwise. */
  cast.redeem = (assertion, params = {}, headers = basic("agent", SECRETS.AGENT_SECRET)) =>
    tokenRequest(cast.origin, { grant_type: JWT_BEARER, assertion, ...params }, { "cf-connecting-ip": freshAddress(), ...headers });
  cast.token = (params, headers = {}) => tokenRequest(cast.origin, params, { "cf-connecting-ip": freshAddress(), ...headers });
  cast.call = async (token, name) => mcp.message(await mcp.call(cast.origin, token, name, {}));
  cast.whoami = async (token) => JSON.parse((await cast.call(token, "whoami")).result.content[0].text);
  cast.tools = (token) => mcp.toolNames(cast.origin, token);
  return cast;
}
