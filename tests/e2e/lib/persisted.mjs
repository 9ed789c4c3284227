// What a Worker of the tests has stored, read from miniflare's files and not through the Worker.
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { STORAGE } from "./worker.mjs";

/** Where grants are under the directory that miniflare persists in. */
const FOLDER = { "durable-object": "do", kv: "kv", d1: "d1" }[STORAGE];

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

/** Everything at rest as raw bytes, databases with their write-ahead logs. */
export function bytes(persist) {
  return Buffer.concat(walk(join(persist, FOLDER)).map((path) => readFileSync(path)));
}

/**
 * Names of the files and every row of every database, for comparison. Not their bytes: an idle
 * database moves what is in its write-ahead log.
 */
export function contents(persist) {
  return copied(persist, (copy) => {
    const names = walk(copy).map((path) => path.slice(copy.length)).filter((name) => !/-(wal|shm)$/.test(name)).sort();
    const databases = names.filter((name) => name.endsWith(".sqlite"));
    return { names, rows: Object.fromEntries(databases.map((name) => [name, everyRow(join(copy, name))])) };
  });
}

/** Names of the tables of every Durable Object, wherever grants are. */
export function tables(persist) {
  return copied(persist, (copy) => walk(copy).filter((path) => path.endsWith(".sqlite")).flatMap((path) => {
    const database = new DatabaseSync(path);
    try {
      return database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all().map(({ name }) => name);
    } finally {
      database.close();
    }
  }), "do");
}

function everyRow(path) {
  const database = new DatabaseSync(path);
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all().map(({ name }) => name);
    return tables.flatMap((table) => {
      const statement = database.prepare(`SELECT * FROM "${table}"`);
      statement.setReadBigInts(true);
      return statement.all().map((row) => [table, ...Object.values(row).map(String)]);
    });
  } finally {
    database.close();
  }
}

/**
 * The records, each `{ id, grant, expires }`, `expires` in seconds where the storage itself ends
 * them. Read from a copy, so that a database of a Worker that was killed is recovered by the Worker
 * and not here.
 */
export function records(persist) {
  return copied(persist, (copy) => {
    const databases = walk(copy).filter((path) => path.endsWith(".sqlite") && basename(path) !== "metadata.sqlite");
    return databases.flatMap((path) => (STORAGE === "kv" ? keys(copy, path) : rows(path)));
  });
}

function copied(persist, read, folder = FOLDER) {
  const copy = mkdtempSync(join(tmpdir(), "toolgate-persisted-"));
  try {
    if (existsSync(join(persist, folder))) copySettled(join(persist, folder), copy);
    return read(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The Worker goes on meanwhile: a journal that ends between listing and copying is not there. */
function copySettled(from, to) {
  for (let left = 10; ; left--) {
    try {
      return cpSync(from, to, { recursive: true });
    } catch (error) {
      if (error.code !== "ENOENT" || left === 0) throw error;
    }
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
