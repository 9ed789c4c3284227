// `cargo toolgate call` against the real Worker: signed in as accounts of the dev identity provider
// without a browser, and in the browser at the identity provider of the other tests.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { cannotMoveClock } from "./lib/clock.mjs";
import { CLIENT_ID, CLIENT_SECRET, EMPLOYEE, VISITOR, accessVars } from "./lib/idp.mjs";
import { startNoServer, startOdd, startOlder, startTold } from "./lib/peers.mjs";
import { freePorts } from "./lib/ports.mjs";
import { openStage } from "./lib/stage.mjs";
import { startWorker } from "./lib/worker.mjs";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../target", import.meta.url));
const CLI = process.env.TOOLGATE_CLI ?? join(TARGET, "debug/cargo-toolgate");
const IDP = process.env.TOOLGATE_LOCAL_IDP ?? join(TARGET, "debug/local-idp");
const missing = [CLI, IDP].find((path) => !existsSync(path));
if (missing) throw new Error(`no ${missing}: cargo build -p cargo-toolgate -p toolgate-tests --bins`);
const KEY = randomBytes(32).toString("hex");
const HOUR = 3600;

const home = mkdtempSync(join(tmpdir(), "toolgate-call-"));
const tokens = join(home, "toolgate/tokens.json");
after(() => rmSync(home, { recursive: true, force: true }));

/** Runs the command; answers `{ status, stdout, stderr }`. */
function call(args, { input = "", env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(CLI, ["call", ...args], { cwd: home, env: { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, ...env } });
    const result = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (result[name] += chunk));
    child.on("error", reject);
    child.on("close", (status) => resolve({ ...result, status }));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** The dev identity provider of `cargo toolgate dev`. */
async function startLocalIdp() {
  const child = spawn(IDP, [CLIENT_ID, CLIENT_SECRET, EMPLOYEE, VISITOR], { stdio: ["pipe", "pipe", "inherit"] });
  for await (const issuer of createInterface(child.stdout)) return { issuer, stop: () => child.stdin.end() };
  throw new Error("the dev identity provider did not start");
}

function answered({ status, stdout, stderr }, expected) {
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), expected);
}

function refused({ status, stdout, stderr }, code, words) {
  assert.equal(status, code, `${stdout}${stderr}`);
  assert.equal(stdout, "");
  assert.match(stderr, words);
}

const idp = await startLocalIdp();
const [port] = await freePorts(1);
const persist = mkdtempSync(join(tmpdir(), "toolgate-call-state-"));
const start = (more) => startWorker({ port, persist, vars: { ...accessVars(idp.issuer), COOKIE_ENCRYPTION_KEY: KEY }, ...more });
let worker = await start();
const url = ["--url", worker.origin];
const as = (email) => [...url, "--as", email];
after(async () => {
  await worker.stop();
  idp.stop();
  rmSync(persist, { recursive: true, force: true });
});

describe("with the dev identity provider", () => {
  test("an account gets the answer of a tool, and its token is for this user alone", async () => {
    answered(await call(["add", "a=23", "b=19", ...as(EMPLOYEE)]), "42");
    assert.equal(statSync(tokens).mode & 0o777, 0o600);
    const { grants } = JSON.parse(readFileSync(tokens, "utf8"));
    assert.deepEqual(grants.map(({ server, account }) => [server, account]), [[`${worker.origin}/mcp`, EMPLOYEE]]);
  });

  test("a second call needs no sign-in", async () => {
    const before = readFileSync(tokens, "utf8");
    answered(await call(["add", "--args", "-", "b:=2", ...as(EMPLOYEE)], { input: '{"a":1}' }), "3");
    assert.equal(readFileSync(tokens, "utf8"), before);
  });

  test("each account sees its own tools", async () => {
    const names = async (email) => JSON.parse((await call(["--list", "--json", ...as(email)])).stdout).tools.map(({ name }) => name);
    assert.deepEqual(await names(EMPLOYEE), ["add", "generateImage"]);
    assert.deepEqual(await names(VISITOR), ["add"]);
    const { stdout } = await call(["--list", ...as(EMPLOYEE)]);
    assert.match(stdout, /^add a=… b=…$/m);
    assert.match(stdout, /- prompt \(text\)/);
  });

  test("a tool that the account may not call is status 1, and answers whoever may", async () => {
    const file = join(home, "boat.jpg");
    const boat = ["generateImage", "prompt=a red boat", "--output", file];
    refused(await call([...boat, ...as(VISITOR)]), 1, /not allowed for this account: generateImage[^]*this account sees add/);
    assert.equal(existsSync(file), false);
    const { status, stderr } = await call([...boat, ...as(EMPLOYEE)]);
    assert.equal(status, 0, stderr);
    assert.deepEqual([...readFileSync(file).subarray(0, 2)], [0xff, 0xd8]);
    const described = await call([...boat.slice(0, 2), ...as(EMPLOYEE)]);
    assert.match(described.stdout, /^\[image: image\/jpeg, \d+ bytes; `--output FILE` saves it\]$/m);
  });

  test("--json prints the whole result", async () => {
    const { status, stdout } = await call(["add", "a=1", "b=1", "--json", ...as(EMPLOYEE)]);
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout).content[0].text, "2");
  });

  for (const [what, args, words] of [
    ["a wrong type", ["add", "a=two", "b=1"], /`a` wants a(?: whole)? number, not `two`/],
    ["a missing argument", ["add", "a=1"], /an argument is missing\n {2}\| b \(/],
    ["an unknown argument", ["generateImage", "promt=x"], /has no argument `promt`\n {2}= help: did you mean `prompt`\?/],
    ["no argument at all", ["add", "1"], /write key=value/],
    ["broken JSON", ["add", "--args", "{"], /`--args` is no JSON object/],
  ]) {
    test(`${what} is wrong usage, and says what is wanted`, async () => {
      refused(await call([...args, ...as(EMPLOYEE)]), 2, words);
    });
  }

  test("a mistyped tool is told the nearest", async () => {
    refused(await call(["ad", ...as(EMPLOYEE)]), 1, /did you mean `add`\?/);
  });

  test("an account that does not exist is wrong usage, and keeps no token", async () => {
    refused(await call(["add", "a=1", "b=1", ...as("visitor@mycompany.org")]), 2, /did you mean `visitor@mycompany.com`\?/);
    assert.doesNotMatch(readFileSync(tokens, "utf8"), /mycompany\.org/);
  });

  test("--no-store leaves nothing behind", async () => {
    const before = readFileSync(tokens, "utf8");
    answered(await call(["add", "a=1", "b=1", "--no-store", ...as(VISITOR)]), "2");
    assert.equal(readFileSync(tokens, "utf8"), before);
  });

  test("a token that has expired is renewed, by two calls at once only once", { skip: cannotMoveClock() }, async () => {
    const grant = () => JSON.parse(readFileSync(tokens, "utf8")).grants.find(({ account }) => account === EMPLOYEE);
    const before = grant();
    await worker.stop();
    worker = await start({ secondsAhead: 2 * HOUR });
    const [one, two] = await Promise.all([1, 2].map((b) => call(["add", "a=1", `b=${b}`, ...as(EMPLOYEE)])));
    answered(one, "2");
    answered(two, "3");
    assert.notEqual(grant().access_token, before.access_token);
    assert.equal(grant().client_id, before.client_id, "a sign-in would have registered anew");
    await worker.stop();
    worker = await start();
  });

  test("a refresh token that is good no more leads to a new sign-in", async () => {
    const content = JSON.parse(readFileSync(tokens, "utf8"));
    const grant = content.grants.find(({ account }) => account === EMPLOYEE);
    Object.assign(grant, { access_token: "gone", refresh_token: "gone" });
    writeFileSync(tokens, JSON.stringify(content));
    const result = await call(["add", "a=23", "b=19", ...as(EMPLOYEE)]);
    answered(result, "42");
    assert.match(result.stderr, /has expired/);
  });

  test("--sign-out revokes the token and forgets it", async () => {
    const { grants } = JSON.parse(readFileSync(tokens, "utf8"));
    const { access_token: token } = grants.find(({ account }) => account === EMPLOYEE);
    const { status, stderr } = await call(["--sign-out", ...as(EMPLOYEE)]);
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(readFileSync(tokens, "utf8"), new RegExp(EMPLOYEE));
    const used = await fetch(`${worker.origin}/mcp`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body: "{}" });
    assert.equal(used.status, 401);
  });
});

const stage = await openStage();
after(() => stage.close());

describe("with the browser", () => {
  const url = ["--url", stage.origin];
  // What plays the browser: a program that goes through the pages, and asks for the address at the end.
  const program = (email, decision) => {
    const path = join(home, `browser-${decision}.mjs`);
    writeFileSync(path, `#!${process.execPath}
import { Browser } from ${JSON.stringify(join(HERE, "lib/browser.mjs"))};
import { logIn } from ${JSON.stringify(join(HERE, "lib/idp.mjs"))};
const back = new URL(process.argv[2]).searchParams.get("redirect_uri");
const until = (url) => url.startsWith(back);
const browser = new Browser();
let page = await browser.visit(process.argv[2], { until });
page = await browser.submit(page, { button: { name: "decision", value: ${JSON.stringify(decision)} }, until });
if (!until(page.url)) page = await logIn(browser, page, ${JSON.stringify(email)}, { until });
await fetch(page.url);
`);
    chmodSync(path, 0o755);
    return { BROWSER: path };
  };

  test("`--as` goes to no other identity provider", async () => {
    refused(await call(["--list", ...url, "--as", EMPLOYEE]), 2, /`--as` is for the dev identity provider/);
  });

  test("whoever signs in there gets the answer", async () => {
    const result = await call(["add", "a=23", "b=19", ...url], { env: program(EMPLOYEE, "approve") });
    answered(result, "42");
    assert.match(result.stderr, /Sign in with your browser/);
    answered(await call(["add", "a=20", "b=22", ...url]), "42");
  });

  test("a person who denies it is not signed in", async () => {
    refused(await call(["--list", "--no-store", ...url], { env: program(EMPLOYEE, "deny") }), 3, /nobody was signed in/);
  });

  test("without a browser and a terminal nobody waits", async () => {
    refused(await call(["--list", "--no-store", ...url], { env: { PATH: home } }), 3, /there is no browser/);
  });
});

const { odd, ...oddServer } = await startOdd();
after(oddServer.close);

describe("an authorization server", () => {
  const own = oddServer.origin;
  const args = ["--url", own, "--no-store"];
  const follower = join(home, "follow.mjs");
  writeFileSync(follower, `#!${process.execPath}\nawait fetch(process.argv[2]);\n`);
  chmodSync(follower, 0o755);
  const env = { BROWSER: follower };

  test("is asked once more, for the scopes that a tool wants besides those that are there", async () => {
    odd.asked.length = 0;
    answered(await call(["write", ...args], { env }), "written");
    assert.deepEqual(odd.asked, [{ scope: "read", resource: `${own}/mcp` }, { scope: "read write", resource: `${own}/mcp` }]);
  });

  test("whose answer comes from another issuer is not believed", async () => {
    odd.iss = "https://evil.example";
    refused(await call(["--list", ...args], { env }), 3, /does not come from this issuer/);
    odd.iss = undefined;
  });

  test("that knows no S256 gets nobody sent to it", async () => {
    odd.methods = ["plain"];
    odd.asked.length = 0;
    refused(await call(["--list", ...args], { env }), 3, /no PKCE with S256/);
    assert.deepEqual(odd.asked, []);
    odd.methods = ["S256"];
  });

  test("that names a file or another scheme has nothing opened in a browser", async () => {
    const opened = join(home, "opened");
    const witness = join(home, "witness.mjs");
    writeFileSync(witness, `#!${process.execPath}\nimport { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(opened)}, process.argv[2]);\n`);
    chmodSync(witness, 0o755);
    for (odd.authorize of ["file:///etc/passwd", "smb://evil.example/x", "http://evil.example/authorize"]) {
      refused(await call(["--list", ...args], { env: { BROWSER: witness } }), 3, /names an address that is not used/);
      assert.ok(!existsSync(opened), odd.authorize);
    }
    odd.authorize = undefined;
  });
});

const older = await startOlder();
after(older.close);

describe("a server that knows 2025-11-25 only", () => {
  const args = ["--url", older.origin];

  test("is greeted as it wants, says how far it is on stderr, and its session is ended", async () => {
    const result = await call(["count", ...args]);
    answered(result, "two");
    assert.equal(result.stderr, "1/2 half\n");
    assert.equal(older.sessions.size, 0);
  });

  test("a tool that fails says so on stderr, with status 1", async () => {
    refused(await call(["fail", ...args]), 1, /^it went wrong\n$/);
    const { status, stdout } = await call(["fail", "--json", ...args]);
    assert.equal(status, 1);
    assert.equal(JSON.parse(stdout).isError, true);
  });
});

const { said, ...told } = await startTold();
after(told.close);
const toldArgs = ["--url", told.origin, "--no-store"];

test("prompts are got, resources read and values completed", async () => {
  const prompts = [{ name: "review", description: "Looks at it", arguments: [{ name: "topic", required: true }] }];
  said.results = {
    "tools/list": { tools: [] },
    "prompts/list": { prompts },
    "resources/templates/list": { resourceTemplates: [{ uriTemplate: "repo://{project}/{file}", name: "files" }] },
    "prompts/get": { messages: [{ role: "user", content: { type: "text", text: "Look at 42" } }] },
    "resources/read": { contents: [{ uri: "repo://a%20b/x", text: "the file" }] },
    "completion/complete": { completion: { values: ["README.md", "READ\u001b[2J"], hasMore: true } },
  };
  answered(await call(["--prompt", "review", "topic=42", ...toldArgs]), "user:\nLook at 42");
  refused(await call(["--prompt", "review", ...toldArgs]), 2, /topic \(text\)/);
  const template = "repo://{project}/{file}";
  answered(await call(["--resource", template, "project=a b", "file=x", ...toldArgs]), "the file");
  const completed = await call(["--complete", "file=READ", "--resource", template, "project=a", ...toldArgs]);
  answered(completed, "README.md\nREAD");
  assert.equal(completed.stderr, "there are more\n");
  const asked = (method) => said.requests.findLast((request) => request.method === method);
  assert.deepEqual([asked("prompts/get").params.arguments, asked("prompts/get").name], [{ topic: "42" }, "review"]);
  assert.deepEqual([asked("resources/read").params.uri, asked("resources/read").name], ["repo://a%20b/x", "repo://a%20b/x"]);
  const { ref, argument, context } = asked("completion/complete").params;
  assert.deepEqual([ref, argument, context], [{ type: "ref/resource", uri: template }, { name: "file", value: "READ" }, { arguments: { project: "a" } }]);
  const { stdout } = await call(["--list", ...toldArgs]);
  assert.match(stdout, /^--prompt review topic=…$/m);
  assert.match(stdout, /^--resource 'repo:\/\/\{project\}\/\{file\}'$/m);
  refused(await call(["--complete", "file=x", ...toldArgs]), 2, /--prompt NAME/);
});

test("nothing that a server sends steers the terminal", async () => {
  const evil = "\u001b[2J\u001b]0;owned\u0007\u009b1;1H\u202eevil";
  const schema = { type: "object", properties: { [`key${evil}`]: { type: "string", description: evil }, kind: { enum: [`one${evil}`] } } };
  const results = { "tools/list": { tools: [{ name: `tool${evil}`, description: evil, inputSchema: schema }] } };
  const error = { error: { code: -32000, message: evil } };
  const notify = (method, params) => ({ jsonrpc: "2.0", method, params });
  const before = [notify("notifications/progress", { progressToken: 1, progress: 1, message: evil }), notify("notifications/message", { level: evil, data: evil })];
  const failed = { isError: true, content: [{ type: "text", text: evil }] };
  const metadata = { resource: `http://127.0.0.1/${evil}`, authorization_servers: [evil] };
  for (const [what, state, args] of [
    ["a list", { results }, ["--list"]],
    ["a list as JSON", { results }, ["--list", "--json"]],
    ["a choice", { results }, [`tool${evil}`, "kind=other"]],
    ["an unknown argument", { results }, [`tool${evil}`, "other=1"]],
    ["an unknown tool", { results: { ...results, "tools/call": error } }, ["other"]],
    ["progress and logs", { results: { ...results, "tools/call": failed }, before }, [`tool${evil}`]],
    ["discovery", { results, refuse: { status: 401, headers: { "content-type": "application/json", "www-authenticate": "Bearer" }, body: JSON.stringify(metadata) } }, ["--list"]],
    ["metadata", { results, refuse: { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(metadata) } }, ["--list"]],
    ["an error in words", { results, refuse: { status: 500, headers: { "content-type": "application/json" }, body: JSON.stringify({ error: evil, error_description: evil }) } }, ["--list"]],
    ["a media type", { results, refuse: { status: 200, headers: { "content-type": "text/x\u009b2J" }, body: "" } }, ["--list"]],
    ["a completion", { results: { "completion/complete": { completion: { values: [evil] } } } }, ["--complete", "a=b", "--prompt", "c"]],
  ]) {
    Object.assign(said, { before: undefined, refuse: undefined }, state);
    const { stdout, stderr } = await call([...args, ...toldArgs]);
    assert.ok(`${stdout}${stderr}`.length > 0, what);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(`${stdout}${stderr}`, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/, what);
  }
  Object.assign(said, { before: undefined, refuse: undefined });
});

const { origin, close } = await startNoServer();
after(close);

describe("what is no server", () => {
  for (const [what, address, words] of [
    ["a page", `${origin}/html/mcp`, /is no MCP server: it answered status 200 with text\/html/],
    ["an address that leads on", `${origin}/moved/mcp`, /is no MCP server: it answered status 302/],
    ["a server that names nobody who signs in", `${origin}/mcp`, /does not say who gives one/],
    ["nobody", "http://127.0.0.1:9349/mcp", /nothing answers at[^]*cargo toolgate dev/],
  ]) {
    test(`${what} is status 3`, async () => {
      refused(await call(["--list", "--url", address]), 3, words);
    });
  }

  test("`--as` elsewhere is wrong usage, before anything is sent", async () => {
    refused(await call(["--list", "--url", "https://acme.example", "--as", EMPLOYEE]), 2, /is not here/);
  });
});
