import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { acceptExtensions, checkExtensions } from "../../src/extensions.js";

const plain = (offers) => offers.map(({ name, params }) => ({ name, params }));

describe("offers", () => {
  for (const [given, ...offers] of [
    [null],
    [[]],
    [["x"], ["x", []]],
    [["x", "y"], ["x", []], ["y", []]], // prettier-ignore
    [new Set(["x"]), ["x", []]],
    [["\t x ;a = 1;b=\"c d\" ; e "], ["x", [["a", "1"], ["b", "c d"], ["e", ""]]]], // prettier-ignore
    [['x; q="a, b; \\"c\\" \\\\"; q=2'], ["x", [["q", 'a, b; "c" \\'], ["q", "2"]]]], // prettier-ignore
    [['x; a=""; b="\xff\t"'], ["x", [["a", ""], ["b", "\xff\t"]]]], // prettier-ignore
    [[{ name: "x" }], ["x", []]],
    [[{ name: "x", params: null, accept: null }], ["x", []]],
    [[{ name: "x", params: { a: true, b: "", c: 1.5, d: "e f" } }],
      ["x", [["a", ""], ["b", ""], ["c", "1.5"], ["d", "e f"]]]], // prettier-ignore
  ])
    test(`${JSON.stringify(given)} are taken`, () => {
      const expected = offers.map(([name, params]) => ({ name, params }));
      assert.deepEqual(plain(checkExtensions(given)), expected);
    });

  test("are copied", () => {
    const offer = { name: "x", params: { a: "1" } };
    const offers = checkExtensions([offer]);
    offer.name = "y";
    offer.params.a = "2";
    assert.deepEqual(plain(offers), [{ name: "x", params: [["a", "1"]] }]);
    assert.ok(Object.isFrozen(offers) && Object.isFrozen(offers[0]));
  });

  for (const [given, name, message] of [
    ["x", "TypeError", /got a string, want an array/],
    [5, "TypeError", /got a number/],
    [{}, "TypeError", /got an object/],
    [[5], "TypeError", /a member that is a number/],
    [[null], "TypeError", /a member that is null/],
    [[{}], "TypeError", /a name that is undefined/],
    [[{ name: "x", params: "a=1" }], "TypeError", /params of "x" .* a string/],
    [[{ name: "x", params: { a: null } }], "TypeError", /"a" of "x".* null/],
    [[{ name: "x", params: { a: false } }], "TypeError", /a boolean/],
    [[{ name: "x", accept: {} }], "TypeError", /accept of "x".* an object/],
    [[{ name: "" }], "SyntaxError", /name "", want a token/],
    [[{ name: "x y" }], "SyntaxError", /name "x y"/],
    [[{ name: "x;a" }], "SyntaxError", /name "x;a"/],
    [[{ name: "x\r\nCookie" }], "SyntaxError", /name "x\\r\\nCookie"/],
    [[{ name: "\u00e9" }], "SyntaxError", /token/],
    [[{ name: "x", params: { "a b": "1" } }], "SyntaxError", /"a b" of x/],
    [[{ name: "x", params: { "": "1" } }], "SyntaxError", /"" of x/],
    [[{ name: "x", params: { a: "1\r\nB: 2" } }], "SyntaxError", /"a" of x/],
    [[{ name: "x", params: { a: "\0" } }], "SyntaxError", /"a" of x/],
    [[{ name: "x", params: { a: "\u0100" } }], "SyntaxError", /U\+00FF/],
    [[""], "SyntaxError", /offer ""/],
    [["x,y"], "SyntaxError", /offer "x,y"/],
    [["x y"], "SyntaxError", /offer "x y"/],
    [["x;"], "SyntaxError", /offer "x;"/],
    [["x;a="], "SyntaxError", /offer/],
    [["x;=a"], "SyntaxError", /offer/],
    [["x; a=b c"], "SyntaxError", /offer/],
    [["x; a=(b)"], "SyntaxError", /offer/],
    [['x; a="b'], "SyntaxError", /offer/],
    [['x; a="b\\"'], "SyntaxError", /offer/],
    [['x; a="b"c'], "SyntaxError", /offer/],
    [["x\n"], "SyntaxError", /offer/],
    [["(x)"], "SyntaxError", /name "\(x\)"/],
    [['x; a="\n"'], "SyntaxError", /"a" of x/],
    [["x", { name: "x" }], "SyntaxError", /got "x" twice/],
    [["permessage-deflate"], "SyntaxError", /browser negotiates by itself/],
    [[{ name: "PerMessage-x" }], "SyntaxError", /"PerMessage-x"/],
  ])
    test(`${JSON.stringify(given)} are refused`, () => {
      assert.throws(
        () => checkExtensions(given),
        (error) => {
          assert.equal(error.name, name);
          assert.match(error.message, message);
          assert.match(error.message, /^KaazingWebSocket option extensions: /);
          return true;
        },
      );
    });
});

describe("accepting", () => {
  /**
   * @param {object[]} given
   * @param {...[name: string, ...params: [string, string][]]} agreed
   */
  const accept = (given, ...agreed) =>
    acceptExtensions(
      checkExtensions(given),
      agreed.map(([name, ...params]) => ({ name, params })),
    );

  test("is given the agreed parameters, frozen, and is called on its object", () => {
    const seen = [];
    const offer = {
      name: "x",
      params: { b: 1 },
      accept(params) {
        seen.push(this, params);
      },
    };
    const { onMessage, onSend } = accept([offer], ["x", ["a", "1"], ["b", ""]]);
    assert.equal(seen[0], offer);
    assert.deepEqual(seen[1], { a: "1", b: true });
    assert.ok(Object.isFrozen(seen[1]));
    assert.deepEqual([onMessage, onSend], [[], []]);
  });

  test("is not asked of those that were not agreed to, and of those without", () => {
    const fail = () => assert.fail();
    accept([{ name: "x", accept: fail }, "y", { name: "z" }], ["y"], ["z"]);
  });

  test("gives transforms in the agreed order for sending, in reverse for messages", () => {
    const mark = (name) => ({
      name,
      accept: () => ({
        name,
        onMessage(data) {
          return `${this.name}(${data})`;
        },
        onSend(data) {
          return `${this.name}[${data}]`;
        },
      }),
    });
    const offers = [mark("a"), mark("b"), { name: "c", accept: () => null }];
    const { onMessage, onSend } = accept(offers, ["b"], ["c"], ["a"]);
    const through = (transforms) =>
      transforms.reduce((data, transform) => transform(data), "");
    assert.equal(through(onSend), "a[b[]]");
    assert.equal(through(onMessage), "b(a())");
  });

  for (const [what, accepts, cause] of [
    ["throws", () => { throw new RangeError("own"); }, /^RangeError: own/], // prettier-ignore
    ["returns a number", () => 5, /got a number/],
    ["returns a promise", async () => ({}), /got a promise/],
    ["returns a bad onSend", () => ({ onSend: "x" }), /onSend .* a string/],
  ])
    test(`that ${what} is an Error with a cause`, () => {
      assert.throws(
        () => accept([{ name: "x", accept: accepts }], ["x"]),
        (error) => {
          assert.equal(error.message, "accept of the extension x failed");
          assert.match(`${error.cause}`, cause);
          return true;
        },
      );
    });

  test("fails on a parameter that was agreed to twice", () => {
    assert.throws(
      () => accept([{ name: "x", accept() {} }], ["x", ["a", "1"], ["a", "2"]]),
      ({ cause }) => /twice/.test(cause.message),
    );
  });
});

describe("a transform", () => {
  const transform = (onSend) =>
    acceptExtensions(
      checkExtensions([{ name: "x", accept: () => ({ onSend }) }]),
      [{ name: "x", params: [] }],
    ).onSend[0];
  const buffer = Uint8Array.of(1, 2, 3).buffer;

  for (const [result, expected = result] of [
    ["text"],
    [""],
    [undefined],
    [buffer],
    [new Uint8Array(buffer, 1, 1), Uint8Array.of(2).buffer],
  ])
    test(`may return ${result?.constructor.name} ${result}, or a promise of it`, async () => {
      assert.deepEqual(transform(() => result)("x"), expected);
      const promise = transform(async () => result)("x");
      assert.ok(promise instanceof Promise);
      assert.deepEqual(await promise, expected);
    });

  for (const result of [null, 5, {}, new Blob([]), true])
    test(`fails where it returns ${result?.constructor.name}, or a promise of it`, async () => {
      const failed = (error) => {
        assert.equal(error.message, "onSend of the extension x failed");
        assert.match(error.cause.message, /^got .*, want a string/);
        return true;
      };
      assert.throws(() => transform(() => result)("x"), failed);
      await assert.rejects(transform(async () => result)("x"), failed);
    });

  test("fails with its own exception as the cause", async () => {
    const cause = new Error("own");
    const failed = (error) => error.cause === cause;
    assert.throws(() => transform(() => { throw cause; })(""), failed); // prettier-ignore
    await assert.rejects(transform(() => Promise.reject(cause))(""), failed);
  });
});
