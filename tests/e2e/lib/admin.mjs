// The page `/admin` as the tests use it.
import { send } from "./http.mjs";
import { ACCOUNTS, logIn } from "./idp.mjs";

export const ADMIN = "admin@mycompany.com";
ACCOUNTS[ADMIN] ??= { sub: "security-1", name: "Ada Admin", groups: ["security"] };

/** Opens the page, and signs in where that is asked. */
export async function openAdmin(stage, browser, { email = ADMIN, query = "" } = {}) {
  const page = await logIn(browser, await browser.visit(`${stage.origin}/admin${query}`), email);
  return query && page.status === 200 ? browser.visit(`${stage.origin}/admin${query}`) : page;
}

/** The people on a page, each with pseudonym, words and grants. */
export function peopleOn(page) {
  return page.document.querySelectorAll("li").map((item) => ({
    person: item.querySelector("code").textContent,
    words: item.textContent.replace(/\s+/g, " ").trim(),
    grants: item.querySelectorAll('input[name="grant"]').map((input) => input.getAttribute("value")),
  }));
}

/** Sends a form of the page. */
export function act(stage, browser, fields, headers = {}) {
  const address = `${stage.origin}/admin`;
  return send(address, {
    method: "POST",
    headers: { cookie: browser.jar.header(address), origin: stage.origin, ...headers },
    body: new URLSearchParams(fields),
  });
}

/** A search for the address of somebody. */
export const byAddress = (address) => `?by=address&q=${encodeURIComponent(address)}`;
