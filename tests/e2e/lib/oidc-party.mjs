// A third party on the internet of the tests that nobody wrote for them: npm `oidc-provider`, a certified authorization
// server, with pages on which a person logs in and consents. `third-party.mjs` is the scripted one, which can misbehave.
import { createServer } from "node:http";
import { parse } from "node-html-parser";
import { Response } from "miniflare";
import Provider from "oidc-provider";
import { freePorts } from "./ports.mjs";

/**
 * Starts it under `issuer`, an origin. It gives each refresh token once, and takes a second use for theft; a token that
 * is withdrawn ends everything that the person allowed the client. Access tokens live for `accessTokenTtl` seconds.
 * `asked` lists the forms that its token and revocation endpoints got, and `tokens` all that it ever gave.
 */
export async function startOidcParty(internet, { issuer, client, scopes }) {
  const [port] = await freePorts(1);
  const base = `http://127.0.0.1:${port}`;
  const party = { issuer, base, accessTokenTtl: 3600, asked: [], tokens: [], logins: 0, consents: 0 };
  const provider = new Provider(issuer, {
    clients: [{ grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], ...client }],
    scopes,
    pkce: { required: () => true },
    issueRefreshToken: () => true,
    rotateRefreshToken: () => true,
    cookies: { keys: ["only for the tests"] },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: () => party.accessTokenTtl, RefreshToken: 3600, Interaction: 600, Session: 3600, Grant: 3600, IdToken: 3600 },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    renderError: (context, out) => {
      context.type = "text/plain";
      context.body = `tracker: ${out.error}: ${out.error_description}`;
    },
  });
  provider.proxy = true;
  provider.use(async (context, next) => {
    await next();
    const { route, params } = context.oidc ?? {};
    if (route !== "token" && route !== "revocation") return;
    party.asked.push({ route, status: context.status, ...params });
    const { access_token, refresh_token } = route === "token" ? context.body : {};
    party.tokens.push(...[access_token, refresh_token].filter(Boolean));
  });
  const handle = provider.callback();
  const server = createServer((request, response) => {
    const done = request.url.startsWith("/interaction/") ? interaction(provider, party, request, response) : handle(request, response);
    Promise.resolve(done).catch((error) => response.writeHead(500, { "content-type": "text/plain" }).end(String(error.stack)));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  internet.serve(issuer, base);
  return Object.assign(party, {
    /** Who a request to an API comes from; nobody where it takes no token of this request. */
    async account(request) {
      const token = request.headers.get("authorization")?.replace(/^Bearer /, "");
      const found = token && (await provider.AccessToken.find(token));
      return found?.isValid ? found.accountId : undefined;
    },
    unauthorized: () => new Response("who are you?", { status: 401 }),
    /** The forms of one route since a place in `asked`. */
    forms: (route, since = 0) => party.asked.slice(since).filter((form) => form.route === route),
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  });
}

/** The login page and the consent page, one form each. */
async function interaction(provider, party, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") {
    const field = prompt.name === "login" ? `<input name="account">` : `<p>Scopes: ${parse(params.scope).textContent}</p>`;
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(
      `<!doctype html><title>Tracker</title><h1>Tracker: ${prompt.name}</h1><form method="post">${field}` +
      `<button name="decision" value="continue">Continue</button><button name="decision" value="deny">Cancel</button></form>`,
    );
    return;
  }
  const form = new URLSearchParams(await text(request));
  const finish = (result) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  if (form.get("decision") !== "continue") {
    await finish({ error: "access_denied", error_description: "The person does not want to." });
  } else if (prompt.name === "login") {
    party.logins += 1;
    await finish({ login: { accountId: form.get("account") } });
  } else {
    party.consents += 1;
    const known = grantId && (await provider.Grant.find(grantId));
    const grant = known ?? new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    await finish({ consent: { grantId: await grant.save() } });
  }
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Logs `account` in on its pages and consents, or denies it; `page` is the first page, or what comes without one. */
export async function letUse(browser, page, account, { decision = "continue" } = {}) {
  while (page.status === 200 && page.words.includes("Tracker: ")) {
    const isLogin = page.words.includes(": login");
    const button = { name: "decision", value: isLogin ? "continue" : decision };
    page = await browser.submit(page, { button, fields: isLogin ? { account } : {} });
  }
  return page;
}
