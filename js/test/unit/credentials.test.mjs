import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { askCredentials } from "../../src/credentials.js";

const challenge = Object.freeze({});

/** @param {import("../../src/options.js").Authenticate} authenticate */
async function ask(authenticate) {
  const { event, cause } = await askCredentials(authenticate, challenge);
  const told = event({
    giveUp: (reason) => ["give up", reason],
    credentials: (answer) => ["credentials", answer],
  });
  return { told, cause };
}

test("the callback gets the challenge", async () => {
  let got;
  await askCredentials((c) => ((got = c), null), challenge);
  assert.equal(got, challenge);
});

describe("an answer", () => {
  for (const [answer, told] of [
    [null, ["give up", ""]],
    ["Bearer x", ["credentials", "Bearer x"]],
    [
      { username: "a", password: "b" },
      ["credentials", { username: "a", password: "b" }],
    ],
  ])
    for (const [way, given] of [
      ["at once", answer],
      ["later", Promise.resolve(answer)],
    ])
      test(`${JSON.stringify(answer)} ${way}`, async () => {
        assert.deepEqual(await ask(() => given), { told, cause: undefined });
      });
});

describe("no answer", () => {
  for (const answer of [
    undefined,
    5,
    {},
    { username: "secret" },
    { username: "secret", password: 5 },
  ])
    test(`${JSON.stringify(answer)} is malformed`, async () => {
      const { told, cause } = await ask(() => answer);
      assert.deepEqual(told, ["give up", "authenticate failed"]);
      assert.ok(cause instanceof TypeError);
      assert.doesNotMatch(cause.message, /secret/);
    });

  const error = new Error("secret");
  for (const [way, authenticate] of [
    [
      "a throw",
      () => {
        throw error;
      },
    ],
    ["a rejection", () => Promise.reject(error)],
  ])
    test(`${way} is the cause, and its text is not told`, async () => {
      assert.deepEqual(await ask(authenticate), {
        told: ["give up", "authenticate failed"],
        cause: error,
      });
    });
});
