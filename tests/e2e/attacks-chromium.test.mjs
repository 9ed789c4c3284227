// Script injection and clickjacking in a real Chromium: every field that a client or a link
// controls carries markup, and nothing of it may run, load or be shown in a frame.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { noChromium as skip, startChromium } from "./lib/chromium.mjs";
import { freshAddress } from "./lib/http.mjs";
import { REDIRECT_URI, authorizeUrl, newClient, pkce, register } from "./lib/oauth.mjs";
import { openStage } from "./lib/stage.mjs";

const PAYLOADS = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `'><svg/onload=alert(1)>`,
  `</title></style></textarea><script>alert(1)</script>`,
  `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
  `{{constructor.constructor('alert(1)')()}}`,
  `" autofocus onfocus=alert(1) x="`,
  `<base href="http://127.0.0.1:1/"><form action="http://127.0.0.1:1/">`,
  `<meta http-equiv=refresh content="0;url=http://127.0.0.1:1/">`,
  `+ADw-script+AD4-alert(1)+ADw-/script+AD4-`,
];
const MARKUP = "script, img, svg, iframe, base, object, embed, [onload], [onerror], [onfocus], [srcdoc], meta[http-equiv], a[href^='javascript:' i], form:not([action^='/'])";

describe("attack: in Chromium", { skip }, async () => {
  if (skip) return;
  const stage = await openStage();
  const { origin } = stage;
  const { context, stop } = await startChromium();
  // A site of the attacker, that frames whatever its address asks for.
  const evil = createServer((request, response) => {
    const target = new URL(request.url, "http://127.0.0.1").searchParams.get("frame");
    const text = target ? `<iframe width="800" height="600" src="${target.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"></iframe>` : "evil";
    response.writeHead(200, { "content-type": "text/html" }).end(text);
  });
  await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
  const attacker = `http://127.0.0.1:${evil.address().port}`;
  after(async () => {
    await stop();
    evil.close();
    evil.closeAllConnections();
    await stage.close();
  });
  let client;
  before(async () => {
    client = await newClient(origin);
  });

  const page = await context.newPage();
  let seen = [];
  page.on("dialog", (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) seen.push(`request to ${request.url()}`);
  });

  /** Opens an address; nothing of it may run or load. Answers what a person sees. */
  async function opensHarmlessly(address, payload) {
    seen = [];
    await page.setExtraHTTPHeaders({ "cf-connecting-ip": freshAddress() });
    const response = await page.goto(address);
    await page.waitForTimeout(20);
    assert.deepEqual(seen, [], address);
    assert.ok(page.url().startsWith(origin), page.url());
    const { "content-type": type = "", "x-content-type-options": options } = response.headers();
    if (type.startsWith("text/html")) assert.equal(await page.locator(MARKUP).count(), 0, `markup of ${address} became elements`);
    else assert.ok(options === "nosniff" || !(await response.text()).includes(payload), `${address} may be guessed to be a page`);
    return page.locator("body").innerText();
  }

  const names = { client_name: (text) => text, "client_name#de": (text) => text, scope: (text) => text, software_id: (text) => text };
  const addresses = ["client_uri", "logo_uri", "policy_uri", "tos_uri"];
  test("XSS by each field of a registration runs nothing on the consent page", async () => {
    for (const payload of PAYLOADS) {
      const metadata = Object.fromEntries([
        ...Object.entries(names).map(([name, make]) => [name, make(payload)]),
        ...addresses.map((name) => [name, `https://client.example/${encodeURI(payload)}?${payload}`]),
        ["contacts", [payload]],
      ]);
      // What the registration refuses cannot reach the page; then the name goes alone.
      let answer = await register(origin, metadata);
      if (answer.status !== 201) answer = await register(origin, { client_name: payload });
      assert.equal(answer.status, 201, answer.text);
      const text = await opensHarmlessly(authorizeUrl(origin, answer.json(), pkce().challenge));
      assert.ok(text.includes(payload.slice(0, 20)), `the name is shown as it is: ${text.slice(0, 200)}`);
    }
  });

  for (const scheme of ["javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:alert(1)"]) {
    test(`XSS by addresses of ${scheme.split(":")[0]}: becomes no link of the consent page`, async () => {
      const answer = await register(origin, Object.fromEntries(addresses.map((name) => [name, scheme])));
      if (answer.status === 201) await opensHarmlessly(authorizeUrl(origin, answer.json(), pkce().challenge));
      else assert.equal(answer.status, 400, answer.text);
    });
  }

  test("XSS by the redirect URI runs nothing on the consent page", async () => {
    for (const path of ["'onfocus=alert(1)//", "a'b&c=d;e", "%3Cscript%3Ealert(1)%3C/script%3E", "?x=%22onload=alert(1)", "?'><svg/onload=alert(1)>"]) {
      const answer = await register(origin, { redirect_uris: [`https://client.example/${path}`] });
      if (answer.status === 201) await opensHarmlessly(authorizeUrl(origin, answer.json(), pkce().challenge));
      else assert.equal(answer.status, 400, answer.text);
    }
  });

  for (const name of ["client_id", "redirect_uri", "response_type", "scope", "state", "resource", "code_challenge", "code_challenge_method", "prompt", "login_hint", "ui_locales"]) {
    test(`XSS by the parameter ${name} of a link runs nothing`, async () => {
      for (const payload of PAYLOADS.slice(0, 5)) {
        // A broken client id keeps every refusal on a page of this server.
        await opensHarmlessly(authorizeUrl(origin, client, pkce().challenge, { client_id: "nobody", [name]: payload }));
        if (["scope", "state", "login_hint", "ui_locales", "prompt"].includes(name)) {
          await opensHarmlessly(authorizeUrl(origin, client, pkce().challenge, { [name]: payload }));
        }
      }
    });
  }

  test("XSS by the address of a callback, of a missing page or of a document runs nothing", async () => {
    for (const payload of PAYLOADS.slice(0, 5)) {
      for (const path of ["/callback?error=access_denied&error_description=", "/callback?state=", "/callback?code=x&state=", "/", "/.well-known/oauth-protected-resource/", "/register?", "/token?"]) {
        await opensHarmlessly(`${origin}${path}${encodeURIComponent(payload)}`, payload);
      }
    }
  });

  test("clickjacking: no page of the server is shown in another site's frame", async () => {
    for (const address of [authorizeUrl(origin, client, pkce().challenge), `${origin}/`, `${origin}/callback`, `${origin}/connections`, authorizeUrl(origin, client, pkce().challenge, { redirect_uri: `${REDIRECT_URI}x` })]) {
      await page.goto(`${attacker}/?frame=${encodeURIComponent(address)}`);
      await page.waitForTimeout(100); // the frame's refusal has no event of its own
      const frame = page.frames()[1];
      assert.ok(frame, "the frame is there");
      // One's connections lead to the provider, whose own page decides for itself.
      const allowed = address.endsWith("/connections") ? /^(chrome-error:|http:\/\/127\.0\.0\.1)/ : /^chrome-error:/;
      assert.match(frame.url(), allowed, `${address} is shown in a frame`);
    }
  });

  test("a page of another site cannot read or post anything of a sign-in with the person's cookies", async () => {
    await page.goto(authorizeUrl(origin, client, pkce().challenge));
    await page.goto(attacker);
    const outcome = await page.evaluate(async ([server, link]) => {
      const attempt = (...args) => fetch(...args).then((answer) => `read ${answer.status}`, () => "blocked");
      return {
        page: await attempt(link, { credentials: "include" }),
        form: await attempt(`${server}/authorize`, { method: "POST", credentials: "include", body: new URLSearchParams({ decision: "approve" }) }),
        tokens: await attempt(`${server}/token`, { method: "POST", credentials: "include", body: new URLSearchParams({ grant_type: "refresh_token" }) }),
        mcp: await attempt(`${server}/mcp`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }),
      };
    }, [origin, authorizeUrl(origin, client, pkce().challenge)]);
    assert.equal(outcome.page, "blocked");
    assert.equal(outcome.form, "blocked");
    assert.equal(outcome.tokens, "blocked", "credentials are never allowed, wherever any origin may read");
  });
});
