// What another deployment sealed: with its own key, and with the same key at another address.
// With another key nothing opens here. With the same key the two have the same owner: registrations
// are then good for both, and nothing that speaks for a person is.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { challenge, errorPage, oauthError } from "./lib/expect.mjs";
import { EMPLOYEE, logIn } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, WEB_URI, atClient, authorize, authorizeUrl, newClient, pkce, redeem, refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const COOKIE_ENCRYPTION_KEY = randomBytes(32).toString("hex");
const stage = await openStage({ vars: { COOKIE_ENCRYPTION_KEY } });
const stranger = await openStage();
const others = {
  "another deployment's key": stranger,
  "the same key at another address": await openStage({ vars: { COOKIE_ENCRYPTION_KEY } }),
};
after(() => Promise.all([stage, ...Object.values(others)].map((one) => one.close())));
const { origin } = stage;

for (const [name, other] of Object.entries(others)) {
  describe(`attack: sealed with ${name}:`, () => {
    let own;
    let foreign;
    before(async () => {
      [own, foreign] = await Promise.all([stage, other].map((one) => newClient(one.origin, { redirect_uris: [WEB_URI] })));
    });

    test("an access token is refused", async () => {
      const { access_token: token } = await signIn(other, { browser: other.browser(), client: foreign, email: EMPLOYEE });
      assert.equal((await mcp.legacy(other.origin, token, "tools/list")).status, 200);
      challenge(await mcp.legacy(origin, token, "tools/list"), { origin, error: "invalid_token" });
    });

    test("a refresh token is refused", async () => {
      const { refresh_token: token } = await signIn(other, { browser: other.browser(), client: foreign, email: EMPLOYEE });
      oauthError(await refresh(stage, own, token, { resource: undefined }), 400, "invalid_grant");
    });

    test("a code is refused", async () => {
      const result = await authorize(other, { browser: other.browser(), client: foreign, email: EMPLOYEE });
      oauthError(await redeem(stage, own, result, { resource: undefined }), 400, "invalid_grant");
    });

    test("an approval is not taken for one of here", async () => {
      const browser = other.browser();
      await signIn(other, { browser, client: foreign, email: EMPLOYEE });
      // Cookies do not keep ports apart: the browser itself brings the cookie here.
      assert.equal(browser.jar.all(origin).length, 1);
      assert.ok((await browser.visit(authorizeUrl(origin, own, pkce().challenge))).hidden("attempt"));
    });
  });
}

describe("attack: sealed with another deployment's key, in the middle of a sign-in:", () => {
  const other = stranger;
  let foreign;
  before(async () => {
    foreign = await newClient(other.origin);
  });

  test("a client is unknown", async () => {
    errorPage(await stage.browser().visit(authorizeUrl(origin, foreign, pkce().challenge)));
  });

  test("a consent page's cookie and form are refused", async () => {
    const browser = other.browser();
    const page = await browser.visit(authorizeUrl(other.origin, foreign, pkce().challenge));
    const form = page.form.bind(page);
    page.form = (...args) => {
      const request = form(...args);
      return { ...request, url: request.url.replace(other.origin, origin) };
    };
    page.url = page.url.replace(other.origin, origin);
    errorPage(await browser.submit(page, { button: APPROVE, until: atClient(foreign) }));
  });

  test("a login cookie opens no callback", async () => {
    const browser = other.browser();
    const stop = (url) => url.startsWith(`${other.origin}/callback`);
    const consent = await browser.visit(authorizeUrl(other.origin, foreign, pkce().challenge));
    const { url } = await logIn(browser, await browser.submit(consent, { button: APPROVE }), EMPLOYEE, { until: stop });
    errorPage(await browser.visit(url.replace(other.origin, origin), { until: atClient(foreign) }));
    assert.ok((await browser.visit(url, { until: atClient(foreign) })).query.get("code"), "it was good where it was made");
  });
});
