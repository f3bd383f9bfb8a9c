import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { failed, Log, outcomeOf, settled } from "./support/outcome.js";
import {
  accept,
  begin,
  head,
  peer,
  receive,
  respond,
  send,
} from "./support/peer.js";
import {
  challenging,
  choosing,
  completing,
  failing,
  redirecting,
  unknown,
  waiting,
} from "./support/statuses.js";

/**
 * The response is a head without its end marker: failing must not wait for it.
 *
 * @param {number} status
 * @param {string} code
 */
async function fails(status, code) {
  const server = await peer([
    ...begin(),
    send({ bytes: head(`${status} Because`, "X-Why: no") }),
  ]);
  const socket = new KaazingWebSocket(server.url);
  const error = await failed(socket, code, { status });
  assert.equal(error.url, server.url);
  assert.include(error.message, String(status));
  const { headers, ...rest } = outcomeOf(socket);
  const challenges = status in challenging ? 1 : 0;
  assert.deepEqual(rest, {
    status,
    statusText: "Because",
    url: server.url,
    redirects: [],
    challenges,
  });
  assert.equal(headers.get("x-why"), "no");
  const { close, messages } = await server.transcript();
  assert.equal(close?.code, 4000 + status);
  assert.lengthOf(messages, 1);
}

describe("a status that fails", () => {
  it("is every one of the table but 101, 201, 202, 204 and 205, unless the client has something to go on with", () => {
    const all = [
      completing,
      waiting,
      Object.keys(challenging),
      choosing,
      redirecting,
      failing,
    ].flat();
    assert.equal(new Set(all.map(Number)).size, 67);
  });

  for (const status of [...failing, ...unknown]) {
    it(`${status} fails at once with "status"`, () => fails(status, "status"));
  }

  for (const [status, code] of Object.entries(challenging)) {
    it(`${status} without credentials fails at once with "${code}"`, () =>
      fails(Number(status), code));
  }

  for (const status of redirecting) {
    it(`${status} without a Location fails at once with "redirect"`, () =>
      fails(status, "redirect"));
  }

  for (const status of choosing) {
    it(`${status} without a choice fails with "redirect", when it has ended`, async () => {
      const server = await peer([...begin(), respond(`${status} Choose`)]);
      await failed(new KaazingWebSocket(server.url), "redirect", { status });
      assert.equal((await server.transcript()).close?.code, 4000 + status);
    });
  }

  it("fails without its body as well", async () => {
    const server = await peer([
      ...begin(),
      send({ bytes: `${head("403 Forbidden", "Content-Length: 9")}part` }),
    ]);
    await failed(new KaazingWebSocket(server.url), "status", { status: 403 });
    assert.equal((await server.transcript()).close?.code, 4403);
  });

  it("is followed by nothing else, whatever the server sends on", async () => {
    const more = [
      { text: "a message" },
      { bytes: head("101 OK") },
      { bytes: "" },
    ];
    const server = await peer([
      ...begin(),
      send({ bytes: head("403 Forbidden") }, { bytes: "" }, ...more),
    ]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    await failed(socket, "status", { log });
    await server.transcript();
    await settled();
    assert.deepEqual(log.types, ["error", "close"]);
    assert.equal(socket.readyState, WebSocket.CLOSED);
    assert.deepEqual([socket.protocol, socket.extensions], ["", ""]);
  });

  it("counts that of the last response: 202, then 503", async () => {
    const server = await peer([
      ...begin(),
      respond("202 Accepted"),
      send({ bytes: head("503 Busy") }),
    ]);
    const socket = new KaazingWebSocket(server.url);
    await failed(socket, "status", { status: 503 });
    assert.equal(socket.handshake?.status, 503);
    await server.transcript();
  });

  it("dispatches an ErrorEvent, as window.onerror has one", async () => {
    const server = await peer([...begin(), send({ bytes: head("500 No") })]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    const error = await failed(socket, "status", { log });
    const { event } = log.entries[0];
    assert.instanceOf(event, ErrorEvent);
    assert.equal(event.message, error.message);
    assert.instanceOf(error, Error);
    await server.transcript();
  });

  it("in the opening handshake stays what it is to every browser: the socket did not connect", async () => {
    const reply =
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const server = await peer([["bytes", { data: reply }], ["end"]]);
    const socket = new KaazingWebSocket(server.url);
    await failed(socket, "connect", { status: 0 });
    assert.isNull(socket.handshake);
    await server.transcript();
  });
});

describe("a 202", () => {
  it("is waited on until the time is up", async () => {
    const server = await peer([accept(), receive(), respond("202 Accepted")]);
    const socket = new KaazingWebSocket(server.url, [], {
      handshakeTimeout: 600,
    });
    await failed(socket, "timeout");
    assert.equal(socket.handshake?.status, 202);
    assert.equal((await server.transcript()).close?.code, 4408);
  });
});
