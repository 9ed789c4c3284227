// What the Durable Objects of a run have stored.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { contents } from "../../tests/e2e/lib/persisted.mjs";

/** `{ rows, files, bytes }`: rows of each table of all objects, and the size of everything. */
export function stored(persist) {
  const rows = {};
  for (const list of Object.values(contents(persist).rows)) {
    for (const [table] of list) if (!/^(_cf_|sqlite_)/.test(table)) rows[table] = (rows[table] ?? 0) + 1;
  }
  const files = readdirSync(persist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
  return { rows, files: files.length, bytes };
}
