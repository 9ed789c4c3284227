// The report as a table for people.

export function table({ build, wasmBytes, rows, sseKiB }) {
  const number = (value, digits) => (value === undefined ? "" : value.toFixed(digits));
  const lines = rows.map(({ name, requests, cpuMs, perSecond, p50, p99 }) =>
    [name, String(requests), number(cpuMs, 2), number(p50, 2), number(p99, 2), number(perSecond, 0)]);
  const head = ["", "requests", "CPU ms each", "p50 ms", "p99 ms", "per second"];
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  const format = (line) => line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ").trimEnd();
  return [
    `build ${build}, wasm ${(wasmBytes / 1024).toFixed(0)} KiB`,
    format(head),
    ...lines.map(format),
    `one open HTTP+SSE session: ${sseKiB.toFixed(0)} KiB`,
  ].join("\n");
}

/** Steps of two stacks in two columns, and how many times as much the second takes. */
export function sideBySide([one, two]) {
  const cell = ({ median, least, most }) => `${median.toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`;
  const head = ["CPU ms, median (least-most)", one.name, two.name, "ratio"];
  const lines = Object.keys(one.steps).map((step) => {
    const [a, b] = [one.steps[step], two.steps[step]];
    return [step, cell(a), cell(b), a.median > 0 ? (b.median / a.median).toFixed(2) : ""];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  return [head, ...lines].map((line) =>
    line.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join("  ")).join("\n");
}
