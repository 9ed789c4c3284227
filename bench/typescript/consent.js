// The demo's consent page: a double-submit token against forged forms, and a signed cookie with
// the clients that were approved before.
import { escapeHtml, hmacHex, verifyHmacHex } from "./text.js";

const CSRF = "__Host-CSRF_TOKEN";
const APPROVED = "__Host-APPROVED_CLIENTS";
const APPROVED_SECONDS = 30 * 24 * 3600;

/** The page, or `undefined` when this browser has approved the client before. */
export async function askConsent(request, env, authRequest, client) {
  if ((await approvedClients(request, env)).includes(authRequest.clientId)) return undefined;
  const csrf = crypto.randomUUID();
  const state = btoa(JSON.stringify({ authRequest }));
  return new Response(page({ client, csrf, state }), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "frame-ancestors 'none'",
      "x-frame-options": "DENY",
      "set-cookie": cookie(CSRF, csrf, 600),
    },
  });
}

/** Checks the form; answers the request that it carries, and the cookies to set. */
export async function approve(request, env) {
  const form = await request.formData();
  const csrf = form.get("csrf_token");
  if (!csrf || csrf !== readCookie(request, CSRF)) throw new Error("CSRF token mismatch");
  const { authRequest } = JSON.parse(atob(form.get("state")));
  const clients = [...new Set([...(await approvedClients(request, env)), authRequest.clientId])];
  const payload = JSON.stringify(clients);
  const signature = await hmacHex(env.COOKIE_ENCRYPTION_KEY, payload);
  const headers = new Headers();
  headers.append("set-cookie", cookie(APPROVED, `${signature}.${btoa(payload)}`, APPROVED_SECONDS));
  headers.append("set-cookie", cookie(CSRF, "", 0));
  return { authRequest, headers };
}

async function approvedClients(request, env) {
  const [signature, encoded] = readCookie(request, APPROVED)?.split(".") ?? [];
  if (!encoded) return [];
  const payload = atob(encoded);
  return (await verifyHmacHex(env.COOKIE_ENCRYPTION_KEY, signature, payload)) ? JSON.parse(payload) : [];
}

function cookie(name, value, seconds) {
  return `${name}=${value}; HttpOnly; Secure; Path=/; SameSite=Lax; Max-Age=${seconds}`;
}

function readCookie(request, name) {
  const found = (request.headers.get("cookie") ?? "").split(";").map((one) => one.trim()).find((one) => one.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

function page({ client, csrf, state }) {
  const name = escapeHtml(client.clientName ?? "Unknown MCP Client");
  const redirects = client.redirectUris.map((uri) => `<li>${escapeHtml(uri)}</li>`).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name} | Authorization Request</title></head>
<body><h1>${name} is requesting access</h1><ul>${redirects}</ul>
<form method="post"><input type="hidden" name="state" value="${escapeHtml(state)}">
<input type="hidden" name="csrf_token" value="${escapeHtml(csrf)}"><button type="submit">Approve</button></form></body></html>`;
}
