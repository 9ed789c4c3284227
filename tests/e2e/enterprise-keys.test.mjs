// Keys of an issuer of ID-JAGs: when they are asked for, and what is no set of keys.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newKey } from "./lib/company.mjs";
import { COMPANY, granted } from "./lib/granted.mjs";
import { lacksBuild } from "./lib/identity.mjs";

describe("14: the keys of an issuer", { skip: lacksBuild("enterprise") }, () => {
  const cast = granted();
  const { redeem, jag } = cast;
  const cold = async () => {
    await cast.stage.restart();
    return cast.company.asked;
  };

  test("are asked for once by twenty at once", async () => {
    const before = await cold();
    const assertions = await Promise.all(Array.from({ length: 20 }, () => jag()));
    const answers = await Promise.all(assertions.map((assertion) => redeem(assertion)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(cast.company.asked - before, 1);
  });

  test("are asked for again for a new key, once in half a minute", async () => {
    await cold();
    assert.equal((await redeem(await jag())).status, 200);
    const key = await newKey("company-2");
    cast.company.publish([cast.key, key]);
    assert.equal((await redeem(await jag({}, { key }))).status, 200);
    const before = cast.company.asked;
    for (let i = 0; i < 10; i += 1) {
      const unknown = await redeem(await jag({}, { key: { ...cast.key, kid: `unknown-${i}` } }));
      assert.equal(unknown.json().error, "invalid_grant");
    }
    assert.equal(cast.company.asked, before);
    cast.company.publish([cast.key]);
  });

  for (const [name, page] of [
    ["down", ["", { status: 503 }]],
    ["a page", ["<html>", {}]],
    ["5 MB", [JSON.stringify({ keys: [], filler: "x".repeat(5 << 20) }), {}]],
    ["elsewhere", ["", { status: 302, headers: { location: "https://evil.example/jwks.json" } }]],
  ]) {
    test(`that are ${name} let nobody in, and are asked for once`, async () => {
      const before = await cold();
      cast.internet.publish(cast.company.jwksUri, ...page);
      for (let i = 0; i < 5; i += 1) assert.equal((await redeem(await jag())).status, 503);
      assert.equal(cast.company.asked - before, 1);
      cast.company.publish([cast.key]);
    });
  }

  test("of the same id let nobody in", async () => {
    await cold();
    const twin = await newKey("company-1");
    cast.company.publish([cast.key, twin]);
    assert.equal((await redeem(await jag())).json().error, "invalid_grant");
    assert.equal((await redeem(await jag({}, { key: twin }))).json().error, "invalid_grant");
    cast.company.publish([cast.key]);
  });

  test("need no id where there is one, and one where there are two", async () => {
    await cold();
    assert.equal((await redeem(await jag({}, { header: { kid: undefined } }))).status, 200);
    await cold();
    cast.company.publish([cast.key, await newKey("company-2")]);
    assert.equal((await redeem(await jag({}, { header: { kid: undefined } }))).json().error, "invalid_grant");
    cast.company.publish([cast.key]);
  });

  test("are not those of a document that names another issuer", async () => {
    await cold();
    cast.company.describe({ issuer: `${COMPANY}/` });
    const before = cast.company.asked;
    for (let i = 0; i < 3; i += 1) assert.equal((await redeem(await jag())).status, 503);
    assert.equal(cast.company.asked, before);
    assert.equal(cast.internet.count("https://evil.example/jwks.json"), 0);
    cast.company.describe();
  });

  test("for another use are not used", async () => {
    await cold();
    cast.internet.publish(cast.company.jwksUri, { keys: [{ ...cast.key.jwk, use: "enc" }] });
    assert.equal((await redeem(await jag())).json().error, "invalid_grant");
    cast.company.publish([cast.key]);
  });
});
