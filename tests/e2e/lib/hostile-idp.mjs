// An identity provider that signs whatever a test asks for, at the addresses of idp.mjs.
// It asks nobody anything: each authorization request is answered at once.
import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { SignJWT, base64url, exportJWK, exportSPKI, generateKeyPair } from "jose";
import { CLIENT_ID, EMPLOYEE } from "./idp.mjs";

const PREFIX = `/cdn-cgi/access/sso/oidc/${CLIENT_ID}`;

/**
 * Starts the provider. Set `idp.fault` to one of `FAULTS` before a sign-in, or to
 * `{ redirect(query, code) }`, `{ token(response) }` or `{ jwks(response) }` for an own answer, or to `{ tokens }` for other
 * members of the token endpoint's. `idp.discovery` has other members of the discovery document, which a Worker asks for
 * once. `idp.seen` has the last requests.
 */
export async function startHostileIdp() {
  const signer = await newKey("hostile-1");
  const stranger = await newKey("hostile-1");
  const idp = { fault: {}, seen: {}, keys: [signer], signer, stranger, jwksRequests: 0 };
  const codes = new Map();
  const server = createServer((request, response) => {
    answer(idp, codes, request, response).catch((error) => response.writeHead(500).end(String(error.stack)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  idp.issuer = `http://127.0.0.1:${server.address().port}${PREFIX}`;
  idp.newKey = newKey;
  idp.stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return idp;
}

async function newKey(kid, alg = "RS256") {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  return { kid, privateKey, jwk, pem: await exportSPKI(publicKey) };
}

async function answer(idp, codes, request, response) {
  const url = new URL(request.url, idp.issuer);
  switch (url.pathname.replace(PREFIX, "")) {
    case "/authorization": return authorize(idp, codes, url, response);
    case "/token": return token(idp, codes, await readBody(request), request, response);
    case "/jwks":
      idp.jwksRequests += 1;
      if (idp.fault.jwks) return idp.fault.jwks(response);
      return json(response, 200, { keys: idp.keys.map(({ jwk }) => jwk) });
    case "/.well-known/openid-configuration": return json(response, 200, { ...discovery(idp), ...idp.discovery });
    default: return json(response, 404, { error: "not_found" });
  }
}

function discovery({ issuer }) {
  return { issuer, authorization_endpoint: `${issuer}/authorization`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` };
}

async function authorize(idp, codes, url, response) {
  const query = Object.fromEntries(url.searchParams);
  idp.seen.authorization = query;
  const code = randomUUID();
  codes.set(code, query);
  const back = new URL(query.redirect_uri);
  const params = idp.fault.redirect?.(query, code) ?? { code, state: query.state };
  for (const [name, value] of Object.entries(params)) back.searchParams.set(name, value);
  response.writeHead(302, { location: back.href }).end();
}

async function token(idp, codes, body, request, response) {
  idp.seen.token = { form: Object.fromEntries(new URLSearchParams(body)), authorization: request.headers.authorization };
  const query = codes.get(idp.seen.token.form.code);
  if (idp.fault.token) return idp.fault.token(response);
  if (!query) return json(response, 400, { error: "invalid_grant" });
  return json(response, 200, {
    access_token: randomUUID(), token_type: "Bearer", expires_in: 3600, id_token: await idToken(idp, query), ...idp.fault.tokens,
  });
}

async function idToken(idp, query) {
  const now = Math.floor(Date.now() / 1000);
  const parts = {
    header: { alg: "RS256", typ: "JWT", kid: idp.signer.kid },
    claims: {
      iss: idp.issuer, aud: CLIENT_ID, sub: "hostile-employee", nonce: query.nonce, iat: now, exp: now + 3600,
      email: EMPLOYEE, email_verified: true, name: "Erin Employee", groups: ["staff"],
    },
    key: idp.signer,
    now,
  };
  if (idp.fault.idToken) return idp.fault.idToken(parts, idp);
  return sign(parts);
}

/** A JWT signed as its header says, be that reasonable or not. */
export async function sign({ header, claims, key }) {
  const signing = `${encode(header)}.${encode(claims)}`;
  if (header.alg === "none") return `${signing}.`;
  if (header.alg.startsWith("HS")) {
    // The classic confusion: the public key's text as the shared secret.
    return `${signing}.${createHmac("sha256", key.secret ?? key.pem).update(signing).digest("base64url")}`;
  }
  return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
}

function encode(value) {
  return base64url.encode(JSON.stringify(value));
}

const changed = (change) => ({
  idToken: async (parts, idp) => {
    const result = await change(parts, idp);
    return typeof result === "string" ? result : sign(parts);
  },
});
const claim = (name, value) => changed(({ claims, now }) => {
  const next = typeof value === "function" ? value(claims[name], now) : value;
  if (next === undefined) delete claims[name];
  else claims[name] = next;
});

/** What can be wrong with an id_token, by name. */
export const FAULTS = {
  "an `iss` of another provider": claim("iss", "https://evil.example/cdn-cgi/access/sso/oidc/x"),
  "an `iss` with a slash at the end": claim("iss", (iss) => `${iss}/`),
  "no `iss`": claim("iss", undefined),
  "an `aud` of another client": claim("aud", "another-client"),
  "several `aud` and no `azp`": claim("aud", () => [CLIENT_ID, "another-client"]),
  "an `azp` of another client": changed(({ claims }) => {
    claims.aud = [CLIENT_ID, "another-client"];
    claims.azp = "another-client";
  }),
  "no `aud`": claim("aud", undefined),
  "another `nonce`": claim("nonce", "a-nonce-from-elsewhere"),
  "no `nonce`": claim("nonce", undefined),
  "an `exp` in the past": claim("exp", (_, now) => now - 3600),
  "no `exp`": claim("exp", undefined),
  "an `exp` that is not a number": claim("exp", "tomorrow"),
  "an `nbf` in the future": claim("nbf", (_, now) => now + 3600),
  "an `iat` in the future": claim("iat", (_, now) => now + 3600),
  "no `sub`": claim("sub", undefined),
  "alg none": changed(({ header }) => {
    header.alg = "none";
  }),
  "alg none in the header, with a real signature": changed(async (parts) => {
    const signed = await sign(parts);
    return [encode({ ...parts.header, alg: "none" }), ...signed.split(".").slice(1)].join(".");
  }),
  "alg HS256 with the public key (PEM) as the secret": changed(({ header }) => {
    header.alg = "HS256";
  }),
  "alg HS256 with the public key (JWK modulus) as the secret": changed((parts) => {
    parts.header.alg = "HS256";
    parts.key = { ...parts.key, secret: Buffer.from(parts.key.jwk.n, "base64url") };
  }),
  "a `kid` that is not in the key set": changed(({ header }) => {
    header.kid = "nobody-knows-me";
  }),
  "no `kid` and a stranger's signature": changed((parts, idp) => {
    delete parts.header.kid;
    parts.key = idp.stranger;
  }),
  "the signature of another key under a known `kid`": changed((parts, idp) => {
    parts.key = idp.stranger;
  }),
  "a `jwk` header with its own key": changed((parts, idp) => {
    parts.header.jwk = idp.stranger.jwk;
    parts.key = idp.stranger;
  }),
  "a changed payload": changed(async (parts) => {
    const [header, , signature] = (await sign(parts)).split(".");
    return `${header}.${encode({ ...parts.claims, email: "admin@mycompany.com" })}.${signature}`;
  }),
  "no signature": changed(async (parts) => (await sign(parts)).split(".").slice(0, 2).join(".")),
  "text that is not a JWT": changed(() => "not a token"),
  "a payload that is not JSON": changed(async ({ header, key }) => {
    const signing = `${encode(header)}.${base64url.encode("not json")}`;
    const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key.privateKey, new TextEncoder().encode(signing));
    return `${signing}.${Buffer.from(signature).toString("base64url")}`;
  }),
};

function json(response, status, body) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(body));
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
