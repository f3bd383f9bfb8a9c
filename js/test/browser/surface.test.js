import { assert } from "chai";
import {
  KaazingHandshakeError,
  KaazingWebSocket,
  default as Default,
} from "kaazing-websocket";
import { Log, failed, opened, shut } from "./support/outcome.js";
import {
  accept,
  begin,
  close,
  echo,
  head,
  open,
  peer,
  send,
} from "./support/peer.js";
import { servers } from "./support/servers.js";
import { thrownBy } from "./support/thrown.js";

const { gateway } = servers;
const nowhere = "ws://127.0.0.1:1/";
const Native = WebSocket;

/** A property of an interface, as a script can tell it. @param {PropertyDescriptor | undefined} descriptor */
function shape(descriptor) {
  if (!descriptor) return null;
  const { get, set, value, ...flags } = descriptor;
  const accessor = {
    get: get && [get.name, get.length],
    set: set && [set.name, set.length],
  };
  return {
    ...flags,
    ...accessor,
    value: typeof value === "function" ? [value.name, value.length] : value,
  };
}

/** @param {any} object @param {PropertyKey} key @returns {PropertyDescriptor | undefined} */
function lookup(object, key) {
  for (let at = object; at; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found) return found;
  }
  return undefined;
}

/** @param {object} object */
function enumerated(object) {
  const keys = [];
  for (const key in object) keys.push(key);
  return keys;
}

describe("the class", () => {
  it("is a subclass of WebSocket, exported by name and as default", () => {
    assert.equal(Default, KaazingWebSocket);
    assert.equal(Object.getPrototypeOf(KaazingWebSocket), Native);
    assert.equal(KaazingWebSocket.name, "KaazingWebSocket");
    assert.equal(KaazingWebSocket.length, Native.length);
    assert.equal(KaazingWebSocket.prototype.constructor, KaazingWebSocket);
  });

  it("has the native members with the native shapes", () => {
    for (const key of Reflect.ownKeys(Native.prototype)) {
      if (key === "constructor") continue;
      assert.deepEqual(
        shape(lookup(KaazingWebSocket.prototype, key)),
        shape(Object.getOwnPropertyDescriptor(Native.prototype, key)),
        String(key),
      );
    }
    for (const key of Reflect.ownKeys(Native)) {
      if (["length", "name", "prototype"].includes(String(key))) continue;
      assert.deepEqual(
        shape(lookup(KaazingWebSocket, key)),
        shape(Object.getOwnPropertyDescriptor(Native, key)),
        String(key),
      );
    }
  });

  it("enumerates the native members in the native order, and handshake", async () => {
    const socket = new KaazingWebSocket(gateway);
    const native = new Native(gateway);
    assert.deepEqual(
      enumerated(socket).filter((key) => key !== "handshake"),
      enumerated(native),
    );
    assert.include(enumerated(socket), "handshake");
    assert.deepEqual(Object.keys(socket), []);
    assert.deepEqual(Reflect.ownKeys(socket), Reflect.ownKeys(native));
    assert.deepEqual(
      enumerated(KaazingWebSocket).filter((key) => key !== "with"),
      enumerated(Native),
    );
    await Promise.all([socket, native].map(shut));
  });

  it("adds handshake as a read-only attribute, and HandshakeError out of sight", () => {
    assert.deepEqual(
      shape(
        Object.getOwnPropertyDescriptor(
          KaazingWebSocket.prototype,
          "handshake",
        ),
      ),
      {
        ...{ enumerable: true, configurable: true },
        ...{ get: ["get handshake", 0], set: undefined, value: undefined },
      },
    );
    assert.equal(
      /** @type {any} */ (KaazingWebSocket).HandshakeError,
      KaazingHandshakeError,
    );
    assert.isFalse(
      Object.getOwnPropertyDescriptor(KaazingWebSocket, "HandshakeError")
        ?.enumerable,
    );
  });

  it("has instances of WebSocket that say so", async () => {
    const socket = new KaazingWebSocket(gateway);
    assert.instanceOf(socket, KaazingWebSocket);
    assert.instanceOf(socket, Native);
    assert.instanceOf(socket, EventTarget);
    assert.equal(String(socket), "[object WebSocket]");
    assert.deepEqual(
      [socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED],
      [0, 1, 2, 3],
    );
    await shut(socket);
  });

  it("throws TypeError where a member is used on something else", () => {
    for (const key of enumerated(Native.prototype)) {
      const descriptor = /** @type {PropertyDescriptor} */ (
        lookup(KaazingWebSocket.prototype, key)
      );
      for (const foreign of [{}, KaazingWebSocket.prototype]) {
        for (const access of [
          descriptor.get,
          descriptor.set,
          descriptor.value,
        ]) {
          if (typeof access !== "function") continue;
          assert.throws(
            () => access.call(foreign, 1000),
            TypeError,
            undefined,
            key,
          );
        }
      }
    }
  });

  it("has attributes that cannot be assigned where the native ones cannot", async () => {
    const socket = /** @type {any} */ (new KaazingWebSocket(gateway));
    for (const key of [
      "url",
      "readyState",
      "bufferedAmount",
      "extensions",
      "protocol",
      "handshake",
    ]) {
      assert.throws(() => (socket[key] = 1), TypeError, undefined, key);
    }
    await shut(socket);
  });
});

describe("an instance", () => {
  it("takes handlers and gives them back as the native one", async () => {
    const socket = /** @type {any} */ (new KaazingWebSocket(gateway));
    for (const name of ["onopen", "onmessage", "onerror", "onclose"]) {
      const handler = () => {};
      assert.isNull(socket[name]);
      socket[name] = handler;
      assert.equal(socket[name], handler);
      socket[name] = "no function";
      assert.isNull(socket[name]);
    }
    await shut(socket);
  });

  it("calls listeners in order, with this, once where asked, and handleEvent", async () => {
    const server = await peer([...open(), close(1000)]);
    const socket = new KaazingWebSocket(server.url);
    /** @type {any[]} */
    const calls = [];
    socket.onopen = function () {
      calls.push(["onopen", this === socket]);
    };
    socket.addEventListener("open", () => calls.push("listener"), {
      once: true,
    });
    socket.addEventListener("open", {
      handleEvent: () => calls.push("object"),
    });
    const removed = () => calls.push("removed");
    socket.addEventListener("open", removed);
    socket.removeEventListener("open", removed);
    await opened(socket);
    assert.deepEqual(calls, [["onopen", true], "listener", "object"]);
    await server.transcript();
  });

  it("takes events of the page's own", async () => {
    const socket = new KaazingWebSocket(gateway);
    let seen = 0;
    socket.addEventListener("custom", () => seen++);
    socket.dispatchEvent(new Event("custom"));
    assert.equal(seen, 1);
    await shut(socket);
  });

  it("throws for send without an argument, as the native one", async () => {
    const server = await peer([...open(), echo()]);
    const native = await peer([accept({ protocol: null }), echo()]);
    const sockets = /** @type {any[]} */ ([
      new KaazingWebSocket(server.url),
      new Native(native.url),
    ]);
    await Promise.all(sockets.map(opened));
    const [one, two] = sockets.map((socket) =>
      [
        () => socket.send(),
        () => socket.send(Symbol("x")),
        () => socket.close(1),
      ].map(thrownBy),
    );
    assert.deepEqual(one, two);
    for (const socket of sockets) socket.close();
    await Promise.all([server.transcript(), native.transcript()]);
  });

  it("sends what WebIDL makes a string of", async () => {
    const server = await peer([...open(), echo()]);
    const socket = /** @type {any} */ (new KaazingWebSocket(server.url));
    const log = await opened(socket);
    for (const value of [42, null, undefined, {}, "\ud800"]) socket.send(value);
    await log.next("message", 5);
    assert.deepEqual(log.messages, [
      "42",
      "null",
      "undefined",
      "[object Object]",
      "\ufffd",
    ]);
    socket.close();
    await server.transcript();
  });

  it("keeps bufferedAmount at 0 during the handshake and counts what is sent in CLOSING", async () => {
    const server = await peer([...open()]);
    const socket = new KaazingWebSocket(server.url);
    assert.equal(socket.bufferedAmount, 0);
    const log = await opened(socket);
    assert.equal(socket.bufferedAmount, 0);
    socket.close();
    socket.send("\u00e9");
    socket.send(new Uint8Array(3));
    assert.equal(socket.bufferedAmount, 5);
    await log.next("close");
    await server.transcript();
  });

  it("of a failed handshake counts what is sent, and closes without effect", async () => {
    const server = await peer([...begin(), send({ bytes: head("403 No") })]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    await failed(socket, "status", { log });
    socket.send("\u00e9");
    socket.send(new Uint8Array(3));
    socket.send(new Blob(["1234"]));
    assert.equal(socket.bufferedAmount, 9);
    socket.close();
    assert.equal(socket.readyState, Native.CLOSED);
    assert.deepEqual(log.types, ["error", "close"]);
  });

  it("may be one of many at once", async () => {
    const peers = await Promise.all(
      Array.from({ length: 6 }, () => peer([...open(), echo()])),
    );
    await Promise.all(
      peers.map(async (server, i) => {
        const socket = new KaazingWebSocket(server.url);
        const log = await opened(socket);
        socket.send(`number ${i}`);
        assert.equal((await log.next("message")).data, `number ${i}`);
        socket.close();
        await server.transcript();
      }),
    );
  });

  it("may be subclassed by the page", async () => {
    const server = await peer([...open(), close(1000)]);
    class Mine extends KaazingWebSocket {
      mine = 1;
      get twice() {
        return this.readyState * 2;
      }
    }
    const socket = new Mine(server.url);
    await opened(socket);
    assert.deepEqual(
      [socket.mine, socket.twice, socket instanceof Mine],
      [1, 2, true],
    );
    await server.transcript();
  });
});

describe("a KaazingHandshakeError", () => {
  it("is an Error with name, message, status, url and code", async () => {
    const error = await failed(new KaazingWebSocket(nowhere), "connect");
    assert.instanceOf(error, KaazingHandshakeError);
    assert.instanceOf(error, Error);
    assert.deepEqual(
      [error.name, error.status, error.url, error.code],
      ["KaazingHandshakeError", 0, nowhere, "connect"],
    );
    assert.equal(String(error), `KaazingHandshakeError: ${error.message}`);
  });

  it("does not show the query, which may hold a token, in its message", async () => {
    const error = await failed(
      new KaazingWebSocket(`${nowhere}?token=s3cret`),
      "connect",
    );
    assert.notInclude(error.message, "s3cret");
    assert.equal(error.url, `${nowhere}?token=s3cret`);
  });
});
