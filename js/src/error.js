/**
 * In a word, why a handshake failed.
 *
 * - `unauthorized`: a 401 that was not answered, or not to the server's liking
 * - `proxy-unauthorized`: the same for a 407
 * - `status`: any other status that fails
 * - `redirect`: a redirect that was refused, or without a usable Location
 * - `redirect-loop`: a redirect to a URL already visited
 * - `redirect-limit`: one redirect too many
 * - `timeout`: not open within `handshakeTimeout`, or nothing arrived for as
 *   long as an agreed extension allows
 * - `protocol`: a malformed or unexpected message, a promise broken, or an
 *   extension of the page's own that failed
 * - `limit`: a response that is too large
 * - `closed`: the raw socket closed before the end of the handshake
 * - `connect`: the raw socket never opened
 * - `no-khp`: the server does not take the extended handshake
 * - `aborted`: `close()` during the handshake, or the signal
 * - `insecure`: a password would have gone out without TLS
 * - `wasm-blocked`: the page or the browser does not let WebAssembly run
 * - `internal`: a fault of this library, or its module could not be loaded
 *
 * @typedef {"unauthorized" | "proxy-unauthorized" | "status" | "redirect" | "redirect-loop" | "redirect-limit" | "timeout" | "protocol" | "limit" | "closed" | "connect" | "no-khp" | "aborted" | "insecure" | "wasm-blocked" | "internal"} HandshakeErrorCode
 */

/** Why a handshake failed: the `error` of the error event. */
export class KaazingHandshakeError extends Error {
  /** @type {HandshakeErrorCode} */
  code;
  /** The status of the last response on the connection that failed, else 0. */
  status;
  /** Where that connection went, without userinfo. */
  url;

  /**
   * @param {string} message
   * @param {{
   *   code: HandshakeErrorCode,
   *   status?: number | undefined,
   *   url: string,
   *   cause?: unknown,
   * }} details
   */
  constructor(message, { code, status = 0, url, cause }) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.status = status;
    this.url = url;
  }
}

const name = { value: "KaazingHandshakeError" };
Object.defineProperty(KaazingHandshakeError, "name", name); // a minifier renames it
// On the prototype, not enumerable, as Error itself has it.
Object.defineProperty(KaazingHandshakeError.prototype, "name", {
  ...name,
  writable: true,
  configurable: true,
});
