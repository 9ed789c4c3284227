// The audit trail, out of the Worker's log.
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 5000;
// How long the log says nothing before what came earlier is taken to be all in it.
const QUIET_MS = 100;

/** The lines of the log that are audit events, as they were written. */
export function lines(log) {
  return log.map((line) => line.slice(line.indexOf(": ") + 2)).filter((line) => line.startsWith('{"toolgate":"audit"'));
}

/** How many events there are once those of earlier requests have been written. */
async function settled(log) {
  for (let length = -1; length !== log.length;) {
    length = log.length;
    await sleep(QUIET_MS);
  }
  return lines(log).length;
}

/**
 * Runs `act` and answers what it returned, and the events that came of it once there are `count`
 * of them: the log arrives a moment after the answer.
 */
export async function watch(stage, count, act) {
  const before = await settled(stage.worker.log);
  const result = await act();
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const events = lines(stage.worker.log).slice(before).map((line) => JSON.parse(line));
    if (events.length >= count || Date.now() > deadline) return { result, events };
    await sleep(20);
  }
}

/** Kind and reason of each event. */
export const told = (events) => events.map(({ event, reason }) => `${event} ${reason}`);
