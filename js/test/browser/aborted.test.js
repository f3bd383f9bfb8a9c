import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { Log, failed, opened, settled } from "./support/outcome.js";
import {
  accept,
  begin,
  close,
  echo,
  mark,
  mute,
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
import { thrownBy } from "./support/thrown.js";

/** Stages of a handshake, each a script up to the mark "here". @type {Record<string, () => Promise<{stage: any, arrived: () => Promise<unknown>, options?: any}>>} */
const stages = {
  "while connecting": async () => {
    const stage = await peer([mark("here"), wait("never")]);
    return { stage, arrived: () => stage.connected() };
  },
  "after the request": async () => {
    const stage = await peer([...begin(), mark("here")]);
    return { stage, arrived: () => stage.reached("here") };
  },
  "within a response": async () => {
    const stage = await peer([
      ...begin(),
      send({ bytes: switching.slice(0, 30) }),
      mark("here"),
    ]);
    return { stage, arrived: () => stage.reached("here") };
  },
  "before the end marker": async () => {
    const stage = await peer([
      ...begin(),
      send({ bytes: switching }),
      mark("here"),
    ]);
    return { stage, arrived: () => stage.reached("here") };
  },
  "while a redirect connects": async () => {
    const stage = await peer([mark("here"), wait("never")]);
    const from = await peer([
      ...begin(),
      respond("302 Found", `Location: ${stage.url}`),
    ]);
    return {
      stage: Object.assign(from, { second: stage }),
      arrived: () => stage.connected(),
    };
  },
  "after the request of a redirect": async () => {
    const second = await peer([...begin(), mark("here")]);
    const from = await peer([
      ...begin(),
      respond("302 Found", `Location: ${second.url}`),
    ]);
    return {
      stage: Object.assign(from, { second }),
      arrived: () => second.reached("here"),
    };
  },
};
/** In these the socket that is current has not opened, so that no Close frame can go out. */
const unopened = ["while connecting", "while a redirect connects"];

describe("close() during the handshake", () => {
  for (const [when, set] of Object.entries(stages)) {
    it(`${when} fails as aborted, a task later, and closes with the caller's code`, async () => {
      const { stage, arrived } = await set();
      const socket = new KaazingWebSocket(stage.url);
      const log = new Log(socket);
      await arrived();
      await settled();
      socket.close(3001, "why");
      assert.equal(socket.readyState, WebSocket.CLOSING);
      assert.deepEqual(
        log.types,
        [],
        "nothing is dispatched from within close()",
      );
      await Promise.resolve();
      assert.deepEqual(log.types, [], "nor from a microtask of it");
      socket.close(3002, "again");
      await failed(socket, "aborted", { log });
      const { close } = await (stage.second ?? stage).transcript();
      assert.deepEqual(
        close,
        unopened.includes(when) ? null : { code: 3001, reason: "why" },
      );
      await settled();
      assert.deepEqual(log.types, ["error", "close"]);
    });
  }

  it("without a code closes with 1000", async () => {
    const server = await peer([...begin(), mark("here")]);
    const socket = new KaazingWebSocket(server.url);
    await server.reached("here");
    socket.close();
    await failed(socket, "aborted", { status: 0 });
    assert.equal((await server.transcript()).close?.code, 1000);
  });

  it("right after the constructor fails too", async () => {
    const socket = new KaazingWebSocket("ws://127.0.0.1:1/");
    socket.close();
    await failed(socket, "aborted", { status: 0 });
    assert.isNull(socket.handshake);
  });

  it("throws what the native one throws, and the handshake goes on", async () => {
    const server = await peer([
      ...begin(),
      mark("here"),
      wait("go"),
      respond("101 OK"),
      echo(),
    ]);
    const socket = /** @type {any} */ (new KaazingWebSocket(server.url));
    const log = new Log(socket);
    const native = /** @type {any} */ (
      new WebSocket((await peer([accept({ protocol: null })])).url)
    );
    await server.reached("here");
    for (const args of [
      [999],
      [1001],
      [1005],
      [2999],
      [5000],
      [0],
      [NaN],
      [70000],
      [3000, "x".repeat(124)],
      [undefined, "\u00e9".repeat(62)],
      [Symbol("1")],
    ]) {
      assert.deepEqual(
        thrownBy(() => socket.close(...args)),
        thrownBy(() => native.close(...args)),
        String(args[0]),
      );
      assert.equal(socket.readyState, WebSocket.CONNECTING);
    }
    await server.release("go");
    await log.next("open");
    native.close();
    socket.close();
    await server.transcript();
  });

  it("does not wait for a server that does not answer the Close frame", async () => {
    const server = await peer([
      mute(),
      ...begin(),
      mark("here"),
      receiveClose(),
      mark("closing"),
      wait("go"),
      reset(),
    ]);
    const socket = new KaazingWebSocket(server.url);
    const log = new Log(socket);
    await server.reached("here");
    socket.close();
    await server.reached("closing");
    await failed(socket, "aborted", { log });
    await server.release("go");
    await server.transcript();
    await settled();
    assert.deepEqual(log.types, ["error", "close"]);
  });
});

describe("the signal", () => {
  for (const [when, set] of Object.entries(stages)) {
    it(`${when} fails as aborted, with the reason as cause, and closes with 1000`, async () => {
      const { stage, arrived } = await set();
      const controller = new AbortController();
      const socket = new KaazingWebSocket(stage.url, [], {
        signal: controller.signal,
      });
      const log = new Log(socket);
      await arrived();
      await settled();
      const reason = new Error("left the page");
      controller.abort(reason);
      assert.equal(socket.readyState, WebSocket.CLOSING);
      assert.deepEqual(log.types, []);
      const error = await failed(socket, "aborted", { log });
      assert.equal(error.cause, reason);
      const { close } = await (stage.second ?? stage).transcript();
      assert.equal(close?.code, unopened.includes(when) ? undefined : 1000);
    });
  }

  it("that is aborted already fails the connection and does not throw", async () => {
    const signal = AbortSignal.abort("too late");
    const socket = new KaazingWebSocket("ws://127.0.0.1:1/", [], { signal });
    const error = await failed(socket, "aborted", { status: 0 });
    assert.equal(error.cause, "too late");
  });

  it("of AbortSignal.timeout is a time limit of its own", async () => {
    const server = await peer([...begin(), mark("here")]);
    const socket = new KaazingWebSocket(server.url, [], {
      signal: AbortSignal.timeout(500),
    });
    const error = await failed(socket, "aborted");
    assert.equal(error.cause.name, "TimeoutError");
    assert.equal((await server.transcript()).close?.code, 1000);
  });

  it("has no effect once open", async () => {
    const server = await peer([...open(), echo()]);
    const controller = new AbortController();
    const socket = new KaazingWebSocket(server.url, [], {
      signal: controller.signal,
    });
    const log = await opened(socket);
    controller.abort();
    socket.send("still here");
    assert.equal((await log.next("message")).data, "still here");
    assert.equal(socket.readyState, WebSocket.OPEN);
    socket.close();
    await server.transcript();
  });

  it("has no effect once failed", async () => {
    const controller = new AbortController();
    const socket = new KaazingWebSocket("ws://127.0.0.1:1/", [], {
      signal: controller.signal,
    });
    const log = new Log(socket);
    await failed(socket, "connect", { log });
    controller.abort();
    await settled();
    assert.deepEqual(log.types, ["error", "close"]);
  });
});

describe("handshakeTimeout", () => {
  for (const [when, set] of Object.entries(stages)) {
    it(`fails the handshake ${when} and closes with 4408`, async () => {
      const { stage } = await set();
      const socket = new KaazingWebSocket(stage.url, [], {
        handshakeTimeout: 800,
      });
      await failed(socket, "timeout");
      const { close } = await (stage.second ?? stage).transcript();
      assert.equal(close?.code, unopened.includes(when) ? undefined : 4408);
    });
  }

  it("is one limit for all of it: responses do not start it anew", async () => {
    const rounds = [1, 2, 3, 4, 5, 6].flatMap((n) => [
      wait(`round ${n}`),
      respond("202 Accepted"),
    ]);
    const server = await peer([...begin(), ...rounds]);
    const socket = new KaazingWebSocket(server.url, [], {
      handshakeTimeout: 600,
    });
    const log = new Log(socket);
    for (let n = 1; n <= 6 && log.types.length === 0; n++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      await server.release(`round ${n}`);
    }
    assert.include(log.types, "close", "it failed while responses came");
    await failed(socket, "timeout", { log });
    assert.equal((await server.transcript()).close?.code, 4408);
  });

  it("is no limit where it is 0", async () => {
    const server = await peer([
      ...begin(),
      mark("here"),
      wait("go"),
      respond("101 OK"),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      handshakeTimeout: 0,
    });
    const log = new Log(socket);
    await server.reached("here");
    await new Promise((resolve) => setTimeout(resolve, 300)); // a limit of 0 ms would be over
    assert.equal(socket.readyState, WebSocket.CONNECTING);
    await server.release("go");
    await log.next("open");
    socket.close();
    await server.transcript();
  });

  it("does not reach into the open socket", async () => {
    const server = await peer([...open(), echo()]);
    const limit = 1000;
    const socket = new KaazingWebSocket(server.url, [], {
      handshakeTimeout: limit,
    });
    const log = await opened(socket);
    await new Promise((resolve) => setTimeout(resolve, limit + 100));
    socket.send("still here");
    assert.equal((await log.next("message")).data, "still here");
    socket.close();
    await server.transcript();
  });

  it("counts from construction, not from the first answer", async () => {
    const server = await peer([
      wait("accept"),
      accept(),
      receive(),
      close(1000),
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      handshakeTimeout: 250,
    });
    const { message } = await failed(socket, "timeout", { status: 0 });
    assert.include(message, "250");
    await server.release("accept");
  });
});
