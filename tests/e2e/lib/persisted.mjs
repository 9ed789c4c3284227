// What a Worker of the tests has stored, read from miniflare's files and not through the Worker.
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { STORAGE } from "./worker.mjs";

/** Where grants are under the directory that miniflare persists in. */
const FOLDER = { "durable-object": "do", kv: "kv", d1: "d1" }[STORAGE];

/** Every file of this kind of storage, databases with their write-ahead logs. */
export function files(persist) {
  const folder = join(persist, FOLDER);
  return existsSync(folder) ? walk(folder) : [];
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/** Everything at rest, as raw bytes. */
export function bytes(persist) {
  return Buffer.concat(files(persist).map((path) => readFileSync(path)));
}

/** Names and sizes of the files, and what is in them: equal exactly when nothing was written. */
export function fingerprint(persist) {
  return files(persist).filter((path) => !path.endsWith("-shm")).sort()
    .map((path) => `${path} ${statSync(path).size} ${Buffer.from(readFileSync(path)).toString("base64")}`);
}

/**
 * The records, each `{ id, grant, expires }`, `expires` in seconds where the storage itself ends
 * them. Read from a copy, so that a database of a Worker that was killed is recovered by the Worker
 * and not here.
 */
export function records(persist) {
  const copy = mkdtempSync(join(tmpdir(), "toolgate-persisted-"));
  try {
    if (!existsSync(join(persist, FOLDER))) return [];
    cpSync(join(persist, FOLDER), copy, { recursive: true });
    const databases = walk(copy).filter((path) => path.endsWith(".sqlite") && basename(path) !== "metadata.sqlite");
    return databases.flatMap((path) => (STORAGE === "kv" ? keys(copy, path) : rows(path)));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function rows(path) {
  return query(path, STORAGE === "d1" ? "toolgate_grants" : "grants", "id, record, disposable_at")
    .map(({ id, record, disposable_at }) => ({ id, grant: JSON.parse(record), expires: disposable_at }));
}

/** Of KV: a revocation is a key of its own. */
function keys(folder, path) {
  const entries = query(path, "_mf_entries", "key, blob_id, expiration");
  const revoked = new Set(entries.map(({ key }) => key).filter((key) => key.startsWith("revoked:")).map((key) => key.slice("revoked:".length)));
  const blobs = new Map(walk(folder).map((file) => [basename(file), file]));
  return entries.filter(({ key }) => key.startsWith("grant:")).map(({ key, blob_id, expiration }) => {
    const grant = JSON.parse(readFileSync(blobs.get(blob_id), "utf8"));
    const place = key.slice("grant:".length);
    return { id: place.split(":").at(-1), grant: { ...grant, revoked: grant.revoked || revoked.has(place) }, expires: expiration / 1000 };
  });
}

function query(path, table, columns) {
  const database = new DatabaseSync(path);
  try {
    const known = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
    return known ? database.prepare(`SELECT ${columns} FROM ${table}`).all() : [];
  } finally {
    database.close();
  }
}
