// Content-Security-Policy `form-action`, as Chrome applies it: to the form's own address and to
// every redirect that follows.

export function formActionAllows(policy, page, target) {
  const directive = (policy ?? "").split(";").map((part) => part.trim().split(/\s+/))
    .find(([name]) => name.toLowerCase() === "form-action");
  if (!directive) return true;
  return directive.slice(1).some((source) => sourceAllows(source, new URL(page), new URL(target)));
}

function sourceAllows(source, page, target) {
  if (source === "'none'") return false;
  if (source === "'self'") return page.origin === target.origin;
  if (source === "*") return ["http:", "https:", page.protocol].includes(target.protocol);
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source)) return target.protocol === source.toLowerCase();
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/:]+)(?::(\d+|\*))?(\/.*)?$/i.exec(source);
  if (!match) return false;
  const [, scheme, host, port] = match;
  if (scheme && `${scheme.toLowerCase()}:` !== target.protocol) return false;
  if (host === "*") return port === "*" || (port ?? "") === target.port;
  if (host.startsWith("*.") ? !target.hostname.endsWith(host.slice(1)) : host.toLowerCase() !== target.hostname) return false;
  // Paths are not looked at after a redirect.
  return port === "*" || (port ?? "") === target.port;
}
