// People of the measurements, signed in one by one at the identity provider of the tests.
import { ACCOUNTS } from "../../tests/e2e/lib/idp.mjs";
import { many } from "./session.mjs";
import { accessToken } from "./token.mjs";

/** Signs `count` people in; answers them as `{ email, token }`. */
export function people(stage, count) {
  return many(count, async (index) => {
    const email = `user${String(index).padStart(3, "0")}@bench.example`;
    ACCOUNTS[email] = { sub: `bench-user-${index}`, name: `User ${index}`, groups: [] };
    return { email, token: await accessToken(stage, email) };
  }, 4);
}
