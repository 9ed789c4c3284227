// When `cargo toolgate dev` runs a cron trigger.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDue } from "../../cli/src/dev/worker/cron.mjs";

// A Wednesday.
const at = (time) => new Date(`2026-01-07T${time}:00Z`);

test("an expression is due at its minutes and no others", () => {
  for (const [expression, time, expected] of [
    ["* * * * *", "00:00", true],
    ["17 * * * *", "03:17", true],
    ["17 * * * *", "03:18", false],
    ["*/15 * * * *", "10:45", true],
    ["*/15 * * * *", "10:46", false],
    ["5-10/5 9,17 * * *", "17:10", true],
    ["5-10/5 9,17 * * *", "16:10", false],
    ["10/20 * * * *", "00:50", true],
    ["0 0 7 1 *", "00:00", true],
    ["0 0 8 JAN *", "00:00", false],
    // Cloudflare counts weekdays from Sunday, which is 1.
    ["0 0 * * 4", "00:00", true],
    ["0 0 * * wed", "00:00", true],
    ["0 0 * * MON-TUE", "00:00", false],
    ["0 0 1 * WED", "00:00", true],
  ]) assert.equal(isDue(expression, at(time)), expected, `${expression} at ${time}`);
});

test("an expression that cannot be read is told apart from one that is not due", () => {
  for (const expression of ["", "* * * *", "60 * * * *", "0 0 L * *", "0 0 * * 5#2", "*/0 * * * *", "a * * * *", "1-2-3 * * * *", "5- * * * *"]) {
    assert.equal(isDue(expression, at("00:00")), undefined, expression);
  }
});
