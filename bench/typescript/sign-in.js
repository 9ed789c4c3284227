// The demo's sign-in at Access: state in KV under a signed name, PKCE, the code exchange, and the
// signature of the id_token against keys that are fetched each time.
import { base64url, fromBase64url, hmacHex, verifyHmacHex } from "./text.js";

const STATE_SECONDS = 600;

export async function startSignIn(request, env, authRequest, headers) {
  const id = crypto.randomUUID();
  const codeVerifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  await env.OAUTH_KV.put(`oauth:state:${id}`, JSON.stringify({ authRequest, codeVerifier }), { expirationTtl: STATE_SECONDS });
  const target = new URL(env.ACCESS_AUTHORIZATION_URL);
  const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(codeVerifier));
  for (const [name, value] of Object.entries({
    client_id: env.ACCESS_CLIENT_ID,
    redirect_uri: new URL("/callback", request.url).href,
    response_type: "code",
    scope: "openid email profile",
    state: `${id}.${await hmacHex(env.COOKIE_ENCRYPTION_KEY, id)}`,
    code_challenge: base64url(challenge),
    code_challenge_method: "S256",
  })) target.searchParams.set(name, value);
  headers.set("location", target.href);
  return new Response(null, { status: 302, headers });
}

export async function finishSignIn(request, env) {
  const query = new URL(request.url).searchParams;
  const { authRequest, codeVerifier } = await takeState(env, query.get("state") ?? "");
  const tokens = await exchange(request, env, query.get("code"), codeVerifier);
  const claims = await verify(env, tokens.id_token);
  const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
    metadata: { label: claims.name },
    props: { accessToken: tokens.access_token, email: claims.email, login: claims.sub, name: claims.name },
    request: authRequest,
    scope: authRequest.scope,
    userId: claims.sub,
  });
  return new Response(null, { status: 302, headers: { location: redirectTo } });
}

async function takeState(env, state) {
  const [id, signature] = state.split(".");
  if (!signature || !(await verifyHmacHex(env.COOKIE_ENCRYPTION_KEY, signature, id))) throw new Error("invalid state");
  const stored = await env.OAUTH_KV.get(`oauth:state:${id}`);
  if (!stored) throw new Error("invalid or expired state");
  await env.OAUTH_KV.delete(`oauth:state:${id}`);
  return JSON.parse(stored);
}

async function exchange(request, env, code, codeVerifier) {
  const answer = await fetch(env.ACCESS_TOKEN_URL, {
    method: "POST",
    body: new URLSearchParams({
      client_id: env.ACCESS_CLIENT_ID,
      client_secret: env.ACCESS_CLIENT_SECRET,
      code,
      code_verifier: codeVerifier,
      grant_type: "authorization_code",
      redirect_uri: new URL("/callback", request.url).href,
    }),
  });
  if (!answer.ok) throw new Error(`the identity provider answered ${answer.status}`);
  return answer.json();
}

async function verify(env, token) {
  const [header, payload, signature] = token.split(".");
  const { kid } = JSON.parse(new TextDecoder().decode(fromBase64url(header)));
  const { keys } = await (await fetch(env.ACCESS_JWKS_URL)).json();
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", keys.find((one) => one.kid === kid), rsa, false, ["verify"]);
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  if (!(await crypto.subtle.verify(rsa, key, fromBase64url(signature), signed))) throw new Error("invalid signature");
  const claims = JSON.parse(new TextDecoder().decode(fromBase64url(payload)));
  if (claims.exp < Date.now() / 1000) throw new Error("expired");
  return claims;
}
