// The one file that knows how khp.wasm is talked to: wasm/README.md.

import { cryptoImports } from "./crypto.js";

/**
 * @typedef {import("./error.js").HandshakeErrorCode} HandshakeErrorCode
 * @typedef {import("./options.js").AuthenticationScheme} AuthenticationScheme
 * @typedef {import("./options.js").Credentials} Credentials
 * @typedef {import("./options.js").CheckedOptions} CheckedOptions
 * @typedef {import("./options.js").Challenge} Challenge
 */

/**
 * @typedef {(
 *   | { kind: "send", data: string | Uint8Array<ArrayBuffer> }
 *   | { kind: "close", code: number, reason: string }
 *   | { kind: "connect", url: string, protocols: string[] }
 *   | { kind: "authenticate", challenge: Challenge }
 *   | { kind: "confirm-redirect", from: string, to: string, status: number }
 *   | OpenCommand
 *   | { kind: "deliver" }
 *   | FailCommand
 *   | { kind: "timer", operation: number, ms: number }
 *   | OutcomeCommand
 * )} Command
 *
 * @typedef {object} OpenCommand
 * @property {"open"} kind
 * @property {string} protocol
 * @property {string} extensions
 * @property {Extension[]} agreed
 * @property {boolean} goesOn whether the core has a part in the open socket
 *
 * @typedef {object} Extension
 * @property {string} name
 * @property {[name: string, value: string][]} params
 *
 * @typedef {object} FailCommand
 * @property {"fail"} kind
 * @property {HandshakeErrorCode} code
 * @property {string} message
 * @property {number} status
 * @property {string} url
 *
 * @typedef {object} OutcomeCommand
 * @property {"outcome"} kind
 * @property {number} status
 * @property {string} statusText
 * @property {[string, string][]} headers
 * @property {string} url
 * @property {string[]} redirects
 * @property {number} challenges
 */

// Kinds of events.
const START = 1;
const OPENED = 2;
const MESSAGE = 3;
const CLOSED = 4;
const TIMEOUT = 5;
const CREDENTIALS = 6;
const REDIRECT = 7;
const RECEIVED = 8;
const SENDING = 9;
const ABORT = 10;

/**
 * The most bytes of a message that the module is given: more than any of its
 * limits lets through, so the longer one fails for its length.
 */
const MOST = 1 << 17;

/** How many bytes of a message on an open socket the module is to see, or all. */
const HEAD = 7;

/** What a timer command asks for. */
export const TimerOperation = Object.freeze({
  start: 1,
  pause: 2,
  resume: 3,
  idle: 4,
});

/**
 * One instance of the module: the core of one handshake. Each method reports an
 * event and returns the commands that answer it. An exception from any of them
 * is a trap, after which the instance is of no more use.
 */
export class Core {
  #exports;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    const imports = cryptoImports(() => this.#exports.memory);
    this.#exports =
      /** @type {{
       *   memory: WebAssembly.Memory,
       *   _initialize(): void,
       *   khp_buffer(size: number): number,
       *   khp_event(size: number): number,
       * }} */
      (
        /** @type {unknown} */ (
          new WebAssembly.Instance(module, imports).exports
        )
      );
    this.#exports._initialize();
  }

  /**
   * @param {string} url absolute, with userinfo
   * @param {string[]} protocols
   * @param {CheckedOptions} options
   */
  start(url, protocols, options) {
    const { authenticate, redirect } = options;
    const given = typeof authenticate === "function" ? null : authenticate;
    return this.#handle(
      new Writer(START)
        .string(url)
        .strings(protocols)
        .pairs(options.headers)
        .number(given ? 1 : authenticate ? 2 : 0)
        .string(given?.username ?? "")
        .string(given?.password ?? "")
        .number(
          typeof redirect === "function"
            ? 3
            : ["follow", "same-origin", "error"].indexOf(redirect),
        )
        .number(Math.min(Math.ceil(options.handshakeTimeout), 0x7fffffff))
        .number(["standard", "no-marker", "gateway"].indexOf(options.dialect))
        .number(["none", "native"].indexOf(options.fallback))
        .extensions(options.extensions)
        .body(options.body),
    );
  }

  /**
   * @param {string} url
   * @param {string} protocol
   * @param {string} extensions
   */
  opened(url, protocol, extensions) {
    return this.#handle(
      new Writer(OPENED).string(url).string(protocol).string(extensions),
    );
  }

  /** @param {string | ArrayBuffer} data */
  message(data) {
    const text = typeof data === "string";
    const bytes = text
      ? encoder.encode(data.slice(0, MOST))
      : new Uint8Array(data, 0, Math.min(data.byteLength, MOST));
    return this.#handle(new Writer(MESSAGE).number(text ? 1 : 0).bytes(bytes));
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  closed(code, reason) {
    return this.#handle(new Writer(CLOSED).number(code).string(reason));
  }

  /** The time is up: of the handshake, or for something to arrive. */
  timeout() {
    return this.#handle(new Writer(TIMEOUT));
  }

  /** @param {Credentials | string} answer */
  credentials(answer) {
    return this.#handle(
      typeof answer === "string"
        ? new Writer(CREDENTIALS).number(2).string(answer).string("")
        : new Writer(CREDENTIALS)
            .number(1)
            .string(answer.username)
            .string(answer.password),
    );
  }

  /** @param {string} reason may be empty */
  giveUp(reason) {
    return this.#handle(
      new Writer(CREDENTIALS).number(0).string(reason).string(""),
    );
  }

  /** @param {boolean} follow */
  redirect(follow) {
    return this.#handle(new Writer(REDIRECT).number(follow ? 1 : 0));
  }

  /** @param {string} why the page ends the handshake */
  abort(why) {
    return this.#handle(new Writer(ABORT).string(why));
  }

  /**
   * A message has arrived on an open socket on which an extension goes on.
   *
   * @param {string | ArrayBuffer | Blob} data
   */
  received(data) {
    return this.#handle(head(new Writer(RECEIVED), data));
  }

  /**
   * The page sends a message on such a socket.
   *
   * @param {string | BufferSource | Blob} data
   */
  sending(data) {
    return this.#handle(head(new Writer(SENDING), data));
  }

  /**
   * @param {Writer} event
   * @returns {Command[]}
   */
  #handle(event) {
    const { memory, khp_buffer, khp_event } = this.#exports;
    const size = event.size;
    const room = khp_buffer(size) >>> 0;
    event.copyTo(new Uint8Array(memory.buffer, room, size));
    const answer = khp_event(size) >>> 0;
    // The memory may have grown, which detaches what was its buffer.
    const length = new DataView(memory.buffer).getUint32(answer, true);
    // A copy, since carrying out a command may be the cause of the next event.
    return decode(memory.buffer.slice(answer + 4, answer + 4 + length));
  }
}

const encoder = new TextEncoder();
// A byte order mark is data here.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Encodes an event. */
class Writer {
  /** @type {Uint8Array[]} */
  #chunks = [];
  size = 0;

  /** @param {number} kind */
  constructor(kind) {
    this.number(kind);
  }

  /** @param {number} n */
  number(n) {
    const chunk = new Uint8Array(4);
    new DataView(chunk.buffer).setUint32(0, n, true);
    return this.#push(chunk);
  }

  /** @param {Uint8Array} data */
  bytes(data) {
    return this.number(data.length).#push(data);
  }

  /** @param {string} s */
  string(s) {
    return this.bytes(encoder.encode(s));
  }

  /** @param {readonly string[]} list */
  strings(list) {
    this.number(list.length);
    for (const s of list) this.string(s);
    return this;
  }

  /** @param {readonly (readonly [string, string])[]} list */
  pairs(list) {
    this.number(list.length);
    for (const [a, b] of list) this.string(a).string(b);
    return this;
  }

  /** @param {readonly Extension[]} list */
  extensions(list) {
    this.number(list.length);
    for (const { name, params } of list) this.string(name).pairs(params);
    return this;
  }

  /** @param {string | Uint8Array | null} body */
  body(body) {
    if (body === null) return this.number(0).string("");
    return typeof body === "string"
      ? this.number(1).string(body)
      : this.number(2).bytes(body);
  }

  /** @param {Uint8Array} target */
  copyTo(target) {
    let offset = 0;
    for (const chunk of this.#chunks) {
      target.set(chunk, offset);
      offset += chunk.length;
    }
  }

  /** @param {Uint8Array} chunk */
  #push(chunk) {
    this.#chunks.push(chunk);
    this.size += chunk.length;
    return this;
  }
}

/**
 * Binary messages are not looked into.
 *
 * @param {Writer} writer
 * @param {unknown} data
 */
function head(writer, data) {
  return typeof data === "string"
    ? writer.number(1).string(data.slice(0, HEAD))
    : writer.number(0).string("");
}

/** Decodes commands. What goes beyond the end is a RangeError. */
class Reader {
  #view;
  #offset = 0;

  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    this.#view = new DataView(buffer);
  }

  get done() {
    return this.#offset === this.#view.byteLength;
  }

  number() {
    const n = this.#view.getUint32(this.#offset, true);
    this.#offset += 4;
    return n;
  }

  bytes() {
    const length = this.number();
    const bytes = new Uint8Array(this.#view.buffer, this.#offset, length);
    this.#offset += length;
    return bytes;
  }

  string() {
    return decoder.decode(this.bytes());
  }

  /** A code unit a byte, as fetch reads headers. TextDecoder's latin1 is another one. */
  latin1() {
    return Array.from(this.bytes(), (b) => String.fromCharCode(b)).join("");
  }

  /**
   * @template T
   * @param {() => T} member
   */
  list(member) {
    return Array.from({ length: this.number() }, member);
  }

  strings() {
    return this.list(() => this.string());
  }

  /** @returns {[string, string][]} */
  pairs() {
    return this.list(() => [this.string(), this.string()]);
  }

  /** @returns {AuthenticationScheme} */
  scheme() {
    const scheme = this.string();
    const realm = this.string();
    const params = Object.fromEntries(this.pairs());
    return { scheme, realm, params: Object.freeze(params) };
  }
}

/**
 * By kind, from 1.
 *
 * @type {((r: Reader) => Command)[]}
 */
const decoders = [
  (r) => {
    const text = r.number();
    return { kind: "send", data: text ? r.string() : r.bytes() };
  },
  (r) => ({ kind: "close", code: r.number(), reason: r.string() }),
  (r) => ({ kind: "connect", url: r.string(), protocols: r.strings() }),
  (r) => ({ kind: "authenticate", challenge: decodeChallenge(r) }),
  (r) => ({
    kind: "confirm-redirect",
    from: r.string(),
    to: r.string(),
    status: r.number(),
  }),
  decodeOpen,
  (r) => ({
    kind: "fail",
    code: /** @type {HandshakeErrorCode} */ (r.string()),
    message: r.string(),
    status: r.number(),
    url: r.string(),
  }),
  (r) => ({ kind: "timer", operation: r.number(), ms: r.number() }),
  (r) => ({
    kind: "outcome",
    status: r.number(),
    statusText: r.latin1(),
    headers: r.list(() => [r.latin1(), r.latin1()]),
    url: r.string(),
    redirects: r.strings(),
    challenges: r.number(),
  }),
  () => ({ kind: "deliver" }),
];

/**
 * @param {Reader} r
 * @returns {OpenCommand}
 */
function decodeOpen(r) {
  const protocol = r.string();
  const extensions = r.string();
  const agreed = r.list(() => ({ name: r.string(), params: r.pairs() }));
  const goesOn = r.number() !== 0;
  return { kind: "open", protocol, extensions, agreed, goesOn };
}

/**
 * @param {Reader} r
 * @returns {Challenge}
 */
function decodeChallenge(r) {
  const url = r.string();
  const best = r.scheme();
  const attempt = r.number();
  const proxy = r.number() !== 0;
  const all = Object.freeze(r.list(() => Object.freeze(r.scheme())));
  return Object.freeze({ ...best, url, attempt, proxy, all });
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Command[]}
 */
function decode(buffer) {
  const reader = new Reader(buffer);
  const commands = [];
  while (!reader.done) commands.push(decoders[reader.number() - 1](reader));
  return commands;
}
