import { assert } from "chai";

const types = ["open", "message", "error", "close"];

/** Keeps every event of a socket, with the state it was in, from now on. */
export class Log {
  /** @type {{type: string, event: any, readyState: number}[]} */
  entries = [];
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /** @param {WebSocket} socket */
  constructor(socket) {
    for (const type of types) {
      socket.addEventListener(type, (event) => {
        this.entries.push({ type, event, readyState: socket.readyState });
        const watchers = [...this.#watchers];
        this.#watchers.clear();
        for (const watcher of watchers) watcher();
      });
    }
  }

  get types() {
    return this.entries.map(({ type }) => type);
  }

  /** @returns {any[]} the data of all messages */
  get messages() {
    return this.entries
      .filter(({ type }) => type === "message")
      .map(({ event }) => event.data);
  }

  /**
   * Waits for the nth event of a type; one that has come already counts. A
   * close, after which nothing comes, ends the wait.
   *
   * @param {string} type
   * @param {number} n
   * @returns {Promise<any>} the event
   */
  async next(type, n = 1) {
    for (;;) {
      const found = this.entries.filter((entry) => entry.type === type)[n - 1];
      if (found) return found.event;
      const closed = this.entries.find((entry) => entry.type === "close");
      if (closed)
        throw new Error(
          `closed while waiting for ${type} ${n}: ${this.history()}`,
        );
      await new Promise((resolve) =>
        this.#watchers.add(() => resolve(undefined)),
      );
    }
  }

  history() {
    return this.entries
      .map(({ type, event }) =>
        event.error ? `${type} (${event.error.message})` : type,
      )
      .join(", ");
  }
}

/** @param {WebSocket} socket @returns {Promise<Log>} when it is open */
export async function opened(socket) {
  const log = new Log(socket);
  await log.next("open");
  return log;
}

/**
 * Closes a socket when it is open: one that never opens makes the browser hold
 * back the page's next ones.
 *
 * @param {WebSocket} socket
 */
export async function shut(socket) {
  const log = await opened(socket);
  socket.close();
  await log.next("close");
}

/**
 * Waits for a handshake to fail, and holds it to what every failed one looks
 * like: error, then close with code 1006, and nothing else.
 *
 * @param {any} socket
 * @param {string} code of the KaazingHandshakeError
 * @param {{status?: number, log?: Log}} [more] log: one that was begun earlier
 * @returns {Promise<any>} the KaazingHandshakeError
 */
export async function failed(
  socket,
  code,
  { status, log = new Log(socket) } = {},
) {
  await log.next("close");
  assert.deepEqual(log.types, ["error", "close"], log.history());
  const error = checkFailure(socket, log.entries, code);
  if (status !== undefined) assert.equal(error.status, status, error.message);
  return error;
}

/**
 * The same for a socket that was open.
 *
 * @param {any} socket
 * @param {string} code
 * @param {Log} log
 * @returns {Promise<any>} the KaazingHandshakeError
 */
export async function dropped(socket, code, log) {
  await log.next("close");
  const [first, ...rest] = log.types;
  assert.equal(first, "open", log.history());
  const others = rest.filter((type) => type !== "message");
  assert.deepEqual(others, ["error", "close"], log.history());
  return checkFailure(socket, log.entries.slice(-2), code);
}

/**
 * @param {any} socket
 * @param {Log["entries"]} entries the last two
 * @param {string} code
 */
function checkFailure(socket, entries, code) {
  const [{ event: error, ...atError }, { event: close, ...atClose }] = entries;
  assert.equal(atError.readyState, WebSocket.CLOSED, "readyState at error");
  assert.equal(atClose.readyState, WebSocket.CLOSED, "readyState at close");
  assert.equal(error.target, socket);
  assert.equal(close.target, socket);
  assert.instanceOf(close, CloseEvent);
  assert.deepEqual(
    [close.code, close.reason, close.wasClean],
    [1006, "", false],
  );
  assert.equal(error.error?.name, "KaazingHandshakeError", String(error.error));
  assert.equal(error.error.code, code, error.error.message);
  assert.instanceOf(error.error, socket.constructor.HandshakeError);
  return error.error;
}

/**
 * @param {{handshake: import("kaazing-websocket").Handshake | null}} socket
 * @returns {import("kaazing-websocket").Handshake} its outcome, which must be there
 */
export function outcomeOf({ handshake }) {
  if (!handshake) throw new Error("handshake is null, want an outcome");
  return handshake;
}

/** Waits until everything that is already queued for this page has been delivered. */
export async function settled() {
  // A message to oneself goes behind what is queued; a timer of 0 behind that.
  await new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  await new Promise((resolve) => setTimeout(resolve));
}
