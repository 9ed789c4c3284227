// docs/security.md names a test for each threat: every one of them has to exist.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const document = readFileSync(new URL("docs/security.md", ROOT), "utf8");

/** Rows of the table of threats, as `{ threat, rule, tests: [{ file, names }] }`. */
function threats() {
  const [, section] = /\n## Threats\n([\s\S]*?)\n## /.exec(document);
  const rows = section.split("\n").filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) => {
    const [threat, rule, tests] = row.slice(1, -1).split(" | ").map((cell) => cell.trim());
    const files = [...(tests ?? "").matchAll(/`([\w./-]+)`: ("[^"]+"(?:, "[^"]+")*)/g)];
    return { threat, rule, tests: files.map(([, file, names]) => ({ file, names: [...names.matchAll(/"([^"]+)"/g)].map(([, name]) => name) })) };
  });
}

/** Whether a file has this name as a whole literal: of a test, a group, or a case of one. */
function has(text, file, name) {
  if (file.endsWith(".rs")) return text.includes(`fn ${name}(`);
  return ['"', "'", "`"].some((quote) => text.includes(`${quote}${name}${quote}`));
}

test("each threat has a rule, and a test that exists", () => {
  const rows = threats();
  assert.ok(rows.length >= 30, `${rows.length} rows`);
  const missing = [];
  for (const { threat, rule, tests } of rows) {
    if (!rule) missing.push(`${threat}: no rule`);
    if (tests.length === 0) missing.push(`${threat}: no test`);
    for (const { file, names } of tests) {
      const url = new URL(/^(runtime|cli|tests)\//.test(file) ? file : `tests/e2e/${file}`, ROOT);
      if (!existsSync(url)) {
        missing.push(`${threat}: no file ${file}`);
        continue;
      }
      const text = readFileSync(url, "utf8");
      for (const name of names) if (!has(text, file, name)) missing.push(`${threat}: no ${JSON.stringify(name)} in ${file}`);
    }
  }
  assert.deepEqual(missing, []);
});

test("nothing in a cell of tests is left unread", () => {
  for (const line of document.split("\n").filter((one) => one.startsWith("|") && one.includes(".test.mjs`:"))) {
    const rest = line.slice(1, -1).split(" | ")[2].replace(/`([\w./-]+)`: ("[^"]+"(?:, "[^"]+")*)(; )?/g, "").trim();
    assert.equal(rest, "", line.slice(0, 80));
  }
});
