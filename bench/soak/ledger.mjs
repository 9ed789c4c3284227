// What happened in a soak, and what should not have.

const SHOWN = 40;

export class Ledger {
  counts = {};
  violations = [];
  /** How often the runtime was killed. */
  restarts = 0;
  /** When it was killed last, or came back. */
  disturbedAt = 0;

  count(what, by = 1) {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  violation(what, detail = "") {
    this.count("violations");
    if (this.violations.length < SHOWN) this.violations.push(`${new Date().toISOString().slice(11, 23)} ${what}: ${detail}`);
  }

  disturb() {
    this.disturbedAt = performance.now();
  }

  /** Whether the runtime was killed or started within the last seconds. */
  isDisturbed(seconds = 5) {
    return performance.now() - this.disturbedAt < seconds * 1000;
  }
}
