// An OAuth client written out step by step, so that a test can get each step wrong.
import { createHash, randomBytes } from "node:crypto";
import { logIn } from "./idp.mjs";
import { send } from "./http.mjs";

/** Where the client waits for its code. Nothing listens there: the browser of the tests stops short of it. */
export const REDIRECT_URI = "http://127.0.0.1:33418/oauth/callback";

/** Where a client on the web waits. */
export const WEB_URI = "https://client.example/oauth/callback";

export const APPROVE = { name: "decision", value: "approve" };
export const DENY = { name: "decision", value: "deny" };

export function pkce() {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** Registers a client (RFC 7591); answers the HTTP answer. */
export function register(origin, metadata = {}) {
  return send(`${origin}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof metadata === "string" ? metadata : JSON.stringify(clientMetadata(metadata)),
  });
}

export function clientMetadata(changes = {}) {
  return {
    client_name: "Toolgate end-to-end tests",
    redirect_uris: [REDIRECT_URI],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    ...changes,
  };
}

/** A registered public client, `{ client_id, redirect_uris, … }`. */
export async function newClient(origin, metadata) {
  const answer = await register(origin, metadata);
  if (answer.status !== 201) throw new Error(`registration answered ${answer.status}: ${answer.text}`);
  return answer.json();
}

/**
 * An authorization request. Each key of `changes` replaces a parameter; `undefined` leaves it out,
 * and a list repeats it.
 */
export function authorizeUrl(origin, client, challenge, changes = {}) {
  const params = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: client.redirect_uris?.[0] ?? REDIRECT_URI,
    code_challenge: challenge,
    code_challenge_method: "S256",
    state: "state-of-the-client",
    resource: `${origin}/mcp`,
    ...changes,
  };
  const url = new URL(`${origin}/authorize`);
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) if (one !== undefined) url.searchParams.append(name, one);
  }
  return url.href;
}

/** True at the client's own address, where the browser stops. */
export function atClient(client) {
  const own = (client.redirect_uris ?? [REDIRECT_URI]).map((uri) => new URL(uri));
  return (url) => own.some((uri) => {
    const target = new URL(url);
    return target.origin === uri.origin && target.pathname === uri.pathname;
  });
}

/** From an authorization request to the client's redirect address: consent page, then log in. */
export async function authorize(stage, { browser, client, email, changes = {}, proof = pkce() }) {
  const until = atClient(changes.redirect_uri ? { redirect_uris: [changes.redirect_uri] } : client);
  let page = await browser.visit(authorizeUrl(stage.origin, client, proof.challenge, changes), { until });
  const consent = page.hidden?.("attempt") !== undefined ? page : undefined;
  if (consent) page = await browser.submit(page, { button: APPROVE, until });
  page = await logIn(browser, page, email, { until });
  return { page, consent, code: page.query.get("code"), verifier: proof.verifier, params: page.query };
}

/** Form POST to `/token`; `undefined` leaves a parameter out. */
export function tokenRequest(origin, params, headers = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) if (one !== undefined) body.append(name, one);
  }
  return send(`${origin}/token`, { method: "POST", headers, body });
}

export function redeem(stage, client, { code, verifier }, changes = {}) {
  return tokenRequest(stage.origin, {
    grant_type: "authorization_code",
    code,
    code_verifier: verifier,
    client_id: client.client_id,
    redirect_uri: client.redirect_uris[0],
    resource: `${stage.origin}/mcp`,
    ...changes,
  });
}

export function refresh(stage, client, refreshToken, changes = {}) {
  return tokenRequest(stage.origin, {
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    client_id: client.client_id,
    resource: `${stage.origin}/mcp`,
    ...changes,
  });
}

/** A whole sign-in; answers the token response with `client` and `browser`. */
export async function signIn(stage, { browser, client, email, changes } = {}) {
  client ??= await newClient(stage.origin);
  const result = await authorize(stage, { browser, client, email, changes });
  if (!result.code) throw new Error(`no code at ${result.page.url} (status ${result.page.status}): ${result.page.words?.slice(0, 400)}`);
  const answer = await redeem(stage, client, result, {
    ...(changes?.redirect_uri ? { redirect_uri: changes.redirect_uri } : {}),
    ...(changes && "resource" in changes ? { resource: changes.resource } : {}),
  });
  if (answer.status !== 200) throw new Error(`/token answered ${answer.status}: ${answer.text}`);
  return { ...answer.json(), client, browser };
}
