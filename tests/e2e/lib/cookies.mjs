// A cookie jar with browsers' rules for the cookies that matter here (RFC 6265bis), Safari's where they
// differ: it takes no `Secure` cookie over plain HTTP, from loopback neither, and none above 4093 bytes.

export class CookieJar {
  #cookies = [];
  /** `Set-Cookie` lines that a browser would have thrown away, with the reason. */
  rejected = [];

  store(url, lines) {
    for (const line of lines) {
      const cookie = parseCookie(line, new URL(url));
      const reason = reasonToReject(cookie, new URL(url));
      if (reason) {
        this.rejected.push({ line, reason });
        continue;
      }
      this.#cookies = this.#cookies.filter((other) =>
        !(other.name === cookie.name && other.host === cookie.host && other.path === cookie.path));
      if (cookie.expires === undefined || cookie.expires > Date.now()) this.#cookies.push(cookie);
    }
  }

  /** The `Cookie` header for a top-level navigation. */
  header(url, { method = "GET", sameSite = true } = {}) {
    return this.#matching(new URL(url))
      // Lax: on navigations from other sites only with a safe method.
      .filter((cookie) => sameSite || cookie.sameSite === "none" || (cookie.sameSite === "lax" && method === "GET"))
      .map((cookie) => `${cookie.name}=${cookie.value}`).join("; ");
  }

  /** Cookies that would be sent to `url`, as `{ name, value, … }`. */
  all(url) {
    return this.#matching(new URL(url));
  }

  /** Overwrites the value of a stored cookie. */
  tamper(name, change) {
    const cookie = this.#cookies.find((candidate) => candidate.name === name);
    if (!cookie) throw new Error(`no cookie ${name}`);
    cookie.value = change(cookie.value);
  }

  /** A second jar with the same cookies. */
  copy() {
    const copy = new CookieJar();
    copy.#cookies = this.#cookies.map((cookie) => ({ ...cookie }));
    return copy;
  }

  remove(name) {
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name);
  }

  #matching(url) {
    const now = Date.now();
    // Cookies do not keep ports apart.
    return this.#cookies.filter((cookie) =>
      cookie.host === url.hostname && pathMatches(url.pathname, cookie.path) &&
      (cookie.expires === undefined || cookie.expires > now));
  }
}

function parseCookie(line, url) {
  const [pair, ...attributes] = line.split(";");
  const at = pair.indexOf("=");
  const cookie = {
    name: pair.slice(0, at).trim(),
    value: pair.slice(at + 1).trim(),
    host: url.hostname,
    path: url.pathname.slice(0, url.pathname.lastIndexOf("/")) || "/",
    sameSite: "lax",
    secure: false,
    httpOnly: false,
    domain: undefined,
    expires: undefined,
  };
  let maxAge;
  for (const attribute of attributes) {
    const [name, ...rest] = attribute.trim().split("=");
    const value = rest.join("=");
    switch (name.toLowerCase()) {
      case "path": if (value.startsWith("/")) cookie.path = value; break;
      case "samesite": cookie.sameSite = value.toLowerCase(); break;
      case "secure": cookie.secure = true; break;
      case "httponly": cookie.httpOnly = true; break;
      case "domain": cookie.domain = value; break;
      case "expires": cookie.expires = Date.parse(value); break;
      case "max-age": maxAge = Number(value); break;
    }
  }
  // Max-Age has precedence over Expires.
  if (maxAge !== undefined) cookie.expires = maxAge <= 0 ? 0 : Date.now() + maxAge * 1000;
  return cookie;
}

const LONGEST_COOKIE = 4093;

function reasonToReject(cookie, url) {
  if (cookie.secure && url.protocol !== "https:") return "Secure without TLS";
  if (cookie.name.startsWith("__Host-") && !(cookie.secure && cookie.path === "/" && cookie.domain === undefined)) {
    return "__Host- needs Secure, Path=/ and no Domain";
  }
  if (cookie.name.startsWith("__Secure-") && !cookie.secure) return "__Secure- needs Secure";
  if (cookie.sameSite === "none" && !cookie.secure) return "SameSite=None needs Secure";
  if (cookie.name.length + cookie.value.length > LONGEST_COOKIE) return `longer than ${LONGEST_COOKIE} bytes`;
  return undefined;
}

function pathMatches(path, prefix) {
  return path === prefix || (path.startsWith(prefix) && (prefix.endsWith("/") || path[prefix.length] === "/"));
}
