import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { Log, opened } from "./support/outcome.js";
import { servers } from "./support/servers.js";
import { thrownBy } from "./support/thrown.js";

const { gateway } = servers;
const nowhere = "ws://127.0.0.1:1/";
const Native = WebSocket;

describe("the constructor", () => {
  const bad = {
    "no argument": [],
    "an empty URL with a fragment": ["#x"],
    "a URL with a fragment": ["ws://127.0.0.1:1/#x"],
    "a URL with an empty fragment": ["ws://127.0.0.1:1/#"],
    "a URL without a host": ["ws://"],
    "a URL with a bad port": ["ws://127.0.0.1:99999/"],
    "an ftp URL": ["ftp://127.0.0.1/"],
    "a javascript URL": ["javascript:0"],
    "a mailto URL": ["mailto:joe@example.com"],
    "a URL that is a symbol": [Symbol("url")],
    "a URL whose toString throws": [
      {
        toString() {
          throw new RangeError("no");
        },
      },
    ],
    "an empty protocol": [nowhere, ""],
    "a protocol with a space": [nowhere, "a b"],
    "a protocol with a comma": [nowhere, "a,b"],
    "a protocol with a control": [nowhere, "a\x7f"],
    "a protocol outside ASCII": [nowhere, "\u00e9"],
    "a protocol with a separator": [nowhere, "a/b"],
    "a list with an empty protocol": [nowhere, ["a", ""]],
    "a protocol twice": [nowhere, ["a", "a"]],
    "a protocol twice, in two cases": [nowhere, ["a", "A", "a"]],
    "an object as protocol": [nowhere, {}],
    "a symbol as protocol": [nowhere, Symbol("p")],
    "a list with a symbol": [nowhere, [Symbol("p")]],
    "a list whose iterator is no function": [nowhere, { [Symbol.iterator]: 1 }],
    "userinfo and a fragment": ["ws://joe:welcome@127.0.0.1:1/#x"],
    "userinfo and a bad port": ["ws://joe:welcome@127.0.0.1:99999/"],
  };
  for (const [what, args] of Object.entries(bad)) {
    it(`throws what the native one throws for ${what}`, () => {
      const expected = thrownBy(() => new /** @type {any} */ (Native)(...args));
      assert.isNotNull(expected, "the native one throws");
      assert.deepEqual(
        thrownBy(() => new /** @type {any} */ (KaazingWebSocket)(...args)),
        expected,
      );
    });
  }

  it("throws nothing that holds a password", () => {
    for (const url of [
      "ws://joe:s3cret@127.0.0.1:1/#x",
      "ws://joe:s3cret@127.0.0.1:99999/",
      "ws:joe:s3cret@127.0.0.1:99999/",
      "ws://joe:s3cret/x@127.0.0.1/",
      "ftp://joe:s3cret@127.0.0.1/",
    ])
      try {
        new KaazingWebSocket(url);
        assert.fail("it took a URL that no WebSocket takes");
      } catch (/** @type {any} */ error) {
        assert.equal(error.name, "SyntaxError");
        assert.notInclude(error.message, "s3cret");
      }
  });

  it("throws for the protocol of KHP itself, which it offers already", () => {
    const create = () => new KaazingWebSocket(nowhere, "x-kaazing-handshake");
    assert.equal(thrownBy(create), "DOMException SyntaxError");
  });

  it("cannot be called without new", () => {
    assert.throws(
      () => /** @type {any} */ (KaazingWebSocket)(nowhere),
      TypeError,
    );
  });

  const good = {
    "an upper-case scheme": [gateway.replace("ws:", "WS:")],
    "an http URL": [gateway.replace("ws:", "http:")],
    "a URL object": [new URL(`${gateway}/a?b`)],
    "a path that needs encoding": [`${gateway}/\u00e9 \u{1f600}?\u00e9`],
    "white space around": [` ${gateway}/ `],
    "undefined protocols": [gateway, undefined],
    "null as protocol": [gateway, null],
    "a number as protocol": [gateway, 7],
    "an empty list": [gateway, []],
    "a Set": [gateway, new Set(["a", "b"])],
    "an iterator": [gateway, () => ["a", "b"].values()],
    "a list with a number": [gateway, [1]],
    "two cases of a protocol": [gateway, ["a", "A"]],
  };
  for (const [what, given] of Object.entries(good)) {
    it(`takes ${what} as the native one does`, async () => {
      const args = () =>
        given.map((arg) => (typeof arg === "function" ? arg() : arg));
      const native = new /** @type {any} */ (Native)(...args());
      const socket = new /** @type {any} */ (KaazingWebSocket)(...args());
      assert.equal(socket.readyState, 0);
      assert.equal(socket.url, native.url);
      await Promise.all([native, socket].map(opened));
      assert.equal(socket.url, native.url);
      assert.equal(socket.protocol, native.protocol);
      socket.close();
      native.close();
      await new Log(socket).next("close");
    });
  }

  for (const url of ["", "relative?a=b", "/path", "//127.0.0.1:1/", "?"]) {
    it(`reads "${url}" relative to the page as the native one does`, async () => {
      const native = new Native(url);
      const socket = new KaazingWebSocket(url);
      assert.equal(socket.url, native.url);
      socket.close();
      native.close();
      await new Log(socket).next("close");
    });
  }
});
