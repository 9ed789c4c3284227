// The strict client library `oauth4webapi`, on the plain HTTP of the tests.
import * as oauth from "oauth4webapi";
import { logIn } from "./idp.mjs";
import { send } from "./http.mjs";
import { APPROVE, REDIRECT_URI, clientMetadata } from "./oauth.mjs";

/** Options of every request of the library: over `send`, which records answers with status 500. */
export const http = {
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: async (url, { method, headers, body }) => {
    const answer = await send(String(url), { method, headers: Object.fromEntries(new Headers(headers)), body: body ?? undefined });
    return new Response(answer.status === 204 ? null : answer.bytes, { status: answer.status, headers: answer.headers });
  },
};

/** Metadata of the authorization server, as the library accepts it. */
export async function discover(origin, algorithm = "oauth2") {
  const issuer = new URL(origin);
  const response = await oauth.discoveryRequest(issuer, { ...http, algorithm });
  return oauth.processDiscoveryResponse(issuer, response);
}

/** Registers a client by the library; answers what it made of the answer. */
export async function register(as, changes = {}) {
  return oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(as, clientMetadata(changes), http),
  );
}

/** An authorization request of a client that follows the specifications; `changes` bend it. */
export async function request(as, client, changes = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint);
  const params = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: client.redirect_uris[0],
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    scope: "mcp",
    resource: `${as.issuer}/mcp`,
    ...changes,
  };
  for (const [name, value] of Object.entries(params)) if (value !== undefined) url.searchParams.append(name, value);
  return { url: url.href, verifier, state };
}

/** Takes a person from the authorization request to the client's address, or as far as they come. */
export async function open(stage, url, { browser = stage.browser(), email, redirect = REDIRECT_URI } = {}) {
  const until = (target) => target.startsWith(redirect);
  let page = await browser.visit(url, { until });
  if (page.status === 200 && page.hidden("attempt")) page = await browser.submit(page, { button: APPROVE, until });
  return logIn(browser, page, email, { until });
}

/** A code that the library accepts, with all that is needed to redeem it. */
export async function authorize(stage, as, client, { email, changes } = {}) {
  const asked = await request(as, client, changes);
  const redirect = changes?.redirect_uri ?? client.redirect_uris[0];
  const page = await open(stage, asked.url, { email, redirect });
  const params = oauth.validateAuthResponse(as, client, new URL(page.url), asked.state);
  return { ...asked, params, redirect };
}

/** The client's way to authenticate, as it was registered. */
export function authentication(client) {
  switch (client.token_endpoint_auth_method) {
    case "client_secret_basic": return oauth.ClientSecretBasic(client.client_secret);
    case "client_secret_post": return oauth.ClientSecretPost(client.client_secret);
    default: return oauth.None();
  }
}

/** Redeems a code; `changes` are parameters to replace. */
export async function redeem(as, client, { params, redirect, verifier }, { auth = authentication(client), ...changes } = {}) {
  const response = await oauth.authorizationCodeGrantRequest(
    as, client, auth, params, changes.redirect ?? redirect, "verifier" in changes ? changes.verifier : verifier,
    { ...http, additionalParameters: changes.parameters },
  );
  return oauth.processAuthorizationCodeResponse(as, client, response);
}

export async function refresh(as, client, token, parameters) {
  const response = await oauth.refreshTokenGrantRequest(as, client, authentication(client), token, { ...http, additionalParameters: parameters });
  return oauth.processRefreshTokenResponse(as, client, response);
}

export async function revoke(as, client, token, parameters) {
  const response = await oauth.revocationRequest(as, client, authentication(client), token, { ...http, additionalParameters: parameters });
  return oauth.processRevocationResponse(response);
}

/** A refusal that the library read as an OAuth error of this status and code. */
export function refusal(status, ...codes) {
  return (error) => {
    if (error instanceof oauth.ResponseBodyError && error.status === status && codes.includes(error.error)) return true;
    // RFC 6749 section 5.2: a client that authenticated by a header is answered with a challenge.
    if (error instanceof oauth.WWWAuthenticateChallengeError && error.status === status && codes.includes("invalid_client")) return true;
    throw error;
  };
}
