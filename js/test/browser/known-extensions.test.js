// x-kaazing-ping-pong and x-kaazing-idle-timeout, which khp.wasm knows.

import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { dropped, failed, Log, settled } from "./support/outcome.js";
import {
  begin,
  close,
  echo,
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

const control = "\x01\x01\x01\x02";
const ping = { text: `${control}\t\0` };
const pong = { type: "text", data: `${control}\n\0` };
const escape = { text: control };

const extensions = ["x-kaazing-idle-timeout", "x-kaazing-ping-pong"];
const pingPong = "Sec-WebSocket-Extensions: x-kaazing-ping-pong; 01010102";
/** @param {number} ms */
const idle = (ms) =>
  `Sec-WebSocket-Extensions: x-kaazing-idle-timeout; timeout=${ms}`;

/** @param {any} plan @param {object} [options] */
async function connect(plan, options = {}) {
  const server = await peer(plan);
  const socket = new KaazingWebSocket(server.url, [], {
    extensions,
    ...options,
  });
  return { server, socket, log: new Log(socket) };
}

describe("x-kaazing-ping-pong", () => {
  const agreed = () => [...begin(), respond("101 OK", pingPong)];

  it("answers pings, one in the end marker's packet too, and shows none", async () => {
    const { server, socket, log } = await connect([
      ...begin(),
      send(
        { bytes: switching.replace("\r\n\r\n", `\r\n${pingPong}\r\n\r\n`) },
        marker,
        ping,
      ),
      ...[receive(), send(ping, { text: "a" }, ping), receive(), receive()],
      ...[send({ text: `${control}\n\0` }, { text: "b" }), close(1000)],
    ]);
    await log.next("close");
    assert.deepEqual(log.types, ["open", "message", "message", "close"]);
    assert.deepEqual(log.messages, ["a", "b"]);
    assert.equal(socket.extensions, "x-kaazing-ping-pong; 01010102");
    const { messages } = await server.transcript();
    assert.include(
      messages[0].data,
      "\r\nSec-WebSocket-Extensions: x-kaazing-idle-timeout, x-kaazing-ping-pong\r\n",
    );
    assert.deepEqual(messages.slice(1), [pong, pong, pong]);
  });

  it("escapes what begins with the control bytes, both ways", async () => {
    const own = `${control}zzz`;
    const { server, socket, log } = await connect([
      ...[...agreed(), send(escape, { text: own }, escape, ping)],
      ...[mark("sent"), receiveClose()],
    ]);
    await log.next("message", 2);
    assert.deepEqual(log.messages, [own, ping.text]);
    socket.send(own);
    socket.send("plain");
    socket.send(control);
    socket.send(new TextEncoder().encode(own));
    socket.close();
    await log.next("close");
    const { messages } = await server.transcript();
    assert.deepEqual(messages.slice(1), [
      { type: "text", data: control },
      { type: "text", data: own },
      { type: "text", data: "plain" },
      { type: "text", data: control },
      { type: "text", data: control },
      { type: "binary", data: own },
    ]);
  });

  it("leaves every message that is the page's to the browser", async () => {
    const { server, socket, log } = await connect([
      ...[...agreed(), send({ text: "" }, { bytes: control }, { text: "é" })],
      echo(),
    ]);
    await log.next("message", 3);
    const [empty, bytes, text] = log.entries
      .filter(({ type }) => type === "message")
      .map(({ event }) => event);
    for (const { isTrusted } of [empty, bytes, text]) assert.isTrue(isTrusted);
    assert.deepEqual([empty.data, text.data], ["", "é"]);
    assert.instanceOf(bytes.data, Blob, "as binaryType says");
    socket.binaryType = "arraybuffer";
    socket.send(new Blob(["x"]));
    const { data } = await log.next("message", 4);
    assert.instanceOf(data, ArrayBuffer);
    assert.equal(socket.binaryType, "arraybuffer");
    socket.close();
    assert.isTrue((await log.next("close")).isTrusted);
    await server.transcript();
  });

  it("sends what is no string as the native socket does", async () => {
    const { server, socket, log } = await connect([...agreed(), echo()]);
    await log.next("open");
    const { contentWindow } = document.body.appendChild(
      document.createElement("iframe"),
    );
    const foreign = /** @type {any} */ (contentWindow);
    socket.send(/** @type {any} */ (5));
    socket.send(/** @type {any} */ ({ toString: () => `${control}!` }));
    socket.send(/** @type {any} */ (null));
    socket.send(new foreign.Uint8Array([1, 2]));
    socket.send(new foreign.Uint8Array([3]).buffer);
    socket.send(new foreign.Blob(["b"]));
    assert.throws(() => /** @type {any} */ (socket).send(), TypeError);
    assert.throws(() => socket.send(/** @type {any} */ (Symbol())), TypeError);
    await log.next("message", 5);
    socket.close();
    const { messages } = await server.transcript();
    assert.deepEqual(messages.slice(1), [
      { type: "text", data: "5" },
      { type: "text", data: control },
      { type: "text", data: `${control}!` },
      { type: "text", data: "null" },
      { type: "binary", data: "\x01\x02" },
      { type: "binary", data: "\x03" },
      { type: "binary", data: "b" },
    ]);
  });

  for (const [what, ...frames] of /** @type {[string, ...any[]][]} */ ([
    ["an unknown control message", { text: `${control}?` }],
    ["an escape before a message that needs none", escape, { text: "a" }],
    ["an escape before a binary message", escape, { bytes: control }],
  ])) {
    it(`ends the connection on ${what}`, async () => {
      const { server, socket, log } = await connect([
        ...agreed(),
        send({ text: "first" }, ...frames, { text: "last" }),
      ]);
      const error = await dropped(socket, "protocol", log);
      assert.include(error.message, "x-kaazing-ping-pong");
      assert.deepEqual(log.messages, ["first"]);
      assert.equal(socket.readyState, WebSocket.CLOSED);
      assert.equal((await server.transcript()).close?.code, 4000);
      await settled();
      assert.equal(log.types.at(-1), "close");
    });
  }

  for (const value of ["", "; 010101", "; 0101010g", "; 01010102=1"]) {
    it(`fails the handshake where what was agreed to is "${value}"`, async () => {
      const { server, socket } = await connect([
        ...begin(),
        respond(
          "101 OK",
          `Sec-WebSocket-Extensions: x-kaazing-ping-pong${value}`,
        ),
      ]);
      await failed(socket, "protocol", { status: 101 });
      assert.equal((await server.transcript()).close?.code, 4000);
    });
  }

  it("goes on after a redirect, where events are relayed", async () => {
    const target = await peer([...agreed(), send(ping, { text: "a" }), echo()]);
    const there = target.at(servers.fault.otherPort);
    const { server, socket, log } = await connect([
      ...begin(),
      respond("302 There", `Location: ${there}`),
    ]);
    assert.equal((await log.next("message")).data, "a");
    socket.send(`${control}b`);
    // The echo brings the escape back, and what was escaped.
    assert.equal((await log.next("message", 2)).data, `${control}b`);
    socket.close(3000, "bye");
    const { code, reason } = await log.next("close");
    assert.deepEqual([code, reason], [3000, "bye"]);
    assert.equal(socket.url, there);
    await server.transcript();
    assert.deepEqual((await target.transcript()).messages[1], pong);
  });

  it("stands next to the wire, below an extension of the page's own", async () => {
    const codec = {
      name: "x-own",
      accept: () => ({
        onSend: async (/** @type {any} */ data) => `${control}${data}`,
        onMessage: (/** @type {any} */ data) => data.slice(control.length),
      }),
    };
    const agreedBoth = [
      ...begin(),
      respond("101 OK", "Sec-WebSocket-Extensions: x-own", pingPong),
    ];
    const { server, socket, log } = await connect(
      [
        ...agreedBoth,
        send(ping, escape, { text: `${control}a` }),
        receiveClose(),
      ],
      { extensions: [codec, ...extensions] },
    );
    assert.equal((await log.next("message")).data, "a");
    socket.send("b");
    socket.close();
    await log.next("close");
    const { messages } = await server.transcript();
    assert.deepEqual(messages.slice(1), [
      pong,
      { type: "text", data: control },
      { type: "text", data: `${control}b` },
    ]);
  });

  it("is of a gateway's dialect too: a ping right behind the second N", async () => {
    const stay = { bytes: "\xef\x83\xbfN" };
    const answer = switching.replace("\r\n\r\n", `\r\n${pingPong}\r\n\r\n`);
    const [accepted, request] = begin();
    const { server, socket, log } = await connect(
      [
        ...[accepted, send(stay), request],
        send({ bytes: answer }, marker, stay, ping, { text: "a" }),
        ...[receive(), close(1000)],
      ],
      { dialect: "gateway" },
    );
    assert.equal((await log.next("message")).data, "a");
    assert.equal(socket.url, server.url);
    await log.next("close");
    const { messages } = await server.transcript();
    assert.include(
      messages[0].data,
      "Sec-WebSocket-Extensions: x-kaazing-idle-timeout,x-kaazing-ping-pong\r\n",
    );
    assert.deepEqual(messages[1], pong);
  });
});

describe("x-kaazing-idle-timeout", () => {
  it("ends a connection on which nothing arrives", async () => {
    const { server, socket, log } = await connect([
      ...[...begin(), respond("101 OK", idle(300)), receiveClose()],
    ]);
    const error = await dropped(socket, "timeout", log);
    assert.include(error.message, "300 ms");
    assert.equal(error.url, server.url);
    assert.equal((await server.transcript()).close?.code, 4408);
    await settled();
    assert.deepEqual(log.types, ["open", "error", "close"]);
  });

  it("leaves one alone on which something does", async () => {
    const { server, socket, log } = await connect([
      ...[...begin(), respond("101 OK", pingPong, idle(900)), mark("open")],
      ...Array.from({ length: 4 }, (_, i) => [
        ...[wait(`go ${i}`), send(i % 2 ? ping : { text: `${i}` })],
      ]).flat(),
      ...[wait("go 4"), close(1000)],
    ]);
    await log.next("open");
    const begun = performance.now();
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server.release(`go ${i}`);
    }
    const { code } = await log.next("close");
    // Five times 300 ms: a machine that stood still between two of them takes longer.
    if (performance.now() - begun < 2000) assert.equal(code, 1000);
    assert.equal(socket.readyState, WebSocket.CLOSED);
    await server.transcript();
  });

  it("does not count once the page has closed the socket", async () => {
    const { server, socket, log } = await connect([
      ...[...begin(), respond("101 OK", idle(200)), ["mute"]],
      ...[mark("open"), wait("go"), ["end"]],
    ]);
    await log.next("open");
    socket.close(1000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(log.types, ["open"]);
    await server.release("go");
    const event = await log.next("close");
    assert.isTrue(event.isTrusted);
    assert.notInclude(log.types, "message");
    await server.transcript();
  });

  it("does not begin where the page closes the socket as it opens", async () => {
    const { server, socket, log } = await connect([
      ...[...begin(), respond("101 OK", idle(100)), ["mute"]],
      ...[receiveClose(), wait("go"), ["end"]],
    ]);
    socket.onopen = () => socket.close(3000);
    await log.next("open");
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(log.types, ["open"]);
    await server.release("go");
    assert.isTrue((await log.next("close")).isTrusted);
    assert.deepEqual((await server.transcript()).close, {
      code: 3000,
      reason: "",
    });
  });

  for (const value of ["", "; timeout=0", "; timeout=-1", "; timeout=x"]) {
    it(`fails the handshake where what was agreed to is "${value}"`, async () => {
      const { server, socket } = await connect([
        ...begin(),
        respond(
          "101 OK",
          `Sec-WebSocket-Extensions: x-kaazing-idle-timeout${value}`,
        ),
      ]);
      await failed(socket, "protocol", { status: 101 });
      await server.transcript();
    });
  }

  it("is not there where the server does not agree to it", async () => {
    const { server, socket, log } = await connect([...open(), close(1000)]);
    await log.next("close");
    assert.equal(socket.extensions, "");
    await server.transcript();
  });
});
