import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { Log, opened, outcomeOf, settled } from "./support/outcome.js";
import {
  accept,
  begin,
  close,
  echo,
  head,
  mark,
  marker,
  open,
  peer,
  receive,
  receiveClose,
  respond,
  send,
  switching,
  wait,
} from "./support/peer.js";
import { servers } from "./support/servers.js";
import { thrownBy } from "./support/thrown.js";

describe("the extended request", () => {
  it("is one text message: request line, Host and a blank line", async () => {
    const server = await peer([...open(), close(1000)]);
    const log = await opened(
      new KaazingWebSocket(`${server.url}/chat?room=1&to=%C3%A9`),
    );
    await log.next("close");
    const { request, messages } = await server.transcript();
    assert.deepEqual(messages, [
      {
        type: "text",
        data: `GET ${server.path}/chat?room=1&to=%C3%A9 HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`,
      },
    ]);
    assert.match(request, /^Sec-WebSocket-Protocol: x-kaazing-handshake\r$/im);
    assert.include(
      request,
      `GET ${server.path}/chat?room=1&to=%C3%A9 HTTP/1.1\r\n`,
    );
  });

  for (const target of [
    '/x?q={"a":[1|2],`b\':\\^~}',
    "/a{b}`|^c/%7e/../d%2F?",
    "?only=query",
    "/x?a=<b>&c=ü \ud800",
  ]) {
    it(`has the target of the opening request, byte for byte: ${target}`, async () => {
      const server = await peer([...open(), close(1000)]);
      const log = await opened(new KaazingWebSocket(server.url + target));
      await log.next("close");
      const { request, messages } = await server.transcript();
      const [line] = request.split("\r\n");
      assert.equal(messages[0].data.split("\r\n")[0], line);
    });
  }

  it("has the application's protocols, which the opening request has too, and the caller's headers", async () => {
    const server = await peer([
      ...begin(),
      respond("101 OK", "Sec-WebSocket-Protocol: soap"),
      close(1000),
    ]);
    const headers = { Authorization: "Bearer t0ken", "X-Trace": "a b\tc" };
    const log = await opened(
      new KaazingWebSocket(server.url, ["soap", "wamp"], { headers }),
    );
    await log.next("close");
    const { request, messages } = await server.transcript();
    assert.match(
      request,
      /^Sec-WebSocket-Protocol: x-kaazing-handshake, soap, wamp\r$/im,
    );
    assert.notMatch(request, /Bearer|X-Trace/i);
    assert.deepEqual(messages, [
      {
        type: "text",
        data:
          `GET ${server.path} HTTP/1.1\r\nHost: ${server.host}\r\nSec-WebSocket-Protocol: soap, wamp\r\n` +
          "Authorization: Bearer t0ken\r\nX-Trace: a b\tc\r\n\r\n",
      },
    ]);
  });

  for (const [kind, headers] of /** @type {[string, any][]} */ ([
    [
      "pairs",
      [
        ["X-A", "1"],
        ["X-A", "2"],
      ],
    ],
    ["Headers", new Headers({ "X-A": "1" })],
  ])) {
    it(`takes headers as ${kind}`, async () => {
      const server = await peer([...open(), close(1000)]);
      const log = await opened(
        new KaazingWebSocket(server.url, [], { headers }),
      );
      await log.next("close");
      const lines = (await server.transcript()).messages[0].data
        .toLowerCase()
        .split("\r\n");
      const values = lines.filter((line) => line.startsWith("x-a:"));
      assert.deepEqual(
        values,
        kind === "pairs" ? ["x-a: 1", "x-a: 2"] : ["x-a: 1"],
      );
    });
  }

  it("names the root for a URL without a path", async () => {
    // The fault server has no script there; what the browser reports is enough.
    const socket = new KaazingWebSocket(servers.fault.plain);
    assert.equal(socket.url, `${servers.fault.plain}/`);
    await new Log(socket).next("close");
  });

  it("takes an http URL as ws", async () => {
    const server = await peer([...open(), close(1000)]);
    const socket = new KaazingWebSocket(server.url.replace(/^ws:/, "http:"));
    assert.equal(socket.url, server.url);
    await (await opened(socket)).next("close");
    await server.transcript();
  });
});

describe("before open", () => {
  it("nothing of the handshake is to be seen", async () => {
    const server = await peer([
      ...[
        accept({ head: "Sec-WebSocket-Extensions: permessage-deflate\r\n" }),
        receive(),
        mark("asked"),
        wait("head"),
      ],
      ...[
        send({ bytes: head("101 OK", "Sec-WebSocket-Protocol: soap") }),
        mark("head"),
        wait("end"),
      ],
      ...[send(marker), close(1000)],
    ]);
    const socket = new KaazingWebSocket(server.url, "soap");
    const log = new Log(socket);
    const states = [snapshot(socket)];
    for (const stage of ["asked", "head"]) {
      await server.reached(stage);
      await settled();
      states.push(snapshot(socket));
      await server.release(stage === "asked" ? "head" : "end");
    }
    for (const state of states) {
      assert.deepEqual(state, {
        ...{
          readyState: 0,
          url: server.url,
          protocol: "",
          extensions: "",
          bufferedAmount: 0,
        },
        ...{ binaryType: "blob", handshake: null },
      });
    }
    await log.next("open");
    assert.equal(log.entries[0].readyState, WebSocket.OPEN);
    assert.equal(socket.protocol, "soap");
    assert.equal(socket.extensions, "permessage-deflate");
    await log.next("close");
    assert.deepEqual(log.types, ["open", "close"]);
  });

  it("a capturing listener and on… attributes see nothing either", async () => {
    const server = await peer([
      ...begin(),
      mark("asked"),
      wait("go"),
      respond("101 OK"),
      close(1000),
    ]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    /** @type {string[]} */
    const seen = [];
    for (const type of /** @type {const} */ ([
      "open",
      "message",
      "error",
      "close",
    ])) {
      socket.addEventListener(type, () => seen.push(`captured ${type}`), {
        capture: true,
      });
      socket[`on${type}`] = () => seen.push(`on${type}`);
    }
    await server.reached("asked");
    await settled();
    assert.deepEqual(seen, []);
    await server.release("go");
    await log.next("close");
    await settled();
    assert.deepEqual(seen, [
      "captured open",
      "onopen",
      "captured close",
      "onclose",
    ]);
  });

  it("send throws InvalidStateError, before and after the opening handshake", async () => {
    const server = await peer([
      ...begin(),
      mark("asked"),
      wait("go"),
      respond("101 OK"),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    const send = () => socket.send("early");
    assert.equal(thrownBy(send), "DOMException InvalidStateError");
    await server.reached("asked");
    assert.equal(thrownBy(send), "DOMException InvalidStateError");
    await server.release("go");
    await log.next("open");
    socket.close();
    const { messages } = await server.transcript();
    assert.lengthOf(messages, 1, "nothing but the request was sent");
  });
});

describe("open", () => {
  for (const status of [101, 201, 204, 205]) {
    it(`comes with ${status}`, async () => {
      const server = await peer([
        ...begin(),
        respond(`${status} Fine`, "X-Seen: yes"),
        echo(),
      ]);
      const socket = new KaazingWebSocket(server.url);
      const log = await opened(socket);
      assert.equal(log.entries[0].readyState, WebSocket.OPEN);
      const { headers, ...rest } = outcomeOf(socket);
      assert.instanceOf(headers, Headers);
      assert.equal(headers.get("x-seen"), "yes");
      assert.deepEqual(rest, {
        status,
        statusText: "Fine",
        url: server.url,
        redirects: [],
        challenges: 0,
      });
      socket.send("hello");
      assert.equal((await log.next("message")).data, "hello");
      socket.close();
      await log.next("close");
      await server.transcript();
    });
  }

  it("comes as a real Event on the socket, once", async () => {
    const server = await peer([...open(), close(1000)]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    const event = await log.next("open");
    assert.equal(Object.prototype.toString.call(event), "[object Event]");
    assert.equal(event.target, socket);
    assert.isFalse(event.bubbles || event.cancelable);
    await log.next("close");
    assert.deepEqual(log.types, ["open", "close"]);
    await server.transcript();
  });

  it("has the protocol that the server chose, or none", async () => {
    const second = await peer([
      ...begin(),
      respond("101 OK", "sec-websocket-PROTOCOL:\t b \t"),
      close(1000),
    ]);
    const socket = new KaazingWebSocket(second.url, ["a", "b"]);
    await opened(socket);
    assert.equal(socket.protocol, "b");
    const none = await peer([...open(), close(1000)]);
    const other = new KaazingWebSocket(none.url, ["a", "b"]);
    await opened(other);
    assert.equal(other.protocol, "");
    await Promise.all([second.transcript(), none.transcript()]);
  });

  it("waits for another response after a 202", async () => {
    const server = await peer([
      ...begin(),
      respond("202 Accepted"),
      respond("202 Accepted"),
      respond("101 OK"),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url);
    await opened(socket);
    assert.equal(socket.handshake?.status, 101);
    socket.close();
    await server.transcript();
  });

  it("reads headers and reason a code unit a byte, as fetch does", async () => {
    const server = await peer([
      ...begin(),
      respond("101 caf\xe9", "X-Latin: na\xefve", "X-A: 1", "X-A: 2"),
      close(1000),
    ]);
    const socket = new KaazingWebSocket(server.url);
    await opened(socket);
    assert.equal(socket.handshake?.statusText, "caf\xe9");
    assert.equal(socket.handshake?.headers.get("x-latin"), "na\xefve");
    assert.equal(socket.handshake?.headers.get("x-a"), "1, 2");
    await server.transcript();
  });
});

describe("messages", () => {
  const burst = [
    { text: "one" },
    { bytes: "two" },
    { text: "thr\u00e9e" },
    { text: "" },
    { bytes: "" },
  ];

  it("in the end marker's packet come after open, in order, as Blob by default", async () => {
    const server = await peer([
      ...begin(),
      send({ bytes: switching }, marker, ...burst),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    await log.next("message", burst.length);
    assert.deepEqual(log.types, ["open", ...burst.map(() => "message")]);
    const [one, two, three, emptyText, emptyBlob] = log.messages;
    assert.deepEqual([one, three, emptyText], ["one", "thr\u00e9e", ""]);
    assert.instanceOf(two, Blob);
    assert.equal(await two.text(), "two");
    assert.instanceOf(emptyBlob, Blob);
    assert.equal(emptyBlob.size, 0);
    socket.close();
    await server.transcript();
  });

  /** @type {[string, (socket: any) => void][]} */
  const moments = [
    ["at once", (socket) => void (socket.binaryType = "arraybuffer")],
    [
      "in the open event",
      (socket) => (socket.onopen = () => (socket.binaryType = "arraybuffer")),
    ],
  ];
  for (const [when, set] of moments) {
    it(`in the end marker's packet come as ArrayBuffer where binaryType was set ${when}`, async () => {
      const server = await peer([
        ...begin(),
        send({ bytes: switching }, marker, { bytes: "\x00\xff" }),
        echo(),
      ]);
      const socket = new KaazingWebSocket(server.url);
      const log = new Log(socket);
      set(socket);
      const { data } = await log.next("message");
      assert.instanceOf(data, ArrayBuffer);
      assert.deepEqual([...new Uint8Array(data)], [0, 255]);
      socket.close();
      await server.transcript();
    });
  }

  it("take binaryType as it was set during the handshake, and as it is set after it", async () => {
    const server = await peer([
      ...begin(),
      mark("asked"),
      wait("go"),
      respond("101 OK"),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    await server.reached("asked");
    socket.binaryType = "arraybuffer";
    assert.equal(socket.binaryType, "arraybuffer");
    socket.binaryType = /** @type {any} */ ("text"); // no such type: ignored, as WebIDL has it
    assert.equal(socket.binaryType, "arraybuffer");
    await server.release("go");
    await log.next("open");
    assert.equal(socket.binaryType, "arraybuffer");
    socket.send(new Uint8Array([1, 2]));
    assert.instanceOf((await log.next("message", 1)).data, ArrayBuffer);
    socket.binaryType = "blob";
    socket.send(new Uint8Array([1, 2]));
    assert.instanceOf((await log.next("message", 2)).data, Blob);
    socket.close();
    await server.transcript();
  });

  it("are the browser's own: trusted, with origin and target", async () => {
    const server = await peer([...open(), send({ text: "one" }), echo()]);
    const socket = new KaazingWebSocket(server.url);
    const event = await new Log(socket).next("message");
    assert.isTrue(event.isTrusted);
    assert.equal(event.origin, servers.fault.plain);
    assert.equal(event.target, socket);
    assert.instanceOf(event, MessageEvent);
    socket.close();
    await server.transcript();
  });

  it("go out as they were given: string, ArrayBuffer, view and Blob", async () => {
    const server = await peer([...open(), echo()]);
    const socket = new KaazingWebSocket(server.url);
    const log = await opened(socket);
    socket.send("h\u00e9");
    socket.send(new Uint8Array([1, 2, 3]).buffer);
    socket.send(new Uint8Array([9, 1, 9]).subarray(1, 2));
    socket.send(new Blob(["blob"]));
    await log.next("message", 4);
    socket.close();
    const { messages } = await server.transcript();
    assert.deepEqual(messages.slice(1), [
      { type: "text", data: "h\u00e9" },
      { type: "binary", data: "\x01\x02\x03" },
      { type: "binary", data: "\x01" },
      { type: "binary", data: "blob" },
    ]);
  });

  it("of a megabyte and in fragments arrive whole", async () => {
    const big = "x".repeat(1 << 20);
    const server = await peer([
      ...open(),
      send({ text: "in pieces", fragments: 3 }),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url);
    const log = await opened(socket);
    assert.equal((await log.next("message", 1)).data, "in pieces");
    socket.send(big);
    assert.isAbove(socket.bufferedAmount, 0);
    assert.isTrue(
      (await log.next("message", 2)).data === big,
      "the big message came back as it went",
    );
    assert.equal(socket.bufferedAmount, 0);
    socket.close();
    await server.transcript();
  });
});

describe("close after open", () => {
  it("by the page goes out with its code and reason", async () => {
    const server = await peer([...open()]);
    const socket = new KaazingWebSocket(server.url);
    const log = await opened(socket);
    socket.close(3001, "bye");
    assert.equal(socket.readyState, WebSocket.CLOSING);
    const event = await log.next("close");
    assert.deepEqual(
      [event.code, event.reason, event.wasClean],
      [3001, "bye", true],
    );
    assert.isTrue(event.isTrusted);
    assert.equal(socket.readyState, WebSocket.CLOSED);
    assert.deepEqual((await server.transcript()).close, {
      code: 3001,
      reason: "bye",
    });
    assert.deepEqual(log.types, ["open", "close"]);
  });

  it("by the server arrives with its code and reason", async () => {
    const server = await peer([
      ...open(),
      close(4001, "enough"),
      receiveClose(),
    ]);
    const log = await opened(new KaazingWebSocket(server.url));
    const event = await log.next("close");
    assert.deepEqual(
      [event.code, event.reason, event.wasClean],
      [4001, "enough", true],
    );
    await server.transcript();
  });

  it("in the end marker's packet still comes after open", async () => {
    const closeFrame = { opcode: 8, bytes: "\x0f\xa1gone" };
    const server = await peer([
      ...begin(),
      send({ bytes: switching }, marker, { text: "last" }, closeFrame),
    ]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    const event = await log.next("close");
    assert.deepEqual(log.types, ["open", "message", "close"]);
    assert.deepEqual(
      [event.code, event.reason, event.wasClean],
      [4001, "gone", true],
    );
    await settled();
  });

  it("send afterwards only adds to bufferedAmount", async () => {
    const server = await peer([...open(), close(1000)]);
    const socket = new KaazingWebSocket(server.url);
    await (await opened(socket)).next("close");
    socket.send("12345");
    assert.equal(socket.bufferedAmount, 5);
    assert.lengthOf((await server.transcript()).messages, 1);
  });
});

/** @param {any} socket */
function snapshot({
  readyState,
  url,
  protocol,
  extensions,
  bufferedAmount,
  binaryType,
  handshake,
}) {
  return {
    readyState,
    url,
    protocol,
    extensions,
    bufferedAmount,
    binaryType,
    handshake,
  };
}
