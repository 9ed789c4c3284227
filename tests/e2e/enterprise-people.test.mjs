// Whom an ID-JAG is about: the same person as after a sign-in, another issuer's, or nobody who may come.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { idJag } from "./lib/company.mjs";
import { granted } from "./lib/granted.mjs";
import { lacksBuild } from "./lib/identity.mjs";

describe("an ID-JAG", { skip: lacksBuild("enterprise") }, () => {
  const cast = granted();
  const { redeem, jag } = cast;
  async function refused(assertion) {
    const answer = await redeem(await assertion);
    assert.deepEqual([answer.status, answer.json().error], [400, "invalid_grant"], answer.text);
  }

  describe("13: of two issuers", () => {
    const who = async (assertion) => {
      const answer = await redeem(await assertion);
      assert.equal(answer.status, 200, answer.text);
      const token = answer.json().access_token;
      return { ...(await cast.whoami(token)), tools: await cast.tools(token) };
    };
    test("with the same sub are two people, and with the same address, too", async () => {
      const email = "ada@company.example";
      const own = await who(jag({ email, email_verified: true }));
      const other = await who(idJag(cast.origin, cast.partner, { email, email_verified: true }));
      assert.deepEqual([own.subject, other.subject], ["ada", "https://idp.partner.example|ada"]);
      assert.deepEqual([own.email, other.email], [email, null], "the partner does not vouch for the company's addresses");
      assert.notEqual((await who(jag({ sub: "grace", email, email_verified: true }))).subject, own.subject);
    });
    test("nobody is somebody else by the form of a sub", async () => {
      await refused(jag({ sub: "https://idp.partner.example|ada" }));
      await refused(jag({ sub: "client:nightly" }));
      await refused(jag({ sub: "workload:deploy" }));
      await refused(idJag(cast.origin, cast.partner, { sub: "workload:deploy" }));
    });
    test("another issuer's address counts at its domains, and its groups do not", async () => {
      const partner = (changes) => who(idJag(cast.origin, cast.partner, changes));
      const told = await partner({ email: "bob@partner.example", groups: ["staff"] });
      assert.deepEqual([told.email, told.groups], ["bob@partner.example", []]);
      assert.ok(told.tools.includes("for_addressed") && !told.tools.includes("for_staff"));
      const unproven = await partner({ email: "bob@partner.example", email_verified: false });
      assert.ok(!unproven.tools.includes("for_addressed"));
    });
    test("groups and claims of an issuer with `claims` count", async () => {
      const told = await who(idJag(cast.origin, cast.tenants, { tenant: "acme", groups: ["staff"] }));
      assert.ok(told.tools.includes("for_staff"));
    });
    test("another tenant of one issuer is refused, and so is one that nobody names", async () => {
      for (const changes of [{ tenant: "evil" }, { tid: "evil" }, { hd: "evil" }, {}, { tenant: "evil", tid: "acme" }]) {
        await refused(idJag(cast.origin, cast.tenants, changes));
      }
      await refused(jag({ tenant: "acme" }));
      assert.equal((await redeem(await idJag(cast.origin, cast.tenants, { tid: "acme" }))).status, 200);
    });
    test("groups of the company's own issuer count as after a sign-in", async () => {
      const told = await who(jag({ groups: ["staff"], email: "ada@company.example", email_verified: true }));
      assert.deepEqual(told.groups, ["staff"]);
      assert.ok(told.tools.includes("for_staff") && told.tools.includes("for_addressed"));
      const unproven = await who(jag({ email: "ada@company.example" }));
      assert.ok(!unproven.tools.includes("for_addressed"), "nobody says that the address is theirs");
    });
    test("a claim that the ID-JAG leaves out is not taken to be absent", async () => {
      const told = await who(jag());
      assert.ok(!told.tools.includes("for_no_contractors"));
    });
  });

  test("15: of somebody whom the policy keeps out is refused", async () => {
    const assertion = await jag({ sub: "blocked", groups: ["staff"] });
    await refused(assertion);
  });
});
