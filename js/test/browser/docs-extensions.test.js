// The example of docs/extensions.md, as it stands there.

import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { dropped, failed, Log } from "./support/outcome.js";
import { begin, peer, receive, respond, send } from "./support/peer.js";

const text = await (await fetch("/docs/extensions.md")).text();
const [, example, use] =
  /<!-- The tests run this block as it stands\. -->\s+```js\n(.*?)```.*?```js\n(.*?)```/s.exec(
    text,
  ) ?? [];
const source = new Blob([example], { type: "text/javascript" });
const { dictionary } = await import(URL.createObjectURL(source));

const phrases = ['{"symbol":"', '","bid":', ',"ask":'];
const quote = '{"symbol":"XY","bid":1,"ask":2}';
const short = "\x0eXY\x0f1\x102}";

/** @param {string} id */
const agree = (id) => [
  ...begin(),
  respond("101 OK", `Sec-WebSocket-Extensions: x-dictionary; id=${id}`),
];

describe("the example of docs/extensions.md", () => {
  it("is used as it says there, and sends as little as it says", async () => {
    const server = await peer([
      ...[...agree("quotes-1"), receive()],
      send({ text: short }, { bytes: "\x0e" }),
    ]);
    class There extends KaazingWebSocket {
      /** @param {any[]} args */
      constructor(...args) {
        super(server.url, ...args.slice(1));
      }
    }
    const run = new Function(
      "KaazingWebSocket",
      "dictionary",
      `${use}; return ws;`,
    );
    const socket = run(There, dictionary);
    const log = new Log(socket);
    await log.next("message", 2);
    assert.equal(log.messages[0], quote);
    assert.equal(await log.messages[1].text(), "\x0e");
    assert.equal(socket.extensions, "x-dictionary; id=quotes-1");
    socket.close();
    const { messages } = await server.transcript();
    assert.equal(messages[1].data, short);
    const claim = `${quote.length} characters, ${short.length} on the wire`;
    assert.include(use, claim);
  });

  it("brings back whatever text it is given", () => {
    const { onSend, onMessage } = dictionary("d", [
      ...phrases,
      '{"symbol":"X',
      "$&|()",
    ]).accept({ id: "d" });
    for (const message of [
      "",
      "plain",
      quote,
      '{"symbol":"X{"symbol":"',
      "$&|()$&",
      "\x0e\x0f\x1b\x1b\x1a",
      '\x1b","bid":\u{1f600}\ud800\n',
    ])
      assert.equal(onMessage(onSend(message)), message);
    const buffer = new ArrayBuffer(1);
    assert.equal(onSend(buffer), buffer);
  });

  it("does not open with another dictionary, and ends on what it cannot read", async () => {
    const other = await peer(agree("quotes-2"));
    const options = { extensions: [dictionary("quotes-1", phrases)] };
    const refused = new KaazingWebSocket(other.url, [], options);
    const error = await failed(refused, "protocol", { status: 101 });
    assert.match(String(error.cause), /quotes-2/);
    await other.transcript();
    for (const wrong of ["\x11", "a\x1b"]) {
      const plan = [...agree("quotes-1"), send({ text: wrong })];
      const server = await peer(plan);
      const socket = new KaazingWebSocket(server.url, [], options);
      await dropped(socket, "protocol", new Log(socket));
      await server.transcript();
    }
  });
});
