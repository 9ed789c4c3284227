// Names that resolve to the loopback, for workerd only: see dns.c.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "dns.c");
let library;

/** Why names cannot be bent here, or `false`: what `skip` of node:test wants. */
export function cannotBendNames() {
  if (process.platform !== "linux") return "names can be bent on Linux only";
  try {
    build();
    return false;
  } catch (error) {
    return `names can be bent with a C compiler only: ${error.message.split("\n")[0]}`;
  }
}

/** Environment of a workerd for which names with this ending are 127.0.0.1. */
export function namesOfLoopback(suffix) {
  return { LD_PRELOAD: build(), TOOLGATE_DNS_SUFFIX: suffix };
}

function build() {
  if (!library) {
    const target = join(mkdtempSync(join(tmpdir(), "toolgate-dns-")), "dns.so");
    execFileSync(process.env.CC ?? "cc", ["-shared", "-fPIC", "-O1", "-o", target, SOURCE, "-ldl"], { stdio: ["ignore", "ignore", "pipe"] });
    library = target;
  }
  return library;
}
