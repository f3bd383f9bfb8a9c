import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { failed, opened, outcomeOf } from "./support/outcome.js";
import { begin, close, peer, receive, respond } from "./support/peer.js";
import { servers } from "./support/servers.js";

/** A request that says how long its body is. @param {{data: string}} message @param {number} length */
function expects({ data }, length) {
  assert.match(data, /^Expect: 100-continue\r$/m);
  assert.include(data, `\r\nContent-Length: ${length}\r\n`);
}

const wanted = () => [
  ...[...begin(), respond("100 Continue"), receive()],
  ...[respond("101 OK"), close(1000)],
];

describe("a body", () => {
  for (const [what, body, sent] of /** @type {[string, any, any][]} */ ([
    ["a string", "h\u00e9llo", { type: "text", data: "h\u00e9llo" }],
    ["an empty string", "", { type: "text", data: "" }],
    [
      "an ArrayBuffer",
      Uint8Array.of(0, 255).buffer,
      { type: "binary", data: "\x00\xff" },
    ],
    [
      "a view",
      Uint8Array.of(9, 1, 2, 9).subarray(1, 3),
      { type: "binary", data: "\x01\x02" },
    ],
    [
      "a DataView",
      new DataView(Uint8Array.of(9, 7).buffer, 1),
      { type: "binary", data: "\x07" },
    ],
  ])) {
    it(`that is ${what} follows a 100, as one message`, async () => {
      const server = await peer(wanted());
      const socket = new KaazingWebSocket(server.url, [], { body });
      await opened(socket);
      assert.equal(outcomeOf(socket).status, 101);
      const { messages } = await server.transcript();
      assert.lengthOf(messages, 2);
      const length =
        typeof body === "string"
          ? new TextEncoder().encode(body).length
          : body.byteLength;
      expects(messages[0], length);
      assert.deepEqual(messages[1], sent);
    });
  }

  it("is as it was at construction, and with()", async () => {
    const server = await peer(wanted(), wanted());
    const body = Uint8Array.of(1, 2, 3);
    const Preset = KaazingWebSocket.with({ body });
    const first = new KaazingWebSocket(server.url, [], { body });
    body.fill(0);
    await (await opened(first)).next("close");
    await opened(new Preset(server.url));
    for (const { messages } of await server.transcripts())
      assert.equal(messages[1].data, "\x01\x02\x03");
  });

  it("stays here where the server answers without asking for it", async () => {
    const server = await peer([...begin(), respond("101 OK"), close(1000)]);
    await opened(new KaazingWebSocket(server.url, [], { body: "unread" }));
    assert.lengthOf((await server.transcript()).messages, 1);
  });

  it("is not sent twice for one request, nor after a 417", async () => {
    const twice = await peer([
      ...[...begin(), respond("100 Continue"), receive()],
      respond("100 Continue"),
    ]);
    const options = { body: "once" };
    await failed(new KaazingWebSocket(twice.url, [], options), "status", {
      status: 100,
    });
    assert.lengthOf((await twice.transcript()).messages, 2);
    const refused = await peer([...begin(), respond("417 No")]);
    await failed(new KaazingWebSocket(refused.url, [], options), "status", {
      status: 417,
    });
    assert.lengthOf((await refused.transcript()).messages, 1);
  });

  it("follows the replay of a request, and stays at its origin", async () => {
    const server = await peer([
      ...[...begin(), respond("100 Continue"), receive()],
      respond("401 Who", 'WWW-Authenticate: Basic realm="r"'),
      ...[receive(), respond("100 Continue"), receive()],
      ...[respond("101 OK"), close(1000)],
    ]);
    const authenticate = { username: "joe", password: "welcome" };
    const options = { body: "again", authenticate };
    await opened(new KaazingWebSocket(server.url, [], options));
    const { messages } = await server.transcript();
    assert.deepEqual([messages[1].data, messages[3].data], ["again", "again"]);

    const target = await peer([...begin(), respond("101 OK"), close(1000)]);
    const there = target.at(servers.fault.otherPort);
    const away = await peer([
      ...begin(),
      respond("307 There", `Location: ${there}`),
    ]);
    await opened(new KaazingWebSocket(away.url, [], options));
    expects((await away.transcript()).messages[0], 5);
    const [request] = (await target.transcript()).messages;
    assert.notMatch(request.data, /Expect|Content-Length/i);
  });
});
