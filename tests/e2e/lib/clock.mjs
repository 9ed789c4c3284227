// A wall clock that a test may move, for workerd only: see clock.c.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "clock.c");
let library;

/** Why the clock cannot be moved here, or `false`: what `skip` of node:test wants. */
export function cannotMoveClock() {
  if (process.platform !== "linux") return "the clock can be moved on Linux only";
  try {
    build();
    return false;
  } catch (error) {
    return `the clock can be moved with a C compiler only: ${error.message.split("\n")[0]}`;
  }
}

/** Environment of a workerd whose clock is `seconds` ahead. */
export function clockAhead(seconds) {
  return { LD_PRELOAD: build(), TOOLGATE_CLOCK_OFFSET: String(seconds) };
}

function build() {
  if (!library) {
    const target = join(mkdtempSync(join(tmpdir(), "toolgate-clock-")), "clock.so");
    execFileSync(process.env.CC ?? "cc", ["-shared", "-fPIC", "-O1", "-o", target, SOURCE], { stdio: ["ignore", "ignore", "pipe"] });
    library = target;
  }
  return library;
}
