// Runs the Worker's cron triggers at their times, which workerd does not do by itself.

const MINUTE_MS = 60_000;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** The five fields: range, names, and how the number of the first name is written. */
const FIELDS = [
  { from: 0, to: 59, of: (time) => time.getUTCMinutes() },
  { from: 0, to: 23, of: (time) => time.getUTCHours() },
  { from: 1, to: 31, of: (time) => time.getUTCDate() },
  { from: 1, to: 12, names: MONTHS, of: (time) => time.getUTCMonth() + 1 },
  // Cloudflare counts from 1, which is Sunday.
  { from: 1, to: 7, names: DAYS, of: (time) => time.getUTCDay() + 1 },
];

/** Whether an expression means this minute; `undefined` where it cannot be read here (`L`, `W`, `#`). */
export function isDue(expression, time) {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return undefined;
  const matches = parts.map((part, index) => fieldMatches(part, FIELDS[index], time));
  if (matches.includes(undefined)) return undefined;
  const [minute, hour, date, month, day] = matches;
  // As everywhere: where both days are restricted, either is enough.
  const either = parts[2] !== "*" && parts[4] !== "*";
  return minute && hour && month && (either ? date || day : date && day);
}

function fieldMatches(text, field, time) {
  const now = field.of(time);
  let matched = false;
  for (const item of text.toUpperCase().split(",")) {
    const [, range, step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
    const ends = range === undefined ? undefined : bounds(range, field, step !== undefined);
    const every = step === undefined ? 1 : Number(step);
    if (ends === undefined || every === 0) return undefined;
    matched ||= now >= ends[0] && now <= ends[1] && (now - ends[0]) % every === 0;
  }
  return matched;
}

function bounds(range, field, stepped) {
  if (range === "*") return [field.from, field.to];
  const [first, last, more] = range.split("-").map((text) => number(text, field));
  if (first === undefined || more !== undefined || (range.includes("-") && last === undefined)) return undefined;
  return [first, last ?? (stepped ? field.to : first)];
}

function number(text, { from, to, names = [] }) {
  const named = names.indexOf(text);
  const value = named >= 0 ? named + from : /^\d+$/.test(text) ? Number(text) : NaN;
  return value >= from && value <= to ? value : undefined;
}

/** Has `run` run what is due at the start of each minute, and says how it went. `stop` ends it. */
export function startCron(run, expressions) {
  let timer;
  // A timer may fire a moment early, and hours late on a machine that sleeps: each minute comes once at the most.
  let minute = 0;
  const wait = () => {
    minute = Math.floor(Math.max(minute, Date.now()) / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    timer = setTimeout(tick, minute - Date.now());
    timer.unref();
  };
  const tick = () => {
    const time = new Date(minute);
    for (const expression of expressions()) {
      if (isDue(expression, time)) void trigger(run, expression, time);
    }
    wait();
  };
  for (const expression of expressions()) {
    if (isDue(expression, new Date()) === undefined) console.log(`cron ${expression}: not run by itself here`);
  }
  wait();
  return { stop: () => clearTimeout(timer) };
}

async function trigger(run, expression, time) {
  try {
    console.log(`cron ${expression}: ${await run(expression, time)}`);
  } catch (error) {
    console.log(`cron ${expression}: ${error.message}`);
  }
}
