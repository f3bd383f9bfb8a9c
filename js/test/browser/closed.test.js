import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { Log, failed, opened, settled } from "./support/outcome.js";
import {
  accept,
  begin,
  bytes,
  close,
  echo,
  end,
  head,
  mark,
  marker,
  open,
  peer,
  receive,
  receiveClose,
  reset,
  respond,
  send,
  switching,
  wait,
} from "./support/peer.js";
import { servers } from "./support/servers.js";

/** Ways in which a server can end a connection that is open to it. @type {[string, any[]][]} */
const endings = [
  ["a close with 1000", [close(1000), receiveClose()]],
  ["a close with 4001 and a reason", [close(4001, "enough"), receiveClose()]],
  ["a close without a code", [close(), receiveClose()]],
  ["the end of TCP", [end()]],
  ["a reset", [reset()]],
  ["an invalid frame", [send({ bytes: "x", rsv: 7 })]],
];
const partial = send({ bytes: switching.slice(0, 40) });
const whole = send({ bytes: switching });

describe("the server ends the connection", () => {
  /** @type {[string, any[]][]} */
  const before = [
    ["at once", [reset()]],
    ["in order, without an answer", [end()]],
    [
      "with an HTTP error",
      [bytes("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), end()],
    ],
    ["within its answer", [bytes("HTTP/1.1 101 Switching Pro"), end()]],
    ["with something that is no HTTP", [bytes("220 mail ready\r\n"), end()]],
    [
      "with a wrong Sec-WebSocket-Accept",
      [
        bytes(
          "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: x-kaazing-handshake\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
        ),
      ],
    ],
    ["with a protocol that was not offered", [accept({ protocol: "mqtt" })]],
  ];
  for (const [how, plan] of before) {
    it(`before it opens, ${how}: connect`, async () => {
      const server = await peer(plan);
      const socket = new KaazingWebSocket(server.url, "soap");
      const error = await failed(socket, "connect", { status: 0 });
      assert.equal(error.url, server.url);
      assert.isNull(socket.handshake);
      await server.transcript();
    });
  }

  it("by not being there: connect", async () => {
    const socket = new KaazingWebSocket("ws://127.0.0.1:1/");
    const error = await failed(socket, "connect", { status: 0 });
    assert.equal(error.url, "ws://127.0.0.1:1/");
  });

  /** @type {[string, any[], number][]} */
  const stages = [
    ["before its response", [...begin()], 0],
    ["within the head", [...begin(), partial], 0],
    ["after the head, before the end marker", [...begin(), whole], 101],
    ["after a 202", [...begin(), respond("202 Accepted")], 202],
  ];
  for (const [when, steps, status] of stages) {
    for (const [how, ending] of endings) {
      it(`${when}, by ${how}: closed`, async () => {
        const server = await peer([...steps, ...ending]);
        const socket = new KaazingWebSocket(server.url);
        const log = new Log(socket);
        await failed(socket, "closed", { status, log });
        if (status === 0) assert.isNull(socket.handshake);
        else assert.equal(socket.handshake?.status, status);
        await server.transcript();
        await settled();
        assert.deepEqual(log.types, ["error", "close"]);
      });
    }
  }

  it("tells its code and reason in the error's message", async () => {
    const server = await peer([
      ...begin(),
      close(4001, "enough"),
      receiveClose(),
    ]);
    const { message } = await failed(
      new KaazingWebSocket(server.url),
      "closed",
    );
    assert.include(message, "4001");
    assert.include(message, "enough");
  });

  for (const [how, ending] of endings) {
    it(`after the end marker, by ${how}: as it is natively`, async () => {
      const native = await peer([
        accept({ protocol: null }),
        mark("open"),
        wait("go"),
        ...ending,
      ]);
      const expected = new Log(new WebSocket(native.url));
      const server = await peer([
        ...open(),
        mark("open"),
        wait("go"),
        ...ending,
      ]);
      const actual = new Log(new KaazingWebSocket(server.url));
      for (const [one, log] of /** @type {[typeof native, Log][]} */ ([
        [native, expected],
        [server, actual],
      ])) {
        await log.next("open");
        await one.release("go");
        await log.next("close");
        await one.transcript();
      }
      assert.deepEqual(shown(actual), shown(expected));
    });
  }
});

/** @param {Log} log */
function shown(log) {
  return log.entries.map(({ type, event, readyState }) => [
    type,
    readyState,
    event.code,
    event.reason,
    event.wasClean,
  ]);
}

describe("a server that does not take KHP", () => {
  it("and selects one of the application's protocols opens a plain socket", async () => {
    const server = await peer([
      accept({ protocol: "soap" }),
      send({ text: "at once" }, { bytes: "x" }),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url, ["wamp", "soap"]);
    const log = new Log(socket);
    await log.next("message", 2);
    assert.deepEqual(log.types, ["open", "message", "message"]);
    assert.equal(log.messages[0], "at once");
    assert.instanceOf(log.messages[1], Blob);
    assert.deepEqual(
      [socket.protocol, socket.handshake, socket.readyState],
      ["soap", null, WebSocket.OPEN],
    );
    socket.send("plain");
    assert.equal((await log.next("message", 3)).data, "plain");
    socket.close();
    assert.deepEqual((await server.transcript()).messages, [
      { type: "text", data: "plain" },
    ]);
  });

  it("and selects none fails: no-khp where the browser opens such a socket, else connect", async () => {
    const native = await peer([accept({ protocol: null }), close(1000)]);
    const expected = new Log(new WebSocket(native.url, "x-kaazing-handshake"));
    await expected.next("close");
    const code = expected.types.includes("open") ? "no-khp" : "connect";
    const server = await peer([accept({ protocol: null })]);
    const socket = new KaazingWebSocket(server.url);
    await failed(socket, code, { status: 0 });
    assert.isNull(socket.handshake);
    assert.deepEqual((await server.transcript()).messages, []);
  });
});

describe("fallback: 'native'", () => {
  const refusal = [
    bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    end(),
  ];
  /** @type {[string, any[]][]} */
  const refusals = [
    ["refuses the opening handshake", refusal],
    ["selects no protocol", [accept({ protocol: null })]],
  ];
  for (const [how, first] of refusals) {
    it(`connects again without KHP where the server ${how}`, async () => {
      const server = await peer(first, [
        accept({ protocol: "soap" }),
        send({ text: "hello" }),
        echo(),
      ]);
      const socket = new KaazingWebSocket(server.url, ["soap"], {
        fallback: "native",
      });
      const log = await opened(socket);
      assert.deepEqual(
        [socket.protocol, socket.handshake, socket.url],
        ["soap", null, server.url],
      );
      assert.equal((await log.next("message")).data, "hello");
      socket.send("plain");
      assert.equal((await log.next("message", 2)).data, "plain");
      socket.close(3000, "done");
      const event = await log.next("close");
      assert.deepEqual(
        [event.code, event.reason, event.wasClean],
        [3000, "done", true],
      );
      const [, second] = await server.transcripts();
      assert.match(second.request, /^Sec-WebSocket-Protocol: soap\r$/im);
      assert.deepEqual(second.close, { code: 3000, reason: "done" });
    });
  }

  it("offers nothing where the application asked for nothing", async () => {
    const server = await peer(refusal, [accept({ protocol: null }), echo()]);
    const socket = new KaazingWebSocket(server.url, [], { fallback: "native" });
    await opened(socket);
    assert.equal(socket.protocol, "");
    socket.close();
    const [, second] = await server.transcripts();
    assert.notMatch(second.request, /sec-websocket-protocol/i);
  });

  it("fails as connect where that fails too", async () => {
    const server = await peer(refusal, refusal);
    await failed(
      new KaazingWebSocket(server.url, [], { fallback: "native" }),
      "connect",
      { status: 0 },
    );
    await server.transcripts();
  });

  it("is not for a server that takes KHP and says no", async () => {
    const server = await peer([
      ...begin(),
      send({ bytes: head("403 No") }, marker),
    ]);
    await failed(
      new KaazingWebSocket(server.url, [], { fallback: "native" }),
      "status",
      { status: 403 },
    );
    const transcripts = await server.transcripts();
    assert.lengthOf(transcripts, 1);
  });

  it("is not for a server that takes KHP and closes", async () => {
    const server = await peer([accept(), receive(), close(1000)]);
    await failed(
      new KaazingWebSocket(server.url, [], { fallback: "native" }),
      "closed",
    );
    assert.lengthOf(await server.transcripts(), 1);
  });

  it("needs no fallback at an ordinary server of another library", async () => {
    const socket = new KaazingWebSocket(
      `${servers.upstream}/headers`,
      ["soap"],
      { fallback: "native" },
    );
    const log = await opened(socket);
    const { data } = await log.next("message");
    assert.deepEqual(JSON.parse(data)["sec-websocket-protocol"].split(/, */), [
      "x-kaazing-handshake",
      "soap",
    ]);
    assert.equal(socket.protocol, "soap");
    socket.close();
    await log.next("close");
  });
});
