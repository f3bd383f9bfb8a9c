import { checkClose } from "./check-close.js";
import { KaazingHandshakeError } from "./error.js";
import { copyOf, dispatch, errorEvent, failedCloseEvent } from "./events.js";
import { IdleTimer } from "./idle-timer.js";
import { close, isBinaryType, read, send, setBinaryType } from "./native.js";
import { Sequence } from "./sequence.js";
import { byteLength, contents, toMessage } from "./send-data.js";
import { isThenable, through } from "./transform.js";

/**
 * @typedef {import("./binding.js").Command} Command
 * @typedef {import("./binding.js").Core} Core
 * @typedef {import("./transform.js").CheckedTransform} CheckedTransform
 * @typedef {import("./transform.js").MessageData} MessageData
 */

// Values of readyState.
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** The close code for a fault on this side. */
const CLOSE_FAULT = 4000;

/**
 * What stands between a page and its socket once that is open, where extensions
 * that do something there were agreed to: those of the core, next to the wire,
 * and those of the page's own, between them and the page.
 *
 * A message of which nothing is changed reaches the page in the native event.
 */
export class OpenSocket {
  /** The page's socket. */
  #socket;
  /** The native one: the same, or its successor. */
  #current;
  #url;
  /** @type {Core | null} */
  #core;
  #transforms;
  #binaryType;

  #inbound = new Sequence();
  #outbound = new Sequence();
  /** How many bytes the page has sent that the native socket does not have: they wait, or never go out. */
  #unsent = 0;
  /** @type {IdleTimer | null} */
  #idle = null;
  /** Whether the page has closed it, or it has failed. */
  #closing = false;
  #failed = false;
  /** Whether the page has heard of its end. */
  #over = false;

  /**
   * @param {object} how
   * @param {WebSocket} how.socket
   * @param {WebSocket} how.current
   * @param {string} how.url
   * @param {Core | null} how.core if any of its extensions goes on
   * @param {{ onMessage: CheckedTransform[], onSend: CheckedTransform[] }} how.transforms
   * @param {BinaryType} how.binaryType
   */
  constructor({ socket, current, url, core, transforms, binaryType }) {
    this.#socket = socket;
    this.#current = current;
    this.#url = url;
    this.#core = core;
    this.#transforms = transforms;
    this.#binaryType = binaryType;
    // Transforms are given buffers, whatever the page wants.
    if (this.#transformsMessages) setBinaryType(current, "arraybuffer");
  }

  // What the page may do with it.

  get readyState() {
    if (this.#over) return CLOSED;
    if (this.#closing) return CLOSING;
    const native = read(this.#current, "readyState");
    return native === CLOSED ? CLOSING : native;
  }

  get bufferedAmount() {
    return read(this.#current, "bufferedAmount") + this.#unsent;
  }

  get binaryType() {
    return this.#binaryType;
  }

  set binaryType(type) {
    const value = `${type}`;
    if (!isBinaryType(value)) return;
    this.#binaryType = value;
    if (!this.#transformsMessages) setBinaryType(this.#current, value);
  }

  /** @param {unknown} data */
  send(data) {
    const message = toMessage(data);
    if (this.readyState !== OPEN) this.#unsent += byteLength(message);
    else if (this.#transforms.onSend.length) this.#transformAndSend(message);
    else this.#transmit(message);
  }

  /**
   * @param {number} [code]
   * @param {string} [reason]
   */
  close(code, reason) {
    if (!this.#outbound.busy) {
      close(this.#current, code, reason); // throws what is to be thrown
    } else {
      const args = checkClose(code, reason);
      // What was sent before goes out before.
      if (!this.#closing)
        this.#outbound.push(() => close(this.#current, ...args));
    }
    this.#closing = true;
    this.#idle?.stop();
  }

  // What the core wants.

  /** @param {Command} command */
  carryOut(command) {
    switch (command.kind) {
      case "send":
        return send(this.#current, command.data);
      case "close":
        return close(this.#current, command.code, command.reason);
      case "timer":
        if (this.readyState === OPEN)
          this.#idle = new IdleTimer(command.ms, () =>
            this.#tell((core) => core.timeout()),
          );
        return;
      case "fail":
        return this.#end(new KaazingHandshakeError(command.message, command));
    }
  }

  /**
   * @param {(core: Core) => Command[]} event
   * @returns {boolean} whether the message that it is about is the page's
   */
  #tell(event) {
    if (!this.#core) return true;
    try {
      const commands = event(this.#core);
      for (const command of commands) this.carryOut(command);
      return commands.some(({ kind }) => kind === "deliver");
    } catch (error) {
      this.#fail("internal", `khp.wasm failed: ${error}`, error);
      return false;
    }
  }

  // What happens to the native socket.

  /**
   * To be called by a listener that was there before the page's.
   *
   * @param {Event} event
   */
  handle(event) {
    if (this.#failed) event.stopImmediatePropagation();
    else if (event.type === "message")
      this.#received(/** @type {MessageEvent} */ (event));
    else this.#passOn(event);
  }

  /** @param {MessageEvent} event */
  #received(event) {
    this.#idle?.restart();
    const { data, origin } = event;
    if (this.#closing || !this.#tell((core) => core.received(data))) {
      event.stopImmediatePropagation();
      return;
    }
    if (!this.#transformsMessages) return;
    let native = true; // whether the event can still be what the page gets
    let unchanged = false;
    this.#inbound.push(() =>
      this.#transform(this.#transforms.onMessage, data, (result) => {
        unchanged = native && result === data && this.#isOfPagesType(data);
        if (!unchanged) this.#deliver(result, origin);
      }),
    );
    native = false;
    if (!unchanged) event.stopImmediatePropagation();
  }

  /** @param {unknown} data */
  #isOfPagesType(data) {
    return typeof data === "string" || this.#binaryType === "arraybuffer";
  }

  /**
   * @param {MessageData | undefined} data
   * @param {string} origin
   */
  #deliver(data, origin) {
    if (data === undefined || this.#closing) return;
    const message = this.#isOfPagesType(data) ? data : new Blob([data]);
    const event = new MessageEvent("message", { data: message, origin });
    dispatch(this.#socket, event);
  }

  /** Error and close come after the messages before them. @param {Event} event */
  #passOn(event) {
    this.#idle?.stop();
    if (!this.#inbound.busy) {
      if (event.type === "close") this.#finish();
      return;
    }
    event.stopImmediatePropagation();
    this.#inbound.push(() => {
      if (event.type === "close") this.#finish();
      dispatch(this.#socket, copyOf(event));
    });
  }

  #finish() {
    this.#over = true;
    this.#core = null;
  }

  // Messages.

  get #transformsMessages() {
    return this.#transforms.onMessage.length > 0;
  }

  /** @param {string | BufferSource | Blob} message */
  #transformAndSend(message) {
    const data = contents(message);
    let waiting = 0;
    let done = false;
    this.#outbound.push(() =>
      this.#transform(this.#transforms.onSend, data, (result) => {
        done = true;
        this.#unsent -= waiting;
        if (result !== undefined) this.#transmit(result);
      }),
    );
    if (!done) this.#unsent += waiting = byteLength(message);
  }

  /** @param {string | BufferSource | Blob} message */
  #transmit(message) {
    this.#tell((core) => core.sending(message));
    if (!this.#failed) send(this.#current, message);
  }

  /**
   * @param {CheckedTransform[]} transforms
   * @param {MessageData | PromiseLike<MessageData>} data
   * @param {(result: MessageData | undefined) => void} use is called with what
   *   they make of it, unless they fail
   * @returns {PromiseLike<void> | void}
   */
  #transform(transforms, data, use) {
    /** @param {any} error */
    const failed = (error) =>
      this.#fail("protocol", error.message, error.cause ?? error);
    /** @param {MessageData | undefined} result */
    const useIt = (result) => {
      if (!this.#failed) use(result);
    };
    let result;
    try {
      result = through(transforms, data);
    } catch (error) {
      return failed(error);
    }
    return isThenable(result) ? result.then(useIt, failed) : useIt(result);
  }

  // Failure.

  /**
   * @param {import("./error.js").HandshakeErrorCode} code
   * @param {string} why
   * @param {unknown} cause
   */
  #fail(code, why, cause) {
    if (this.#failed || this.#over) return;
    close(this.#current, CLOSE_FAULT);
    const [shown] = this.#url.split("?"); // a query may hold a secret
    const message = `WebSocket to ${shown} failed: ${why}`;
    const url = this.#url;
    this.#end(new KaazingHandshakeError(message, { code, url, cause }));
  }

  /** @param {KaazingHandshakeError} error */
  #end(error) {
    this.#failed = this.#closing = true;
    this.#core = null;
    this.#idle?.stop();
    this.#inbound.clear();
    this.#outbound.clear();
    // Not at once: the page may be in the middle of a send().
    setTimeout(() => {
      this.#over = true;
      dispatch(this.#socket, errorEvent(error));
      dispatch(this.#socket, failedCloseEvent());
    });
  }
}
