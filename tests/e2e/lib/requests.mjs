// The revisions that the server speaks, and a good request of each method, for tests that go through all.
import { readdirSync } from "node:fs";

/** Where the official schemas are: one of each revision, under its name. */
export const SCHEMAS = new URL("../../../runtime/core/tests/mcp-schema/", import.meta.url);

/** Every revision, oldest first. */
export const REVISIONS = readdirSync(SCHEMAS).map((file) => /^(\d{4}-\d\d-\d\d)\.json$/.exec(file)?.[1]).filter(Boolean).sort();

/** The newest revision. */
export const MODERN = REVISIONS.at(-1);

/** The last revision with `initialize`. */
const LAST_WITH_HANDSHAKE = "2025-11-25";

/** The revisions with `initialize`, oldest first. */
export const LEGACY = REVISIONS.filter((revision) => revision <= LAST_WITH_HANDSHAKE);

const PROMPT = "test_prompt_with_arguments";

/** Requests that every revision has and that the example `everything` answers with a result: `[method, params]`. */
export const REQUESTS = [
  ["tools/list"], ["prompts/list"], ["resources/list"], ["resources/templates/list"],
  ["tools/call", { name: "about", arguments: {} }],
  ["prompts/get", { name: PROMPT, arguments: { arg1: "hello", arg2: "world" } }],
  ["resources/read", { uri: "test://template/123/data" }],
  ["completion/complete", { ref: { type: "ref/prompt", name: PROMPT }, argument: { name: "arg1", value: "par" } }],
];
