// Reads JSON with comments and trailing commas, as in wrangler.jsonc.

const STRING = /"(?:[^"\\]|\\.)*"/.source;
const COMMENTS = new RegExp(`${STRING}|//[^\\n]*|/\\*[\\s\\S]*?\\*/`, "g");
const TRAILING_COMMAS = new RegExp(`${STRING}|,(?=\\s*[}\\]])`, "g");

export function parseJsonc(text) {
  const keepStrings = (token) => (token.startsWith('"') ? token : "");
  return JSON.parse(text.replace(COMMENTS, keepStrings).replace(TRAILING_COMMAS, keepStrings));
}
