// Reports as Markdown tables.

export const FLOOR = "a one-line Worker";
export const FLOOR_KV = "a Worker that gets one value from KV";
const PEERS = /^(createMcpHandler|McpAgent)/;
const spread = ({ median, least, most }) => `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;

function markdown(title, head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [`${title}:`, "", line(head), rule, ...rows.map(line)].join("\n");
}

/**
 * Every lane as a multiple of the best TypeScript figure with the same kind of reply. The last column leaves
 * out of the peers what miniflare's stand-in for Workers KV costs, which they ask for each token.
 */
export function repliesTable(title, figures) {
  const kv = figures[FLOOR_KV].median - figures[FLOOR].median;
  const peers = Object.keys(figures).filter((name) => PEERS.test(name));
  const best = (isSse) => Math.min(...peers.filter((name) => name.includes("SSE") === isSse).map((name) => figures[name].median));
  const rows = Object.entries(figures).map(([name, figure]) => {
    if (name === FLOOR || name === FLOOR_KV) return [name, spread(figure), "", ""];
    const least = best(name.includes("SSE"));
    const own = PEERS.test(name) ? kv : 0;
    return [name, spread(figure), (figure.median / least).toFixed(2), ((figure.median - own) / (least - kv)).toFixed(2)];
  });
  return markdown(title, ["", "median (least–most)", "× best TS", "× best TS, KV left out"], rows);
}

/** Rows of `[name, few, many]`, and how much more many cost. */
export function growthTable(title, [few, many], rows) {
  const cells = rows.map(([name, one, other]) => [name, spread(one), spread(other), (other.median / one.median).toFixed(2)]);
  return markdown(title, ["", few, many, "ratio"], cells);
}
