// The official conformance suite for servers, in two versions: the one that is released, and the next,
// which knows MCP 2026-07-28.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = (name) => fileURLToPath(new URL(`../../node_modules/${name}/dist/index.js`, import.meta.url));
const SUITES = { "0.1": program("conformance-0-1"), "0.2": program("@modelcontextprotocol/conformance") };
const PATIENCE_MS = 180_000;

/** Nothing may fail, and with such a list a warning is a failure, too. */
const NO_EXPECTED_FAILURES = "server: []\n";

/**
 * Runs one version of the suite against the server at `url`; `strict` lets it count warnings as
 * failures. Answers `{ status, output, passed, failed, scenarios, problems }`: the numbers that the
 * suite itself gives, and in words every check that is neither passed, skipped nor for information.
 */
export async function runSuite({ version, url, args = [], strict = false }) {
  const directory = mkdtempSync(join(tmpdir(), "toolgate-conformance-"));
  try {
    const results = join(directory, "results");
    const expected = join(directory, "expected.yml");
    writeFileSync(expected, NO_EXPECTED_FAILURES);
    const strictly = strict ? ["--expected-failures", expected] : [];
    const { status, output } = await run([SUITES[version], "server", "--url", url, "-o", results, ...strictly, ...args]);
    const total = /^Total: (\d+) passed, (\d+) failed/m.exec(output);
    if (!total) throw new Error(`the suite came to no end (${status}):\n${output.slice(-4000)}`);
    const scenarios = readdirSync(results).sort();
    const checks = scenarios.flatMap((name) =>
      JSON.parse(readFileSync(join(results, name, "checks.json"), "utf8")).map((check) => ({ scenario: nameOf(name), ...check })));
    return {
      status, output, scenarios: scenarios.map(nameOf), passed: Number(total[1]), failed: Number(total[2]),
      problems: checks.filter((check) => check.status === "FAILURE" || check.status === "WARNING").map(describe),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE_MS });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk) => { output += chunk; });
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}

/** The scenario of a folder `server-<scenario>-<time>`. */
function nameOf(folder) {
  return folder.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, "");
}

function describe({ scenario, id, status, errorMessage, details }) {
  return `${status} ${scenario} ${id}: ${errorMessage ?? ""} ${JSON.stringify(details ?? {}).slice(0, 600)}`;
}
