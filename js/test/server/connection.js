import { createHash } from "node:crypto";
import { verifyDigest } from "./digest.js";
import {
  Opcode,
  FrameReader,
  decodeClose,
  encodeClose,
  encodeFrame,
} from "./frames.js";

/**
 * @typedef {{type: "text" | "binary", data: string}} Message binary data is a
 *   byte a character
 * @typedef {object} Transcript what one connection's client did
 * @property {string} request the opening request's head, as it came
 * @property {Message[]} messages
 * @property {{code: number, reason: string} | null} close the client's Close frame
 * @property {boolean} ended the TCP connection is over
 * @property {string | null} error why the script could not go on
 */

/**
 * One connection of the fault server. It carries out its steps one by one,
 * however wrong they are, records what the client sends, and answers the
 * client's Close frame as a good server does, unless told to be mute.
 */
export class Connection {
  /** @type {Transcript} */
  transcript = {
    request: "",
    messages: [],
    close: null,
    ended: false,
    error: null,
  };
  #socket;
  #frames = new FrameReader();
  /** @type {Buffer[]} the fragments of a message that has not ended */
  #fragments = [];
  #fragmentOpcode = 0;
  #taken = 0;
  #echo = false;
  #mute = false;
  #closeSent = false;
  /** @type {Set<() => void>} those who wait for something to change */
  #watchers = new Set();

  /**
   * @param {import("node:net").Socket} socket
   * @param {string} request the opening request's head
   * @param {Buffer} rest what came behind it
   */
  constructor(socket, request, rest) {
    this.#socket = socket;
    this.transcript.request = request;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", () => {}); // a reset; "close" follows
    socket.on("close", () => {
      this.transcript.ended = true;
      this.#changed();
    });
    if (rest.length > 0) this.#read(rest);
  }

  /**
   * @param {import("./scripts.js").Step[]} steps
   * @param {import("./scripts.js").Gate} gate where marks are set and waited for
   */
  async run(steps, gate) {
    try {
      for (const [name, argument] of steps)
        await this.#step(name, argument ?? {}, gate);
    } catch (error) {
      this.transcript.error = /** @type {Error} */ (error).message;
      this.#changed();
    }
  }

  /** Resolves when the TCP connection is over. */
  async end() {
    await this.#until(() => this.transcript.ended);
  }

  destroy() {
    this.#socket.destroy();
  }

  /** @param {string} name @param {any} a @param {import("./scripts.js").Gate} gate */
  async #step(name, a, gate) {
    switch (name) {
      case "accept":
        return this.#write(this.#acceptance(a));
      case "bytes":
        return this.#write(Buffer.from(a.data, "latin1"));
      case "receive":
        return this.#receive();
      case "send":
        this.#closeSent ||= a.frames.some(
          (/** @type {any} */ frame) => frame.opcode === Opcode.close,
        );
        return this.#write(Buffer.concat(a.frames.flatMap(toFrames)));
      case "close":
        this.#closeSent = true;
        return this.#write(encodeClose(a.code, a.reason));
      case "received-close":
        return this.#until(() => this.transcript.close !== null);
      case "end":
        return void this.#socket.end();
      case "reset":
        return void this.#socket.resetAndDestroy();
      case "echo":
        this.#echo = true;
        return;
      case "mute":
        this.#mute = true;
        return;
      case "digest":
        return verifyDigest(this.transcript.messages[this.#taken - 1].data, a);
      case "mark":
        return gate.open(a.name);
      case "wait":
        return gate.wait(a.name);
      default:
        throw new Error(`no such step: ${name}`);
    }
  }

  /** @param {{protocol?: string | null, head?: string}} a head: more header lines, each with its CRLF */
  #acceptance({ protocol = "x-kaazing-handshake", head = "" }) {
    const key =
      /^sec-websocket-key: *(\S+)/im.exec(this.transcript.request)?.[1] ?? "";
    const accept = createHash("sha1")
      .update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
      .digest("base64");
    return Buffer.from(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n` +
        (protocol === null ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`) +
        `${head}\r\n`,
    );
  }

  /** Waits for a message that no earlier step has waited for. */
  async #receive() {
    const number = ++this.#taken;
    const { transcript } = this;
    await this.#until(
      () =>
        transcript.messages.length >= number ||
        transcript.close !== null ||
        transcript.ended,
    );
    if (transcript.messages.length >= number) return;
    const instead = transcript.close
      ? `close ${transcript.close.code}`
      : "the end of the connection";
    throw new Error(`expected message ${number}, got ${instead}`);
  }

  /** @param {Buffer} chunk */
  #read(chunk) {
    try {
      for (const frame of this.#frames.push(chunk)) this.#take(frame);
    } catch (error) {
      this.transcript.error = /** @type {Error} */ (error).message;
      this.#socket.destroy();
    }
    this.#changed();
  }

  /** @param {{opcode: number, fin: boolean, payload: Buffer}} frame */
  #take({ opcode, fin, payload }) {
    if (opcode === Opcode.close) return this.#closed(payload);
    if (opcode === Opcode.ping)
      return void this.#write(encodeFrame({ opcode: Opcode.pong, payload }));
    if (opcode === Opcode.pong) return;
    if (opcode !== Opcode.continuation) this.#fragmentOpcode = opcode;
    this.#fragments.push(payload);
    if (!fin) return;
    const text = this.#fragmentOpcode === Opcode.text;
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = [];
    this.transcript.messages.push({
      type: text ? "text" : "binary",
      data: whole.toString(text ? "utf8" : "latin1"),
    });
    if (this.#echo)
      this.#write(
        encodeFrame({ opcode: this.#fragmentOpcode, payload: whole }),
      );
  }

  /** @param {Buffer} payload */
  #closed(payload) {
    this.transcript.close = decodeClose(payload);
    if (this.#mute) return;
    if (!this.#closeSent)
      this.#write(encodeFrame({ opcode: Opcode.close, payload }));
    this.#socket.end();
  }

  /** @param {Buffer} bytes */
  #write(bytes) {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** @param {() => boolean} condition */
  async #until(condition) {
    while (!condition())
      await new Promise((resolve) =>
        this.#watchers.add(() => resolve(undefined)),
      );
  }

  #changed() {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher();
  }
}

/**
 * The frames of one entry of a send step. `text` is sent as UTF-8, `bytes` a
 * byte a character. `each` makes messages of that many bytes of it, `fragments`
 * fragments of that many bytes.
 *
 * @param {{text?: string, bytes?: string, each?: number, fragments?: number, opcode?: number, rsv?: number}} entry
 * @returns {Buffer[]}
 */
function toFrames({ text, bytes = "", each, fragments, opcode, rsv = 0 }) {
  const kind = opcode ?? (text === undefined ? Opcode.binary : Opcode.text);
  const payload =
    text === undefined ? Buffer.from(bytes, "latin1") : Buffer.from(text);
  const size = each ?? fragments;
  if (size === undefined) return [encodeFrame({ opcode: kind, payload, rsv })];
  const frames = [];
  for (let at = 0; at < payload.length; at += size) {
    const last = at + size >= payload.length;
    frames.push(
      encodeFrame({
        opcode: fragments && at > 0 ? Opcode.continuation : kind,
        payload: payload.subarray(at, at + size),
        fin: each !== undefined || last,
      }),
    );
  }
  return frames;
}
