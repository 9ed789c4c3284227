// The part of an MCP client that the official SDKs leave to the application: storing what OAuth
// gives, and taking the person's browser to the authorization page.
import { Browser } from "./browser.mjs";
import { logIn } from "./idp.mjs";
import { APPROVE, REDIRECT_URI, clientMetadata } from "./oauth.mjs";

/** An `OAuthClientProvider` of the SDKs, for the person with this e-mail address. */
export class Person {
  seen = { authorizationUrl: undefined, consent: undefined, callback: undefined };

  constructor(email, { metadata = {}, browser = new Browser() } = {}) {
    Object.assign(this, { email, browser, metadata });
  }

  get redirectUrl() {
    return REDIRECT_URI;
  }

  get clientMetadata() {
    return clientMetadata(this.metadata);
  }

  clientInformation() {
    return this.client;
  }

  saveClientInformation(client) {
    this.client = client;
  }

  tokens() {
    return this.saved;
  }

  saveTokens(tokens) {
    this.saved = tokens;
  }

  codeVerifier() {
    return this.verifier;
  }

  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }

  invalidateCredentials(scope) {
    if (scope === "all" || scope === "tokens") this.saved = undefined;
    if (scope === "all" || scope === "client") this.client = undefined;
  }

  async redirectToAuthorization(url) {
    const until = (target) => target.startsWith(REDIRECT_URI);
    this.seen.authorizationUrl = url;
    let page = await this.browser.visit(url.href, { until });
    if (page.hidden("attempt")) {
      this.seen.consent = page;
      page = await this.browser.submit(page, { button: APPROVE, until });
    }
    page = await logIn(this.browser, page, this.email, { until });
    if (!until(page.url)) throw new Error(`the sign-in ended at ${page.url} (status ${page.status}): ${page.words.slice(0, 400)}`);
    this.seen.callback = page.query;
  }
}
