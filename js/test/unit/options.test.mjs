import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkOptions, defaults } from "../../src/options.js";

const callback = () => null;

describe("accepted", () => {
  for (const options of [undefined, null, {}, { redirect: undefined }])
    test(`${JSON.stringify(options)} is the defaults`, () => {
      assert.deepEqual(checkOptions(options), defaults);
    });

  for (const [name, value, checked = value] of [
    ["authenticate", callback],
    ["authenticate", null],
    [
      "authenticate",
      { username: "a", password: "b", more: 1 },
      { username: "a", password: "b" },
    ],
    ["headers", null, []],
    ["headers", { "X-A": 1, b: "" }, [["X-A", "1"], ["b", ""]]], // prettier-ignore
    ["headers", [["a", "1"], ["a", "2"]]], // prettier-ignore
    ["headers", new Headers({ A: " 1 " }), [["a", "1"]]],
    ["headers", new Map([["a", "1"]]), [["a", "1"]]],
    ["headers", { a: "\x80\xff" }, [["a", "\x80\xff"]]],
    ["redirect", "follow"],
    ["redirect", "same-origin"],
    ["redirect", "error"],
    ["redirect", callback],
    ["extensions", null, []],
    ["extensions", []],
    ["extensions", ["x; a"], [{ name: "x", params: [["a", ""]], accept: null }]], // prettier-ignore
    ["handshakeTimeout", 0],
    ["handshakeTimeout", 0.5],
    ["dialect", "standard"],
    ["dialect", "no-marker"],
    ["dialect", "gateway"],
    ["fallback", "none"],
    ["fallback", "native"],
    ["signal", null],
    ["signal", new AbortController().signal],
    ["body", null],
    ["body", ""],
    ["body", "text"],
    ["body", Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2)],
    ["body", new DataView(Uint8Array.of(1, 2).buffer, 1), Uint8Array.of(2)],
  ])
    test(`${name}: ${value?.constructor?.name} ${JSON.stringify(value)}`, () => {
      assert.deepEqual(checkOptions({ [name]: value })[name], checked);
    });

  test("what is unknown is ignored", () => {
    assert.deepEqual(checkOptions({ unknown: 1 }), defaults);
  });

  test("inherited members count, as in any dictionary", () => {
    const options = Object.create({ fallback: "native" });
    assert.equal(checkOptions(options).fallback, "native");
  });

  test("what is undefined is taken from below", () => {
    const base = checkOptions({ fallback: "native", handshakeTimeout: 1 });
    const checked = checkOptions(
      { fallback: undefined, handshakeTimeout: 2 },
      base,
    );
    assert.deepEqual(
      [checked.fallback, checked.handshakeTimeout],
      ["native", 2],
    );
  });

  test("a later change of what was given changes nothing", () => {
    const authenticate = { username: "a", password: "b" };
    const headers = { a: "1" };
    const body = Uint8Array.of(1);
    const checked = checkOptions({ authenticate, headers, body });
    authenticate.password = "c";
    headers.a = "2";
    body[0] = 2;
    assert.equal(checked.authenticate.password, "b");
    assert.deepEqual(checked.headers, [["a", "1"]]);
    assert.deepEqual(checked.body, Uint8Array.of(1));
  });
});

describe("refused", () => {
  for (const [options, name, message] of [
    [5, "TypeError", /options: got a number, want an object/],
    ["x", "TypeError", /got a string/],
    [{ authenticate: "secret" }, "TypeError", /authenticate: got a string/],
    [
      { authenticate: { username: "secret" } },
      "TypeError",
      /authenticate: .*a password that is undefined/,
    ],
    [{ headers: "secret" }, "TypeError", /headers: got a string/],
    [{ headers: [["a"]] }, "TypeError", /not a pair/],
    [{ headers: ["ab"] }, "TypeError", /not a pair/],
    [{ headers: { Cookie: "secret" } }, "SyntaxError", /"Cookie".*servers/],
    [{ headers: { Host: "secret" } }, "SyntaxError", /"Host".*handshake/],
    [{ headers: { "a b": "secret" } }, "SyntaxError", /"a b".*token/],
    [{ headers: { a: "secret\r\n" } }, "SyntaxError", /"a".*control/],
    [{ headers: { a: "secret \u0100" } }, "SyntaxError", /"a".*U\+00FF/],
    [{ headers: { a: Symbol() } }, "TypeError", /./],
    [
      { redirect: "folow" },
      "TypeError",
      /redirect: got "folow", want "follow", "same-origin", "error" or a function/,
    ],
    [{ redirect: null }, "TypeError", /redirect: got null/],
    [{ extensions: "x" }, "TypeError", /extensions: got a string/],
    [{ extensions: ["x y"] }, "SyntaxError", /extensions: got the offer/],
    [{ handshakeTimeout: -1 }, "TypeError", /handshakeTimeout: got -1/],
    [{ handshakeTimeout: NaN }, "TypeError", /got NaN/],
    [{ handshakeTimeout: Infinity }, "TypeError", /got Infinity/],
    [{ handshakeTimeout: "5" }, "TypeError", /got a string/],
    [{ dialect: "x" }, "TypeError", /dialect: got "x"/],
    [{ fallback: true }, "TypeError", /fallback: got a boolean/],
    [{ signal: {} }, "TypeError", /signal: got an object/],
    [
      { body: new URLSearchParams("secret") },
      "TypeError",
      /body: got an object, want a string, an ArrayBuffer or a view of one/,
    ],
    [{ body: new Blob(["secret"]) }, "TypeError", /body: got an object/],
    [{ body: 5 }, "TypeError", /body: got a number/],
  ])
    test(`${JSON.stringify(options)}`, () => {
      assert.throws(
        () => checkOptions(options),
        (error) => {
          assert.equal(error.name, name);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
});
