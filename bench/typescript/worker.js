// The TypeScript stack that Toolgate's sign-in is measured against: the OAuth provider library of
// Cloudflare, with a handler that does what Cloudflare's Access demo does. The answer of the tool
// is fixed: a sign-in never gets there.
import OAuthProvider from "@cloudflare/workers-oauth-provider";
import { DurableObject } from "cloudflare:workers";
import { approve, askConsent } from "./consent.js";
import { finishSignIn, startSignIn } from "./sign-in.js";

/** Bound by the harness, and not used here. */
export class ToolgateObject extends DurableObject {}

const apiHandler = {
  fetch: () => Response.json({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "42" }] } }),
};

const defaultHandler = {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/authorize" && request.method === "GET") return authorize(request, env);
    if (pathname === "/authorize" && request.method === "POST") {
      const { authRequest, headers } = await approve(request, env);
      return startSignIn(request, env, authRequest, headers);
    }
    if (pathname === "/callback") return finishSignIn(request, env);
    return new Response("Not found", { status: 404 });
  },
};

async function authorize(request, env) {
  const authRequest = await env.OAUTH_PROVIDER.parseAuthRequest(request);
  const client = await env.OAUTH_PROVIDER.lookupClient(authRequest.clientId);
  const page = await askConsent(request, env, authRequest, client);
  return page ?? startSignIn(request, env, authRequest, new Headers());
}

let provider;

// The library wants the address of the resource, which here is known with the first request only.
function providerAt(origin) {
  return new OAuthProvider({
    apiHandler,
    apiRoute: "/mcp",
    authorizeEndpoint: "/authorize",
    clientRegistrationEndpoint: "/register",
    defaultHandler,
    resourceMetadata: { resource: `${origin}/mcp` },
    tokenEndpoint: "/token",
  });
}

export default {
  fetch(request, env, context) {
    provider ??= providerAt(new URL(request.url).origin);
    return provider.fetch(request, env, context);
  },
};
