// A company's identity provider on the internet of the tests: it signs people in, and makes ID-JAGs of whatever a
// test says. Its keys are at the address that its discovery document names.
import { KeyObject, randomUUID, sign as signBytes } from "node:crypto";
import { Response } from "miniflare";
import { SignJWT, base64url, exportJWK, generateKeyPair } from "jose";
import { CLIENT_ID } from "./idp.mjs";

export const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
export const ID_JAG = "oauth-id-jag+jwt";

const json = (body, status = 200) => Response.json(body, { status });
export const seconds = () => Math.floor(Date.now() / 1000);

export async function newKey(kid, alg = "RS256") {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** Signs claims; a header or claim that is `undefined` is left out, and `raw` claims are signed as they are. */
export function sign(key, claims, { header = {}, raw } = {}) {
  const protectedHeader = Object.fromEntries(Object.entries({ alg: key.alg, kid: key.kid, ...header }).filter(([, value]) => value !== undefined));
  return new SignJWT(raw ?? JSON.parse(JSON.stringify(claims))).setProtectedHeader(protectedHeader).sign(key.privateKey);
}

/** Text that has the form of a JWT, with whatever parts and signature. */
export const jwt = (header, claims, signature = "c2ln") =>
  [header, claims].map((part) => base64url.encode(typeof part === "string" ? part : JSON.stringify(part))).concat(signature).join(".");

/** A JWT with whatever header, signed by an RSA key: what a library refuses to make. */
export function signedByHand(key, header, claims, hash = "sha256") {
  const text = jwt(header, claims, "").replace(/\.$/, "");
  return `${text}.${signBytes(hash, Buffer.from(text), KeyObject.from(key.privateKey)).toString("base64url")}`;
}

/** An issuer: its keys, and how often they were asked for. */
export class Issuer {
  constructor(internet, issuer, jwksUri, keys) {
    Object.assign(this, { internet, issuer, jwksUri, keys });
    this.publish();
  }

  publish(keys = this.keys) {
    this.keys = keys;
    this.internet.publish(this.jwksUri, { keys: keys.map(({ jwk }) => jwk) });
  }

  describe(more = {}) {
    this.internet.publish(`${this.issuer}/.well-known/openid-configuration`, { issuer: this.issuer, jwks_uri: this.jwksUri, ...more });
  }

  get asked() {
    return this.internet.count(this.jwksUri);
  }
}

/** An issuer that also signs people in: whoever comes is `person`, who has `claims`. */
export class Company extends Issuer {
  person = { sub: "ada", email: "ada@company.example", email_verified: true, groups: ["staff"] };
  #codes = new Map();

  constructor(internet, issuer, keys) {
    super(internet, issuer, `${issuer}/jwks`, keys);
    this.describe({ authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` });
    internet.answer(`${issuer}/token`, (request) => this.#token(request));
  }

  isAsked = (url) => url.startsWith(`${this.issuer}/authorize?`);

  /** Where the browser goes back to once the person has signed in. */
  signIn(url) {
    const asked = new URL(url).searchParams;
    const code = randomUUID();
    this.#codes.set(code, asked.get("nonce"));
    const back = new URL(asked.get("redirect_uri"));
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state"));
    return back.href;
  }

  async #token(request) {
    const form = new URLSearchParams(await request.text());
    const now = seconds();
    const claims = { iss: this.issuer, aud: CLIENT_ID, iat: now, exp: now + 300, nonce: this.#codes.get(form.get("code")), ...this.person };
    return json({ access_token: randomUUID(), token_type: "Bearer", expires_in: 300, id_token: await sign(this.keys[0], claims) });
  }
}

/** An ID-JAG of an issuer for a client of this server, with changes; `undefined` leaves a claim out. */
export function idJag(origin, issuer, changes = {}, { key = issuer.keys[0], header = {} } = {}) {
  const now = seconds();
  const claims = {
    iss: issuer.issuer, sub: "ada", aud: origin, client_id: "agent", jti: randomUUID(), iat: now, exp: now + 300, ...changes,
  };
  return sign(key, claims, { header: { typ: ID_JAG, ...header } });
}
