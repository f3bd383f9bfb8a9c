import { servers } from "./servers.js";

/**
 * @typedef {[name: string, argument?: object]} Step
 * @typedef {{type: "text" | "binary", data: string}} Message
 * @typedef {{request: string, messages: Message[], close: {code: number, reason: string} | null, ended: boolean, error: string | null}} Transcript
 * @typedef {{text?: string, bytes?: string, each?: number, fragments?: number, opcode?: number, rsv?: number}} Frames
 *   one message, or with `each` messages of that many bytes; `bytes` is a byte a character
 */

/** A path of the fault server whose connections follow the test's plans. */
export class Peer {
  #id;

  /** @param {string} id */
  constructor(id) {
    this.#id = id;
  }

  get path() {
    return `/${this.#id}`;
  }

  /** The URL at the first origin. */
  get url() {
    return this.at(servers.fault.plain);
  }

  get host() {
    return new URL(this.url).host;
  }

  /** @param {string} origin one of servers.fault */
  at(origin) {
    return origin + this.path;
  }

  /** What the clients did, when all planned connections are over and all their steps were possible. */
  async transcripts() {
    /** @type {Transcript[]} */
    const transcripts = await control(`/transcripts/${this.#id}`);
    for (const { error } of transcripts)
      if (error) throw new Error(`the script failed: ${error}`);
    return transcripts;
  }

  /** The same where one connection is planned. */
  async transcript() {
    const [transcript] = await this.transcripts();
    return transcript;
  }

  /** Waits until a connection has come to the step mark(name). @param {string} name */
  async reached(name) {
    await control(`/marks/${this.#id}/${name}`);
  }

  /** Waits until the client has begun its nth connection. @param {number} n */
  async connected(n = 1) {
    await this.reached(`connection ${n}`);
  }

  /** Lets a connection go on that is at the step wait(name). @param {string} name */
  async release(name) {
    await control(`/marks/${this.#id}/${name}`, "");
  }
}

/**
 * Plans the connections to a new path of the fault server: what it does in the
 * first connection, in the second and so on.
 *
 * @param {...(Step | Step[])[]} plans
 */
export async function peer(...plans) {
  const { id } = await control(
    "/scripts",
    JSON.stringify(plans.map((plan) => plan.map(flatten).flat())),
  );
  return new Peer(id);
}

/** @param {Step | Step[]} step @returns {Step[]} */
const flatten = (step) =>
  Array.isArray(step[0])
    ? /** @type {Step[]} */ (step)
    : [/** @type {Step} */ (step)];

/** @param {string} path @param {string} [body] */
async function control(path, body) {
  const response = await fetch(
    servers.control + path,
    body === undefined ? {} : { method: "POST", body },
  );
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** An HTTP response head. @param {string} status @param {string[]} lines */
export function head(status, ...lines) {
  return ["HTTP/1.1 " + status, ...lines, "", ""].join("\r\n");
}

/** The head of a usual extended 101. */
export const switching = head(
  "101 Switching Protocols",
  "Upgrade: websocket",
  "Connection: Upgrade",
);

/** The end of a response: an empty binary message. */
export const marker = Object.freeze({ bytes: "" });

/** Accepts the opening handshake. @param {{protocol?: string | null, head?: string}} [how] @returns {Step} */
export const accept = (how = {}) => ["accept", how];
/** Waits for the next message. @returns {Step} */
export const receive = () => ["receive"];
/** Sends messages, all in one write to the TCP connection. @param {(Frames)[]} frames @returns {Step} */
export const send = (...frames) => ["send", { frames }];
/** Sends a response and its end marker. @param {string} status @param {string[]} lines @returns {Step} */
export const respond = (status, ...lines) =>
  send({ bytes: head(status, ...lines) }, marker);
/** Accepts, and reads the extended request. @returns {Step[]} */
export const begin = () => [accept(), receive()];
/** Completes a handshake. @returns {Step[]} */
export const open = () => [...begin(), send({ bytes: switching }, marker)];
/** Answers the opening request with these bytes. @param {string} data @returns {Step} */
export const bytes = (data) => ["bytes", { data }];
/** Begins the close handshake. @param {number} [code] @param {string} [reason] @returns {Step} */
export const close = (code, reason) => ["close", { code, reason }];
/** Waits for the client's Close frame. @returns {Step} */
export const receiveClose = () => ["received-close"];
/** Ends the TCP connection in order. @returns {Step} */
export const end = () => ["end"];
/** Resets the TCP connection. @returns {Step} */
export const reset = () => ["reset"];
/** Sends every later message back. @returns {Step} */
export const echo = () => ["echo"];
/** Leaves the client's Close frame without an answer. @returns {Step} */
export const mute = () => ["mute"];
/** Verifies the digest in the message that was received last. @param {import("../../server/digest.js").Expected} expected @returns {Step} */
export const verifyDigest = (expected) => ["digest", expected];
/** Tells the test that the connection is here. @param {string} name @returns {Step} */
export const mark = (name) => ["mark", { name }];
/** Waits for the test's release(name). @param {string} name @returns {Step} */
export const wait = (name) => ["wait", { name }];
