import { KaazingHandshakeError } from "./error.js";
import { Handshake } from "./handshake.js";
import { mirrorInterface, Native } from "./native.js";
import { checkOptions } from "./options.js";
import { toNative, toRequest } from "./request.js";

/**
 * @typedef {import("./options.js").KaazingWebSocketOptions} KaazingWebSocketOptions
 * @typedef {import("./outcome.js").HandshakeOutcome} HandshakeOutcome
 */

/**
 * The options of classes made by with(). Not on the classes: there may be a
 * password among them.
 *
 * @type {WeakMap<object, import("./options.js").CheckedOptions>}
 */
const presets = new WeakMap();

/** @param {object | null} type */
function presetOf(type) {
  while (type && !presets.has(type)) type = Object.getPrototypeOf(type);
  return type ? presets.get(type) : undefined;
}

/**
 * A WebSocket that opens by the Kaazing WebSocket Handshake Protocol. It is the
 * browser's own in all but its opening.
 */
export class KaazingWebSocket extends Native {
  /** For where there is no import. */
  static HandshakeError = KaazingHandshakeError;

  /** @type {Handshake} */
  #handshake;
  /**
   * What stands in for the native socket that this object is: the handshake,
   * from construction to open or for ever after a failure, a successor, or what
   * extensions do to either.
   *
   * @type {Handshake | import("./open-socket.js").OpenSocket | WebSocket | null}
   */
  #standIn;

  /**
   * @param {KaazingWebSocketOptions} options
   * @returns {typeof KaazingWebSocket} a class with these as its defaults, for
   *   whatever takes a WebSocket class
   */
  static with(options) {
    const subclass = class extends this {};
    Object.defineProperties(subclass, {
      name: { value: this.name },
      length: { value: this.length },
    });
    presets.set(subclass, checkOptions(options, presetOf(this)));
    return subclass;
  }

  /**
   * @param {string | URL} url
   * @param {string | string[]} [protocols]
   * @param {KaazingWebSocketOptions} [options]
   */
  constructor(url, protocols = [], options = {}) {
    const request = toRequest(url, protocols);
    const checked = checkOptions(options, presetOf(new.target));
    // Without arguments the native constructor says so.
    super(
      .../** @type {[string, string[]]} */ (
        arguments.length ? toNative(request, checked.dialect === "gateway") : []
      ),
    );
    this.#standIn = this.#handshake = new Handshake(
      this,
      request,
      checked,
      (standIn) => (this.#standIn = standIn),
    );
  }

  /** What came of the extended handshake: null before it ends, and where there was no response. */
  get handshake() {
    return this.#handshake.outcome;
  }

  // Each of these is the native one where there is nothing in between. It is too
  // while the constructor of a page's own class below still runs, and for
  // receivers of other kinds, for which it throws.

  get url() {
    return #handshake in this ? this.#handshake.url : super.url;
  }

  get readyState() {
    const standIn = #standIn in this && this.#standIn;
    return standIn ? standIn.readyState : super.readyState;
  }

  get bufferedAmount() {
    const standIn = #standIn in this && this.#standIn;
    return standIn ? standIn.bufferedAmount : super.bufferedAmount;
  }

  get extensions() {
    return #handshake in this ? this.#handshake.extensions : super.extensions;
  }

  get protocol() {
    return #handshake in this ? this.#handshake.protocol : super.protocol;
  }

  get binaryType() {
    const standIn = #standIn in this && this.#standIn;
    return standIn ? standIn.binaryType : super.binaryType;
  }

  set binaryType(type) {
    const standIn = #standIn in this && this.#standIn;
    if (standIn) standIn.binaryType = type;
    else super.binaryType = type;
  }

  /** @param {string | BufferSource | Blob} data */
  send(data) {
    const standIn = #standIn in this && this.#standIn;
    // @ts-expect-error: the native method says that there is no argument
    if (!arguments.length) super.send();
    else if (standIn) standIn.send(data);
    else super.send(data);
  }

  /**
   * @param {number} [code]
   * @param {string} [reason]
   */
  close(code = undefined, reason = undefined) {
    const standIn = #standIn in this && this.#standIn;
    if (standIn) standIn.close(code, reason);
    else super.close(code, reason);
  }
}

mirrorInterface(KaazingWebSocket, ["handshake"]);
Object.defineProperties(KaazingWebSocket, {
  name: { value: "KaazingWebSocket" }, // a minifier renames it
  HandshakeError: { enumerable: false },
});
