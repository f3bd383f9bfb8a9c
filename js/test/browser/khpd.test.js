import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { failed, opened } from "./support/outcome.js";
import { servers } from "./support/servers.js";

const { gateway } = servers;
const joe = { username: "joe", password: "welcome" };

/** @param {any} socket */
async function echoes(socket) {
  const log = await opened(socket);
  socket.binaryType = "arraybuffer";
  socket.send("t\u00e9xt");
  socket.send(new Uint8Array([0, 1, 255]));
  assert.equal((await log.next("message", 1)).data, "t\u00e9xt");
  assert.deepEqual(
    [...new Uint8Array((await log.next("message", 2)).data)],
    [0, 1, 255],
  );
  socket.close(1000, "done");
  const event = await log.next("close");
  assert.deepEqual([event.code, event.wasClean], [1000, true]);
}

// The demo server takes pages of its own origin; the runner passes /echo and its like on to it.
describe("khpd demo", () => {
  it("/echo opens, by a relative URL", async () => {
    const socket = new KaazingWebSocket("/echo");
    await echoes(socket);
    assert.equal(socket.handshake?.status, 101);
    assert.equal(
      socket.url,
      new URL("/echo", location.href).href.replace("http", "ws"),
    );
  });

  it("/basic opens with the right password", async () => {
    /** @type {any[]} */
    const realms = [];
    const socket = new KaazingWebSocket("/basic", [], {
      authenticate: (/** @type {any} */ { realm }) => (realms.push(realm), joe),
    });
    await echoes(socket);
    assert.deepEqual(realms, ["KHP demo"]);
    assert.equal(socket.handshake?.challenges, 1);
  });

  it("/basic opens in the second round", async () => {
    const authenticate = (/** @type {any} */ { attempt }) => ({
      username: "joe",
      password: attempt === 1 ? "wrong" : "welcome",
    });
    const socket = new KaazingWebSocket("/basic", [], { authenticate });
    await echoes(socket);
    assert.equal(socket.handshake?.challenges, 2);
  });

  it("/basic says no to a wrong password and to none", async () => {
    await failed(
      new KaazingWebSocket("/basic", [], {
        authenticate: { ...joe, password: "wrong" },
      }),
      "unauthorized",
      { status: 401 },
    );
    await failed(new KaazingWebSocket("/basic"), "unauthorized", {
      status: 401,
    });
  });

  it("/redirect leads to /echo", async () => {
    const socket = new KaazingWebSocket("/redirect");
    await echoes(socket);
    assert.deepEqual(
      socket.handshake?.redirects.map(
        (/** @type {string} */ url) => new URL(url).pathname,
      ),
      ["/redirect"],
    );
    assert.equal(new URL(socket.url).pathname, "/echo");
  });

  it("/redirect leads nowhere where redirects are errors", async () => {
    await failed(
      new KaazingWebSocket("/redirect", [], { redirect: "error" }),
      "redirect",
      { status: 302 },
    );
  });

  it("/forbidden says 403", async () => {
    const socket = new KaazingWebSocket("/forbidden");
    await failed(socket, "status", { status: 403 });
    assert.match(
      String(socket.handshake?.headers.get("content-type")),
      /^text\/plain/,
    );
  });

  it("/slow does not open in time", async () => {
    await failed(
      new KaazingWebSocket("/slow", [], { handshakeTimeout: 300 }),
      "timeout",
    );
  });
});

describe("khpd serve", () => {
  it("stands before an ordinary server", async () => {
    const socket = new KaazingWebSocket(`${gateway}/echo`);
    await echoes(socket);
    assert.equal(socket.handshake?.status, 101);
    assert.equal(socket.protocol, "");
  });

  it("negotiates the application's protocols with it", async () => {
    const socket = new KaazingWebSocket(`${gateway}/echo`, ["soap", "wamp"]);
    await echoes(socket);
    assert.equal(socket.protocol, "wamp");
  });

  it("gives it the request's headers, and KHP's protocol not", async () => {
    const headers = { Authorization: "Bearer t0ken", "X-Trace": "7" };
    const socket = new KaazingWebSocket(`${gateway}/headers?a=b`, ["soap"], {
      headers,
    });
    const log = await opened(socket);
    const seen = JSON.parse((await log.next("message")).data);
    assert.equal(seen.url, "/headers?a=b");
    assert.equal(seen.authorization, "Bearer t0ken");
    assert.equal(seen["x-trace"], "7");
    assert.equal(seen["sec-websocket-protocol"], "soap");
    assert.equal(seen.origin, location.origin);
    assert.equal(seen.host, new URL(gateway).host);
    socket.close();
    await log.next("close");
  });

  it("delivers what the server says first, after open", async () => {
    const socket = new KaazingWebSocket(`${gateway}/greet`);
    const log = await opened(socket);
    assert.equal((await log.next("message")).data, "welcome");
    assert.deepEqual(log.types, ["open", "message"]);
    socket.close();
    await log.next("close");
  });

  it("turns its 401 into a challenge, and its 403 into a failure", async () => {
    const socket = new KaazingWebSocket(`${gateway}/basic`, [], {
      authenticate: joe,
    });
    await echoes(socket);
    const forbidden = new KaazingWebSocket(`${gateway}/forbidden`);
    await failed(forbidden, "status", { status: 403 });
    assert.equal(forbidden.handshake?.headers.get("x-reason"), "closed");
  });

  it("passes on the server's close", async () => {
    const socket = new KaazingWebSocket(`${gateway}/echo`);
    const log = await opened(socket);
    socket.send("close 4321");
    const { code, reason, wasClean } = await log.next("close");
    assert.deepEqual([code, reason, wasClean], [4321, "as you wish", true]);
  });

  it("passes on a megabyte, both ways", async () => {
    const socket = new KaazingWebSocket(`${gateway}/echo`);
    const log = await opened(socket);
    const big = "0123456789abcdef".repeat(1 << 16);
    socket.send(big);
    assert.isTrue((await log.next("message")).data === big);
    socket.close();
    await log.next("close");
  });

  it("leaves the browser's own WebSocket as it is", async () => {
    const socket = new WebSocket(`${gateway}/echo`, ["soap"]);
    const log = await opened(socket);
    assert.equal(socket.protocol, "soap");
    socket.send("plain");
    assert.equal((await log.next("message")).data, "plain");
    socket.close();
    await log.next("close");
  });
});
