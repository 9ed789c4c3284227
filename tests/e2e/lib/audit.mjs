// The audit trail, out of the Worker's log.
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 5000;

/** The lines of the log that are audit events, as they were written. */
export function lines(log) {
  return log.map((line) => line.slice(line.indexOf(": ") + 2)).filter((line) => line.startsWith('{"toolgate":"audit"'));
}

/**
 * Runs `act` and answers what it returned, and the events that came of it once there are `count`
 * of them: the log arrives a moment after the answer.
 */
export async function watch(stage, count, act) {
  const before = lines(stage.worker.log).length;
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
