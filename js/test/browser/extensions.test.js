// Extensions of the page's own.

import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import {
  dropped,
  failed,
  Log,
  opened,
  outcomeOf,
  settled,
} from "./support/outcome.js";
import {
  accept,
  begin,
  close,
  echo,
  mark,
  peer,
  receive,
  receiveClose,
  respond,
  send,
  wait,
} from "./support/peer.js";
import { servers } from "./support/servers.js";
import { thrownBy } from "./support/thrown.js";

/** @typedef {import("kaazing-websocket").ExtensionOffer} ExtensionOffer */

/** @param {string[]} extensions */
const agree = (...extensions) => [
  ...begin(),
  respond(
    "101 OK",
    ...extensions.map((value) => `Sec-WebSocket-Extensions: ${value}`),
  ),
];

/** An extension that puts its name around text. @param {string} name @returns {ExtensionOffer} */
const wrapping = (name) => ({
  name,
  accept: () => ({
    onMessage: (data) => `${data} <${name}`,
    onSend: (data) => `${data} >${name}`,
  }),
});

/** @param {Partial<import("kaazing-websocket").ExtensionTransforms>} transforms @returns {ExtensionOffer} */
const own = (transforms) => ({ name: "x-own", accept: () => transforms });

/** @param {ExtensionOffer[]} extensions @param {any} plan */
async function connect(plan, ...extensions) {
  const server = await peer(plan);
  const socket = new KaazingWebSocket(server.url, [], { extensions });
  const log = new Log(socket);
  return { server, socket, log };
}

/** One that is resolved from outside. @template T */
function deferred() {
  /** @type {(value: T) => void} */
  let resolve = () => {};
  /** @type {Promise<T>} */
  const promise = new Promise((r) => (resolve = r));
  return { promise, resolve };
}

describe("negotiation", () => {
  it("offers extensions in order, and shows those agreed to", async () => {
    const plan = agree('x-c;b = "1 2" , x-a; a');
    const server = await peer([...plan, close(1000)]);
    /** @type {any[]} */
    const accepted = [];
    const socket = new KaazingWebSocket(server.url, [], {
      extensions: [
        'x-a; a; b="c d"',
        "x-b",
        {
          name: "x-c",
          params: { a: true, b: 1, c: "\u00e9" },
          accept: (params) => void accepted.push(params, socket.readyState),
        },
      ],
    });
    const log = await opened(socket);
    assert.equal(socket.extensions, 'x-c; b="1 2", x-a; a');
    assert.deepEqual(accepted, [{ b: "1 2" }, WebSocket.CONNECTING]);
    await log.next("close");
    const { messages } = await server.transcript();
    assert.include(
      messages[0].data,
      '\r\nSec-WebSocket-Extensions: x-a; a; b="c d", x-b, x-c; a; b=1; c="\u00e9"\r\n',
    );
  });

  it("shows those agreed to behind the native ones", async () => {
    const head = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    const server = await peer([
      ...[accept({ head }), receive()],
      respond("101 OK", "Sec-WebSocket-Extensions: x-own; a"),
      close(1000),
    ]);
    const options = { extensions: ["x-own"] };
    const socket = new KaazingWebSocket(server.url, [], options);
    await opened(socket);
    assert.equal(socket.extensions, "permessage-deflate, x-own; a");
    await server.transcript();
  });

  it("cannot break out of the header's line", () => {
    for (const extension of /** @type {any[]} */ ([
      "x\r\nCookie: a=b",
      'x; a="\r\nCookie: a=b"',
      { name: "x\r\nCookie: a" },
      { name: "x", params: { "a\r\nCookie: a": "b" } },
      { name: "x", params: { a: "b\r\nCookie: a=b" } },
    ]))
      assert.equal(
        thrownBy(
          () => new KaazingWebSocket("ws://h", [], { extensions: [extension] }),
        ),
        "DOMException SyntaxError",
      );
  });

  for (const [what, lines] of [
    ["was not offered", ["x-other"]],
    ["comes twice", ["x-own", "x-own"]],
    ["is malformed", ["x-own; ="]],
  ]) {
    it(`fails on one that ${what}`, async () => {
      const plan = agree(.../** @type {string[]} */ (lines));
      const { server, socket, log } = await connect(plan, own({}));
      await failed(socket, "protocol", { status: 101, log });
      assert.equal((await server.transcript()).close?.code, 4000);
    });
  }

  /** @type {[what: string, accept: () => any, cause: RegExp][]} */
  const bad = [
    [
      "throws",
      () => {
        throw new RangeError("s3cret");
      },
      /^RangeError: s3cret/,
    ],
    ["returns a string", () => "x", /TypeError: got a string, want/],
    ["returns a promise", async () => ({}), /TypeError: got a promise/],
    ["returns a bad transform", () => ({ onMessage: {} }), /onMessage/],
  ];
  for (const [what, accept, cause] of bad) {
    it(`fails where accept ${what}`, async () => {
      const extension = { name: "x-own", accept };
      const { server, socket, log } = await connect(agree("x-own"), extension);
      const error = await failed(socket, "protocol", { status: 101, log });
      assert.match(String(error.cause), cause);
      assert.include(error.message, "accept of the extension x-own failed");
      assert.notInclude(error.message, "s3cret");
      assert.equal(outcomeOf(socket).status, 101);
      assert.equal((await server.transcript()).close?.code, 4000);
    });
  }

  it("may be ended by accept", async () => {
    for (const more of [{}, { error: new Error() }]) {
      /** @type {ExtensionOffer} */
      const extension = {
        name: "x-own",
        accept() {
          socket.close(3000);
          if (more.error) throw more.error;
        },
      };
      const server = await peer(agree("x-own"));
      const socket = new KaazingWebSocket(server.url, [], {
        extensions: [extension],
      });
      await failed(socket, "aborted");
      assert.equal((await server.transcript()).close?.code, 3000);
    }
  });

  it("asks accept anew for each connection of a class with presets", async () => {
    const plan = [...agree("x-count"), send({ text: "?" }), echo()];
    const server = await peer(plan, plan);
    let count = 0;
    const Preset = KaazingWebSocket.with({
      extensions: [
        {
          name: "x-count",
          accept() {
            const mine = ++count;
            return { onMessage: () => `${mine}` };
          },
        },
      ],
    });
    for (const expected of ["1", "2"]) {
      const socket = new Preset(server.url);
      const log = await opened(socket);
      assert.equal((await log.next("message")).data, expected);
      socket.close();
      await log.next("close");
    }
    await server.transcripts();
  });
});

describe("without an extension that does something", () => {
  /** @type {[what: string, agreed: string[], extension: ExtensionOffer][]} */
  const idle = [
    ["none was agreed to", [], wrapping("x-own")],
    ["accept returned nothing", ["x-own"], own(/** @type {any} */ (undefined))],
    ["there are no transforms", ["x-own"], own({ onSend: null })],
    ["there is no accept", ["x-own"], { name: "x-own" }],
  ];
  for (const [what, agreed, extension] of idle) {
    it(`messages are the browser's own: ${what}`, async () => {
      const listeners = new Set();
      const { addEventListener, removeEventListener } = EventTarget.prototype;
      /** @this {EventTarget} @param {Parameters<typeof addEventListener>} args */
      EventTarget.prototype.addEventListener = function (...args) {
        if (this instanceof WebSocket && args[2]) listeners.add(args[0]);
        addEventListener.apply(this, args);
      };
      /** @this {EventTarget} @param {Parameters<typeof removeEventListener>} args */
      EventTarget.prototype.removeEventListener = function (...args) {
        if (this instanceof WebSocket) listeners.delete(args[0]);
        removeEventListener.apply(this, args);
      };
      try {
        const plan = [...agree(...agreed), send({ bytes: "a" }), echo()];
        const { server, socket, log } = await connect(plan, extension);
        assert.equal(listeners.size, 4, "during the handshake");
        const event = await log.next("message");
        assert.isTrue(event.isTrusted);
        assert.instanceOf(event.data, Blob);
        assert.equal(listeners.size, 0, "once open");
        socket.close();
        await log.next("close");
        await server.transcript();
      } finally {
        Object.assign(EventTarget.prototype, {
          addEventListener,
          removeEventListener,
        });
      }
    });
  }
});

describe("transforms", () => {
  it("are applied in the agreed order, in reverse for what arrives", async () => {
    const plan = [...agree("x-b, x-a"), send({ text: "0" }), receive(), echo()];
    const { server, socket, log } = await connect(
      plan,
      wrapping("x-a"),
      wrapping("x-b"),
    );
    await log.next("open");
    const event = await log.next("message");
    assert.equal(event.data, "0 <x-a <x-b");
    assert.equal(event.origin, servers.fault.plain);
    assert.equal(event.target, socket);
    assert.instanceOf(event, MessageEvent);
    socket.send("1");
    assert.equal(socket.bufferedAmount > 0, true);
    await server.reached("connection 1");
    socket.close();
    await log.next("close");
    const { messages } = await server.transcript();
    assert.equal(messages[1].data, "1 >x-b >x-a");
  });

  it("are given strings and buffers of their own, and may return views and the other kind", async () => {
    /** @type {any[]} */
    const given = [];
    const plan = [...agree("x-own"), send({ bytes: "\x01" }), echo()];
    const { server, socket, log } = await connect(
      plan,
      own({
        onSend(data) {
          given.push(data);
          if (typeof data === "string") return new TextEncoder().encode(data);
          new Uint8Array(data).fill(7);
          return `${data.byteLength}`;
        },
        onMessage(data) {
          given.push(data);
          return typeof data === "string" ? data : new Uint8Array(data);
        },
      }),
    );
    await log.next("message");
    assert.instanceOf(given.pop(), ArrayBuffer);
    const bytes = Uint8Array.of(1, 2, 3);
    socket.send("h\u00e9");
    socket.send(bytes);
    socket.send(bytes.buffer);
    socket.send(new DataView(bytes.buffer, 1));
    socket.send(new Blob(["four"]));
    socket.send(/** @type {any} */ (12));
    await log.next("message", 7);
    assert.deepEqual([...bytes], [1, 2, 3], "what was given is not the page's");
    for (const data of given)
      assert.isTrue(typeof data === "string" || data instanceof ArrayBuffer);
    socket.close();
    const { messages } = await server.transcript();
    assert.deepEqual(
      messages.slice(1).map(({ type, data }) => [type, data]),
      [
        ["binary", "h\xc3\xa9"],
        ["text", "3"],
        ["text", "3"],
        ["text", "2"],
        ["text", "4"],
        ["binary", "12"],
      ],
    );
  });

  it("give the page what its binaryType says", async () => {
    const plan = [...agree("x-own"), echo()];
    let changed = false;
    const { server, socket, log } = await connect(
      plan,
      own({
        onMessage: (data) =>
          changed ? /** @type {ArrayBuffer} */ (data).slice(1) : data,
      }),
    );
    await log.next("open");
    /** @type {[BinaryType, any][]} */
    const types = [
      ["blob", Blob],
      ["arraybuffer", ArrayBuffer],
    ];
    let n = 0;
    for (changed of [false, true])
      for (const [type, Type] of types) {
        socket.binaryType = type;
        assert.equal(socket.binaryType, type);
        socket.binaryType = /** @type {any} */ ("no such");
        assert.equal(socket.binaryType, type);
        socket.send(Uint8Array.of(1, 2, 3));
        const { data } = await log.next("message", ++n);
        assert.instanceOf(data, Type);
        const bytes = new Uint8Array(await new Response(data).arrayBuffer());
        assert.deepEqual([...bytes], changed ? [2, 3] : [1, 2, 3]);
      }
    socket.close();
    await server.transcript();
  });

  it("let what they do not change pass in the native event", async () => {
    const plan = [...agree("x-own"), send({ text: "a" }), echo()];
    const { server, socket, log } = await connect(
      plan,
      own({ onMessage: (data) => data }),
    );
    socket.binaryType = "arraybuffer";
    assert.isTrue((await log.next("message")).isTrusted);
    socket.send(Uint8Array.of(1));
    assert.isTrue((await log.next("message", 2)).isTrusted);
    socket.close();
    const event = await log.next("close");
    assert.isTrue(event.isTrusted);
    assert.isTrue(event.wasClean);
    await server.transcript();
  });

  it("may keep a message to themselves, either way", async () => {
    const texts = ["keep 1", "give 1", "keep 2", "give 2"];
    /** @param {any} data */
    const give = (data) => (data.startsWith("keep") ? undefined : data);
    const plan = [
      ...agree("x-own"),
      send(...texts.map((text) => ({ text }))),
      echo(),
    ];
    const { server, socket, log } = await connect(
      plan,
      own({ onMessage: give, onSend: async (data) => give(data) }),
    );
    await log.next("message", 2);
    for (const text of texts) socket.send(text);
    socket.close();
    await log.next("close");
    assert.deepEqual(log.messages, ["give 1", "give 2"]);
    assert.equal(socket.bufferedAmount, 0);
    const { messages } = await server.transcript();
    assert.deepEqual(
      messages.slice(1).map(({ data }) => data),
      ["give 1", "give 2"],
    );
  });

  it("leave alone the events that the page dispatches itself", async () => {
    const plan = [...agree("x-own"), echo()];
    const { server, socket, log } = await connect(plan, wrapping("x-own"));
    await log.next("open");
    socket.dispatchEvent(new MessageEvent("message", { data: "mine" }));
    assert.deepEqual(log.messages, ["mine"]);
    socket.close();
    await server.transcript();
  });

  it("go on after a redirect, where events are relayed", async () => {
    const target = await peer([
      ...[...agree("x-own"), send({ text: "0" }, { bytes: "1" })],
      echo(),
    ]);
    const there = target.at(servers.fault.otherHost);
    const { server, socket, log } = await connect(
      [...begin(), respond("302 There", `Location: ${there}`)],
      own({
        onMessage: (data) => (typeof data === "string" ? `${data}!` : data),
        onSend: async (data) => `${data}?`,
      }),
    );
    socket.binaryType = "arraybuffer";
    await log.next("message", 2);
    assert.equal(log.messages[0], "0!");
    assert.instanceOf(log.messages[1], ArrayBuffer);
    socket.send("2");
    assert.equal((await log.next("message", 3)).data, "2?!");
    assert.equal(socket.url, there);
    assert.equal(socket.readyState, WebSocket.OPEN);
    socket.close(3000, "enough");
    const { code, reason, wasClean } = await log.next("close");
    assert.deepEqual([code, reason, wasClean], [3000, "enough", true]);
    assert.equal(socket.readyState, WebSocket.CLOSED);
    await Promise.all([server.transcript(), target.transcript()]);
  });
});

describe("transforms that take their time", () => {
  it("keep what arrives in order, and close behind it", async () => {
    /** @type {Map<string, ReturnType<typeof deferred<string>>>} */
    const waiting = new Map(["1", "3"].map((text) => [text, deferred()]));
    const texts = ["0", "1", "2", "3", "4"];
    const plan = [
      ...agree("x-own"),
      send(...texts.map((text) => ({ text }))),
      ...[close(4001, "bye"), receiveClose()],
    ];
    const { server, socket, log } = await connect(
      plan,
      own({ onMessage: (data) => waiting.get(`${data}`)?.promise ?? data }),
    );
    await log.next("message");
    await server.transcript(); // the connection is over
    await settled();
    assert.deepEqual(log.messages, ["0"]);
    assert.equal(socket.readyState, WebSocket.CLOSING);
    waiting.get("3")?.resolve("three");
    await settled();
    assert.deepEqual(log.messages, ["0"]);
    waiting.get("1")?.resolve("one");
    const event = await log.next("close");
    assert.deepEqual(log.messages, ["0", "one", "2", "three", "4"]);
    assert.equal(log.types.at(-1), "close");
    assert.deepEqual(
      [event.code, event.reason, event.wasClean],
      [4001, "bye", true],
    );
    assert.equal(log.entries.at(-1)?.readyState, WebSocket.CLOSED);
    assert.equal(socket.readyState, WebSocket.CLOSED);
  });

  it("keep what is sent in order, count it, and hold back close()", async () => {
    /** @type {ReturnType<typeof deferred<string>>} */
    const first = deferred();
    const plan = [
      ...[...agree("x-own"), wait("closed"), send({ text: "late" })],
      ...[mark("sent"), receiveClose()],
    ];
    const { server, socket, log } = await connect(
      plan,
      own({ onSend: (data) => (data === "first" ? first.promise : data) }),
    );
    await log.next("open");
    socket.send("first");
    socket.send("second \u00e9");
    socket.send(new Blob(["blob"]));
    assert.equal(socket.bufferedAmount, 5 + 9 + 4);
    // What close() throws does not depend on what waits.
    const { socket: native } = await nativeSocket();
    /** @type {any[][]} */
    const wrong = [
      [1001],
      [999],
      [5000],
      [NaN],
      ["x"],
      [1000, "\u00e9".repeat(62)],
    ];
    for (const args of wrong) {
      const expected = thrownBy(() => native.close(...args));
      assert.isNotNull(expected);
      assert.equal(
        thrownBy(() => socket.close(...args)),
        expected,
        String(args),
      );
      assert.equal(socket.readyState, WebSocket.OPEN);
    }
    native.close();
    socket.close(3001, "done");
    assert.equal(socket.readyState, WebSocket.CLOSING);
    assert.equal(
      thrownBy(() => socket.close(999)),
      "DOMException InvalidAccessError",
    );
    socket.close(3002, "too late");
    socket.send("too late"); // counts, and goes nowhere
    assert.equal(socket.bufferedAmount, 5 + 9 + 4 + 8);
    await server.release("closed");
    await server.reached("sent");
    await settled();
    first.resolve("one");
    const event = await log.next("close");
    assert.deepEqual(log.types, ["open", "close"], "no message after close()");
    assert.deepEqual(
      [event.code, event.reason, event.wasClean],
      [3001, "done", true],
    );
    assert.equal(socket.bufferedAmount, 8);
    const { messages, close } = await server.transcript();
    assert.deepEqual(messages.slice(1), [
      { type: "text", data: "one" },
      { type: "text", data: "second \u00e9" },
      { type: "binary", data: "blob" },
    ]);
    assert.deepEqual(close, { code: 3001, reason: "done" });
  });

  it("give the page nothing after it has closed the socket", async () => {
    /** @type {ReturnType<typeof deferred<string>>} */
    const late = deferred();
    const asked = deferred();
    const plan = [...agree("x-own"), send({ text: "0" }), receiveClose()];
    const { server, socket, log } = await connect(
      plan,
      own({
        onMessage() {
          asked.resolve(undefined);
          return late.promise;
        },
      }),
    );
    await asked.promise;
    socket.close(1000);
    late.resolve("late");
    await log.next("close");
    assert.deepEqual(log.types, ["open", "close"]);
    await server.transcript();
  });
});

describe("a transform that fails", () => {
  const cause = new Error("s3cret");
  const fail = () => {
    throw cause;
  };
  /** @type {[what: string, transform: () => any, (cause: any) => boolean][]} */
  const ways = [
    ["throws", fail, (got) => got === cause],
    ["rejects", async () => fail(), (got) => got === cause],
    ["returns a number", () => 5, (got) => got instanceof TypeError],
    ["returns null", () => null, (got) => got instanceof TypeError],
    ["resolves to a Blob", async () => new Blob(), (got) => got instanceof TypeError], // prettier-ignore
  ];
  for (const [what, transform, isCause] of ways) {
    it(`because it ${what} ends the connection: onMessage`, async () => {
      const plan = [...agree("x-own"), send({ text: "a" }, { text: "b" })];
      const { server, socket, log } = await connect(
        plan,
        own({ onMessage: transform }),
      );
      const error = await dropped(socket, "protocol", log);
      assert.include(error.message, "onMessage of the extension x-own failed");
      assert.notInclude(error.message, "s3cret");
      assert.isTrue(isCause(error.cause), String(error.cause));
      assert.equal(error.url, server.url);
      assert.deepEqual(log.messages, []);
      assert.equal((await server.transcript()).close?.code, 4000);
      await settled();
      assert.equal(log.types.at(-1), "close", "the native events are not seen");
    });

    it(`because it ${what} ends the connection: onSend`, async () => {
      const plan = [...agree("x-own"), receiveClose()];
      const { server, socket, log } = await connect(
        plan,
        own({ onSend: transform }),
      );
      await log.next("open");
      socket.send("a"); // throws nothing
      socket.send("b");
      await dropped(socket, "protocol", log);
      const { messages, close } = await server.transcript();
      assert.lengthOf(messages, 1, "nothing but the request went out");
      assert.equal(close?.code, 4000);
    });
  }

  it("lets the call of send() end before the page hears of it", async () => {
    const { server, socket, log } = await connect(
      [...agree("x-own"), receiveClose()],
      own({ onSend: fail }),
    );
    await log.next("open");
    socket.send("a");
    assert.deepEqual(log.types, ["open"]);
    assert.equal(socket.readyState, WebSocket.CLOSING);
    await dropped(socket, "protocol", log);
    await server.transcript();
  });

  it("after the server has closed says so instead of close alone", async () => {
    /** @type {ReturnType<typeof deferred<any>>} */
    const late = deferred();
    const plan = [...agree("x-own"), send({ text: "a" }), close(1000)];
    const { server, socket, log } = await connect(
      plan,
      own({ onMessage: () => late.promise }),
    );
    await log.next("open");
    await server.transcript();
    await settled();
    late.resolve(5);
    await dropped(socket, "protocol", log);
  });

  it("to send after the page has heard of the end says nothing more", async () => {
    /** @type {ReturnType<typeof deferred<any>>} */
    const late = deferred();
    const plan = [...agree("x-own"), wait("go"), close(1000)];
    const { server, socket, log } = await connect(
      plan,
      own({ onSend: () => late.promise }),
    );
    await log.next("open");
    socket.send("a");
    await server.release("go");
    await log.next("close");
    late.resolve(5);
    await settled();
    assert.deepEqual(log.types, ["open", "close"]);
    assert.equal(socket.bufferedAmount, 1);
    await server.transcript();
  });
});

/** A native socket that is open. */
async function nativeSocket() {
  const server = await peer([accept({ protocol: null })]);
  const socket = new WebSocket(server.url);
  await opened(socket);
  return { server, socket };
}
