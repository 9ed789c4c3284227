// Enough of a browser to sign in: cookies, redirects and plain HTML forms.

const MOST_STEPS = 20;

export class Browser {
  #cookies = new Map(); // by host, then by name

  /**
   * Opens `url` and goes on until it is sent to an address that starts with `end`.
   * `choose(page)` returns the form fields to press a button with, or throws when it knows no way on.
   */
  async visit(url, end, choose) {
    let request = { url: new URL(url), method: "GET" };
    for (let step = 0; step < MOST_STEPS; step++) {
      const response = await this.#send(request);
      const location = response.headers.get("location");
      if (location !== null && response.status >= 300 && response.status < 400) {
        const next = new URL(location, request.url);
        if (next.href.startsWith(end)) return next;
        request = { url: next, method: "GET" };
        continue;
      }
      const page = { url: request.url, status: response.status, html: await response.text() };
      if (response.status !== 200) throw new Error(`${request.method} ${request.url.pathname} answered ${describe(page)}`);
      request = submit(page, choose(page));
    }
    throw new Error(`no end after ${MOST_STEPS} pages`);
  }

  async #send({ url, method, body }) {
    const cookies = this.#cookies.get(url.host) ?? new Map();
    const headers = { accept: "text/html" };
    if (cookies.size > 0) headers.cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (body !== undefined) headers.origin = url.origin;
    const response = await fetch(url, { method, headers, body, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) keep(cookies, line);
    this.#cookies.set(url.host, cookies);
    return response;
  }
}

/** The status and words of a page, for an error message. */
export function describe({ status, html }) {
  const text = html.replace(/<style.*?<\/style>/gs, " ").replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
  return `${status}: ${decode(text).slice(0, 300)}`;
}

function keep(cookies, line) {
  const [pair, ...attributes] = line.split(";");
  const name = pair.slice(0, pair.indexOf("=")).trim();
  const gone = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
  if (gone) cookies.delete(name);
  else cookies.set(name, pair.slice(pair.indexOf("=") + 1).trim());
}

/** The request that sends the page's form with its hidden fields and the chosen button. */
function submit({ url, html }, button) {
  const form = html.match(/<form\b[^>]*>/i)?.[0];
  if (form === undefined) throw new Error(`${url.pathname} has no form`);
  const body = new URLSearchParams();
  for (const [input] of html.matchAll(/<input\b[^>]*>/gi)) {
    if (attribute(input, "type") === "hidden") body.set(attribute(input, "name"), attribute(input, "value") ?? "");
  }
  for (const [name, value] of Object.entries(button)) body.set(name, value);
  return { url: new URL(attribute(form, "action") ?? "", url), method: "POST", body };
}

/** The `name` and `value` of the button whose words match, or `undefined`. */
export function button({ html }, words) {
  for (const [, start, text] of html.matchAll(/(<button\b[^>]*>)(.*?)<\/button>/gis)) {
    if (!words.test(decode(text))) continue;
    return { [attribute(start, "name")]: attribute(start, "value") ?? "" };
  }
  return undefined;
}

function attribute(tag, name) {
  const found = tag.match(new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i"));
  return found === null ? undefined : decode(found[1] ?? found[2] ?? found[3]);
}

function decode(text) {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return named[name.toLowerCase()] ?? whole;
  });
}
