// Time: the Worker's clock is moved, and what was good has expired.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { cannotMoveClock } from "./lib/clock.mjs";
import { challenge, errorPage, oauthError } from "./lib/expect.mjs";
import { send } from "./lib/http.mjs";
import { VISITOR, logIn } from "./lib/idp.mjs";
import * as mcp from "./lib/mcp.mjs";
import { APPROVE, WEB_URI, atClient, authorize, authorizeUrl, newClient, pkce, redeem, refresh, signIn } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("when time passes", { skip: cannotMoveClock() }, async () => {
  const persist = mkdtempSync(join(tmpdir(), "toolgate-clock-"));
  const stage = await openStage({ persist });
  after(async () => {
    await stage.close();
    rmSync(persist, { recursive: true, force: true });
  });
  const { origin } = stage;
  const works = async (token) => (await mcp.legacy(origin, token, "tools/list")).status === 200;
  const later = (secondsAhead) => stage.restart({ secondsAhead });
  const now = () => stage.restart({});

  test("a restart by itself forgets nothing", async () => {
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    await now();
    assert.ok(await works(first.access_token));
    assert.equal((await refresh(stage, first.client, first.refresh_token)).status, 200);
  });

  test("an access token expires when it said it would, and its refresh token still works", async () => {
    await now();
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    await later(first.expires_in - 30);
    assert.ok(await works(first.access_token), "still good shortly before");
    await later(first.expires_in + 30);
    challenge(await mcp.legacy(origin, first.access_token, "tools/list"), { origin, error: "invalid_token" });
    const next = await refresh(stage, first.client, first.refresh_token);
    assert.equal(next.status, 200, next.text);
    assert.ok(await works(next.json().access_token));
  });

  test("a code expires within ten minutes", async () => {
    await now();
    const client = await newClient(origin);
    const result = await authorize(stage, { browser: stage.browser(), client, email: VISITOR });
    await later(11 * MINUTE);
    oauthError(await redeem(stage, client, result), 400, "invalid_grant");
  });

  test("a consent page expires", async () => {
    await now();
    const client = await newClient(origin);
    const browser = stage.browser();
    const page = await browser.visit(authorizeUrl(origin, client, pkce().challenge));
    await later(11 * MINUTE);
    errorPage(await browser.submit(page, { button: APPROVE }));
  });

  test("a sign-in left open at the provider expires", async () => {
    await now();
    const client = await newClient(origin);
    const browser = stage.browser();
    const until = atClient(client);
    const page = await browser.visit(authorizeUrl(origin, client, pkce().challenge), { until });
    const login = await browser.submit(page, { button: APPROVE, until });
    await later(11 * MINUTE);
    errorPage(await logIn(browser, login, VISITOR, { until }));
  });

  test("a refresh token that was replaced is refused after the grace, which ends the grant", async () => {
    await now();
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    const second = (await refresh(stage, first.client, first.refresh_token)).json();
    await later(2 * MINUTE);
    oauthError(await refresh(stage, first.client, first.refresh_token), 400, "invalid_grant");
    oauthError(await refresh(stage, first.client, second.refresh_token), 400, "invalid_grant");
    await later(5 * MINUTE);
    assert.ok(!(await works(second.access_token)), "revocation reaches access tokens");
  });

  test("a revoked grant's access token stops working within a minute", async () => {
    await now();
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    assert.ok(await works(first.access_token));
    await send(`${origin}/revoke`, { method: "POST", body: new URLSearchParams({ client_id: first.client.client_id, token: first.refresh_token }) });
    await later(MINUTE);
    challenge(await mcp.legacy(origin, first.access_token, "tools/list"), { origin, error: "invalid_token" });
  });

  test("a grant ends after its thirty days", async () => {
    await now();
    const first = await signIn(stage, { browser: stage.browser(), email: VISITOR });
    await later(29 * DAY);
    const second = await refresh(stage, first.client, first.refresh_token);
    assert.equal(second.status, 200, second.text);
    await later(31 * DAY);
    oauthError(await refresh(stage, first.client, second.json().refresh_token), 400, "invalid_grant");
  });

  test("an approval is forgotten after its thirty days, whatever the browser kept", async () => {
    await now();
    const client = await newClient(origin, { redirect_uris: [WEB_URI] });
    const browser = stage.browser();
    await authorize(stage, { browser, client, email: VISITOR });
    const again = () => browser.visit(authorizeUrl(origin, client, pkce().challenge), { until: (url) => !url.startsWith(origin) });
    await later(29 * DAY);
    assert.equal((await again()).status, 0, "it is remembered until then");
    await later(31 * DAY);
    assert.ok((await again()).hidden("attempt"), "the page is shown again");
  });
});
