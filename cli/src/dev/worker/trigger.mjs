// Starts functions that no client starts, for `cargo toolgate trigger`, while `cargo toolgate dev` runs.
//
// Only a program that has read the token, which stands in a file that only its owner may read, can start
// something here: it is no part of the server, and no browser sends the header.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A mail of 25 MiB, as Cloudflare takes it, in base64 and JSON. */
const MAX_BODY = 36 * 1024 * 1024;

/** Cloudflare's. */
const MAX_BATCH = 100;

/** Cloudflare's: 25 MiB. */
const MAX_MAIL = 25 * 1024 * 1024;

const POSTMAN = "toolgate-postman";

/** Only this process knows it. */
const KEY = randomBytes(32).toString("base64url");

/**
 * The Worker that gives mail to the one of this name. miniflare has a path for mail, and one for crons; but those
 * are open to every page of a browser and every user of the machine, so they stay switched off.
 */
export function postman(worker) {
  const contents = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "postman.mjs"), "utf8");
  return {
    name: POSTMAN,
    modules: [{ type: "ESModule", path: "postman.mjs", contents }],
    compatibilityDate: "2026-11-17",
    compatibilityFlags: ["service_binding_extra_handlers"],
    bindings: { KEY },
    serviceBindings: { SERVER: worker },
  };
}

/** Listens; `server` is miniflare, with the Worker and its `postman`. Answers `{ url, token, stop }`. */
export async function listen(server) {
  const token = randomBytes(32).toString("hex");
  const expected = Buffer.from(`Bearer ${token}`);
  const listener = createServer(async (request, response) => {
    const given = Buffer.from(request.headers.authorization ?? "");
    const isAllowed = given.length === expected.length && timingSafeEqual(given, expected);
    if (request.method !== "POST" || !isAllowed) return response.writeHead(403).end();
    try {
      const outcome = await start(server, JSON.parse(await text(request)));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(outcome));
    } catch (error) {
      response.writeHead(500).end(error?.message ?? String(error));
    }
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    listener.closeAllConnections();
    listener.close();
  };
  return { url: `http://127.0.0.1:${listener.address().port}/`, token, stop };
}

async function text(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY) throw new Error("this is more than a mail or a message may have");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What came out: `{ ok, lines }`. */
async function start(server, { kind, ...event }) {
  if (kind === "cron") return startCron(server, event);
  if (kind === "queue") return deliver(server, event);
  return receive(server, event);
}

async function startCron(server, { cron }) {
  const outcome = await scheduled(server, cron, new Date());
  return { ok: outcome === "ok", lines: [outcome === "ok" ? "it ran" : "it failed"] };
}

/** Runs what the Worker has for a cron of this schedule or name, at this time. Answers how it ended. */
export async function scheduled(server, cron, scheduledTime) {
  const worker = await server.getWorker();
  return (await worker.scheduled({ cron, scheduledTime })).outcome;
}

async function deliver(server, { queue, messages }) {
  if (messages.length > MAX_BATCH) throw new Error(`a batch has ${MAX_BATCH} messages at most`);
  const worker = await server.getWorker();
  const id = (index) => `trigger-${index + 1}`;
  const batch = messages.map((body, index) => ({ id: id(index), timestamp: new Date(), attempts: 1, body }));
  const { outcome, ackAll, retryBatch, explicitAcks = [], retryMessages = [] } = await worker.queue(queue, batch);
  const retried = new Set(retryMessages.map(({ msgId }) => msgId));
  const isDone = (one) => explicitAcks.includes(one) || (!retried.has(one) && !retryBatch?.retry && (ackAll || outcome === "ok"));
  const lines = messages.map((_, index) => `message ${index + 1}: ${isDone(id(index)) ? "acknowledged" : "to be retried"}`);
  return { ok: messages.every((_, index) => isDone(id(index))), lines };
}

async function receive(server, { from, to, raw }) {
  const mail = Buffer.from(raw, "base64");
  if (mail.length > MAX_MAIL) throw new Error(`a mail has ${MAX_MAIL} bytes at most`);
  const worker = await server.getWorker(POSTMAN);
  const url = new URL("http://postman/");
  url.search = new URLSearchParams({ from, to });
  const answer = await worker.fetch(url, { method: "POST", headers: { authorization: `Bearer ${KEY}` }, body: mail });
  const { outcome, rejectReason, forwards } = await answer.json();
  const lines = forwards.map((recipient) => `forwarded to ${recipient}`);
  if (rejectReason !== undefined) lines.push(`rejected: ${rejectReason}`);
  if (outcome !== "ok") lines.push("it failed");
  return { ok: outcome === "ok", lines: lines.length > 0 ? lines : ["received"] };
}
