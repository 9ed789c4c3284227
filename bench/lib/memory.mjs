// Memory of workerd.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Resident memory of the Worker's processes, in KiB. */
export function rssKiB({ pids }) {
  return pids.reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]), 0);
}

/** The least of the resident memory while nothing happens for some seconds: garbage comes and goes. */
export async function settledKiB(worker, seconds) {
  let least = Infinity;
  for (const until = performance.now() + seconds * 1000; performance.now() < until; await sleep(500)) {
    least = Math.min(least, rssKiB(worker));
  }
  return least;
}
