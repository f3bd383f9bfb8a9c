import { bytes, sizeOf, typeOf } from "./format.js";
import { maskMessage, maskUrls, MessageMask } from "./secrets.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */

/**
 * What the probe reports. Which of the fields there are depends on the kind.
 * @typedef {object} Report
 * @property {"connect" | "open" | "send" | "message" | "closing" | "error" | "close"} kind
 * @property {number} socket
 * @property {number} at
 * @property {string} url
 * @property {string[]} offered
 * @property {string} protocol
 * @property {string} extensions
 * @property {unknown} data
 * @property {number | undefined} code
 * @property {string} reason
 * @property {boolean} wasClean
 */

/** What is known of one native socket while it is in its handshake. */
class Connection {
  requests = 0;
  /** Whether a part of the response is here and its end is not. */
  inResponse = false;
  mask = new MessageMask();
}

/** Writes one attempt to connect, which may take several native sockets, to the timeline. */
export class HandshakeLog {
  #timeline;
  /** @type {Map<number, Connection>} */
  #connections = new Map();
  /** @type {string | undefined} */
  #url;
  #open = false;

  /** @param {Timeline} timeline */
  constructor(timeline) {
    this.#timeline = timeline;
  }

  /**
   * Takes the probe's reports. Those of sockets that another attempt made are ignored.
   * @param {Report} report
   */
  take(report) {
    if (report.kind === "connect")
      this.#connections.set(report.socket, new Connection());
    const connection = this.#connections.get(report.socket);
    if (connection) this[report.kind](report, connection);
  }

  /**
   * What the page itself did or was told.
   * @param {string} kind
   * @param {string} title
   * @param {string} [text]
   * @param {number} [at] as performance.now() has it
   */
  note(kind, title, text = "", at = performance.now()) {
    this.#timeline.add({
      from: "page",
      kind,
      title,
      at,
      text: maskUrls(text),
    });
  }

  /**
   * The handshake is over: messages are the application's from now on.
   * @param {string} text
   */
  opened(text) {
    this.#open = true;
    this.note("done", "The KaazingWebSocket is open", text);
  }

  /** @param {Report} report */
  connect({ at, url, offered }) {
    const shown = maskUrls(url);
    if (this.#url !== undefined) {
      const title =
        this.#url === shown ? "Connects again" : `Moves on to ${shown}`;
      this.note("moved", title, "", at);
    }
    this.#url = shown;
    this.#timeline.add({
      from: "client",
      kind: "opening-request",
      title: "Opening handshake",
      at,
      facts: [`connection ${this.#connections.size}`],
      text: `URL: ${shown}\nOffered: ${offered.join(", ") || "none"}`,
    });
  }

  /** @param {Report} report */
  open({ at, protocol, extensions }) {
    this.#timeline.add({
      from: "server",
      kind: "opening-response",
      title: "Opening handshake accepted",
      at,
      text: `Selected: ${protocol || "none"}\nExtensions: ${extensions || "none"}`,
    });
  }

  /**
   * @param {Report} report
   * @param {Connection} connection
   */
  send({ at, data }, connection) {
    if (this.#open) return;
    this.#timeline.add({
      from: "client",
      kind: "request",
      title: connection.requests++
        ? "Extended request, again"
        : "Extended request",
      at,
      facts: [bytes(sizeOf(data)), typeOf(data)],
      text: maskMessage(decode(data)),
    });
  }

  /**
   * @param {Report} report
   * @param {Connection} connection
   */
  message({ at, data }, connection) {
    if (this.#open) return;
    const size = sizeOf(data);
    const facts = [bytes(size), typeOf(data)];
    if (size === 0) {
      connection.inResponse = false;
      connection.mask = new MessageMask();
      const title = "End of response (empty message)";
      this.#timeline.add({ from: "server", kind: "end", title, at, facts });
      return;
    }
    const title = connection.inResponse
      ? "Extended response, continued"
      : "Extended response";
    connection.inResponse = true;
    const text = connection.mask.push(decode(data));
    this.#timeline.add({
      from: "server",
      kind: "response",
      title,
      at,
      facts,
      text,
    });
  }

  /** @param {Report} report */
  closing({ at, code, reason }) {
    this.#timeline.add({
      from: "client",
      kind: "closing",
      title:
        code === undefined ? "Close, without a code" : `Close, code ${code}`,
      at,
      text: maskUrls(reason),
    });
  }

  /** @param {Report} report */
  error({ at }) {
    const title = "The browser reports an error on the connection";
    this.#timeline.add({ from: "page", kind: "error", title, at });
  }

  /** @param {Report} report */
  close({ at, code, reason, wasClean }) {
    this.#timeline.add({
      from: "page",
      kind: "closed",
      title: `Connection closed, code ${code}`,
      at,
      facts: [wasClean ? "clean" : "not clean"],
      text: maskUrls(reason),
    });
  }
}

/** @param {unknown} data */
function decode(data) {
  if (typeof data === "string") return data;
  if (data instanceof Blob) return "";
  return new TextDecoder().decode(
    /** @type {ArrayBuffer | ArrayBufferView} */ (data),
  );
}
