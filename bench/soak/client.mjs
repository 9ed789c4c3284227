// One client of the soak: a session of its own, and call after call, some of whose connections it cuts
// and resumes, some of which it reads slowly.
//
// What must hold for every call whose stream began: it is answered exactly once, by its own session, with
// its own mark and its own person's name, after each of its notifications exactly once and in order;
// or, if the runtime was killed meanwhile, with exactly one error -32603.
import { setTimeout as sleep } from "node:timers/promises";
import { REVISION, sessionHeaders } from "../lib/session.mjs";
import { Cut, open } from "./wire.mjs";

const MAX_STEPS = 6;
const MAX_PAUSE_MS = 700;
const MAX_THINK_MS = 900;
const PADDING = 200 * 1024;
// How long a stream may be without its answer, restarts included.
const PATIENCE_MS = 90_000;
const INTERNAL_ERROR = -32603;
const pick = (least, most) => least + Math.floor(Math.random() * (most - least + 1));
const chance = (share) => Math.random() < share;

export class Client {
  #number = 0;
  #session;
  #seen = new Set();
  #standalone;

  /** `person` is `{ email, token }`, `stranger` another one. */
  constructor({ name, origin, person, stranger, ledger }) {
    Object.assign(this, { name, origin, person, stranger, ledger });
  }

  /** Calls until `deadline`; then ends the session, or leaves it to expire. */
  async run(deadline) {
    const listens = chance(0.25);
    while (performance.now() < deadline) {
      try {
        this.#session ??= await this.#begin();
        if (listens) this.#listen();
        if (chance(0.01)) await this.#probe();
        await this.#call();
        if (chance(0.01)) await this.#end();
      } catch (error) {
        if (!(error instanceof Cut)) throw error;
        if (!this.ledger.isDisturbed()) this.ledger.violation("a connection failed without a restart", `${this.name}: ${error.message}`);
        await sleep(pick(100, 500));
      }
      await sleep(pick(0, MAX_THINK_MS));
    }
    if (chance(0.5)) await this.#end().catch(() => {});
    this.#standalone?.cut();
  }

  async #begin() {
    const params = { protocolVersion: REVISION, capabilities: {}, clientInfo: { name: "soak", version: "1" } };
    const answer = await this.#send({ jsonrpc: "2.0", id: "begin", method: "initialize", params });
    const text = await answer.text();
    const session = answer.headers["mcp-session-id"];
    if (answer.status !== 200 || !session) throw this.#unexpected("initialize", answer, text);
    this.#session = session;
    const initialized = await this.#send({ jsonrpc: "2.0", method: "notifications/initialized" });
    if (initialized.status !== 202) throw this.#unexpected("initialized", initialized, await initialized.text());
    initialized.cut();
    this.ledger.count("sessions");
    return session;
  }

  async #end() {
    if (!this.#session) return;
    const answer = await open(this.origin, { method: "DELETE", token: this.person.token, headers: sessionHeaders(this.#session) });
    answer.cut();
    if (answer.status >= 300) throw this.#unexpected("DELETE", answer, "");
    const after = await this.#send({ jsonrpc: "2.0", id: "after", method: "ping" });
    after.cut();
    if (after.status !== 404) this.ledger.violation("a deleted session answers", `${this.name}: ${after.status}`);
    this.ledger.count("sessions deleted");
    this.#forget();
  }

  #forget() {
    this.#session = undefined;
    this.#standalone?.cut();
    this.#standalone = undefined;
    this.#seen.clear();
  }

  /** Somebody else uses the session's id. */
  async #probe() {
    const { token } = this.stranger;
    const headers = sessionHeaders(this.#session);
    const body = { jsonrpc: "2.0", id: "probe", method: "tools/list" };
    const attempts = [{ method: "POST", token, headers, body }];
    for (const id of [...this.#seen].slice(-1)) attempts.push({ method: "GET", token, headers: { ...headers, "last-event-id": id } });
    for (const attempt of attempts) {
      const answer = await open(this.origin, attempt);
      answer.cut();
      this.ledger.count("probes by strangers");
      if (answer.status !== 404) this.ledger.violation("a stranger reached a session", `${this.name}: ${attempt.method} answered ${answer.status}`);
    }
  }

  /** Keeps the session's own stream open; no answer may ever come there. */
  async #listen() {
    if (this.#standalone || !this.#session) return;
    this.#standalone = { cut: () => {} };
    const answer = await open(this.origin, { method: "GET", token: this.person.token, headers: sessionHeaders(this.#session) }).catch(() => undefined);
    if (answer?.status === 200) {
      this.#standalone = answer;
      this.ledger.count("listening streams");
      for await (const { data } of answer.events()) {
        if (data) this.ledger.violation("something came on a stream that nothing was sent to", `${this.name}: ${data.slice(0, 200)}`);
      }
    } else {
      answer?.cut();
    }
    this.#standalone = undefined;
  }

  async #call() {
    this.#number += 1;
    const isSlow = chance(0.1);
    const call = {
      id: this.#number,
      mark: `${this.name}-${this.#number}-${Math.random().toString(36).slice(2)}`,
      steps: pick(1, MAX_STEPS),
      restarts: this.ledger.restarts,
      isSlow,
      // Events after which the connection is cut; some connections are cut before anything came.
      cutAfter: chance(0.3) ? pick(0, MAX_STEPS) : Infinity,
      progress: 0,
      answers: 0,
      last: undefined,
      isOver: false,
    };
    const params = {
      name: "echo",
      arguments: { mark: call.mark, steps: call.steps, pause_ms: pick(0, MAX_PAUSE_MS), padding: isSlow ? PADDING : 0 },
      _meta: { progressToken: call.mark },
    };
    this.ledger.count("calls");
    if (isSlow) this.ledger.count("slow readers");
    const answer = await this.#posted({ jsonrpc: "2.0", id: call.id, method: "tools/call", params }, call);
    if (answer) await this.#follow(call, answer);
  }

  /** The stream of a call; nothing when the connection was cut before it began. */
  async #posted(body, call) {
    const early = call.cutAfter === 0 ? AbortSignal.timeout(pick(1, MAX_PAUSE_MS)) : undefined;
    let answer;
    try {
      answer = await this.#send(body, early);
    } catch (error) {
      this.ledger.count(early?.aborted ? "cut before the stream began" : "connection lost before the stream began");
      if (early?.aborted) return undefined;
      throw error;
    }
    if (answer.status === 503 && this.ledger.isDisturbed()) {
      answer.cut();
      this.ledger.count("answered 503 around a restart");
      return undefined;
    }
    if (answer.status === 404) {
      answer.cut();
      this.ledger.violation("a session was lost", this.name);
      this.#forget();
      return undefined;
    }
    if (answer.status !== 200 || answer.type !== "text/event-stream") throw this.#unexpected("tools/call", answer, await answer.text());
    return answer;
  }

  /** Reads the stream of a call to its end, over as many connections as that takes. */
  async #follow(call, first) {
    const until = performance.now() + PATIENCE_MS;
    for (let answer = first; ; answer = await this.#resume(call)) {
      if (answer) await this.#read(call, answer);
      if (call.isOver) return undefined;
      if (call.answers > 0) return this.#settle(call);
      if (performance.now() > until) return this.ledger.violation("a response was lost", `${this.name} ${call.id}, last event ${call.last}`);
      // Cut before the first event arrived: there is nothing to name.
      if (call.last === undefined) return this.ledger.count("cut before the first event");
      await sleep(pick(20, 600));
    }
  }

  async #read(call, answer) {
    const pause = () => (call.isSlow ? pick(200, 1500) : 0);
    let events = 0;
    for await (const event of answer.events(pause)) {
      this.#take(call, event);
      events += 1;
      if (events === call.cutAfter) {
        call.cutAfter = chance(0.3) ? pick(1, MAX_STEPS) : Infinity;
        this.ledger.count("connections cut");
        answer.cut();
        return;
      }
    }
    answer.cut();
  }

  async #resume(call) {
    this.ledger.count("resumptions");
    const headers = { ...sessionHeaders(this.#session), "last-event-id": call.last };
    const answer = await open(this.origin, { method: "GET", token: this.person.token, headers }).catch(() => undefined);
    if (answer === undefined) {
      if (!this.ledger.isDisturbed()) this.ledger.violation("a resumption failed without a restart", this.name);
      return undefined;
    }
    if (answer.status === 200 && answer.type === "text/event-stream") return answer;
    const text = await answer.text().catch(() => "");
    if (!(answer.status === 503 && this.ledger.isDisturbed())) {
      this.ledger.violation("a stream could not be resumed", `${this.name} ${call.id} after ${call.last}: ${answer.status} ${text.slice(0, 200)}`);
      call.isOver = true;
    }
    return undefined;
  }

  #take(call, { id, data }) {
    const fail = (what) => this.ledger.violation(what, `${this.name} ${call.id}, event ${id}: ${data?.slice(0, 200)}`);
    if (id === undefined) return fail("an event has no id");
    if (this.#seen.has(id)) fail("an event came twice");
    this.#seen.add(id);
    call.last = id;
    this.ledger.count("events");
    if (!data) return;
    if (call.answers > 0) fail("something came after the answer");
    const message = JSON.parse(data);
    if (message.method === "notifications/progress") return this.#notified(call, message.params, fail);
    if (message.id !== call.id) return fail("an answer to another request");
    call.answers += 1;
    if (message.error) return this.#failed(call, message.error, fail);
    const text = message.result?.content?.[0]?.text ?? "";
    if (!text.startsWith(`${this.person.email} ${call.mark} `)) fail("an answer of another call or person");
    if (call.progress !== call.steps) fail(`a notification was lost: ${call.progress} of ${call.steps}`);
    this.ledger.count("answered");
    this.ledger.count("bytes", data.length);
  }

  #notified(call, { progressToken, progress, message }, fail) {
    if (progressToken !== call.mark || message !== call.mark) fail("a notification of another call");
    if (progress !== call.progress + 1) fail(`notification ${progress} follows ${call.progress}`);
    call.progress = progress;
  }

  #failed(call, error, fail) {
    if (error.code !== INTERNAL_ERROR || call.restarts === this.ledger.restarts) fail(`error ${error.code} ${error.message}`);
    this.ledger.count("answered -32603 after a restart");
  }

  #settle(call) {
    if (call.answers !== 1) this.ledger.violation("a request has several answers", `${this.name} ${call.id}: ${call.answers}`);
  }

  #send(body, signal) {
    const headers = this.#session ? sessionHeaders(this.#session) : {};
    return open(this.origin, { method: "POST", token: this.person.token, headers, body, signal });
  }

  #unexpected(what, answer, text) {
    if (!(answer.status === 503 && this.ledger.isDisturbed())) {
      this.ledger.violation(`${what} was answered ${answer.status}`, `${this.name}: ${answer.type} ${text.slice(0, 300)}`);
    }
    return new Cut(`${what} was answered ${answer.status}`);
  }
}
