// Follows docs/tutorial.md: runs its blocks `sh,tutorial` in their order, in a folder of its own, and
// checks that the tool's answer is there. What is not in the page is not done.
//
//     node tests/tutorial.mjs [--port PORT] [--keep] [--record] [--generate]
//
// `cargo toolgate` has to be on the PATH; TOOLGATE_PROGRAM names it where it is under another name.
// `--port` is for machines where that of the page is taken. `--record` writes what `new`, `dev` and `call`
// printed into the README. `--generate` makes the server as the block `sh,generate` does.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({ options: { port: { type: "string" }, keep: { type: "boolean" }, record: { type: "boolean" }, generate: { type: "boolean" } } });
const PAGE = new URL("../docs/tutorial.md", import.meta.url);
const DOCUMENTED_PORT = "8788";
/** The first start may install programs and compile everything. */
const START_WITHIN_MS = 30 * 60_000;
const RECORDED = /^cargo toolgate (new|dev|call)\b|^cd /;
const ROOT = new URL("../", import.meta.url);
const README = new URL("../README.md", import.meta.url);
const ANSWER = { command: /^cargo toolgate call add a=23 b=19 /, said: /(^|\D)42(\D|$)/ };

/** Blocks as `{ background, text }`. */
function blocks(page) {
  const found = [...page.matchAll(/^```sh,tutorial(,background)?\n([\s\S]*?)^```$/gm)];
  const [, generate] = /^```sh,generate\n([\s\S]*?)^```$/m.exec(page);
  const made = (text) => (options.generate ? text.replace(/^cargo toolgate new .*\n/m, () => generate) : text);
  return found.map(([, background, text]) => ({ background: background !== undefined, text: made(text) }));
}

/** The same command for this clone, and at another port, which only `dev` is told: the others find it. */
function here(documented, port) {
  const command = documented.replaceAll("/path/to/toolgate/", fileURLToPath(ROOT));
  if (port === undefined || port === DOCUMENTED_PORT) return command;
  if (/^cargo toolgate dev\b/.test(command)) return `${command} --port ${port}`;
  return command;
}

/** Runs a line as a terminal would; resolves to what it printed. */
function run(command, folder, environment) {
  // The line that tells the folder is for `cd`, which has to last.
  const script = `${command}\nstatus=$?\npwd >&3\nexit $status`;
  const child = spawn("bash", ["-c", script], { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const texts = ["", "", ""];
  [1, 2, 3].forEach((stream, index) => {
    child.stdio[stream].setEncoding("utf8").on("data", (text) => {
      texts[index] += text;
      if (stream !== 3) process.stdout.write(text.replace(/^/gm, "    "));
    });
  });
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => {
      if (code === 0) done({ printed: texts[0], folder: texts[2].trim() });
      else failed(new Error(`\`${command}\` ended with ${code}\n${texts[1]}`));
    });
  });
}

/** Starts a command that goes on, in a process group of its own, and waits until its server answers. */
async function start(command, folder, environment, log) {
  const child = spawn("bash", ["-c", `exec ${command}`], { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  let ended;
  child.on("close", (code) => { ended = code ?? "a signal"; });
  const url = `http://localhost:${options.port ?? DOCUMENTED_PORT}/.well-known/oauth-protected-resource`;
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok && ended === undefined) return child;
    if (ended !== undefined) throw new Error(`\`${command}\` ended with ${ended}\n${readFileSync(log, "utf8")}`);
    if (Date.now() > deadline) {
      stop(child);
      throw new Error(`\`${command}\` does not answer at ${url}\n${readFileSync(log, "utf8")}`);
    }
    await sleep(250);
  }
}

/** As Ctrl-C in its terminal does: everything that it started gets the signal. */
function stop(child) {
  try {
    process.kill(-child.pid, "SIGINT");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** The environment of somebody with the program installed, who has signed in nowhere. */
function environment(folder) {
  const env = { USER: "toolgate", ...process.env, XDG_CONFIG_HOME: join(folder, "config") };
  const program = process.env.TOOLGATE_PROGRAM;
  if (program === undefined) return env;
  const bin = join(folder, "bin");
  mkdirSync(bin);
  symlinkSync(resolve(program), join(bin, "cargo-toolgate"));
  return { ...env, PATH: `${bin}${delimiter}${env.PATH}` };
}

/** What a terminal showed in the end, as text: no colours, and no progress. */
function plain(text) {
  const lines = text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").split("\n").map((line) => line.split("\r").at(-1).trimEnd());
  return lines.filter((line) => !line.startsWith("  …")).join("\n").replace(/\n{3,}/g, "\n\n").replace(/^\n+|\n+$/g, "");
}

/** Puts the recording into the README, between its two comments, as it is at the port of the page. */
function record(recording) {
  const text = recording.map(({ command, printed }) => `$ ${command}\n${plain(printed)}`.trimEnd()).join("\n");
  const [port, next] = [Number(options.port ?? DOCUMENTED_PORT), Number(DOCUMENTED_PORT)];
  const shown = text.replaceAll(`:${port}`, `:${next}`).replaceAll(`:${port + 1}`, `:${next + 1}`)
    .replaceAll(fileURLToPath(ROOT), "/path/to/toolgate/");
  const readme = readFileSync(README, "utf8");
  const place = /(<!-- recording[^>]*-->\n)[\s\S]*?(<!-- end -->)/;
  if (!place.test(readme)) throw new Error("README.md has no place for the recording");
  writeFileSync(README, readme.replace(place, (_, start, end) => `${start}\n\`\`\`text\n${shown}\n\`\`\`\n\n${end}`));
}

async function follow(folder) {
  const env = environment(folder);
  let place = folder;
  let answered = false;
  const running = [];
  const recording = [];
  try {
    for (const { background, text } of blocks(readFileSync(PAGE, "utf8"))) {
      for (const documented of text.replace(/\\\n\s*/g, "").split("\n").filter((line) => line.trim() !== "")) {
        const command = here(documented, options.port);
        const from = performance.now();
        console.log(`$ ${command}`);
        if (background) {
          const log = join(folder, "dev.log");
          running.push(await start(command, place, env, log));
          recording.push({ command: documented, printed: readFileSync(log, "utf8") });
        } else {
          const { printed, folder: now } = await run(command, place, env);
          place = now;
          if (RECORDED.test(documented)) recording.push({ command: documented, printed });
          if (ANSWER.command.test(documented)) {
            if (!ANSWER.said.test(printed)) throw new Error(`\`${command}\` printed no 42:\n${printed}`);
            answered = true;
          }
        }
        console.log(`  ${((performance.now() - from) / 1000).toFixed(1)} s`);
      }
    }
  } finally {
    running.forEach(stop);
    // Its children end by themselves; the folder is theirs until then.
    await Promise.all(running.map((child) => child.exitCode ?? child.signalCode ?? new Promise((done) => child.on("close", done))));
  }
  if (!answered) throw new Error("the page calls no tool");
  if (options.record) record(recording);
}

const folder = mkdtempSync(join(tmpdir(), "toolgate-tutorial-"));
try {
  await follow(folder);
  console.log("The tutorial works: the answer is 42");
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (options.keep) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
