import { assert } from "chai";
import { Log, dropped, failed, opened } from "./support/outcome.js";
import {
  accept,
  begin,
  echo,
  head,
  mark,
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
import { trappingModule } from "./support/trapping-module.js";

const dist = new URL("../../../dist/", import.meta.url).href;
let fresh = 0;

/** @type {(() => void)[]} what a test leaves behind */
const tidy = [];
afterEach(() => tidy.splice(0).forEach((undo) => undo()));

/** A bundle as a page would have it that loads it for the first time. @param {string} name @returns {Promise<any>} */
const load = (name) => import(`${dist}${name}?${++fresh}`);

/** @param {string} name @returns {Promise<any>} the window of a page of its own */
function page(name) {
  const frame = document.createElement("iframe");
  frame.src = new URL(`./pages/${name}`, import.meta.url).href;
  tidy.push(() => frame.remove());
  return new Promise((resolve, reject) => {
    frame.onload = () => resolve(frame.contentWindow);
    frame.onerror = reject;
    document.body.append(frame);
  });
}

const completed = {
  events: ["open", "message", "close"],
  failure: null,
  status: 101,
  code: 1000,
};

/** Runs a whole handshake and an echo. @param {any} Class @param {any} [options] */
async function works(Class, options) {
  const server = await peer([...open(), echo()]);
  const socket = new Class(server.url, [], options);
  const log = await opened(socket);
  socket.send("hello");
  assert.equal((await log.next("message")).data, "hello");
  socket.close();
  await server.transcript();
}

describe("the script-tag bundle", () => {
  it("leaves one global, the class, with its error class", async () => {
    const [blank, loaded] = [
      await page("blank.html"),
      await page("permissive.html"),
    ];
    const before = new Set(Object.getOwnPropertyNames(blank));
    const added = Object.getOwnPropertyNames(loaded).filter(
      (name) => !before.has(name) && name !== "handshake",
    );
    assert.deepEqual(added, ["KaazingWebSocket"]);
    const { KaazingWebSocket } = loaded;
    assert.equal(KaazingWebSocket.name, "KaazingWebSocket");
    assert.equal(KaazingWebSocket.HandshakeError.name, "KaazingHandshakeError");
  });

  it("works, and its errors are of its own page", async () => {
    const { KaazingWebSocket, handshake } = await page("blank.html").then(() =>
      page("permissive.html"),
    );
    const server = await peer([...open(), echo()]);
    assert.deepEqual(await handshake(KaazingWebSocket, server.url), completed);
    await server.transcript();
    const { events, failure } = await handshake(
      KaazingWebSocket,
      "ws://127.0.0.1:1/",
    );
    assert.deepEqual([events, failure.code], [["error", "close"], "connect"]);
  });

  it("works over a class that the page has put in WebSocket's place, and shows it the wire", async () => {
    const { KaazingWebSocket, handshake, observed, WebSocket } =
      await page("observed.html");
    assert.equal(Object.getPrototypeOf(KaazingWebSocket), WebSocket);
    const to = await peer([...open(), echo()]);
    const from = await peer([
      ...begin(),
      respond("302 Found", `Location: ${to.url}`),
    ]);
    assert.deepEqual(await handshake(KaazingWebSocket, from.url), completed);
    const redirect = head("302 Found", `Location: ${to.url}`);
    // An end marker may come or not where the socket is closing already.
    const shown = observed.filter((/** @type {any} */ size) => size !== 0);
    assert.deepEqual(shown, [
      ...["new x-kaazing-handshake", "send GET", redirect.length],
      ...["new x-kaazing-handshake", "send GET", switching.length],
      // The second socket received it, and the page's own was handed it.
      ...["send hello", "hello", "hello"],
    ]);
    await Promise.all([from.transcript(), to.transcript()]);
  });
});

describe("a content security policy", () => {
  it("with 'wasm-unsafe-eval' is enough", async () => {
    const { KaazingWebSocket, handshake } = await page("permissive.html");
    const server = await peer([...open(), echo()]);
    assert.deepEqual(await handshake(KaazingWebSocket, server.url), completed);
    await server.transcript();
  });

  it("without it fails the connection as wasm-blocked", async () => {
    const { KaazingWebSocket, handshake } = await page("strict.html");
    const server = await peer([accept()]);
    const { events, failure, status } = await handshake(
      KaazingWebSocket,
      server.url,
    );
    assert.deepEqual(
      [events, failure.code, status],
      [["error", "close"], "wasm-blocked", null],
    );
    assert.include(failure.message, "wasm-unsafe-eval");
  });

  it("without it still connects natively where fallback says so", async () => {
    const { KaazingWebSocket, handshake } = await page("strict.html");
    // The first connection may have been made by then, or not.
    const plain = [accept({ protocol: null }), echo()];
    const server = await peer(plain, plain);
    const outcome = await handshake(KaazingWebSocket, server.url, {
      fallback: "native",
    });
    assert.deepEqual(outcome, { ...completed, status: null });
  });

  it("that blocks a connection fails it as connect, the first one and one by a redirect", async () => {
    const { KaazingWebSocket, handshake, document } =
      await page("permissive.html");
    const elsewhere = `${servers.fault.otherPort}/`;
    const server = await peer([
      ...begin(),
      respond("302 Found", `Location: ${elsewhere}`),
      receiveClose(),
    ]);
    const policy = document.createElement("meta");
    policy.httpEquiv = "Content-Security-Policy";
    policy.content = `connect-src ${new URL(server.url).origin}`;
    document.head.append(policy);
    for (const url of [elsewhere, server.url]) {
      const { events, failure } = await handshake(KaazingWebSocket, url, {
        handshakeTimeout: 0,
      });
      assert.deepEqual(events, ["error", "close"]);
      assert.equal(failure.code, "connect");
      assert.include(failure.message, elsewhere);
    }
    await server.transcript();
  });
});

describe("a page that lacks something", () => {
  it("WebAssembly: the bundle loads, and the connection fails", async () => {
    const { KaazingWebSocket, handshake } = await page("without-wasm.html");
    const server = await peer([accept()]);
    const { events, failure } = await handshake(KaazingWebSocket, server.url);
    assert.deepEqual(
      [events, failure.code],
      [["error", "close"], "wasm-blocked"],
    );
  });

  it("WebSocket: the bundle loads, and the constructor says what is missing", async () => {
    const { KaazingWebSocket } = await page("without-websocket.html");
    assert.isFunction(KaazingWebSocket);
    assert.throws(() => new KaazingWebSocket("ws://127.0.0.1:1/"), /WebSocket/);
  });
});

describe("a worker", () => {
  /** @type {[string, WorkerOptions][]} */
  const workers = [
    ["module-worker.js", { type: "module" }],
    ["classic-worker.js", {}],
  ];
  for (const [name, options] of workers) {
    it(`${name} works`, async () => {
      const server = await peer([...open(), echo()]);
      const worker = new Worker(
        new URL(`./pages/${name}`, import.meta.url),
        options,
      );
      tidy.push(() => worker.terminate());
      const answer = new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = reject;
      });
      worker.postMessage(server.url);
      assert.deepEqual(await answer, completed);
      await server.transcript();
    });
  }
});

describe("the slim bundle", () => {
  const wasm = `${dist}khp.wasm`;

  it("exports what the other does, and initialize", async () => {
    const slim = await load("slim.mjs");
    const inline = await load("kaazing-websocket.mjs");
    assert.sameMembers(Object.keys(inline), [
      "KaazingWebSocket",
      "KaazingHandshakeError",
      "default",
    ]);
    assert.sameMembers(Object.keys(slim), [
      ...Object.keys(inline),
      "initialize",
    ]);
  });

  it("loads khp.wasm from beside it, and only for the first socket", async () => {
    const loaded = () => performance.getEntriesByName(wasm).length;
    const before = loaded();
    const { KaazingWebSocket } = await load("slim.mjs");
    assert.equal(loaded(), before);
    await works(KaazingWebSocket);
    await works(KaazingWebSocket);
    assert.isAtMost(loaded(), before + 1);
  });

  /** @type {[string, () => any][]} */
  const sources = [
    [
      "a WebAssembly.Module",
      async () => WebAssembly.compile(await (await fetch(wasm)).arrayBuffer()),
    ],
    ["an ArrayBuffer", async () => (await fetch(wasm)).arrayBuffer()],
    [
      "a view",
      async () => new Uint8Array(await (await fetch(wasm)).arrayBuffer()),
    ],
    ["a Response", () => fetch(wasm)],
    [
      "a Response of another type",
      async () => new Response(await (await fetch(wasm)).arrayBuffer()),
    ],
    ["a URL", () => new URL(wasm)],
    ["a string", () => wasm],
  ];
  for (const [what, source] of sources) {
    it(`takes ${what}, or a promise of one`, async () => {
      const { KaazingWebSocket, initialize } = await load("slim.mjs");
      initialize(await source());
      await works(KaazingWebSocket);
      const again = await load("slim.mjs");
      again.initialize(Promise.resolve(source()));
      await works(again.KaazingWebSocket);
    });
  }

  it("takes a module that comes later than the socket opens", async () => {
    const { KaazingWebSocket, initialize } = await load("slim.mjs");
    const server = await peer([
      accept(),
      mark("open"),
      receive(),
      respond("101 OK"),
      echo(),
    ]);
    initialize(server.reached("open").then(() => fetch(wasm)));
    await opened(new KaazingWebSocket(server.url)).then((log) =>
      log.entries[0].event.target.close(),
    );
    await server.transcript();
  });

  /** @type {[string, () => any][]} */
  const failures = [
    ["is not there", () => `${servers.control}/nowhere.wasm`],
    ["is no module", () => new Uint8Array([1, 2, 3, 4])],
    [
      "is a promise that rejects",
      () => Promise.reject(new Error("no network")),
    ],
    [
      "has other exports",
      () => new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]),
    ],
  ];
  for (const [what, source] of failures) {
    it(`fails the connection as internal where the module ${what}`, async () => {
      const { KaazingWebSocket, initialize } = await load("slim.mjs");
      initialize(source());
      const server = await peer([accept()]);
      await failed(new KaazingWebSocket(server.url), "internal", { status: 0 });
    });
  }

  it("runs into the handshake's timeout where the module never comes", async () => {
    const { KaazingWebSocket, initialize } = await load("slim.mjs");
    initialize(new Promise(() => {}));
    const server = await peer([accept()]);
    await failed(
      new KaazingWebSocket(server.url, [], { handshakeTimeout: 2000 }),
      "timeout",
    );
    assert.equal((await server.transcript()).close?.code, 4408);
  });
});

describe("a trap in the module", () => {
  it("fails its connection as internal, and no other", async () => {
    const { KaazingWebSocket, initialize } = await load("slim.mjs");
    initialize(new WebAssembly.Module(trappingModule()));
    const plan = (/** @type {string} */ data) => [
      accept(),
      mark("open"),
      wait("go"),
      send({ text: data }),
      echo(),
    ];
    const [first, trapped, last] = [
      await peer(plan("open")),
      await peer(plan("X")),
      await peer(plan("open")),
    ];
    const sockets = [first, trapped, last].map(
      (server) => new KaazingWebSocket(server.url),
    );
    const logs = sockets.map((socket) => new Log(socket));
    for (const server of [first, trapped, last]) await server.reached("open");
    await first.release("go");
    await logs[0].next("open"); // one is open by now, and one in its handshake
    await trapped.release("go");
    const error = await failed(sockets[1], "internal", { log: logs[1] });
    assert.include(error.message, "unreachable");
    assert.instanceOf(error.cause, WebAssembly.RuntimeError);
    assert.equal((await trapped.transcript()).close?.code, 4000);
    await last.release("go");
    for (const [i, server] of /** @type {[number, typeof first][]} */ ([
      [0, first],
      [2, last],
    ])) {
      await logs[i].next("open");
      sockets[i].send("alive");
      assert.equal((await logs[i].next("message")).data, "alive");
      sockets[i].close();
      await server.transcript();
    }
  });

  it("fails an open socket on which an extension goes on", async () => {
    const { KaazingWebSocket, initialize } = await load("slim.mjs");
    const module = trappingModule("x-kaazing-ping-pong");
    initialize(new WebAssembly.Module(module));
    for (const how of ["received", "sent"]) {
      const server = await peer([
        ...[accept(), send({ text: "open" }), wait("go")],
        ...(how === "received" ? [send({ text: "X" })] : [receiveClose()]),
      ]);
      const socket = new KaazingWebSocket(server.url);
      const log = await opened(socket);
      await server.release("go");
      if (how === "sent") socket.send("X");
      const error = await dropped(socket, "internal", log);
      assert.instanceOf(error.cause, WebAssembly.RuntimeError);
      const { messages, close } = await server.transcript();
      assert.lengthOf(messages, 0);
      assert.equal(close?.code, 4000);
    }
  });
});
