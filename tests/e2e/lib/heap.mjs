// The JavaScript heap of the Worker under test, by workerd's inspector (the Chrome DevTools Protocol).
//
// Resident memory is no measure of a leak: V8 collects late, and even a one-line Worker grows for tens of
// thousands of requests. What is still used after a collection is one.
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 30_000;
const WAITING = Symbol("waiting");
// What a collection finds finished by finalizers goes with the next.
const COLLECTIONS = 3;

/** KiB in use after collecting garbage; `wake` sends the Worker a request, as its inspector answers only while it runs. */
export async function usedHeapKiB(port, wake) {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const target = targets.find(({ id }) => id === "core:user:toolgate");
  if (!target) throw new Error(`the inspector knows only ${targets.map(({ id }) => id).join(", ")}`);
  const inspector = await connect(target.webSocketDebuggerUrl);
  try {
    await inspector.ask("HeapProfiler.enable", wake);
    for (let i = 0; i < COLLECTIONS; i += 1) await inspector.ask("HeapProfiler.collectGarbage", wake);
    const { usedSize, embedderHeapUsedSize } = await inspector.ask("Runtime.getHeapUsage", wake);
    return Math.round((usedSize + embedderHeapUsedSize) / 1024);
  } finally {
    inspector.close();
  }
}

async function connect(url) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`no connection to ${url}`));
  });
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    waiting.get(id)?.(error ? Promise.reject(new Error(error.message)) : result);
  };
  let last = 0;
  const ask = async (method, wake) => {
    last += 1;
    const answer = new Promise((resolve) => waiting.set(last, resolve));
    socket.send(JSON.stringify({ id: last, method }));
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; ) {
      await wake();
      const first = await Promise.race([answer, sleep(200, WAITING)]);
      if (first !== WAITING) return first;
    }
    throw new Error(`${method} was not answered`);
  };
  return { ask, close: () => socket.close() };
}
