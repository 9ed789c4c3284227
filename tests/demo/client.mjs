// One complete sign-in with the official TypeScript SDK, and one tool call.
//
//   node client.mjs SERVER_URL ACCOUNT
//
// The SDK does all of the protocol: discovery, dynamic registration, PKCE, the code exchange, MCP.
// Only the person is played here: consent page, login page of the identity provider.

import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Browser, button, describe } from "./browser.mjs";

const [server, account] = process.argv.slice(2);
const endpoint = new URL("/mcp", server);
const redirectUrl = "http://127.0.0.1:33418/callback"; // nobody listens: the redirect is read, not followed

const step = (title, text) => console.log(`  ${title.padEnd(12)}${text}`);

/** What a client keeps about a server; this one forgets it when it ends. */
class Session {
  redirectUrl = redirectUrl;
  clientMetadata = {
    client_name: "cargo demo",
    redirect_uris: [redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  clientInformation() {
    return this.client;
  }
  saveClientInformation(client) {
    this.client = client;
    step("register", `the client got the id ${client.client_id.slice(0, 24)}…`);
  }
  tokens() {
    return this.granted;
  }
  saveTokens(granted) {
    this.granted = granted;
    step("token", `an access token for ${granted.expires_in} s, scope ${granted.scope ?? "as asked"}`);
  }
  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
  async redirectToAuthorization(url) {
    step("authorize", `${url.origin}${url.pathname}, PKCE ${url.searchParams.get("code_challenge_method")}`);
    const returned = await new Browser().visit(url, redirectUrl, person);
    const error = returned.searchParams.get("error");
    if (error !== null) throw new Error(`sign-in refused: ${error}: ${returned.searchParams.get("error_description")}`);
    this.code = returned.searchParams.get("code");
    step("callback", "back at the client with an authorization code");
  }
}

/** What the person presses on each page. */
function person(page) {
  if (/\bvalue="approve"/.test(page.html)) {
    step("consent", `the page at ${page.url.origin}${page.url.pathname} is approved`);
    return { decision: "approve" };
  }
  const login = button(page, new RegExp(account.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  if (login !== undefined) {
    step("login", `at ${page.url.origin} as ${account}`);
    return login;
  }
  throw new Error(`a page that nobody expected at ${page.url.href}: ${describe(page)}`);
}

async function main() {
  const session = new Session();
  const transport = () => new StreamableHTTPClientTransport(endpoint, { authProvider: session });
  let client = new Client({ name: "cargo-demo", version: "1.0.0" });
  const first = transport();
  try {
    await client.connect(first);
    throw new Error("the server let a client in that had not signed in");
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  await first.finishAuth(session.code);
  client = new Client({ name: "cargo-demo", version: "1.0.0" });
  await client.connect(transport());
  const { name, version } = client.getServerVersion();
  step("initialize", `${name} ${version}`);
  const { tools } = await client.listTools();
  step("tools/list", tools.map((tool) => tool.name).join(", "));
  const result = await client.callTool({ name: "add", arguments: { a: 23, b: 19 } });
  const answer = result.content?.[0]?.text;
  step("tools/call", `add(23, 19) = ${answer}`);
  await client.close();
  if (answer !== "42") throw new Error(`the answer should be 42: ${JSON.stringify(result)}`);
}

try {
  await main();
} catch (error) {
  console.error(`error: ${error.message}`);
  if (error.cause) console.error(`  caused by: ${error.cause.message ?? error.cause}`);
  process.exitCode = 1;
}
