// An identity provider that was taken over, or is broken, in the ways that callback.test.mjs
// leaves out: duplicate keys, huge and late answers, odd subjects.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { clientError, errorPage } from "./lib/expect.mjs";
import { sign } from "./lib/hostile-idp.mjs";
import { CLIENT_ID, EMPLOYEE } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, atClient, authorizeUrl, newClient, pkce, redeem, refresh } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const stage = await openStage({ hostile: true });
after(() => stage.close());
const { origin, idp } = stage;
let client;
before(async () => {
  client = await newClient(origin);
});

async function attempt(fault = {}) {
  idp.fault = fault;
  const proof = pkce();
  const until = atClient(client);
  const browser = stage.browser();
  const page = await browser.submit(await browser.visit(authorizeUrl(origin, client, proof.challenge)), { button: APPROVE, until });
  return { page, verifier: proof.verifier };
}

function refused(page) {
  if (page.status !== 0) return void errorPage(page, page.status);
  clientError(page, { code: page.query.get("error"), state: "state-of-the-client", iss: origin });
}

const claims = (changes) => ({
  idToken: (parts) => {
    const values = typeof changes === "function" ? changes(parts) : changes;
    Object.assign(parts.claims, values);
    return sign(parts);
  },
});
const keySet = (keys) => (response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys }));

async function tools({ page, verifier }) {
  assert.equal(page.status, 0, `${page.status} ${page.words}`);
  const answer = await redeem(stage, client, { code: page.query.get("code"), verifier });
  assert.equal(answer.status, 200, answer.text);
  return { names: await mcp.toolNames(origin, answer.json().access_token), tokens: answer.json() };
}

describe("hostile provider: an id_token with", () => {
  const faults = {
    "an `aud` of this client and an `azp` of another": claims({ azp: "another-client" }),
    "an empty list of `aud`": claims({ aud: [] }),
    "an `aud` that begins like this client": claims({ aud: `${CLIENT_ID}0` }),
    "an `iss` that begins like the provider": claims(({ claims: { iss } }) => ({ iss: `${iss}.evil.example` })),
    "a `nonce` that is a list with the right one": claims(({ claims: { nonce } }) => ({ nonce: [nonce] })),
    "a `nonce` that is cut short": claims(({ claims: { nonce } }) => ({ nonce: nonce.slice(0, -1) })),
    "an `exp` of more than a minute ago": claims(({ now }) => ({ exp: now - 61 })),
    "an `exp` beyond the numbers of JSON": claims({ exp: -9007199254740993 }),
    "an `iat` of tomorrow": claims(({ now }) => ({ iat: now + 86400 })),
    "an empty `sub`": claims({ sub: "" }),
    "two hundred kilobytes of claims": claims({ filler: "x".repeat(200_000) }),
    "alg RS256 in small letters": {
      idToken: async (parts) => {
        const [, ...rest] = (await sign(parts)).split(".");
        return [Buffer.from(JSON.stringify({ ...parts.header, alg: "rs256" })).toString("base64url"), ...rest].join(".");
      },
    },
    "a critical header that nobody knows": {
      idToken: async (parts) => {
        const [, ...rest] = (await sign(parts)).split(".");
        return [Buffer.from(JSON.stringify({ ...parts.header, crit: ["x"], x: 1 })).toString("base64url"), ...rest].join(".");
      },
    },
    "two signatures": { idToken: async (parts) => `${await sign(parts)}.${(await sign(parts)).split(".")[2]}` },
  };
  for (const [name, fault] of Object.entries(faults)) {
    test(`${name} signs nobody in`, async () => refused((await attempt(fault)).page));
  }
});

describe("hostile provider: keys", () => {
  const fresh = () => stage.restart({});
  const byStranger = {
    idToken: (parts) => {
      parts.key = idp.stranger;
      return sign(parts);
    },
  };

  test("of one `kid` twice, the first for encryption: the good key is found", async () => {
    await fresh();
    const result = await attempt({ jwks: keySet([{ ...idp.stranger.jwk, use: "enc" }, idp.signer.jwk]) });
    assert.deepEqual((await tools(result)).names, ["add", "generateImage"], "a key for encryption does not hide the one for signatures");
  });

  test("of one `kid` twice: a signature by a key that is not in the set is refused", async () => {
    await fresh();
    const third = await idp.newKey(idp.signer.kid);
    refused((await attempt({ ...byStranger, jwks: keySet([idp.signer.jwk, third.jwk]) })).page);
  });

  test("meant for encryption sign nobody in", async () => {
    await fresh();
    refused((await attempt({ ...byStranger, jwks: keySet([{ ...idp.stranger.jwk, use: "enc" }]) })).page);
  });

  test("meant for another algorithm sign nobody in", async () => {
    await fresh();
    refused((await attempt({ jwks: keySet([{ ...idp.signer.jwk, alg: "RS512" }]) })).page);
  });

  test("in a set of a megabyte are refused, and the next sign-in works", async () => {
    await fresh();
    const many = Array.from({ length: 2500 }, (_, index) => ({ ...idp.stranger.jwk, kid: `k${index}` }));
    refused((await attempt({ jwks: keySet([...many, idp.signer.jwk]) })).page);
    await fresh();
    assert.ok((await attempt()).page.query.get("code"));
  });

  test("that never come do not hold the browser up for ever", async () => {
    await fresh();
    const begun = Date.now();
    refused((await attempt({ jwks: () => {} })).page);
    assert.ok(Date.now() - begun < 14_000, `${Date.now() - begun} ms`);
  });

  test("that come a byte at a time do not hold the browser up for ever", async () => {
    await fresh();
    let timer;
    const begun = Date.now();
    const jwks = (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      timer = setInterval(() => response.write(" "), 100);
      response.on("close", () => clearInterval(timer));
    };
    refused((await attempt({ jwks })).page);
    assert.ok(Date.now() - begun < 14_000, `${Date.now() - begun} ms`);
    await fresh();
  });
});

test("hostile provider: a token endpoint that never answers does not hold the browser up for ever", async () => {
  const begun = Date.now();
  refused((await attempt({ token: () => {} })).page);
  assert.ok(Date.now() - begun < 14_000, `${Date.now() - begun} ms`);
});

describe("hostile provider: people", () => {
  const subjects = ["a:b/c?d#e", "../../etc/passwd", "'; DROP TABLE grants; --", "x\u0000y", "\r\nSet-Cookie: a=b", "<script>alert(1)</script>", "\u202Eevil", "%2e%2e", "__proto__", "é", "e\u0301"];
  for (const sub of subjects) {
    test(`with the sub ${JSON.stringify(sub)} are signed in as themselves, and refresh`, async () => {
      const { names, tokens } = await tools(await attempt(claims({ sub })));
      assert.deepEqual(names, ["add", "generateImage"]);
      const next = await refresh(stage, client, tokens.refresh_token);
      assert.equal(next.status, 200, next.text);
    });
  }

  test("with an unverified address are nobody that a policy names", async () => {
    for (const email_verified of [false, "false", 0, null]) {
      const result = await attempt(claims({ email: EMPLOYEE, email_verified }));
      // An answer of a wrong type may end the sign-in as well; it may not open the tool.
      if (result.page.query?.get("code")) assert.deepEqual((await tools(result)).names, ["add"], String(email_verified));
      else refused(result.page);
    }
  });

  test("without an address are signed in, and are nobody that a policy names", async () => {
    assert.deepEqual((await tools(await attempt(claims({ email: undefined, email_verified: undefined })))).names, ["add"]);
  });
});
