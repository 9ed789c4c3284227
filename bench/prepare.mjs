// Builds the servers of the measurements into target/bench: the same few lines of Rust with one tool
// and with five hundred, with and without sessions, and the server of the soak.
//
//   node bench/prepare.mjs [NAME…]
//
// It needs what every build needs: `worker-build` on the PATH, or what `cargo toolgate setup` left
// in the environment.
import { run, synchronise, write } from "./lib/crate.mjs";
import { SERVERS, folderOf } from "./lib/servers.mjs";

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SERVERS);
for (const name of names) {
  if (!SERVERS[name]) throw new Error(`no server ${name}; there are ${Object.keys(SERVERS).join(", ")}`);
  write(name, SERVERS[name]);
  build(name);
}

function build(name) {
  const folder = folderOf(name);
  synchronise(folder);
  run("worker-build", ["--release"], folder);
}
