// The OAuth provider library of Cloudflare in front of an MCP handler, with sign-in and consent as
// in Cloudflare's Access demo.
import OAuthProvider from "@cloudflare/workers-oauth-provider";
import { approve, askConsent } from "./consent.js";
import { finishSignIn, startSignIn } from "./sign-in.js";

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

/** A Worker that serves `apiHandler` at `/mcp` to those who hold an access token. */
export function gated(apiHandler) {
  let provider;
  // The library wants the address of the resource, which here is known with the first request only.
  const providerAt = (origin) => new OAuthProvider({
    apiHandler,
    apiRoute: "/mcp",
    authorizeEndpoint: "/authorize",
    clientRegistrationEndpoint: "/register",
    defaultHandler,
    resourceMetadata: { resource: `${origin}/mcp` },
    tokenEndpoint: "/token",
  });
  return {
    fetch(request, env, context) {
      provider ??= providerAt(new URL(request.url).origin);
      return provider.fetch(request, env, context);
    },
  };
}
