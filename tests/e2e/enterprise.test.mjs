// Enterprise-Managed Authorization: an ID-JAG of a company's identity provider becomes an access token, and nothing
// else does.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { CrossAppAccessProvider, Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { SignJWT, UnsecuredJWT, exportSPKI } from "jose";
import { watch } from "./lib/audit.mjs";
import { ID_JAG, JWT_BEARER, idJag, jwt, newKey, seconds, sign, signedByHand } from "./lib/company.mjs";
import { COMPANY, SECRETS, basic, granted } from "./lib/granted.mjs";
import { freshAddress, send } from "./lib/http.mjs";
import { lacksBuild } from "./lib/identity.mjs";
import * as mcp from "./lib/mcp.mjs";

const OTHER = basic("other-agent", SECRETS.OTHER_AGENT_SECRET);

describe("an ID-JAG", { skip: lacksBuild("enterprise") }, () => {
  const cast = granted();
  const { redeem, jag } = cast;

  /** What is answered: the status and the error, or the scope. */
  const outcome = (answer) => {
    const body = answer.json();
    return `${answer.status} ${body.error ?? body.scope}`;
  };
  async function refused(assertion, params, headers) {
    const answer = await redeem(await assertion, params, headers);
    assert.equal(outcome(answer), "400 invalid_grant", answer.text);
    return answer;
  }

  test("becomes an access token for the one resource, without a refresh token", async () => {
    const answer = await redeem(await jag());
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const { access_token, ...rest } = answer.json();
    assert.deepEqual(rest, { token_type: "Bearer", expires_in: 600, scope: "mcp" });
    const { client, ...who } = await cast.whoami(access_token);
    assert.deepEqual(who, { subject: "ada", email: null, groups: [], scopes: ["mcp"], machine: false });
    assert.equal(client, createHash("sha256").update("agent").digest("base64url").slice(0, 22));
  });

  test("is announced by the metadata, which name no issuer", async () => {
    const answer = await send(`${cast.origin}/.well-known/oauth-authorization-server`);
    const metadata = answer.json();
    assert.deepEqual(metadata.authorization_grant_profiles_supported, ["urn:ietf:params:oauth:grant-profile:id-jag"]);
    assert.deepEqual(metadata.grant_types_supported, ["authorization_code", "refresh_token", JWT_BEARER, "client_credentials"]);
    for (const name of ["client_secret_basic", "client_secret_post", "private_key_jwt"]) {
      assert.ok(metadata.token_endpoint_auth_methods_supported.includes(name), name);
    }
    assert.deepEqual(metadata.token_endpoint_auth_signing_alg_values_supported, ["RS256", "ES256"]);
    const resource = await send(`${cast.origin}/.well-known/oauth-protected-resource/mcp`);
    assert.ok(!/company|partner|tenants/.test(answer.text + resource.text));
  });

  describe("1: of another type", () => {
    for (const [name, typ] of [["JWT", "JWT"], ["none", undefined], ["an access token", "at+jwt"], ["another case", "OAuth-ID-JAG+jwt"]]) {
      test(`${name} is refused`, () => refused(jag({}, { header: { typ } })));
    }
    test("an ID token of the trusted issuer is refused", () => refused(sign(cast.key, {
      iss: COMPANY, sub: "ada", aud: cast.origin, exp: seconds() + 300, iat: seconds(), nonce: "n", client_id: "agent", jti: randomUUID(),
    }, { header: { typ: "JWT" } })));
    for (const [name, header, claims] of [
      ["a list as header", [], {}], ["a list as claims", { alg: "RS256", typ: ID_JAG }, []], ["text", "no", "json"],
    ]) {
      test(`${name} is refused`, () => refused(jwt(header, claims)));
    }
    for (const text of ["a", "a.b", "a.b.c.d", "..", "é.é.é"]) test(`${text} is refused`, () => refused(text));
  });

  describe("2: by another algorithm", () => {
    const claims = () => ({ iss: COMPANY, sub: "ada", aud: cast.origin, client_id: "agent", jti: randomUUID(), iat: seconds(), exp: seconds() + 300 });
    test("none is refused", () => refused(jwt({ alg: "none", typ: ID_JAG }, claims(), "")));
    test("none of a library is refused", () => refused(new UnsecuredJWT(claims()).encode()));
    test("HS256 with the public key as the secret is refused", async () => {
      const secret = new TextEncoder().encode(await exportSPKI(cast.key.publicKey));
      await refused(new SignJWT(claims()).setProtectedHeader({ alg: "HS256", typ: ID_JAG, kid: "company-1" }).sign(secret));
    });
    test("ES256 where RS256 alone is configured is refused, whoever has the key", async () => {
      const key = await newKey("company-ec", "ES256");
      cast.company.publish([cast.key, key]);
      await refused(jag({}, { key }));
      cast.company.publish([cast.key]);
    });
    const header = { alg: "RS256", typ: ID_JAG, kid: "company-1" };
    test("RS512 where RS256 alone is configured is refused", () => refused(signedByHand(cast.key, { ...header, alg: "RS512" }, claims(), "sha512")));
    test("a critical extension is refused, and the same without it is not", async () => {
      await refused(signedByHand(cast.key, { ...header, crit: ["exp"] }, claims()));
      assert.equal((await redeem(signedByHand(cast.key, header, claims()))).status, 200);
    });
    test("a changed claim is refused", async () => {
      const [head, , signature] = (await jag()).split(".");
      await refused([head, Buffer.from(JSON.stringify({ ...claims(), sub: "root" })).toString("base64url"), signature].join("."));
    });
  });

  test("3: keys of its own header are not asked for", async () => {
    const key = await newKey("company-1");
    const asked = cast.internet.requests.length;
    cast.internet.publish("https://evil.example/jwks.json", { keys: [key.jwk] });
    for (const header of [{ jku: "https://evil.example/jwks.json" }, { x5u: "https://evil.example/cert.pem" }, { jwk: key.jwk }]) {
      await refused(jag({}, { key, header }));
    }
    assert.equal(cast.internet.count("https://evil.example/jwks.json"), 0);
    assert.ok(cast.internet.requests.slice(asked).every(({ url }) => !url.includes("evil")));
  });

  test("4: of another spelling of the issuer is refused, and nobody is asked", async () => {
    const asked = cast.internet.requests.length;
    for (const iss of [`${COMPANY}/`, COMPANY.toUpperCase(), "https://IDP.company.example", "https://idp.company.example.evil.example", "https://unknown.example", "", undefined, 7, [COMPANY]]) {
      await refused(jag({ iss }));
    }
    assert.equal(cast.internet.requests.length, asked);
  });

  test("5: for another audience is refused", async () => {
    const { origin } = cast;
    for (const aud of [`${origin}/mcp`, `${origin}/token`, [origin, "https://other.example"], [origin, origin], [], [[origin]], "https://other.example", `${origin}/`, undefined, 1, {}]) {
      await refused(jag({ aud }));
    }
    assert.equal((await redeem(await jag({ aud: [origin] }))).status, 200, "a list of one");
    const slash = await idJag(origin, cast.tenants, { aud: `${origin}/`, tenant: "acme" });
    assert.equal((await redeem(slash)).status, 200, "of an issuer with `trailing_slash`");
    await refused(idJag(origin, cast.tenants, { aud: `${origin}//`, tenant: "acme" }));
  });

  test("6: of another client is refused, and stays good for its own", async () => {
    await refused(jag({ client_id: "other-agent" }));
    await refused(jag({ client_id: undefined }));
    await refused(jag({ client_id: ["agent"] }));
    const stolen = await jag();
    await refused(stolen, {}, OTHER);
    assert.equal((await redeem(stolen)).status, 200);
    await refused(idJag(cast.origin, cast.partner, { client_id: "other-agent" }), {}, OTHER);
  });

  test("7: by a client that does not prove itself is refused", async () => {
    for (const [expected, params, headers] of [
      ["401 invalid_client", {}, {}],
      ["401 invalid_client", { client_id: "agent" }, {}],
      ["401 invalid_client", {}, basic("agent", "wrong")],
      ["401 invalid_client", { client_id: "agent", client_secret: "wrong" }, {}],
      ["400 invalid_request", { client_id: "other-agent" }, undefined],
      ["400 invalid_request", { client_id: "agent", client_secret: SECRETS.AGENT_SECRET }, undefined],
      ["401 invalid_client", { client_id: "nobody" }, {}],
      ["401 invalid_client", { client_id: "public-agent" }, {}],
    ]) {
      const answer = await redeem(await jag({ client_id: params.client_id ?? "agent" }), params, headers);
      assert.equal(outcome(answer), expected, answer.text);
    }
    const challenge = await redeem(await jag(), {}, basic("agent", "wrong"));
    assert.match(challenge.headers.get("www-authenticate"), /^Basic /);
    assert.equal(outcome(await redeem(await jag(), { client_id: "agent", client_secret: SECRETS.AGENT_SECRET }, {})), "200 mcp", "in the body");
  });

  test("7: a client with keys proves itself by private_key_jwt, once for each assertion", async () => {
    const proof = () => sign(cast.clientKey, { iss: "signed-agent", sub: "signed-agent", aud: cast.origin, jti: randomUUID(), iat: seconds(), exp: seconds() + 60 });
    const signed = (client_assertion) => ({ client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion });
    const one = await proof();
    assert.equal(outcome(await redeem(await jag({ client_id: "signed-agent" }), signed(one), {})), "200 mcp");
    assert.equal(outcome(await redeem(await jag({ client_id: "signed-agent" }), signed(one), {})), "401 invalid_client");
    assert.equal(outcome(await redeem(await jag({ client_id: "signed-agent" }), { client_id: "signed-agent" }, {})), "401 invalid_client");
    assert.equal(outcome(await redeem(await jag({ client_id: "signed-agent" }), signed(await jag({ client_id: "signed-agent" })), {})), "401 invalid_client");
  });

  test("8: for the resource of another server is refused", async () => {
    const { origin } = cast;
    for (const [claim, parameter] of [
      ["https://other.example/mcp", undefined],
      [[`${origin}/mcp`, "https://other.example/mcp"], undefined],
      [[], undefined],
      [7, undefined],
      [undefined, "https://other.example/mcp"],
      [`${origin}/sse`, `${origin}/mcp`],
      [`${origin}/mcp`, origin],
    ]) {
      const answer = await redeem(await jag({ resource: claim }), { resource: parameter });
      assert.equal(outcome(answer), "400 invalid_target", `${JSON.stringify(claim)} ${parameter}: ${answer.text}`);
    }
    const sse = (await redeem(await jag({ resource: origin }), { resource: `${origin}/sse` })).json().access_token;
    assert.equal((await mcp.legacy(origin, sse, "tools/list")).status, 401, "the token is for /sse alone");
    assert.equal(outcome(await redeem(await jag({ resource: [`${origin}/mcp`] }), { resource: `${origin}/mcp` })), "200 mcp");
  });

  describe("9: a second time", () => {
    test("is refused", async () => {
      const assertion = await jag();
      assert.equal((await redeem(assertion)).status, 200);
      await refused(assertion);
    });
    test("twenty times at once gives one token, and no grant beside it", async () => {
      const assertion = await jag({ sub: "parallel" });
      const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(assertion)));
      const given = answers.filter(({ status }) => status === 200);
      assert.equal(given.length, 1);
      assert.ok(answers.every((answer) => answer.status === 200 || outcome(answer) === "400 invalid_grant"));
      assert.equal((await cast.whoami(given[0].json().access_token)).subject, "parallel");
    });
    test("is refused after a new start, too", async () => {
      const assertion = await jag();
      assert.equal((await redeem(assertion)).status, 200);
      await cast.stage.restart();
      await refused(assertion);
    });
    test("is good where the first was refused for something else", async () => {
      const assertion = await jag({ scope: "mcp" });
      assert.equal(outcome(await redeem(assertion, { resource: "https://other.example/mcp" })), "400 invalid_target");
      assert.equal(outcome(await redeem(assertion, { scope: "admin" })), "400 invalid_scope");
      await refused(assertion, {}, OTHER);
      assert.equal(outcome(await redeem(assertion)), "200 mcp");
    });
    test("of another issuer with the same jti is another assertion", async () => {
      const jti = randomUUID();
      assert.equal((await redeem(await jag({ jti }))).status, 200);
      assert.equal((await redeem(await idJag(cast.origin, cast.partner, { jti }))).status, 200);
      await refused(jag({ jti, sub: "grace" }));
    });
  });

  test("10: with times or ids that are not good is refused", async () => {
    const now = seconds();
    for (const changes of [
      { iat: now - 400, exp: now - 100 },
      { iat: now + 120, exp: now + 300 },
      { exp: now + 24 * 3600 },
      { exp: now + 302 },
      { exp: String(now + 300) },
      { exp: now + 299.5 },
      { exp: true },
      { exp: now, iat: now },
      { exp: now - 10, iat: now },
      { exp: undefined },
      { iat: undefined },
      { iat: String(now) },
      { nbf: now + 120 },
      { nbf: "soon" },
      { jti: undefined },
      { jti: "" },
      { jti: { a: 1 } },
      { sub: undefined },
      { sub: "" },
      { sub: 7 },
    ]) {
      const answer = await redeem(await jag(changes));
      assert.equal(outcome(answer), "400 invalid_grant", JSON.stringify(changes));
    }
    assert.equal((await redeem(await jag({ iat: now - 330, exp: now - 30 }))).status, 200, "within the difference of clocks");
  });

  describe("11: its scopes", () => {
    for (const [claim, scope, expected] of [
      [undefined, undefined, "200 mcp"],
      [undefined, "reports", "200 mcp reports"],
      ["mcp reports", undefined, "200 mcp reports"],
      ["mcp", "mcp reports", "200 mcp"],
      ["reports", "mcp reports", "200 reports"],
      ["mcp reports admin", "mcp reports admin", "200 mcp reports"],
      ["mcp", "admin", "400 invalid_scope"],
      ["", "mcp reports", "400 invalid_scope"],
      ["", undefined, "400 invalid_scope"],
      ["mcp", "offline_access", "400 invalid_scope"],
      [["mcp"], undefined, "400 invalid_grant"],
      [undefined, 'mcp "reports"', "400 invalid_request"],
    ]) {
      test(`${JSON.stringify(claim)} asked for ${JSON.stringify(scope)} gives ${expected}`, async () => {
        const answer = await redeem(await jag({ scope: claim }), { scope });
        assert.equal(outcome(answer), expected, answer.text);
      });
    }
    test("open what asks for them, and nothing else does", async () => {
      const plain = (await redeem(await jag())).json().access_token;
      const more = (await redeem(await jag(), { scope: "reports" })).json().access_token;
      assert.equal((await cast.call(more, "for_reports")).result.content[0].text, "reports");
      assert.ok((await mcp.call(cast.origin, plain, "for_reports", {})).status === 403);
    });
  });

  test("12: bound to a key, or with rights that are not read, is refused", async () => {
    for (const changes of [{ cnf: { jkt: "x" } }, { cnf: null }, { authorization_details: [] }, { authorization_details: [{ type: "x" }] }]) {
      await refused(jag(changes));
    }
  });

  describe("16: in the wrong place", () => {
    test("in the address is refused, and not logged", async () => {
      const assertion = await jag();
      const answer = await send(`${cast.origin}/token?assertion=${assertion}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "cf-connecting-ip": freshAddress(), ...basic("agent", SECRETS.AGENT_SECRET) },
        body: new URLSearchParams({ grant_type: JWT_BEARER }),
      });
      assert.equal(outcome(answer), "400 invalid_request");
      assert.ok(cast.stage.worker.log.every((line) => !line.includes(assertion)));
      assert.equal((await redeem(assertion)).status, 200);
    });
    test("twice, not at all, or too long is refused", async () => {
      assert.equal(outcome(await redeem([await jag(), await jag()])), "400 invalid_request");
      assert.equal(outcome(await redeem(undefined)), "400 invalid_request");
      const long = await redeem(await jag({ filler: "x".repeat(20 * 1024) }));
      assert.equal(outcome(long), "400 invalid_request", long.text);
    });
  });

  test("17: by a client that nobody named is refused", async () => {
    const registered = (await send(`${cast.origin}/register`, {
      method: "POST", headers: { "content-type": "application/json", "cf-connecting-ip": freshAddress() },
      body: JSON.stringify({ client_name: "x", redirect_uris: ["http://127.0.0.1/cb"], token_endpoint_auth_method: "client_secret_basic" }),
    })).json();
    const headers = basic(registered.client_id, registered.client_secret);
    assert.equal(outcome(await redeem(await jag({ client_id: registered.client_id }), {}, headers)), "400 unauthorized_client");
    const desktop = basic("desktop", SECRETS.DESKTOP_SECRET);
    assert.equal(outcome(await redeem(await jag({ client_id: "desktop" }), {}, desktop)), "400 unauthorized_client");
    const unknown = { client_id: "https://elsewhere.example/client.json" };
    assert.equal(outcome(await redeem(await jag(unknown), unknown, {})), "400 unauthorized_client");
    const named = { client_id: "https://cimd.example/client.json" };
    assert.equal(outcome(await redeem(await jag(named), named, {})), "401 invalid_client", "it has to prove itself");
  });

  test("18: of this server itself is refused", () => refused(jag({ iss: cast.origin })));

  test("is answered in one way whatever is wrong, and the audit trail knows what", async () => {
    const { result, events } = await watch(cast.stage, 3, async () => {
      const answers = [];
      for (const changes of [{ aud: "https://other.example" }, { client_id: "other-agent" }, { jti: undefined }]) {
        answers.push((await redeem(await jag(changes))).text);
      }
      return answers;
    });
    assert.equal(new Set(result).size, 1, result.join("\n"));
    assert.deepEqual(events.map(({ event, reason, detail }) => [event, reason, detail]), [
      ["refused", "assertion_refused", "aud"], ["refused", "assertion_refused", "client_id"], ["refused", "assertion_refused", "jti"],
    ]);
    const given = await watch(cast.stage, 1, async () => redeem(await jag()));
    assert.deepEqual(given.events.map(({ event, reason, detail }) => [event, reason, detail]), [["token_issued", "assertion_redeemed", COMPANY]]);
  });

  test("its token ends where its client revokes it, and tools of the person refuse to act as them", async () => {
    const token = (await redeem(await jag())).json().access_token;
    const acting = await cast.call(token, "as_me");
    assert.equal(acting.result.isError, true);
    assert.equal((await send(`${cast.origin}/revoke`, {
      method: "POST", headers: { "cf-connecting-ip": freshAddress(), ...basic("agent", SECRETS.AGENT_SECRET) }, body: new URLSearchParams({ token }),
    })).status, 200);
    assert.equal((await mcp.legacy(cast.origin, token, "tools/list")).status, 401);
  });

  test("is taken by the TypeScript client, from the metadata to the call", async () => {
    const provider = new CrossAppAccessProvider({
      assertion: ({ authorizationServerUrl, resourceUrl, scope }) => {
        assert.equal(new URL(authorizationServerUrl).origin, cast.origin);
        return jag({ resource: String(resourceUrl), scope });
      },
      clientId: "agent", clientSecret: SECRETS.AGENT_SECRET, clientName: "Agent", expectedIssuer: cast.origin,
    });
    const client = new Client({ name: "agent", version: "1" });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${cast.origin}/mcp`), { authProvider: provider }));
    const { content } = await client.callTool({ name: "whoami", arguments: {} });
    assert.equal(JSON.parse(content[0].text).subject, "ada");
    await client.close();
  });
});
