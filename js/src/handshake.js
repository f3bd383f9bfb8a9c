import { Core, TimerOperation } from "./binding.js";
import { askCredentials } from "./credentials.js";
import { KaazingHandshakeError } from "./error.js";
import { dispatch, errorEvent, failedCloseEvent, isOurs } from "./events.js";
import { acceptExtensions } from "./extensions.js";
import { option } from "./misuse.js";
import { isWasmBlocked, loadModule, moduleNow } from "./module.js";
import {
  close,
  isBinaryType,
  isSynthetic,
  listen,
  Native,
  read,
  send,
  setBinaryType,
  unlisten,
} from "./native.js";
import { OpenSocket } from "./open-socket.js";
import { defaults } from "./options.js";
import { toOutcome } from "./outcome.js";
import { relay } from "./relay.js";
import { cutGatewayParameter, noRequest, withUserinfo } from "./request.js";
import { byteLength } from "./send-data.js";
import { Timer } from "./timer.js";

/**
 * @typedef {import("./binding.js").Command} Command
 * @typedef {import("./binding.js").FailCommand} FailCommand
 * @typedef {import("./error.js").HandshakeErrorCode} HandshakeErrorCode
 * @typedef {import("./options.js").Authenticate} Authenticate
 * @typedef {import("./options.js").ConfirmRedirect} ConfirmRedirect
 */

// Values of readyState.
const CONNECTING = 0;
const CLOSING = 2;
const CLOSED = 3;

// Close codes for what the core has no part in.
const CLOSE_NORMAL = 1000;
const CLOSE_INTERNAL = 4000;
const CLOSE_TIMEOUT = 4408;

/**
 * What stands between a page and its socket until that is open: it keeps the
 * native events to itself, tells the core of them, and carries out the core's
 * commands. To the page it is a socket that is connecting or has failed.
 */
export class Handshake {
  /** @type {WebSocket["readyState"]} */
  readyState = CONNECTING;
  protocol = "";
  extensions = "";
  bufferedAmount = 0;
  /** @type {import("./outcome.js").HandshakeOutcome | null} */
  outcome = null;
  #binaryType;

  /** The page's socket, which is the first native one. */
  #socket;
  /** The native socket of now. */
  #current;
  /** Whether that has closed. */
  #gone = false;
  #request;
  #options;
  /** Whether the URLs of the native sockets ask for the dialect of deployed gateways. */
  #gateway;
  #takeOver;

  /** @type {Core | null} */
  #core = null;
  /** What the core is still to be told. @type {((core: Core) => Command[])[]} */
  #events = [];
  #working = false;
  #ended = false;
  /** Whether the current socket does without the extended handshake, since no module may run. */
  #plain = false;
  #timer = new Timer(() => this.#timeUp());
  #onAbort = () =>
    this.#abort("its signal was aborted", this.#options.signal?.reason);
  /** Where extensions go on after the handshake. @type {OpenSocket | null} */
  #openSocket = null;
  /** The error of the page or the browser that an event tells the core of. @type {unknown} */
  #cause;

  /**
   * @param {WebSocket} socket has just been made
   * @param {import("./request.js").Request} request
   * @param {import("./options.js").CheckedOptions} options
   * @param {(standIn: OpenSocket | WebSocket | null) => void} takeOver is
   *   called when the socket is about to open, with what is to stand in for the
   *   page's own now, if anything
   */
  constructor(socket, request, options, takeOver) {
    this.#socket = this.#current = socket;
    this.#request = request;
    this.#options = options;
    this.#gateway = options.dialect === "gateway";
    this.#takeOver = takeOver;
    this.#binaryType = read(socket, "binaryType");
    this.#attend();
    this.#timer.start(options.handshakeTimeout);
    if (options.signal?.aborted) {
      this.#onAbort();
      return;
    }
    options.signal?.addEventListener("abort", this.#onAbort);
    loadModule().then(
      (module) => this.#begin(module),
      (error) => this.#doWithout(error),
    );
  }

  // What the page may do with a socket.

  /** Good for ever: it is that of the native socket that the handshake has ended with. */
  get url() {
    const url = read(this.#current, "url");
    return this.#gateway ? cutGatewayParameter(url) : url;
  }

  get binaryType() {
    return this.#binaryType;
  }

  set binaryType(type) {
    const value = `${type}`;
    if (isBinaryType(value)) this.#binaryType = value;
  }

  /** @param {unknown} data */
  send(data) {
    const length = byteLength(data);
    if (this.readyState === CONNECTING)
      throw new DOMException(
        "Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.",
        "InvalidStateError",
      );
    this.bufferedAmount += length;
  }

  /**
   * @param {number} [code]
   * @param {string} [reason]
   */
  close(code, reason) {
    if (code === undefined && reason === undefined) code = CLOSE_NORMAL;
    close(this.#current, code, reason); // throws what is to be thrown
    this.#abort("it was closed before it was open");
  }

  // What happens to the native sockets.

  #attend() {
    this.#gone = false;
    setBinaryType(this.#current, "arraybuffer");
    listen(this.#current, this);
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (isOurs(event) || isSynthetic(event)) return;
    const isCurrent = event.currentTarget === this.#current;
    if (isCurrent && this.#openSocket) return this.#openSocket.handle(event);
    event.stopImmediatePropagation();
    if (this.#ended || !isCurrent) return;
    switch (event.type) {
      case "open":
        return this.#opened();
      case "message": {
        const { data } = /** @type {MessageEvent} */ (event);
        return this.#report((core) => core.message(data));
      }
      case "error":
        return this.#failed(this.#current);
      case "close": {
        if (this.#gone) return;
        const { code, reason } = /** @type {CloseEvent} */ (event);
        return this.#closed(code, reason);
      }
    }
  }

  /**
   * Close comes right after error. But where a policy of the page blocks a
   * connection, Chromium leaves it at the error.
   *
   * @param {WebSocket} socket
   */
  #failed(socket) {
    setTimeout(() => {
      if (this.#ended || this.#gone || socket !== this.#current) return;
      if (read(socket, "readyState") === CLOSED) this.#closed(1006, "");
    });
  }

  #opened() {
    const url = read(this.#current, "url");
    const protocol = read(this.#current, "protocol");
    const extensions = read(this.#current, "extensions");
    if (this.#plain)
      this.#open({ protocol, extensions, agreed: [], goesOn: false });
    else this.#report((core) => core.opened(url, protocol, extensions));
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #closed(code, reason) {
    this.#gone = true;
    if (this.#plain)
      this.#giveUp("connect", "the socket closed before it opened");
    else this.#report((core) => core.closed(code, reason));
  }

  #timeUp() {
    const limit = this.#options.handshakeTimeout;
    if (this.#core) this.#report((core) => core.timeout());
    else
      this.#giveUp("timeout", `no open socket within ${limit} ms`, {
        closeCode: CLOSE_TIMEOUT,
      });
  }

  // The core.

  /** @param {WebAssembly.Module} module */
  #begin(module) {
    if (this.#core || this.#ended || this.#plain) return;
    const { protocols } = this.#request;
    const url = withUserinfo(this.url, this.#request);
    const options = this.#options;
    try {
      this.#core = new Core(module);
    } catch (error) {
      return this.#doWithout(error);
    }
    this.#events.unshift((core) => core.start(url, protocols, options));
    this.#work();
  }

  /** @param {unknown} error why the module is not there */
  #doWithout(error) {
    if (this.#core || this.#ended || this.#plain) return;
    if (!isWasmBlocked())
      this.#giveUp("internal", `khp.wasm could not be loaded: ${error}`, {
        cause: error,
      });
    else if (this.#options.fallback === "native") this.#connectPlain();
    else
      this.#giveUp(
        "wasm-blocked",
        "WebAssembly is not allowed here: script-src 'wasm-unsafe-eval' in a Content-Security-Policy allows it",
        { cause: error },
      );
  }

  /** @param {(core: Core) => Command[]} event */
  #report(event) {
    if (this.#ended) return;
    this.#events.push(event);
    if (this.#core) return this.#work();
    try {
      const module = moduleNow();
      if (module) this.#begin(module);
    } catch (error) {
      this.#doWithout(error);
    }
  }

  /** Tells the core of one event after another: carrying out a command may bring the next. */
  #work() {
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#core) {
        const event = this.#events.shift();
        if (!event) break;
        for (const command of event(this.#core))
          if (this.#ended) this.#openSocket?.carryOut(command);
          else this.#carryOut(command);
      }
    } catch (error) {
      if (this.#ended) throw error;
      this.#giveUp("internal", `khp.wasm failed: ${error}`, { cause: error });
    } finally {
      this.#working = false;
    }
  }

  /** @param {Command} command */
  #carryOut(command) {
    switch (command.kind) {
      case "send":
        return send(this.#current, command.data);
      case "close":
        return close(this.#current, command.code, command.reason);
      case "connect":
        return this.#connect(command.url, command.protocols);
      case "authenticate":
        return void this.#authenticate(command.challenge);
      case "confirm-redirect":
        return this.#confirm(command);
      case "timer":
        return this.#setTimer(command);
      case "outcome":
        this.outcome = toOutcome(command);
        return;
      case "open":
        return this.#open(command);
      case "fail":
        return this.#fail(command);
    }
  }

  /**
   * @param {string} url
   * @param {string[]} protocols
   */
  #connect(url, protocols) {
    try {
      this.#current = new Native(url, protocols);
    } catch (error) {
      this.#cause = error; // for example a policy of the page
      return this.#closed(1006, "");
    }
    this.#attend();
  }

  #connectPlain() {
    close(this.#current, CLOSE_NORMAL);
    this.#plain = true;
    this.#events = [];
    this.#connect(this.url, this.#request.protocols);
  }

  /** @param {import("./options.js").Challenge} challenge */
  async #authenticate(challenge) {
    const authenticate = /** @type {Authenticate} */ (
      this.#options.authenticate
    );
    const { event, cause } = await askCredentials(authenticate, challenge);
    this.#cause = cause;
    this.#report(event);
  }

  /** @param {Extract<Command, { kind: "confirm-redirect" }>} redirect */
  #confirm({ from, to, status }) {
    const confirm = /** @type {ConfirmRedirect} */ (this.#options.redirect);
    let follow = false;
    try {
      /** @type {any} */
      const answer = confirm(from, to, status);
      if (typeof answer?.then === "function")
        throw new TypeError(
          `${option("redirect")}: got a promise, want a boolean`,
        );
      follow = Boolean(answer);
    } catch (error) {
      this.#cause = error;
    }
    this.#report((core) => core.redirect(follow));
  }

  /** @param {Extract<Command, { kind: "timer" }>} command */
  #setTimer({ operation, ms }) {
    if (operation === TimerOperation.start) this.#timer.start(ms);
    else if (operation === TimerOperation.pause) this.#timer.pause();
    else this.#timer.resume();
  }

  // The end.

  /** @param {Pick<import("./binding.js").OpenCommand, "protocol" | "extensions" | "agreed" | "goesOn">} command */
  #open({ protocol, extensions, agreed, goesOn }) {
    const transforms = this.#accept(agreed);
    if (!transforms) return;
    const socket = this.#socket;
    const current = this.#current;
    const core = goesOn ? this.#core : null;
    const binaryType = this.#binaryType;
    this.#end();
    this.protocol = protocol;
    this.extensions = extensions;
    setBinaryType(current, binaryType);
    if (core || transforms.onMessage.length || transforms.onSend.length) {
      const { url } = this;
      const how = { socket, current, url, core, transforms, binaryType };
      this.#openSocket = new OpenSocket(how);
    } else {
      unlisten(current, this); // but not the first socket, where it is not the current one
    }
    if (current !== socket) relay(current, socket);
    this.#takeOver(this.#openSocket ?? (current === socket ? null : current));
    dispatch(socket, new Event("open"));
  }

  /**
   * @param {import("./binding.js").Extension[]} agreed
   * @returns {ReturnType<typeof acceptExtensions> | null} null if the handshake
   *   has failed
   */
  #accept(agreed) {
    try {
      const transforms = acceptExtensions(this.#options.extensions, agreed);
      return this.#ended ? null : transforms; // the page may have closed the socket
    } catch (error) {
      if (this.#ended) return null;
      const { message, cause } = /** @type {Error} */ (error);
      const status = this.outcome?.status;
      this.#giveUp("protocol", message, { cause, status });
      return null;
    }
  }

  /** @param {FailCommand} failure */
  #fail({ code, message, status, url }) {
    const cause = this.#cause;
    this.#end();
    this.#deliver(
      new KaazingHandshakeError(message, { code, status, url, cause }),
    );
  }

  /**
   * Fails at once for what the core does not know of.
   *
   * @param {HandshakeErrorCode} code
   * @param {string} why
   * @param {{ closeCode?: number, cause?: unknown, status?: number | undefined }} [more]
   */
  #giveUp(
    code,
    why,
    { closeCode = CLOSE_INTERNAL, cause = this.#cause, status } = {},
  ) {
    close(this.#current, closeCode);
    const error = this.#localError(code, why, { cause, status });
    this.#end();
    this.#deliver(error);
  }

  /**
   * Fails for what the page does, and lets it end that before it hears of it.
   *
   * @param {string} why
   * @param {unknown} [cause]
   */
  #abort(why, cause) {
    if (this.#ended) return;
    close(this.#current, CLOSE_NORMAL);
    const error = this.#aborted(why, cause);
    this.#end();
    this.readyState = CLOSING;
    setTimeout(() => this.#deliver(error));
  }

  /**
   * @param {string} why
   * @param {unknown} cause
   * @returns {KaazingHandshakeError} with what there was of responses, if the
   *   core knows of any
   */
  #aborted(why, cause) {
    try {
      for (const command of this.#core?.abort(why) ?? [])
        if (command.kind === "outcome") this.outcome = toOutcome(command);
        else if (command.kind === "fail")
          return new KaazingHandshakeError(command.message, {
            ...command,
            cause,
          });
    } catch {
      // A trap has nothing more to tell.
    }
    return this.#localError("aborted", why, { cause });
  }

  /**
   * @param {HandshakeErrorCode} code
   * @param {string} why
   * @param {{ cause?: unknown, status?: number | undefined }} more
   */
  #localError(code, why, more) {
    const { url } = this;
    const [shown] = url.split("?"); // a query may hold a secret
    return new KaazingHandshakeError(
      `WebSocket handshake with ${shown} failed: ${why}`,
      { code, url, ...more },
    );
  }

  /** Forgets what must not outlive the handshake. */
  #end() {
    this.#ended = true;
    this.#timer.stop();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#core = null;
    this.#events = [];
    this.#request = noRequest;
    this.#options = defaults;
    this.#cause = undefined;
  }

  /** @param {KaazingHandshakeError} error */
  #deliver(error) {
    this.readyState = CLOSED;
    dispatch(this.#socket, errorEvent(error));
    dispatch(this.#socket, failedCloseEvent());
  }
}
