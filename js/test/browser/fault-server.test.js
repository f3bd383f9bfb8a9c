import { assert } from "chai";
import { Log, opened } from "./support/outcome.js";
import {
  accept,
  bytes,
  close,
  echo,
  mark,
  mute,
  peer,
  receive,
  reset,
  send,
  wait,
} from "./support/peer.js";
import { servers } from "./support/servers.js";

// The measuring instrument is measured first, with the browser's own WebSocket.
describe("the fault server", () => {
  it("records the request, the messages and the close code", async () => {
    const server = await peer([
      accept({ protocol: null }),
      receive(),
      receive(),
    ]);
    const socket = new WebSocket(`${server.url}?a=b`);
    await opened(socket);
    socket.send("h\u00e9");
    socket.send(new Uint8Array([0, 255]));
    socket.close(3001, "why");
    const { request, messages, close, ended } = await server.transcript();
    assert.match(
      request,
      new RegExp(`^GET ${server.path}\\?a=b HTTP/1\\.1\r\n`),
    );
    assert.deepEqual(messages, [
      { type: "text", data: "h\u00e9" },
      { type: "binary", data: "\x00\xff" },
    ]);
    assert.deepEqual(close, { code: 3001, reason: "why" });
    assert.isTrue(ended);
  });

  it("sends text, bytes, pieces and fragments", async () => {
    const frames = [
      { text: "a\u00e9" },
      { bytes: "\xff" },
      { bytes: "xyz", each: 2 },
      { text: "12345", fragments: 2 },
    ];
    const server = await peer([
      accept({ protocol: null }),
      send(...frames),
      close(1000),
    ]);
    const socket = new WebSocket(server.url);
    socket.binaryType = "arraybuffer";
    const log = new Log(socket);
    await log.next("close");
    const shown = log.messages.map((data) =>
      typeof data === "string" ? data : [...new Uint8Array(data)],
    );
    assert.deepEqual(shown, ["a\u00e9", [255], [0x78, 0x79], [0x7a], "12345"]);
    await server.transcript();
  });

  it("says when a script could not go on", async () => {
    const server = await peer([accept({ protocol: null }), receive()]);
    const socket = new WebSocket(server.url);
    await opened(socket);
    socket.close(1000);
    const error = await server.transcript().catch((reason) => reason);
    assert.include(String(error), "expected message 1, got close 1000");
  });

  it("keeps connections apart and takes marks from both sides", async () => {
    const second = [
      accept({ protocol: null }),
      mark("here"),
      wait("go"),
      send({ text: "second" }),
      echo(),
    ];
    const server = await peer(
      [bytes("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), ["end"]],
      second,
    );
    await new Log(new WebSocket(server.url)).next("close");
    const socket = new WebSocket(server.url);
    const log = new Log(socket);
    await server.reached("here");
    assert.deepEqual(log.messages, []);
    await server.release("go");
    await log.next("message");
    socket.close(1000);
    assert.lengthOf(await server.transcripts(), 2);
  });

  it("can reset, and can leave a Close frame without an answer", async () => {
    const server = await peer(
      [accept({ protocol: null }), reset()],
      [accept({ protocol: null }), mute(), wait("go"), reset()],
    );
    const first = await new Log(new WebSocket(server.url)).next("close");
    assert.deepEqual([first.code, first.wasClean], [1006, false]);
    const socket = new WebSocket(server.url);
    const log = await opened(socket);
    socket.close(1000);
    await server.release("go");
    assert.isFalse((await log.next("close")).wasClean);
    await server.transcripts();
  });

  it("listens at every origin, with TLS too", async () => {
    const { plain, otherPort, otherHost, secure, mapped } = servers.fault;
    for (const origin of [plain, otherPort, otherHost, secure, mapped]) {
      if (!origin) continue;
      const server = await peer([accept({ protocol: null }), close(1000)]);
      const { code } = await new Log(new WebSocket(server.at(origin))).next(
        "close",
      );
      assert.equal(code, 1000, origin);
      await server.transcript();
    }
  });
});
