// The identity provider of the tests: npm `oidc-provider`, a certified OpenID provider, with the
// addresses that Cloudflare Access gives a "SaaS OIDC application".
import { createServer } from "node:http";
import { parse } from "node-html-parser";
import Provider from "oidc-provider";
import { exportJWK, generateKeyPair } from "jose";
import { ON_BEHALF_OF, TOKEN_EXCHANGE, exchangesTokens } from "./exchange.mjs";
import { freePorts } from "./ports.mjs";

export const CLIENT_ID = "c0ffee0123456789c0ffee0123456789c0ffee0123456789c0ffee0123456789";
export const CLIENT_SECRET = "a-secret-that-only-the-tests-know";

/** People of the tests. `employee1` is on the list of the example's policy, `visitor` is not. */
export const ACCOUNTS = {
  "employee1@mycompany.com": { sub: "7d0c1e5a-6f0e-4a7e-9a1b-employee0001", name: "Erin Employee", groups: ["staff"] },
  "visitor@mycompany.com": { sub: "0b8f9c44-52d2-4a5c-8f4e-visitor00001", name: "Vic Visitor", groups: ["guests"] },
  "zoë@mycompany.com": { sub: "sub:with:colons/and ünïcode", name: "Zoë <b>Ünïcode</b>", groups: [] },
};
export const EMPLOYEE = "employee1@mycompany.com";
export const VISITOR = "visitor@mycompany.com";

let newcomers = 0;

/** The address of one more account, for tests that take all that one person may have. */
export function newcomer() {
  newcomers += 1;
  const email = `newcomer${newcomers}@mycompany.com`;
  ACCOUNTS[email] = { sub: `newcomer-${newcomers}`, name: `Newcomer ${newcomers}`, groups: ["guests"] };
  return email;
}

const PREFIX = `/cdn-cgi/access/sso/oidc/${CLIENT_ID}`;

/** The variables of a Worker that signs people in at the provider with this issuer. */
export function accessVars(issuer) {
  return {
    ACCESS_CLIENT_ID: CLIENT_ID,
    ACCESS_CLIENT_SECRET: CLIENT_SECRET,
    ACCESS_AUTHORIZATION_URL: `${issuer}/authorization`,
    ACCESS_TOKEN_URL: `${issuer}/token`,
    ACCESS_JWKS_URL: `${issuer}/jwks`,
  };
}

/** The variables of a Worker that finds the provider by its issuer. */
export function oidcVars(issuer) {
  return { OIDC_CLIENT_ID: CLIENT_ID, OIDC_CLIENT_SECRET: CLIENT_SECRET, OIDC_ISSUER: issuer };
}

/**
 * Starts the provider. `requests` lists what was asked of it, as `{ method, path }`. While `down` is
 * true it answers nothing but 503, while `refreshTokens` is false it gives none; while `rotates` is true
 * it gives each once, and takes a second use for theft; while `signsUserinfo` is true it answers there
 * with a JWT; access tokens live for `accessTokenTtl` seconds. `before(path)` is waited for before an answer and may give another one, as
 * `{ status, body, headers }`. `privateKey` is the one that it signs with, `tests-1`. `endGrants()` withdraws every grant that was used so far.
 */
export async function startIdp({ redirectUris }) {
  const [port] = await freePorts(1);
  const base = `http://127.0.0.1:${port}`;
  const issuer = `${base}${PREFIX}`;
  const requests = [];
  const idp = { issuer, base, requests, down: false, refreshTokens: true, rotates: false, signsUserinfo: false, accessTokenTtl: 3600, before: undefined };
  const provider = new Provider(issuer, await configuration(redirectUris, base, idp));
  exchangesTokens(provider, idp);
  const grants = new Set();
  // An exchange that a test refuses has none.
  provider.on("grant.success", ({ oidc: { entities } }) => entities.Grant && grants.add(entities.Grant.jti));
  const handle = provider.callback();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, base).pathname;
    requests.push({ method: request.method, path: path.replace(PREFIX, "") });
    if (idp.down) {
      response.writeHead(503).end();
      return;
    }
    const other = await idp.before?.(path.replace(PREFIX, ""));
    if (other) {
      response.writeHead(other.status, { "content-type": "application/json", ...other.headers }).end(JSON.stringify(other.body ?? {}));
      return;
    }
    const done = path.startsWith(`${PREFIX}/`)
      ? passToProvider(provider, handle, idp, request, response)
      : interaction(provider, request, response);
    Promise.resolve(done).catch((error) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error.stack));
    });
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  idp.stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  idp.endGrants = async () => {
    for (const id of grants) await (await provider.Grant.find(id))?.destroy();
    for (const id of grants) await provider.RefreshToken.revokeByGrantId(id);
  };
  return idp;
}

async function configuration(redirectUris, base, idp) {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  idp.privateKey = privateKey;
  return {
    clients: [{
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uris: redirectUris,
      grant_types: ["authorization_code", "refresh_token", TOKEN_EXCHANGE, ON_BEHALF_OF],
      id_token_signed_response_alg: "RS256",
    }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "tests-1", alg: "RS256", use: "sig" }] },
    routes: { authorization: "/authorization", token: "/token", jwks: "/jwks", userinfo: "/userinfo" },
    // Access puts the claims of the asked scopes into the id_token.
    conformIdTokenClaims: false,
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    issueRefreshToken: (_, client, { scopes }) =>
      idp.refreshTokens && client.grantTypeAllowed("refresh_token") && scopes.has("offline_access"),
    rotateRefreshToken: () => idp.rotates,
    cookies: { keys: ["only for the tests"] },
    features: { devInteractions: { enabled: false }, userinfo: { enabled: true }, jwtUserinfo: { enabled: true } },
    interactions: { url: (_, { uid }) => `${base}/interaction/${uid}` },
    ttl: { AccessToken: (_, { gty }) => (gty === TOKEN_EXCHANGE ? idp.exchangedTtl : idp.accessTokenTtl), IdToken: 3600, Interaction: 600, Session: 3600, Grant: 3600 },
    findAccount: (_, id) => {
      const [email, account] = Object.entries(ACCOUNTS).find(([, { sub }]) => sub === id) ?? [];
      return account && { accountId: id, claims: () => ({ email, email_verified: true, ...account }) };
    },
    renderError: (context, out) => {
      context.type = "text/plain";
      context.body = `identity provider: ${out.error}: ${out.error_description}`;
    },
  };
}

async function passToProvider(provider, handle, idp, request, response) {
  request.originalUrl = request.url;
  request.baseUrl = PREFIX;
  request.url = request.url.slice(PREFIX.length);
  if (request.url.startsWith("/userinfo")) {
    const client = await provider.Client.find(CLIENT_ID);
    client.userinfoSignedResponseAlg = idp.signsUserinfo ? "RS256" : undefined;
  }
  if (request.url.startsWith("/token")) {
    // Access accepts the secret in the header and in the body; oidc-provider wants one way named.
    const client = await provider.Client.find(CLIENT_ID);
    client.tokenEndpointAuthMethod =
      request.headers.authorization ? "client_secret_basic" : "client_secret_post";
  }
  return handle(request, response);
}

/** The login page and the consent page, one form each. */
async function interaction(provider, request, response) {
  if (!/^\/interaction\/[^/]+$/.test(request.url)) {
    response.writeHead(404).end("not found");
    return;
  }
  const details = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    page(response, details.prompt.name, details.params);
    return;
  }
  const form = await readForm(request);
  if (form.get("decision") !== "continue") {
    const denied = { error: "access_denied", error_description: "That account does not have access." };
    await provider.interactionFinished(request, response, denied, { mergeWithLastSubmission: false });
    return;
  }
  if (details.prompt.name === "login") {
    const account = ACCOUNTS[form.get("email")];
    if (!account) {
      page(response, "login", details.params, "No such account.");
      return;
    }
    await provider.interactionFinished(request, response, { login: { accountId: account.sub } }, { mergeWithLastSubmission: false });
    return;
  }
  const grant = new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  grant.addOIDCClaims(["groups", "email", "email_verified", "name"]);
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

function page(response, prompt, params, problem = "") {
  const field = prompt === "login" ? `<label>E-mail <input name="email" type="email"></label>` : `<p>Scopes: ${parse(params.scope ?? "").textContent}</p>`;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(
    `<!doctype html><title>Identity provider</title><h1>Identity provider: ${prompt}</h1><p role="alert">${problem}</p>` +
    `<form method="post">${field}` +
    `<button name="decision" value="continue">Continue</button><button name="decision" value="deny">Cancel</button></form>`,
  );
}

async function readForm(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** Signs `email` in on the provider's pages; `page` is the login page, or what comes without one. */
export async function logIn(browser, page, email, { until } = {}) {
  while (page.status === 200 && page.words.includes("Identity provider:")) {
    const fields = page.words.includes(": login") ? { email } : {};
    page = await browser.submit(page, { button: { name: "decision", value: "continue" }, fields, until });
  }
  return page;
}
