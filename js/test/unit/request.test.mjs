import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  cutGatewayParameter,
  toNative,
  toRequest,
  withUserinfo,
} from "../../src/request.js";

describe("userinfo", () => {
  test("is cut off for the native socket and given to the core", () => {
    const request = toRequest("ws://j%40e:p%3Aw@host:81/a?b", []);
    assert.equal(request.url, "ws://host:81/a?b");
    assert.equal(
      withUserinfo("ws://host:81/a?b", request),
      "ws://j%40e:p%3Aw@host:81/a?b",
    );
  });

  test("may be a name or a password alone", () => {
    for (const userinfo of ["joe", ":welcome"]) {
      const request = toRequest(`ws://${userinfo}@host/`, []);
      assert.equal(request.url, "ws://host/");
      assert.equal(
        withUserinfo("ws://host/", request),
        `ws://${userinfo}@host/`,
      );
    }
  });

  test("is not shown by the error for a URL that cannot be parsed", () => {
    for (const url of [
      "ws://joe:s3cret@host:99999/",
      "ws:joe:s3cret@host:99999/",
      "ws:\\\\joe:s3cret@host:99999/",
      "ws:/\t/joe:s3cret@host:99999/",
      "ws://joe:s3c/ret@host/",
      "ws://joe:s3c?ret@host/",
      "ws://joe:s3c#ret@host/",
      "//joe:s3cret@host:99999/",
    ])
      assert.throws(
        () => toRequest(url, []),
        (/** @type {Error} */ error) =>
          error instanceof DOMException &&
          error.name === "SyntaxError" &&
          !/s3c/.test(error.message),
        url,
      );
  });

  test("does not come before what the protocols throw", () => {
    assert.throws(() => toRequest("ws://a@:x", Symbol()), TypeError);
  });

  test("where there is none, the URL is passed as it was given", () => {
    for (const url of ["ws://host", "HTTP://Host", "/a", "ws://a b", ""])
      assert.equal(toRequest(url, []).url, url);
    assert.equal(withUserinfo("ws://host/", toRequest("x", [])), "ws://host/");
  });
});

describe("arguments are converted as Web IDL has it", () => {
  for (const [given, protocols] of [
    ["a", ["a"]],
    [["a", "b"], ["a", "b"]], // prettier-ignore
    [new Set(["a", 1]), ["a", "1"]],
    [null, ["null"]],
    [5, ["5"]],
    [{}, ["[object Object]"]],
    [new String("ab"), ["a", "b"]],
    [{ [Symbol.iterator]: null, toString: () => "a" }, ["a"]],
  ])
    test(`protocols ${String(given)}`, () => {
      const request = toRequest("ws://host/", given);
      assert.deepEqual(request.protocols, protocols);
      assert.deepEqual(toNative(request), [
        "ws://host/",
        ["x-kaazing-handshake", ...protocols],
      ]);
    });

  test("each once", () => {
    let n = 0;
    const url = { toString: () => `ws://host/${++n}` };
    const protocol = { toString: () => `p${++n}` };
    const request = toRequest(url, [protocol]);
    assert.deepEqual(toNative(request), [
      "ws://host/1",
      ["x-kaazing-handshake", "p2"],
    ]);
  });

  test("a symbol throws", () => {
    assert.throws(() => toRequest(Symbol(), []), TypeError);
    assert.throws(() => toRequest("ws://host/", Symbol()), TypeError);
    assert.throws(() => toRequest("ws://host/", [Symbol()]), TypeError);
  });
});

describe("the parameter that asks for a gateway's dialect", () => {
  for (const [url, asked, shown] of [
    ["ws://host", "ws://host/?.kl=Y", "ws://host/"],
    ["ws://host/?", "ws://host/?&.kl=Y", "ws://host/?"],
    ["ws://host/a?b=c", "ws://host/a?b=c&.kl=Y", "ws://host/a?b=c"],
    ["ws://host/?.kl=Y&b", "ws://host/?b&.kl=Y", "ws://host/?b"],
    ["ws://host/?a?.kl=Y", "ws://host/?a?.kl=Y&.kl=Y", "ws://host/?a?.kl=Y"],
    [" ws://host/a#b?c ", "ws://host/a?.kl=Y#b?c", "ws://host/a#b?c"],
    ["ws://a b", "ws://a b", "ws://a b"],
  ])
    test(`${url} becomes ${asked}, and is shown as ${shown}`, () => {
      const [native] = toNative(toRequest(url, []), true);
      assert.equal(native, asked);
      if (!native.includes("#"))
        assert.equal(cutGatewayParameter(native), shown);
    });
});
