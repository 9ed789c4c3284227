// Reports as Markdown tables.

const PEERS = /^(createMcpHandler|McpAgent)/;
const spread = ({ median, least, most }) => `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;

function markdown(title, head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [`${title}:`, "", line(head), rule, ...rows.map(line)].join("\n");
}

/** Every lane, as a multiple of the best TypeScript figure of all, and of the best with the same reply. */
export function repliesTable(title, figures) {
  const least = (names) => Math.min(...names.map((name) => figures[name].median));
  const peers = Object.keys(figures).filter((name) => PEERS.test(name));
  const best = least(peers);
  const bestSse = least(peers.filter((name) => name.includes("SSE")));
  const rows = Object.entries(figures).map(([name, figure]) => {
    const sameReply = name.includes("SSE") ? bestSse : best;
    return [name, spread(figure), (figure.median / best).toFixed(2), name.includes("Worker") ? "" : (figure.median / sameReply).toFixed(2)];
  });
  return markdown(title, ["", "median (least–most)", "× best TS", "× best TS, same reply"], rows);
}

/** Rows of `[name, few, many]`, and how much more many cost. */
export function growthTable(title, [few, many], rows) {
  const cells = rows.map(([name, one, other]) => [name, spread(one), spread(other), (other.median / one.median).toFixed(2)]);
  return markdown(title, ["", few, many, "ratio"], cells);
}
