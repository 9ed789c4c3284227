// The crates of the servers that are measured, as bench/server has them.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY, folderOf } from "./servers.mjs";

/** Writes the crate of a server, with a tool repeated so many times. Answers its folder. */
export function write(name, { source, tools = 1, notifications, idle }) {
  const folder = folderOf(name);
  mkdirSync(join(folder, "src"), { recursive: true });
  const template = (file) => readFileSync(join(REPOSITORY, "bench/server", file), "utf8");
  const toml = template("mcp.toml").replace("{notifications}", String(notifications)).replace("{idle}", idle);
  writeFileSync(join(folder, "mcp.toml"), toml);
  writeFileSync(join(folder, "src/lib.rs"), repeated(template(source), tools));
  writeFileSync(join(folder, "Cargo.toml"), manifest(name));
  cpSync(join(REPOSITORY, "Cargo.lock"), join(folder, "Cargo.lock"));
  return folder;
}

function repeated(source, tools) {
  return source.replace(/^\/\/ tool\n(.*?)^\/\/ end\n/ms, (_, tool) =>
    Array.from({ length: tools }, (_, index) => tool.replace("tool_000", `tool_${String(index).padStart(3, "0")}`)).join("\n"));
}

function manifest(name) {
  const profile = /^\[profile\.release\]\n(?:[^[\n].*\n)+/m.exec(readFileSync(join(REPOSITORY, "Cargo.toml"), "utf8"))[0];
  return `[package]
name = "bench-${name}"
version = "1.0.0"
edition = "2024"
publish = false

[workspace]

[lib]
crate-type = ["cdylib"]

[dependencies]
toolgate = { path = ${JSON.stringify(join(REPOSITORY, "runtime"))} }

[package.metadata.wasm-pack.profile.release]
wasm-opt = ["-Oz"]

${profile}`;
}

/** Writes what follows from the `mcp.toml` of a crate. */
export function synchronise(folder) {
  run("cargo", ["run", "--quiet", "-p", "cargo-toolgate", "--", "toolgate", "sync", "--project", folder], REPOSITORY);
}

/** Runs a program that builds. */
export function run(program, args, cwd) {
  const target = process.env.CARGO_TARGET_DIR ?? join(REPOSITORY, "target/bench/target");
  const { status, error } = spawnSync(program, args, { cwd, stdio: "inherit", env: { ...process.env, CARGO_TARGET_DIR: target } });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed in ${cwd}${error ? `: ${error.message}` : ""}`);
}
