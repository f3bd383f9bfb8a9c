import assert from "node:assert/strict";
import { test } from "node:test";
import { checkClose } from "../../src/check-close.js";

for (const { args, expected = args } of [
  { args: [] },
  { args: [1000, ""] },
  { args: [1000], expected: [1000, ""] },
  { args: [3000, "bye"] },
  { args: ["4999", 5], expected: [4999, "5"] },
  { args: [1000, null], expected: [1000, "null"] },
  { args: [3000.4, "x".repeat(123)], expected: [3000, "x".repeat(123)] },
  { args: [undefined, "not sent"], expected: [] },
])
  test(`close(${args.map(String)}) is taken`, () =>
    assert.deepEqual(checkClose(...args), expected));

for (const [args, name] of [
  [[0], "InvalidAccessError"],
  [[999], "InvalidAccessError"],
  [[1001], "InvalidAccessError"],
  [[2999], "InvalidAccessError"],
  [[5000], "InvalidAccessError"],
  [[NaN], "InvalidAccessError"],
  [["x"], "InvalidAccessError"],
  [[null], "InvalidAccessError"],
  [[Infinity], "InvalidAccessError"],
  [[1000, "\u00e9".repeat(62)], "SyntaxError"],
  [[undefined, "x".repeat(124)], "SyntaxError"],
  [[1000, Symbol()], "TypeError"],
])
  test(`close(${args.map(String)}) throws ${name}`, () =>
    assert.throws(() => checkClose(...args), { name }));
