// Load on kept-alive connections, one request at a time on each.
import { Agent, request as nodeRequest } from "node:http";
import { cpuMs } from "../tests/e2e/lib/process.mjs";

export class Load {
  constructor(origin, pids, token) {
    Object.assign(this, { url: new URL(origin), pids, token });
  }

  /** Sends `request` `requests` times over `connections` connections; answers the figures of it. */
  async run(request, { requests, connections }) {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const prepared = this.#prepare(request, agent);
    const times = [];
    let left = requests;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        const start = performance.now();
        await once(prepared);
        times.push(performance.now() - start);
      }
    };
    const before = this.#cpu();
    const start = performance.now();
    await Promise.all(Array.from({ length: connections }, worker));
    const wall = performance.now() - start;
    const cpu = this.#cpu() - before;
    agent.destroy();
    times.sort((a, b) => a - b);
    return {
      requests, connections, cpuMs: cpu / requests, perSecond: (requests / wall) * 1000,
      p50: times[requests >> 1], p99: times[Math.floor(requests * 0.99)],
    };
  }

  #cpu() {
    return this.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  }

  #prepare({ method, path, headers = {}, body, anonymous = false, expect = 200 }, agent) {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return {
      expect,
      bytes,
      options: {
        agent,
        host: "127.0.0.1",
        port: this.url.port,
        path,
        method,
        headers: {
          host: this.url.host,
          accept: "application/json, text/event-stream",
          ...(bytes ? { "content-type": "application/json", "content-length": bytes.length } : {}),
          ...(anonymous ? {} : { authorization: `Bearer ${this.token}` }),
          ...headers,
        },
      },
    };
  }
}

function once({ options, bytes, expect }) {
  return new Promise((resolve, reject) => {
    const request = nodeRequest(options, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === expect) resolve();
        else reject(new Error(`${options.method} ${options.path} answered ${response.statusCode} instead of ${expect}`));
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(bytes);
  });
}
