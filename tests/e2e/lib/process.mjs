// Child processes by their /proc entries: finding workerd, its CPU time, and ending it.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

// Fields of /proc/<pid>/stat behind the command in parentheses, counted from 0.
const PARENT = 1;
const USER_TIME = 11;
const SYSTEM_TIME = 12;
// USER_HZ, which Linux fixes at 100 on every architecture that Node runs on.
const TICK_MS = 10;

function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = text.lastIndexOf(")");
    return { name: text.slice(text.indexOf("(") + 1, end), fields: text.slice(end + 2).split(" ") };
  } catch {
    return undefined;
  }
}

/** Process ids of this process's children called `name`. */
export function childrenNamed(name) {
  let entries;
  try {
    entries = readdirSync("/proc");
  } catch {
    return [];
  }
  return entries.filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    const found = stat(entry);
    return found?.name === name && Number(found.fields[PARENT]) === process.pid;
  }).map(Number);
}

/** CPU time a process has used so far, in milliseconds. */
export function cpuMs(pid) {
  const found = stat(pid);
  if (!found) throw new Error(`no process ${pid}`);
  return (Number(found.fields[USER_TIME]) + Number(found.fields[SYSTEM_TIME])) * TICK_MS;
}

export function isAlive(pid) {
  const found = stat(pid);
  return found !== undefined && found.fields[0] !== "Z";
}

/** Runs `polite`, and ends what is left of `pids` with SIGKILL after `patienceMs`. */
export async function endWithin(patienceMs, pids, polite) {
  const timer = sleep(patienceMs, undefined, { ref: false });
  await Promise.race([Promise.resolve().then(polite).catch(() => {}), timer]);
  for (const pid of pids) {
    if (!isAlive(pid)) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in between.
    }
  }
}
