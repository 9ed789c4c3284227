// A real Chromium without a screen, with a profile of its own.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Why there is no Chromium here, or `false`: what `skip` of node:test wants. */
export const noChromium = existsSync(EXECUTABLE) ? false : `no Chromium at ${EXECUTABLE}; install it, or set CHROMIUM`;

/** Presses "Allow" on the approval page; of a client that nobody answers for that takes two presses. */
export async function allow(page) {
  const first = page.locator("details.allow > summary");
  if (await first.count()) await first.click();
  await page.click('button[value="approve"]');
}

/** Starts it, with further flags and options of Playwright; `stop` of the answer ends it and removes the profile. */
export async function startChromium({ flags = [], ...options } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "toolgate-chromium-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath: EXECUTABLE, args: [...FLAGS, ...flags], headless: true, ...options });
  const stop = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { context, stop };
}
