// A browser without a screen: cookies, redirects, forms, and the rules of Chrome and Safari that decide
// whether a sign-in works: `__Host-` and `Secure` cookies on http://localhost, SameSite=Lax, the
// `Origin` of a form, and Content-Security-Policy `form-action` on every redirect after a form.
import { parse } from "node-html-parser";
import { CookieJar } from "./cookies.mjs";
import { formActionAllows } from "./csp.mjs";
import { send } from "./http.mjs";

const MAX_REDIRECTS = 20;

export class Browser {
  jar = new CookieJar();

  /** What every request of this browser has besides, such as its network address. */
  headers = {};

  /** Where the servers of the tests listen that have https addresses of the internet: origins, and base addresses. */
  hosts = new Map();

  /**
   * Opens an address, as if typed, and follows redirects.
   * Stops without a request at an address for which `until(url)` is true.
   */
  visit(url, { until } = {}) {
    return this.#navigate({ url, method: "GET" }, { until, initiator: undefined });
  }

  /** Follows a link on `page`. */
  follow(page, url, { until } = {}) {
    return this.#navigate({ url: new URL(url, page.url).href, method: "GET" }, { until, initiator: page });
  }

  /** Submits the form of `page` that has the button `{ name, value }`, with `fields` filled in. */
  submit(page, { button, fields = {}, until } = {}) {
    const { url, method, body } = page.form(button, fields);
    return this.#navigate({ url, method, body }, { until, initiator: page, form: true });
  }

  async #navigate(start, { until, initiator, form = false }) {
    let { url, method, body } = start;
    const history = [];
    for (let i = 0; i <= MAX_REDIRECTS; i += 1) {
      if (form && !formActionAllows(initiator.headers.get("content-security-policy"), initiator.url, url)) {
        throw new Error(`Chrome would stop here: form-action of ${initiator.url} does not allow ${url}`);
      }
      if (until?.(url)) return new Page({ url, status: 0, headers: new Headers(), text: "", history });
      const { at, forwarded } = this.#reach(url);
      const answer = await send(at, { method, body, headers: { ...this.#headers(url, method, initiator), ...this.headers, ...forwarded } });
      this.jar.store(url, answer.headers.getSetCookie());
      history.push({ url, method, status: answer.status, headers: answer.headers });
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status > 399 || location === null) {
        return new Page({ url, status: answer.status, headers: answer.headers, text: answer.text, history });
      }
      url = new URL(location, url).href;
      // Fetch standard: 307 and 308 keep method and body, the others turn a POST into a GET.
      if (answer.status !== 307 && answer.status !== 308) [method, body] = ["GET", undefined];
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects from ${start.url}`);
  }

  #reach(url) {
    const { origin, host, pathname, search } = new URL(url);
    const base = this.hosts.get(origin);
    if (!base) return { at: url };
    return { at: `${base}${pathname}${search}`, forwarded: { "x-forwarded-proto": "https", "x-forwarded-host": host } };
  }

  #headers(url, method, initiator) {
    const from = initiator && new URL(initiator.url);
    const to = new URL(url);
    const sameSite = !from || from.hostname === to.hostname;
    const headers = {
      accept: "text/html,application/xhtml+xml,*/*;q=0.8",
      "accept-language": "en",
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Toolgate end-to-end tests",
      "sec-fetch-dest": "document",
      "sec-fetch-mode": "navigate",
      "sec-fetch-site": !from ? "none" : from.origin === to.origin ? "same-origin" : sameSite ? "same-site" : "cross-site",
    };
    const cookies = this.jar.header(url, { method, sameSite });
    if (cookies) headers.cookie = cookies;
    if (!from) return headers;
    const policy = initiator.headers.get("referrer-policy");
    if (policy !== "no-referrer") headers.referer = from.origin === to.origin ? from.href : `${from.origin}/`;
    // A page that hides its address hides it in `Origin` too.
    if (method !== "GET") headers.origin = policy === "no-referrer" ? "null" : from.origin;
    return headers;
  }
}

class Page {
  constructor({ url, status, headers, text, history }) {
    Object.assign(this, { url, status, headers, text, history });
  }

  get document() {
    return parse(this.text, { blockTextElements: { script: true, style: true } });
  }

  /** Visible text, white space collapsed. */
  get words() {
    const root = this.document;
    for (const hidden of root.querySelectorAll("script, style, head")) hidden.remove();
    return root.textContent.replace(/^<!doctype[^>]*>/i, "").replace(/\s+/g, " ").trim();
  }

  get query() {
    return new URL(this.url).searchParams;
  }

  /** The request that pressing a button makes. */
  form(button, fields) {
    const forms = this.document.querySelectorAll("form");
    const form = forms.find((candidate) => !button || findButton(candidate, button));
    if (!form) throw new Error(`no form with ${JSON.stringify(button)} on ${this.url} (status ${this.status}): ${this.words.slice(0, 400)}`);
    const values = new URLSearchParams();
    for (const input of form.querySelectorAll("input, textarea, select")) {
      const name = input.getAttribute("name");
      const type = (input.getAttribute("type") ?? "text").toLowerCase();
      if (!name || ["submit", "button", "image", "reset"].includes(type)) continue;
      if (["checkbox", "radio"].includes(type) && !input.hasAttribute("checked") && !(name in fields)) continue;
      values.append(name, fields[name] ?? (input.getAttribute("value") ?? ""));
    }
    for (const [name, value] of Object.entries(fields)) if (!values.has(name)) values.append(name, value);
    if (button) values.append(button.name, button.value);
    const method = (form.getAttribute("method") ?? "get").toUpperCase();
    const url = new URL((form.getAttribute("action") ?? "") || this.url, this.url);
    if (method === "GET") {
      url.search = values.toString();
      return { url: url.href, method };
    }
    return { url: url.href, method, body: values };
  }

  /** Value of the hidden input of this name. */
  hidden(name) {
    const input = this.document.querySelector(`input[name="${name}"]`);
    return input ? (input.getAttribute("value") ?? "") : undefined;
  }
}

function findButton(form, { name, value }) {
  return form.querySelectorAll("button, input").some((element) =>
    element.getAttribute("name") === name && (element.getAttribute("value") ?? "") === value);
}
