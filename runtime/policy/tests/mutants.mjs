// Faults in the evaluator of policies itself: one at a time, every comparison, every `!`, every `any` and
// `all` of runtime/policy/src is turned into its contrary, in a copy of the repository. The tests of
// tests/decisions.rs have to fail for each. (That the tables notice faults in policies is what
// mutations.rs says, on every run of the tests.)
//
//   node runtime/policy/tests/mutants.mjs
//
// It compiles toolgate-policy some sixty times, which takes some ten minutes.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
const COPY = join(REPOSITORY, "target/mutants/repository");
const FILES = ["evaluate.rs", "outcome.rs", "address.rs", "test.rs"].map((name) => `runtime/policy/src/${name}`);

/** Text of the source, and its contrary. */
const FAULTS = [
  [/ == /g, " != "],
  [/ != /g, " == "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/(?<=[ (])!(?=[a-z])/g, ""],
  [/(?<=if )(?=value \{|address::is_domain\()/g, "!"],
  [/(?<=PolicyOutcome::from\()(?=address\.)/g, "!"],
  [/\bPolicyOutcome::any\(/g, ({ after }) => `PolicyOutcome::all_under(${withArguments(after, "false, false")}`],
  [/\b(?:PolicyOutcome|Self)::any_under\(/g, ({ text, after }) => text.replace("any", "all") + after],
  [/\b(?:PolicyOutcome|Self)::all_under\(/g, ({ text, after }) => text.replace("all", "any") + after],
  [/(?<==> |return )PolicyOutcome::True\b/g, "PolicyOutcome::False"],
  [/(?<==> |return )PolicyOutcome::False\b/g, "PolicyOutcome::True"],
  [/Self::True, Self::False/g, "Self::False, Self::True"],
  [/Self::False, Self::True/g, "Self::True, Self::False"],
  [/\.any\(\|/g, ".all(|"],
  [/\.all\(\|/g, ".any(|"],
  [/\.not\(\)/g, ""],
  [/\.is_none\(\)/g, ".is_some()"],
  [/(?<=if )(?=\w+\.is_empty\(\))/g, "!"],
  [/\.eq_ignore_ascii_case\(/g, ".eq("],
  [/\.is_ascii_graphic\(\)/g, ".is_ascii()"],
  [/\.is_i64\(\)/g, ".is_u64()"],
  [/\.is_u64\(\)/g, ".is_i64()"],
];

/** Longer than the tests ever take: a fault may make them run for ever, which is noticed, too. */
const PATIENCE_MS = 120_000;

copy();
if (!hold()) throw new Error("the tests fail without any fault");
const survivors = [];
let tried = 0;
for (const file of FILES) {
  const source = readFileSync(join(REPOSITORY, file), "utf8");
  for (const { at, mutant } of mutants(source)) {
    tried += 1;
    writeFileSync(join(COPY, file), mutant);
    const survived = hold();
    console.log(`${survived ? "SURVIVED" : "noticed"}  ${file}:${at.line}: ${at.text}`);
    if (survived) survivors.push(`${file}:${at.line}`);
  }
  writeFileSync(join(COPY, file), source);
}
console.log(`${tried} faults, ${survivors.length} of them not noticed${survivors.length > 0 ? `: ${survivors.join(", ")}` : ""}`);
process.exitCode = survivors.length > 0 || tried === 0 ? 1 : 0;

/** The source with one fault, in every way that there is; comments aside. */
function* mutants(source) {
  for (const [pattern, contrary] of FAULTS) {
    for (const match of source.matchAll(pattern)) {
      const before = source.slice(0, match.index);
      const line = before.split("\n").length;
      if (source.split("\n")[line - 1].trim().startsWith("//")) continue;
      const after = source.slice(match.index + match[0].length);
      const mutant = before + (typeof contrary === "string" ? contrary + after : contrary({ text: match[0], after }));
      yield { at: { line, text: mutant.split("\n")[line - 1].trim() }, mutant };
    }
  }
}

/** The source after an opening bracket, with more arguments before the one that closes it. */
function withArguments(after, more) {
  let depth = 1;
  let end = -1;
  while (depth > 0) {
    end += 1;
    if (after[end] === "(") depth += 1;
    if (after[end] === ")") depth -= 1;
  }
  return `${after.slice(0, end)}, ${more}${after.slice(end)}`;
}

function copy() {
  rmSync(COPY, { recursive: true, force: true });
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: REPOSITORY, encoding: "utf8" }).split("\0").filter(Boolean);
  for (const file of files) {
    if (!lstatSync(join(REPOSITORY, file), { throwIfNoEntry: false })) continue;
    mkdirSync(dirname(join(COPY, file)), { recursive: true });
    cpSync(join(REPOSITORY, file), join(COPY, file), { verbatimSymlinks: true });
  }
}

/** True if the tests pass. A fault that does not compile would prove nothing. */
function hold() {
  const env = { ...process.env, CARGO_TARGET_DIR: join(COPY, "../target") };
  const run = (args, timeout) => spawnSync("cargo", ["test", "--quiet", "--package", "toolgate-policy", "--test", "decisions", ...args], { cwd: COPY, env, encoding: "utf8", timeout });
  const { status, stderr } = run(["--no-run"]);
  if (status !== 0) throw new Error(`a fault does not compile:\n${stderr}`);
  return run([], PATIENCE_MS).status === 0;
}
