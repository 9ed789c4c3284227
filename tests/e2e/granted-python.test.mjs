// The official Python client without a person's sign-in: a company's ID-JAG, a machine's secret, a machine's key.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { lacksClients, python, reported, runClient } from "./lib/client-program.mjs";
import { seconds, sign } from "./lib/company.mjs";
import { SECRETS, granted } from "./lib/granted.mjs";
import { lacksBuild } from "./lib/identity.mjs";

describe("the Python client", { skip: lacksBuild("enterprise") || lacksClients() }, () => {
  const cast = granted();
  const claims = () => ({ iss: "signer", sub: "signer", aud: cast.origin, jti: randomUUID(), iat: seconds(), exp: seconds() + 300 });
  const agent = async () => ({ CLIENT_ID: "agent", CLIENT_SECRET: SECRETS.AGENT_SECRET, ASSERTION: await cast.jag({ resource: `${cast.origin}/mcp` }) });

  for (const [way, env, subject] of [
    ["client_secret_post", agent, "ada"],
    ["client_secret_basic", agent, "ada"],
    ["client_credentials", async () => ({ CLIENT_ID: "nightly", CLIENT_SECRET: SECRETS.NIGHTLY_SECRET }), "client:nightly"],
    ["private_key_jwt", async () => ({ CLIENT_ID: "signer", ASSERTION: await sign(cast.clientKey, claims()) }), "client:signer"],
  ]) {
    test(`comes by ${way}`, async () => {
      const ended = await runClient(python("granted_client.py"), [`${cast.origin}/mcp`, cast.origin, way], { origin: cast.origin, env: await env() });
      const { tools, result } = reported(ended);
      assert.ok(tools.includes("whoami"));
      assert.equal(JSON.parse(result.content[0].text).subject, subject);
    });
  }
});
