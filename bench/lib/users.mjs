// People of the measurements, signed in one by one at the identity provider of the tests.
import { ACCOUNTS } from "../../tests/e2e/lib/idp.mjs";
import { many } from "./session.mjs";
import { accessToken } from "./token.mjs";

/**
 * People enough for so many sessions at once, each with a stream that is open: `[limits]` bounds what one
 * person may have.
 */
export function peopleFor(sessions) {
  const STREAMS_PER_PERSON = 16;
  return Math.ceil(sessions / STREAMS_PER_PERSON);
}

/** Signs `count` people in, for a resource by `changes`; answers them as `{ email, token }`. */
export function people(stage, count, changes) {
  return many(count, async (index) => {
    const email = `user${String(index).padStart(3, "0")}@bench.example`;
    ACCOUNTS[email] = { sub: `bench-user-${index}`, name: `User ${index}`, groups: [] };
    return { email, token: await accessToken(stage, email, changes) };
  }, 4);
}
