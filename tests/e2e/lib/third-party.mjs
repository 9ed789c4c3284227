// A third party on the internet of the tests, at which people have accounts: an authorization server, scripted, and
// an API that takes its tokens.
import { createHash, randomBytes } from "node:crypto";
import { Response } from "miniflare";

const random = (kind) => `canary-${kind}-${randomBytes(12).toString("base64url")}`;
const json = (body, status = 200) => Response.json(body, { status });

export class ThirdParty {
  /** The tokens that it ever gave. */
  tokens = [];
  /** The tokens that it was asked to withdraw. */
  revoked = [];
  /** What it was asked for tokens with. */
  asked = [];
  #codes = new Map();
  #refresh = new Map();
  #access = new Map();

  /**
   * `host` is that of its endpoints and `api` an address that answers with the account of a token. While `down` is true
   * it answers 503; while `rotates` is true it gives each refresh token once, and takes a second use for theft; while
   * `refreshTokens` is false it gives none; access tokens live for `ttl` seconds; `hold` is waited for before it
   * answers a refresh.
   */
  constructor(internet, { host, api, clientId, clientSecret }) {
    Object.assign(this, { internet, host, api, clientId, clientSecret });
    this.reset();
    internet.answer(`https://${host}/token`, (request) => this.#token(request));
    internet.answer(`https://${host}/revoke`, (request) => this.#revoke(request));
  }

  reset() {
    Object.assign(this, { down: false, rotates: false, refreshTokens: true, ttl: 3600, hold: undefined, issuer: undefined });
    this.internet.answer(this.api, (request) => this.answer(request));
  }

  /** The API: who the token belongs to. */
  answer(request) {
    const token = request.headers.get("authorization")?.replace(/^Bearer /, "");
    const found = this.#access.get(token);
    return found && found.until > Date.now() ? new Response(found.account) : new Response("who are you?", { status: 401 });
  }

  /** Publishes its metadata (RFC 8414), with changes. */
  describe(changes = {}) {
    const issuer = `https://${this.host}`;
    this.internet.publish(`${issuer}/.well-known/oauth-authorization-server`, {
      issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, revocation_endpoint: `${issuer}/revoke`,
      code_challenge_methods_supported: ["S256"], token_endpoint_auth_methods_supported: ["none"], ...changes,
    });
  }

  /** True for the address at which a browser asks it. */
  isAsked = (url) => url.startsWith(`https://${this.host}/authorize?`);

  /** The person lets the server use an account: where the browser goes back to. */
  allow(url, account) {
    const asked = new URL(url).searchParams;
    const code = random("code");
    this.#codes.set(code, { account, challenge: asked.get("code_challenge"), redirectUri: asked.get("redirect_uri") });
    return this.back(url, { code });
  }

  /** The way back with these parameters. */
  back(url, params) {
    const asked = new URL(url).searchParams;
    const back = new URL(asked.get("redirect_uri"));
    const all = { state: asked.get("state"), ...(this.issuer ? { iss: this.issuer } : {}), ...params };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) back.searchParams.set(name, value);
    return back.href;
  }

  /** The person ends it here. */
  endAll() {
    this.#refresh.clear();
    this.#access.clear();
  }

  /** Access tokens are over now. */
  expire() {
    this.#access.clear();
  }

  #give(account) {
    const [access, refresh] = [random("access"), random("refresh")];
    this.#access.set(access, { account, until: Date.now() + this.ttl * 1000 });
    if (this.refreshTokens) this.#refresh.set(refresh, account);
    this.tokens.push(access, refresh);
    return json({ access_token: access, token_type: "Bearer", expires_in: this.ttl, ...(this.refreshTokens ? { refresh_token: refresh } : {}) });
  }

  async #token(request) {
    const form = new URLSearchParams(await request.text());
    this.asked.push(Object.fromEntries(form));
    const hold = form.get("grant_type") === "refresh_token" ? this.hold : undefined;
    const given = form.get("refresh_token");
    const account = this.#refresh.get(given);
    await hold;
    if (this.down) return new Response("", { status: 503 });
    if (form.get("client_id") !== this.clientId || (this.clientSecret && form.get("client_secret") !== this.clientSecret)) {
      return json({ error: "invalid_client" }, 401);
    }
    if (form.get("grant_type") === "authorization_code") {
      const found = this.#codes.get(form.get("code"));
      this.#codes.delete(form.get("code"));
      const challenge = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
      const isGood = found && found.challenge === challenge && found.redirectUri === form.get("redirect_uri");
      return isGood ? this.#give(found.account) : json({ error: "invalid_grant" }, 400);
    }
    if (account === undefined) {
      // Used before, or never given: whoever has it may be a thief.
      if (this.rotates) this.endAll();
      return json({ error: "invalid_grant" }, 400);
    }
    if (this.rotates) {
      if (!this.#refresh.delete(given)) this.endAll();
      return this.#give(account);
    }
    const access = random("access");
    this.#access.set(access, { account, until: Date.now() + this.ttl * 1000 });
    this.tokens.push(access);
    return json({ access_token: access, token_type: "Bearer", expires_in: this.ttl });
  }

  async #revoke(request) {
    const form = new URLSearchParams(await request.text());
    this.revoked.push(form.get("token"));
    this.#refresh.delete(form.get("token"));
    return new Response("");
  }
}
